//! Developer sign-up, new passwords, and the first operator.

use std::time::{Duration, Instant};

use grantry_store::account::{AccountFilter, AccountKind};
use grantry_store::page::PageRequest;
use grantry_testkit::world::PASSWORD;
use grantry_testkit::{Client, Form, Reply, World, each_engine};

const EMAIL: &str = "Ana@Harbour.example";
const SECRET: &str = "a quiet harbour at dawn";

async fn sign_up_form(client: &mut Client) -> Form {
    let form = client.form("/account/register-dev-account", "Create account").await;
    form.with("first_name", "Ana")
        .with("last_name", "Lima")
        .with("company", "Harbour Apps")
        .with("email", EMAIL)
        .with("password", "eleven green tram stops")
}

/// The form of a mailed link.
async fn opens_mailed_link(world: &World, client: &mut Client, button: &str) -> Form {
    let link = world.mail_link(EMAIL).await;
    client.form(&link, button).await
}

async fn signs_in(world: &World, email: &str, password: &str) -> Reply {
    let mut client = world.client();
    let form = client.form("/account/login", "Sign in").await;
    client.posts(&form.with("email", email).with("password", password)).await
}

#[tokio::test]
async fn a_developer_signs_up_confirms_the_address_and_administers_a_new_account() {
    let world = World::new().await;
    let mut ana = world.client();
    let form = sign_up_form(&mut ana).await;
    let sent = ana.posts(&form).await;
    assert_eq!(sent.status, 200);
    assert!(sent.says("Check your mail"));
    assert!(sent.says("/mailbox"), "a local server says where its mails are");
    assert_eq!(signs_in(&world, EMAIL, "eleven green tram stops").await.status, 422, "not confirmed yet");

    let confirm = opens_mailed_link(&world, &mut ana, "Confirm and sign in").await;
    let entered = ana.posts(&confirm).await;
    assert_eq!((entered.status, entered.location()), (303, "/apps/store-apps"));
    let app = world.app();
    let reader = app.store.reader();
    let person = reader.find_person_by_email("ana@harbour.example").await.expect("the store").expect("Ana");
    assert!(person.email_verified);
    let memberships = reader.list_accounts_of_person(&person.id).await.expect("the store");
    let [membership] = memberships.as_slice() else { panic!("one account: {memberships:?}") };
    assert!(membership.member.is_admin);
    assert_eq!(membership.account.name, "Harbour Apps");
    assert_eq!(membership.account.code.len(), 4);

    let again = ana.posts(&confirm).await;
    assert_eq!(again.status, 410, "a link works once");
    assert!(again.says("This link does not work any more"));
    assert_eq!(signs_in(&world, "ana@HARBOUR.example", "eleven green tram stops").await.status, 303);
}

// security: S01, S05
#[tokio::test]
async fn a_sign_up_by_somebody_else_is_not_confirmed_by_whoever_has_the_address() {
    let world = World::new().await;
    let mut mallory = world.client();
    let form = sign_up_form(&mut mallory).await;
    mallory.posts(&form).await;
    // Ana opens what came into her mailbox, in her own browser, and presses its button.
    let mut ana = world.client();
    let link = world.mail_link(EMAIL).await;
    let page = ana.gets(&link).await;
    assert!(page.says("Enter the password that you chose there"), "{}", page.body);
    let confirm = page.form("Confirm and sign in");
    let reader = world.app().store.reader();
    for password in ["", SECRET] {
        let refused = ana.posts(&confirm.clone().with("password", password)).await;
        assert_eq!(refused.status, 422);
        assert!(refused.says("Nothing is confirmed") && !refused.body.contains(SECRET), "{}", refused.body);
        assert_eq!(ana.cookie("grantry-session"), None);
    }
    let without = ana.posts(&confirm.clone().without("password")).await;
    assert_eq!(without.status, 422, "nor by leaving the field out");
    assert_eq!(reader.find_person_by_email("ana@harbour.example").await, Ok(None));
    assert_eq!(signs_in(&world, EMAIL, "eleven green tram stops").await.status, 422, "Mallory neither");

    for _ in 0..2 {
        ana.posts(&confirm.clone().with("password", "guess")).await;
    }
    let slowed = ana.posts(&confirm.clone().with("password", "guess")).await;
    assert_eq!(slowed.status, 429);
    assert!(slowed.header("retry-after").is_some());
    // Her own sign-up is another one, and its link asks nothing in the browser in which she made it.
    let form = sign_up_form(&mut ana).await.with("password", SECRET);
    ana.posts(&form).await;
    let own = opens_mailed_link(&world, &mut ana, "Confirm and sign in").await;
    assert_eq!(own.value("password"), None, "nothing to prove here");
    assert_eq!(ana.posts(&own).await.status, 303);
    assert_eq!(signs_in(&world, EMAIL, "eleven green tram stops").await.status, 422);
    world.later(Duration::from_secs(60));
    let late = ana.posts(&confirm.with("password", "eleven green tram stops")).await;
    assert_eq!(late.status, 409, "whoever knows the password of the other sign-up comes too late");
}

#[tokio::test]
async fn a_sign_up_is_confirmed_in_another_browser_with_its_password() {
    let world = World::new().await;
    let mut ana = world.client();
    let form = sign_up_form(&mut ana).await;
    ana.posts(&form).await;
    let mut phone = world.client();
    let confirm = opens_mailed_link(&world, &mut phone, "Confirm and sign in").await;
    let entered = phone.posts(&confirm.with("password", "eleven green tram stops")).await;
    assert_eq!((entered.status, entered.location()), (303, "/apps/store-apps"));
}

#[tokio::test]
async fn what_was_typed_is_kept_and_each_fault_stands_beside_its_field() {
    let world = World::new().await;
    let mut ana = world.client();
    let form = sign_up_form(&mut ana).await.with("email", "nobody").with("password", "Harbourapps1");
    let refused = ana.posts(&form.with("last_name", "<b>\u{202e}")).await;
    assert_eq!(refused.status, 422);
    for fault in ["such as name@company.com", "cannot be seen", "close to a name"] {
        assert!(refused.says(fault), "{fault}");
    }
    let form = refused.form("Create account");
    assert_eq!(form.value("first_name"), Some("Ana"));
    assert_eq!(form.value("email"), Some("nobody"));
    assert_eq!(form.value("password"), Some(""), "a password is never sent back");
    assert!(!refused.body.contains("<b>\u{202e}"), "what was typed is escaped");
    assert!(world.mails_to("nobody").await.is_empty());
}

// security: S05
#[tokio::test]
async fn sign_up_and_reset_say_the_same_whether_or_not_the_address_has_a_sign_in() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut known = world.client();
    let mut unknown = known.clone();
    let words = |reply: &Reply, email: &str| {
        let text = reply.body.replace(email, "EMAIL");
        let id = reply.header("x-request-id").expect("a request id").to_owned();
        (reply.status, text.replace(&id, "ID"))
    };
    let form = sign_up_form(&mut known).await;
    unknown.carries("grantry-browser", known.cookie("grantry-browser").expect("a browser cookie"));
    let one = known.posts(&form.clone().with("email", &acme.admin.email)).await;
    let two = unknown.posts(&form.with("email", "admin@newcomer.example")).await;
    assert_eq!(words(&one, &acme.admin.email), words(&two, "admin@newcomer.example"));
    let mails = world.mails_to(&acme.admin.email).await;
    assert!(mails[0].subject.contains("already"), "{}", mails[0].subject);
    assert!(!mails[0].text.contains("confirm-email"));

    let form = known.form("/account/reset-password", "Send the link").await;
    let one = known.posts(&form.clone().with("email", &acme.admin.email)).await;
    let two = unknown.posts(&form.with("email", "nobody@newcomer.example")).await;
    assert_eq!(words(&one, &acme.admin.email), words(&two, "nobody@newcomer.example"));
    assert_eq!(world.mails_to("nobody@newcomer.example").await.len(), 0);
}

// security: S05
#[tokio::test]
async fn sign_up_and_reset_answer_on_the_beat_whatever_they_found() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut client = world.client();
    let reset = client.form("/account/reset-password", "Send the link").await;
    let sign_up = sign_up_form(&mut client).await;
    for form in [reset, sign_up] {
        for email in [acme.admin.email.as_str(), "nobody@newcomer.example"] {
            let began = Instant::now();
            assert_eq!(client.posts(&form.clone().with("email", email)).await.status, 200);
            assert!(began.elapsed() >= Duration::from_millis(250), "{email}: {:?}", began.elapsed());
        }
    }
}

// security: S01
#[tokio::test]
async fn no_step_is_skipped_by_an_empty_form_or_a_made_up_link() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut client = world.client();
    let form = client.form("/account/reset-password", "Send the link").await;
    client.posts(&form.clone().with("email", &acme.admin.email)).await;
    let link = world.mail_link(&acme.admin.email).await;
    let operator =
        grantry::sign_in::first_operator_link(world.app()).await.expect("the store").expect("a link");
    let path = |link: &str| link.replace(world.issuer(), "");
    for (action, status) in [
        ("/account/login".to_owned(), 422),
        ("/account/register-dev-account".to_owned(), 422),
        ("/account/reset-password".to_owned(), 422),
        ("/account/confirm-email/none".to_owned(), 410),
        ("/account/set-password/none".to_owned(), 410),
        ("/account/first-operator/none".to_owned(), 410),
        (path(&link), 422),
        (path(&operator), 422),
        ("/account/profile/password".to_owned(), 401),
        ("/account/profile/language".to_owned(), 401),
        ("/account/profile/sessions/end-others".to_owned(), 401),
    ] {
        let empty = Form::by_hand(&action).with("form_token", form.value("form_token").expect("a token"));
        let reply = client.posts(&empty).await;
        assert_eq!(reply.status, status, "{action}");
        assert_eq!(client.cookie("grantry-session"), None, "{action}");
    }
    assert_eq!(client.gets(&link).await.status, 200, "an empty form does not use up a link");
    assert_eq!(client.gets(&operator).await.status, 200);
}

// security: S01, S03
#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_link_that_works_once_and_ends_every_session() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let email = acme.admin.email.as_str();
    let mut elsewhere = world.signed_in(&acme.admin).await;
    assert_eq!(elsewhere.gets("/account/login").await.status, 303, "signed in");
    let mut ada = world.client();
    let form = ada.form("/account/reset-password", "Send the link").await;
    ada.posts(&form.clone().with("email", email)).await;
    let first = world.mail_link(email).await;
    ada.posts(&form.with("email", &email.to_uppercase())).await;
    let second = world.mail_link(email).await;
    assert_eq!(ada.gets(&first).await.status, 410, "a newer link replaces the older one");

    let set = ada.form(&second, "Save and sign in").await;
    let weak = ada.posts(&set.clone().with("password", "password1")).await;
    assert_eq!(weak.status, 422);
    assert!(weak.says("among the first to be guessed"));
    let entered = ada.posts(&set.clone().with("password", SECRET)).await;
    assert_eq!((entered.status, entered.location()), (303, "/apps/store-apps"));
    assert_eq!(ada.posts(&set.with("password", "another quiet harbour")).await.status, 410);
    assert_eq!(elsewhere.gets("/account/login").await.status, 200, "the other session has ended");
    assert_eq!(signs_in(&world, email, PASSWORD).await.status, 422);
    assert_eq!(signs_in(&world, email, SECRET).await.status, 303);
}

#[tokio::test]
async fn a_reset_link_dies_after_an_hour() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut ada = world.client();
    let form = ada.form("/account/reset-password", "Send the link").await;
    ada.posts(&form.with("email", &acme.admin.email)).await;
    let link = world.mail_link(&acme.admin.email).await;
    let set = ada.form(&link, "Save and sign in").await;
    world.later(Duration::from_secs(60 * 60 + 1));
    assert_eq!(ada.gets(&link).await.status, 410);
    assert_eq!(ada.posts(&set.with("password", SECRET)).await.status, 410);
    assert_eq!(
        signs_in(&world, &acme.admin.email, PASSWORD).await.status,
        303,
        "the old password is still good"
    );
}

// security: S05
#[tokio::test]
async fn links_of_one_kind_are_of_no_use_as_another() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut ada = world.client();
    let form = ada.form("/account/reset-password", "Send the link").await;
    ada.posts(&form.with("email", &acme.admin.email)).await;
    let link = world.mail_link(&acme.admin.email).await;
    let token = link.rsplit('/').next().expect("a token");
    assert_eq!(token.len(), 43, "256 bits");
    for path in ["/account/confirm-email", "/account/first-operator"] {
        assert_eq!(ada.gets(&format!("{path}/{token}")).await.status, 410, "{path}");
    }
    for cut in [&token[1..], &token[..42], "", &format!("{token}A"), &token.to_lowercase()] {
        let status = ada.gets(&format!("/account/set-password/{cut}")).await.status;
        assert!(matches!(status, 404 | 410), "{cut}: {status}");
    }
}

// security: W06
#[tokio::test]
async fn links_in_mails_come_from_the_configuration_and_no_header() {
    let world = World::new().await;
    let mut ana = world.client();
    let form = sign_up_form(&mut ana).await;
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Host", "evil.example"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "evil"),
        ("Forwarded", "host=evil.example;proto=evil"),
    ];
    let sent = ana.sends("POST", &form.action, &headers, &form.encoded()).await;
    assert_eq!(sent.status, 200);
    assert!(!sent.body.contains("evil"));
    let mails = world.mails_to(EMAIL).await;
    assert_eq!(mails.len(), 1);
    assert!(!mails[0].text.contains("evil") && !mails[0].html.contains("evil"));
    assert!(mails[0].text.contains(&world.url("/account/confirm-email/")));
}

// security: S06
#[tokio::test]
async fn strangers_can_neither_fill_a_mailbox_nor_sign_up_without_end() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut stranger = world.client();
    let form = stranger.form("/account/reset-password", "Send the link").await;
    for _ in 0..8 {
        let reply = stranger.posts(&form.clone().with("email", &acme.admin.email)).await;
        assert_eq!(reply.status, 200, "the page does not tell that mails have stopped");
    }
    assert_eq!(world.mails_to(&acme.admin.email).await.len(), 5);
    let mut last = None;
    for n in 0..13 {
        last = Some(stranger.posts(&form.clone().with("email", &format!("n{n}@x.example"))).await);
    }
    let last = last.expect("an answer");
    assert_eq!(last.status, 429);
    assert!(last.header("retry-after").is_some_and(|s| s.parse::<u32>().is_ok_and(|s| s > 0)));
    assert!(last.says("n12@x.example"), "what was typed is kept");
    world.later(Duration::from_secs(61 * 60));
    assert_eq!(stranger.posts(&form.with("email", &acme.admin.email)).await.status, 200);
    assert_eq!(world.mails_to(&acme.admin.email).await.len(), 6);
}

// security: S07
#[tokio::test]
async fn the_first_operator_comes_by_a_link_that_only_the_server_tells_and_nobody_is_there_before() {
    let world = World::new().await;
    let app = world.app();
    let link = async || grantry::sign_in::first_operator_link(app).await.expect("the store");
    let first = link().await.expect("there is no operator yet");
    assert_eq!(link().await.as_ref(), Some(&first), "a restart prints the same link");
    assert_eq!(first.rsplit('/').next().map(str::len), Some(43), "256 bits");
    assert!(first.starts_with(world.issuer()));
    let mut olga = world.client();
    let form = olga.form(&first, "Create operator").await;
    assert_eq!(form.value("company"), Some("Innkeeper"));
    let form = form.with("first_name", "Olga").with("last_name", "Ober").with("email", "olga@inn.example");
    let refused = olga.posts(&form.clone().with("password", "innkeeper")).await;
    assert_eq!(refused.status, 422);
    let entered = olga.posts(&form.clone().with("password", SECRET)).await;
    assert_eq!((entered.status, entered.location()), (303, "/apps/store-apps"));
    let account = app.store.reader().find_account_by_code("INNK").await.expect("the store");
    assert_eq!(account.expect("the operator's account").kind.as_str(), "operator");

    assert_eq!(link().await, None, "dead once an operator exists");
    assert_eq!(olga.gets(&first).await.status, 410);
    let form = form.with("email", "second@inn.example").with("password", SECRET);
    assert_eq!(olga.posts(&form).await.status, 410);
}

// security: S07
#[tokio::test]
async fn the_link_of_the_first_operator_lives_a_day() {
    let world = World::new().await;
    let link = async || grantry::sign_in::first_operator_link(world.app()).await.expect("the store");
    let old = link().await.expect("a link");
    world.later(Duration::from_secs(24 * 60 * 60 + 1));
    let mut olga = world.client();
    assert_eq!(olga.gets(&old).await.status, 410);
    let new = link().await.expect("a new link");
    assert_ne!(new, old);
    assert_eq!(olga.gets(&new).await.status, 200);
}

// security: S07
#[tokio::test]
async fn two_links_at_the_same_moment_make_one_operator_whatever_code_is_taken() {
    each_engine(async |engine| {
        let world = World::on(engine).await;
        world.tenant(AccountKind::Developer, "INNK", "Somebody was faster").await;
        let link = async || grantry::sign_in::first_operator_link(world.app()).await.expect("the store");
        let first = link().await.expect("a link");
        // Past midnight, and the first link still works.
        world.later(Duration::from_secs(23 * 60 * 60 + 59 * 60));
        let second = link().await.expect("another link");
        assert_ne!(first, second);
        let (mut olga, mut otto) = (world.client(), world.client());
        let fill = |form: Form, email: &str| {
            let form = form.with("first_name", "Olga").with("last_name", "Ober").with("password", SECRET);
            form.with("email", email)
        };
        let one = fill(olga.form(&first, "Create operator").await, "olga@inn.example");
        let two = fill(otto.form(&second, "Create operator").await, "otto@inn.example");
        let (one, two) = tokio::join!(olga.posts(&one), otto.posts(&two));
        let statuses = [one.status, two.status];
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        let reader = world.app().store.reader();
        let operators = AccountFilter { kind: Some(AccountKind::Operator), search: None };
        let all = reader.list_accounts(&operators, &PageRequest::first(10)).await.expect("the store").items;
        assert_eq!(all.len(), 1);
        assert_ne!(all[0].account.code, "INNK");
    })
    .await;
}

// security: S01, S05, S06
#[tokio::test]
async fn people_come_in_on_both_engines() {
    each_engine(async |engine| {
        let world = World::on(engine).await;
        let mut ana = world.client();
        let form = sign_up_form(&mut ana).await;
        ana.posts(&form).await;
        let confirm = opens_mailed_link(&world, &mut ana, "Confirm and sign in").await;
        let mut other = ana.clone();
        let (first, second) = tokio::join!(ana.posts(&confirm), other.posts(&confirm));
        let mut both = [first.status, second.status];
        both.sort_unstable();
        assert_eq!(both, [303, 410], "a link works once");
        let form = ana.form("/account/reset-password", "Send the link").await;
        ana.posts(&form.with("email", EMAIL)).await;
        let link = world.mail_link(EMAIL).await;
        let mut guest = world.client();
        let set = guest.form(&link, "Save and sign in").await.with("password", SECRET);
        let mut other = guest.clone();
        let (first, second) = tokio::join!(guest.posts(&set), other.posts(&set));
        let mut both = [first.status, second.status];
        both.sort_unstable();
        assert_eq!(both, [303, 410], "a link works once");
        let mut guesses = Vec::new();
        for _ in 0..7 {
            guesses.push(signs_in(&world, EMAIL, "guess").await.status);
        }
        assert_eq!(guesses, [422, 422, 422, 422, 422, 429, 429]);
        world.later(Duration::from_secs(11));
        assert_eq!(signs_in(&world, EMAIL, SECRET).await.status, 303);
    })
    .await;
}
