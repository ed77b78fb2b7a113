//! Pushed authorization requests: who may push, what a browser then brings, and that each counts once.

use std::time::Duration;

use grantry_oauth::client_assertion::TYPE;
use grantry_oauth::jose::Alg;
use grantry_testkit::World;
use grantry_testkit::client_key::ClientKey;
use grantry_testkit::http::Reply;
use grantry_testkit::world::{AppWish, RegisteredApp};

use crate::connecting::{Back, CALLBACK, CHALLENGE, Scene, is_page};

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// Pushes the app's request, with changes and its secret in the body.
async fn pushes(scene: &Scene, changes: &[(&str, &str)]) -> Reply {
    let mut all = vec![("client_secret", scene.app.client_secret.as_str())];
    all.extend(changes);
    scene.world.post("/connect/par", &[FORM], &scene.query(&all)).await
}

/// The request_uri of a request that is accepted.
async fn pushed(scene: &Scene, changes: &[(&str, &str)]) -> String {
    let reply = pushes(scene, changes).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.json()["request_uri"].as_str().expect("a name").to_owned()
}

fn url(scene: &Scene, request_uri: &str, further: &[(&str, &str)]) -> String {
    let mut all = vec![("client_id", scene.app.client_id.as_str()), ("request_uri", request_uri)];
    all.extend(further);
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
    format!("/connect/authorize?{query}")
}

fn refusal(reply: &Reply) -> (u16, String) {
    (reply.status, reply.json()["error"].as_str().unwrap_or_default().to_owned())
}

// security: P01, P02
#[tokio::test]
async fn a_browser_brings_the_name_of_a_request_and_what_was_pushed_is_asked() {
    let scene = Scene::new().await;
    let reply = pushes(&scene, &[]).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let body = reply.json();
    let name = body["request_uri"].as_str().expect("a name");
    let random = name.strip_prefix("urn:ietf:params:oauth:request_uri:").expect("a urn");
    assert!(random.len() >= 22, "128 bits at least: {random}");
    assert_eq!(body["expires_in"], 300);
    let mut ada = scene.ada().await;
    // What stands beside the name counts for nothing.
    let evil = [("redirect_uri", "https://evil.example/"), ("scope", "payments.manage"), ("state", "other")];
    let page = ada.opens(&url(&scene, name, &evil)).await;
    assert!(page.says("Tidy Rooms") && !page.body.contains("evil.example"), "{}", page.body);
    let allowed = ada.posts(&page.form("Allow").pressing("Allow")).await;
    let back = Back::to_the_app(&allowed);
    let (code, grant) = scene.stored(back.code(scene.world.issuer())).await;
    assert_eq!((code.nonce.as_deref(), code.redirect_uri.as_str()), (Some("nonce-1"), CALLBACK));
    assert!(!grant.grant.scopes.contains("payments"), "{}", grant.grant.scopes);
}

// security: P02
#[tokio::test]
async fn a_name_may_be_opened_often_and_gives_one_code() {
    let scene = Scene::new().await;
    let name = pushed(&scene, &[]).await;
    let (mut ada, mut other) = (scene.ada().await, scene.ada().await);
    let first = ada.opens(&url(&scene, &name, &[])).await;
    let again = ada.opens(&url(&scene, &name, &[])).await;
    let elsewhere = other.opens(&url(&scene, &name, &[])).await;
    let allowed = ada.posts(&again.form("Allow").pressing("Allow")).await;
    assert!(!Back::to_the_app(&allowed).code(scene.world.issuer()).is_empty());
    for (browser, page) in [(&mut ada, first), (&mut other, elsewhere)] {
        let late = browser.posts(&page.form("Allow").pressing("Allow")).await;
        assert!(
            !late.header("location").unwrap_or_default().contains("code="),
            "{:?}",
            late.header("location")
        );
    }
    let used = ada.opens(&url(&scene, &name, &[])).await;
    is_page(&used, 400, "invalid_request_uri");
}

// security: P02
#[tokio::test]
async fn saying_no_uses_a_name_up_too() {
    let scene = Scene::new().await;
    let name = pushed(&scene, &[]).await;
    let mut ada = scene.ada().await;
    let page = ada.opens(&url(&scene, &name, &[])).await;
    let refused = ada.posts(&page.form("Cancel").pressing("Cancel")).await;
    assert_eq!(Back::to_the_app(&refused).error(scene.world.issuer()), "access_denied");
    is_page(&ada.opens(&url(&scene, &name, &[])).await, 400, "invalid_request_uri");
}

// security: P02
#[tokio::test]
async fn a_name_is_its_apps_alone() {
    let scene = Scene::new().await;
    let other = scene.world.store_app(&scene.acme, "OTHER", CALLBACK, &[]).await;
    let name = pushed(&scene, &[]).await;
    let mut ada = scene.ada().await;
    let thief = Scene { app: other, ..scene };
    is_page(&ada.opens(&url(&thief, &name, &[])).await, 400, "invalid_request_uri");
}

// security: P02
#[tokio::test]
async fn a_name_ends_with_its_time_but_not_under_somebody_who_reads() {
    let scene = Scene::new().await;
    let (read, late) = (pushed(&scene, &[]).await, pushed(&scene, &[]).await);
    let mut ada = scene.ada().await;
    let page = ada.opens(&url(&scene, &read, &[])).await;
    scene.world.later(Duration::from_secs(301));
    is_page(&ada.opens(&url(&scene, &late, &[])).await, 400, "invalid_request_uri");
    let allowed = ada.posts(&page.form("Allow").pressing("Allow")).await;
    assert!(!Back::to_the_app(&allowed).code(scene.world.issuer()).is_empty());
    is_page(
        &ada.opens(&url(&scene, "urn:ietf:params:oauth:request_uri:guessed", &[])).await,
        400,
        "invalid_request_uri",
    );
}

// security: P01
#[tokio::test]
async fn the_app_hears_of_every_fault_when_it_pushes() {
    let scene = Scene::new().await;
    for (changes, expected) in [
        (vec![("client_secret", "grs_wrong")], (401, "invalid_client")),
        (vec![("client_secret", "")], (401, "invalid_client")),
        (vec![("request_uri", "urn:ietf:params:oauth:request_uri:x")], (400, "invalid_request")),
        (vec![("request_uri", "https://tool.example/r")], (400, "invalid_request")),
        (vec![("redirect_uri", "https://evil.example/")], (400, "invalid_request")),
        (vec![("redirect_uri", "")], (400, "invalid_request")),
        (vec![("scope", "no.such.scope")], (400, "invalid_scope")),
        (vec![("response_type", "token")], (400, "unsupported_response_type")),
        (vec![("code_challenge", "")], (400, "invalid_request")),
        (vec![("code_challenge_method", "plain")], (400, "invalid_request")),
        (vec![("resource", "https://evil.example/")], (400, "invalid_target")),
        (vec![("request", "not.a.jwt")], (400, "invalid_request_object")),
    ] {
        let reply = pushes(&scene, &changes).await;
        assert_eq!(refusal(&reply), (expected.0, expected.1.to_owned()), "{changes:?}");
        assert!(!reply.body.contains("evil"), "{}", reply.body);
    }
    let twice = format!("{}&client_secret={}&scope=openid", scene.query(&[]), scene.app.client_secret);
    assert_eq!(refusal(&scene.world.post("/connect/par", &[FORM], &twice).await).1, "invalid_request");
    let in_url = scene.world.post("/connect/par?scope=openid", &[FORM], &scene.query(&[])).await;
    assert_eq!(refusal(&in_url).0, 400);
    assert_eq!(scene.world.get("/connect/par").await.status, 405);
    let hotel_app = scene.world.custom_app(&scene.hotel, "OWN", &["reservations.read"]).await;
    let changes = [("client_id", hotel_app.client_id.as_str()), ("client_secret", &hotel_app.client_secret)];
    assert_eq!(refusal(&pushes(&scene, &changes).await).1, "unauthorized_client");
}

// security: P03
#[tokio::test]
async fn nothing_that_was_pushed_is_in_a_url_or_a_cookie_before_the_answer() {
    let scene = Scene::new().await;
    let secret = "only-the-app-knows-0815";
    let name = pushed(&scene, &[("nonce", secret), ("login_hint", secret)]).await;
    let reply = scene.world.get(&url(&scene, &name, &[])).await;
    assert_eq!(reply.status, 303);
    assert!(!format!("{:?}", reply.headers).contains(secret));
    assert!(!reply.location().contains("redirect_uri") && !reply.location().contains("state"));
}

// security: P02
#[tokio::test]
async fn an_app_that_must_push_cannot_send_its_request_through_a_browser() {
    let scene = Scene::new().await;
    scene.edits(|details| details.require_par = true).await;
    let back = Back::to_the_app(&scene.world.get(&scene.url(&[])).await);
    assert_eq!(back.error(scene.world.issuer()), "invalid_request");
    let name = pushed(&scene, &[]).await;
    assert_eq!(scene.world.get(&url(&scene, &name, &[])).await.status, 303);
}

/// An app of the profile for money, with its key.
async fn fapi() -> (Scene, ClientKey) {
    let scene = Scene::new().await;
    let key = ClientKey::new(Alg::Ps256);
    let mut wish = AppWish::store("BANK").returning_to(CALLBACK).asking_for(&["reservations.read"]);
    "fapi2".clone_into(&mut wish.raw.profile);
    wish.raw.jwks = key.jwks();
    let app: RegisteredApp = scene.world.registers(&scene.acme, wish).await;
    (Scene { app, ..scene }, key)
}

async fn signed(world: &World, body: String, assertion: &str) -> Reply {
    let proof = [("client_assertion_type", TYPE), ("client_assertion", assertion)];
    let proof = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(proof).finish();
    world.post("/connect/par", &[FORM], &format!("{body}&{proof}")).await
}

// security: P02, T18
#[tokio::test]
async fn the_profile_fapi2_pushes_with_a_signature_for_the_issuer_alone() {
    let (scene, key) = fapi().await;
    let (world, issuer) = (&scene.world, scene.world.issuer());
    let assertion = |audience: &str, jti: &str| {
        key.assertion(&scene.app.client_id, audience, (world.app().clock.now(), jti))
    };
    let back = Back::to_the_app(&world.get(&scene.url(&[])).await);
    assert_eq!(back.error(issuer), "invalid_request");
    let asked = |changes: &[(&str, &str)]| scene.query(changes);
    let good = signed(world, asked(&[]), &assertion(issuer, "1")).await;
    assert_eq!(good.status, 201, "{}", good.body);
    let endpoint = assertion(&world.url("/connect/par"), "2");
    assert_eq!(refusal(&signed(world, asked(&[]), &endpoint).await).0, 401);
    let no_pkce = [("code_challenge", ""), ("code_challenge_method", "")];
    let refused = signed(world, asked(&no_pkce), &assertion(issuer, "3")).await;
    assert_eq!(refusal(&refused), (400, "invalid_request".to_owned()));
    assert!(asked(&[]).contains(CHALLENGE));
}
