//! The profile FAPI 2.0 from the pushed request to the introspected token, over HTTP, and what is refused on the way.

use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantry_oauth::client_assertion::TYPE;
use grantry_oauth::jose::Alg;
use grantry_testkit::World;
use grantry_testkit::client_key::ClientKey;
use grantry_testkit::http::{Client, Reply};
use grantry_testkit::proof::{ProofKey, ProofWish};
use grantry_testkit::world::{AppWish, RegisteredApp};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::connecting::{Back, CALLBACK, STATE, Scene, is_page};

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
/// The pair of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const ASKED: &str = "openid email offline_access reservations.read";
const PAR: &str = "/connect/par";
const TOKEN: &str = "/connect/token";
const USERINFO: &str = "/connect/userinfo";

/// A bank's app: a key that says who it is, another one to which its tokens are bound, and the nonce that the server said
/// last.
struct Bank {
    scene: Scene,
    signing: ClientKey,
    key: ProofKey,
    nonce: Mutex<Option<String>>,
}

impl Bank {
    async fn new() -> Self {
        let scene = Scene::with(World::setup().configured(|config| config.dpop.require_nonce = true)).await;
        let signing = ClientKey::new(Alg::Es256);
        let mut wish = AppWish::store("BANK").named("The Bank").returning_to(CALLBACK);
        "fapi2".clone_into(&mut wish.raw.profile);
        "ES256".clone_into(&mut wish.raw.id_token_alg);
        wish.raw.jwks = signing.jwks();
        let app: RegisteredApp =
            scene.world.registers(&scene.acme, wish.asking_for(&["reservations.read"])).await;
        Self { scene: Scene { app, ..scene }, signing, key: ProofKey::new(), nonce: Mutex::default() }
    }

    fn world(&self) -> &World {
        &self.scene.world
    }

    fn assertion(&self) -> String {
        let app = self.world().app();
        let (now, jti) = (app.clock.now(), app.random.token());
        self.signing.assertion(&self.scene.app.client_id, self.world().issuer(), (now, &jti))
    }

    fn proof(&self, key: &ProofKey, method: &str, path: &str, token: Option<&str>) -> String {
        let mut wish = ProofWish::of(self.world(), method, path);
        if let Some(token) = token {
            wish = wish.beside(token);
        }
        if let Some(nonce) = self.nonce.lock().expect("a nonce").clone() {
            wish = wish.with("nonce", nonce);
        }
        key.proof(&wish)
    }

    /// A request that the app signs, with this proof or none.
    async fn posts(&self, path: &str, form: &[(&str, &str)], proof: Option<&str>) -> Reply {
        let assertion = self.assertion();
        let mut all = vec![("client_assertion_type", TYPE), ("client_assertion", assertion.as_str())];
        all.extend(form);
        let headers: Vec<_> = [FORM].into_iter().chain(proof.map(|proof| ("DPoP", proof))).collect();
        self.world().post(path, &headers, &encoded(&all)).await
    }

    /// The same with a good proof of this key. The first one has no nonce, and is asked for one.
    async fn proves(&self, path: &str, form: &[(&str, &str)], key: &ProofKey) -> Reply {
        let reply = self.posts(path, form, Some(&self.proof(key, "POST", path, None))).await;
        if reply.status != 400 || reply.json()["error"] != "use_dpop_nonce" {
            return reply;
        }
        let nonce = reply.header("dpop-nonce").expect("a nonce").to_owned();
        *self.nonce.lock().expect("a nonce") = Some(nonce);
        self.posts(path, form, Some(&self.proof(key, "POST", path, None))).await
    }

    /// The name of a request that was pushed.
    async fn pushes(&self) -> String {
        let query = self.scene.query(&[("scope", ASKED)]);
        let form: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let reply = self.proves(PAR, &form, &self.key).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        text(&reply.json(), "request_uri").to_owned()
    }

    fn url(&self, request_uri: &str, beside: &[(&str, &str)]) -> String {
        let mut all = vec![("client_id", self.scene.app.client_id.as_str()), ("request_uri", request_uri)];
        all.extend(beside);
        format!("/connect/authorize?{}", encoded(&all))
    }

    /// The code of a pushed request that the person allowed.
    async fn code(&self) -> String {
        let mut ada = self.scene.ada().await;
        let name = self.pushes().await;
        let reply = ada.opens(&self.url(&name, &[])).await;
        let reply = if reply.status == 200 { allowed(&mut ada, &reply).await } else { reply };
        Back::to_the_app(&reply).code(self.world().issuer()).to_owned()
    }

    async fn tokens(&self) -> Value {
        let code = self.code().await;
        let reply = self.proves(TOKEN, &exchange(&code), &self.key).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }

    async fn userinfo(&self, scheme: &str, token: &str, proof: Option<&str>) -> Reply {
        let authorization = format!("{scheme} {token}");
        let headers: Vec<_> = [("Authorization", authorization.as_str())]
            .into_iter()
            .chain(proof.map(|proof| ("DPoP", proof)))
            .collect();
        self.world().send("GET", USERINFO, &headers, "").await
    }
}

async fn allowed(browser: &mut Client, page: &Reply) -> Reply {
    browser.posts(&page.form("Allow").pressing("Allow")).await
}

fn exchange(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

fn encoded(form: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn refusal(reply: &Reply) -> (u16, String) {
    (reply.status, text(&reply.json(), "error").to_owned())
}

fn challenge(reply: &Reply) -> &str {
    reply.header("www-authenticate").expect("a challenge")
}

/// A part of a JWT.
fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

// security: P01, P02, A08, A10, T18, D01, D02, T11
#[tokio::test]
async fn a_bank_goes_the_whole_way() {
    let bank = Bank::new().await;
    let issuer = bank.world().issuer();
    let mut ada = bank.scene.ada().await;
    // What a browser brings beside the name of the request counts for nothing.
    let name = bank.pushes().await;
    let evil = [
        ("redirect_uri", "https://evil.example/"),
        ("scope", "openid payments.manage"),
        ("state", "other"),
        ("code_challenge", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ];
    let page = ada.opens(&bank.url(&name, &evil)).await;
    assert!(page.says("The Bank") && !page.body.contains("evil.example"), "{}", page.body);
    let back = Back::to_the_app(&allowed(&mut ada, &page).await);
    assert_eq!((back.uri.as_str(), back.get("state"), back.get("iss")), (CALLBACK, STATE, issuer));

    let reply = bank.proves(TOKEN, &exchange(back.code(issuer)), &bank.key).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let tokens = reply.json();
    assert_eq!((text(&tokens, "token_type"), text(&tokens, "scope")), ("DPoP", ASKED));
    let token = text(&tokens, "access_token");
    assert_eq!(part(token, 1)["cnf"], json!({ "jkt": bank.key.thumbprint() }));
    for signed in [token, text(&tokens, "id_token")] {
        assert!(["ES256", "PS256", "EdDSA"].contains(&text(&part(signed, 0), "alg")), "FAPI 2.0 §5.4.1");
    }

    let good = bank.proof(&bank.key, "GET", USERINFO, Some(token));
    let info = bank.userinfo("DPoP", token, Some(&good)).await;
    assert_eq!(info.json()["email"], bank.scene.hotel.admin.email.as_str(), "{}", info.body);

    let refresh = text(&tokens, "refresh_token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("scope", "reservations.read")];
    let refreshed = bank.proves(TOKEN, &form, &bank.key).await.json();
    assert_eq!((text(&refreshed, "refresh_token"), text(&refreshed, "token_type")), (refresh, "DPoP"));
    assert_eq!(text(&refreshed, "scope"), "reservations.read", "it may be narrowed");

    for (token, kind) in [(token, "DPoP"), (text(&refreshed, "access_token"), "DPoP")] {
        let told = bank.posts("/connect/introspect", &[("token", token)], None).await.json();
        assert_eq!((&told["active"], text(&told, "token_type")), (&Value::Bool(true), kind));
        assert_eq!(told["cnf"], json!({ "jkt": bank.key.thumbprint() }));
    }
    let gone = bank.posts("/connect/revocation", &[("token", refresh)], None).await;
    assert_eq!(gone.status, 200);
    let proof = bank.proof(&bank.key, "GET", USERINFO, Some(token));
    assert_eq!(bank.userinfo("DPoP", token, Some(&proof)).await.status, 401, "and it ends at once");
}

// security: P02, T18, A08
#[tokio::test]
async fn a_bank_that_leaves_something_out_on_the_way_to_the_code_gets_none() {
    let bank = Bank::new().await;
    let issuer = bank.world().issuer();
    let mut ada = bank.scene.ada().await;
    // Not pushed.
    let plain = ada.opens(&bank.scene.url(&[("scope", ASKED)])).await;
    assert_eq!(Back::to_the_app(&plain).error(issuer), "invalid_request");
    // Pushed by nobody, by somebody else, without PKCE, for another address.
    let body = bank.scene.query(&[("scope", ASKED)]);
    let bare = bank.world().post(PAR, &[FORM], &body).await;
    assert_eq!(refusal(&bare), (401, "invalid_client".to_owned()));
    let stranger = ClientKey::new(Alg::Es256);
    let now = bank.world().app().clock.now();
    let forged = stranger.assertion(&bank.scene.app.client_id, issuer, (now, "1"));
    let forged = encoded(&[("client_assertion_type", TYPE), ("client_assertion", &forged)]);
    let reply = bank.world().post(PAR, &[FORM], &format!("{body}&{forged}")).await;
    assert_eq!(refusal(&reply), (401, "invalid_client".to_owned()));
    for (changes, expected) in [
        ([("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        ([("redirect_uri", "https://evil.example/"), ("scope", ASKED)], "invalid_request"),
        ([("response_type", "code id_token"), ("scope", ASKED)], "unsupported_response_type"),
    ] {
        let assertion = encoded(&[("client_assertion_type", TYPE), ("client_assertion", &bank.assertion())]);
        let body = format!("{}&{assertion}", bank.scene.query(&changes));
        assert_eq!(refusal(&bank.world().post(PAR, &[FORM], &body).await), (400, expected.to_owned()));
    }
    // A name counts for one authorization.
    let name = bank.pushes().await;
    let page = ada.opens(&bank.url(&name, &[])).await;
    Back::to_the_app(&allowed(&mut ada, &page).await).code(issuer);
    is_page(&ada.opens(&bank.url(&name, &[])).await, 400, "invalid_request_uri");
}

// security: D01, D02, T01, T18
#[tokio::test]
async fn whoever_took_a_banks_code_gets_nothing_for_it() {
    let bank = Bank::new().await;
    let thief = ProofKey::new();
    // With the app's signature, which proves who asks, but not that it holds the key of the pushed request.
    let code = bank.code().await;
    let taken = bank.proves(TOKEN, &exchange(&code), &thief).await;
    assert_eq!(refusal(&taken), (400, "invalid_grant".to_owned()));
    // Without a proof nothing is given, and nothing is used up.
    let code = bank.code().await;
    let bare = bank.posts(TOKEN, &exchange(&code), None).await;
    assert_eq!(refusal(&bare), (400, "invalid_dpop_proof".to_owned()));
    // Without the signature.
    let proof = bank.proof(&bank.key, "POST", TOKEN, None);
    let mut form = exchange(&code);
    form.push(("client_id", &bank.scene.app.client_id));
    let unsigned = bank.world().post(TOKEN, &[FORM, ("DPoP", &proof)], &encoded(&form)).await;
    assert_eq!(refusal(&unsigned), (401, "invalid_client".to_owned()));
    // A proof counts once, and is not for two requests.
    let proof = bank.proof(&bank.key, "POST", TOKEN, None);
    let good = bank.posts(TOKEN, &exchange(&code), Some(&proof)).await;
    assert_eq!(good.status, 200, "{}", good.body);
    let tokens = good.json();
    let form = [("grant_type", "refresh_token"), ("refresh_token", text(&tokens, "refresh_token"))];
    let again = bank.posts(TOKEN, &form, Some(&proof)).await;
    assert_eq!(refusal(&again), (400, "invalid_dpop_proof".to_owned()));
    // The code once more ends what it gave.
    let replay = bank.proves(TOKEN, &exchange(&code), &bank.key).await;
    assert_eq!(refusal(&replay), (400, "invalid_grant".to_owned()));
    let dead = bank.proves(TOKEN, &form, &bank.key).await;
    assert_eq!(refusal(&dead), (400, "invalid_grant".to_owned()));
}

// security: D01, D02
#[tokio::test]
async fn a_banks_token_without_its_key_is_worth_nothing() {
    let bank = Bank::new().await;
    let thief = ProofKey::new();
    let (tokens, other) = (bank.tokens().await, bank.tokens().await);
    let (token, other) = (text(&tokens, "access_token"), text(&other, "access_token"));
    let stolen = bank.userinfo("Bearer", token, None).await;
    assert_eq!(stolen.status, 401);
    assert!(challenge(&stolen).starts_with("DPoP "), "{}", challenge(&stolen));
    let nothing = bank.userinfo("DPoP", token, None).await;
    assert_eq!(nothing.status, 401);
    let used = bank.proof(&bank.key, "GET", USERINFO, Some(token));
    assert_eq!(bank.userinfo("DPoP", token, Some(&used)).await.status, 200);
    for (why, proof) in [
        ("used before", used),
        ("another key", bank.proof(&thief, "GET", USERINFO, Some(token))),
        ("another token's", bank.proof(&bank.key, "GET", USERINFO, Some(other))),
        ("no token's", bank.proof(&bank.key, "GET", USERINFO, None)),
        ("another method", bank.proof(&bank.key, "POST", USERINFO, Some(token))),
        ("another place", bank.proof(&bank.key, "GET", TOKEN, Some(token))),
        ("a nonce of nobody", bank.key.proof(&ProofWish::of(bank.world(), "GET", USERINFO).beside(token))),
    ] {
        let reply = bank.userinfo("DPoP", token, Some(&proof)).await;
        assert_eq!(reply.status, 401, "{why}");
        assert!(challenge(&reply).starts_with("DPoP "), "{why}: {}", challenge(&reply));
    }
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", text(&tokens, "refresh_token"))];
    let bare = bank.posts(TOKEN, &refresh, None).await;
    assert_eq!(refusal(&bare), (400, "invalid_dpop_proof".to_owned()));
}
