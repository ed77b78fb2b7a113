//! Client ID Metadata Documents: an app that is what the document at its own client ID says.

use std::time::Duration;

use grantry_oauth::client_assertion::TYPE;
use grantry_oauth::jose::Alg;
use grantry_testkit::client_key::ClientKey;
use grantry_testkit::http::{Form, Reply};
use grantry_testkit::{Farm, World};
use serde_json::{Value, json};

use super::{CALLBACK, app_of, authorize};

const PATH: &str = "/oauth/client.json";

struct Place {
    farm: Farm,
    world: World,
    client_id: String,
}

impl Place {
    async fn new() -> Self {
        let farm = Farm::new().await;
        let world =
            World::setup().beside(&farm).configured(|config| config.cimd.enabled = true).start().await;
        let client_id = farm.url(PATH);
        Self { farm, world, client_id }
    }

    /// Publishes the document with changes.
    fn publishes(&self, changes: &Value) {
        let mut document = json!({
            "client_id": self.client_id, "client_name": "Tool", "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "refresh_token"],
        });
        for (name, value) in changes.as_object().expect("an object") {
            document[name] = value.clone();
        }
        let _ = self.farm.publishes(PATH, &document);
    }

    async fn asks(&self) -> Reply {
        self.world.get(&authorize(&self.client_id, &[])).await
    }

    /// The request was good: a page waits.
    async fn is_taken(&self) -> bool {
        let reply = self.asks().await;
        reply.status == 303 && reply.location().starts_with("/connect/authorize/")
    }
}

fn is_refused(reply: &Reply, says: &str) -> bool {
    reply.status == 400 && reply.header("location").is_none() && reply.says(says)
}

// security: R09, C01, C02
#[tokio::test]
async fn a_document_connects_without_registering_and_is_shown_as_what_it_is() {
    let place = Place::new().await;
    let announced = place.world.get("/.well-known/openid-configuration").await.json();
    assert_eq!(announced["client_id_metadata_document_supported"], true);
    place.publishes(&json!({ "redirect_uris": ["http://127.0.0.1/callback", CALLBACK] }));
    let hotel = place.world.customer("HOTL").await;
    let mut ann = place.world.signed_in(&hotel.admin).await;
    for redirect_uri in [CALLBACK, "http://127.0.0.1:49152/callback"] {
        let page = ann.opens(&authorize(&place.client_id, &[("redirect_uri", redirect_uri)])).await;
        assert!(page.says("A program that calls itself"), "{}", page.body);
        assert!(page.says("It describes itself at"), "{}", page.body);
        assert!(page.body.contains("app.example:"), "the host of the document, and the port");
        let local = redirect_uri.starts_with("http:");
        assert_eq!(page.says("a program on this computer"), local, "{redirect_uri}");
    }
    let app = app_of(&place.world, &json!({ "client_id": place.client_id })).await;
    let tokens =
        place.world.tokens_for(&hotel.admin, &app, CALLBACK, "openid mcp:tools offline_access").await;
    assert_eq!(tokens["scope"], "openid mcp:tools offline_access");
    assert_eq!(place.farm.connections(), 1, "fetched once");
    let known = place.world.app().cached.find_app(&place.client_id).await.expect("a store").expect("the app");
    assert_eq!(known.owner.code, "SELF");
}

// security: R09
#[tokio::test]
async fn where_documents_are_off_a_url_is_no_client_id_even_one_that_was_known() {
    let farm = Farm::new().await;
    let world = World::setup().beside(&farm).start().await;
    let reply = world.get(&authorize(&farm.url(PATH), &[])).await;
    assert!(is_refused(&reply, "this app is not known here"), "{}", reply.body);
    assert_eq!(farm.connections(), 0);
}

// security: R09, R08
#[tokio::test]
async fn what_is_no_good_document_describes_nobody() {
    let place = Place::new().await;
    for (changes, says) in [
        (json!({ "client_id": "https://other.example/client.json" }), "another client_id"),
        (json!({ "client_id": place.farm.url("/other.json") }), "another client_id"),
        (json!({ "client_secret": "s" }), "must not hold a client secret"),
        (json!({ "token_endpoint_auth_method": "client_secret_basic" }), "must need no secret"),
        (json!({ "redirect_uris": [] }), "no redirect_uris"),
        (json!({ "redirect_uris": ["javascript:alert(1)"] }), "cannot be registered"),
        (json!({ "redirect_uris": ["http://tool.example/cb"] }), "cannot be registered"),
        (json!({ "client_name": "a\u{202e}b" }), "cannot be registered"),
        (json!({ "logo_uri": "http://10.0.0.1/x.png" }), "cannot be registered"),
        (json!({ "grant_types": ["client_credentials"] }), "grant_types must name"),
    ] {
        place.publishes(&changes);
        let reply = place.asks().await;
        assert!(is_refused(&reply, says), "{changes}: {} {}", reply.status, reply.body);
    }
    let good = json!({ "client_id": place.client_id, "client_name": "Tool", "redirect_uris": [CALLBACK] });
    for (head, says) in [
        ("200 OK\r\ncontent-type: text/html", "not application/json"),
        ("201 Created\r\ncontent-type: application/json", "not answered with status 200"),
        ("404 Not Found\r\ncontent-type: application/json", "not answered with status 200"),
        ("302 Found\r\ncontent-type: application/json\r\nlocation: https://app.example/x", "is a redirect"),
    ] {
        place.farm.answers(PATH, head, &good.to_string());
        let reply = place.asks().await;
        assert!(is_refused(&reply, says), "{head}: {} {}", reply.status, reply.body);
    }
    let padded =
        json!({ "client_id": place.client_id, "redirect_uris": [CALLBACK], "x": "x".repeat(20_000) });
    let _ = place.farm.publishes(PATH, &padded);
    assert!(is_refused(&place.asks().await, "too large"));
    place.publishes(&json!({}));
    assert!(place.is_taken().await, "no refusal is remembered");
}

// security: R09, R08
#[tokio::test]
async fn no_client_id_makes_the_server_call_the_inside() {
    let place = Place::new().await;
    let port = place.farm.trap.port();
    for client_id in [
        format!("https://127.0.0.1:{port}/client.json"),
        format!("https://localhost:{port}/client.json"),
        format!("https://127.1:{port}/client.json"),
        format!("https://2130706433:{port}/client.json"),
        format!("https://0x7f000001:{port}/client.json"),
        format!("https://[::1]:{port}/client.json"),
        format!("https://[::ffff:127.0.0.1]:{port}/client.json"),
        format!("http://localhost:{port}/client.json"),
        format!("https://localhost.:{port}/client.json"),
        format!("https://me@127.0.0.1:{port}/client.json"),
        place.farm.inside_url("/client.json"),
    ] {
        let reply = place.world.get(&authorize(&client_id, &[])).await;
        assert_eq!(reply.status, 400, "{client_id}: {}", reply.body);
        assert!(reply.header("location").is_none());
    }
    let untrusted = place.farm.untrusted_url("/client.json");
    let reply = place.world.get(&authorize(&untrusted, &[])).await;
    assert!(is_refused(&reply, "the certificate"), "{}", reply.body);
    assert_eq!(place.farm.trap.connections(), 0);
}

// security: R09, A01, R06
#[tokio::test]
async fn a_changed_document_counts_when_the_old_one_is_no_longer_fresh_and_the_trail_says_what_changed() {
    let place = Place::new().await;
    place.publishes(&json!({}));
    assert!(place.is_taken().await);
    place.publishes(&json!({ "redirect_uris": ["https://tool.example/other"], "client_name": "Other" }));
    assert!(place.is_taken().await, "still fresh");
    place.world.later(Duration::from_secs(3601));
    let reply = place.asks().await;
    assert!(is_refused(&reply, "redirect_uri is not registered"), "{}", reply.body);
    let moved = [("redirect_uri", "https://tool.example/other")];
    assert_eq!(place.world.get(&authorize(&place.client_id, &moved)).await.status, 303);

    let reader = place.world.app().store.reader();
    let owner = reader.find_account_by_code("SELF").await.expect("a store").expect("the account");
    let page = grantry_store::page::PageRequest::first(10);
    let filter = grantry_store::audit::AuditFilter::default();
    let trail = reader.list_audit(Some(&owner.id), &filter, &page).await.expect("a trail");
    let changed = trail.items.iter().find(|row| row.action.as_str() == "app.updated").expect("an entry");
    let detail: Value = serde_json::from_str(&changed.detail).expect("JSON");
    assert_eq!(detail["name"], json!({ "before": "Tool", "after": "Other" }));
    assert_eq!(detail["redirect_uris"]["after"], json!(["https://tool.example/other"]));
}

// security: R09
#[tokio::test]
async fn a_document_that_cannot_be_fetched_for_a_moment_is_believed_for_a_day_and_one_that_is_gone_is_not() {
    let place = Place::new().await;
    place.publishes(&json!({}));
    assert!(place.is_taken().await);
    place.farm.answers(PATH, "503 Service Unavailable", "");
    place.world.later(Duration::from_secs(3601));
    assert!(place.is_taken().await);
    place.farm.answers(PATH, "410 Gone", "");
    assert!(is_refused(&place.asks().await, "not answered with status 200"));
    place.farm.answers(PATH, "503 Service Unavailable", "");
    place.world.later(Duration::from_secs(24 * 3600));
    assert!(is_refused(&place.asks().await, "not answered with status 200"));
}

// security: R09
#[tokio::test]
async fn how_long_a_document_is_kept_its_server_says() {
    let place = Place::new().await;
    let body = json!({ "client_id": place.client_id, "redirect_uris": [CALLBACK] }).to_string();
    place.farm.answers(PATH, "200 OK\r\ncontent-type: application/json\r\ncache-control: max-age=600", &body);
    for (later, fetched) in [(0, 1), (590, 1), (20, 2)] {
        place.world.later(Duration::from_secs(later));
        assert!(place.is_taken().await);
        assert_eq!(place.farm.connections(), fetched);
    }
}

// security: R09
#[tokio::test]
async fn many_who_ask_at_once_for_a_new_document_are_one_app() {
    let place = Place::new().await;
    place.publishes(&json!({}));
    let all = futures_util::future::join_all((0..8).map(|_| place.is_taken())).await;
    assert!(all.iter().all(|taken| *taken), "{all:?}");
    place.world.later(Duration::from_secs(3601));
    place.publishes(&json!({ "client_name": "Other" }));
    let all = futures_util::future::join_all((0..8).map(|_| place.is_taken())).await;
    assert!(all.iter().all(|taken| *taken), "{all:?}");
}

// security: R09
#[tokio::test]
async fn whoever_names_documents_without_end_waits() {
    let place = Place::new().await;
    let mut status = 0;
    for number in 0..100 {
        let url = place.farm.url(&format!("/nobody/{number}.json"));
        status = place.world.get(&authorize(&url, &[])).await.status;
        if status == 429 {
            break;
        }
        assert_eq!(status, 400);
    }
    assert_eq!(status, 429);
    assert!(place.farm.connections() <= 60);
}

// security: C07, R09
#[tokio::test]
async fn an_operator_can_stop_an_app_that_nobody_registered() {
    use grantry::apps::standing::{Decision, decide};
    let place = Place::new().await;
    place.publishes(&json!({}));
    assert!(place.is_taken().await);
    let origin = grantry_store::audit::Origin::command();
    decide(place.world.app(), &origin, &place.client_id, Decision::Suspend).await.expect("it is known");
    assert!(is_refused(&place.asks().await, "is suspended"));
    place.world.later(Duration::from_secs(3601));
    assert!(is_refused(&place.asks().await, "is suspended"), "no document brings it back");
}

/// Posts a form with the assertion of a document's app.
async fn signed(place: &Place, path: &str, key: &ClientKey, further: &[(&str, &str)]) -> Reply {
    let app = place.world.app();
    let (now, jti) = (app.clock.now(), app.random.token());
    let assertion = key.assertion(&place.client_id, place.world.issuer(), (now, &jti));
    let mut form =
        Form::by_hand(path).with("client_assertion_type", TYPE).with("client_assertion", &assertion);
    for (name, value) in further {
        form = form.with(name, value);
    }
    place.world.client().posts(&form).await
}

const PUSHED: [(&str, &str); 5] = [
    ("response_type", "code"),
    ("redirect_uri", CALLBACK),
    ("scope", "openid offline_access"),
    ("code_challenge", super::CHALLENGE),
    ("code_challenge_method", "S256"),
];

fn signing(key: &ClientKey) -> Value {
    let jwks: Value = serde_json::from_str(&key.jwks()).expect("JSON");
    json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks })
}

// security: R09, P01, T18
#[tokio::test]
async fn a_document_that_nobody_has_named_before_may_push_and_its_keys_are_those_of_now() {
    let place = Place::new().await;
    let (old, new) = (ClientKey::new(Alg::Es256), ClientKey::new(Alg::Es256));
    place.publishes(&signing(&old));
    let first = signed(&place, "/connect/par", &old, &PUSHED).await;
    assert_eq!(first.status, 201, "{}", first.body);
    place.publishes(&signing(&new));
    assert_eq!(signed(&place, "/connect/par", &new, &PUSHED).await.status, 401, "still fresh");
    place.world.later(Duration::from_secs(3601));
    assert_eq!(signed(&place, "/connect/par", &new, &PUSHED).await.status, 201);
    assert_eq!(signed(&place, "/connect/par", &old, &PUSHED).await.status, 401, "taken back");
}

// security: R09, T18
#[tokio::test]
async fn the_token_endpoint_reads_a_document_anew_too_and_believes_none_that_is_gone() {
    let place = Place::new().await;
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", "grr_none")];
    let (old, new) = (ClientKey::new(Alg::Es256), ClientKey::new(Alg::Es256));
    place.publishes(&signing(&old));
    let status = async |key: &ClientKey| signed(&place, "/connect/token", key, &refresh).await;
    assert_eq!(status(&old).await.json()["error"], "invalid_grant", "it has proved who it is");
    place.publishes(&signing(&new));
    place.world.later(Duration::from_secs(3601));
    assert_eq!(status(&new).await.json()["error"], "invalid_grant");
    assert_eq!(status(&old).await.json()["error"], "invalid_client");
    place.farm.answers(PATH, "503 Service Unavailable", "");
    place.world.later(Duration::from_secs(3601));
    assert_eq!(status(&new).await.json()["error"], "invalid_grant", "for a moment it is believed");
    place.farm.answers(PATH, "410 Gone", "");
    let gone = status(&new).await;
    assert_eq!((gone.status, &gone.json()["error"]), (401, &json!("invalid_client")));
}

// security: R09, R08
#[tokio::test]
async fn the_endpoints_of_programs_read_no_document_without_end_nor_inside_nor_for_nothing() {
    let place = Place::new().await;
    let posts = async |path: &str, client_id: &str| {
        let form = Form::by_hand(path).with("client_id", client_id).with("token", "x");
        place.world.client().posts(&form).await.status
    };
    for path in ["/connect/introspect", "/connect/revocation"] {
        assert_eq!(posts(path, &place.farm.url("/nobody.json")).await, 401, "{path}");
    }
    assert_eq!(place.farm.connections(), 0, "who is unknown has no token");
    for inside in [place.farm.inside_url("/client.json"), "https://127.0.0.1/client.json".to_owned()] {
        assert_eq!(posts("/connect/token", &inside).await, 401, "{inside}");
        assert_eq!(posts("/connect/par", &inside).await, 401, "{inside}");
    }
    assert_eq!(place.farm.trap.connections(), 0);
    let mut status = 0;
    for number in 0..100 {
        status = posts("/connect/token", &place.farm.url(&format!("/nobody/{number}.json"))).await;
        if status == 429 {
            break;
        }
    }
    assert_eq!(status, 429);
    assert!(place.farm.connections() <= 60);
}
