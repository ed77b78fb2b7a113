//! A server with everything switched on, an internet beside it, and the ways to its endpoints as they are announced.

use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use grantry::apps::RawApp;
use grantry::config::RegistrationMode;
use grantry_oauth::client_assertion::TYPE;
use grantry_oauth::jose::Alg;
use grantry_testkit::World;
use grantry_testkit::client_key::ClientKey;
use grantry_testkit::farm::Farm;
use grantry_testkit::http::Reply;
use grantry_testkit::world::{AppWish, RegisteredApp};
use serde_json::Value;
use url::form_urlencoded;

use crate::connecting::{Back, CALLBACK, Scene};

pub(super) const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
/// The pair of RFC 7636 appendix B.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const SCOPES: &str = "openid offline_access reservations.read";
pub(super) const BYE: &str = "https://tool.example/bye";
pub(super) const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub(super) const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
pub(super) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// An endpoint at which clients say who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    Token,
    Introspection,
    Revocation,
}

impl Endpoint {
    pub(super) fn member(self) -> &'static str {
        match self {
            Self::Token => "token_endpoint",
            Self::Introspection => "introspection_endpoint",
            Self::Revocation => "revocation_endpoint",
        }
    }
}

pub(super) struct Stage {
    pub(super) farm: Farm,
    pub(super) scene: Scene,
    /// What the server announces.
    pub(super) document: Value,
    apps: AtomicUsize,
}

impl Stage {
    /// Programs may register themselves, and be what their documents say.
    pub(super) async fn everything() -> Self {
        let farm = Farm::new().await;
        let setup = World::setup().beside(&farm).configured(|config| {
            config.registration.mode = RegistrationMode::Open;
            config.cimd.enabled = true;
        });
        Self::on(Scene::with(setup).await, farm).await
    }

    /// As a server is that nobody configured.
    pub(super) async fn plain() -> Self {
        let farm = Farm::new().await;
        Self::on(Scene::with(World::setup().beside(&farm)).await, farm).await
    }

    async fn on(scene: Scene, farm: Farm) -> Self {
        let reply = scene.world.get("/.well-known/openid-configuration").await;
        assert_eq!(reply.status, 200);
        Self { farm, scene, document: reply.json(), apps: AtomicUsize::new(0) }
    }

    /// The path of an announced address.
    pub(super) fn at(&self, member: &str) -> String {
        let url = self.document[member].as_str().unwrap_or_else(|| panic!("no {member}"));
        url.strip_prefix(self.scene.world.issuer()).expect("on this host").to_owned()
    }

    pub(super) async fn posts(&self, path: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Reply {
        let mut all = vec![FORM];
        all.extend(headers);
        self.scene.world.post(path, &all, &encoded(form)).await
    }

    /// A request of an app with its secret in the header.
    pub(super) async fn calls(&self, member: &str, app: &RegisteredApp, form: &[(&str, &str)]) -> Reply {
        let basic = basic(app);
        self.posts(&self.at(member), &[("Authorization", &basic)], form).await
    }

    /// The query of a good authorization request of an app, with changes.
    pub(super) fn asks(&self, app: &RegisteredApp, changes: &[(&str, &str)]) -> String {
        let mut all = vec![("client_id", app.client_id.as_str()), ("scope", SCOPES)];
        all.extend(changes);
        format!("{}?{}", self.at("authorization_endpoint"), self.scene.query(&all))
    }

    /// What an app hears of a request that the person allows, if they are asked.
    pub(super) async fn answer(&self, app: &RegisteredApp, changes: &[(&str, &str)]) -> Reply {
        let mut ada = self.scene.ada().await;
        let reply = ada.opens(&self.asks(app, changes)).await;
        let asked = reply.status == 200 && reply.says("Allow");
        if asked { ada.posts(&reply.form("Allow").pressing("Allow")).await } else { reply }
    }

    pub(super) async fn comes_back(&self, app: &RegisteredApp, changes: &[(&str, &str)]) -> Back {
        Back::to_the_app(&self.answer(app, changes).await)
    }

    /// Exchanges a code with the secret of the app.
    pub(super) async fn exchanges(&self, app: &RegisteredApp, code: &str) -> Value {
        let reply = self.calls("token_endpoint", app, &exchange(code, VERIFIER)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }

    /// The tokens of an authorization with these changes.
    pub(super) async fn tokens(&self, app: &RegisteredApp, changes: &[(&str, &str)]) -> Value {
        let back = self.comes_back(app, changes).await;
        self.exchanges(app, back.code(self.scene.world.issuer())).await
    }

    pub(super) async fn userinfo(&self, tokens: &Value) -> Reply {
        let bearer = format!("Bearer {}", text(tokens, "access_token"));
        let path = self.at("userinfo_endpoint");
        self.scene.world.send("GET", &path, &[("Authorization", &bearer)], "").await
    }

    pub(super) async fn is_active(&self, app: &RegisteredApp, token: &str) -> bool {
        let reply = self.calls("introspection_endpoint", app, &[("token", token)]).await;
        reply.json()["active"] == true
    }

    /// A new store app, as its owner wants it. ID tokens of ES256, unless the owner says otherwise.
    pub(super) async fn store(&self, change: impl FnOnce(&mut RawApp)) -> RegisteredApp {
        let number = self.apps.fetch_add(1, Ordering::Relaxed);
        let wish = AppWish::store(&format!("APP{number}")).returning_to(CALLBACK);
        let mut wish = wish.asking_for(&["reservations.read"]);
        "ES256".clone_into(&mut wish.raw.id_token_alg);
        change(&mut wish.raw);
        self.scene.world.registers(&self.scene.acme, wish).await
    }

    /// A new custom app.
    pub(super) async fn custom(&self, change: impl FnOnce(&mut RawApp)) -> RegisteredApp {
        let number = self.apps.fetch_add(1, Ordering::Relaxed);
        let mut wish = AppWish::custom(&format!("OWN{number}")).asking_for(&["reservations.read"]);
        change(&mut wish.raw);
        self.scene.world.registers(&self.scene.hotel, wish).await
    }

    /// A custom app that signs, and its key.
    pub(super) async fn signing(&self, alg: Alg) -> (RegisteredApp, ClientKey) {
        let key = ClientKey::new(alg);
        let app = self.custom(|raw| {
            "private_key_jwt".clone_into(&mut raw.auth_method);
            raw.jwks = key.jwks();
        });
        (app.await, key)
    }

    /// What proves once who an app is.
    pub(super) fn assertion(&self, app: &RegisteredApp, key: &ClientKey) -> String {
        let server = self.scene.world.app();
        let jti = server.random.token();
        key.assertion(&app.client_id, self.scene.world.issuer(), (server.clock.now(), &jti))
    }

    /// A request of an app with its signature.
    pub(super) async fn signed(
        &self,
        member: &str,
        (app, key): (&RegisteredApp, &ClientKey),
        form: &[(&str, &str)],
    ) -> Reply {
        let assertion = self.assertion(app, key);
        let mut all = vec![("client_assertion_type", TYPE), ("client_assertion", assertion.as_str())];
        all.extend(form);
        self.posts(&self.at(member), &[], &all).await
    }

    /// Whether a library that nobody here wrote takes a token for one that the published keys signed.
    pub(super) async fn verifies(&self, token: &str, audience: &str) -> Value {
        let head = header(token);
        let set = self.scene.world.get(&self.at("jwks_uri")).await.json();
        let keys = set["keys"].as_array().expect("keys").clone();
        let key = keys.into_iter().find(|key| key["kid"] == head["kid"]).expect("the key is published");
        let key: jsonwebtoken::jwk::Jwk = serde_json::from_value(key).expect("a JWK");
        let key = jsonwebtoken::DecodingKey::from_jwk(&key).expect("a key");
        let alg = text(&head, "alg").parse().expect("an algorithm");
        let mut rules = jsonwebtoken::Validation::new(alg);
        rules.set_audience(&[audience]);
        rules.set_issuer(&[self.scene.world.issuer()]);
        // Signed userinfo has none.
        rules.required_spec_claims.remove("exp");
        jsonwebtoken::decode::<Value>(token, &key, &rules).expect("it verifies").claims
    }
}

pub(super) fn exchange<'a>(code: &'a str, verifier: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", verifier),
    ]
}

pub(super) fn basic(app: &RegisteredApp) -> String {
    format!("Basic {}", STANDARD.encode(format!("{}:{}", app.client_id, app.client_secret)))
}

pub(super) fn encoded(form: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

pub(super) fn header(token: &str) -> Value {
    part(token, 0)
}

/// What a JWT says; who signed it is looked at where it matters.
pub(super) fn claims(token: &str) -> Value {
    part(token, 1)
}

fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

/// The algorithm of an announced name.
pub(super) fn alg(name: &str) -> Alg {
    Alg::parse(name).unwrap_or_else(|| panic!("{name} is announced, and nothing here can sign with it"))
}
