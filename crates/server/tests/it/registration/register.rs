//! `POST /connect/register`: who may, what is taken, what is refused, and what comes back.

use grantry_testkit::{Farm, World};
use serde_json::{Value, json};

use super::{CALLBACK, by_token, initial_token, open, registered, registers, said, sends};

// security: R05, K09
#[tokio::test]
async fn without_being_asked_for_nobody_registers_and_nothing_is_announced() {
    let world = World::new().await;
    let reply = registers(&world, &said(&json!({}))).await;
    assert_eq!(reply.status, 404, "{}", reply.body);
    assert_eq!(reply.json()["error"], "invalid_request");
    let document = world.get("/.well-known/oauth-authorization-server").await.json();
    assert!(document.get("registration_endpoint").is_none());
    assert_eq!(document["client_id_metadata_document_supported"], false);
    let world = open().start().await;
    let document = world.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(document["registration_endpoint"], world.url("/connect/register"));
}

// security: R05, T09
#[tokio::test]
async fn the_answer_says_everything_that_is_registered() {
    let world = open().start().await;
    let said = said(&json!({
        "client_uri": "https://tool.example", "policy_uri": "https://tool.example/privacy",
        "tos_uri": "https://tool.example/terms", "logo_uri": "https://tool.example/logo.png",
        "contacts": ["ann@tool.example"], "software_id": "tool", "software_version": "1.2",
        "token_endpoint_auth_method": "client_secret_post", "application_type": "web",
        "grant_types": ["authorization_code", "refresh_token", "implicit"], "response_types": ["code"],
        "id_token_signed_response_alg": "ES256", "post_logout_redirect_uris": ["https://tool.example/bye"],
        "scope": "mcp:tools", "unknown": { "of": "tomorrow" },
    }));
    let reply = registers(&world, &said).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    let answer = reply.json();
    for name in [
        "client_name",
        "redirect_uris",
        "client_uri",
        "policy_uri",
        "tos_uri",
        "logo_uri",
        "contacts",
        "software_id",
        "software_version",
        "token_endpoint_auth_method",
        "application_type",
        "response_types",
        "id_token_signed_response_alg",
        "post_logout_redirect_uris",
    ] {
        assert_eq!(answer[name], said[name], "{name}");
    }
    assert_eq!(answer["grant_types"], json!(["authorization_code", "refresh_token"]));
    let scope = answer["scope"].as_str().expect("a scope");
    assert!(scope.split(' ').any(|scope| scope == "mcp:tools") && scope.contains("openid"), "{scope}");
    assert!(!scope.contains("reservations"), "only what is meant for machines: {scope}");
    let client_id = answer["client_id"].as_str().expect("a client ID");
    assert!(client_id.starts_with("SELF-DC-") && client_id.len() > 30, "{client_id}");
    assert!(answer["client_secret"].as_str().is_some_and(|secret| secret.starts_with("grs_")));
    assert_eq!(answer["client_secret_expires_at"], 0);
    assert!(answer["client_id_issued_at"].as_i64().is_some_and(|seconds| seconds > 1_700_000_000));
    assert!(answer["registration_access_token"].as_str().is_some_and(|token| token.starts_with("grm_")));
    assert_eq!(answer["registration_client_uri"], world.url(&format!("/connect/register/{client_id}")));
    assert!(answer.get("unknown").is_none());
}

/// What programs of the field really send.
fn payloads() -> [(&'static str, Value); 6] {
    [
        (
            "Claude",
            json!({
                "client_name": "Claude", "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"],
                "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
                "token_endpoint_auth_method": "client_secret_post", "scope": "claudeai",
            }),
        ),
        (
            "a command line tool",
            json!({
                "client_name": "Claude Code (grantry)", "redirect_uris": ["http://localhost:54212/callback"],
                "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
                "token_endpoint_auth_method": "none",
            }),
        ),
        (
            "ChatGPT",
            json!({
                "client_name": "ChatGPT", "grant_types": ["authorization_code", "refresh_token"],
                "redirect_uris": ["https://chatgpt.com/connector_platform_oauth_redirect"],
                "response_types": ["code"], "token_endpoint_auth_method": "client_secret_basic",
            }),
        ),
        (
            "VS Code",
            json!({
                "client_name": "Visual Studio Code", "client_uri": "https://code.visualstudio.com",
                "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
                "response_types": ["code"], "token_endpoint_auth_method": "none", "application_type": "native",
                "redirect_uris": [
                    "https://insiders.vscode.dev/redirect", "https://vscode.dev/redirect",
                    "http://localhost/", "http://127.0.0.1/", "http://localhost:33418/", "http://127.0.0.1:33418/",
                ],
            }),
        ),
        (
            "the Inspector",
            json!({
                "client_name": "MCP Inspector", "client_uri": "https://github.com/modelcontextprotocol/inspector",
                "redirect_uris": ["http://localhost:6274/oauth/callback"], "scope": "",
                "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
                "token_endpoint_auth_method": "none",
            }),
        ),
        ("almost nothing", json!({ "redirect_uris": ["http://127.0.0.1:8765/cb"] })),
    ]
}

// security: R05
#[tokio::test]
async fn programs_of_the_field_register_as_they_are() {
    let world = open().start().await;
    for (who, said) in payloads() {
        let reply = registers(&world, &said).await;
        assert_eq!(reply.status, 201, "{who}: {}", reply.body);
        let answer = reply.json();
        assert_eq!(answer["redirect_uris"], said["redirect_uris"], "{who}");
        let method = said["token_endpoint_auth_method"].as_str().unwrap_or("client_secret_basic");
        assert_eq!(answer["token_endpoint_auth_method"], method, "{who}");
        assert_eq!(answer.get("client_secret").is_some(), method != "none", "{who}");
    }
}

// security: R01, R07, R10
#[tokio::test]
async fn what_may_not_be_registered_is_refused_with_the_name_of_the_member() {
    let world = open().start().await;
    for uri in [
        "",
        "tool",
        "/callback",
        "http://tool.example/cb",
        "https://tool.example/cb#f",
        "https://*.tool.example/cb",
        "https://me@tool.example/cb",
        "https://10.0.0.1/cb",
        "https://169.254.169.254/latest",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "\u{1}javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "blob:https://tool.example/x",
        "https://tool.example/a/../cb",
        "https://tool.example/%2e%2e/cb",
        "https://TOOL.example/cb",
        "cursor://tool/callback",
        "com.example.tool:/cb",
    ] {
        let reply = registers(&world, &said(&json!({ "redirect_uris": [uri] }))).await;
        assert_eq!(reply.status, 400, "{uri}: {}", reply.body);
        assert_eq!(reply.json()["error"], "invalid_redirect_uri", "{uri}: {}", reply.body);
    }
    let inside = "https://127.0.0.1:1/x";
    for (name, value) in [
        ("client_name", json!("a\u{202e}b")),
        ("client_name", json!("x".repeat(81))),
        ("client_uri", json!("http://tool.example")),
        ("client_uri", json!("javascript:alert(1)")),
        ("logo_uri", json!("http://tool.example/logo.png")),
        ("logo_uri", json!(inside)),
        ("policy_uri", json!("data:text/html,x")),
        ("tos_uri", json!(inside)),
        ("post_logout_redirect_uris", json!(["http://tool.example/bye"])),
        ("token_endpoint_auth_method", json!("tls_client_auth")),
        ("id_token_signed_response_alg", json!("none")),
        ("id_token_signed_response_alg", json!("HS256")),
        ("grant_types", json!(["client_credentials"])),
        ("response_types", json!(["token"])),
        ("software_id", json!("x".repeat(201))),
        ("contacts", json!(vec!["a"; 11])),
    ] {
        let reply = registers(&world, &said(&json!({ name: value }))).await;
        assert_eq!(
            (reply.status, &reply.json()["error"]),
            (400, &json!("invalid_client_metadata")),
            "{name}"
        );
        let description = reply.json()["error_description"].as_str().unwrap_or_default().to_owned();
        assert!(description.starts_with(name), "{name}: {description}");
    }
    let none = registers(&world, &json!({ "client_name": "Tool" })).await;
    assert_eq!(none.json()["error"], "invalid_redirect_uri", "{}", none.body);
    for (kind, body) in [("text/plain", "{}"), ("application/json", "[]"), ("application/json", "{")] {
        let reply = world.post("/connect/register", &[("Content-Type", kind)], body).await;
        assert_eq!(
            (reply.status, &reply.json()["error"]),
            (400, &json!("invalid_client_metadata")),
            "{body}"
        );
    }
}

// security: R10, R05
#[tokio::test]
async fn no_member_sets_what_the_server_decides() {
    let world = open().start().await;
    let mut said = said(&json!({}));
    for name in [
        "id",
        "account_id",
        "owner",
        "client_id",
        "client_secret",
        "registration_access_token",
        "kind",
        "state",
        "listing",
        "approved",
        "is_first_party",
        "trusted",
        "profile",
        "require_pkce",
        "pii_mode",
        "provenance",
        "origin",
        "created_by",
        "live_version_id",
        "internal",
        "machine",
        "scopes",
        "access",
        "code",
    ] {
        said[name] = json!("true");
    }
    for name in ["token_exchange", "device_grant"] {
        said[name] = json!(true);
    }
    said["grant_types"] = json!([
        "authorization_code",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:device_code",
        "client_credentials",
    ]);
    said["scope"] = json!("identity:clients.manage reservations.read openid");
    let answer = registered(&world, &said).await;
    let client_id = answer["client_id"].as_str().expect("a client ID");
    assert!(client_id.starts_with("SELF-DC-"), "{client_id}");
    let known = world.app().cached.find_app(client_id).await.expect("a store").expect("the app");
    assert_eq!(known.owner.code, "SELF");
    assert_eq!(known.app.listing, grantry_store::app::Listing::Unlisted);
    assert!(known.client.scopes.iter().all(|scope| scope.starts_with("mcp:")), "{}", known.client.scopes);
    assert!(!known.client.token_exchange && !known.client.device_grant);
    assert_eq!(answer["grant_types"], json!(["authorization_code", "refresh_token"]));
    assert_ne!(answer["client_secret"], "true");
}

// security: R05
#[tokio::test]
async fn an_initial_token_lets_a_program_register_as_often_as_it_may() {
    let world = by_token().start().await;
    let body = said(&json!({})).to_string();
    let send = async |token: &str| sends(&world, "POST", "/connect/register", token, &body).await;
    let without = send("").await;
    assert_eq!((without.status, without.header("www-authenticate")), (401, Some("Bearer")));
    let (_, token) = initial_token(&world, Some(2)).await;
    for bad in ["x", &token[..token.len() - 1], &format!("{token}0"), &token.replacen("gri_", "grm_", 1)] {
        let reply = send(bad).await;
        assert_eq!((reply.status, &reply.json()["error"]), (401, &json!("invalid_token")), "{bad}");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
    }
    // What is refused does not use the token up.
    let wrong = said(&json!({ "redirect_uris": [] })).to_string();
    assert_eq!(sends(&world, "POST", "/connect/register", &token, &wrong).await.status, 400);
    assert_eq!(
        (send(&token).await.status, send(&token).await.status, send(&token).await.status),
        (201, 201, 401)
    );
    let basic = [("Content-Type", "application/json"), ("Authorization", "Basic Z3JpXzpncmlf")];
    assert_eq!(world.post("/connect/register", &basic, &body).await.status, 401);
}

// security: R05
#[tokio::test]
async fn a_token_that_is_wrong_is_refused_also_where_none_is_needed() {
    let world = open().start().await;
    let body = said(&json!({})).to_string();
    assert_eq!(sends(&world, "POST", "/connect/register", "gri_wrong", &body).await.status, 401);
    let (created, token) = initial_token(&world, None).await;
    assert_eq!(sends(&world, "POST", "/connect/register", &token, &body).await.status, 201);
    grantry::registration::tokens::revoke(world.app(), &grantry_store::audit::Origin::command(), &created.id)
        .await
        .expect("it works");
    assert_eq!(sends(&world, "POST", "/connect/register", &token, &body).await.status, 401);
}

// security: R05
#[tokio::test]
async fn whoever_registers_too_much_waits() {
    let world = open().start().await;
    let mut last = registers(&world, &json!({})).await;
    for _ in 0..200 {
        if last.status == 429 {
            break;
        }
        last = registers(&world, &json!({})).await;
    }
    assert_eq!(last.status, 429, "{}", last.body);
    let wait = last.header("retry-after").and_then(|seconds| seconds.parse::<u64>().ok());
    assert!(wait.is_some_and(|seconds| (1..=600).contains(&seconds)), "{wait:?}");
    assert_eq!(registers(&world, &said(&json!({}))).await.status, 429, "good ones, too");
    world.later(std::time::Duration::from_secs(601));
    assert_eq!(registers(&world, &said(&json!({}))).await.status, 201);
}

// security: R07, R08
#[tokio::test]
async fn the_logo_of_a_stranger_is_not_fetched_and_that_of_a_partner_is() {
    let farm = Farm::new().await;
    let world = open().beside(&farm).start().await;
    let with_logo = |path: &str| said(&json!({ "logo_uri": farm.url(path) }));
    let stranger = registered(&world, &with_logo("/logo.png")).await;
    assert_eq!(farm.connections(), 0);
    assert_eq!(stranger["logo_uri"], farm.url("/logo.png"), "kept, but not shown");
    let (_, token) = initial_token(&world, None).await;
    let partner = async |path: &str| {
        let reply = sends(&world, "POST", "/connect/register", &token, &with_logo(path).to_string()).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.json()
    };
    assert_eq!(partner("/logo.png").await["logo_uri"], farm.url("/logo.png"));
    assert_eq!(farm.connections(), 1);
    assert!(partner("/logo.svg").await.get("logo_uri").is_none(), "what cannot be shown is left out");
    let inside = said(&json!({ "logo_uri": farm.inside_url("/logo.png") })).to_string();
    assert_eq!(sends(&world, "POST", "/connect/register", &token, &inside).await.status, 201);
    assert_eq!(farm.trap.connections(), 0);
}

// security: W03
#[tokio::test]
async fn a_program_that_runs_in_a_browser_registers_and_calls_the_token_endpoint_from_there() {
    let world = open().start().await;
    let page = "http://localhost:6274";
    let said = said(&json!({
        "redirect_uris": ["http://localhost:6274/oauth/callback", CALLBACK], "token_endpoint_auth_method": "none",
    }));
    let asked = [("Origin", page), ("Access-Control-Request-Method", "POST")];
    let preflight = world.send("OPTIONS", "/connect/register", &asked, "").await;
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, Some("*")));
    let client_id = registered(&world, &said).await["client_id"].as_str().expect("a client ID").to_owned();
    let body = format!("grant_type=authorization_code&code=x&client_id={client_id}");
    for (origin, allowed) in [
        (page, Some(page)),
        ("https://tool.example", Some("https://tool.example")),
        ("https://evil.example", None),
    ] {
        let headers = [("Origin", origin), ("Content-Type", "application/x-www-form-urlencoded")];
        let reply = world.post("/connect/token", &headers, &body).await;
        assert_eq!(reply.header("access-control-allow-origin"), allowed);
    }
}
