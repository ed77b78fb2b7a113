//! What an app learns of a person: claims that it asked for one by one, and userinfo that is signed.

use grantry_oauth::jose::Alg;
use grantry_testkit::http::Reply;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::connecting::{Back, CALLBACK, Scene};

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
/// The pair of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const WISH: &str = r#"{"userinfo":{"email":{"essential":true}},"id_token":{"given_name":null}}"#;

async fn tokens(scene: &Scene, code: &str) -> Value {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("client_id", scene.app.client_id.as_str()),
        ("client_secret", scene.app.client_secret.as_str()),
    ];
    let body = Serializer::new(String::new()).extend_pairs(form).finish();
    let reply = scene.world.post("/connect/token", &[FORM], &body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

async fn userinfo(scene: &Scene, tokens: &Value) -> Reply {
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().expect("a token"));
    scene.world.send("GET", "/connect/userinfo", &[("Authorization", &bearer)], "").await
}

/// What a JWT says; who signed it is looked at elsewhere.
fn said(jwt: &str) -> Value {
    use base64::Engine as _;
    let payload = jwt.split('.').nth(1).expect("three parts");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

// security: A17, U01
#[tokio::test]
async fn claims_that_were_asked_for_by_name_are_consented_to_and_come_alone() {
    let scene = Scene::new().await;
    scene.edits(|details| details.id_token_alg = "ES256".to_owned()).await;
    let mut ada = scene.ada().await;
    let asked = [("scope", "openid reservations.read"), ("claims", WISH)];
    let page = ada.opens(&scene.url(&asked)).await;
    assert!(
        page.says(&scene.hotel.admin.email),
        "the address is what the person is asked about: {}",
        page.body
    );
    let allowed = ada.posts(&page.form("Allow").pressing("Allow")).await;
    let tokens = tokens(&scene, Back::to_the_app(&allowed).code(scene.world.issuer())).await;
    assert_eq!(tokens["scope"], "openid reservations.read");
    let claims = userinfo(&scene, &tokens).await.json();
    let names: Vec<&str> = claims.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!(claims["email"], scene.hotel.admin.email.as_str());
    let id_token = said(tokens["id_token"].as_str().expect("an ID token"));
    assert!(id_token["given_name"].is_string() && id_token.get("family_name").is_none(), "{id_token}");

    let remembered = ada.opens(&scene.url(&asked)).await;
    assert_eq!(remembered.status, 303, "the same again is remembered");
    let more = [("scope", "openid reservations.read"), ("claims", r#"{"userinfo":{"phone_number":null}}"#)];
    assert_eq!(ada.opens(&scene.url(&more)).await.status, 200, "another one is asked about");
}

// security: A17
#[tokio::test]
async fn what_only_helps_is_taken_without_an_error() {
    let scene = Scene::new().await;
    let polite = [
        ("display", "touch"),
        ("ui_locales", "de fr"),
        ("claims_locales", "de"),
        ("acr_values", "urn:mace:incommon:iap:silver gold"),
        ("login_hint", "ada@hotel.example"),
        ("claims", r#"{"id_token":{"acr":{"values":["gold"]},"auth_time":{"essential":true}}}"#),
        ("registration", "x"),
    ];
    let mut browser = scene.world.client();
    let page = browser.opens(&scene.url(&polite)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("ada@hotel.example") && page.body.contains("lang=\"de\""), "{}", page.body);
    for (claims, code) in [
        ("{", "invalid_request"),
        (r#"{"userinfo":[]}"#, "invalid_request"),
        (r#"{"id_token":{"acr":{"essential":true,"value":"gold"}}}"#, "unmet_authentication_requirements"),
    ] {
        let back = Back::to_the_app(&scene.world.get(&scene.url(&[("claims", claims)])).await);
        assert_eq!(back.error(scene.world.issuer()), code, "{claims}");
    }
}

// security: A16
#[tokio::test]
async fn a_code_for_another_person_than_the_one_asked_for_is_not_given() {
    let scene = Scene::new().await;
    let mut ada = scene.ada().await;
    scene.connects(&mut ada, &[]).await;
    let wish = |person: &str| format!(r#"{{"id_token":{{"sub":{{"value":"{person}"}}}}}}"#);
    let (same, other) = (wish(scene.hotel.admin.id.as_str()), wish(scene.acme.admin.id.as_str()));
    let silent = ("prompt", "none");
    let good = Back::to_the_app(&ada.opens(&scene.url(&[("claims", &same), silent])).await);
    assert!(!good.code(scene.world.issuer()).is_empty());
    let refused = Back::to_the_app(&ada.opens(&scene.url(&[("claims", &other), silent])).await);
    assert_eq!(refused.error(scene.world.issuer()), "login_required");
}

// security: U01, K03
#[tokio::test]
async fn an_app_that_wants_it_gets_userinfo_signed() {
    let scene = Scene::new().await;
    scene
        .edits(|details| {
            details.id_token_alg = "ES256".to_owned();
            details.userinfo_alg = Some("EdDSA".to_owned());
        })
        .await;
    let mut ada = scene.ada().await;
    let back = scene.connects(&mut ada, &[("scope", "openid email")]).await;
    let tokens = tokens(&scene, back.code(scene.world.issuer())).await;
    let reply = userinfo(&scene, &tokens).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/jwt")));
    let claims = said(&reply.body);
    assert_eq!(claims["iss"], scene.world.issuer());
    assert_eq!(claims["aud"], scene.app.client_id.as_str());
    assert_eq!(claims["sub"], said(tokens["id_token"].as_str().expect("an ID token"))["sub"]);
    assert_eq!(claims["email"], scene.hotel.admin.email.as_str());
    let keys = scene.world.get("/.well-known/openid-configuration/jwks").await.json();
    let key = keys["keys"].as_array().expect("keys").iter().find(|key| key["alg"] == Alg::EdDsa.as_str());
    // A library that nobody here wrote decides.
    let key: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.expect("published").clone()).expect("a JWK");
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    rules.set_audience(&[&scene.app.client_id]);
    rules.required_spec_claims.clear();
    let decoding = jsonwebtoken::DecodingKey::from_jwk(&key).expect("a key");
    jsonwebtoken::decode::<Value>(&reply.body, &decoding, &rules).expect("verified");
    let without = userinfo(&scene, &serde_json::json!({ "access_token": "x" })).await;
    assert_eq!(without.status, 401);
}
