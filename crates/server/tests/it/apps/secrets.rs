//! Secrets after the first one, edits that are live at once, and what becomes of the rest.

use std::time::Duration;

use grantry::apps::{RawApp, Refused, edit, register, secrets};
use grantry_store::app::AppKind;
use grantry_store::audit::Origin;
use grantry_testkit::world::AppWish;
use grantry_testkit::{World, each_engine};

use super::{developer, page_of, secret_on, works};

// security: R04
#[tokio::test]
async fn a_second_secret_works_beside_the_first_until_one_is_revoked() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let app = world.store_app(&acme, "MYAPP", "https://app.example/callback", &[]).await;
    let (id, first) = (app.client_id.as_str(), app.client_secret.as_str());
    let home = page_of(&world, id).await;

    let form = admin.form(&home, "Create secret").await.with("secret_description", "New server");
    let created = admin.posts(&form).await;
    assert_eq!(created.status, 200);
    assert!(created.says("Client secret created"));
    let second = secret_on(&created);
    assert!(works(&world, id, first).await && works(&world, id, &second).await);

    // The same form once more makes no third secret, and does not show the second again.
    let reloaded = admin.posts(&form).await;
    assert_eq!(reloaded.status, 409);
    assert!(!reloaded.body.contains("grs_"));
    let asked_for = admin.gets(&format!("{home}/secrets")).await;
    assert_eq!(asked_for.location(), format!("{home}#secrets"), "its address, typed or bookmarked");
    let secrets = world.app().store.reader().list_secrets(&acme.id, &app.id).await.expect("secrets");
    assert_eq!(secrets.len(), 2);

    let revoke = format!("{home}/secrets/{}/revoke", secrets[0].id);
    let page = admin.opens(&home).await;
    let revoked = admin.posts(&page.form(&revoke)).await;
    assert_eq!(revoked.location(), home);
    assert!(!works(&world, id, first).await && works(&world, id, &second).await);
    assert_eq!(admin.posts(&page.form(&revoke)).await.status, 404, "it is revoked already");

    // The last one is asked about twice.
    let last = format!("{home}/secrets/{}/revoke", secrets[1].id);
    let page = admin.opens(&home).await;
    let asked = admin.posts(&page.form(&last)).await;
    assert_eq!(asked.status, 409);
    assert!(asked.says("This is the last secret that works"));
    assert!(works(&world, id, &second).await);
    let form = asked.form(&last).ticking("even_the_last", "true");
    assert_eq!(admin.posts(&form).await.status, 303);
    assert!(!works(&world, id, &second).await);
}

#[tokio::test]
async fn a_secret_may_end_by_itself() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let app = world.store_app(&acme, "MYAPP", "https://app.example/callback", &[]).await;
    let home = page_of(&world, &app.client_id).await;
    let form = admin.form(&home, "Create secret").await.with("secret_description", "For a week");
    for (day, words) in [("soon", "is not a day"), ("2001-01-01", "is in the past")] {
        let page = admin.posts(&form.clone().with("secret_expires", day)).await;
        assert_eq!(page.status, 422, "{day}");
        assert!(page.says(words));
        assert_eq!(page.form("Create secret").value("secret_description"), Some("For a week"));
    }
    let now = world.app().clock.now();
    let tomorrow = grantry::web::moment::day(now + Duration::from_secs(86_400));
    let created = admin.posts(&form.with("secret_expires", &tomorrow)).await;
    let secret = secret_on(&created);
    assert!(works(&world, &app.client_id, &secret).await);
    world.later(Duration::from_secs(2 * 86_400));
    assert!(!works(&world, &app.client_id, &secret).await);
    assert!(works(&world, &app.client_id, &app.client_secret).await);
}

#[tokio::test]
async fn an_edit_is_live_at_once_and_does_not_overwrite_what_somebody_else_saved() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let app = world.store_app(&acme, "MYAPP", "https://app.example/callback", &["folios.read"]).await;
    let home = page_of(&world, &app.client_id).await;
    let form = admin.form(&format!("{home}/edit"), "Save").await;
    let stale = form.clone().with("client_name", "Too late");

    let unchanged = admin.submits(&form).await;
    assert!(unchanged.says("Nothing had changed"));
    let edited = form
        .with("client_name", "Renamed")
        .with_all("redirect_uri", &["https://app.example/new"])
        .with_all("scope", &["reservations.read"]);
    let page = admin.submits(&edited).await;
    assert!(page.says("Your changes are live") && page.says("Renamed"));
    let known = world.app().cached.find_app(&app.client_id).await.expect("a store").expect("an app");
    assert!(known.client.find_redirect_uri("https://app.example/new").is_some());
    assert!(known.client.find_redirect_uri("https://app.example/callback").is_none());
    assert_eq!(known.client.scopes.to_string(), "reservations.read");
    assert_eq!(known.version.number, 2);

    let refused = admin.posts(&stale).await;
    assert_eq!(refused.status, 422);
    assert!(refused.says("Somebody else saved this app"));
    assert_eq!(refused.form("Save").value("client_name"), Some("Too late"));
    let saved = admin.submits(&refused.form("Save")).await;
    assert!(saved.says("Too late"), "looked at again, it is saved");
}

#[tokio::test]
async fn an_app_that_becomes_public_loses_its_secrets_and_gets_one_when_it_comes_back() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let app = world.store_app(&acme, "MYAPP", "https://app.example/callback", &[]).await;
    let home = page_of(&world, &app.client_id).await;
    let form = admin.form(&format!("{home}/edit"), "Save").await;
    let page = admin.submits(&form.with("client_type", "public")).await;
    assert!(page.says("Your changes are live"));
    assert!(!works(&world, &app.client_id, &app.client_secret).await);
    assert!(!admin.opens(&home).await.says("Add another secret"));

    let form = admin.form(&format!("{home}/edit"), "Save").await;
    let created = admin.posts(&form.with("client_type", "confidential")).await;
    let secret = secret_on(&created);
    assert!(works(&world, &app.client_id, &secret).await);
    assert!(!works(&world, &app.client_id, &app.client_secret).await, "an old secret stays dead");
}

#[tokio::test]
async fn an_app_is_deleted_only_by_its_name() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let wish = AppWish::store("MYAPP").named("My App").returning_to("https://app.example/callback");
    let app = world.registers(&acme, wish).await;
    let home = page_of(&world, &app.client_id).await;
    let page = admin.opens(&home).await;
    assert!(page.says("No account has connected it"));
    for wrong in ["", "my app", "MYAPP"] {
        let refused = admin.posts(&page.form("Delete app").with("confirm", wrong)).await;
        assert_eq!(refused.status, 422, "{wrong:?}");
        assert!(refused.says("Type the name exactly"));
    }
    let list = admin.submits(&page.form("Delete app").with("confirm", "My App")).await;
    assert!(list.says("The app is deleted") && !list.says(&app.client_id));
    assert_eq!(admin.opens(&home).await.status, 404);
    assert!(!works(&world, &app.client_id, &app.client_secret).await);
}

fn raw(code: &str) -> RawApp {
    RawApp {
        code: code.to_owned(),
        name: "My App".to_owned(),
        redirect_uris: vec!["https://app.example/callback".to_owned()],
        ..RawApp::default()
    }
}

// security: R03, R04
#[tokio::test]
async fn of_many_who_register_one_code_or_edit_one_version_one_succeeds() {
    each_engine(async |engine| {
        let world = World::on(engine).await;
        let acme = world.developer("ACME").await;
        let app = world.app();
        let owner = app.store.reader().find_account(&acme.id).await.expect("a store").expect("an account");
        let origin = Origin::command();
        let wish = raw("MYAPP");
        let tries = (0..8).map(|_| register::register(app, &origin, &owner, AppKind::Store, &wish));
        let done = futures_util::future::join_all(tries).await;
        let (good, bad): (Vec<_>, Vec<_>) = done.into_iter().partition(Result::is_ok);
        assert_eq!((good.len(), bad.len()), (1, 7));
        for refused in bad {
            assert!(matches!(refused, Err(Refused::Faults(faults)) if faults.is_conflict()));
        }
        let id = good.into_iter().next().and_then(Result::ok).expect("an app").app_id;

        let names: Vec<RawApp> =
            (0..8).map(|n| RawApp { name: format!("App {n}"), ..raw("MYAPP") }).collect();
        let tries = names.iter().map(|raw| edit::edit(app, &origin, (&acme.id, &id), raw, Some(1)));
        let done = futures_util::future::join_all(tries).await;
        assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1);
        let (_, version) = edit::find(app, &acme.id, &id).await.expect("the app");
        assert_eq!(version.number, 2);

        let secret = app.store.reader().list_secrets(&acme.id, &id).await.expect("secrets");
        let tries = (0..8).map(|_| secrets::revoke(app, &origin, (&acme.id, &id), &secret[0].id, true));
        let done = futures_util::future::join_all(tries).await;
        assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1, "a secret is revoked once");
    })
    .await;
}
