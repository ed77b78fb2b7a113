//! Keys: the master key that everything at rest is sealed under, and the signing keys that every node agrees on.

mod master;
mod ring;
mod rotate;
mod seal;

pub use master::MasterKey;
pub use ring::Ring;
pub use rotate::{Rotation, rotate, turn};
pub use seal::{Sealer, Unopened};

use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use grantry_oauth::jose::{Alg, KeyError, SigningKey};
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::signing_key::{KeyState, NewSigningKey};
use grantry_store::{Change, ChangeKind, Store, Tx};
use tokio::sync::{Mutex, Notify, watch};

use crate::clock::Clock;
use crate::random::Random;

/// Why there is no key to sign with, or no ring at all.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] grantry_store::Error),
    #[error("a signing key cannot be made: {0}")]
    Key(#[from] KeyError),
    #[error(transparent)]
    Sealing(#[from] Unopened),
    /// Another master key sealed it.
    #[error(
        "the signing key {kid} does not open with this master key: put the master key file back that belongs to this \
         database (`master_key_file` in `[keys]`, or `master.key` in the data directory)"
    )]
    Sealed { kid: String },
    /// The row was changed by hand.
    #[error("the signing key {kid} in the database is damaged: restore a backup")]
    Corrupt { kid: String },
    #[error("the making of a signing key broke off")]
    BrokeOff,
}

/// What is made at the first start, because the first app needs it: access tokens, and ID tokens.
const FIRST: [Alg; 2] = [Alg::Es256, Alg::Rs256];

/// How long a new server first looks after its first visitors: an RSA key takes a good part of a second of a core. Who
/// needs a key before that gets it made at once.
const FIRST_PAGES: Duration = Duration::from_secs(5);

/// How long a retired key is recognised: as long as the longest session, and some more. ID tokens that apps keep for
/// their users' sign-out come back so late.
const RECOGNISED: Duration = Duration::from_hours(30 * 24);

/// The signing keys of one server.
#[derive(Debug)]
pub struct Keys {
    ring: ArcSwap<Ring>,
    sealer: Sealer,
    /// Seals access tokens that only this server shall read.
    handles: Sealer,
    store: Store,
    clock: Clock,
    random: Random,
    /// Held while keys are made or read, so that an older ring never replaces a newer one.
    turn: Mutex<()>,
    /// Somebody changed a key.
    changed: Arc<Notify>,
}

impl Keys {
    /// Reads the keys that there are. None is made yet: that takes time, and commands need none.
    ///
    /// # Errors
    /// A master key that did not seal them, or a store that does not answer.
    pub async fn open(
        store: &Store,
        master_key: &MasterKey,
        clock: &Clock,
        random: &Random,
    ) -> Result<Arc<Self>, Error> {
        let sealer = Sealer::new(&master_key.derive("signing keys"))?;
        let ring = ArcSwap::from_pointee(read(store, &sealer, clock).await?);
        let changed = Arc::new(Notify::new());
        let waking = Arc::clone(&changed);
        store.on_change(Arc::new(move |changes: &[Change]| {
            if changes.iter().any(|change| change.kind == ChangeKind::Key) {
                waking.notify_one();
            }
        }));
        Ok(Arc::new(Self {
            ring,
            sealer,
            handles: Sealer::new(&master_key.derive("opaque access tokens"))?,
            store: store.clone(),
            clock: clock.clone(),
            random: random.clone(),
            turn: Mutex::new(()),
            changed,
        }))
    }

    /// The keys as they stand now.
    #[must_use]
    pub fn ring(&self) -> Guard<Arc<Ring>> {
        self.ring.load()
    }

    /// What seals access tokens that only this server shall read.
    #[must_use]
    pub fn handles(&self) -> &Sealer {
        &self.handles
    }

    /// The key that signs with an algorithm; made when it is needed for the first time.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn signer(self: &Arc<Self>, alg: Alg) -> Result<Arc<SigningKey>, Error> {
        if let Some(key) = self.ring.load().signer(alg) {
            return Ok(Arc::clone(key));
        }
        // In a task of its own: a caller that goes away must not leave others to begin again.
        let keys = Arc::clone(self);
        let made = tokio::spawn(async move { keys.make_missing(alg).await });
        made.await.map_err(|_| Error::BrokeOff)?
    }

    /// What is published. Waits for the keys of a first start; until those of the rarer algorithms are there as well, each
    /// answer is read anew, because another node may have made one a moment ago.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn published(self: &Arc<Self>) -> Result<Guard<Arc<Ring>>, Error> {
        for alg in FIRST {
            self.signer(alg).await?;
        }
        let ring = self.ring.load();
        if ring.is_complete() {
            return Ok(ring);
        }
        let _turn = self.turn.lock().await;
        self.read().await?;
        Ok(self.ring.load())
    }

    async fn make_missing(&self, alg: Alg) -> Result<Arc<SigningKey>, Error> {
        let _turn = self.turn.lock().await;
        // Another node, or the one before in the queue, may have made it meanwhile.
        self.read().await?;
        if self.ring.load().signer(alg).is_none() {
            let key = self.generate(alg, KeyState::Active, self.clock.now()).await?;
            let made = self.keep(&key).await;
            if !matches!(&made, Err(error) if error.is_conflict("signing_key_alg_key")) {
                made?;
            }
            self.read().await?;
        }
        self.ring.load().signer(alg).cloned().ok_or(Error::BrokeOff)
    }

    async fn keep(&self, key: &NewSigningKey) -> Result<(), grantry_store::Error> {
        self.store
            .write(self.clock.now(), |tx| async move { insert(&tx, &Origin::server(), key).await })
            .await
    }

    /// Makes a key away from the requests: an RSA key takes a good part of a second.
    async fn generate(
        &self,
        alg: Alg,
        state: KeyState,
        activates_at: grantry_oauth::Timestamp,
    ) -> Result<NewSigningKey, Error> {
        let made = tokio::task::spawn_blocking(move || {
            let der = SigningKey::generate(alg)?;
            let key = SigningKey::from_pkcs8(alg, der.expose())?;
            Ok::<_, KeyError>((der, key.public().clone()))
        });
        let (der, public) = made.await.map_err(|_| Error::BrokeOff)??;
        Ok(NewSigningKey {
            kid: public.kid().to_owned(),
            alg: alg.as_str().to_owned(),
            state,
            sealed: self.sealer.seal(public.kid(), der.expose(), &self.random)?,
            public_jwk: public.to_json().to_string(),
            activates_at,
        })
    }

    async fn read(&self) -> Result<(), Error> {
        self.ring.store(Arc::new(read(&self.store, &self.sealer, &self.clock).await?));
        Ok(())
    }

    /// Makes the first keys beside the first requests, and reads the keys again whenever somebody, on whatever node, has
    /// changed them: a job.
    pub async fn follow(self: Arc<Self>, mut stopping: watch::Receiver<bool>) {
        let first = async {
            tokio::time::sleep(FIRST_PAGES).await;
            // The rarer ones too: when an app or API comes that wants one, every node and cache knows it already.
            for alg in FIRST.into_iter().chain(Alg::ALL) {
                if let Err(error) = self.signer(alg).await {
                    tracing::error!(%error, "a signing key could not be made: {error}");
                }
            }
        };
        let changes = async {
            loop {
                self.changed.notified().await;
                self.read_anew().await;
            }
        };
        tokio::select! {
            ((), ()) = async { tokio::join!(first, changes) } => {}
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    }

    async fn read_now(&self) -> Result<(), Error> {
        let _turn = self.turn.lock().await;
        self.read().await
    }

    async fn read_anew(&self) {
        let _turn = self.turn.lock().await;
        while let Err(error) = self.read().await {
            tracing::error!(%error, "the signing keys have changed and cannot be read: {error}");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// The keys as they are stored now.
async fn read(store: &Store, sealer: &Sealer, clock: &Clock) -> Result<Ring, Error> {
    let reader = store.reader();
    let retired = reader.list_retired_keys(clock.now() - RECOGNISED).await?;
    Ring::new(&reader.list_signing_keys().await?, &retired, sealer)
}

/// Keeps a key, with its line in the server's own trail.
async fn insert(tx: &Tx, origin: &Origin, key: &NewSigningKey) -> Result<(), grantry_store::Error> {
    tx.insert_signing_key(key).await?;
    let object = Object::new(ObjectKind::Key, &key.kid, &key.alg);
    let detail = serde_json::json!({ "state": key.state.as_str() });
    tx.audit(origin, &Entry::new(None, Action::KeyCreated, object).with(detail)).await
}

#[cfg(test)]
mod tests;
