//! RFC 7592: a program looks at its registration, replaces it, and takes it back.

use grantry_testkit::World;
use serde_json::{Value, json};

use super::{CALLBACK, app_of, open, registered, said, sends};

fn path(registration: &Value) -> String {
    format!("/connect/register/{}", text(registration, "client_id"))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}"))
}

async fn puts(world: &World, registration: &Value, body: &Value) -> grantry_testkit::http::Reply {
    let token = text(registration, "registration_access_token");
    sends(world, "PUT", &path(registration), token, &body.to_string()).await
}

// security: R05
#[tokio::test]
async fn a_program_reads_what_it_registered_with_the_token_it_got() {
    let world = open().start().await;
    let mine = registered(&world, &said(&json!({ "client_uri": "https://tool.example" }))).await;
    let reply = sends(&world, "GET", &path(&mine), text(&mine, "registration_access_token"), "").await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-store")));
    let (read, mut expected) = (reply.json(), mine.clone());
    let members = expected.as_object_mut().expect("an object");
    // The server keeps no secret, so it cannot repeat one.
    members.remove("client_secret");
    members.remove("client_secret_expires_at");
    assert_eq!(read, expected);
}

// security: R05, T16
#[tokio::test]
async fn a_token_opens_its_own_registration_and_no_other() {
    let world = open().start().await;
    let (mine, yours) =
        (registered(&world, &said(&json!({}))).await, registered(&world, &said(&json!({}))).await);
    let token = text(&mine, "registration_access_token");
    let body = said(&json!({ "client_id": text(&yours, "client_id") })).to_string();
    let secret = text(&mine, "client_secret");
    for (path, token) in [
        (path(&yours), token),
        (path(&mine), ""),
        (path(&mine), "grm_"),
        (path(&mine), &token[..token.len() - 1]),
        (path(&mine), &format!("{token}0")),
        (path(&mine), secret),
        ("/connect/register/SELF-DC-NOBODY".to_owned(), token),
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            let reply = sends(&world, method, &path, token, &body).await;
            assert_eq!(
                (reply.status, &reply.json()["error"]),
                (401, &json!("invalid_token")),
                "{method} {path}"
            );
        }
    }
    let query = format!("{}?access_token={token}", path(&mine));
    assert_eq!(world.get(&query).await.status, 401, "never in the URL");
    let read = sends(&world, "GET", &path(&yours), text(&yours, "registration_access_token"), "").await;
    assert_eq!(read.status, 200, "and nothing happened to it");
}

// security: R05, R06
#[tokio::test]
async fn a_replacement_replaces_everything_and_turns_the_token() {
    let world = open().start().await;
    let mine = registered(&world, &said(&json!({ "policy_uri": "https://tool.example/privacy" }))).await;
    let body = said(&json!({
        "client_id": text(&mine, "client_id"), "client_secret": text(&mine, "client_secret"),
        "client_name": "Better tool", "redirect_uris": ["https://tool.example/other"],
    }));
    let reply = puts(&world, &mine, &body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let after = reply.json();
    assert_eq!(after["client_name"], "Better tool");
    assert_eq!(after["redirect_uris"], json!(["https://tool.example/other"]));
    assert!(after.get("policy_uri").is_none(), "what is not said any more is gone");
    assert_ne!(after["registration_access_token"], mine["registration_access_token"]);
    assert_eq!(puts(&world, &mine, &body).await.status, 401, "the old token");
    let again = puts(&world, &after, &body).await;
    assert_eq!(again.status, 200, "{}", again.body);
    let known =
        world.app().cached.find_app(text(&mine, "client_id")).await.expect("a store").expect("the app");
    assert!(known.client.find_redirect_uri(CALLBACK).is_none(), "at once");
}

// security: R06, R05, R10
#[tokio::test]
async fn a_replacement_is_checked_as_strictly_as_a_registration() {
    let world = open().start().await;
    let mine = registered(&world, &said(&json!({}))).await;
    let (own, nothing) = (json!({ "client_id": text(&mine, "client_id") }), json!({}));
    for (what, changes) in [
        ("no client_id", json!({})),
        ("another client_id", json!({ "client_id": "SELF-DC-OTHER" })),
        ("a secret of its own", json!({ "client_secret": "s3cret" })),
        ("no text as a secret", json!({ "client_secret": 1 })),
        ("a token", json!({ "registration_access_token": "grm_x" })),
        ("a time", json!({ "client_id_issued_at": 1 })),
        ("an expiry", json!({ "client_secret_expires_at": 0 })),
        ("an address", json!({ "registration_client_uri": "https://tool.example" })),
        ("a bad redirect", json!({ "redirect_uris": ["javascript:alert(1)"] })),
        ("no redirect", json!({ "redirect_uris": [] })),
        ("a bad logo", json!({ "logo_uri": "http://127.0.0.1/x.png" })),
        ("a bad method", json!({ "token_endpoint_auth_method": "tls_client_auth" })),
    ] {
        let mut body = said(if what == "no client_id" { &nothing } else { &own });
        for (name, value) in changes.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let reply = puts(&world, &mine, &body).await;
        assert_eq!(reply.status, 400, "{what}: {}", reply.body);
        let code = reply.json()["error"].as_str().unwrap_or_default().to_owned();
        assert!(
            ["invalid_client_metadata", "invalid_redirect_uri"].contains(&code.as_str()),
            "{what}: {code}"
        );
    }
    let read = sends(&world, "GET", &path(&mine), text(&mine, "registration_access_token"), "").await;
    assert_eq!(
        read.json()["redirect_uris"],
        json!([CALLBACK]),
        "nothing of it was kept, nor was the token turned"
    );
}

// security: R05, T14
#[tokio::test]
async fn a_program_that_becomes_public_loses_its_secret_and_gets_another_when_it_comes_back() {
    let world = open().start().await;
    let mine = registered(&world, &said(&json!({}))).await;
    let change = |of: &Value, method: &str| {
        (
            of.clone(),
            said(&json!({ "client_id": text(of, "client_id"), "token_endpoint_auth_method": method })),
        )
    };
    let (of, body) = change(&mine, "none");
    let public = puts(&world, &of, &body).await.json();
    assert!(public.get("client_secret").is_none());
    let (of, body) = change(&public, "client_secret_basic");
    let back = puts(&world, &of, &body).await.json();
    assert!(back["client_secret"].as_str().is_some_and(|secret| *secret != mine["client_secret"]));
    let tries = async |secret: &str| {
        let body = format!(
            "grant_type=authorization_code&code=x&client_id={}&client_secret={secret}",
            text(&mine, "client_id")
        );
        let reply = world
            .post("/connect/token", &[("Content-Type", "application/x-www-form-urlencoded")], &body)
            .await;
        reply.json()["error"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(tries(text(&mine, "client_secret")).await, "invalid_client");
    assert_eq!(tries(text(&back, "client_secret")).await, "invalid_grant");
}

// security: R05, T14, U03
#[tokio::test]
async fn deleting_a_registration_ends_everything_at_once() {
    let world = open().start().await;
    let hotel = world.customer("HOTL").await;
    let mine = registered(&world, &said(&json!({}))).await;
    let app = app_of(&world, &mine).await;
    let tokens = world.tokens_for(&hotel.admin, &app, CALLBACK, "openid offline_access mcp:tools").await;
    let bearer = format!("Bearer {}", text(&tokens, "access_token"));
    let userinfo =
        async || world.send("GET", "/connect/userinfo", &[("Authorization", &bearer)], "").await.status;
    assert_eq!(userinfo().await, 200);
    let token = text(&mine, "registration_access_token");
    let gone = sends(&world, "DELETE", &path(&mine), token, "").await;
    assert_eq!((gone.status, gone.body.as_str()), (204, ""));
    assert_eq!(userinfo().await, 401);
    let body = format!(
        "grant_type=refresh_token&refresh_token={}&client_id={}&client_secret={}",
        text(&tokens, "refresh_token"),
        app.client_id,
        app.client_secret,
    );
    let refreshed =
        world.post("/connect/token", &[("Content-Type", "application/x-www-form-urlencoded")], &body).await;
    assert_eq!((refreshed.status, &refreshed.json()["error"]), (401, &json!("invalid_client")));
    assert_eq!(sends(&world, "GET", &path(&mine), token, "").await.status, 401);
    assert_eq!(sends(&world, "DELETE", &path(&mine), token, "").await.status, 401);
}
