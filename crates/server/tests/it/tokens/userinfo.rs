//! Userinfo: how a token is shown, and what is told for which scope.

use std::time::Duration;

use grantry_testkit::World;
use serde_json::json;

use super::desk::{Desk, EVERYTHING, FORM, claims, encoded, text};

// security: U01
#[tokio::test]
async fn a_token_may_come_in_the_header_or_in_a_posted_form_and_nowhere_else() {
    let desk = Desk::new().await;
    let tokens = desk.tokens(EVERYTHING).await;
    let token = text(&tokens, "access_token");
    let bearer = format!("Bearer {token}");
    let world = &desk.world;
    let header = [("Authorization", bearer.as_str())];
    let form = encoded(&[("access_token", token)]);
    for method in ["GET", "POST"] {
        assert_eq!(world.send(method, "/connect/userinfo", &header, "").await.status, 200, "{method}");
    }
    assert_eq!(world.post("/connect/userinfo", &[FORM], &form).await.status, 200);
    let lower = format!("bearer {token}");
    assert_eq!(world.send("GET", "/connect/userinfo", &[("Authorization", &lower)], "").await.status, 200);

    let in_query = world.get(&format!("/connect/userinfo?{form}")).await;
    assert_eq!(in_query.status, 400);
    assert!(in_query.header("www-authenticate").is_some_and(|c| c.contains("invalid_request")));
    let twice = world.post("/connect/userinfo", &[FORM, header[0]], &form).await;
    assert_eq!(twice.status, 400);
    let two = [header[0], header[0]];
    assert_eq!(world.send("GET", "/connect/userinfo", &two, "").await.status, 400);
}

// security: U01
#[tokio::test]
async fn without_a_good_token_the_answer_says_what_is_wrong_with_it() {
    let desk = Desk::new().await;
    let none = desk.world.get("/connect/userinfo").await;
    assert_eq!((none.status, none.header("www-authenticate")), (401, Some(r#"Bearer realm="grantry""#)));
    let garbage = desk.userinfo("ey.ey.ey").await;
    assert_eq!(garbage.status, 401);
    assert!(garbage.header("www-authenticate").is_some_and(|c| c.contains(r#"error="invalid_token""#)));

    let tokens = desk.tokens(EVERYTHING).await;
    let token = text(&tokens, "access_token");
    assert_eq!(desk.userinfo(text(&tokens, "id_token")).await.status, 401, "an ID token is no access token");
    assert_eq!(desk.userinfo(text(&tokens, "refresh_token")).await.status, 401);
    desk.world.later(Duration::from_secs(3601));
    let late = desk.userinfo(token).await;
    assert_eq!(late.status, 401);
    assert!(late.header("www-authenticate").is_some_and(|c| c.contains("expired")));

    let plain = desk.tokens("reservations.read").await;
    let lacking = desk.userinfo(text(&plain, "access_token")).await;
    assert_eq!(lacking.status, 403);
    let challenge = lacking.header("www-authenticate").expect("a challenge");
    assert!(
        challenge.contains("insufficient_scope") && challenge.contains(r#"scope="openid""#),
        "{challenge}"
    );
    let own = desk.asks(&desk.custom, &[("grant_type", "client_credentials")]).await.json();
    assert_eq!(desk.userinfo(text(&own, "access_token")).await.status, 403, "an app is nobody");
}

// security: U01
#[tokio::test]
async fn each_scope_gives_its_claims_and_no_others() {
    let desk = Desk::new().await;
    let of = async |scopes: &str| {
        let tokens = desk.tokens(scopes).await;
        let reply = desk.userinfo(text(&tokens, "access_token")).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let info = reply.json();
        assert_eq!(info["sub"], claims(text(&tokens, "id_token"))["sub"]);
        info
    };
    let admin = &desk.hotel.admin;
    assert_eq!(of("openid").await, json!({ "sub": admin.id.as_str(), "account_code": "HOTL" }));
    let email = of("openid email").await;
    assert_eq!(
        (text(&email, "email"), email["email_verified"].as_bool()),
        (admin.email.as_str(), Some(true))
    );
    assert!(email.get("name").is_none());
    let profile = of("openid profile").await;
    assert_eq!((text(&profile, "name"), text(&profile, "given_name")), ("Ada HOTL", "Ada"));
    assert_eq!(text(&profile, "role"), "AccountAdmin");
    assert!(profile.get("email").is_none());
}

#[tokio::test]
async fn with_the_seed_preset_the_name_is_the_address() {
    let setup =
        World::setup().configured(|config| config.compat.preset = grantry::config::CompatPreset::Seed);
    let desk = Desk::with(setup).await;
    let tokens = desk.tokens("openid profile").await;
    let info = desk.userinfo(text(&tokens, "access_token")).await.json();
    assert_eq!(text(&info, "name"), desk.hotel.admin.email);
    assert_eq!(text(&info, "preferred_username"), "Ada HOTL");
}

// security: U01, W03
#[tokio::test]
async fn a_script_of_the_apps_own_origin_may_read_it() {
    use grantry_store::connection::ConnectionKind;
    use grantry_testkit::world::AppWish;
    let desk = Desk::new().await;
    let mut wish =
        AppWish::store("SPA").public().returning_to(super::desk::CALLBACK).asking_for(&["reservations.read"]);
    wish.raw.cors_origins.push("https://spa.example".to_owned());
    "ES256".clone_into(&mut wish.raw.id_token_alg);
    let spa = desk.world.registers(&desk.developer, wish).await;
    let granted = desk.granted_by(&desk.hotel.admin, &spa, ConnectionKind::Account, "openid").await;
    let tokens = desk.exchanges(&spa, &desk.code(&spa, &granted).await).await.json();
    let bearer = format!("Bearer {}", text(&tokens, "access_token"));
    for (origin, allowed) in [("https://spa.example", true), ("https://evil.example", false)] {
        let headers = [("Authorization", bearer.as_str()), ("Origin", origin)];
        let reply = desk.world.send("GET", "/connect/userinfo", &headers, "").await;
        assert_eq!(reply.header("access-control-allow-origin"), allowed.then_some(origin));
    }
}
