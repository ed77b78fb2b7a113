//! Apps that sign who they are: keys that are registered or fetched, and assertions that count once.

use std::time::Duration;

use grantry_oauth::client_assertion::TYPE;
use grantry_oauth::jose::Alg;
use grantry_store::page::PageRequest;
use grantry_testkit::World;
use grantry_testkit::client_key::ClientKey;
use grantry_testkit::farm::Farm;
use grantry_testkit::http::Reply;
use grantry_testkit::world::{AppWish, RegisteredApp};

use super::desk::{FORM, basic, encoded, refusal};

const OWN: (&str, &str) = ("grant_type", "client_credentials");

/// A server with a custom app that signs.
struct Signing {
    world: World,
    app: RegisteredApp,
}

impl Signing {
    async fn with(world: World, keys: (&str, &str)) -> Self {
        let hotel = world.customer("HOTL").await;
        let mut wish = AppWish::custom("OWN").asking_for(&["reservations.read"]);
        "private_key_jwt".clone_into(&mut wish.raw.auth_method);
        keys.0.clone_into(&mut wish.raw.jwks);
        keys.1.clone_into(&mut wish.raw.jwks_uri);
        let app = world.registers(&hotel, wish).await;
        Self { world, app }
    }

    fn assertion(&self, key: &ClientKey, jti: &str) -> String {
        let now = self.world.app().clock.now();
        key.assertion(&self.app.client_id, self.world.issuer(), (now, jti))
    }

    async fn posts(&self, path: &str, assertion: &str, further: &[(&str, &str)]) -> Reply {
        let mut form = vec![("client_assertion_type", TYPE), ("client_assertion", assertion)];
        form.extend(further);
        self.world.post(path, &[FORM], &encoded(&form)).await
    }

    async fn asks(&self, assertion: &str) -> Reply {
        self.posts("/connect/token", assertion, &[OWN]).await
    }
}

// security: T18
#[tokio::test]
async fn an_app_that_signs_has_no_secret_and_each_assertion_counts_once() {
    let key = ClientKey::new(Alg::Es256);
    let signing = Signing::with(World::new().await, (&key.jwks(), "")).await;
    assert_eq!(signing.app.client_secret, "");
    let first = signing.assertion(&key, "1");
    assert_eq!(signing.asks(&first).await.status, 200);
    assert_eq!(refusal(&signing.asks(&first).await), (401, "invalid_client".to_owned()), "a replay");
    let again = signing.assertion(&key, "1");
    assert_eq!(refusal(&signing.asks(&again).await).0, 401, "another one of the same name");
    assert_eq!(signing.asks(&signing.assertion(&key, "2")).await.status, 200);
}

// security: T18
#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_calls_with_one_assertion_one_gets_a_token() {
    let key = ClientKey::new(Alg::Es256);
    let signing = Signing::with(World::new().await, (&key.jwks(), "")).await;
    let assertion = signing.assertion(&key, "race");
    let calls = (0..16).map(|_| signing.asks(&assertion));
    let replies = futures_util::future::join_all(calls).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
}

// security: T18, T07
#[tokio::test]
async fn an_app_that_signs_is_nobody_without_its_signature() {
    let key = ClientKey::new(Alg::Es256);
    let signing = Signing::with(World::new().await, (&key.jwks(), "")).await;
    let (id, world) = (signing.app.client_id.as_str(), &signing.world);
    let stranger = ClientKey::new(Alg::Es256);
    let forged = signing.assertion(&stranger, "3");
    assert_eq!(refusal(&signing.asks(&forged).await), (401, "invalid_client".to_owned()));
    let alone = world.post("/connect/token", &[FORM], &encoded(&[OWN, ("client_id", id)])).await;
    assert_eq!(refusal(&alone).0, 401);
    let secret = [FORM, ("Authorization", &basic(id, "grs_guess"))];
    assert_eq!(refusal(&world.post("/connect/token", &secret, &encoded(&[OWN])).await).0, 401);
    let good = signing.assertion(&key, "4");
    let beside = [OWN, ("client_secret", "grs_guess")];
    let refused = signing.posts("/connect/token", &good, &beside).await;
    assert_eq!(refusal(&refused), (400, "invalid_request".to_owned()));
    let other = signing.posts("/connect/token", &good, &[OWN, ("client_id", "SDXE-AC-OTHER")]).await;
    assert_eq!(refusal(&other).0, 401);
    assert_eq!(signing.asks(&good).await.status, 200, "what was refused has used nothing up");
}

// security: T18
#[tokio::test]
async fn introspection_and_revocation_know_the_app_by_its_signature_too() {
    let key = ClientKey::new(Alg::Ps256);
    let signing = Signing::with(World::new().await, (&key.jwks(), "")).await;
    let token = signing.asks(&signing.assertion(&key, "1")).await.json();
    let token = token["access_token"].as_str().expect("a token");
    let told = async |jti: &str| {
        let asked = [("token", token)];
        signing.posts("/connect/introspect", &signing.assertion(&key, jti), &asked).await.json()["active"]
            .clone()
    };
    assert_eq!(told("2").await, true);
    let endpoint = signing.world.url("/connect/revocation");
    let now = signing.world.app().clock.now();
    let for_endpoint = key.assertion(&signing.app.client_id, &endpoint, (now, "3"));
    let reply = signing.posts("/connect/revocation", &for_endpoint, &[("token", token)]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(told("4").await, false);
}

// security: T18
#[tokio::test]
async fn fetched_keys_are_kept_and_fetched_anew_for_a_key_that_is_not_known_yet() {
    let farm = Farm::new().await;
    let (old, new) = (ClientKey::new(Alg::Es256), ClientKey::new(Alg::EdDsa));
    farm.puts("/jwks.json", &old.jwks());
    let world = World::setup().beside(&farm).start().await;
    let signing = Signing::with(world, ("", &farm.url("/jwks.json"))).await;
    for jti in ["1", "2", "3"] {
        assert_eq!(signing.asks(&signing.assertion(&old, jti)).await.status, 200);
    }
    assert_eq!(farm.connections(), 1, "one fetch serves them all");

    farm.puts("/jwks.json", &new.jwks());
    assert_eq!(signing.asks(&signing.assertion(&new, "4")).await.status, 200, "looked at anew at once");
    assert_eq!(farm.connections(), 2);
    assert_eq!(signing.asks(&signing.assertion(&old, "5")).await.status, 401, "it was taken back");
    for jti in 0..20 {
        let made_up = signing.assertion(&ClientKey::new(Alg::EdDsa), &format!("x{jti}"));
        assert_eq!(signing.asks(&made_up).await.status, 401);
    }
    assert_eq!(farm.connections(), 3, "strangers cannot make the server call as often as they like");
    farm.puts("/jwks.json", &old.jwks());
    assert_eq!(signing.asks(&signing.assertion(&old, "6")).await.status, 401, "called often enough lately");
    signing.world.later(Duration::from_secs(61));
    assert_eq!(signing.asks(&signing.assertion(&old, "7")).await.status, 200);
    assert_eq!(farm.connections(), 4);
}

// security: T18
#[tokio::test]
async fn keys_that_cannot_be_fetched_any_more_end_after_an_hour() {
    let farm = Farm::new().await;
    let key = ClientKey::new(Alg::Es256);
    farm.puts("/jwks.json", &key.jwks());
    let world = World::setup().beside(&farm).start().await;
    let signing = Signing::with(world, ("", &farm.url("/jwks.json"))).await;
    assert_eq!(signing.asks(&signing.assertion(&key, "1")).await.status, 200);
    farm.puts("/jwks.json", "we are moving");
    signing.world.later(Duration::from_mins(30));
    assert_eq!(signing.asks(&signing.assertion(&key, "2")).await.status, 200, "as long as an hour");
    signing.world.later(Duration::from_mins(31));
    assert_eq!(signing.asks(&signing.assertion(&key, "3")).await.status, 401);
}

// security: W01, T18
#[tokio::test]
async fn no_address_of_keys_leads_inside_and_the_owner_learns_why_nothing_came() {
    let farm = Farm::new().await;
    let key = ClientKey::new(Alg::Es256);
    let world = World::setup().beside(&farm).start().await;
    let signing = Signing::with(world, ("", &farm.inside_url("/jwks.json"))).await;
    assert_eq!(signing.asks(&signing.assertion(&key, "1")).await.status, 401);
    assert_eq!(farm.trap.connections(), 0);
    let app = signing.world.app();
    app.flow_log.flush(app).await;
    let known = app.cached.find_app(&signing.app.client_id).await.expect("a read").expect("the app");
    let page = PageRequest::from_token(None, 10);
    let events = app.store.reader().list_flow_events(&known.owner.id, &page).await.expect("the events").items;
    assert!(events[0].hint.contains("not publicly reachable"), "{}", events[0].hint);
}

// security: T18
#[tokio::test]
async fn an_app_that_registered_an_algorithm_is_nobody_with_another() {
    let (ec, ps) = (ClientKey::new(Alg::Es256), ClientKey::new(Alg::Ps256));
    let jwks = serde_json::json!({ "keys": [ec.public(), ps.public()] }).to_string();
    let world = World::new().await;
    let hotel = world.customer("HOTL").await;
    let mut wish = AppWish::custom("OWN").asking_for(&["reservations.read"]);
    "private_key_jwt".clone_into(&mut wish.raw.auth_method);
    "ES256".clone_into(&mut wish.raw.auth_alg);
    wish.raw.jwks = jwks;
    let app = world.registers(&hotel, wish).await;
    let signing = Signing { world, app };
    assert_eq!(signing.asks(&signing.assertion(&ps, "1")).await.status, 401);
    assert_eq!(signing.asks(&signing.assertion(&ec, "2")).await.status, 200);
}
