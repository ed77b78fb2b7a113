//! An app that acts for itself: what it gets, and what it cannot get.

use grantry_testkit::Engine;
use grantry_testkit::World;
use std::collections::HashSet;

use super::desk::{Desk, claims, header, refusal, text};

// security: K02, T11
#[tokio::test]
async fn an_app_gets_a_token_of_its_own_account_for_what_it_registered() {
    let desk = Desk::new().await;
    let reply = desk.asks(&desk.custom, &[("grant_type", "client_credentials")]).await;
    let body = reply.json();
    assert_eq!((body["token_type"].as_str(), body["expires_in"].as_u64()), (Some("Bearer"), Some(3600)));
    assert_eq!(text(&body, "scope"), "rates.read reservations.read", "without a scope it is everything");
    assert!(body.get("refresh_token").is_none() && body.get("id_token").is_none());

    let token = text(&body, "access_token");
    assert_eq!(
        (header(token)["typ"].as_str(), header(token)["alg"].as_str()),
        (Some("at+jwt"), Some("ES256"))
    );
    let claims = claims(token);
    assert_eq!(text(&claims, "iss"), desk.world.issuer());
    assert_eq!((text(&claims, "sub"), text(&claims, "client_id")), ("HOTL-SP-OWN", "HOTL-SP-OWN"));
    assert_eq!((text(&claims, "account_code"), text(&claims, "pii")), ("HOTL", "retrieve"));
    assert_eq!(claims["aud"], serde_json::json!([format!("{}/resources", desk.world.issuer()), "api"]));
    assert_eq!(claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(exp, iat)| exp - iat), Some(3600));
    assert!(claims.get("email").is_none() && claims.get("role").is_none());
    assert!(desk.is_active(&desk.custom, token).await);
}

// security: T11
#[tokio::test]
async fn no_scope_beyond_the_registered_ones_is_given() {
    let desk = Desk::new().await;
    let ask = async |scope| {
        desk.asks(&desk.custom, &[("grant_type", "client_credentials"), ("scope", scope)]).await
    };
    assert_eq!(text(&ask("rates.read").await.json(), "scope"), "rates.read");
    assert_eq!(
        text(&ask("  rates.read   reservations.read ").await.json(), "scope"),
        "rates.read reservations.read"
    );
    for beyond in [
        "folios.read",
        "rates.read folios.manage",
        "openid",
        "offline_access",
        "nonsense",
        "rates.READ",
        "a\"b",
    ] {
        assert_eq!(refusal(&ask(beyond).await), (400, "invalid_scope".to_owned()), "{beyond}");
    }
}

// security: T17
#[tokio::test]
async fn a_resource_that_no_api_has_is_refused_and_the_servers_own_narrows_the_token() {
    let desk = Desk::new().await;
    let ask = async |resource: &str| {
        let form = [("grant_type", "client_credentials"), ("scope", "rates.read"), ("resource", resource)];
        desk.asks(&desk.custom, &form).await
    };
    for unknown in ["https://evil.example", "not a uri", "https://api.example#x"] {
        assert_eq!(refusal(&ask(unknown).await), (400, "invalid_target".to_owned()), "{unknown}");
    }
}

#[tokio::test]
async fn every_answer_has_a_token_of_its_own_and_nothing_is_written_for_it() {
    let desk = Desk::on(Engine::Sqlite).await;
    let mut seen = HashSet::new();
    for _ in 0..50 {
        let reply = desk.asks(&desk.custom, &[("grant_type", "client_credentials")]).await.json();
        assert!(seen.insert(text(&claims(text(&reply, "access_token")), "jti").to_owned()));
    }
}

// The preset that existing programs move with.
#[tokio::test]
async fn with_the_seed_preset_tokens_are_rs256_and_scopes_an_array() {
    let setup =
        World::setup().configured(|config| config.compat.preset = grantry::config::CompatPreset::Seed);
    let desk = Desk::with(setup).await;
    let reply = desk.asks(&desk.custom, &[("grant_type", "client_credentials")]).await.json();
    let token = text(&reply, "access_token");
    assert_eq!(text(&header(token), "alg"), "RS256");
    assert_eq!(claims(token)["scope"], serde_json::json!(["rates.read", "reservations.read"]));
    assert!(desk.is_active(&desk.custom, token).await);
}
