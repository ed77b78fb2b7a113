//! Signing keys: sealed private halves, public halves for the key set, and where each stands in its life.

use crate::columns::{Columns, FromColumns};
use crate::value::values;
use crate::{ChangeKind, Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// Where a key stands.
    KeyState {
        /// In the key set already, so that everybody knows it when it begins to sign.
        Next = "next",
        /// Signs. There is one for each algorithm.
        Active = "active",
        /// Signs no more; in the key set until the last token it signed is dead.
        Retiring = "retiring",
        /// Not in the key set any more.
        Retired = "retired",
    }
}

/// A signing key.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its id in the key set.
    pub kid: String,
    /// The algorithm, in the name of RFC 7518.
    pub alg: String,
    /// Where it stands.
    pub state: KeyState,
    /// The private key, sealed with the master key.
    pub sealed: Vec<u8>,
    /// The public key as a JWK.
    pub public_jwk: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it begins to sign.
    pub activates_at: Timestamp,
    /// When it leaves the key set, once it has stopped signing.
    pub retires_at: Option<Timestamp>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .field("alg", &self.alg)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// A signing key to be kept.
#[derive(Clone)]
pub struct NewSigningKey {
    /// Its id in the key set.
    pub kid: String,
    /// The algorithm.
    pub alg: String,
    /// Where it begins.
    pub state: KeyState,
    /// The private key, sealed with the master key.
    pub sealed: Vec<u8>,
    /// The public key as a JWK.
    pub public_jwk: String,
    /// When it begins to sign.
    pub activates_at: Timestamp,
}

impl std::fmt::Debug for NewSigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

crate::sql! {
    LIST = "select kid, alg, state, sealed, public_jwk, created_at, activates_at, retires_at from signing_key \
        where state <> 'retired' order by created_at, kid";
    INSERT = "insert into signing_key (kid, alg, state, sealed, public_jwk, created_at, activates_at) \
        values ($1, $2, $3, $4, $5, $6, $7)";
    SET_STATE = "update signing_key set state = $1, retires_at = coalesce($2, retires_at) where kid = $3 and state = $4 \
        returning kid";
}

impl FromColumns for SigningKey {
    const WIDTH: usize = 8;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(SigningKey {
            kid: columns.take()?,
            alg: columns.take()?,
            state: columns.take()?,
            sealed: columns.take()?,
            public_jwk: columns.take()?,
            created_at: columns.take()?,
            activates_at: columns.take()?,
            retires_at: columns.take()?,
        })
    }
}

impl Reader {
    /// The keys that are not retired, the oldest first.
    pub async fn list_signing_keys(&self) -> Result<Vec<SigningKey>, Error> {
        SigningKey::from_rows(&self.query(LIST, values![]).await?)
    }
}

impl Tx {
    /// Keeps a key. A second active one of an algorithm is `Conflict("signing_key_alg_active_key")`: another node was
    /// faster, and its key is the one to use.
    pub async fn insert_signing_key(&self, new: &NewSigningKey) -> Result<(), Error> {
        let values = values![
            &new.kid,
            &new.alg,
            new.state,
            new.sealed.as_slice(),
            &new.public_jwk,
            self.now(),
            new.activates_at,
        ];
        self.execute(INSERT, values).await?;
        self.changed(ChangeKind::Key, &new.kid).await
    }

    /// Moves a key on in its life, and says when it leaves the key set where that is known. The active one of an
    /// algorithm moves before the next one takes its place. `false` when the key is not in the state it should be in:
    /// another node has moved it.
    pub async fn set_signing_key_state(
        &self,
        kid: &str,
        (from, to): (KeyState, KeyState),
        retires_at: Option<Timestamp>,
    ) -> Result<bool, Error> {
        if self.query_opt(SET_STATE, values![to, retires_at, kid, from]).await?.is_none() {
            return Ok(false);
        }
        self.changed(ChangeKind::Key, kid).await?;
        Ok(true)
    }
}
