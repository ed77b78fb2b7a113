//! The guard of the REST API: access tokens of this server, for this server, with a scope that does; and nothing else.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use grantry::app::App;
use grantry::routes::{Guard, Kind};
use grantry::web::guard::{self, PeerAddress, Post};
use grantry::web::{Caller, Visitor};
use grantry_store::connection::ConnectionKind;
use http::{Method, Request};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::desk::{Desk, EVERYTHING, text};
use super::metadata::forgeries;

/// Says who calls, behind the guard that every route of the table has.
async fn who(State(_): State<Arc<App>>, caller: Caller, visitor: Visitor) -> Json<Value> {
    let origin = caller.origin(&visitor);
    Json(json!({
        "account": caller.account.code,
        "person": caller.person.as_ref().map(|person| person.email.clone()),
        "client": caller.client_id,
        "admin": caller.may_administer(),
        "actor": origin.actor.label,
    }))
}

struct Answer {
    status: u16,
    challenge: String,
    body: Value,
}

async fn asked(
    desk: &Desk,
    any_of: &'static [&'static str],
    headers: &[(&str, &str)],
    query: &str,
) -> Answer {
    let app = Arc::clone(desk.world.app());
    let post = Arc::new(Post {
        app: Arc::clone(&app),
        path: "/who",
        method: Method::GET,
        guard: Guard::Bearer(any_of),
        kind: Kind::Api,
        meter: app.metrics.route("GET", "/who"),
    });
    let router =
        Router::new().route("/who", get(who).layer(from_fn_with_state(post, guard::enter))).with_state(app);
    let mut request = Request::get(format!("/who{query}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).expect("a request");
    request.extensions_mut().insert(PeerAddress([127, 0, 0, 1].into()));
    let response = router.oneshot(request).await.expect("an answer");
    let status = response.status().as_u16();
    let challenge =
        response.headers().get("www-authenticate").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let challenge = challenge.to_owned();
    let bytes = to_bytes(response.into_body(), 100_000).await.expect("a body");
    Answer { status, challenge, body: serde_json::from_slice(&bytes).expect("JSON") }
}

async fn with_token(desk: &Desk, any_of: &'static [&'static str], token: &str) -> Answer {
    asked(desk, any_of, &[("Authorization", &format!("Bearer {token}"))], "").await
}

// security: U01, W05
#[tokio::test]
async fn the_handler_learns_whose_account_it_is_and_for_whom_the_app_acts() {
    let desk = Desk::new().await;
    let tokens = desk.tokens(EVERYTHING).await;
    let answer = with_token(&desk, &["reservations.read"], text(&tokens, "access_token")).await;
    let admin = desk.hotel.admin.email.as_str();
    let expected = json!({
        "account": "HOTL", "person": admin, "client": desk.app.client_id, "admin": true, "actor": admin,
    });
    assert_eq!((answer.status, answer.body), (200, expected));

    let bob = desk.world.member(&desk.hotel, "Bob Builder").await;
    let granted = desk.granted_by(&bob, &desk.app, ConnectionKind::Personal, EVERYTHING).await;
    let tokens = desk.exchanges(&desk.app, &desk.code(&desk.app, &granted).await).await.json();
    let answer = with_token(&desk, &[], text(&tokens, "access_token")).await;
    assert_eq!(
        (answer.body["person"].as_str(), answer.body["admin"].as_bool()),
        (Some(bob.email.as_str()), Some(false))
    );

    let own = desk.asks(&desk.custom, &[("grant_type", "client_credentials")]).await.json();
    let answer = with_token(&desk, &["nothing", "rates.read"], text(&own, "access_token")).await;
    let expected = json!({
        "account": "HOTL", "person": null, "client": "HOTL-SP-OWN", "admin": true, "actor": "HOTL-SP-OWN",
    });
    assert_eq!((answer.status, answer.body), (200, expected));
}

// security: U01
#[tokio::test]
async fn a_missing_scope_is_named_and_a_missing_token_is_asked_for() {
    let desk = Desk::new().await;
    let tokens = desk.tokens("openid reservations.read").await;
    let token = text(&tokens, "access_token");
    let answer =
        with_token(&desk, &["identity:account-users.read", "identity:account-users.manage"], token).await;
    assert_eq!(answer.status, 403);
    assert_eq!(
        (text(&answer.body, "error"), text(&answer.body, "scope")),
        ("insufficient_scope", "identity:account-users.read")
    );
    assert!(text(&answer.body, "detail").contains("identity:account-users.read"));
    assert!(
        answer.challenge.contains(r#"error="insufficient_scope""#)
            && answer.challenge.contains("identity:account-users.read")
    );

    let nobody = asked(&desk, &[], &[], "").await;
    assert_eq!((nobody.status, nobody.challenge.as_str()), (401, r#"Bearer realm="grantry""#));
    let in_query = asked(&desk, &[], &[], &format!("?access_token={token}")).await;
    assert_eq!(in_query.status, 400);
}

// security: U01, K02
#[tokio::test]
async fn cookies_and_forged_or_foreign_tokens_mean_nothing() {
    let desk = Desk::new().await;
    let client = desk.world.signed_in(&desk.hotel.admin).await;
    let cookies =
        client.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    assert_eq!(asked(&desk, &[], &[("Cookie", &cookies)], "").await.status, 401);
    let tokens = desk.tokens(EVERYTHING).await;
    let token = text(&tokens, "access_token");
    for forged in forgeries(&desk, token, text(&tokens, "id_token")) {
        let answer = with_token(&desk, &[], &forged).await;
        assert_eq!(answer.status, 401, "{}", forged.chars().take(60).collect::<String>());
    }
    assert_eq!(with_token(&desk, &[], token).await.status, 200);
    desk.calls("/connect/revocation", &desk.app, &[("token", token)]).await;
    assert_eq!(with_token(&desk, &[], token).await.status, 401);
}

// security: T17
#[tokio::test]
async fn a_token_for_another_api_alone_is_not_for_this_one() {
    use grantry_store::catalogue::{Api, ApiScope, TokenFormat};
    let desk = Desk::new().await;
    let scope = ApiScope {
        name: "mcp.use".to_owned(),
        api_name: "mcp".to_owned(),
        display_name: "Use the tools".to_owned(),
        description: None,
        sensitive: false,
        machine: false,
        is_default: false,
        internal: false,
        retired_at: None,
    };
    let api = Api {
        name: "mcp".to_owned(),
        display_name: "Tools".to_owned(),
        token_format: TokenFormat::Jwt,
        signing_alg: "ES256".to_owned(),
        resources: vec!["https://mcp.example/mcp".to_owned()],
        scopes: vec![scope],
    };
    desk.changes(|tx| async move { tx.put_api(&api).await }).await;
    let bot = desk.world.custom_app(&desk.hotel, "BOT", &["mcp.use", "rates.read"]).await;
    let form = [("grant_type", "client_credentials"), ("resource", "https://mcp.example/mcp")];
    let narrow = desk.asks(&bot, &form).await.json();
    assert_eq!(text(&narrow, "scope"), "mcp.use");
    assert_eq!(with_token(&desk, &[], text(&narrow, "access_token")).await.status, 401);
    let wide = desk.asks(&bot, &form[..1]).await.json();
    assert_eq!(with_token(&desk, &[], text(&wide, "access_token")).await.status, 200);
}
