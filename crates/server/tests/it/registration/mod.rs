//! Stories of apps that register themselves.

mod consent;
mod document;
mod manage;
mod register;
mod suite;
mod tokens;
mod unused;

use grantry::config::{Config, RegistrationMode};
use grantry::registration::tokens::{Created, Wanted, create};
use grantry_store::audit::Origin;
use grantry_testkit::World;
use grantry_testkit::http::Reply;
use grantry_testkit::world::{RegisteredApp, Setup};
use serde_json::{Value, json};

pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const CALLBACK: &str = "https://tool.example/callback";

/// A server on which everybody may register.
pub(crate) fn open() -> Setup {
    World::setup().configured(|config| config.registration.mode = RegistrationMode::Open)
}

/// A server on which whoever holds an initial access token may.
pub(crate) fn by_token() -> Setup {
    World::setup().configured(|config: &mut Config| config.registration.mode = RegistrationMode::Token)
}

/// What a program says about itself, with changes.
pub(crate) fn said(changes: &Value) -> Value {
    let mut said = json!({ "client_name": "Tool", "redirect_uris": [CALLBACK] });
    for (name, value) in changes.as_object().expect("an object") {
        said[name] = value.clone();
    }
    said
}

pub(crate) async fn sends(world: &World, method: &str, path: &str, token: &str, body: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("Content-Type", "application/json")];
    if !token.is_empty() {
        headers.push(("Authorization", bearer.as_str()));
    }
    world.send(method, path, &headers, body).await
}

pub(crate) async fn registers(world: &World, body: &Value) -> Reply {
    sends(world, "POST", "/connect/register", "", &body.to_string()).await
}

/// A registration that must be taken.
pub(crate) async fn registered(world: &World, body: &Value) -> Value {
    let reply = registers(world, body).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.json()
}

/// An initial access token.
pub(crate) async fn initial_token(world: &World, uses: Option<u32>) -> (Created, String) {
    let wanted = Wanted { description: "A partner".to_owned(), expires_at: None, uses };
    let created = create(world.app(), &Origin::command(), &wanted).await.expect("a token");
    let token = created.token.expose().clone();
    (created, token)
}

/// The credentials of a registration, for the helpers of the world.
pub(crate) async fn app_of(world: &World, registration: &Value) -> RegisteredApp {
    let client_id = registration["client_id"].as_str().expect("a client ID").to_owned();
    let found = world.app().store.reader().find_app_by_client_id(&client_id).await.expect("a store");
    RegisteredApp {
        id: found.expect("the app").id,
        name: registration["client_name"].as_str().unwrap_or_default().to_owned(),
        client_secret: registration["client_secret"].as_str().unwrap_or_default().to_owned(),
        client_id,
    }
}

/// The path of a good authorization request, with changes; an empty value removes a parameter.
pub(crate) fn authorize(client_id: &str, changes: &[(&str, &str)]) -> String {
    let good = [
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", CALLBACK),
        ("scope", "openid mcp:tools"),
        ("state", "xyz"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in good.iter().filter(|(name, _)| !changes.iter().any(|(other, _)| other == name)) {
        query.append_pair(name, value);
    }
    for (name, value) in changes.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    format!("/connect/authorize?{}", query.finish())
}
