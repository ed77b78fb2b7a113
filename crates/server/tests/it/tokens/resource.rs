//! `resource` (RFC 8707) along its whole way: from the authorization request to the last refresh, and never wider.

use grantry_store::catalogue::{Api, ApiScope, TokenFormat};
use grantry_testkit::Reply;
use grantry_testkit::world::{AppWish, RegisteredApp};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::desk::{CALLBACK, CHALLENGE, Desk, claims, exchange, refusal, text};
use crate::connecting::Back;

const NOTES: &str = "https://notes.example/mcp";
const FILES: &str = "https://files.example/mcp";
const SCOPES: &str = "openid offline_access notes.read files.read";

/// Two APIs that have identifiers, and an app that may ask for both.
async fn stage() -> (Desk, RegisteredApp) {
    let desk = Desk::new().await;
    for (name, resource) in [("notes", NOTES), ("files", FILES)] {
        let scope = ApiScope {
            name: format!("{name}.read"),
            api_name: name.to_owned(),
            display_name: format!("Read {name}"),
            description: None,
            sensitive: false,
            machine: false,
            is_default: false,
            internal: false,
            retired_at: None,
        };
        let api = Api {
            name: name.to_owned(),
            display_name: name.to_owned(),
            token_format: TokenFormat::Jwt,
            signing_alg: "ES256".to_owned(),
            resources: vec![resource.to_owned()],
            scopes: vec![scope],
        };
        desk.changes(|tx| async move { tx.put_api(&api).await }).await;
    }
    let mut wish = AppWish::store("BOTH").returning_to(CALLBACK).asking_for(&["notes.read", "files.read"]);
    "ES256".clone_into(&mut wish.raw.id_token_alg);
    let app = desk.world.registers(&desk.developer, wish).await;
    (desk, app)
}

/// The tokens that come of a consent for these resources.
async fn connects(desk: &Desk, app: &RegisteredApp, resources: &[&str]) -> Value {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([
        ("response_type", "code"),
        ("client_id", app.client_id.as_str()),
        ("redirect_uri", CALLBACK),
        ("scope", SCOPES),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("prompt", "consent"),
    ]);
    query.extend_pairs(resources.iter().map(|resource| ("resource", *resource)));
    let mut ada = desk.world.signed_in(&desk.hotel.admin).await;
    let page = ada.opens(&format!("/connect/authorize?{}", query.finish())).await;
    let allowed = ada.posts(&page.form("Allow").pressing("Allow")).await;
    let back = Back::to_the_app(&allowed);
    let reply = desk.asks(app, &exchange(back.get("code"))).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

async fn refreshes(desk: &Desk, app: &RegisteredApp, tokens: &Value, resources: &[&str]) -> Reply {
    let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", text(tokens, "refresh_token"))];
    form.extend(resources.iter().map(|resource| ("resource", *resource)));
    desk.asks(app, &form).await
}

fn reach(tokens: &Value) -> (Value, String) {
    let said = claims(text(tokens, "access_token"));
    (said["aud"].clone(), text(&said, "scope").to_owned())
}

// security: T17
#[tokio::test]
async fn what_was_granted_for_one_api_is_never_for_another() {
    let (desk, app) = stage().await;
    let tokens = connects(&desk, &app, &[NOTES]).await;
    let notes = (json!([NOTES]), "openid offline_access notes.read".to_owned());
    assert_eq!(reach(&tokens), notes);
    let again = refreshes(&desk, &app, &tokens, &[]).await.json();
    assert_eq!(reach(&again), notes, "without resource, what was granted");
    let same = refreshes(&desk, &app, &tokens, &[NOTES]).await.json();
    assert_eq!(reach(&same), notes);
    let own = format!("{}/resources", desk.world.issuer());
    for wider in [vec![FILES], vec![NOTES, FILES], vec![own.as_str()], vec!["https://evil.example/"]] {
        let refused = refreshes(&desk, &app, &tokens, &wider).await;
        assert_eq!(refusal(&refused), (400, "invalid_target".to_owned()), "{wider:?}");
    }
    assert_eq!(refreshes(&desk, &app, &tokens, &[]).await.status, 200, "whoever asked too much lost nothing");
}

// security: T17
#[tokio::test]
async fn one_consent_for_two_apis_gives_a_token_for_each_or_for_both() {
    let (desk, app) = stage().await;
    for resources in [vec![NOTES, FILES], vec![]] {
        let tokens = connects(&desk, &app, &resources).await;
        for (resource, scope) in [(NOTES, "notes.read"), (FILES, "files.read")] {
            let one = refreshes(&desk, &app, &tokens, &[resource]).await.json();
            assert_eq!(reach(&one), (json!([resource]), format!("openid offline_access {scope}")));
        }
        let both = refreshes(&desk, &app, &tokens, &[NOTES, FILES]).await.json();
        assert_eq!(reach(&both), (json!([NOTES, FILES]), SCOPES.to_owned()));
    }
}

// security: T17, U02
#[tokio::test]
async fn a_token_for_one_api_cannot_be_spent_at_the_servers_own_api() {
    let (desk, app) = stage().await;
    let tokens = connects(&desk, &app, &[NOTES]).await;
    let bearer = format!("Bearer {}", text(&tokens, "access_token"));
    let reply = desk.world.send("GET", "/api/v1/roles", &[("Authorization", &bearer)], "").await;
    assert_eq!(reply.status, 401, "{}", reply.body);
}
