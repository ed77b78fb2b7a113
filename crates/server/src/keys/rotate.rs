//! The life of signing keys: the next one is published a day before it signs, the last one until its tokens are dead.

use std::time::Duration;

use grantry_oauth::Timestamp;
use grantry_oauth::jose::Alg;
use grantry_oauth::{access_token, id_token};
use grantry_store::Tx;
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::signing_key::{KeyState, SigningKey};

use super::{Error, Keys, insert};

/// How long a key is in the key set before it signs: longer than any cache keeps the set.
const PUBLISHED_BEFORE: Duration = Duration::from_hours(24);

/// How long a key stays in the key set after it has stopped signing: the life of what it signed last, and some more for
/// clocks that differ.
fn published_after() -> Duration {
    access_token::LIFETIME.max(id_token::LIFETIME) + Duration::from_secs(600)
}

/// A key that will take another's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    pub alg: String,
    pub kid: String,
    pub activates_at: Timestamp,
}

/// Publishes a successor of every key that signs; each takes over a day later. One that was published before stays.
///
/// # Errors
/// See [`Error`].
pub async fn rotate(keys: &Keys, origin: &Origin) -> Result<Vec<Rotation>, Error> {
    let at = keys.clock.now() + PUBLISHED_BEFORE;
    let rows = keys.store.reader().list_signing_keys().await?;
    for row in rows.iter().filter(|row| row.state == KeyState::Active) {
        publish_next(keys, &rows, row, at, origin).await?;
    }
    let rows = keys.store.reader().list_signing_keys().await?;
    let next = rows.into_iter().filter(|row| row.state == KeyState::Next);
    Ok(next.map(|row| Rotation { alg: row.alg, kid: row.kid, activates_at: row.activates_at }).collect())
}

async fn publish_next(
    keys: &Keys,
    rows: &[SigningKey],
    active: &SigningKey,
    at: Timestamp,
    origin: &Origin,
) -> Result<(), Error> {
    if rows.iter().any(|row| row.alg == active.alg && row.state == KeyState::Next) {
        return Ok(());
    }
    let alg = Alg::parse(&active.alg).ok_or_else(|| Error::Corrupt { kid: active.kid.clone() })?;
    let key = keys.generate(alg, KeyState::Next, at).await?;
    keys.store.write(keys.clock.now(), |tx| async move { insert(&tx, origin, &key).await }).await?;
    Ok(())
}

/// Moves every key on whose time has come: a job.
pub async fn turn(keys: &Keys, rotate_after: Duration) {
    let moved = advance(keys, rotate_after).await;
    // Also what another node has published: a key must be in every key set long before it signs, and whoever has missed
    // the word of it learns it here.
    if let Err(error) = moved.and(keys.read_now().await) {
        tracing::error!(%error, "the signing keys could not be moved on: {error}");
    }
}

/// Each step is a condition of its write, so several nodes may try at once.
async fn advance(keys: &Keys, rotate_after: Duration) -> Result<(), Error> {
    let now = keys.clock.now();
    let rows = keys.store.reader().list_signing_keys().await?;
    for row in &rows {
        match row.state {
            KeyState::Active => {
                let takes_over = row.activates_at + rotate_after;
                if takes_over <= now + PUBLISHED_BEFORE {
                    let at = takes_over.max(now + PUBLISHED_BEFORE);
                    publish_next(keys, &rows, row, at, &Origin::server()).await?;
                }
            }
            KeyState::Next if row.activates_at <= now => take_over(keys, &rows, row).await?,
            KeyState::Retiring if row.retires_at.is_some_and(|at| at <= now) => {
                let step = (KeyState::Retiring, KeyState::Retired);
                let forget = |tx: Tx| async move { tx.set_signing_key_state(&row.kid, step, None).await };
                keys.store.write(now, forget).await?;
            }
            KeyState::Next | KeyState::Retiring | KeyState::Retired => {}
        }
    }
    Ok(())
}

/// The next key begins to sign and the one before it stops, in one transaction: at no moment are there two, or none.
async fn take_over(keys: &Keys, rows: &[SigningKey], next: &SigningKey) -> Result<(), Error> {
    let now = keys.clock.now();
    let retires_at = Some(now + published_after());
    let active = rows.iter().find(|row| row.alg == next.alg && row.state == KeyState::Active);
    let moved = keys.store.write(now, |tx| async move {
        if let Some(active) = active {
            let step = (KeyState::Active, KeyState::Retiring);
            if !tx.set_signing_key_state(&active.kid, step, retires_at).await? {
                return Ok::<_, grantry_store::Error>(());
            }
            note(&tx, Action::KeyRetired, active).await?;
        }
        if tx.set_signing_key_state(&next.kid, (KeyState::Next, KeyState::Active), None).await? {
            note(&tx, Action::KeyActivated, next).await?;
        }
        Ok(())
    });
    match moved.await {
        // Another node had the same key take over in this moment.
        Err(error) if error.is_conflict("signing_key_alg_key") => Ok(()),
        moved => Ok(moved?),
    }
}

async fn note(tx: &Tx, action: Action, key: &SigningKey) -> Result<(), grantry_store::Error> {
    let object = Object::new(ObjectKind::Key, &key.kid, &key.alg);
    tx.audit(&Origin::server(), &Entry::new(None, action, object)).await
}
