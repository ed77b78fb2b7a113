//! DPoP: what a proof is good for, what a bound token is worth without its key, and every way round that is closed.

use std::time::Duration;

use grantry_oauth::jose::{Alg, SigningKey};
use grantry_store::connection::ConnectionKind;
use grantry_testkit::http::Reply;
use grantry_testkit::proof::{ProofKey, ProofWish};
use grantry_testkit::world::{AppWish, RegisteredApp};
use grantry_testkit::{World, each_engine};
use serde_json::{Value, json};

use super::desk::{
    CALLBACK, Desk, EVERYTHING, FORM, Granted, basic, claims, encoded, exchange, refusal, text,
};

const TOKEN: &str = "/connect/token";
const USERINFO: &str = "/connect/userinfo";
const ME: &str = "/api/v1/users/me";

impl Desk {
    /// A token request with this proof.
    pub(crate) async fn proves(&self, app: &RegisteredApp, form: &[(&str, &str)], proof: &str) -> Reply {
        let basic = basic(&app.client_id, &app.client_secret);
        let mut form = form.to_vec();
        let mut headers = vec![FORM, ("DPoP", proof)];
        if app.client_secret.is_empty() {
            form.push(("client_id", &app.client_id));
        } else {
            headers.push(("Authorization", &basic));
        }
        self.world.post(TOKEN, &headers, &encoded(&form)).await
    }

    /// A good proof for the token endpoint.
    pub(crate) fn token_proof(&self, key: &ProofKey) -> String {
        key.proof(&ProofWish::of(&self.world, "POST", TOKEN))
    }

    /// Asks a resource with a token and a proof for it.
    async fn shows(&self, path: &str, token: &str, proof: &str) -> Reply {
        let authorization = format!("DPoP {token}");
        self.world.send("GET", path, &[("Authorization", &authorization), ("DPoP", proof)], "").await
    }

    fn resource_proof(&self, key: &ProofKey, path: &str, token: &str) -> String {
        key.proof(&ProofWish::of(&self.world, "GET", path).beside(token))
    }

    /// The tokens of a fresh consent, bound to a key.
    async fn bound_tokens(&self, app: &RegisteredApp, key: &ProofKey, scopes: &str) -> Value {
        let granted = self.granted_by(&self.hotel.admin, app, ConnectionKind::Account, scopes).await;
        let code = self.code(app, &granted).await;
        let reply = self.proves(app, &exchange(&code), &self.token_proof(key)).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }
}

fn challenge(reply: &Reply) -> &str {
    reply.header("www-authenticate").expect("a challenge")
}

// security: D01, D02
#[tokio::test]
async fn a_token_that_was_asked_for_with_a_proof_is_good_with_its_key_alone() {
    let desk = Desk::new().await;
    let key = ProofKey::new();
    let tokens = desk.bound_tokens(&desk.app, &key, EVERYTHING).await;
    let token = text(&tokens, "access_token");
    assert_eq!(text(&tokens, "token_type"), "DPoP");
    assert_eq!(claims(token)["cnf"], json!({ "jkt": key.thumbprint() }));

    let proof = desk.resource_proof(&key, USERINFO, token);
    let info = desk.shows(USERINFO, token, &proof).await;
    assert_eq!(info.status, 200, "{}", info.body);

    let stolen = desk.userinfo(token).await;
    assert_eq!(stolen.status, 401);
    assert!(challenge(&stolen).starts_with("DPoP ") && challenge(&stolen).contains("algs=\"ES256 "));
    assert!(challenge(&stolen).contains("invalid_token"), "{}", challenge(&stolen));
    let form = encoded(&[("access_token", token)]);
    assert_eq!(desk.world.post(USERINFO, &[FORM], &form).await.status, 401, "a form is a bearer's");

    let thief = ProofKey::new();
    let other = desk.shows(USERINFO, token, &desk.resource_proof(&thief, USERINFO, token)).await;
    assert_eq!(other.status, 401);
    let authorization = format!("DPoP {token}");
    let bare = desk.world.send("GET", USERINFO, &[("Authorization", &authorization)], "").await;
    assert_eq!(bare.status, 401);
    assert!(challenge(&bare).contains("invalid_dpop_proof"), "{}", challenge(&bare));

    let seen = desk.calls("/connect/introspect", &desk.app, &[("token", token)]).await.json();
    assert_eq!((text(&seen, "token_type"), &seen["cnf"]), ("DPoP", &json!({ "jkt": key.thumbprint() })));
}

// security: D01
#[tokio::test]
async fn at_the_token_endpoint_a_proof_that_does_not_fit_is_refused_and_burns_no_code() {
    let desk = Desk::new().await;
    let key = ProofKey::new();
    let granted = desk.granted(EVERYTHING).await;
    let code = desk.code(&desk.app, &granted).await;
    let good = || ProofWish::of(&desk.world, "POST", TOKEN);
    let now = desk.world.app().clock.now().seconds();
    let wrong = [
        ("method", good().with("htm", "GET")),
        ("path", good().with("htu", desk.world.url("/connect/userinfo"))),
        ("host", good().with("htu", "https://evil.example/connect/token")),
        ("old", good().with("iat", now - 90)),
        ("future", good().with("iat", now + 90)),
        ("no id", good().with("jti", "")),
        ("type", ProofWish { typ: "JWT", ..good() }),
        ("foreign nonce", good().with("nonce", "evil")),
    ];
    for (why, wish) in wrong {
        let reply = desk.proves(&desk.app, &exchange(&code), &key.proof(&wish)).await;
        let expected = if why == "foreign nonce" { "use_dpop_nonce" } else { "invalid_dpop_proof" };
        assert_eq!(refusal(&reply), (400, expected.to_owned()), "{why}");
        assert_eq!(reply.header("dpop-nonce").is_some(), why == "foreign nonce", "{why}");
    }
    let basic = basic(&desk.app.client_id, &desk.app.client_secret);
    let one = desk.token_proof(&key);
    let two = [FORM, ("Authorization", basic.as_str()), ("DPoP", &one), ("DPoP", &one)];
    let reply = desk.world.post(TOKEN, &two, &encoded(&exchange(&code))).await;
    assert_eq!(refusal(&reply), (400, "invalid_dpop_proof".to_owned()), "two proofs");
    let garbage = desk.proves(&desk.app, &exchange(&code), "garbage").await;
    assert_eq!(refusal(&garbage).1, "invalid_dpop_proof");

    for near in [now - 10, now + 10] {
        let proof = key.proof(&good().with("iat", near));
        let form = [("grant_type", "client_credentials")];
        assert_eq!(desk.proves(&desk.custom, &form, &proof).await.status, 200);
    }
    let reply = desk.proves(&desk.app, &exchange(&code), &desk.token_proof(&key)).await;
    assert_eq!(reply.status, 200, "the code is as good as it was: {}", reply.body);
}

// security: D01
#[tokio::test]
async fn a_proof_is_taken_once_wherever_it_is_shown() {
    each_engine(async |engine| {
        let desk = Desk::on(engine).await;
        let key = ProofKey::new();
        let form = [("grant_type", "client_credentials")];
        let proof = desk.token_proof(&key);
        assert_eq!(desk.proves(&desk.custom, &form, &proof).await.status, 200);
        let again = desk.proves(&desk.custom, &form, &proof).await;
        assert_eq!(refusal(&again), (400, "invalid_dpop_proof".to_owned()));

        let tokens = desk.bound_tokens(&desk.app, &key, EVERYTHING).await;
        let token = text(&tokens, "access_token");
        let proof = desk.resource_proof(&key, USERINFO, token);
        assert_eq!(desk.shows(USERINFO, token, &proof).await.status, 200);
        let again = desk.shows(USERINFO, token, &proof).await;
        assert_eq!(again.status, 401);
        assert!(challenge(&again).contains("invalid_dpop_proof"));
    })
    .await;
}

// security: D01
#[tokio::test]
async fn at_a_resource_a_proof_is_for_that_token_that_method_and_that_place() {
    let desk = Desk::new().await;
    let key = ProofKey::new();
    let tokens = desk.bound_tokens(&desk.app, &key, EVERYTHING).await;
    let other = desk.bound_tokens(&desk.app, &key, EVERYTHING).await;
    let (token, other) = (text(&tokens, "access_token"), text(&other, "access_token"));
    let good = || ProofWish::of(&desk.world, "GET", USERINFO);
    for (why, wish) in [
        ("no hash", good()),
        ("another token's", good().beside(other)),
        ("another method", good().beside(token).with("htm", "POST")),
        ("another place", good().beside(token).with("htu", desk.world.url(ME))),
        ("another host", good().beside(token).with("htu", "https://evil.example/connect/userinfo")),
    ] {
        let reply = desk.shows(USERINFO, token, &key.proof(&wish)).await;
        assert_eq!(reply.status, 401, "{why}");
        assert!(challenge(&reply).contains("invalid_dpop_proof"), "{why}: {}", challenge(&reply));
    }
    let query = good().beside(token).with("htu", format!("{}?x=1#y", desk.world.url(USERINFO)));
    assert_eq!(desk.shows(USERINFO, token, &key.proof(&query)).await.status, 200, "the query does not count");
}

// security: D02
#[tokio::test]
async fn the_api_takes_bound_tokens_with_a_proof_and_unbound_ones_without() {
    let desk = Desk::new().await;
    let wish = AppWish::store("PEOPLE").returning_to(CALLBACK).asking_for(&["identity:account-users.read"]);
    let mut wish = wish;
    "ES256".clone_into(&mut wish.raw.id_token_alg);
    let app = desk.world.registers(&desk.developer, wish).await;
    let key = ProofKey::new();
    let scopes = "openid identity:account-users.read";
    let tokens = desk.bound_tokens(&app, &key, scopes).await;
    let token = text(&tokens, "access_token");
    let good = desk.shows(ME, token, &desk.resource_proof(&key, ME, token)).await;
    assert_eq!(good.status, 200, "{}", good.body);
    let bearer = format!("Bearer {token}");
    let stolen = desk.world.send("GET", ME, &[("Authorization", &bearer)], "").await;
    assert_eq!(stolen.status, 401);
    assert!(challenge(&stolen).starts_with("DPoP "), "{}", challenge(&stolen));
    let elsewhere = desk.shows(ME, token, &desk.resource_proof(&key, USERINFO, token)).await;
    assert_eq!(elsewhere.status, 401);

    let granted = desk.granted_by(&desk.hotel.admin, &app, ConnectionKind::Account, scopes).await;
    let unbound = desk.exchanges(&app, &desk.code(&app, &granted).await).await.json();
    let token = text(&unbound, "access_token");
    assert_eq!(text(&unbound, "token_type"), "Bearer");
    let dressed = desk.shows(ME, token, &desk.resource_proof(&key, ME, token)).await;
    assert_eq!(dressed.status, 401, "an unbound token is no DPoP token");
    assert!(challenge(&dressed).starts_with("Bearer "), "{}", challenge(&dressed));
}

// security: D02
#[tokio::test]
async fn a_public_apps_refresh_token_is_bound_and_a_confidential_app_may_change_its_key() {
    let desk = Desk::new().await;
    let public = desk.public_app().await;
    let (key, other) = (ProofKey::new(), ProofKey::new());
    let tokens = desk.bound_tokens(&public, &key, "openid offline_access reservations.read").await;
    let refresh = text(&tokens, "refresh_token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let thief = desk.proves(&public, &form, &desk.token_proof(&other)).await;
    assert_eq!(refusal(&thief), (400, "invalid_grant".to_owned()));
    assert_eq!(refusal(&desk.refreshes(&public, refresh).await), (400, "invalid_grant".to_owned()));
    let seen = desk.proves(&public, &form, &desk.token_proof(&key)).await;
    assert_eq!(seen.status, 200, "the owner goes on: {}", seen.body);
    let next = seen.json();
    assert_eq!(text(&next, "token_type"), "DPoP");
    let next = [("grant_type", "refresh_token"), ("refresh_token", text(&next, "refresh_token"))];
    assert_eq!(refusal(&desk.proves(&public, &next, &desk.token_proof(&other)).await).1, "invalid_grant");
    assert_eq!(desk.proves(&public, &next, &desk.token_proof(&key)).await.status, 200, "so is its successor");

    let tokens = desk.bound_tokens(&desk.app, &key, EVERYTHING).await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", text(&tokens, "refresh_token"))];
    let changed = desk.proves(&desk.app, &form, &desk.token_proof(&other)).await.json();
    assert_eq!(claims(text(&changed, "access_token"))["cnf"]["jkt"], other.thumbprint());
}

// security: D02
#[tokio::test]
async fn the_code_of_a_named_key_is_exchanged_with_that_key_alone() {
    let desk = Desk::new().await;
    let (key, other) = (ProofKey::new(), ProofKey::new());
    for (proof, expected) in [
        (Some(&key), Ok(())),
        (Some(&other), Err((400, "invalid_grant".to_owned()))),
        (None, Err((400, "invalid_grant".to_owned()))),
    ] {
        let code = code_of_key(&desk, &key).await;
        let reply = match proof {
            Some(key) => desk.proves(&desk.app, &exchange(&code), &desk.token_proof(key)).await,
            None => desk.exchanges(&desk.app, &code).await,
        };
        let got = if reply.status == 200 { Ok(()) } else { Err(refusal(&reply)) };
        assert_eq!(got, expected);
        if got.is_err() {
            let late = desk.proves(&desk.app, &exchange(&code), &desk.token_proof(&key)).await;
            assert_eq!(refusal(&late).1, "invalid_grant", "whoever tried burnt it");
        }
    }
}

/// A code as the authorization endpoint makes it for `dpop_jkt`.
async fn code_of_key(desk: &Desk, key: &ProofKey) -> String {
    let granted: Granted = desk.granted(EVERYTHING).await;
    desk.code_bound_to(&desk.app, &granted, Some(key.thumbprint())).await
}

// security: D02
#[tokio::test]
async fn an_app_whose_tokens_are_always_bound_gets_none_without_a_proof() {
    let desk = Desk::new().await;
    let mut wish = AppWish::store("BOUND").returning_to(CALLBACK).asking_for(&["reservations.read"]);
    wish.raw.dpop_bound = Some(true);
    "ES256".clone_into(&mut wish.raw.id_token_alg);
    let app = desk.world.registers(&desk.developer, wish).await;
    let granted = desk
        .granted_by(&desk.hotel.admin, &app, ConnectionKind::Account, "offline_access reservations.read")
        .await;
    let code = desk.code(&app, &granted).await;
    let bare = desk.exchanges(&app, &code).await;
    assert_eq!(refusal(&bare), (400, "invalid_dpop_proof".to_owned()));
    let key = ProofKey::new();
    let tokens = desk.proves(&app, &exchange(&code), &desk.token_proof(&key)).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    let refresh = tokens.json();
    let refresh = text(&refresh, "refresh_token");
    assert_eq!(refusal(&desk.refreshes(&app, refresh).await).1, "invalid_dpop_proof");
}

// security: D01
#[tokio::test]
async fn where_a_nonce_is_required_the_first_answer_brings_it_and_the_second_request_gets_through() {
    let desk = Desk::with(World::setup().configured(|config| config.dpop.require_nonce = true)).await;
    let key = ProofKey::new();
    let form = [("grant_type", "client_credentials")];
    let first = desk.proves(&desk.custom, &form, &desk.token_proof(&key)).await;
    assert_eq!(refusal(&first), (400, "use_dpop_nonce".to_owned()));
    let nonce = first.header("dpop-nonce").expect("a nonce").to_owned();
    let with = |nonce: &str| key.proof(&ProofWish::of(&desk.world, "POST", TOKEN).with("nonce", nonce));
    assert_eq!(desk.proves(&desk.custom, &form, &with(&nonce)).await.status, 200);
    let same = desk.proves(&desk.custom, &form, &with(&nonce)).await;
    assert_eq!(same.header("dpop-nonce"), None, "there is no other one yet");
    // RFC 9449 §8.2: whoever has an old one is given the next before the old one is of no use.
    desk.world.later(Duration::from_secs(300));
    let good = desk.proves(&desk.custom, &form, &with(&nonce)).await;
    assert_eq!(good.status, 200, "{}", good.body);
    let next = good.header("dpop-nonce").expect("the next nonce").to_owned();
    assert_ne!(next, nonce);
    assert_eq!(desk.proves(&desk.custom, &form, &with(&next)).await.status, 200);
    desk.world.later(Duration::from_secs(601));
    let late = desk.proves(&desk.custom, &form, &with(&nonce)).await;
    assert_eq!(refusal(&late).1, "use_dpop_nonce", "a nonce ends");
    let nonce = late.header("dpop-nonce").expect("another nonce").to_owned();

    let granted = desk.granted(EVERYTHING).await;
    let code = desk.code(&desk.app, &granted).await;
    let bare = desk.proves(&desk.app, &exchange(&code), &desk.token_proof(&key)).await;
    assert_eq!(refusal(&bare).1, "use_dpop_nonce");
    let tokens = desk.proves(&desk.app, &exchange(&code), &with(&nonce)).await;
    assert_eq!(tokens.status, 200, "asking for a nonce burns no code: {}", tokens.body);
    let tokens = tokens.json();
    let token = text(&tokens, "access_token");
    for path in [USERINFO, ME] {
        let bare = desk.shows(path, token, &desk.resource_proof(&key, path, token)).await;
        assert_eq!(bare.status, 401, "{path}");
        assert!(challenge(&bare).contains("use_dpop_nonce"), "{path}: {}", challenge(&bare));
        let nonce = bare.header("dpop-nonce").expect("a nonce").to_owned();
        let shows = async || {
            let wish = ProofWish::of(&desk.world, "GET", path).beside(token).with("nonce", nonce.as_str());
            let asked = desk.shows(path, token, &key.proof(&wish)).await;
            assert_ne!(asked.status, 401, "{path}: {}", asked.body);
            asked.header("dpop-nonce").map(str::to_owned)
        };
        assert_eq!(shows().await, None, "{path}");
        desk.world.later(Duration::from_secs(300));
        assert!(shows().await.is_some_and(|next| next != nonce), "{path}: the next one");
    }
}

// security: D01, W03
#[tokio::test]
async fn a_script_may_send_a_proof_and_read_the_nonce() {
    let desk = Desk::new().await;
    let asks = [("Origin", "https://spa.example"), ("Access-Control-Request-Method", "POST")];
    for path in [TOKEN, USERINFO] {
        let allowed = desk.world.send("OPTIONS", path, &asks, "").await;
        let headers = allowed.header("access-control-allow-headers").expect("headers");
        assert!(headers.contains("dpop"), "{headers}");
    }
}

// security: D01, K04
#[tokio::test]
async fn a_proof_that_another_key_signed_than_it_brings_is_refused() {
    let desk = Desk::new().await;
    let der = SigningKey::generate(Alg::Es256).expect("a key");
    let stranger = jsonwebtoken::EncodingKey::from_ec_der(der.expose());
    let key = ProofKey::new();
    let good = desk.token_proof(&key);
    let (message, _) = good.rsplit_once('.').expect("a JWS");
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &stranger, jsonwebtoken::Algorithm::ES256)
        .expect("signed");
    let forged = format!("{message}.{signature}");
    let form = [("grant_type", "client_credentials")];
    for proof in [forged.as_str(), message, &format!("{message}.")] {
        assert_eq!(refusal(&desk.proves(&desk.custom, &form, proof).await).1, "invalid_dpop_proof");
    }
    assert_eq!(desk.proves(&desk.custom, &form, &good).await.status, 200, "nobody used it up");
}

// security: D02, T04
#[tokio::test]
async fn an_authorization_request_may_name_the_key_that_its_code_is_bound_to() {
    use crate::connecting::{Back, Scene};
    let scene = Scene::new().await;
    let mut ada = scene.ada().await;
    let key = ProofKey::new();
    let back = scene.connects(&mut ada, &[("dpop_jkt", key.thumbprint())]).await;
    let (code, _) = scene.stored(back.code(scene.world.issuer())).await;
    assert_eq!(code.dpop_jkt.as_deref(), Some(key.thumbprint()));
    let short = &key.thumbprint()[1..];
    for wrong in [short, "evil", "https://evil.example/"] {
        let refused = ada.opens(&scene.url(&[("dpop_jkt", wrong)])).await;
        assert_eq!(Back::to_the_app(&refused).error(scene.world.issuer()), "invalid_request", "{wrong}");
    }
}

// security: D02, P01
#[tokio::test]
async fn a_pushed_request_with_a_proof_binds_its_code_to_that_key() {
    use crate::connecting::{Back, Scene};
    const PAR: &str = "/connect/par";
    let scene = Scene::new().await;
    let (key, other) = (ProofKey::new(), ProofKey::new());
    let pushes = async |key: &ProofKey, named: &str| {
        let proof = key.proof(&ProofWish::of(&scene.world, "POST", PAR));
        let changes = [("client_secret", scene.app.client_secret.as_str()), ("dpop_jkt", named)];
        scene.world.post(PAR, &[FORM, ("DPoP", &proof)], &scene.query(&changes)).await
    };
    let mismatch = pushes(&key, other.thumbprint()).await;
    assert_eq!(refusal(&mismatch), (400, "invalid_dpop_proof".to_owned()));
    for named in ["", key.thumbprint()] {
        let reply = pushes(&key, named).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        let pushed = reply.json();
        let query =
            [("client_id", scene.app.client_id.as_str()), ("request_uri", text(&pushed, "request_uri"))];
        let mut ada = scene.ada().await;
        let page = ada.opens(&format!("/connect/authorize?{}&prompt=consent", encoded(&query))).await;
        let answer =
            if page.status == 200 { ada.posts(&page.form("Allow").pressing("Allow")).await } else { page };
        let back = Back::to_the_app(&answer);
        let (code, _) = scene.stored(back.code(scene.world.issuer())).await;
        assert_eq!(code.dpop_jkt.as_deref(), Some(key.thumbprint()), "named {named:?}");
    }
}
