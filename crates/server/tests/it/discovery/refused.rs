//! What other servers offer and this one does not announce: each is refused with the code that its RFC gives.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantry_oauth::client_assertion::TYPE;
use grantry_oauth::jose::Alg;
use grantry_testkit::client_key::ClientKey;
use serde_json::{Value, json};

use super::stage::{Stage, basic};
use crate::connecting::CALLBACK;

/// A JWT under a key that both sides know, as HS256 would have it.
fn hs256(typ: &str, claims: &Value, secret: &[u8]) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let jwk = json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode(secret) });
    let head = encode(&json!({ "alg": "HS256", "typ": typ, "jwk": jwk }));
    let message = format!("{head}.{}", encode(claims));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&key, message.as_bytes()).as_ref()))
}

pub(super) async fn at_the_authorization_endpoint(stage: &Stage) {
    let key = ClientKey::new(Alg::Es256);
    let app = stage.store(|raw| raw.jwks = key.jwks()).await;
    let hs = hs256("JWT", &json!({ "client_id": app.client_id }), app.client_secret.as_bytes());
    for (name, value, expected) in [
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "id_token", "unsupported_response_type"),
        ("response_type", "code id_token", "unsupported_response_type"),
        ("response_type", "code token", "unsupported_response_type"),
        ("response_type", "none", "unsupported_response_type"),
        ("response_mode", "fragment", "invalid_request"),
        ("response_mode", "query.jwt", "invalid_request"),
        ("response_mode", "jwt", "invalid_request"),
        ("response_mode", "web_message", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "S512", "invalid_request"),
        ("prompt", "create", "invalid_request"),
        ("scope", "openid groups", "invalid_scope"),
        ("scope", "openid identity:clients.manage", "invalid_scope"),
        ("request", &hs, "invalid_request_object"),
    ] {
        let back = stage.comes_back(&app, &[(name, value)]).await;
        assert_eq!(back.error(stage.scene.world.issuer()), expected, "{name} {value}");
    }
    let german = stage.scene.ada().await.opens(&stage.asks(&app, &[("ui_locales", "fr")])).await;
    assert!(german.body.contains("<html lang=\"en\">"), "a language that is not spoken is no fault");
}

pub(super) async fn at_the_token_endpoint(stage: &Stage) {
    let path = stage.at("token_endpoint");
    let custom = stage.custom(|_| {}).await;
    for grant in [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "urn:openid:params:grant-type:ciba",
    ] {
        let form = [("grant_type", grant), ("assertion", "x"), ("username", "a"), ("password", "b")];
        let reply = stage.calls("token_endpoint", &custom, &form).await;
        assert_eq!(reply.json()["error"], "unsupported_grant_type", "{grant}");
    }
    let server = stage.scene.world.app();
    let now = server.clock.now().seconds();
    let proof = json!({ "jti": "1", "htm": "POST", "htu": stage.scene.world.url(&path), "iat": now });
    let proof = hs256("dpop+jwt", &proof, b"0123456789abcdef0123456789abcdef");
    let authorization = basic(&custom);
    let headers = [("Authorization", authorization.as_str()), ("DPoP", &proof)];
    let own = ("grant_type", "client_credentials");
    let reply = stage.posts(&path, &headers, &[own]).await;
    assert_eq!(reply.json()["error"], "invalid_dpop_proof");
    // `client_secret_jwt`, with the right secret.
    let said = json!({
        "iss": custom.client_id, "sub": custom.client_id, "aud": stage.scene.world.issuer(),
        "jti": "1", "iat": now, "exp": now + 60,
    });
    let assertion = hs256("JWT", &said, custom.client_secret.as_bytes());
    let form = [own, ("client_assertion_type", TYPE), ("client_assertion", &assertion)];
    let (signing, _) = stage.signing(Alg::Es256).await;
    let said = json!({ "sub": signing.client_id, "iss": signing.client_id });
    let other = hs256("JWT", &said, b"guess");
    let others = [own, ("client_assertion_type", TYPE), ("client_assertion", &other)];
    for form in [form, others] {
        let reply = stage.posts(&path, &[], &form).await;
        assert_eq!((reply.status, reply.json()["error"].as_str()), (401, Some("invalid_client")));
    }
    // Nobody asks about tokens without saying who asks.
    let public = stage.store(|raw| "public".clone_into(&mut raw.client_type)).await;
    let form = [("token", "x"), ("client_id", public.client_id.as_str())];
    assert_eq!(stage.posts(&stage.at("introspection_endpoint"), &[], &form).await.status, 401);
}

pub(super) async fn at_registration(stage: &Stage) {
    for (name, value) in [
        ("id_token_signed_response_alg", json!("HS256")),
        ("id_token_signed_response_alg", json!("none")),
        ("userinfo_signed_response_alg", json!("HS256")),
        ("request_object_signing_alg", json!("HS256")),
        ("token_endpoint_auth_method", json!("client_secret_jwt")),
        ("token_endpoint_auth_method", json!("tls_client_auth")),
        ("subject_type", json!("ephemeral")),
        ("response_types", json!(["id_token"])),
        ("grant_types", json!(["implicit"])),
    ] {
        let said = json!({ "redirect_uris": [CALLBACK], name: value }).to_string();
        let json = [("Content-Type", "application/json")];
        let reply = stage.scene.world.post(&stage.at("registration_endpoint"), &json, &said).await;
        assert_eq!(reply.json()["error"], "invalid_client_metadata", "{name}: {value}: {}", reply.body);
    }
}
