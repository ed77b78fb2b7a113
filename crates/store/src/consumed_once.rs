//! Whatever is tried with the things that may be used once, in whatever order and however many at once: each is used once
//! at most, and nobody else's attempt uses it up.

use std::time::Duration;

use proptest::prelude::*;

use crate::action_token::{ActionKind, NewActionToken};
use crate::code::NewCode;
use crate::device_authorization::NewDeviceAuthorization;
use crate::examples::{NOW, World, empty, later, world, write};
use crate::id::AppId;
use crate::pushed_request::NewPushedRequest;
use crate::{Error, Store, Tx};

/// One of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thing {
    Code,
    PushedRequest,
    DeviceCode,
    Link,
    Assertion,
    Proof,
}

const THINGS: [Thing; 6] =
    [Thing::Code, Thing::PushedRequest, Thing::DeviceCode, Thing::Link, Thing::Assertion, Thing::Proof];

/// The link ends after this many seconds; the store leaves the end of the others to the rules.
const LINK_SECONDS: u64 = 60;

/// Somebody tries to use a thing, at some second, as the one that it belongs to or as another.
#[derive(Clone, Copy, Debug)]
struct Attempt {
    thing: Thing,
    at: u64,
    rightful: bool,
}

impl Attempt {
    /// Whether it can succeed, if it is the first that can.
    fn may(self) -> bool {
        self.rightful && (self.thing != Thing::Link || self.at < LINK_SECONDS)
    }

    async fn run(self, tx: &Tx, app: &AppId) -> Result<bool, Error> {
        let stranger = AppId::new(NOW, [9; 10]);
        let who = if self.rightful { app } else { &stranger };
        let hash = if self.rightful { [7; 32] } else { [8; 32] };
        match self.thing {
            Thing::Code => Ok(tx.consume_code(&[7; 32], who).await?.is_some()),
            Thing::PushedRequest => tx.use_pushed_request(&hash).await,
            Thing::DeviceCode => tx.consume_device_authorization(&hash).await,
            Thing::Link => {
                let kind = if self.rightful { ActionKind::SetPassword } else { ActionKind::ConfirmEmail };
                Ok(tx.consume_action_token(&[7; 32], kind).await?.is_some())
            }
            // Another's of the same name is another one, and is not counted.
            Thing::Assertion if !self.rightful => Ok(false),
            Thing::Assertion => tx.use_assertion(app, &[7; 32], later(600)).await,
            Thing::Proof if !self.rightful => Ok(false),
            Thing::Proof => tx.take_dpop_proof(&[7; 32], later(600)).await,
        }
    }
}

fn batches() -> impl Strategy<Value = Vec<Vec<Attempt>>> {
    let attempt = (proptest::sample::select(&THINGS[..]), 0..90_u64, proptest::bool::weighted(0.7))
        .prop_map(|(thing, at, rightful)| Attempt { thing, at, rightful });
    proptest::collection::vec(proptest::collection::vec(attempt, 1..10), 1..4)
}

/// Puts one of each into the store.
async fn provide(store: &Store) -> World {
    let world = world(store).await;
    let (app_id, grant_id, hash) = (world.app.clone(), world.grant.clone(), [7; 32]);
    write(store, NOW, |tx| async move {
        let code = NewCode {
            hash,
            app_id: app_id.clone(),
            grant_id: grant_id.clone(),
            redirect_uri: "https://app.example/cb".to_owned(),
            code_challenge: None,
            nonce: None,
            dpop_jkt: None,
            expires_at: later(60),
        };
        tx.insert_code(&code).await?;
        let pushed = NewPushedRequest {
            id_hash: hash,
            app_id: app_id.clone(),
            request: "{}".to_owned(),
            expires_at: later(60),
        };
        tx.insert_pushed_request(&pushed).await?;
        let device = NewDeviceAuthorization {
            device_hash: hash,
            user_code: "BCDFGHJK".to_owned(),
            app_id,
            scopes: "openid".to_owned(),
            resource: Vec::new(),
            pause: Duration::from_secs(5),
            expires_at: later(600),
        };
        assert!(tx.insert_device_authorization(&device).await?);
        assert!(tx.decide_device_authorization(&hash, Some(&grant_id)).await?);
        let link = NewActionToken {
            hash,
            kind: ActionKind::SetPassword,
            person_id: None,
            account_id: None,
            data: "{}".to_owned(),
            expires_at: later(LINK_SECONDS),
        };
        tx.insert_action_token(&link).await
    })
    .await;
    world
}

/// The attempts of one batch at once, one batch after the other; answers which succeeded.
async fn tried(batches: &[Vec<Attempt>]) -> Vec<Attempt> {
    let (_dir, store) = empty().await;
    let world = provide(&store).await;
    let mut succeeded = Vec::new();
    for batch in batches {
        let running: Vec<_> = batch
            .iter()
            .map(|attempt| {
                let (store, app, attempt) = (store.clone(), world.app.clone(), *attempt);
                tokio::spawn(async move {
                    let won =
                        write(&store, later(attempt.at), |tx| async move { attempt.run(&tx, &app).await });
                    won.await.then_some(attempt)
                })
            })
            .collect();
        for attempt in running {
            succeeded.extend(attempt.await.expect("no panic"));
        }
    }
    succeeded
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    // security: T02, T03, P02, T18, T19, D01
    #[test]
    fn what_may_be_used_once_is_used_once_at_most_whoever_tries_and_when(batches in batches()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let succeeded = runtime.expect("a runtime").block_on(tried(&batches));
        for thing in THINGS {
            let wins = succeeded.iter().filter(|attempt| attempt.thing == thing).count();
            let could = batches.iter().flatten().any(|attempt| attempt.thing == thing && attempt.may());
            prop_assert_eq!(wins, usize::from(could), "{:?}", thing);
        }
        prop_assert!(succeeded.iter().all(|attempt| attempt.rightful));
    }
}
