//! Consent: what the page shows, who decides, once, in one browser; and what a decision leaves behind.

use std::time::Duration;

use grantry_oauth::Timestamp;
use grantry_oauth::redirect_uri::RedirectUri;
use grantry_store::Error;
use grantry_store::app::AppState;
use grantry_store::connection::ConnectionKind;
use grantry_testkit::http::{Client, Form, Reply};
use grantry_testkit::world::{AppWish, PASSWORD};
use grantry_testkit::{World, each_engine};

use crate::connecting::{ASKED, Back, CALLBACK, CHALLENGE, Scene, by_hand, is_page};

const WIDER: (&str, &str) = ("scope", "openid profile reservations.read payments.manage");

// security: C01, C05
#[tokio::test]
async fn the_page_says_who_asks_for_what_in_which_account_and_where_it_goes_next() {
    let scene = Scene::new().await;
    let wide = "openid profile email offline_access reservations.read payments.manage";
    let page = scene.ada().await.opens(&scene.url(&[("scope", wide)])).await;
    assert_eq!(page.status, 200);
    for words in [
        "<b><bdi>Tidy Rooms</bdi></b> by <bdi>ACME Software</bdi> wants access to <b><bdi>HOTL Hotels</bdi></b>",
        "Not reviewed by <bdi>Innkeeper</bdi>",
        "Core API",
        "Read reservations",
        "Manage payments",
        "About you",
        "See your name",
        "See your e-mail address",
        "Stay connected when you are away",
        "You will be sent to <b><bdi>tool.example</bdi></b>",
        "Signed in as admin@hotl.example",
        "Not you?",
    ] {
        assert!(page.says(words), "{words:?} is missing: {}", page.body);
    }
    let place = |words: &str| page.body.find(words).expect("is on the page");
    assert!(place("Manage payments") < place("Read reservations"), "what is sensitive comes first");
    assert_eq!(Form::all_of(&page.body).len(), 1, "one form, Cancel included");
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("frame-ancestors 'none'"));
    assert!(policy.contains("form-action 'self' https:;"), "{policy}");
}

// security: C01
#[tokio::test]
async fn hostile_names_stay_in_their_place() {
    let scene = Scene::new().await;
    let long = "W".repeat(200);
    for (name, shown) in [
        ("<img src=x onerror=alert(1)>", "<bdi>&#60;img src=x onerror=alert(1)&#62;</bdi>"),
        ("Tidy\u{202e}smooR\u{2066}", "<bdi>TidysmooR</bdi>"),
        ("In\u{200b}n\u{feff}keeper\u{e0041}", "<bdi>Innkeeper</bdi>"),
        ("Rooms\n\twants nothing", "<bdi>Rooms wants nothing</bdi>"),
        ("{ $account } \u{e000}0\u{e000}", "<bdi>{ $account } 0</bdi>"),
        ("Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}algo", "algo</bdi>"),
        ("فندق", "<bdi>فندق</bdi>"),
        (long.as_str(), "WWW…</bdi>"),
    ] {
        scene.edits(|details| name.clone_into(&mut details.name)).await;
        let page = scene.ada().await.opens(&scene.url(&[])).await;
        assert_eq!(page.status, 200, "{name:?}: {}", page.body);
        assert!(page.body.contains(shown), "{name:?} is not shown as {shown}: {}", page.body);
        for bad in ["<img", "\u{202e}", "\u{2066}", "\u{200b}", "\u{feff}", "\u{e0041}", "\u{306}"] {
            assert!(!page.body.contains(bad), "{name:?}: {bad:?} is on the page");
        }
    }
}

/// Everything that an Allow leaves behind, on both engines.
// security: T01, T04, C02
#[tokio::test]
async fn a_yes_makes_a_connection_a_grant_and_a_code_that_is_bound_to_all_of_it() {
    each_engine(async |engine| {
        let scene = Scene::with(World::setup().on(engine)).await;
        let mut ada = scene.ada().await;
        let offline = "openid offline_access reservations.read";
        let back = scene.connects(&mut ada, &[("scope", offline)]).await;
        let (code, state) = scene.stored(back.code(scene.world.issuer())).await;
        assert_eq!((code.client_id.as_str(), code.redirect_uri.as_str()), ("ACME-AC-TOOL", CALLBACK));
        assert_eq!(code.code_challenge.as_deref(), Some(CHALLENGE));
        assert_eq!(code.nonce.as_deref(), Some("nonce-1"));
        assert_eq!(code.expires_at.since(code.created_at), Duration::from_secs(60));
        assert!(!code.used);
        let grant = &state.grant;
        assert_eq!(grant.scopes, offline);
        assert_eq!(grant.account_id, scene.hotel.id);
        assert_eq!(grant.person_id.as_ref(), Some(&scene.hotel.admin.id));
        assert!(grant.session_sid.is_some());
        assert!(grant.auth_time > Timestamp(0));

        let standing = scene.standing(&scene.hotel.admin).await;
        let [connected] = standing.as_slice() else { panic!("one connection: {standing:?}") };
        assert_eq!(connected.connection.kind, ConnectionKind::Account);
        assert_eq!(connected.connection.id, grant.connection_id);
        assert_eq!(connected.granted, ["reservations.read"]);
        assert_eq!(connected.consented, ["offline_access", "openid", "reservations.read"]);
        assert_eq!(scene.trail(&scene.hotel).await, ["connection.made", "consent.given"]);
    })
    .await;
}

// security: C02
#[tokio::test]
async fn a_yes_is_remembered_after_a_new_sign_in_and_a_wider_request_asks_again() {
    let scene = Scene::new().await;
    let issuer = scene.world.issuer().to_owned();
    scene.connects(&mut scene.ada().await, &[]).await.code(&issuer);

    let mut elsewhere = scene.world.client();
    let form = elsewhere.opens(&scene.url(&[])).await.form("Sign in");
    let form = form.with("email", &scene.hotel.admin.email).with("password", PASSWORD);
    Back::to_the_app(&elsewhere.submits(&form).await).code(&issuer);
    let narrower = elsewhere.opens(&scene.url(&[("scope", "reservations.read openid")])).await;
    Back::to_the_app(&narrower).code(&issuer);
    assert_eq!(scene.trail(&scene.hotel).await.len(), 2, "nothing was decided anew");

    let page = elsewhere.opens(&scene.url(&[WIDER])).await;
    assert!(page.says("wants more access to"), "{}", page.body);
    let line =
        |words: &str| page.body.lines().find(|line| line.contains(words)).expect("is there").to_owned();
    assert!(line("Manage payments").contains(">New<"));
    assert!(!line("Read reservations").contains(">New<"));
    let allowed = elsewhere.posts(&page.form("Allow").pressing("Allow")).await;
    Back::to_the_app(&allowed).code(&issuer);
    let standing = scene.standing(&scene.hotel.admin).await;
    assert_eq!(standing[0].granted, ["payments.manage", "reservations.read"]);
    assert!(scene.trail(&scene.hotel).await.ends_with(&["connection.extended", "consent.given"]));
    Back::to_the_app(&elsewhere.opens(&scene.url(&[WIDER])).await).code(&issuer);
}

// security: C02
#[tokio::test]
async fn a_program_on_the_persons_device_is_asked_for_every_time() {
    let scene = Scene::new().await;
    let wish = AppWish::store("CLI").public().returning_to("http://127.0.0.1/cb");
    let cli = scene.world.registers(&scene.acme, wish.asking_for(&["reservations.read"])).await;
    let changes = [("client_id", cli.client_id.as_str()), ("redirect_uri", "http://127.0.0.1:5100/cb")];
    let mut ada = scene.ada().await;
    for _ in 0..2 {
        let page = ada.opens(&scene.url(&changes)).await;
        assert!(page.says("a program on this computer"));
        assert!(
            page.header("content-security-policy")
                .is_some_and(|p| p.contains("form-action 'self' http: https:;"))
        );
        let back = Back::to_the_app(&ada.posts(&page.form("Allow").pressing("Allow")).await);
        assert_eq!(back.uri, "http://127.0.0.1:5100/cb");
        assert!(back.get("code").starts_with("grc_"));
    }
    let quiet = ada.opens(&scene.url(&[changes[0], changes[1], ("prompt", "none")])).await;
    assert_eq!(Back::to_the_app(&quiet).get("error"), "consent_required");
}

// security: C03
#[tokio::test]
async fn a_request_that_one_browser_began_is_nothing_in_another() {
    let scene = Scene::new().await;
    let mallory = scene.world.customer("EVIL").await;
    let mut hers = scene.signed_in(&mallory.admin).await;
    let started = hers.gets(&scene.url(&[])).await;
    let page = hers.gets(started.location()).await;
    assert_eq!(page.status, 200);

    let mut adas = scene.ada().await;
    is_page(&adas.gets(started.location()).await, 410, "Start again from the app");
    let own = adas.form("/account/logout", "Sign out").await;
    for decision in ["allow", "cancel"] {
        let forged = by_hand(&page, decision).with("form_token", own.value("form_token").expect("a token"));
        is_page(&adas.posts(&forged).await, 410, "Start again from the app");
        is_page(&adas.posts(&by_hand(&page, decision)).await, 403, "out of date");
    }
    assert_eq!(scene.standing(&scene.hotel.admin).await, []);
    let login = format!("/account/login?request={}", started.location().rsplit('/').next().expect("an id"));
    is_page(&adas.gets(&login).await, 410, "Start again from the app");
}

// security: C03, S01
#[tokio::test]
async fn the_yes_belongs_to_the_person_and_the_account_that_the_page_named() {
    let scene = Scene::new().await;
    let bob = scene.world.member(&scene.hotel, "Bob Brown").await;
    let rival = scene.world.customer("PENS").await;
    let mut ada = scene.ada().await;
    let page = ada.opens(&scene.url(&[])).await;
    let form = page.form("Allow").pressing("Allow");
    for tampered in [
        form.clone().with("account", rival.id.as_str()),
        form.clone().with("account", ""),
        form.clone().without("account"),
        form.clone().with("person", bob.id.as_str()),
        form.clone().without("person"),
    ] {
        let again = ada.posts(&tampered).await;
        assert_eq!(again.status, 303);
        assert!(again.location().starts_with("/connect/authorize/"), "{}", again.location());
    }
    // Somebody else has signed in in another tab.
    let mut bobs = ada.clone();
    let session = scene.signed_in(&bob).await;
    bobs.carries("grantry-session", session.cookie("grantry-session").expect("a session"));
    let again = bobs.posts(&form).await;
    assert!(again.location().starts_with("/connect/authorize/"));
    assert_eq!(scene.standing(&scene.hotel.admin).await, []);

    Back::to_the_app(&ada.posts(&form).await).code(scene.world.issuer());
}

// security: C04
#[tokio::test]
async fn a_decision_is_made_once_by_a_form_of_ours_and_never_by_a_link() {
    let scene = Scene::new().await;
    let mut ada = scene.ada().await;
    let started = ada.gets(&scene.url(&[])).await;
    let path = started.location().to_owned();
    let page = ada.gets(&path).await;
    for query in ["?decision=allow", "?decision=allow&account=x&choose=false", "?choose=maybe"] {
        let reply = ada.gets(&format!("{path}{query}")).await;
        assert!(reply.header("location").is_none(), "{query}: {}", reply.location());
    }
    let empty = page.form("Allow").without("account").without("person");
    for out_of_order in [empty.clone(), by_hand(&page, "ask"), by_hand(&page, "sudo")] {
        let again = ada.posts(&out_of_order).await;
        assert_eq!((again.status, again.location()), (303, path.as_str()));
    }
    let allow = page.form("Allow").pressing("Allow");
    is_page(&ada.posts(&allow.clone().without("form_token")).await, 403, "out of date");
    Back::to_the_app(&ada.posts(&allow).await).code(scene.world.issuer());
    for replay in [allow, by_hand(&page, "cancel"), empty] {
        is_page(&ada.posts(&replay).await, 410, "Start again from the app");
    }
    is_page(&ada.gets(&path).await, 410, "Start again from the app");
}

// security: C04, T03
#[tokio::test]
async fn of_many_clicks_at_once_one_gives_a_code() {
    each_engine(async |engine| {
        let scene = Scene::with(World::setup().on(engine)).await;
        let mut ada = scene.ada().await;
        let page = ada.opens(&scene.url(&[])).await;
        let allow = page.form("Allow").pressing("Allow");
        let clicks: Vec<_> = (0..16)
            .map(|_| {
                let (mut client, form): (Client, Form) = (ada.clone(), allow.clone());
                tokio::spawn(async move { client.posts(&form).await })
            })
            .collect();
        let mut given = 0;
        for click in clicks {
            let reply: Reply = click.await.expect("no panic");
            match reply.status {
                303 => given += 1,
                status => assert_eq!(status, 410, "{}", reply.body),
            }
        }
        assert_eq!(given, 1);
        assert_eq!(scene.trail(&scene.hotel).await, ["connection.made", "consent.given"]);
    })
    .await;
}

// security: C06
#[tokio::test]
async fn a_no_is_told_to_the_app_and_asked_again_next_time() {
    let scene = Scene::new().await;
    let mut ada = scene.ada().await;
    for _ in 0..2 {
        let page = ada.opens(&scene.url(&[])).await;
        let refused = ada.posts(&page.form("Cancel").pressing("Cancel")).await;
        assert_eq!(Back::to_the_app(&refused).error(scene.world.issuer()), "access_denied");
    }
    assert_eq!(scene.standing(&scene.hotel.admin).await, []);
    assert_eq!(scene.trail(&scene.hotel).await, ["consent.refused", "consent.refused"]);
}

#[tokio::test]
async fn a_request_waits_for_an_hour_and_for_nobody_who_keeps_no_cookies() {
    let scene = Scene::new().await;
    let mut ada = scene.ada().await;
    let page = ada.opens(&scene.url(&[])).await;
    scene.world.later(Duration::from_secs(3590));
    assert_eq!(ada.opens(&scene.url(&[])).await.status, 200);
    scene.world.later(Duration::from_secs(20));
    is_page(&ada.posts(&page.form("Allow").pressing("Allow")).await, 410, "Start again from the app");

    let started = scene.world.get(&scene.url(&[])).await;
    let first = scene.world.get(started.location()).await;
    assert!(first.location().starts_with("/account/login?request="));
    is_page(&scene.world.get(started.location()).await, 410, "Start again from the app");
}

// security: A01, C07
#[tokio::test]
async fn what_the_app_has_lost_while_the_person_was_reading_is_not_given() {
    let scene = Scene::new().await;
    let mut ada = scene.ada().await;
    let page = ada.opens(&scene.url(&[])).await;
    scene.edits(|details| details.scopes.clear()).await;
    let back = Back::to_the_app(&ada.posts(&page.form("Allow").pressing("Allow")).await);
    assert_eq!(back.error(scene.world.issuer()), "invalid_scope");

    let scene = Scene::new().await;
    let mut ada = scene.ada().await;
    let page = ada.opens(&scene.url(&[])).await;
    let elsewhere = vec!["https://tool.example/new".to_owned()];
    scene.edits(|details| details.redirect_uris = elsewhere).await;
    is_page(&ada.posts(&page.form("Allow").pressing("Allow")).await, 400, "unauthorized_client");
}

#[tokio::test]
async fn the_page_speaks_the_language_that_the_app_asks_for_where_it_is_spoken() {
    let scene = Scene::new().await;
    let page = scene.ada().await.opens(&scene.url(&[("ui_locales", "tlh en")])).await;
    assert!(page.body.contains("<html lang=\"en\">"));
}

#[tokio::test]
async fn with_the_seeds_spelling_the_page_says_what_the_name_then_is() {
    let setup = World::setup().configured(|config| {
        config.compat.preset = grantry::config::CompatPreset::Seed;
    });
    let scene = Scene::with(setup).await;
    let asked = [("scope", "openid profile email reservations.read")];
    let page = scene.ada().await.opens(&scene.url(&asked)).await;
    assert!(page.says("See your name and your e-mail address"));
    assert!(!page.says("See your e-mail address"), "it is said already: {}", page.body);
}

// security: C07
#[tokio::test]
async fn before_approval_an_app_can_be_open_to_its_own_account_alone() {
    let setup = World::setup().configured(|config| {
        config.review.unlisted = grantry::config::Unlisted::OwnAndTest;
    });
    let scene = Scene::with(setup).await;
    let page = scene.ada().await.opens(&scene.url(&[])).await;
    assert!(page.says("Tidy Rooms cannot be connected yet"), "{}", page.body);
    let mut ada = scene.ada().await;
    let page = ada.opens(&scene.url(&[])).await;
    let forged = by_hand_in(&page, "allow", &scene);
    let again = ada.posts(&forged).await;
    assert!(again.location().starts_with("/connect/authorize/"));
    let refused = ada.posts(&page.form("Back to Tidy Rooms").pressing("Back to Tidy Rooms")).await;
    assert_eq!(Back::to_the_app(&refused).error(scene.world.issuer()), "access_denied");

    let own = scene.signed_in(&scene.acme.admin).await.opens(&scene.url(&[])).await;
    assert!(own.says("Your own account’s app"), "{}", own.body);
    let operator = scene.world.operator().await;
    assert!(scene.signed_in(&operator.admin).await.opens(&scene.url(&[])).await.says("wants access to"));
}

fn by_hand_in(page: &Reply, decision: &str, scene: &Scene) -> Form {
    let form = page.form("Back to Tidy Rooms").with("decision", decision);
    form.with("account", scene.hotel.id.as_str()).with("person", scene.hotel.admin.id.as_str())
}

// security: A01
#[tokio::test]
async fn a_developer_tries_the_app_out_and_nobody_else_can() {
    use grantry::consent::trial::{self, NotBegun, Trial};
    let scene = Scene::new().await;
    let app = scene.world.app();
    let known = app.cached.find_app(&scene.app.client_id).await.expect("a read").expect("the app");
    let trial = Trial { scope: ASKED, state: "s", nonce: "n", code_challenge: CHALLENGE };
    let path = trial::begin(app, &known, trial).await.expect("a trial begins");
    let mut developer = scene.signed_in(&scene.acme.admin).await;
    let page = developer.opens(&path).await;
    assert!(page.says("you will be sent back here"), "{}", page.body);
    let back = Back::to_the_app(&developer.posts(&page.form("Allow").pressing("Allow")).await);
    assert_eq!(back.uri, scene.world.url("/apps/try/callback"));
    let (code, _) = scene.stored(back.get("code")).await;
    assert!(RedirectUri::from_stored(trial::callback(app)).matches(&code.redirect_uri, false));

    let path = trial::begin(app, &known, trial).await.expect("a trial begins");
    let page = scene.ada().await.opens(&path).await;
    assert!(page.says("This is not yours to try"), "{}", page.body);
    let colleague = scene.world.member(&scene.acme, "Cyd Clark").await;
    let path = trial::begin(app, &known, trial).await.expect("a trial begins");
    assert!(scene.signed_in(&colleague).await.opens(&path).await.says("This is not yours to try"));

    let outside = [("redirect_uri", trial::callback(app))];
    let outside = outside.each_ref().map(|(name, value)| (*name, value.as_str()));
    is_page(&scene.world.get(&scene.url(&outside)).await, 400, "unauthorized_client");
    let wrong = trial::begin(app, &known, Trial { scope: "rates.read", ..trial }).await;
    assert!(matches!(wrong, Err(NotBegun::Refused(_))));
}

#[tokio::test]
async fn a_deleted_app_leaves_its_waiting_requests_behind() {
    let scene = Scene::new().await;
    let mut ada = scene.ada().await;
    let page = ada.opens(&scene.url(&[])).await;
    let app = scene.world.app();
    let (account, id) = (scene.acme.id.clone(), scene.app.id.clone());
    let deleted: Result<_, Error> =
        app.store.write(app.clock.now(), |tx| async move { tx.delete_app(&account, &id, None).await }).await;
    deleted.expect("the app is deleted");
    let reply = ada.posts(&page.form("Allow").pressing("Allow")).await;
    assert!(matches!(reply.status, 400 | 410), "{}", reply.status);
    assert_eq!(AppState::Deleted.as_str(), "deleted");
}
