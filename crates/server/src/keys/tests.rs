//! Keys over their whole life, on one node and on two.

use grantry_oauth::jose::{self, Jwks, TokenType};
use grantry_store::{Durability, Role, StoreConfig, Target};
use serde_json::{Value, json};

use super::*;

struct House {
    dir: tempfile::TempDir,
    clock: Clock,
}

impl House {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a directory"), clock: Clock::system() }
    }

    async fn store(&self, role: Role) -> Store {
        let target = Target::Sqlite { dir: self.dir.path().to_owned() };
        let config = StoreConfig { target, role, durability: Durability::Off };
        Store::open(&config, self.clock.now()).await.expect("the store opens")
    }

    fn master(&self, name: &str) -> MasterKey {
        MasterKey::open(&self.dir.path().join(name), &Random::system()).expect("a master key")
    }

    async fn keys(&self, role: Role, master: &str) -> Result<Arc<Keys>, Error> {
        Keys::open(&self.store(role).await, &self.master(master), &self.clock, &Random::system()).await
    }
}

fn signed(key: &SigningKey) -> String {
    jose::sign(key, TokenType::Access, &json!({ "sub": "s" })).expect("signed")
}

fn knows(keys: &Jwks, token: &str) -> bool {
    jose::verify::<Value>(keys, TokenType::Access, token).is_ok()
}

// security: K06
#[tokio::test]
async fn a_key_is_made_once_sealed_and_found_again_with_the_same_master_key_only() {
    let house = House::new();
    let keys = house.keys(Role::Server, "master.key").await.expect("no keys yet");
    let (one, other) = tokio::join!(keys.signer(Alg::Es256), keys.signer(Alg::Es256));
    let (one, other) = (one.expect("a key"), other.expect("a key"));
    assert_eq!(one.kid(), other.kid(), "two who ask at once get one key");
    let token = signed(&one);

    let second = house.keys(Role::Command, "master.key").await.expect("the keys open");
    assert!(knows(second.ring().public(), &token));
    assert_eq!(second.signer(Alg::Es256).await.expect("a key").kid(), one.kid());

    let wrong = house.keys(Role::Command, "other.key").await.expect_err("another master key");
    let words = wrong.to_string();
    assert!(words.contains(one.kid()) && words.contains("master key file"), "{words}");

    let database = std::fs::read(house.dir.path().join("grantry.db")).expect("the database");
    let log = std::fs::read(house.dir.path().join("grantry.db-wal")).unwrap_or_default();
    let der = keys.store.reader().list_signing_keys().await.expect("rows");
    let plain = keys.sealer.open(one.kid(), &der[0].sealed).expect("it opens");
    for bytes in [database, log] {
        assert!(
            !bytes.windows(32).any(|part| part == &plain[plain.len() - 32..]),
            "a private key is readable"
        );
    }
}

// security: K04, K05
#[tokio::test]
async fn the_next_key_is_published_a_day_before_it_signs_and_the_last_until_its_tokens_are_dead() {
    let house = House::new();
    let keys = house.keys(Role::Server, "master.key").await.expect("no keys yet");
    let first = keys.signer(Alg::Es256).await.expect("a key");
    let old_token = signed(&first);
    let after = Duration::from_hours(90 * 24);
    let step = async |time| {
        house.clock.advance(time);
        turn(&keys, after).await;
        keys.read().await.expect("the keys are read");
        keys.signer(Alg::Es256).await.expect("a key")
    };

    assert_eq!(step(Duration::from_hours(88 * 24)).await.kid(), first.kid());
    assert_eq!(keys.ring().public().to_json()["keys"].as_array().map(Vec::len), Some(1), "nothing is due");
    assert_eq!(step(Duration::from_hours(24)).await.kid(), first.kid(), "the old key still signs");
    assert_eq!(
        keys.ring().public().to_json()["keys"].as_array().map(Vec::len),
        Some(2),
        "both are published"
    );
    assert_eq!(step(Duration::from_hours(23)).await.kid(), first.kid());
    let second = step(Duration::from_hours(1)).await;
    assert_ne!(second.kid(), first.kid(), "the successor has taken over");
    assert!(knows(keys.ring().public(), &old_token) && knows(keys.ring().public(), &signed(&second)));
    step(Duration::from_secs(3600)).await;
    assert!(knows(keys.ring().public(), &old_token), "its last token may still live");
    step(Duration::from_secs(601)).await;
    assert!(!knows(keys.ring().public(), &old_token));
    assert_eq!(keys.ring().public().to_json()["keys"].as_array().map(Vec::len), Some(1));
}

// security: K05
#[tokio::test]
async fn a_rotation_that_is_asked_for_twice_publishes_one_successor() {
    let house = House::new();
    let keys = house.keys(Role::Server, "master.key").await.expect("no keys yet");
    for alg in [Alg::Es256, Alg::EdDsa] {
        keys.signer(alg).await.expect("a key");
    }
    let first = rotate(&keys, &Origin::command()).await.expect("rotated");
    let mut algs: Vec<_> = first.iter().map(|next| next.alg.as_str()).collect();
    algs.sort_unstable();
    assert_eq!(algs, ["ES256", "EdDSA"]);
    assert_eq!(rotate(&keys, &Origin::command()).await.expect("rotated"), first);
    let soon = keys.clock.now() + Duration::from_hours(24);
    assert!(
        first
            .iter()
            .all(|next| next.activates_at <= soon && soon.since(next.activates_at) < Duration::from_secs(60))
    );
}

// security: K05
#[tokio::test]
async fn every_node_follows_what_another_one_changed() {
    let house = House::new();
    let server = house.keys(Role::Server, "master.key").await.expect("no keys yet");
    let key = server.signer(Alg::Es256).await.expect("a key");
    let (stop, stopping) = watch::channel(false);
    let following = tokio::spawn(Arc::clone(&server).follow(stopping));
    rotate(&server, &Origin::command()).await.expect("rotated");
    tokio::time::timeout(Duration::from_secs(10), async {
        while server.ring().public().to_json()["keys"].as_array().map(Vec::len) != Some(2) {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the change arrives");
    assert_eq!(server.signer(Alg::Es256).await.expect("a key").kid(), key.kid());
    stop.send(true).expect("it listens");
    following.await.expect("it ends");
}
