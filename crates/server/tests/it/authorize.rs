//! `/connect/authorize`: what is read, where errors may travel, and what may be shown.

use std::time::Duration;

use grantry_oauth::id_token::IdToken;
use grantry_oauth::jose::Alg;
use grantry_store::Error;
use grantry_store::app::AppState::{Active, Suspended};
use grantry_store::flow_event::FlowEvent;
use grantry_testkit::http::Reply;
use grantry_testkit::world::{PASSWORD, Person};

use crate::connecting::{Back, CALLBACK, Scene, is_page};

const NONE: (&str, &str) = ("prompt", "none");

/// Spellings near a registered URI, and worse. The registered one is `https://tool.example/callback`.
const HOSTILE: [&str; 34] = [
    "https://tool.example",
    "https://tool.example/",
    "https://tool.example/callback/",
    "https://tool.example/callback/x",
    "https://tool.example/Callback",
    "https://TOOL.example/callback",
    "HTTPS://tool.example/callback",
    "http://tool.example/callback",
    "https://tool.example:443/callback",
    "https://tool.example:8443/callback",
    "https://tool.example./callback",
    "https://tool.example/callback?",
    "https://tool.example/callback?x=1",
    "https://tool.example/callback#x",
    "https://tool.example/callback/../callback",
    "https://tool.example/./callback",
    "https://tool.example/%2e/callback",
    "https://tool.example/callback/..;/evil",
    "https://tool.example//callback",
    "https://tool.example/callbac%6b",
    "https://tool.example/callback%00",
    "https://tool.example/callback\t",
    "https://tool.example/callback\n",
    " https://tool.example/callback",
    "https://evil.example/callback",
    "https://tool.example@evil.example/callback",
    "https://evil.example@tool.example/callback",
    "https://tool.example\\@evil.example/callback",
    "https://evil\\.tool.example/callback",
    "https://tool.example.evil.example/callback",
    "https://evil.example/?x=https://tool.example/callback",
    "//tool.example/callback",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
];

pub(crate) async fn posts(scene: &Scene, body: &str) -> Reply {
    let form = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", "https://tool.example"),
        ("Sec-Fetch-Site", "cross-site"),
    ];
    scene.world.post("/connect/authorize", &form, body).await
}

/// What the owner of the app can read about a refused request.
pub(crate) async fn told_to_the_owner(scene: &Scene, reply: &Reply) -> Option<FlowEvent> {
    let id = reply.header("x-request-id").expect("every answer has a request id");
    scene.world.app().flow_log.flush(scene.world.app()).await;
    let reader = scene.world.app().store.reader();
    reader.find_flow_event(&scene.acme.id, id).await.expect("flow events can be read")
}

// security: A01, A04, A13
#[tokio::test]
async fn no_spelling_but_the_registered_one_is_a_redirect_uri() {
    let scene = Scene::new().await;
    for uri in HOSTILE {
        let changes = [("redirect_uri", uri)];
        for reply in
            [scene.world.get(&scene.url(&changes)).await, posts(&scene, &scene.query(&changes)).await]
        {
            is_page(&reply, 400, "unauthorized_client");
            assert!(reply.says("Something went wrong"));
            let id = reply.header("x-request-id").expect("a request id");
            assert!(reply.body.contains(id), "{uri}: the page names the request");
            assert!(!reply.body.contains("evil"), "{uri}: the page repeats what was sent");
            assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        }
    }
}

// security: A03, A04
#[tokio::test]
async fn errors_about_the_app_or_its_redirect_uri_are_pages_and_their_reason_goes_to_the_owner() {
    let scene = Scene::new().await;
    let robot = scene.world.custom_app(&scene.acme, "ROBOT", &["reservations.read"]).await;
    for (changes, code, hint) in [
        (("redirect_uri", ""), "invalid_request", Some("redirect_uri is missing")),
        (("redirect_uri", "https://evil.example/"), "unauthorized_client", Some("https://evil.example/")),
        (("client_id", robot.client_id.as_str()), "unauthorized_client", Some("client credentials only")),
        (("client_id", ""), "invalid_request", None),
        (("client_id", "ACME-AC-NOBODY"), "unauthorized_client", None),
        (("client_id", "\0'--<script>"), "unauthorized_client", None),
    ] {
        let reply = scene.world.get(&scene.url(&[changes])).await;
        is_page(&reply, 400, code);
        let told = told_to_the_owner(&scene, &reply).await;
        match (told, hint) {
            (Some(told), Some(hint)) => {
                assert!(told.hint.contains(hint), "{changes:?}: {}", told.hint);
                assert_eq!((told.error.as_str(), told.stage.as_str()), (code, "authorize"));
                assert!(!reply.body.contains("evil"), "the hint is not for the page");
            }
            (None, None) => {}
            (told, hint) => panic!("{changes:?}: {told:?}, not {hint:?}"),
        }
    }
}

// security: A04, A14
#[tokio::test]
async fn no_error_ever_goes_to_a_redirect_uri_that_is_not_registered() {
    let scene = Scene::new().await;
    for error in [
        ("response_type", "token"),
        ("response_type", ""),
        ("response_mode", "fragment"),
        ("scope", "no.such.scope"),
        ("prompt", "none"),
        ("prompt", "none login"),
        ("code_challenge", ""),
        ("code_challenge_method", "plain"),
        ("max_age", "-1"),
    ] {
        let reply = scene.world.get(&scene.url(&[error, ("redirect_uri", "https://evil.example/cb")])).await;
        is_page(&reply, 400, "unauthorized_client");
    }
}

// security: A04, A07, A08, A10, A18
#[tokio::test]
async fn every_other_error_goes_back_with_state_and_issuer_and_is_told_to_the_owner() {
    let scene = Scene::new().await;
    let long = "n".repeat(4097);
    for (changes, code) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", "id_token"), "unsupported_response_type"),
        (("response_type", "code id_token token"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("response_mode", "fragment"), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("code_challenge", "tooshort"), "invalid_request"),
        (("scope", "no.such.scope"), "invalid_scope"),
        (("scope", "openid rates.read"), "invalid_scope"),
        (("scope", "openid \"quoted\""), "invalid_scope"),
        (("resource", "https://evil.example/"), "invalid_target"),
        (("request", "not.a.jwt"), "invalid_request_object"),
        (("request_uri", "https://evil.example/r"), "invalid_request_uri"),
        (("prompt", "none consent"), "invalid_request"),
        (("prompt", "sometimes"), "invalid_request"),
        (("max_age", "soon"), "invalid_request"),
        (("nonce", long.as_str()), "invalid_request"),
    ] {
        let reply = scene.world.get(&scene.url(&[changes])).await;
        let back = Back::to_the_app(&reply);
        assert_eq!(back.error(scene.world.issuer()), code, "{changes:?}");
        assert!(!reply.location().contains("evil"), "{changes:?}: {}", reply.location());
        let told = told_to_the_owner(&scene, &reply).await.expect("the owner is told");
        assert_eq!(told.error, code, "{changes:?}");
    }
}

// security: A05
#[tokio::test]
async fn no_parameter_may_be_sent_twice() {
    let scene = Scene::new().await;
    for name in ["scope", "state", "nonce", "response_type", "code_challenge", "unknown"] {
        let query = format!("{}&{name}=again", scene.query(&[("unknown", "x")]));
        for reply in
            [scene.world.get(&format!("/connect/authorize?{query}")).await, posts(&scene, &query).await]
        {
            let back = Back::to_the_app(&reply);
            assert_eq!(back.get("error"), "invalid_request", "{name}");
            assert_eq!(back.get("state").is_empty(), name == "state", "neither of two states is the state");
        }
    }
    for name in ["client_id", "redirect_uri"] {
        for value in ["again", CALLBACK, &scene.app.client_id] {
            let query = format!("{}&{name}={value}", scene.query(&[]));
            is_page(&scene.world.get(&format!("/connect/authorize?{query}")).await, 400, "invalid_request");
        }
    }
}

// security: A06
#[tokio::test]
async fn a_form_of_the_app_means_the_same_as_a_link_and_touches_no_cookie() {
    let scene = Scene::new().await;
    let posted = posts(&scene, &scene.query(&[])).await;
    assert_eq!(posted.status, 303);
    assert_eq!(posted.header("set-cookie"), None, "our cookies did not come, so none is replaced");
    assert!(posted.location().starts_with("/connect/authorize/"));
    let mut ada = scene.ada().await;
    let page = ada.gets(posted.location()).await;
    assert!(page.says("wants access to"), "{}", page.body);
    let back = Back::to_the_app(&ada.posts(&page.form("Allow").pressing("Allow")).await);
    assert!(back.code(scene.world.issuer()).starts_with("grc_"));

    let json = [("Content-Type", "application/json")];
    is_page(&scene.world.post("/connect/authorize", &json, "{}").await, 415, "takes a form");
}

// security: A06, A17
#[tokio::test]
async fn order_and_unknown_parameters_make_no_difference() {
    let scene = Scene::new().await;
    let mut pairs: Vec<String> = scene.query(&[]).split('&').map(str::to_owned).collect();
    pairs.reverse();
    pairs.push(
        "display=popup&ui_locales=de%20en&claims_locales=en&acr_values=1&login_hint=x%40y.example".into(),
    );
    pairs.push("claims=%7B%7D&utm_source=newsletter&id_token_hint=garbage".into());
    let url = format!("/connect/authorize?{}", pairs.join("&"));
    let page = scene.ada().await.opens(&url).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let scope = "reservations.read  profile openid profile ";
    let page = scene.ada().await.opens(&scene.url(&[("scope", scope)])).await;
    assert!(page.says("Read reservations"));
}

// security: A09, A10
#[tokio::test]
async fn state_comes_back_unchanged_however_long_and_strange_it_is() {
    let scene = Scene::new().await;
    let mut ada = scene.ada().await;
    let long = "s".repeat(4096);
    let strange = "\"><script>alert(1)</script>&state=2 + ä%41\u{202e}\u{1f3e8}";
    for state in [long.as_str(), strange, "0", " "] {
        let nonce = "n".repeat(512);
        let back =
            scene.connects(&mut ada, &[("state", state), ("nonce", &nonce), ("prompt", "consent")]).await;
        assert_eq!(back.get("state"), state);
        assert_eq!(back.get("iss"), scene.world.issuer());
        let (code, _) = scene.stored(back.get("code")).await;
        assert_eq!(code.nonce.as_deref(), Some(nonce.as_str()));
        let refused = scene.world.get(&scene.url(&[("state", state), ("scope", "no.such")])).await;
        assert_eq!(Back::to_the_app(&refused).get("state"), state);
    }
    let without = scene.connects(&mut ada, &[("state", ""), ("prompt", "consent")]).await;
    assert!(!without.parameters.contains_key("state"));
}

// security: A09, A12
#[tokio::test]
async fn a_form_post_escapes_everything_and_may_go_to_the_app_alone() {
    let scene = Scene::new().await;
    let mut ada = scene.ada().await;
    let state = "\"><script>alert(1)</script>'&x";
    let changes = [("response_mode", "form_post"), ("state", state)];
    let page = ada.opens(&scene.url(&changes)).await;
    for reply in [
        ada.posts(&page.form("Allow").pressing("Allow")).await,
        scene.world.get(&scene.url(&[changes[0], changes[1], ("scope", "no.such")])).await,
    ] {
        assert_eq!((reply.status, reply.header("location")), (200, None));
        let form = reply.form(CALLBACK);
        assert_eq!(form.method, "POST");
        assert_eq!(form.value("state"), Some(state));
        assert_eq!(form.value("iss"), Some(scene.world.issuer()));
        assert!(form.value("code").is_some() != form.value("error").is_some());
        assert_eq!(form.value("form_token"), None, "our token is not for the app");
        assert!(!reply.body.contains("<script>alert"));
        let policy = reply.header("content-security-policy").expect("a policy");
        assert!(policy.contains("form-action 'self' https:;"), "{policy}");
        let nonce = reply.body.split("nonce=\"").nth(1).and_then(|rest| rest.split('"').next());
        let nonce = nonce.expect("the script has a nonce");
        assert!(policy.contains(&format!("script-src 'self' 'nonce-{nonce}'")), "{policy}");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
}

// security: A14
#[tokio::test]
async fn prompt_none_shows_no_page() {
    let scene = Scene::new().await;
    let issuer = scene.world.issuer().to_owned();
    let quiet = scene.url(&[NONE]);
    let nobody = scene.world.client().opens(&quiet).await;
    assert_eq!(Back::to_the_app(&nobody).error(&issuer), "login_required");
    let mut ada = scene.ada().await;
    assert_eq!(Back::to_the_app(&ada.opens(&quiet).await).error(&issuer), "consent_required");

    scene.connects(&mut ada, &[]).await.code(&issuer);
    Back::to_the_app(&ada.opens(&quiet).await).code(&issuer);
    let wider = scene.url(&[NONE, ("scope", "openid profile reservations.read payments.manage")]);
    assert_eq!(Back::to_the_app(&ada.opens(&wider).await).error(&issuer), "consent_required");

    let other = scene.world.customer("PENS").await;
    scene.world.joins(&scene.hotel.admin, &other, true).await;
    let open = Back::to_the_app(&ada.opens(&quiet).await);
    assert_eq!(open.error(&issuer), "account_selection_required");
    scene.world.later(Duration::from_secs(120));
    let stale = ada.opens(&scene.url(&[NONE, ("max_age", "60")])).await;
    assert_eq!(Back::to_the_app(&stale).error(&issuer), "login_required");
}

// security: A15
#[tokio::test]
async fn prompt_login_and_max_age_ask_for_the_password_again() {
    let scene = Scene::new().await;
    let mut ada = scene.ada().await;
    let first = scene.connects(&mut ada, &[]).await;
    let (_, before) = scene.stored(first.get("code")).await;
    for asks in [("prompt", "login"), ("max_age", "60"), ("max_age", "0")] {
        scene.world.later(Duration::from_secs(120));
        let page = ada.opens(&scene.url(&[asks])).await;
        let form = page.form("Sign in").with("email", &scene.hotel.admin.email);
        let entered = ada.submits(&form.with("password", PASSWORD)).await;
        let back = Back::to_the_app(&entered);
        let (_, after) = scene.stored(back.code(scene.world.issuer())).await;
        assert!(after.grant.auth_time > before.grant.auth_time, "{asks:?}");
    }
    let enough = ada.opens(&scene.url(&[("max_age", "3600")])).await;
    Back::to_the_app(&enough).code(scene.world.issuer());
}

// security: A15
#[tokio::test]
async fn prompt_consent_and_select_account_ask_although_all_is_known() {
    let scene = Scene::new().await;
    let mut ada = scene.ada().await;
    scene.connects(&mut ada, &[]).await.code(scene.world.issuer());
    let page = ada.opens(&scene.url(&[("prompt", "consent")])).await;
    assert!(page.says("wants access to"));
    let page = ada.opens(&scene.url(&[("prompt", "select_account")])).await;
    assert!(page.says("Choose an account"));
    let chosen = page.form("Cancel").with("account", scene.hotel.id.as_str());
    Back::to_the_app(&ada.submits(&chosen).await).code(scene.world.issuer());
}

/// An ID token as the app has kept it.
async fn id_token(scene: &Scene, person: &Person, account_code: &str) -> String {
    let app = scene.world.app();
    let key = app.keys.signer(Alg::Rs256).await.expect("a key");
    let now = app.clock.now();
    let token = IdToken {
        issuer: app.issuer(),
        client_id: &scene.app.client_id,
        person_id: person.id.as_str(),
        account_code,
        auth_time: now,
        amr: &["pwd"],
        session_id: None,
        nonce: None,
        access_token: None,
        issued_at: now,
        asked: None,
    };
    token.sign(&key).expect("signed")
}

// security: A16
#[tokio::test]
async fn a_hint_for_somebody_else_gets_nobodys_code() {
    let scene = Scene::new().await;
    let issuer = scene.world.issuer().to_owned();
    let bob = scene.world.member(&scene.hotel, "Bob Brown").await;
    let mut ada = scene.ada().await;
    scene.connects(&mut ada, &[]).await.code(&issuer);
    let own = id_token(&scene, &scene.hotel.admin, "HOTL").await;
    let bobs = id_token(&scene, &bob, "HOTL").await;
    let with = |hint: &str| scene.url(&[NONE, ("id_token_hint", hint)]);
    Back::to_the_app(&ada.opens(&with(&own)).await).code(&issuer);
    for hint in [bobs.as_str(), "garbage", &own[..own.len() - 8]] {
        assert_eq!(Back::to_the_app(&ada.opens(&with(hint)).await).error(&issuer), "login_required");
    }
    let page = ada.opens(&scene.url(&[("id_token_hint", &bobs)])).await;
    assert!(page.says("Forgot your password?"));
}

#[tokio::test]
async fn a_hint_says_which_of_several_accounts_is_meant() {
    let scene = Scene::new().await;
    let issuer = scene.world.issuer().to_owned();
    let mut ada = scene.ada().await;
    scene.connects(&mut ada, &[]).await.code(&issuer);
    let other = scene.world.customer("PENS").await;
    scene.world.joins(&scene.hotel.admin, &other, true).await;
    let hint = id_token(&scene, &scene.hotel.admin, "HOTL").await;
    Back::to_the_app(&ada.opens(&scene.url(&[NONE, ("id_token_hint", &hint)])).await).code(&issuer);
    let elsewhere = id_token(&scene, &scene.hotel.admin, "ACME").await;
    let open = ada.opens(&scene.url(&[NONE, ("id_token_hint", &elsewhere)])).await;
    assert_eq!(Back::to_the_app(&open).error(&issuer), "account_selection_required");
}

// security: A21
#[tokio::test]
async fn a_request_may_have_sixteen_kilobytes_and_not_more() {
    let scene = Scene::new().await;
    let long = format!("/connect/authorize?{}&extra={}", scene.query(&[]), "x".repeat(12 * 1024));
    assert_eq!(scene.world.get(&long).await.status, 303);
    let longer = format!("{}&extra={}", scene.query(&[]), "x".repeat(16 * 1024));
    is_page(&scene.world.get(&format!("/connect/authorize?{longer}")).await, 414, "too much");
    is_page(&posts(&scene, &longer).await, 413, "too much");
    let many: String = (0..101).map(|n| format!("&p{n}=")).collect();
    is_page(&posts(&scene, &format!("{}{many}", scene.query(&[]))).await, 400, "invalid_request");
}

// security: A02
#[tokio::test]
async fn a_public_app_on_this_computer_may_use_any_port_and_nothing_else_of_its_own() {
    let scene = Scene::new().await;
    let wish = grantry_testkit::world::AppWish::store("CLI").public();
    let wish = wish.returning_to("http://127.0.0.1/cb").returning_to("com.example.cli:/cb");
    let cli = scene.world.registers(&scene.acme, wish.asking_for(&["reservations.read"])).await;
    let with = |uri: &str| scene.url(&[("client_id", &cli.client_id), ("redirect_uri", uri)]);
    for uri in ["http://127.0.0.1:51004/cb", "http://127.0.0.1/cb", "com.example.cli:/cb"] {
        let page = scene.ada().await.opens(&with(uri)).await;
        assert!(page.says("Allow it only if you have just started it"), "{uri}: {}", page.body);
    }
    for uri in [
        "http://127.0.0.1:51004/cb/",
        "http://127.0.0.1:51004/cb?x=1",
        "http://127.0.0.1:99999/cb",
        "http://127.0.0.1:0x50/cb",
        "http://localhost:51004/cb",
        "http://127.0.0.1.evil.example:51004/cb",
        "http://127.0.0.1:51004@evil.example/cb",
        "https://127.0.0.1:51004/cb",
        "com.example.cli://cb",
    ] {
        is_page(&scene.world.get(&with(uri)).await, 400, "unauthorized_client");
    }
    let posted = with("com.example.cli:/cb") + "&response_mode=form_post";
    let back = scene.world.get(&posted).await;
    assert!(back.location().starts_with("com.example.cli:/cb?error=invalid_request"));
}

// security: C07
#[tokio::test]
async fn a_suspended_app_asks_in_vain_and_its_waiting_requests_end() {
    let scene = Scene::new().await;
    let mut ada = scene.ada().await;
    let page = ada.opens(&scene.url(&[])).await;
    let app = scene.world.app();
    let id = scene.app.id.clone();
    let suspended: Result<_, Error> = app
        .store
        .write(app.clock.now(), |tx| async move { tx.set_app_state(&id, Active, Suspended).await })
        .await;
    assert_eq!(suspended, Ok(true));
    let refused = scene.world.get(&scene.url(&[])).await;
    is_page(&refused, 400, "unauthorized_client");
    assert!(refused.says("is suspended") && !refused.says("not known here"), "{}", refused.body);
    let told = told_to_the_owner(&scene, &scene.world.get(&scene.url(&[])).await).await;
    assert!(told.is_some_and(|told| told.hint.contains("suspended")));
    let refused = ada.posts(&page.form("Allow").pressing("Allow")).await;
    is_page(&refused, 400, "unauthorized_client");
    assert!(refused.says("is suspended"), "{}", refused.body);
}

#[tokio::test]
async fn a_request_without_scopes_is_an_error_where_no_api_has_defaults() {
    let scene = Scene::new().await;
    let back = Back::to_the_app(&scene.world.get(&scene.url(&[("scope", "")])).await);
    assert_eq!(back.error(scene.world.issuer()), "invalid_scope");
}
