//! Back-channel logout: which apps are told that a session has ended, what they are told, and what happens when they do
//! not listen.

use std::sync::Arc;
use std::time::Duration;

use grantry::sign_in::back_channel::tell_due;
use grantry_oauth::jose::{self, TokenType};
use grantry_store::session_app::SessionApp;
use grantry_testkit::World;
use grantry_testkit::farm::Farm;
use grantry_testkit::http::{Client, Form};
use grantry_testkit::world::{AppWish, PASSWORD, RegisteredApp, Tenant};
use serde_json::Value;
use url::form_urlencoded;

const CALLBACK: &str = "https://app.example/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An app that wants to know when sessions end, one that does not, and a hotel whose admin uses both.
struct Scene {
    farm: Farm,
    world: World,
    hotel: Tenant,
    app: RegisteredApp,
    other: RegisteredApp,
}

impl Scene {
    async fn new(path: &str) -> Self {
        let farm = Farm::new().await;
        let world = World::setup().beside(&farm).start().await;
        let acme = world.developer("ACME").await;
        let hotel = world.customer("HOTL").await;
        let mut wish = AppWish::store("TOOL").returning_to(CALLBACK).asking_for(&["reservations.read"]);
        wish.raw.backchannel_logout_uri = farm.url(path);
        "ES256".clone_into(&mut wish.raw.id_token_alg);
        let app = world.registers(&acme, wish).await;
        let mut wish = AppWish::store("OTHER").returning_to(CALLBACK).asking_for(&["reservations.read"]);
        "ES256".clone_into(&mut wish.raw.id_token_alg);
        let other = world.registers(&acme, wish).await;
        Self { farm, world, hotel, app, other }
    }

    fn request(app: &RegisteredApp, scope: &str) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", &app.client_id),
                ("redirect_uri", CALLBACK),
                ("scope", scope),
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        format!("/connect/authorize?{query}")
    }

    /// Signs in to an app in this browser; answers the tokens.
    async fn signs_in(&self, browser: &mut Client, app: &RegisteredApp, scope: &str, more: &str) -> Value {
        let mut reply = browser.opens(&format!("{}{more}", Self::request(app, scope))).await;
        if reply.says("Password") {
            let form =
                reply.form("Sign in").with("email", &self.hotel.admin.email).with("password", PASSWORD);
            reply = browser.submits(&form).await;
        }
        if reply.status == 200 {
            reply = browser.posts(&reply.form("Allow").pressing("Allow")).await;
        }
        let back = url::Url::parse(reply.location()).expect("the app's address");
        let code = back.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
        let form = Form::by_hand("/connect/token")
            .with("grant_type", "authorization_code")
            .with("code", &code)
            .with("redirect_uri", CALLBACK)
            .with("code_verifier", VERIFIER)
            .with("client_id", &app.client_id)
            .with("client_secret", &app.client_secret);
        let given = self.world.client().posts(&form).await;
        assert_eq!(given.status, 200, "{}", given.body);
        given.json()
    }

    async fn signs_out(&self, browser: &mut Client) {
        let form = browser.form("/account/logout", "Sign out").await;
        assert_eq!(browser.posts(&form).await.status, 303);
    }

    /// The logout tokens that have arrived, once every app that is due was told.
    async fn arrived(&self) -> Vec<String> {
        tell_due(self.world.app()).await.expect("the store answers");
        let posted = self.farm.requests().into_iter().filter(|request| request.starts_with("POST "));
        posted
            .map(|request| {
                assert!(
                    request
                        .to_lowercase()
                        .contains("\r\ncontent-type: application/x-www-form-urlencoded\r\n")
                );
                let body = request.split("\r\n\r\n").nth(1).expect("a body").to_owned();
                let token = form_urlencoded::parse(body.as_bytes()).find(|(name, _)| name == "logout_token");
                token.expect("a logout token").1.into_owned()
            })
            .collect()
    }

    /// How it stands with telling the app about the session of an ID token.
    async fn state(&self, tokens: &Value) -> SessionApp {
        let sid = claims(tokens["id_token"].as_str().expect("an ID token"))["sid"].clone();
        let sid = grantry_store::id::SessionId::parse(sid.as_str().expect("a sid")).expect("a sid");
        let list = self.world.app().store.reader().list_session_apps(&sid).await.expect("a read");
        list.into_iter().next().expect("the app is noted")
    }
}

fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let part = token.split('.').nth(1).expect("three parts");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

// security: S10
#[tokio::test]
async fn an_app_is_told_once_which_session_of_whom_has_ended() {
    let scene = Scene::new("/bc").await;
    let mut browser = scene.world.signed_in(&scene.hotel.admin).await;
    let tokens = scene.signs_in(&mut browser, &scene.app, "openid reservations.read", "").await;
    scene.signs_in(&mut browser, &scene.other, "openid reservations.read", "").await;
    assert!(scene.arrived().await.is_empty(), "the session lasts");

    scene.signs_out(&mut browser).await;
    let arrived = scene.arrived().await;
    assert_eq!(arrived.len(), 1, "the other app has asked for nothing");
    let app = scene.world.app();
    let told: Value =
        jose::verify(app.keys.ring().public(), TokenType::Logout, &arrived[0]).expect("a token of ours");
    let known = claims(tokens["id_token"].as_str().expect("an ID token"));
    for name in ["iss", "sub", "aud", "sid"] {
        assert_eq!(told[name], known[name], "{name}");
    }
    let life = told["exp"].as_i64().expect("exp") - told["iat"].as_i64().expect("iat");
    assert!(life <= 120 && told["jti"].is_string() && told.get("nonce").is_none(), "{told}");
    assert_eq!(
        told["events"],
        serde_json::json!({ "http://schemas.openid.net/event/backchannel-logout": {} })
    );
    assert!(scene.state(&tokens).await.told_at.is_some());
    assert_eq!(scene.arrived().await.len(), 1, "once");
}

// security: S10, U04
#[tokio::test]
async fn access_that_was_not_given_for_offline_use_ends_with_the_session() {
    let scene = Scene::new("/bc").await;
    let mut browser = scene.world.signed_in(&scene.hotel.admin).await;
    let online = scene.signs_in(&mut browser, &scene.app, "openid", "").await;
    let offline = scene.signs_in(&mut browser, &scene.other, "openid offline_access", "").await;
    let userinfo = async |tokens: &Value| {
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().expect("a token"));
        scene.world.send("GET", "/connect/userinfo", &[("Authorization", &bearer)], "").await.status
    };
    assert_eq!((userinfo(&online).await, userinfo(&offline).await), (200, 200));
    scene.signs_out(&mut browser).await;
    assert_eq!((userinfo(&online).await, userinfo(&offline).await), (401, 200));
}

// security: S10, A15
#[tokio::test]
async fn proving_again_who_one_is_is_no_end_of_the_session() {
    let scene = Scene::new("/bc").await;
    let mut browser = scene.world.signed_in(&scene.hotel.admin).await;
    let first = scene.signs_in(&mut browser, &scene.app, "openid", "").await;
    let cookie = browser.cookie("grantry-session").expect("a session").to_owned();
    scene.world.later(Duration::from_secs(5));
    let again = scene.signs_in(&mut browser, &scene.app, "openid", "&prompt=login").await;
    assert_ne!(browser.cookie("grantry-session"), Some(cookie.as_str()), "the cookie is new");
    let of =
        |tokens: &Value, name: &str| claims(tokens["id_token"].as_str().expect("an ID token"))[name].clone();
    assert_eq!(of(&first, "sid"), of(&again, "sid"));
    assert!(of(&again, "auth_time").as_i64() > of(&first, "auth_time").as_i64());
    assert!(scene.arrived().await.is_empty());
    let mut thief = scene.world.client();
    thief.carries("grantry-session", &cookie);
    assert_eq!(thief.gets("/account/profile").await.status, 303, "the old cookie is worth nothing");

    // Somebody else who signs in where the admin was ends the admin's session.
    let bob = scene.world.member(&scene.hotel, "Bob Brown").await;
    let page = browser.opens(&format!("{}&prompt=login", Scene::request(&scene.app, "openid"))).await;
    let form = page.form("Sign in").with("email", &bob.email).with("password", PASSWORD);
    browser.submits(&form).await;
    let arrived = scene.arrived().await;
    assert_eq!(arrived.len(), 1);
    assert_eq!(claims(&arrived[0])["sid"], of(&first, "sid"));
}

// security: S10
#[tokio::test]
async fn an_app_that_does_not_answer_is_tried_again_a_few_times_and_its_owner_is_told() {
    let scene = Scene::new("/busy").await;
    scene.farm.answers("/busy", "503 Busy", "");
    let mut browser = scene.world.signed_in(&scene.hotel.admin).await;
    let tokens = scene.signs_in(&mut browser, &scene.app, "openid", "").await;
    scene.signs_out(&mut browser).await;
    assert_eq!(scene.arrived().await.len(), 1);
    let state = scene.state(&tokens).await;
    assert_eq!((state.attempts, state.last_error.as_deref()), (1, Some("the answer's status is 503")));
    assert!(state.next_attempt_at.is_some());
    for (attempt, wait) in [(2, 10), (3, 60), (4, 300), (5, 1500)] {
        assert_eq!(scene.arrived().await.len(), attempt - 1, "not before its time");
        scene.world.later(Duration::from_secs(wait));
        assert_eq!(scene.arrived().await.len(), attempt);
    }
    assert_eq!(scene.state(&tokens).await.next_attempt_at, None, "given up");
    scene.world.later(Duration::from_secs(86_400));
    assert_eq!(scene.arrived().await.len(), 5);
    let app = scene.world.app();
    app.flow_log.flush(app).await;
    let known = app.cached.find_app(&scene.app.client_id).await.expect("a read").expect("the app");
    let page = grantry_store::page::PageRequest::from_token(None, 10);
    let events = app.store.reader().list_flow_events(&known.app.account_id, &page).await.expect("a read");
    assert!(events.items.iter().any(|event| event.hint.contains("503")), "{events:?}");

    // One that listens again hears of the next session.
    scene.farm.answers("/busy", "204 No Content", "");
    let mut browser = scene.world.signed_in(&scene.hotel.admin).await;
    let tokens = scene.signs_in(&mut browser, &scene.app, "openid", "").await;
    scene.signs_out(&mut browser).await;
    scene.arrived().await;
    assert!(scene.state(&tokens).await.told_at.is_some());
}

// security: S10
#[tokio::test]
async fn no_logout_token_goes_to_the_inside_or_follows_a_redirect() {
    let scene = Scene::new("/elsewhere").await;
    let mut browser = scene.world.signed_in(&scene.hotel.admin).await;
    let tokens = scene.signs_in(&mut browser, &scene.app, "openid", "").await;
    scene.signs_out(&mut browser).await;
    scene.arrived().await;
    let state = scene.state(&tokens).await;
    assert_eq!(
        (state.next_attempt_at, state.last_error.as_deref()),
        (None, Some("the answer's status is 302"))
    );

    // A name that led outside when it was registered may lead inside by now.
    let world = &scene.world;
    let acme = world.developer("EVIL").await;
    let mut wish = AppWish::store("EVIL").returning_to(CALLBACK);
    wish.raw.backchannel_logout_uri = scene.farm.inside_url("/bc");
    "ES256".clone_into(&mut wish.raw.id_token_alg);
    let evil = world.registers(&acme, wish).await;
    let mut browser = world.signed_in(&scene.hotel.admin).await;
    let tokens = scene.signs_in(&mut browser, &evil, "openid", "").await;
    scene.signs_out(&mut browser).await;
    scene.arrived().await;
    assert_eq!(scene.state(&tokens).await.last_error.as_deref(), Some("not publicly reachable"));
    assert_eq!(scene.farm.trap.connections(), 0);
}

// security: S10
#[tokio::test]
async fn a_slow_app_does_not_hold_up_the_others_and_the_job_needs_no_push() {
    let scene = Scene::new("/bc").await;
    let app = Arc::clone(scene.world.app());
    let mut browser = scene.world.signed_in(&scene.hotel.admin).await;
    let tokens = scene.signs_in(&mut browser, &scene.app, "openid", "").await;
    scene.signs_out(&mut browser).await;
    // Nobody calls `tell_due` here: the server's own job does.
    let told = tokio::time::timeout(Duration::from_secs(10), async {
        while scene.state(&tokens).await.told_at.is_none() {
            tokio::task::yield_now().await;
        }
    });
    told.await.expect("the job tells the app");
    assert!(app.store.reader().list_due_logouts(app.clock.now(), 1).await.expect("a read").is_empty());
}

// security: S10, S03
#[tokio::test]
async fn a_session_that_ends_by_itself_is_told_like_any_other() {
    use grantry::sign_in::end_session::end_overdue;
    // Sessions of the world last a day; those of the product a week.
    for (hours, used, ends) in [(11, false, false), (13, false, true), (23, true, false), (24, true, true)] {
        let scene = Scene::new("/bc").await;
        let mut browser = scene.world.signed_in(&scene.hotel.admin).await;
        let tokens = scene.signs_in(&mut browser, &scene.app, "openid reservations.read", "").await;
        for _ in 0..if used { hours } else { 0 } {
            scene.world.later(Duration::from_hours(1));
            browser.gets("/account/profile").await;
            scene.world.app().touched.flush(scene.world.app()).await;
        }
        scene.world.later(if used { Duration::from_secs(60) } else { Duration::from_hours(hours) });
        end_overdue(scene.world.app()).await.expect("the store answers");
        let arrived = scene.arrived().await;
        assert_eq!(arrived.len(), usize::from(ends), "{hours} hours");
        if ends {
            let known = claims(tokens["id_token"].as_str().expect("an ID token"));
            assert_eq!(claims(&arrived[0])["sid"], known["sid"]);
            end_overdue(scene.world.app()).await.expect("the store answers");
            assert_eq!(scene.arrived().await.len(), 1, "once");
        }
    }
}
