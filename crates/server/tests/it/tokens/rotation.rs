//! Rotation: whoever keeps the key set for as long as it may never meets a token that it cannot verify.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use grantry::keys;
use grantry_oauth::Timestamp;
use grantry_oauth::id_token::Hint;
use grantry_oauth::jose::{self, Alg, Jwks, PublicKey, TokenType};
use grantry_store::audit::Origin;
use grantry_testkit::http::send;
use grantry_testkit::{Engine, each_engine};
use serde_json::Value;
use tokio::task::JoinSet;

use super::desk::{Desk, header, text};
use super::two_nodes::second;

pub(super) const JWKS: &str = "/.well-known/openid-configuration/jwks";

/// An API that keeps the key set for as long as the answer allows, and never asks sooner.
pub(super) struct Verifier {
    address: SocketAddr,
    keys: Jwks,
    until: Timestamp,
}

impl Verifier {
    async fn new(desk: &Desk) -> Self {
        Self::at(desk, desk.world.address()).await
    }

    /// One that asks this server.
    pub(super) async fn at(desk: &Desk, address: SocketAddr) -> Self {
        let reply = send(address, "GET", JWKS, &[], b"").await;
        let life = reply.header("cache-control").and_then(|value| value.split("max-age=").nth(1));
        // The first seconds of a server are not to be kept.
        let life = life.map_or(0, |seconds| seconds.parse().expect("seconds"));
        let set = reply.json();
        let keys = set["keys"].as_array().expect("keys").iter().filter_map(PublicKey::from_json);
        let until = desk.world.app().clock.now() + Duration::from_secs(life);
        Self { address, keys: Jwks::new(keys), until }
    }

    pub(super) async fn verifies(&mut self, desk: &Desk, token: &str) {
        if desk.world.app().clock.now() >= self.until {
            *self = Self::at(desk, self.address).await;
        }
        let verified = jose::verify::<Value>(&self.keys, TokenType::Access, token);
        assert!(verified.is_ok(), "{verified:?}: {}", header(token));
    }
}

/// Every algorithm has a key, so that the key set may be kept.
pub(super) async fn complete(desk: &Desk) {
    for alg in Alg::ALL {
        desk.world.app().keys.signer(alg).await.expect("a key");
    }
}

async fn tokens(desk: &Arc<Desk>, at_once: usize) -> Vec<String> {
    let mut asking = JoinSet::new();
    for _ in 0..at_once {
        let desk = Arc::clone(desk);
        asking.spawn(async move {
            let given = desk.asks(&desk.custom, &[("grant_type", "client_credentials")]).await.json();
            text(&given, "access_token").to_owned()
        });
    }
    asking.join_all().await
}

// security: K05
#[tokio::test(flavor = "multi_thread")]
async fn twenty_rotations_under_load_fail_no_verification_of_who_keeps_the_keys_as_long_as_they_may() {
    let desk = Arc::new(Desk::new().await);
    complete(&desk).await;
    let app = desk.world.app();
    // Three who looked at different times; all keep what they saw.
    let mut verifiers = Vec::new();
    for _ in 0..3 {
        verifiers.push(Verifier::new(&desk).await);
        desk.world.later(Duration::from_secs(1200));
    }
    let mut signed_by = std::collections::BTreeSet::new();
    let mut living: Vec<(Timestamp, String)> = Vec::new();
    for _ in 0..20 {
        keys::rotate(&app.keys, &Origin::command()).await.expect("rotated");
        // The day in which the next key is only published, the moment when it takes over, and the hours until the last
        // token of the old one is dead and its key gone.
        for minutes in [1, 59, 22 * 60, 59, 1, 1, 30, 40, 10, 20] {
            desk.world.later(Duration::from_secs(minutes * 60));
            keys::turn(&app.keys, Duration::from_hours(90 * 24)).await;
            let now = app.clock.now();
            living.retain(|(until, _)| *until > now);
            for token in tokens(&desk, 4).await {
                signed_by.insert(text(&header(&token), "kid").to_owned());
                living.push((now + Duration::from_secs(3600), token));
            }
            for verifier in &mut verifiers {
                for (_, token) in &living {
                    verifier.verifies(&desk, token).await;
                }
            }
        }
    }
    assert!(signed_by.len() >= 20, "{} keys have signed", signed_by.len());
    let stored = app.store.reader().list_signing_keys().await.expect("keys");
    assert!(stored.len() <= 12, "old keys leave: {}", stored.len());
}

// security: K06, S09
#[tokio::test]
async fn of_a_key_that_signs_no_more_only_the_public_half_is_kept_and_old_hints_are_still_understood() {
    let desk = Desk::new().await;
    let app = desk.world.app();
    let tokens = desk.tokens("openid reservations.read").await;
    let hint = text(&tokens, "id_token").to_owned();
    let kid = text(&header(&hint), "kid").to_owned();
    keys::rotate(&app.keys, &Origin::command()).await.expect("rotated");
    for hours in [24, 2] {
        desk.world.later(Duration::from_hours(hours));
        keys::turn(&app.keys, Duration::from_hours(90 * 24)).await;
        if hours == 24 {
            let rows = app.store.reader().list_signing_keys().await.expect("keys");
            let old = rows.iter().find(|row| row.kid == kid).expect("it is still published");
            assert_eq!((old.state.as_str(), old.sealed.len()), ("retiring", 0));
        }
    }
    let followed = tokio::time::timeout(Duration::from_secs(10), async {
        while app.keys.ring().public().find(&kid).is_some() {
            tokio::task::yield_now().await;
        }
    });
    followed.await.expect("the old key leaves the key set");
    let known = Hint::verify(app.keys.ring().recognised(), app.issuer(), &hint);
    assert_eq!(known.expect("recognised").client_id(), Some(desk.app.client_id.as_str()));
    assert!(Hint::verify(app.keys.ring().public(), app.issuer(), &hint).is_none());
}

// security: K05
#[tokio::test(flavor = "multi_thread")]
async fn two_servers_sign_with_no_key_that_the_other_does_not_publish_from_the_first_second_on() {
    each_engine(async |engine| {
        if engine == Engine::Sqlite {
            // A second server on one SQLite directory is refused.
            return;
        }
        let desk = Arc::new(Desk::on(engine).await);
        let other = second(&desk).await;
        let (one, two) = (Arc::clone(desk.world.app()), Arc::clone(&other.app));
        let address = [desk.world.address(), other.addresses[0]];
        let published = async |at: usize| {
            let reply = send(address[at], "GET", JWKS, &[], b"").await;
            let keys = reply.json()["keys"].as_array().expect("keys").clone();
            keys.iter().map(|key| text(key, "kid").to_owned()).collect::<Vec<_>>()
        };
        // Each algorithm is first needed on the one or the other; whoever needs it makes the key.
        for (at, alg) in [Alg::EdDsa, Alg::Ps256, Alg::Es256, Alg::Rs256].into_iter().enumerate() {
            let app = if at % 2 == 0 { &one } else { &two };
            let kid = app.keys.signer(alg).await.expect("a key").kid().to_owned();
            assert!(published(1 - at % 2).await.contains(&kid), "{alg:?}");
        }
        for round in 0..20 {
            let (here, there) = (round % 2, 1 - round % 2);
            let app = if here == 0 { &one } else { &two };
            keys::rotate(&app.keys, &Origin::command()).await.expect("rotated");
            for hours in [23, 1, 2] {
                desk.world.later(Duration::from_hours(hours));
                // Both try at once; each step happens once.
                let after = Duration::from_hours(90 * 24);
                tokio::join!(keys::turn(&one.keys, after), keys::turn(&two.keys, after));
                for alg in [Alg::Es256, Alg::EdDsa] {
                    let kid = app.keys.signer(alg).await.expect("a key").kid().to_owned();
                    assert!(published(there).await.contains(&kid), "round {round}: {alg:?}");
                }
            }
        }
        let rows = one.store.reader().list_signing_keys().await.expect("keys");
        for alg in Alg::ALL {
            let active = rows.iter().filter(|row| row.alg == alg.as_str() && row.state.as_str() == "active");
            assert_eq!(active.count(), 1, "{alg:?}");
        }
        other.stop().await;
    })
    .await;
}
