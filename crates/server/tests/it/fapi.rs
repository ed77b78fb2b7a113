//! The profile for money from its first call to its last, and what OpenID's tests of FAPI 2.0 try on the way.

use grantry_oauth::client_assertion::TYPE;
use grantry_oauth::jose::Alg;
use grantry_testkit::client_key::ClientKey;
use grantry_testkit::http::{Form, Reply};
use grantry_testkit::proof::{ProofKey, ProofWish};
use grantry_testkit::world::AppWish;
use serde_json::{Value, json};

use crate::connecting::{Back, CALLBACK, CHALLENGE, STATE, Scene, is_page};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const PAR: &str = "/connect/par";
const TOKEN: &str = "/connect/token";
const USERINFO: &str = "/connect/userinfo";

struct Bank {
    scene: Scene,
    key: ClientKey,
    proof: ProofKey,
}

impl Bank {
    async fn new() -> Self {
        let scene = Scene::new().await;
        let key = ClientKey::new(Alg::Ps256);
        let mut wish = AppWish::store("BANK").returning_to(CALLBACK).asking_for(&["reservations.read"]);
        "fapi2".clone_into(&mut wish.raw.profile);
        wish.raw.jwks = key.jwks();
        let app = scene.world.registers(&scene.acme, wish).await;
        Self { scene: Scene { app, ..scene }, key, proof: ProofKey::new() }
    }

    /// A good assertion with other claims; null takes one away.
    fn assertion(&self, changes: &Value) -> String {
        let app = self.scene.world.app();
        let (now, id) = (app.clock.now().seconds(), &self.scene.app.client_id);
        let mut claims = json!({
            "iss": id, "sub": id, "aud": self.scene.world.issuer(), "iat": now, "exp": now + 60,
            "jti": app.random.token(),
        });
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        claims.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        self.key.signs(&claims)
    }

    async fn posts(&self, path: &str, assertion: &str, form: &[(&str, &str)], proof: Option<&str>) -> Reply {
        let mut all = vec![("client_assertion_type", TYPE), ("client_assertion", assertion)];
        all.extend(form);
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
        let mut headers = vec![("Content-Type", "application/x-www-form-urlencoded")];
        headers.extend(proof.map(|proof| ("DPoP", proof)));
        self.scene.world.post(path, &headers, &body).await
    }

    fn proves(&self, path: &str) -> String {
        self.proof.proof(&ProofWish::of(&self.scene.world, "POST", path))
    }

    async fn pushes(&self, assertion: &str, changes: &[(&str, &str)]) -> Reply {
        let good = [
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid offline_access reservations.read"),
            ("state", STATE),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let mut all: Vec<_> =
            good.into_iter().filter(|(n, _)| !changes.iter().any(|(c, _)| c == n)).collect();
        all.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.posts(PAR, assertion, &all, None).await
    }

    /// The path that a browser opens after a push.
    async fn pushed(&self, changes: &[(&str, &str)]) -> String {
        let reply = self.pushes(&self.assertion(&json!({})), changes).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        let name = reply.json()["request_uri"].as_str().expect("a name").to_owned();
        let pairs = [("client_id", self.scene.app.client_id.as_str()), ("request_uri", &name)];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("/connect/authorize?{query}")
    }

    async fn code(&self) -> String {
        let mut ada = self.scene.ada().await;
        let mut page = ada.opens(&self.pushed(&[]).await).await;
        if page.status == 200 {
            page = ada.posts(&page.form("Allow").pressing("Allow")).await;
        }
        Back::to_the_app(&page).code(self.scene.world.issuer()).to_owned()
    }

    async fn exchanges(&self, code: &str, changes: &[(&str, &str)], proof: Option<&str>) -> Reply {
        let good = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let mut all: Vec<_> =
            good.into_iter().filter(|(n, _)| !changes.iter().any(|(c, _)| c == n)).collect();
        all.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        self.posts(TOKEN, &self.assertion(&json!({})), &all, proof).await
    }
}

fn error(reply: &Reply) -> (u16, String) {
    (reply.status, reply.json()["error"].as_str().unwrap_or_default().to_owned())
}

// security: T18, P01
#[tokio::test]
async fn an_assertion_is_for_the_issuer_alone_and_for_now() {
    let bank = Bank::new().await;
    let now = bank.scene.world.app().clock.now().seconds();
    let issuer = bank.scene.world.issuer();
    for good in [
        json!({}),
        json!({ "nbf": now + 8, "iat": now + 8 }),
        json!({ "nbf": now - 3600 }),
        json!({ "exp": now + 300 }),
    ] {
        let reply = bank.pushes(&bank.assertion(&good), &[]).await;
        assert_eq!(reply.status, 201, "{good}: {}", reply.body);
    }
    for bad in [
        json!({ "aud": bank.scene.world.url(TOKEN) }),
        json!({ "aud": bank.scene.world.url(PAR) }),
        json!({ "aud": [issuer] }),
        json!({ "aud": [issuer, "https://other.example"] }),
        json!({ "aud": "https://other.example" }),
        json!({ "aud": null }),
        json!({ "exp": now - 300 }),
        json!({ "exp": null }),
        json!({ "nbf": now + 8 * 3600 }),
        json!({ "iat": now + 8 * 3600 }),
        json!({ "iss": "SDXE-AC-OTHER" }),
        json!({ "iss": null }),
        json!({ "sub": "SDXE-AC-OTHER" }),
        json!({ "sub": null }),
        json!({ "jti": null }),
    ] {
        let reply = bank.pushes(&bank.assertion(&bad), &[]).await;
        assert_eq!(error(&reply), (401, "invalid_client".to_owned()), "{bad}");
    }
    let (head, _) =
        bank.assertion(&json!({})).rsplit_once('.').map(|(a, b)| (a.to_owned(), b.len())).expect("a JWS");
    assert_eq!(error(&bank.pushes(&format!("{head}."), &[]).await).0, 401, "no signature");
}

// security: P01, P02, A08
#[tokio::test]
async fn what_is_not_pushed_or_pushed_without_a_challenge_goes_nowhere() {
    let bank = Bank::new().await;
    let world = &bank.scene.world;
    for (changes, expected) in [
        (vec![("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("code_challenge_method", "")], "invalid_request"),
        (vec![("request_uri", "urn:ietf:params:oauth:request_uri:x")], "invalid_request"),
        (vec![("response_type", "code id_token")], "unsupported_response_type"),
        (vec![("redirect_uri", "https://tool.example/callback/")], "invalid_request"),
        (vec![("redirect_uri", "")], "invalid_request"),
        (vec![("request", "ey.ey.ey")], "invalid_request_object"),
    ] {
        let reply = bank.pushes(&bank.assertion(&json!({})), &changes).await;
        assert_eq!(error(&reply), (400, expected.to_owned()), "{changes:?}");
    }
    let back = Back::to_the_app(&world.get(&bank.scene.url(&[])).await);
    assert_eq!(back.error(world.issuer()), "invalid_request");
    for method in ["GET", "PUT", "DELETE"] {
        assert_eq!(world.send(method, PAR, &[], "").await.status, 405, "{method}");
    }
    // What stands beside the name counts for nothing, a state among it.
    let mut ada = bank.scene.ada().await;
    let page =
        ada.opens(&format!("{}&state=outside&nonce=outside", bank.pushed(&[("state", "")]).await)).await;
    let back = Back::to_the_app(&ada.posts(&page.form("Allow").pressing("Allow")).await);
    assert_eq!((back.get("state"), back.get("iss")), ("", world.issuer()));
    assert!(!back.get("code").is_empty());
    let long = "s".repeat(384);
    let page = ada.opens(&bank.pushed(&[("state", &long), ("nonce", &long)]).await).await;
    assert_eq!(Back::to_the_app(&page).get("state"), long);
    let other = Form::by_hand(PAR).with("client_id", &bank.scene.app.client_id);
    assert_eq!(world.client().posts(&other).await.status, 401, "nobody pushes without proof");
    is_page(&ada.opens("/connect/authorize?client_id=x&request_uri=urn:x").await, 400, "not known here");
}

// security: D01, D02, T02, T05, T12, U01
#[tokio::test]
async fn tokens_are_bound_to_the_apps_key_from_the_first_to_the_last() {
    let bank = Bank::new().await;
    let world = &bank.scene.world;
    let code = bank.code().await;
    let bare = bank.exchanges(&code, &[], None).await;
    assert_eq!(bare.status, 400, "{}", bare.body);
    let tokens = bank.exchanges(&code, &[], Some(&bank.proves(TOKEN))).await;
    assert_eq!(tokens.status, 200, "asking without a proof burnt nothing: {}", tokens.body);
    assert_eq!(tokens.header("cache-control"), Some("no-store"));
    let tokens = tokens.json();
    let text = |name: &str| tokens[name].as_str().expect("a text").to_owned();
    assert_eq!(text("token_type"), "DPoP");
    assert_eq!(tokens["scope"], "openid offline_access reservations.read");
    let token = text("access_token");
    let asks = async |scheme: &str, proof: Option<ProofWish>| {
        let authorization = format!("{scheme} {token}");
        let proof = proof.map(|wish| bank.proof.proof(&wish));
        let mut headers = vec![("Authorization", authorization.as_str())];
        headers.extend(proof.as_deref().map(|proof| ("DPoP", proof)));
        world.send("GET", USERINFO, &headers, "").await
    };
    let good = || ProofWish::of(world, "GET", USERINFO).beside(&token);
    let now = world.app().clock.now().seconds();
    for scheme in ["DPoP", "dpop", "DPOP", "dPoP"] {
        assert_eq!(asks(scheme, Some(good())).await.status, 200, "{scheme}");
    }
    for fine in [
        good().with("htu", format!("{}?a=b", world.url(USERINFO))),
        good().with("htu", format!("{}#c", world.url(USERINFO))),
        good().with("iat", now + 10),
        good().with("iat", now - 10),
        good().with("exp", now + 300).with("nbf", now - 10),
    ] {
        let reply = asks("DPoP", Some(fine.clone())).await;
        assert_eq!(reply.status, 200, "{}: {}", fine.claims, reply.body);
    }
    for bad in [
        good().with("htm", "POST"),
        good().with("htu", world.url(TOKEN)),
        good().with("jti", Value::Null),
        good().with("iat", Value::Null),
        good().with("iat", now - 3600),
        good().with("iat", now + 3600),
        good().with("ath", "wrong"),
        good().with("ath", Value::Null),
        good().with("exp", now - 300),
        good().with("nbf", now + 300),
        ProofWish { typ: "JWT", ..good() },
    ] {
        let reply = asks("DPoP", Some(bad.clone())).await;
        assert_eq!(reply.status, 401, "{}", bad.claims);
        assert!(reply.header("www-authenticate").is_some_and(|said| said.starts_with("DPoP ")));
    }
    assert_eq!(asks("Bearer", None).await.status, 401, "as who found it would send it");
    assert_eq!(asks("DPoP", None).await.status, 401);

    let refresh = [("grant_type", "refresh_token"), ("refresh_token", &text("refresh_token"))];
    let refreshes =
        async |proof: Option<&str>| bank.posts(TOKEN, &bank.assertion(&json!({})), &refresh, proof).await;
    assert_eq!(refreshes(None).await.status, 400);
    let again = refreshes(Some(&bank.proves(TOKEN))).await;
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(again.json()["refresh_token"], tokens["refresh_token"], "it does not rotate");

    let reused = bank.exchanges(&code, &[], Some(&bank.proves(TOKEN))).await;
    assert_eq!(error(&reused), (400, "invalid_grant".to_owned()));
    assert_eq!(asks("DPoP", Some(good())).await.status, 401, "what the code gave is gone");
    assert_eq!(error(&refreshes(Some(&bank.proves(TOKEN))).await).1, "invalid_grant");
}

// security: T05, D02
#[tokio::test]
async fn a_verifier_that_is_missing_or_wrong_and_a_key_that_is_not_the_named_one_get_nothing() {
    let bank = Bank::new().await;
    for verifier in ["", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXz"] {
        let code = bank.code().await;
        let reply = bank.exchanges(&code, &[("code_verifier", verifier)], Some(&bank.proves(TOKEN))).await;
        assert_eq!(error(&reply), (400, "invalid_grant".to_owned()), "{verifier:?}");
    }
    let named = bank.pushes(&bank.assertion(&json!({})), &[("dpop_jkt", bank.proof.thumbprint())]).await;
    assert_eq!(named.status, 201, "{}", named.body);
    let form = [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("dpop_jkt", bank.proof.thumbprint()),
    ];
    let stranger = ProofKey::new().proof(&ProofWish::of(&bank.scene.world, "POST", PAR));
    let mixed = bank.posts(PAR, &bank.assertion(&json!({})), &form, Some(&stranger)).await;
    assert_eq!(error(&mixed), (400, "invalid_dpop_proof".to_owned()));
}
