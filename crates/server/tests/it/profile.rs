//! What people see and change about themselves.

use std::time::Duration;

use grantry_testkit::World;
use grantry_testkit::world::{AppWish, PASSWORD};

const NEW: &str = "a quiet harbour at dawn";

// security: S03, U04
#[tokio::test]
async fn people_see_where_they_are_signed_in_and_end_what_is_not_theirs() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut here = world.signed_in(&acme.admin).await;
    let mut phone = world.signed_in(&acme.admin).await;
    let mut lost = world.signed_in(&acme.admin).await;
    let mut bob = world.signed_in(&world.member(&acme, "Bob Brown").await).await;
    let page = here.gets("/account/profile").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.body.matches("This browser").count(), 1);
    assert_eq!(page.body.matches("/end\"").count(), 2, "the current session is ended by signing out");

    let end = page.form("End");
    assert_eq!(bob.posts(&end).await.status, 403, "another browser's form token");
    let token = bob.gets("/account/profile").await.form("Change password");
    let foreign = end.clone().with("form_token", token.value("form_token").expect("a token"));
    assert_eq!(bob.posts(&foreign).await.status, 404, "nobody ends the sessions of others");
    assert_eq!(here.posts(&end).await.location(), "/account/profile");
    assert_eq!(here.posts(&end).await.status, 404, "it has ended");
    let alive = [phone.gets("/account/profile").await.status, lost.gets("/account/profile").await.status];
    assert!(alive.contains(&303) && alive.contains(&200), "one of the two has ended: {alive:?}");

    let others = here.form("/account/profile", "End all others").await;
    assert_eq!(here.submits(&others).await.status, 200);
    assert_eq!(phone.gets("/account/profile").await.status, 303);
    assert_eq!(lost.gets("/account/profile").await.status, 303);
    assert_eq!(bob.gets("/account/profile").await.status, 200, "others are left alone");
}

// security: S03
#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_after_a_week_in_any_case() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut idle = world.client();
    let form = idle.form("/account/login", "Sign in").await;
    idle.posts(&form.with("email", &acme.admin.email).with("password", PASSWORD)).await;
    let mut busy = idle.clone();
    world.later(Duration::from_secs(12 * 60 * 60 + 1));
    assert_eq!(idle.gets("/account/profile").await.status, 303, "idle for twelve hours");

    let form = busy.form("/account/login", "Sign in").await;
    busy.posts(&form.with("email", &acme.admin.email).with("password", PASSWORD)).await;
    for _ in 0..14 {
        world.later(Duration::from_secs(11 * 60 * 60));
        assert_eq!(busy.gets("/account/profile").await.status, 200, "in use");
        world.app().touched.flush(world.app()).await;
    }
    world.later(Duration::from_secs(15 * 60 * 60));
    assert_eq!(busy.gets("/account/profile").await.status, 303, "seven days have passed");
}

// security: S03
#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_the_other_sessions() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut here = world.signed_in(&acme.admin).await;
    let mut elsewhere = world.signed_in(&acme.admin).await;
    let form = here.form("/account/profile", "Change password").await;
    let wrong = here.posts(&form.clone().with("current_password", "not it").with("password", NEW)).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.says("This is not your current password"));
    assert!(!wrong.body.contains(NEW), "no password is sent back");
    let form = form.with("current_password", PASSWORD);
    let weak = here.posts(&form.clone().with("password", "ada@acme.example")).await;
    assert_eq!(weak.status, 422);
    assert_eq!(elsewhere.gets("/account/profile").await.status, 200, "nothing has changed yet");

    let changed = here.submits(&form.with("password", NEW)).await;
    assert!(changed.says("Your password is changed"));
    assert_eq!(elsewhere.gets("/account/profile").await.status, 303);
    let mut again = world.client();
    let form = again.form("/account/login", "Sign in").await.with("email", &acme.admin.email);
    assert_eq!(again.posts(&form.clone().with("password", PASSWORD)).await.status, 422);
    assert_eq!(again.posts(&form.with("password", NEW)).await.status, 303);
}

// security: S03, S05
#[tokio::test]
async fn a_disabled_person_is_out_at_once_and_is_told_what_everybody_is_told() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let bob = world.member(&acme, "Bob Brown").await;
    let mut session = world.signed_in(&bob).await;
    assert_eq!(session.gets("/account/profile").await.status, 200);
    let app = world.app();
    let disabled = app.store.write(app.clock.now(), |tx| {
        let id = bob.id.clone();
        async move { tx.set_person_state(&id, grantry_store::person::PersonState::Disabled).await }
    });
    assert_eq!(disabled.await, Ok::<_, grantry_store::Error>(true));
    assert_eq!(session.gets("/account/profile").await.status, 303);
    let mut again = world.client();
    let form = again.form("/account/login", "Sign in").await;
    let refused = again.posts(&form.with("email", &bob.email).with("password", PASSWORD)).await;
    assert_eq!(refused.status, 422);
    assert!(refused.says("do not belong together"));
}

#[tokio::test]
async fn the_first_page_brings_each_to_where_their_work_is() {
    let world = World::new().await;
    let visitor = world.client().gets("/").await;
    assert_eq!(visitor.status, 200);
    assert!(visitor.says("Sign in") && visitor.says("/account/register-dev-account"));
    let developer = world.developer("ACME").await;
    let customer = world.customer("HOTL").await;
    let operator = world.operator().await;
    let nobody = world.person("Nora Null", "nora@null.example").await;
    for (person, path) in [
        (&developer.admin, "/apps/store-apps"),
        (&customer.admin, "/apps/connected-apps"),
        (&operator.admin, "/apps/store-apps"),
        (&nobody, "/account/profile"),
    ] {
        assert_eq!(world.signed_in(person).await.gets("/").await.location(), path, "{}", person.email);
    }
}

// security: U04
#[tokio::test]
async fn people_see_the_apps_that_they_allowed_in_every_account_and_take_it_back() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let hotel = world.customer("HOTL").await;
    let wish =
        AppWish::store("CONCIERGE").named("Concierge").asking_for(&["reservations.read", "folios.read"]);
    let app = world.registers(&acme, wish.returning_to("https://concierge.example/cb")).await;
    let shared = world.connects(&hotel, &app, &["reservations.read"]).await;
    let mia = world.member(&hotel, "Mia Member").await;
    let own = world.connects_personally(&hotel, &mia, &app, &["folios.read"]).await;
    let mut admin = world.signed_in(&hotel.admin).await;
    let mut member = world.signed_in(&mia).await;
    let page = admin.gets("/account/profile").await;
    assert!(page.says("Concierge") && page.says("ACME Software") && page.says("HOTL"));
    assert!(page.says("1 permission"), "as on the connection's own page: {}", page.body);
    assert!(page.body.contains(shared.as_str()) && !page.body.contains(own.as_str()), "one's own only");

    let form = member.form("/account/profile", &format!("/account/profile/apps/{own}/withdraw")).await;
    let mut foreign = form.clone();
    foreign.action = format!("/account/profile/apps/{shared}/withdraw");
    assert_eq!(member.posts(&foreign).await.status, 404, "what somebody else allowed");
    let done = member.submits(&form).await;
    assert!(done.says("can no longer use what you allowed") && done.says("No apps yet"));
    let reader = world.app().store.reader();
    assert_eq!(reader.find_connection(&hotel.id, &own).await, Ok(None), "a personal connection ends");

    let action = format!("/account/profile/apps/{shared}/withdraw");
    let form = admin.form("/account/profile", &action).await;
    assert_eq!(admin.submits(&form).await.status, 200);
    let stays = reader.find_connection(&hotel.id, &shared).await.expect("the store");
    assert!(stays.is_some(), "the account's connection stays for the others");
    assert_eq!(admin.posts(&form).await.status, 404, "once");
}

#[tokio::test]
async fn people_change_their_own_name_also_when_they_belong_to_several_accounts() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mia = world.member(&acme, "Mia Member").await;
    world.joins(&mia, &world.customer("HOTL").await, false).await;
    let mut member = world.signed_in(&mia).await;
    let form = member.form("/account/profile/name", "Save name").await;
    assert_eq!((form.value("first_name"), form.value("last_name")), (Some("Mia"), Some("Member")));
    let wrong = member.posts(&form.clone().with("first_name", " ").with("last_name", "Mender")).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.says("Enter your first name") && wrong.body.contains(r#"value="Mender""#),
        "{}",
        wrong.body
    );
    let changed = member.submits(&form.with("first_name", "Maria").with("last_name", "Mender")).await;
    assert!(changed.says("Your name is changed") && changed.says("Maria Mender"), "{}", changed.body);
}
