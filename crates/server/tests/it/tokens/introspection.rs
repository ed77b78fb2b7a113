//! Introspection: an API sees the tokens that are for it, an app its own, and everybody else nothing.

use std::time::Duration;

use grantry_oauth::secret::{self, TokenKind};
use grantry_store::catalogue::{Api, ApiScope, TokenFormat};
use grantry_store::id::ApiSecretId;
use grantry_store::secret::NewApiSecret;
use grantry_testkit::http::Reply;
use grantry_testkit::world::{AppWish, RegisteredApp};

use super::desk::{CALLBACK, Desk, EVERYTHING, FORM, basic, encoded, refusal, text};

const DEAD: &str = r#"{"active":false}"#;

/// Gives an API a secret.
async fn api_secret(desk: &Desk, api: &str) -> RegisteredApp {
    let app = desk.world.app();
    let secret = secret::mint(TokenKind::ApiSecret, app.random.bytes());
    let new = NewApiSecret {
        id: ApiSecretId::new(app.clock.now(), app.random.bytes()),
        api_name: api.to_owned(),
        description: "the first".to_owned(),
        hash: secret::hash(secret.expose()),
        hint: secret::last_four(secret.expose()),
    };
    desk.changes(|tx| async move { tx.insert_api_secret(&new).await }).await;
    RegisteredApp { client_id: api.to_owned(), client_secret: secret.expose().clone(), ..desk.app.clone() }
}

async fn asked(desk: &Desk, caller: &RegisteredApp, token: &str) -> Reply {
    desk.calls("/connect/introspect", caller, &[("token", token)]).await
}

// security: U02
#[tokio::test]
async fn an_api_sees_the_tokens_that_are_for_it_and_no_others() {
    let desk = Desk::new().await;
    let (api, identity) = (api_secret(&desk, "api").await, api_secret(&desk, "identity").await);
    let tokens = desk.tokens(EVERYTHING).await;
    let token = text(&tokens, "access_token");
    let seen = asked(&desk, &api, token).await.json();
    assert_eq!((seen["active"].as_bool(), text(&seen, "token_type")), (Some(true), "Bearer"));
    assert_eq!(
        (text(&seen, "client_id"), text(&seen, "account_code")),
        (desk.app.client_id.as_str(), "HOTL")
    );
    assert_eq!(
        (text(&seen, "scope"), text(&seen, "username")),
        (EVERYTHING, desk.hotel.admin.email.as_str())
    );
    assert_eq!(text(&seen, "pii"), "retrieve");
    assert_eq!(asked(&desk, &identity, token).await.body, DEAD, "nothing of the identity API is in it");
    assert_eq!(
        asked(&desk, &api, text(&tokens, "refresh_token")).await.body,
        DEAD,
        "no API has business with it"
    );

    let unscoped = desk.tokens("openid reservations.read").await;
    assert!(asked(&desk, &api, text(&unscoped, "access_token")).await.json().get("username").is_none());
}

// security: U02, T09
#[tokio::test]
async fn an_app_sees_its_own_tokens_and_an_unknown_expired_or_foreign_one_looks_the_same() {
    let desk = Desk::new().await;
    let wish = AppWish::store("OTHER").returning_to(CALLBACK).asking_for(&["reservations.read"]);
    let other = desk.world.registers(&desk.developer, wish).await;
    let tokens = desk.tokens(EVERYTHING).await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let own = asked(&desk, &desk.app, access).await;
    assert_eq!((own.json()["active"].as_bool(), own.header("cache-control")), (Some(true), Some("no-store")));
    let seen = asked(&desk, &desk.app, refresh).await.json();
    assert_eq!((seen["active"].as_bool(), text(&seen, "sub")), (Some(true), desk.hotel.admin.id.as_str()));
    for (caller, token) in [
        (&other, access),
        (&other, refresh),
        (&desk.app, text(&tokens, "id_token")),
        (&desk.app, "ey.ey.ey"),
        (&desk.app, "nonsense"),
        (&desk.app, desk.app.client_secret.as_str()),
        (&desk.app, &access[..access.len() - 1]),
    ] {
        let reply = asked(&desk, caller, token).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, DEAD), "{token}");
    }
    desk.world.later(Duration::from_secs(3601));
    assert_eq!(asked(&desk, &desk.app, access).await.body, DEAD);
    assert_eq!(asked(&desk, &desk.app, refresh).await.json()["active"].as_bool(), Some(true));
}

// security: U02
#[tokio::test]
async fn nobody_asks_without_saying_who_asks() {
    let desk = Desk::new().await;
    let api = api_secret(&desk, "api").await;
    let public = desk.public_app().await;
    let tokens = desk.tokens(EVERYTHING).await;
    let form = encoded(&[("token", text(&tokens, "access_token"))]);
    let unproved = (401, "invalid_client".to_owned());
    assert_eq!(refusal(&desk.world.post("/connect/introspect", &[FORM], &form).await), unproved);
    for (id, secret) in [
        (desk.app.client_id.as_str(), "grs_wrong"),
        (desk.app.client_id.as_str(), api.client_secret.as_str()),
        ("api", "grp_wrong"),
        ("api", desk.app.client_secret.as_str()),
        ("identity", api.client_secret.as_str()),
        ("nowhere", api.client_secret.as_str()),
    ] {
        let header = basic(id, secret);
        let reply = desk.world.post("/connect/introspect", &[FORM, ("Authorization", &header)], &form).await;
        assert_eq!(refusal(&reply), unproved, "{id}");
    }
    let reply = desk.calls("/connect/introspect", &public, &[("token", "x")]).await;
    assert_eq!(refusal(&reply), unproved, "a public app proves nothing");
    assert_eq!(
        refusal(&desk.calls("/connect/introspect", &desk.app, &[]).await),
        (400, "invalid_request".to_owned())
    );
}

// security: T16, U02
#[tokio::test]
async fn an_api_that_wants_handles_gets_tokens_that_only_this_server_can_read() {
    let desk = Desk::new().await;
    let scope = ApiScope {
        name: "vault.open".to_owned(),
        api_name: "vault".to_owned(),
        display_name: "Open the vault".to_owned(),
        description: None,
        sensitive: false,
        machine: false,
        is_default: false,
        internal: false,
        retired_at: None,
    };
    let vault = Api {
        name: "vault".to_owned(),
        display_name: "Vault".to_owned(),
        token_format: TokenFormat::Opaque,
        signing_alg: "ES256".to_owned(),
        resources: Vec::new(),
        scopes: vec![scope],
    };
    desk.changes(|tx| async move { tx.put_api(&vault).await }).await;
    let api = api_secret(&desk, "vault").await;
    let keeper = desk.world.custom_app(&desk.hotel, "KEEPER", &["vault.open"]).await;
    let ask = async || desk.asks(&keeper, &[("grant_type", "client_credentials")]).await.json();
    let (one, two) = (ask().await, ask().await);
    let token = text(&one, "access_token");
    assert!(token.starts_with("gra_") && !token.contains('.') && token != text(&two, "access_token"));
    let seen = asked(&desk, &api, token).await.json();
    assert_eq!((seen["active"].as_bool(), text(&seen, "sub")), (Some(true), "HOTL-SP-KEEPER"));
    for cut in 0..token.len() {
        assert_eq!(asked(&desk, &api, &format!("{}x", &token[..cut])).await.body, DEAD, "cut at {cut}");
        if cut > 12 {
            break;
        }
    }
    for wrong in [
        &token[..token.len() - 1],
        &format!("{token}A"),
        &token.to_lowercase(),
        &token.replacen("gra_", "grr_", 1),
    ] {
        assert_eq!(asked(&desk, &api, wrong).await.body, DEAD, "{wrong}");
    }
    let revoked = desk.calls("/connect/revocation", &keeper, &[("token", token)]).await;
    assert_eq!(revoked.status, 200);
    assert_eq!(asked(&desk, &api, token).await.body, DEAD);
    assert_eq!(asked(&desk, &api, text(&two, "access_token")).await.json()["active"].as_bool(), Some(true));
    desk.world.later(Duration::from_secs(3601));
    assert_eq!(asked(&desk, &api, text(&two, "access_token")).await.body, DEAD);
}
