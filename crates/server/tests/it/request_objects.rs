//! Request objects at the authorization endpoint: read whole, from the app alone, by value or from where it registered.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantry_oauth::jose::Alg;
use grantry_testkit::World;
use grantry_testkit::client_key::ClientKey;
use grantry_testkit::farm::Farm;
use grantry_testkit::world::AppWish;
use serde_json::{Value, json};

use crate::connecting::{Back, CALLBACK, CHALLENGE, STATE, Scene, is_page};

/// What the app asks for, as claims of an object.
fn object(scene: &Scene, changes: &[(&str, Value)]) -> Value {
    let now = scene.world.app().clock.now().seconds();
    let mut object = json!({
        "iss": scene.app.client_id, "aud": scene.world.issuer(), "nbf": now, "exp": now + 60,
        "client_id": scene.app.client_id, "response_type": "code", "redirect_uri": CALLBACK,
        "scope": "openid reservations.read", "state": STATE, "nonce": "inside",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    });
    for (name, value) in changes {
        object[*name] = value.clone();
    }
    object
}

fn unsigned(object: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", encode(&json!({ "alg": "none" })), encode(object))
}

async fn with_keys(scene: Scene, key: &ClientKey) -> Scene {
    let jwks = key.jwks();
    scene.edits(|details| details.jwks = Some(jwks)).await;
    scene
}

// security: A18, J01
#[tokio::test]
async fn what_a_signed_object_says_is_asked_and_what_is_beside_it_is_not() {
    let key = ClientKey::new(Alg::Es256);
    let scene = with_keys(Scene::new().await, &key).await;
    let signed = key.signs(&object(&scene, &[]));
    let mut ada = scene.ada().await;
    let beside = [
        ("request", signed.as_str()),
        ("nonce", "outside"),
        ("scope", "openid payments.manage"),
        ("state", "x"),
    ];
    let page = ada.opens(&scene.url(&beside)).await;
    let allowed = ada.posts(&page.form("Allow").pressing("Allow")).await;
    let back = Back::to_the_app(&allowed);
    let (code, grant) = scene.stored(back.code(scene.world.issuer())).await;
    assert_eq!(code.nonce.as_deref(), Some("inside"));
    assert_eq!(grant.grant.scopes, "openid reservations.read");
}

// security: A18
#[tokio::test]
async fn an_object_alone_is_enough_also_without_a_signature() {
    let scene = Scene::new().await;
    let request = unsigned(&object(&scene, &[]));
    let query = format!("client_id={}&request={request}", scene.app.client_id);
    let reply = scene.world.get(&format!("/connect/authorize?{query}")).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert!(reply.location().starts_with("/connect/authorize/"), "{}", reply.location());
}

// security: A18, J01
#[tokio::test]
async fn an_object_that_is_not_good_is_told_to_the_app_only_where_that_is_safe() {
    let (key, stranger) = (ClientKey::new(Alg::Es256), ClientKey::new(Alg::Es256));
    let scene = with_keys(Scene::new().await, &key).await;
    let bad = [
        stranger.signs(&object(&scene, &[])),
        key.signs(&object(&scene, &[("aud", json!("https://evil.example"))])),
        key.signs(&object(&scene, &[("iss", json!("ACME-AC-OTHER"))])),
        key.signs(&object(&scene, &[("sub", json!(scene.app.client_id))])),
        key.signs(&object(&scene, &[("exp", json!(1))])),
        key.signs(&object(&scene, &[("request_uri", json!("https://evil.example/"))])),
        unsigned(&object(&scene, &[("client_id", json!("ACME-AC-OTHER"))])),
        "e30.e30.e30".to_owned(),
        "x".to_owned(),
    ];
    for request in &bad {
        let told = scene.world.get(&scene.url(&[("request", request)])).await;
        assert_eq!(
            Back::to_the_app(&told).error(scene.world.issuer()),
            "invalid_request_object",
            "{request}"
        );
        let alone = format!("/connect/authorize?client_id={}&request={request}", scene.app.client_id);
        is_page(&scene.world.get(&alone).await, 400, "invalid_request_object");
        let elsewhere = scene.url(&[("request", request), ("redirect_uri", "https://evil.example/")]);
        is_page(&scene.world.get(&elsewhere).await, 400, "invalid_request_object");
    }
    let inside = unsigned(&object(&scene, &[("redirect_uri", json!("https://evil.example/"))]));
    is_page(
        &scene.world.get(&scene.url(&[("request", &inside)])).await,
        400,
        "redirect_uri is not registered",
    );
    scene.edits(|details| details.request_object_alg = Some("ES256".to_owned())).await;
    let plain = unsigned(&object(&scene, &[]));
    let told = scene.world.get(&scene.url(&[("request", &plain)])).await;
    assert_eq!(Back::to_the_app(&told).error(scene.world.issuer()), "invalid_request_object");
}

/// A scene beside a farm, whose app registered two places of request objects.
async fn beside(farm: &Farm) -> Scene {
    let world = World::setup().beside(farm).start().await;
    let acme = world.developer("ACME").await;
    let hotel = world.customer("HOTL").await;
    let mut wish = AppWish::store("TOOL").named("Tidy Rooms").returning_to(CALLBACK);
    wish.raw.request_uris =
        vec![farm.url("/request.jwt"), farm.inside_url("/request.jwt"), farm.url("/elsewhere")];
    let app = world.registers(&acme, wish.asking_for(&["reservations.read"])).await;
    Scene { world, acme, app, hotel }
}

// security: A18, W01
#[tokio::test]
async fn an_object_is_fetched_from_where_the_owner_registered_it_and_from_nowhere_else() {
    let farm = Farm::new().await;
    let scene = beside(&farm).await;
    farm.puts("/request.jwt", &unsigned(&object(&scene, &[])));
    let opens = async |uri: &str| {
        let query = [("request_uri", uri), ("client_id", &scene.app.client_id)];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        scene.world.get(&format!("/connect/authorize?{query}")).await
    };
    let good = opens(&farm.url("/request.jwt")).await;
    assert_eq!(good.status, 303, "{}", good.body);
    assert_eq!(farm.connections(), 1);
    for bad in [
        farm.url("/request.jwt?x"),
        farm.url("/other.jwt"),
        farm.untrusted_url("/request.jwt"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        is_page(&opens(&bad).await, 400, "invalid_request_uri");
    }
    assert_eq!(farm.connections(), 1, "nothing else was called");
    is_page(&opens(&farm.url("/elsewhere")).await, 400, "invalid_request_uri");
    is_page(&opens(&farm.inside_url("/request.jwt")).await, 400, "invalid_request_uri");
    assert_eq!(farm.trap.connections(), 0, "neither a redirect nor a name leads inside");
}
