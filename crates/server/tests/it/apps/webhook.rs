//! Webhooks: an app hears of what happens to its connections, signed, in order, once it listens.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grantry::apps::webhook;
use grantry_oauth::secret::Secret;
use grantry_store::audit::Origin;
use grantry_store::page::PageRequest;
use grantry_store::webhook::WebhookState;
use grantry_store::webhook_event::WebhookEvent;
use grantry_testkit::World;
use grantry_testkit::farm::Farm;
use grantry_testkit::world::{RegisteredApp, Tenant};
use serde_json::{Value, json};

/// A developer whose app is told things at the farm, and a hotel.
struct Scene {
    farm: Farm,
    world: World,
    acme: Tenant,
    hotel: Tenant,
    app: RegisteredApp,
    secret: Secret<String>,
}

/// What arrived.
struct Arrived {
    id: String,
    timestamp: String,
    signatures: String,
    body: String,
}

impl Arrived {
    fn kind(&self) -> String {
        self.json()["type"].as_str().expect("a type").to_owned()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// Whether it is signed with this secret, as whoever receives it finds out.
    fn is_signed_with(&self, secret: &Secret<String>) -> bool {
        let key = secret.expose().strip_prefix("whsec_").expect("the prefix");
        let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(key).expect("base64"));
        let text = format!("{}.{}.{}", self.id, self.timestamp, self.body);
        let expected = format!("v1,{}", STANDARD.encode(hmac::sign(&key, text.as_bytes())));
        self.signatures.split(' ').any(|signature| signature == expected)
    }
}

impl Scene {
    async fn new(path: &str) -> Self {
        let farm = Farm::new().await;
        let world = World::setup().beside(&farm).start().await;
        let acme = world.developer("ACME").await;
        let hotel = world.customer("HOTL").await;
        let app =
            world.store_app(&acme, "TOOL", "https://tool.example/callback", &["reservations.read"]).await;
        let made = webhook::put(world.app(), &Origin::command(), (&acme.id, &app.id), &farm.url(path)).await;
        let secret = made.expect("a webhook").expect("its secret");
        Self { farm, world, acme, hotel, app, secret }
    }

    fn own(&self) -> (&grantry_store::id::AccountId, &grantry_store::id::AppId) {
        (&self.acme.id, &self.app.id)
    }

    async fn events(&self) -> Vec<WebhookEvent> {
        let reader = self.world.app().store.reader();
        let page = reader.list_webhook_events(&self.acme.id, &self.app.id, &PageRequest::first(50)).await;
        page.expect("events").items
    }

    /// Waits until the server has come this far with what it tells.
    async fn until(&self, what: &str, is_so: impl Fn(&[WebhookEvent]) -> bool) {
        let waiting = async {
            while !is_so(&self.events().await) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), waiting).await.expect(what);
    }

    /// What the farm received, in order.
    fn arrived(&self) -> Vec<Arrived> {
        let requests = self.farm.requests().into_iter().filter(|request| request.starts_with("POST "));
        requests
            .map(|request| {
                let (head, body) = request.split_once("\r\n\r\n").expect("a body");
                let header = |name: &str| {
                    let line = head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
                    let value =
                        line.and_then(|line| line.split_once(": ")).map(|(_, value)| value.to_owned());
                    value.expect("the header")
                };
                assert_eq!(header("content-type"), "application/json");
                Arrived {
                    id: header("webhook-id"),
                    timestamp: header("webhook-timestamp"),
                    signatures: header("webhook-signature"),
                    body: body.to_owned(),
                }
            })
            .collect()
    }

    async fn disconnects(&self, connection: &grantry_store::id::ConnectionId) {
        let by = grantry::connections::disconnect::By { person: Some(&self.hotel.admin.id), is_admin: true };
        let origin = self.world.origin_of(&self.hotel.admin).await;
        let of = (&self.hotel.id, connection);
        let ended = grantry::connections::disconnect::by_account(self.world.app(), &origin, of, by).await;
        ended.expect("it ends");
    }

    /// Any write about webhooks wakes the server; the clock of a story does not.
    async fn wakes(&self) {
        webhook::test(self.world.app(), &Origin::command(), self.own()).await.expect("a test");
    }
}

fn all_taken(events: &[WebhookEvent]) -> bool {
    events.iter().all(|event| event.taken_at.is_some())
}

#[tokio::test(flavor = "multi_thread")]
async fn connecting_and_disconnecting_are_told_signed_and_in_their_order() {
    let scene = Scene::new("/hook").await;
    let connection = scene.world.connects(&scene.hotel, &scene.app, &["reservations.read"]).await;
    scene.disconnects(&connection).await;
    scene.until("both are told", |events| events.len() == 2 && all_taken(events)).await;
    let arrived = scene.arrived();
    let kinds: Vec<_> = arrived.iter().map(Arrived::kind).collect();
    assert_eq!(kinds, ["app.connected", "app.disconnected"]);
    for event in &arrived {
        assert!(event.is_signed_with(&scene.secret));
        assert!(!event.is_signed_with(&Secret::new("whsec_AAAA".to_owned())));
        assert_eq!(event.json()["data"]["connection_id"], connection.as_str());
        assert_eq!(event.json()["data"]["account_code"], "HOTL");
    }
    assert_eq!(arrived[1].json()["data"]["reason"], "disconnected");
    assert_ne!(arrived[0].id, arrived[1].id);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_down_for_an_hour_gets_everything_and_nothing_overtakes() {
    let scene = Scene::new("/hook").await;
    scene.farm.answers("/hook", "503 Service Unavailable", "");
    let connection = scene.world.connects(&scene.hotel, &scene.app, &["reservations.read"]).await;
    scene.until("it is tried", |events| events.iter().any(|event| event.attempts == 1)).await;
    scene.disconnects(&connection).await;
    scene.world.later(Duration::from_secs(3600));
    scene.wakes().await;
    scene.until("it is tried again", |events| events.iter().any(|event| event.attempts == 2)).await;
    let of_connection = |arrived: &[Arrived]| -> Vec<String> {
        arrived.iter().map(Arrived::kind).filter(|kind| kind != "webhook.test").collect()
    };
    assert!(of_connection(&scene.arrived()).iter().all(|kind| kind == "app.connected"), "the end waits");
    scene.farm.answers("/hook", "204 No Content", "");
    scene.world.later(Duration::from_secs(2 * 3600));
    scene.wakes().await;
    scene.until("everything is taken", |events| events.len() == 4 && all_taken(events)).await;
    let kinds = of_connection(&scene.arrived());
    assert_eq!(kinds.last().map(String::as_str), Some("app.disconnected"));
    assert_eq!(kinds.iter().filter(|kind| *kind == "app.disconnected").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn for_a_day_after_a_change_both_secrets_sign() {
    let scene = Scene::new("/hook").await;
    let app = scene.world.app();
    let next = webhook::rotate(app, &Origin::command(), scene.own()).await.expect("another secret");
    scene.wakes().await;
    scene.until("it is taken", |events| events.len() == 1 && all_taken(events)).await;
    scene.world.later(webhook::OVERLAP);
    scene.wakes().await;
    scene.until("it is taken", |events| events.len() == 2 && all_taken(events)).await;
    let arrived = scene.arrived();
    assert!(arrived[0].is_signed_with(&next) && arrived[0].is_signed_with(&scene.secret));
    assert!(arrived[1].is_signed_with(&next) && !arrived[1].is_signed_with(&scene.secret));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_gone_pauses_the_webhook_until_its_owner_resumes_it() {
    let scene = Scene::new("/hook").await;
    scene.farm.answers("/hook", "410 Gone", "");
    scene.wakes().await;
    scene.until("it is tried", |events| events.iter().any(|event| event.attempts == 1)).await;
    let find = || async { webhook::find(scene.world.app(), scene.own()).await.expect("a read").expect("it") };
    while find().await.state != WebhookState::Gone {
        tokio::task::yield_now().await;
    }
    scene.farm.answers("/hook", "200 OK", "");
    let resumed = webhook::set_paused(scene.world.app(), &Origin::command(), scene.own(), false).await;
    resumed.expect("it goes on");
    scene.until("it is taken", |events| events.len() == 1 && all_taken(events)).await;
}

// security: W11
#[tokio::test(flavor = "multi_thread")]
async fn nothing_inside_is_ever_called() {
    let scene = Scene::new("/elsewhere").await;
    scene.wakes().await;
    scene.until("it is tried", |events| events.iter().any(|event| event.attempts == 1)).await;
    let inside = scene.farm.inside_url("/hook");
    webhook::put(scene.world.app(), &Origin::command(), scene.own(), &inside).await.expect("it looks public");
    scene.world.later(Duration::from_secs(60));
    scene.wakes().await;
    scene.until("it is tried there", |events| events.iter().any(|event| event.attempts == 2)).await;
    assert_eq!(scene.farm.trap.connections(), 0, "neither a redirect nor a name leads inside");
    for url in ["http://tool.example/hook", "https://10.0.0.1/hook", "https://user:pw@tool.example/", ""] {
        let refused = webhook::put(scene.world.app(), &Origin::command(), scene.own(), url).await;
        refused.expect_err(url);
    }
}

#[tokio::test]
async fn its_owner_sets_it_by_api_and_reconciles_what_was_missed() {
    let scene = Scene::new("/hook").await;
    let program = grantry_testkit::world::AppWish::custom("MANAGER").asking_for(&["identity:clients.manage"]);
    let program = scene.world.registers(&scene.acme, program).await;
    let token = scene.world.token_of(&program, "identity:clients.manage").await;
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let path = format!("/api/v1/clients/{}/webhook", scene.app.client_id);
    let put = scene.world.send("PUT", &path, &headers, r#"{"url": "http://tool.example/"}"#).await;
    assert_eq!(put.status, 422);
    assert!(put.json()["fields"]["url"].is_string(), "{}", put.body);
    let put = scene.world.send("PUT", &path, &headers, r#"{"paused": true}"#).await;
    assert_eq!((put.status, put.json()["state"].clone()), (200, json!("paused")));
    assert_eq!(put.json().get("secret"), None, "it was shown when it was made");
    let connection = scene.world.connects(&scene.hotel, &scene.app, &["reservations.read"]).await;
    scene.world.later(Duration::from_secs(300));
    scene.disconnects(&connection).await;
    let all = scene.world.send("GET", "/api/v1/connections", &headers, "").await.json();
    assert_eq!(all["connections"][0]["id"], connection.as_str());
    assert_eq!(all["connections"][0]["reason"], "disconnected");
    let since = all["since"].as_str().expect("a time").to_owned();
    let later = scene.world.send("GET", &format!("/api/v1/connections?since={since}"), &headers, "").await;
    assert_eq!(later.json()["connections"].as_array().map(Vec::len), Some(1), "twice is better than never");
    scene.world.later(Duration::from_secs(300));
    let all = scene.world.send("GET", "/api/v1/connections", &headers, "").await.json();
    let since = all["since"].as_str().expect("a time").to_owned();
    let later = scene.world.send("GET", &format!("/api/v1/connections?since={since}"), &headers, "").await;
    assert_eq!(later.json()["connections"], json!([]));
    let events = scene.world.send("GET", &format!("{path}/events"), &headers, "").await.json();
    assert_eq!(events["events"][0]["type"], "app.disconnected", "they wait while it is paused");
}
