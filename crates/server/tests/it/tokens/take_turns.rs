//! Two servers on one database that take turns for a while, under load and across rotations of keys: what is stored agrees
//! at once, what is cached within a second, and no token has a key that the other does not publish.
//!
//! Fifteen seconds long, or five minutes with `GRANTRY_TEST_LONG`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use grantry::app::App;
use grantry::apps::secrets;
use grantry::keys;
use grantry_store::app::AppState;
use grantry_store::audit::Origin;
use grantry_testkit::http::{Client, Reply, send};
use grantry_testkit::world::RegisteredApp;
use grantry_testkit::{Engine, each_engine};
use tokio::sync::RwLock;
use tokio::task::JoinSet;

use super::desk::{
    CALLBACK, CHALLENGE, Desk, EVERYTHING, FORM, basic, encoded, exchange, header, refusal, text,
};
use super::rotation::{JWKS, Verifier, complete};
use super::two_nodes::second;

const OWN: (&str, &str) = ("grant_type", "client_credentials");
const SESSION: &str = "grantry-session";

struct Node {
    app: Arc<App>,
    address: SocketAddr,
}

struct Pair {
    desk: Desk,
    nodes: [Node; 2],
    /// The session of the hotel's admin. Whoever writes here also moves the time.
    session: RwLock<String>,
    /// APIs that keep the key set of one node for as long as they may.
    verifiers: [tokio::sync::Mutex<Verifier>; 2],
    done: Done,
}

/// What was done, for whoever reads the output.
#[derive(Debug, Default)]
struct Done {
    codes: AtomicUsize,
    refreshes: AtomicUsize,
    revocations: AtomicUsize,
    tokens: AtomicUsize,
    rotations: AtomicUsize,
    cached: AtomicUsize,
    slowest_millis: AtomicU64,
}

fn add(count: &AtomicUsize) {
    count.fetch_add(1, Ordering::Relaxed);
}

impl Pair {
    async fn posts(&self, at: usize, path: &str, app: &RegisteredApp, form: &[(&str, &str)]) -> Reply {
        let basic = basic(&app.client_id, &app.client_secret);
        let headers = [FORM, ("Authorization", basic.as_str())];
        send(self.nodes[at].address, "POST", path, &headers, encoded(form).as_bytes()).await
    }

    async fn asks(&self, at: usize, form: &[(&str, &str)]) -> Reply {
        self.posts(at, "/connect/token", &self.desk.app, form).await
    }

    async fn refreshes(&self, at: usize, token: &str) -> Reply {
        self.asks(at, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    async fn userinfo(&self, at: usize, token: &str) -> u16 {
        let bearer = format!("Bearer {token}");
        let headers = [("Authorization", bearer.as_str())];
        send(self.nodes[at].address, "GET", "/connect/userinfo", &headers, b"").await.status
    }

    async fn is_active(&self, at: usize, token: &str) -> bool {
        let reply = self.posts(at, "/connect/introspect", &self.desk.app, &[("token", token)]).await;
        reply.json()["active"].as_bool().expect("active is said")
    }

    /// The key of a token that was just signed is published by both, and whoever keeps the keys knows it.
    async fn is_known_everywhere(&self, token: &str) {
        add(&self.done.tokens);
        let kid = text(&header(token), "kid").to_owned();
        for node in &self.nodes {
            let set = send(node.address, "GET", JWKS, &[], b"").await.json();
            let keys = set["keys"].as_array().expect("keys").clone();
            assert!(keys.iter().any(|key| key["kid"] == kid.as_str()), "{kid} is not published: {set}");
        }
        for verifier in &self.verifiers {
            verifier.lock().await.verifies(&self.desk, token).await;
        }
    }

    /// A code that a person's browser got at one of the servers.
    async fn code(&self, at: usize, session: &str) -> String {
        let mut browser = Client::new(self.desk.world.issuer(), self.nodes[at].address);
        browser.carries(SESSION, session);
        let query = encoded(&[
            ("response_type", "code"),
            ("client_id", &self.desk.app.client_id),
            ("redirect_uri", CALLBACK),
            ("scope", EVERYTHING),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let mut reply = browser.opens(&format!("/connect/authorize?{query}")).await;
        if reply.status == 200 {
            reply = browser.posts(&reply.form("Allow").pressing("Allow")).await;
        }
        add(&self.done.codes);
        let back = url::Url::parse(reply.location()).expect("the app's address");
        back.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned()
    }

    /// A code of one is exchanged at the other, and then at the first again, which ends what it gave, everywhere.
    async fn a_code_is_used_twice(&self, here: usize, session: &str) {
        let there = 1 - here;
        let code = self.code(here, session).await;
        let given = self.asks(there, &exchange(&code)).await;
        assert_eq!(given.status, 200, "{}", given.body);
        let given = given.json();
        let token = text(&given, "access_token");
        assert_eq!((self.userinfo(here, token).await, self.userinfo(there, token).await), (200, 200));
        let again = self.asks(here, &exchange(&code)).await;
        assert_eq!(refusal(&again), (400, "invalid_grant".to_owned()));
        assert_eq!((self.userinfo(there, token).await, self.userinfo(here, token).await), (401, 401));
        let refreshed = self.refreshes(there, text(&given, "refresh_token")).await;
        assert_eq!(refusal(&refreshed), (400, "invalid_grant".to_owned()));
    }

    /// What one gave both refresh, and what one revokes the other's very next answers know.
    async fn a_grant_lives_and_ends(&self, here: usize, session: &str) {
        let there = 1 - here;
        let code = self.code(here, session).await;
        let given = self.asks(there, &exchange(&code)).await.json();
        let refresh = text(&given, "refresh_token");
        let mut living = vec![text(&given, "access_token").to_owned()];
        for at in [here, there] {
            let refreshed = self.refreshes(at, refresh).await;
            assert_eq!(refreshed.status, 200, "{}", refreshed.body);
            living.push(text(&refreshed.json(), "access_token").to_owned());
            add(&self.done.refreshes);
        }
        for token in &living {
            self.is_known_everywhere(token).await;
            assert_eq!((self.userinfo(here, token).await, self.userinfo(there, token).await), (200, 200));
            assert!(self.is_active(here, token).await && self.is_active(there, token).await);
        }
        let form = [("token", refresh)];
        assert_eq!(self.posts(here, "/connect/revocation", &self.desk.app, &form).await.status, 200);
        add(&self.done.revocations);
        assert_eq!(self.userinfo(there, &living[0]).await, 401, "at the very next request");
        for token in &living {
            assert!(!self.is_active(there, token).await && !self.is_active(here, token).await);
        }
        assert_eq!(refusal(&self.refreshes(there, refresh).await), (400, "invalid_grant".to_owned()));
    }

    /// Asks a server as the custom app until it answers so; within a second.
    async fn answers(&self, at: usize, app: &RegisteredApp, status: u16, what: &str) {
        let changed = Instant::now();
        // Refusals without a pause between them would be slowed down by the server.
        let mut turns = tokio::time::interval(Duration::from_millis(20));
        loop {
            turns.tick().await;
            let reply = self.posts(at, "/connect/token", app, &[OWN]).await;
            let elapsed = changed.elapsed();
            assert!(elapsed < Duration::from_secs(1), "{what} after {elapsed:?}: {}", reply.body);
            if reply.status == status {
                add(&self.done.cached);
                let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
                self.done.slowest_millis.fetch_max(millis, Ordering::Relaxed);
                return;
            }
        }
    }

    /// Secrets and states of apps, which are cached, change at one and are seen at the other.
    async fn an_app_changes(&self, here: usize) {
        let there = 1 - here;
        let (node, custom) = (&self.nodes[here].app, &self.desk.custom);
        let (origin, of) = (Origin::command(), (&self.desk.hotel.id, &custom.id));
        let raw = secrets::RawSecret { description: "Another".to_owned(), expires: String::new(), id: None };
        let added = secrets::add(node, &origin, of, &raw).await.expect("a secret");
        let with_new =
            RegisteredApp { client_secret: added.client_secret.expose().clone(), ..custom.clone() };
        self.answers(there, &with_new, 200, "a new secret is unknown").await;
        secrets::revoke(node, &origin, of, &added.id, false).await.expect("revoked");
        self.answers(there, &with_new, 401, "a revoked secret works").await;
        for (from, to, status) in
            [(AppState::Active, AppState::Suspended, 401), (AppState::Suspended, AppState::Active, 200)]
        {
            let id = custom.id.clone();
            let moved =
                node.store.write(node.clock.now(), |tx| async move { tx.set_app_state(&id, from, to).await });
            let moved: Result<bool, grantry_store::Error> = moved.await;
            assert_eq!(moved, Ok(true));
            self.answers(there, custom, status, "the state of an app is unknown").await;
        }
    }

    /// A rotation that one of them begins, through the day and the hours until the old key is gone. The others wait only
    /// while the time moves.
    async fn keys_rotate(&self, here: usize) {
        keys::rotate(&self.nodes[here].app.keys, &Origin::command()).await.expect("rotated");
        for hours in [23, 1, 2] {
            {
                let mut session = self.session.write().await;
                self.desk.world.later(Duration::from_hours(hours));
                let ada = self.desk.world.signed_in(&self.desk.hotel.admin).await;
                ada.cookie(SESSION).expect("a session").clone_into(&mut session);
            }
            let after = Duration::from_hours(90 * 24);
            let [one, two] = &self.nodes;
            // Both try at once; each step happens once.
            tokio::join!(keys::turn(&one.app.keys, after), keys::turn(&two.app.keys, after));
            for at in [0, 1] {
                let given = self.posts(at, "/connect/token", &self.desk.custom, &[OWN]).await.json();
                self.is_known_everywhere(text(&given, "access_token")).await;
            }
        }
        add(&self.done.rotations);
    }
}

async fn pair(engine: Engine) -> (Arc<Pair>, grantry::start::Running) {
    let desk = Desk::on(engine).await;
    let other = second(&desk).await;
    let nodes = [
        Node { app: Arc::clone(desk.world.app()), address: desk.world.address() },
        Node { app: Arc::clone(&other.app), address: other.addresses[0] },
    ];
    complete(&desk).await;
    // After the first seconds, in which nobody may keep the key set.
    desk.world.later(Duration::from_mins(5));
    let verifiers =
        [Verifier::at(&desk, nodes[0].address).await, Verifier::at(&desk, nodes[1].address).await];
    let ada = desk.world.signed_in(&desk.hotel.admin).await;
    let session = RwLock::new(ada.cookie(SESSION).expect("a session").to_owned());
    let verifiers = verifiers.map(tokio::sync::Mutex::new);
    (Arc::new(Pair { desk, nodes, session, verifiers, done: Done::default() }), other)
}

// security: T03, U03, K05, S10
#[tokio::test(flavor = "multi_thread")]
async fn two_servers_that_take_turns_agree() {
    let long = std::env::var_os("GRANTRY_TEST_LONG").is_some();
    let length = Duration::from_secs(if long { 300 } else { 15 });
    each_engine(async |engine| {
        if engine == Engine::Sqlite {
            // A second server on one SQLite directory is refused.
            return;
        }
        let (pair, other) = pair(engine).await;
        let until = Instant::now() + length;
        let mut workers = JoinSet::new();
        for worker in 0..3_usize {
            let pair = Arc::clone(&pair);
            workers.spawn(async move {
                let mut round = worker;
                while Instant::now() < until {
                    // Nobody moves the time during a round.
                    let session = pair.session.read().await;
                    pair.a_code_is_used_twice(round % 2, &session).await;
                    pair.a_grant_lives_and_ends(round % 2, &session).await;
                    round += 1;
                }
            });
        }
        let mut round = 0;
        while Instant::now() < until {
            pair.an_app_changes(round % 2).await;
            pair.keys_rotate(1 - round % 2).await;
            round += 1;
        }
        workers.join_all().await;
        println!("in {length:?}: {:?}", pair.done);
        assert!(pair.done.revocations.load(Ordering::Relaxed) > 5 && round > 0, "{:?}", pair.done);
        other.stop().await;
    })
    .await;
}
