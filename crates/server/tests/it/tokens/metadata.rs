//! Discovery and keys: what is announced works, and nothing of a private key is shown.

use std::collections::HashSet;

use grantry_oauth::jose::Alg;
use grantry_testkit::world::{AppWish, RegisteredApp};
use serde_json::Value;

use super::desk::{CALLBACK, Desk, FORM, claims, header, text};

// security: K07
#[tokio::test]
async fn both_documents_are_one_and_name_the_issuer_exactly() {
    let desk = Desk::new().await;
    let oidc = desk.world.get("/.well-known/openid-configuration").await;
    let oauth = desk.world.get("/.well-known/oauth-authorization-server").await;
    assert_eq!((oidc.status, oidc.header("content-type")), (200, Some("application/json")));
    assert_eq!(oidc.body, oauth.body);
    assert_eq!(text(&oidc.json(), "issuer"), desk.world.issuer());
    assert_eq!(oidc.header("access-control-allow-origin"), Some("*"));
    assert_eq!(oidc.header("access-control-allow-credentials"), None);
    assert_eq!(oidc.header("cache-control"), Some("public, max-age=3600"));
    let tag = oidc.header("etag").expect("a tag");
    let again =
        desk.world.send("GET", "/.well-known/openid-configuration", &[("If-None-Match", tag)], "").await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
}

// security: K08, K09, K03
#[tokio::test]
async fn what_is_announced_is_there() {
    let desk = Desk::new().await;
    let document = desk.world.get("/.well-known/openid-configuration").await.json();
    let members = document.as_object().expect("an object");
    let urls = members.iter().filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");
    let routes = grantry::routes::table(desk.world.app());
    for (name, url) in urls {
        let path = url.as_str().and_then(|url| url.strip_prefix(desk.world.issuer())).expect("on this host");
        assert!(routes.rows().iter().any(|row| row.path == path), "{name}: {path} is not in the route table");
    }
    let list = |name: &str| -> HashSet<String> {
        let values = document[name].as_array().unwrap_or_else(|| panic!("no {name}"));
        values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    assert_eq!(list("response_types_supported"), HashSet::from(["code".to_owned()]));
    assert!(list("id_token_signing_alg_values_supported").contains("RS256"));
    assert!(
        list("scopes_supported")
            .is_superset(&["openid", "offline_access", "reservations.read"].map(str::to_owned).into())
    );
    assert_eq!(list("code_challenge_methods_supported"), HashSet::from(["S256".to_owned()]));
    assert_eq!(document["request_uri_parameter_supported"], true);
    assert_eq!(document["require_request_uri_registration"], true);
    assert_eq!(document["request_parameter_supported"], true);
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    let whole = document.to_string();
    assert!(!whole.contains("\"none\"]") || list("token_endpoint_auth_methods_supported").contains("none"));
    assert!(!whole.contains("HS256") && !whole.contains("\"plain\""));

    let all = all_grants(&desk).await;
    for grant in list("grant_types_supported") {
        let app = if grant == "client_credentials" { &desk.custom } else { &all };
        let form = [
            ("grant_type", grant.as_str()),
            ("code", "x"),
            ("refresh_token", "x"),
            ("device_code", "x"),
            ("subject_token", "x"),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ];
        let reply = desk.asks(app, &form).await;
        let known =
            ["invalid_grant", "the subject token is not valid"].iter().any(|why| reply.body.contains(why));
        assert!(reply.status == 200 || known, "{grant}: {}", reply.body);
    }
    for scope in list("scopes_supported") {
        assert!(!scope.starts_with("identity:clients"), "internal scopes are not announced");
    }
}

/// A store app that may use every grant that one may.
async fn all_grants(desk: &Desk) -> RegisteredApp {
    let mut wish = AppWish::store("ALL").returning_to(CALLBACK).asking_for(&["reservations.read"]);
    (wish.raw.device_grant, wish.raw.token_exchange) = (Some(true), Some(true));
    desk.world.registers(&desk.developer, wish).await
}

// security: K03, K08
#[tokio::test]
async fn every_announced_algorithm_signs_id_tokens_that_the_key_set_verifies() {
    use super::desk::EVERYTHING;
    use grantry_store::connection::ConnectionKind;
    let desk = Desk::new().await;
    let announced = desk.world.get("/.well-known/openid-configuration").await.json();
    let announced = announced["id_token_signing_alg_values_supported"].as_array().expect("a list").clone();
    assert_eq!(announced.len(), 4);
    for alg in announced.iter().filter_map(Value::as_str) {
        let mut wish = AppWish::store(&format!("APP{alg}").to_uppercase()).returning_to(CALLBACK);
        alg.clone_into(&mut wish.raw.id_token_alg);
        let app = desk
            .world
            .registers(&desk.developer, wish.asking_for(&["reservations.read", "folios.read"]))
            .await;
        let granted = desk.granted_by(&desk.hotel.admin, &app, ConnectionKind::Account, EVERYTHING).await;
        let reply = desk.exchanges(&app, &desk.code(&app, &granted).await).await;
        let tokens = reply.json();
        let token = text(&tokens, "id_token");
        let head = header(token);
        assert_eq!(text(&head, "alg"), alg);
        let keys = desk.world.get("/.well-known/openid-configuration/jwks").await.json();
        let keys = keys["keys"].as_array().expect("keys").clone();
        let key = keys.into_iter().find(|key| key["kid"] == head["kid"]).expect("the key is published");
        // A library that nobody here wrote decides.
        let key: jsonwebtoken::jwk::Jwk = serde_json::from_value(key).expect("a JWK");
        let decoding = jsonwebtoken::DecodingKey::from_jwk(&key).expect("a key");
        let mut validation = jsonwebtoken::Validation::new(alg.parse().expect("an algorithm"));
        validation.set_audience(&[&app.client_id]);
        validation.set_issuer(&[desk.world.issuer()]);
        let verified = jsonwebtoken::decode::<Value>(token, &decoding, &validation).expect("it verifies");
        assert_eq!(verified.claims["sub"], claims(token)["sub"]);
    }
}

// security: K04, K06
#[tokio::test]
async fn the_key_set_has_public_members_only() {
    let desk = Desk::new().await;
    for alg in Alg::ALL {
        desk.world.app().keys.signer(alg).await.expect("a key");
    }
    let reply = desk.world.get("/.well-known/openid-configuration/jwks").await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, Some("*")));
    let set = reply.json();
    let keys = set["keys"].as_array().expect("keys");
    assert_eq!(keys.len(), 4);
    let kids: HashSet<_> = keys.iter().map(|key| text(key, "kid")).collect();
    assert_eq!(kids.len(), 4);
    for key in keys {
        let members: HashSet<_> = key.as_object().expect("an object").keys().map(String::as_str).collect();
        let public = HashSet::from(["kty", "alg", "use", "kid", "crv", "x", "y", "n", "e"]);
        assert!(members.is_subset(&public), "{members:?}");
        assert_eq!(text(key, "use"), "sig");
    }
    let folder = &desk.world.app().config.server.data;
    let master = std::fs::metadata(folder.join("master.key")).expect("the master key");
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&master.permissions()) & 0o777, 0o600);
}

// security: K02
#[tokio::test]
async fn forged_tokens_are_good_for_nothing_at_any_door() {
    let desk = Desk::new().await;
    let tokens = desk.tokens(super::desk::EVERYTHING).await;
    let good = text(&tokens, "access_token");
    for forged in forgeries(&desk, good, text(&tokens, "id_token")) {
        let shown: String = forged.chars().take(60).collect();
        let reply = desk.userinfo(&forged).await;
        assert!(matches!(reply.status, 401 | 431), "userinfo: {} for {shown}", reply.status);
        let reply = desk.calls("/connect/introspect", &desk.app, &[("token", &forged)]).await;
        assert!(
            reply.status == 413 || reply.body == r#"{"active":false}"#,
            "introspection: {} for {shown}",
            reply.body
        );
        let refreshed = desk.refreshes(&desk.app, &forged).await;
        assert!(matches!(refreshed.status, 400 | 413), "refresh: {} for {shown}", refreshed.status);
    }
    assert_eq!(desk.userinfo(good).await.status, 200);
    let bare = desk.world.post("/connect/introspect", &[FORM], "").await;
    assert_eq!(bare.status, 401);
}

/// The table of what attackers try: other algorithms, other keys, headers that point elsewhere, other kinds, monsters.
pub(super) fn forgeries(desk: &Desk, good: &str, id_token: &str) -> Vec<String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use grantry_oauth::jose::{self, SigningKey, TokenType};
    use serde_json::json;
    let parts: Vec<&str> = good.split('.').collect();
    let (payload, signature) = (parts[1], parts[2]);
    let kid = text(&header(good), "kid").to_owned();
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let with = |head: Value, signature: &str| format!("{}.{payload}.{signature}", encode(&head));
    let stranger = SigningKey::generate(Alg::Es256).expect("a key");
    let stranger = SigningKey::from_pkcs8(Alg::Es256, stranger.expose()).expect("a key");
    let foreign = jose::sign(&stranger, TokenType::Access, &claims(good)).expect("signed");
    let under_our_kid = {
        let head = encode(&json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid }));
        let message = format!("{head}.{payload}");
        // Signed by another key, under the name of ours.
        let signed = jose::sign(&stranger, TokenType::Access, &json!({ "m": message })).expect("signed");
        format!("{message}.{}", signed.rsplit('.').next().unwrap_or_default())
    };
    let hmac = {
        let jwks = desk.world.app().keys.ring().public().to_json().to_string();
        let head = encode(&json!({ "alg": "HS256", "typ": "at+jwt", "kid": kid }));
        let message = format!("{head}.{payload}");
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, jwks.as_bytes());
        let tag = aws_lc_rs::hmac::sign(&key, message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
    };
    let mut wider = claims(good);
    wider["scope"] = "openid folios.manage".into();
    vec![
        with(json!({ "alg": "none", "typ": "at+jwt" }), ""),
        with(json!({ "alg": "none", "typ": "at+jwt", "kid": kid }), signature),
        with(json!({ "alg": "RS256", "typ": "at+jwt", "kid": kid }), signature),
        with(json!({ "alg": "ES256", "typ": "JWT", "kid": kid }), signature),
        with(json!({ "alg": "ES256", "typ": "at+jwt", "kid": "../../dev/null" }), signature),
        with(json!({ "alg": "ES256", "typ": "at+jwt", "kid": "' or 1=1 --" }), signature),
        with(json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid, "crit": ["exp"], "exp": 1 }), signature),
        with(json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid, "zip": "DEF" }), signature),
        with(
            json!({ "alg": "ES256", "typ": "at+jwt", "kid": stranger.kid(), "jwk": stranger.public().to_json() }),
            foreign.rsplit('.').next().unwrap_or_default(),
        ),
        with(
            json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid, "jku": "https://evil.example/jwks" }),
            signature,
        ),
        with(
            json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid, "x5u": "https://evil.example/x" }),
            signature,
        ),
        format!("{}.{}.{signature}", parts[0], encode(&wider)),
        foreign,
        under_our_kid,
        hmac,
        id_token.to_owned(),
        format!("{good}."),
        format!("{good}A"),
        good[..good.len() - 1].to_owned(),
        ".".repeat(10_000),
        format!("{good}{}", "A".repeat(20_000)),
        "gra_".to_owned() + payload,
    ]
}
