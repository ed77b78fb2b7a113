//! An API behind `grantry-verify`, beside a real server: what comes through, and how soon it does not any more.

#![expect(clippy::expect_used, reason = "a broken world ends the test")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::routing::get;
use axum::{Extension, Router};
use grantry_testkit::http::{Reply, send};
use grantry_testkit::proof::{ProofKey, ProofWish};
use grantry_testkit::world::{RegisteredApp, Tenant};
use grantry_testkit::{Form, World};
use grantry_verify::{Error, Feed, Token, Verifier, WhenBlind};
use serde_json::Value;

const CALLBACK: &str = "https://app.example/cb";
const ASKED: &str = "openid offline_access reservations.read";

/// A server, a hotel that has connected an app, and an API.
struct Scene {
    world: World,
    hotel: Tenant,
    app: RegisteredApp,
    secret: String,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let acme = world.developer("ACME").await;
        let hotel = world.customer("HOTL").await;
        let app = world.store_app(&acme, "TOOL", CALLBACK, &["reservations.read"]).await;
        let secret = world.api_secret("api").await;
        Self { world, hotel, app, secret }
    }

    async fn tokens(&self) -> Value {
        self.world.tokens_for(&self.hotel.admin, &self.app, CALLBACK, ASKED).await
    }

    /// The API with this feed; answers where it listens.
    async fn api(&self, feed: Option<Feed>) -> SocketAddr {
        let settings = Verifier::new(self.world.issuer(), "api");
        let settings = settings.resource_metadata("https://api.example/.well-known/oauth-protected-resource");
        let settings = match feed {
            Some(feed) => settings.feed(feed),
            None => settings,
        };
        serve(&settings.connect().await.expect("the server is there")).await
    }

    fn feed(&self, when_blind: WhenBlind) -> Feed {
        Feed::new(self.secret.clone(), when_blind)
    }
}

async fn who(Extension(token): Extension<Token>) -> String {
    format!("{} for {}", token.client_id, token.account_code)
}

async fn serve(verifier: &Verifier) -> SocketAddr {
    let router = Router::new()
        .route(
            "/reservations",
            get(who).layer(verifier.require(&["reservations.manage", "reservations.read"])),
        )
        .route("/payments", get(who).layer(verifier.require(&["payments.manage"])))
        .route("/me", get(who).layer(verifier.require(&[])));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn asks(api: SocketAddr, path: &str, token: &str) -> Reply {
    send(api, "GET", path, &[("Authorization", &format!("Bearer {token}"))], b"").await
}

fn access(tokens: &Value) -> &str {
    tokens["access_token"].as_str().expect("a token")
}

fn challenge(reply: &Reply) -> &str {
    reply.header("www-authenticate").expect("a challenge")
}

// security: K02, T11, U01
#[tokio::test]
async fn a_good_token_with_one_of_the_scopes_comes_through_and_nothing_else() {
    let scene = Scene::new().await;
    let api = scene.api(None).await;
    let tokens = scene.tokens().await;
    let good = access(&tokens);
    let reply = asks(api, "/reservations", good).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "ACME-AC-TOOL for HOTL"));
    assert_eq!(asks(api, "/me", good).await.status, 200);
    let reply = asks(api, "/payments", good).await;
    assert_eq!(reply.status, 403);
    assert!(
        challenge(&reply).contains("insufficient_scope") && challenge(&reply).contains("payments.manage")
    );

    let nothing = send(api, "GET", "/me", &[], b"").await;
    assert_eq!(nothing.status, 401);
    assert!(!challenge(&nothing).contains("error="), "{}", challenge(&nothing));
    assert!(challenge(&nothing).contains("resource_metadata=\"https://api.example/"));
    let (message, signature) = good.rsplit_once('.').expect("three parts");
    let flipped = if signature.starts_with('A') { "B" } else { "A" };
    let id_token = tokens["id_token"].as_str().expect("an ID token");
    for bad in [
        "garbage",
        "a.b.c",
        id_token,
        tokens["refresh_token"].as_str().expect("a refresh token"),
        &format!("{message}.{flipped}{}", &signature[1..]),
        // The same claims with alg none.
        &format!("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{}.", message.split('.').nth(1).expect("claims")),
    ] {
        let reply = asks(api, "/me", bad).await;
        assert_eq!(reply.status, 401, "{bad}");
        assert!(challenge(&reply).contains("invalid_token"), "{}", challenge(&reply));
    }
    let query = send(api, "GET", &format!("/me?access_token={good}"), &[], b"").await;
    assert_eq!(query.status, 400, "a token in the query is refused");
    let header = format!("Bearer {good}");
    let twice = [("Authorization", header.as_str()), ("Authorization", header.as_str())];
    assert_eq!(send(api, "GET", "/me", &twice, b"").await.status, 400);
}

// security: K02
#[tokio::test]
async fn a_token_for_another_api_is_refused() {
    let scene = Scene::new().await;
    let verifier = Verifier::new(scene.world.issuer(), "vault").connect().await.expect("the server is there");
    let api = serve(&verifier).await;
    let reply = asks(api, "/me", access(&scene.tokens().await)).await;
    assert_eq!(reply.status, 401);
    assert!(challenge(&reply).contains("for another API"));
}

// security: D01, D02
#[tokio::test]
async fn a_token_that_is_bound_to_a_key_needs_a_fresh_proof_of_it_for_this_request() {
    let scene = Scene::new().await;
    let custom = scene.world.custom_app(&scene.hotel, "OWN", &["reservations.read"]).await;
    let (key, thief) = (ProofKey::new(), ProofKey::new());
    let proof = key.proof(&ProofWish::of(&scene.world, "POST", "/connect/token"));
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        custom.client_id, custom.client_secret
    );
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("DPoP", proof.as_str())];
    let given = scene.world.post("/connect/token", &headers, &form).await.json();
    let token = access(&given);
    let address = "https://api.example";
    let settings = Verifier::new(scene.world.issuer(), "api").address(address);
    let api = serve(&settings.connect().await.expect("the server is there")).await;
    let wish = |method: &str, path: &str| {
        ProofWish::of(&scene.world, method, path).beside(token).with("htu", format!("{address}{path}"))
    };
    let shows = async |proof: &str| {
        let authorization = format!("DPoP {token}");
        let headers = [("Authorization", authorization.as_str()), ("DPoP", proof)];
        send(api, "GET", "/me", &headers, b"").await
    };
    let good = key.proof(&wish("GET", "/me"));
    assert_eq!(shows(&good).await.status, 200);
    let again = shows(&good).await;
    assert_eq!(again.status, 401, "a proof is taken once");
    assert!(challenge(&again).starts_with("DPoP ") && challenge(&again).contains("invalid_dpop_proof"));
    let elsewhere = ProofWish::of(&scene.world, "GET", "/me").beside(token);
    for bad in [
        key.proof(&wish("POST", "/me")),
        key.proof(&wish("GET", "/other")),
        key.proof(&elsewhere),
        key.proof(&wish("GET", "/me").with("ath", "AAAA")),
        thief.proof(&wish("GET", "/me")),
        String::new(),
    ] {
        assert_eq!(shows(&bad).await.status, 401, "{bad}");
    }
    let stolen = asks(api, "/me", token).await;
    assert_eq!(stolen.status, 401, "by itself it is worth nothing");
    assert!(challenge(&stolen).starts_with("DPoP "), "{}", challenge(&stolen));
    // An API that does not know its address cannot check a proof, and lets nobody in without one.
    let unaware = scene.api(None).await;
    assert_eq!(asks(unaware, "/me", token).await.status, 401);
}

// security: U03, U04
#[tokio::test]
async fn a_token_of_a_connection_that_was_disconnected_is_refused_within_a_second() {
    let scene = Scene::new().await;
    let api = scene.api(Some(scene.feed(WhenBlind::Accept))).await;
    let blind = scene.api(None).await;
    let tokens = scene.tokens().await;
    let token = access(&tokens);
    assert_eq!(asks(api, "/reservations", token).await.status, 200);

    let mut admin = scene.world.signed_in(&scene.hotel.admin).await;
    let list = admin.gets("/apps/connected-apps").await;
    let from = list.body.find("/apps/connected-apps/connection/").expect("the connection is listed");
    let page = list.body[from..].split('"').next().expect("a link").to_owned();
    let form = admin.form(&page, "Disconnect").await.with("confirm", &scene.app.name);
    assert_eq!(admin.posts(&form).await.status, 303);
    let ended = Instant::now();
    while asks(api, "/reservations", token).await.status == 200 {
        assert!(ended.elapsed() < Duration::from_secs(1), "still accepted");
    }
    let reply = asks(api, "/reservations", token).await;
    assert!(challenge(&reply).contains("not valid any more"), "{}", challenge(&reply));
    assert_eq!(
        asks(blind, "/reservations", token).await.status,
        200,
        "whoever follows no feed does not know"
    );

    // Connected again, the app gets tokens that are good.
    let again = scene.tokens().await;
    assert_eq!(asks(api, "/reservations", access(&again)).await.status, 200);
    assert_eq!(asks(api, "/reservations", token).await.status, 401, "the old one stays dead");
    let later = scene.api(Some(scene.feed(WhenBlind::Accept))).await;
    assert_eq!(asks(later, "/reservations", token).await.status, 401, "also for an API that starts later");
}

// security: U03
#[tokio::test]
async fn one_token_that_its_app_revokes_dies_alone() {
    let scene = Scene::new().await;
    let api = scene.api(Some(scene.feed(WhenBlind::Accept))).await;
    let (first, second) = (scene.tokens().await, scene.tokens().await);
    let form = Form::by_hand("/connect/revocation")
        .with("token", access(&first))
        .with("client_id", &scene.app.client_id)
        .with("client_secret", &scene.app.client_secret);
    assert_eq!(scene.world.client().posts(&form).await.status, 200);
    let ended = Instant::now();
    while asks(api, "/me", access(&first)).await.status == 200 {
        assert!(ended.elapsed() < Duration::from_secs(1), "still accepted");
    }
    assert_eq!(asks(api, "/me", access(&second)).await.status, 200);
}

#[tokio::test]
async fn an_api_keeps_its_policy_when_the_feed_is_down() {
    let scene = Scene::new().await;
    let open = scene.api(Some(scene.feed(WhenBlind::Accept))).await;
    let strict = scene.api(Some(scene.feed(WhenBlind::RefuseAfter(Duration::from_secs(2))))).await;
    let tokens = scene.tokens().await;
    let token = access(&tokens);
    for api in [open, strict] {
        assert_eq!(asks(api, "/me", token).await.status, 200);
    }
    let Scene { world, .. } = scene;
    world.running.stop().await;
    let down = Instant::now();
    let reply = loop {
        let reply = asks(strict, "/me", token).await;
        if reply.status != 200 {
            break reply;
        }
        assert!(down.elapsed() < Duration::from_secs(10), "still accepted");
        tokio::task::yield_now().await;
    };
    assert_eq!(reply.status, 503, "the token may be good: nobody can say");
    assert!(reply.header("retry-after").is_some() && reply.header("www-authenticate").is_none());
    assert_eq!(asks(strict, "/me", "garbage").await.status, 401, "what is no token is none");
    assert_eq!(asks(open, "/me", token).await.status, 200);
}

// security: K05
#[tokio::test]
async fn a_key_that_came_later_is_asked_for_once_and_garbage_is_not() {
    let scene = Scene::new().await;
    let api = scene.api(None).await;
    let before = asked_for_keys(&scene.world).await;
    for _ in 0..20 {
        let unknown = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6Im5vbmUifQ.e30.AAAA";
        assert_eq!(asks(api, "/me", unknown).await.status, 401);
    }
    assert!(asked_for_keys(&scene.world).await - before <= 1, "a stranger's token is no request of ours");
}

/// How often the key set was asked for, as the server's own metrics count.
async fn asked_for_keys(world: &World) -> u64 {
    let metrics = send(world.ops_address(), "GET", "/metrics", &[], b"").await.body;
    let lines =
        metrics.lines().filter(|line| line.contains("openid-configuration/jwks\"") && line.contains("count"));
    lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).map(|count| count as u64).sum()
}

#[tokio::test]
async fn a_wrong_server_or_secret_is_said_at_once() {
    let scene = Scene::new().await;
    let issuer = scene.world.issuer().to_owned();
    let connect = async |settings: grantry_verify::Settings| settings.connect().await.map(|_| ());
    let wrong = Feed::new("grp_wrong", WhenBlind::Accept);
    let refused =
        connect(Verifier::new(issuer.as_str(), "api").feed(wrong)).await.expect_err("a wrong secret");
    assert!(matches!(refused, Error::Secret { .. }), "{refused}");
    let refused = connect(Verifier::new("https://id.example/path", "api")).await.expect_err("no issuer");
    assert!(matches!(refused, Error::Issuer(_)), "{refused}");
    let other = issuer.replace("127.0.0.1", "localhost").replace("localhost", "127.0.0.1");
    let other = if other == issuer { issuer.replace("127.0.0.1", "localhost") } else { other };
    let refused = connect(Verifier::new(other.as_str(), "api")).await.expect_err("another name");
    assert!(matches!(refused, Error::Unreachable { .. }), "{refused}");
    assert!(
        !format!("{:?}", scene.feed(WhenBlind::Accept)).contains(&scene.secret),
        "no log shows the secret"
    );
}
