//! Becoming a member and ceasing to be one: nobody is made one without a yes, and a yes shows others no more than it says.

use grantry_store::audit::{AuditFilter, AuditRow, Trail};
use grantry_store::page::PageRequest;
use grantry_testkit::World;
use grantry_testkit::http::Client;
use grantry_testkit::world::{PASSWORD, Person};

use super::{BOTH, Desk};

async fn signs_in(world: &World, person: &Person) -> Client {
    let mut client = world.client();
    let form = client.form("/account/login", "Sign in").await;
    let entered = client.posts(&form.with("email", &person.email).with("password", PASSWORD)).await;
    assert_eq!(entered.status, 303);
    client
}

async fn trail(world: &World, of: impl Into<Trail<'_>>) -> Vec<AuditRow> {
    let (reader, page) = (world.app().store.reader(), PageRequest::first(100));
    reader.list_audit(of, &AuditFilter::default(), &page).await.expect("a trail").items
}

// security: S05
#[tokio::test]
async fn whoever_invites_does_not_learn_whether_the_address_has_a_sign_in() {
    let (known, unknown) = (Desk::new().await, Desk::new().await);
    known.world.person("Vera Victim", "vera@home.example").await;
    let mut pages = Vec::new();
    for desk in [&known, &unknown] {
        let mut admin = desk.world.signed_in(&desk.hotel.admin).await;
        let form = admin.form("/account/members", "Invite").await;
        let sent = admin.submits(&form.with("email", "vera@home.example")).await;
        assert!(sent.says("The invitation is on its way"), "{}", sent.body);
        let form = admin.form("/account/members", "Invite").await;
        let again = admin.posts(&form.with("email", "vera@home.example")).await;
        assert!(again.says("This address is invited already"), "{}", again.body);
        let list =
            sent.body.split("id=\"invited-heading\"").nth(1).expect("a list").split("/account/invitations/");
        let row: Vec<String> =
            list.map(|part| part.split_once('/').map_or(part, |(_, rest)| rest).to_owned()).collect();
        let token = desk.own_token(BOTH).await;
        let api = desk.gets("/api/v1/account/invitations", &token).await.json();
        let names: Vec<&str> =
            api["invitations"][0].as_object().expect("one").keys().map(String::as_str).collect();
        let mail = &desk.world.mails_to("vera@home.example").await[0];
        // The row without the time.
        let row: String = row[0].chars().filter(|letter| !letter.is_ascii_digit()).collect();
        pages.push((row, again.status, names.join(" "), mail.subject.clone()));
    }
    assert_eq!(pages[0], pages[1]);
    assert!(!pages[0].0.contains("Vera"), "no name");
}

// security: C08, W05
#[tokio::test]
async fn an_invited_person_stays_alone_until_they_say_yes() {
    let desk = Desk::new().await;
    let (world, vera) = (&desk.world, &desk.rival.admin);
    let mut mallory = world.signed_in(&desk.hotel.admin).await;
    let form = mallory.form("/account/members", "Invite").await;
    mallory.submits(&form.with("email", &vera.email).ticking("is_admin", "true")).await;
    let token = desk.own_token(BOTH).await;
    let posted = serde_json::json!({ "email": vera.email });
    assert_eq!(desk.sends("POST", "/api/v1/account/invitations", &token, &posted).await.status, 422);

    let mut browser = signs_in(world, vera).await;
    assert!(browser.gets("/account/members").await.says("RIVL Hotels"), "her own account opens");
    assert!(!browser.gets("/account/profile").await.says("HOTL Hotels"), "she is no member");
    let reset = browser.form("/account/reset-password", "Send the link").await;
    browser.posts(&reset.with("email", &vera.email)).await;
    let change = browser.form("/account/profile", "Change password").await;
    browser
        .posts(&change.with("current_password", PASSWORD).with("password", "a quiet harbour at dawn"))
        .await;
    for path in ["/account/audit", "/account/audit?format=csv", "/account/members"] {
        let seen = mallory.gets(path).await;
        for secret in [vera.name.as_str(), "Signed in", "session.", "assword", vera.id.as_str()] {
            let seen = seen.body.split("<main").last().expect("a page");
            assert!(!seen.contains(secret), "{path} tells {secret}: {seen}");
        }
    }
    let users = desk.gets("/api/v1/users", &token).await;
    assert!(!users.body.contains(&vera.email), "{}", users.body);
}

// security: W05, W10
#[tokio::test]
async fn what_happens_with_a_sign_in_is_told_to_its_person_and_to_operators_only() {
    let desk = Desk::new().await;
    let (world, bob) = (&desk.world, &desk.bob);
    let operator = world.operator().await;
    let mut wrong = world.client();
    let form = wrong.form("/account/login", "Sign in").await;
    wrong.posts(&form.with("email", &bob.email).with("password", "not it")).await;
    let mut browser = signs_in(world, bob).await;
    let leave = browser.form("/account/logout", "Sign out").await;
    browser.posts(&leave).await;
    let mut browser = signs_in(world, bob).await;

    let own = browser.gets("/account/profile/activity").await;
    for words in ["Signed in", "Signed out", "Sign-in refused", "127.0.0.1"] {
        assert!(own.says(words), "{words}: {}", own.body);
    }
    let refused = browser.gets("/account/profile/activity?action=sign_in.").await;
    let list = refused.body.split("id=\"trail\"").nth(1).expect("a list");
    assert!(list.contains("Sign-in refused") && !list.contains("Signed in"), "{list}");
    let file = browser.gets("/account/profile/activity?format=csv").await;
    assert!(file.body.contains("session.started") && file.body.lines().count() >= 5, "{}", file.body);

    let account = trail(world, &desk.hotel.id).await;
    let about =
        |row: &&AuditRow| row.actor.id == bob.id.as_str() || row.action.as_str().starts_with("session.");
    assert_eq!(account.iter().find(about), None, "the account's admins read none of it");
    let query = format!("/account/audit?of={}", bob.id);
    let mut admin = world.signed_in(&desk.hotel.admin).await;
    assert!(!admin.gets(&query).await.says("Signed in"), "nor by asking for it");
    let foreign = format!("/account/profile/activity?of={}", bob.id);
    assert!(!admin.gets(&foreign).await.says(&bob.email));
    let mut olga = world.signed_in(&operator.admin).await;
    assert!(olga.gets(&query).await.says("Signed in"), "operators can look into it");
}

#[tokio::test]
async fn an_invitation_is_declined_and_the_account_learns_no_more_than_that() {
    let desk = Desk::new().await;
    let (world, vera) = (&desk.world, &desk.rival.admin);
    let mut admin = world.signed_in(&desk.hotel.admin).await;
    let mut ends = Vec::new();
    for email in [vera.email.as_str(), "emmy@x.example"] {
        let form = admin.form("/account/members", "Invite").await;
        admin.submits(&form.with("email", email)).await;
        let link = world.mail_link(email).await;
        let mut browser = if email == vera.email { signs_in(world, vera).await } else { world.client() };
        let page = browser.gets(&link).await;
        assert!(page.says(&desk.hotel.admin.email) && page.says("HOTL Hotels"), "{}", page.body);
        assert!(page.says("Its admins then see your name"), "{}", page.body);
        let decline = page.form("Decline").pressing("Decline");
        let mut mallory = world.signed_in(&desk.hotel.admin).await;
        let stolen = super::forged(&mut mallory, &link).await.with("decision", "decline");
        assert_eq!(mallory.posts(&stolen).await.status, 403, "not theirs to answer");
        let declined = browser.submits(&decline).await;
        assert!(declined.says("You declined the invitation"), "{}", declined.body);
        assert_eq!(browser.gets(&link).await.status, 410);
        let row = trail(world, &desk.hotel.id).await.swap_remove(0);
        assert_eq!(row.action.as_str(), "invitation.declined");
        ends.push((row.actor, row.ip, row.object.kind));
    }
    assert_eq!(ends[0], ends[1], "not even whether the address has a sign-in");
    assert_eq!(ends[0].1, "");
    assert!(!signs_in(world, vera).await.gets("/account/profile").await.says("HOTL Hotels"));
}

#[tokio::test]
async fn a_sign_in_opens_the_account_that_the_person_worked_in_last() {
    let desk = Desk::new().await;
    let (world, bob) = (&desk.world, &desk.bob);
    let shown = async |client: &mut Client| {
        let page = client.gets("/account/members").await;
        page.says(&desk.rival.admin.email)
    };
    world.later(std::time::Duration::from_secs(60));
    let aaa = world.customer("AAAA").await;
    world.joins(bob, &aaa, false).await;
    world.joins(bob, &desk.rival, false).await;
    let mut first = signs_in(world, bob).await;
    assert!(
        first.gets("/account/members").await.says(&desk.hotel.admin.email),
        "not the first of the alphabet"
    );
    let page = first.gets("/account/members").await;
    first.posts(&page.form("/account/switch").with("account", desk.rival.id.as_str())).await;
    assert!(shown(&mut first).await);
    assert!(shown(&mut signs_in(world, bob).await).await, "also in another browser");
    let home = format!("/account/members/{}", bob.id);
    let mut admin = world.signed_in(&desk.rival.admin).await;
    let remove = admin.gets(&home).await.form("Remove from account").with("confirm", &bob.email);
    admin.posts(&remove).await;
    let mut again = signs_in(world, bob).await;
    assert!(again.gets("/account/members").await.says(&desk.hotel.admin.email), "gone: where he was first");
}

// security: W05
#[tokio::test]
async fn a_member_leaves_an_account_but_not_the_last_admin_nor_anybody_elses() {
    let desk = Desk::new().await;
    let world = &desk.world;
    let mut bob = world.signed_in(&desk.bob).await;
    let page = bob.gets("/account/profile").await;
    assert!(page.says("Leave HOTL Hotels?"), "{}", page.body);
    let form = page.form("Leave account");
    let left = bob.submits(&form).await;
    assert!(left.says("You left the account") && !left.says("Leave HOTL Hotels?"), "{}", left.body);
    assert_eq!(bob.posts(&form).await.status, 404, "once");
    assert_eq!(bob.gets("/account/members").await.status, 403);
    assert_eq!(trail(world, &desk.hotel.id).await[0].action.as_str(), "member.removed");

    let mut ada = world.signed_in(&desk.hotel.admin).await;
    let form = ada.form("/account/profile", "Leave account").await;
    let stays = ada.posts(&form).await;
    assert_eq!(stays.status, 409);
    assert!(stays.says("Make somebody else an account admin first"), "{}", stays.body);
    let foreign = format!("/account/profile/accounts/{}/leave", desk.rival.id);
    let forged = super::forged(&mut ada, &foreign).await;
    assert_eq!(ada.posts(&forged).await.status, 404);
}
