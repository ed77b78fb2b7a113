//! The official SDKs of the Model Context Protocol, unchanged, connect to an API about which they know nothing but its
//! address: by a Client ID Metadata Document, and by dynamic registration.

use grantry::catalogue::{Others, import, parse};
use grantry::config::RegistrationMode;
use grantry_store::audit::Origin;
use grantry_testkit::foreign::{ForeignClient, McpSdk, McpWay, SampleApi};
use grantry_testkit::{Farm, World};
use serde_json::{Value, json};

const REDIRECT_URI: &str = "http://127.0.0.1:49321/callback";
const SCOPE: &str = "rooms:read";

/// An API in the catalogue, with the address at which it listens.
async fn behind(world: &World) -> SampleApi {
    let api = SampleApi::start(world.issuer(), SCOPE).await;
    let text = format!(
        "[[api]]\nname = 'rooms'\ndisplay_name = 'Rooms'\nresource = ['{}']\n\
         [[api.scope]]\nname = '{SCOPE}'\ndisplay_name = 'See rooms'\nmachine = true\n",
        api.url
    );
    let app = world.app();
    let apis = parse(&text, app.clock.now()).expect("a catalogue");
    import(&app.store, &app.clock, &Origin::command(), (&apis, Others::Stay)).await.expect("it is imported");
    api
}

/// From the first call to the second with a refreshed token, with a person who allows it in between.
async fn goes_the_whole_way(world: &World, sdk: McpSdk, way: McpWay<'_>) -> Value {
    let hotel = world.customer("HOTL").await;
    let program = ForeignClient::start_mcp(sdk, &way).await;
    let mut person = world.signed_in(&hotel.admin).await;
    let consent = person.opens(&program.authorize_url).await;
    assert!(consent.says("A program that calls itself"), "{sdk:?}: {}", consent.body);
    assert!(consent.says("See rooms"), "{}", consent.body);
    let back = person.posts(&consent.form("Allow").pressing("Allow")).await;
    assert!(back.location().starts_with(REDIRECT_URI), "{}", back.location());

    let got = program.receives(back.location()).await;
    assert_eq!(got["answers"], json!(["101, 102", "201, 202"]), "{sdk:?}");
    let scopes = got["token"]["scope"].as_str().unwrap_or_default();
    assert_eq!(scopes, format!("{SCOPE} offline_access"), "{sdk:?}");
    assert!(got["token"]["refresh_token"].is_string());
    assert_ne!(got["refreshed"]["access_token"], got["token"]["access_token"]);
    got
}

async fn by_document(sdk: McpSdk) {
    let farm = Farm::new().await;
    let world = World::setup().beside(&farm).configured(|config| config.cimd.enabled = true).start().await;
    let api = behind(&world).await;
    let client_id = farm.url("/oauth/client.json");
    let _ = farm.publishes(
        "/oauth/client.json",
        &json!({
            "client_id": client_id, "client_name": "An assistant", "redirect_uris": ["http://127.0.0.1/callback"],
            "token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "refresh_token"],
        }),
    );
    let way = McpWay {
        api: &api.url,
        redirect_uri: REDIRECT_URI,
        client_metadata_url: &client_id,
        auth_method: "none",
    };
    let got = goes_the_whole_way(&world, sdk, way).await;
    assert_eq!(got["client_id"], client_id.as_str());
    assert_ne!(got["refreshed"]["refresh_token"], got["token"]["refresh_token"], "public clients rotate");
}

async fn by_registration(sdk: McpSdk) {
    for auth_method in ["", "none", "client_secret_post"] {
        let world = World::setup().configured(|config| config.registration.mode = RegistrationMode::Open);
        let world = world.start().await;
        let api = behind(&world).await;
        let way = McpWay { api: &api.url, redirect_uri: REDIRECT_URI, client_metadata_url: "", auth_method };
        let got = goes_the_whole_way(&world, sdk, way).await;
        assert!(got["client_id"].as_str().is_some_and(|id| id.starts_with("SELF-DC-")), "{got}");
    }
}

// security: R09, T17, A10
#[tokio::test]
async fn the_typescript_sdk_by_its_document() {
    by_document(McpSdk::TypeScript).await;
}

// security: R09, T17, A10
#[tokio::test]
async fn the_python_sdk_by_its_document() {
    by_document(McpSdk::Python).await;
}

// security: R05, T17
#[tokio::test]
async fn the_typescript_sdk_by_registering_itself() {
    by_registration(McpSdk::TypeScript).await;
}

// security: R05, T17
#[tokio::test]
async fn the_python_sdk_by_registering_itself() {
    by_registration(McpSdk::Python).await;
}
