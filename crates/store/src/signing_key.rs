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
    RETIRED = "select kid, alg, state, sealed, public_jwk, created_at, activates_at, retires_at from signing_key \
        where state = 'retired' and retires_at > $1 order by created_at, kid";
    FORGET = "update signing_key set sealed = $1 where kid = $2";
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

    /// The keys that left the key set after a time, the oldest first: what they signed may still be recognised, though
    /// nobody accepts it any more.
    pub async fn list_retired_keys(&self, since: Timestamp) -> Result<Vec<SigningKey>, Error> {
        SigningKey::from_rows(&self.query(RETIRED, values![since]).await?)
    }
}

impl Tx {
    /// Keeps a key. A second active one of an algorithm is `Conflict("signing_key_alg_key")`: another node was
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
    /// algorithm moves before the next one takes its place. Of a key that signs no more, the private half is forgotten.
    /// `false` when the key is not in the state it should be in:
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
        if matches!(to, KeyState::Retiring | KeyState::Retired) {
            self.execute(FORGET, values![&[][..], kid]).await?;
        }
        self.changed(ChangeKind::Key, kid).await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::examples::{NOW, empty, later, write};

    fn key(kid: &str, alg: &str, state: KeyState) -> NewSigningKey {
        NewSigningKey {
            kid: kid.to_owned(),
            alg: alg.to_owned(),
            state,
            sealed: vec![1, 2, 3],
            public_jwk: "{}".to_owned(),
            activates_at: NOW,
        }
    }

    async fn states(store: &Store) -> Vec<(String, KeyState)> {
        let keys = store.reader().list_signing_keys().await.expect("keys");
        keys.into_iter().map(|key| (key.kid, key.state)).collect()
    }

    // security: K04
    #[tokio::test]
    async fn a_key_lives_from_next_to_retired_and_moves_only_from_where_it_is() {
        let (_dir, store) = empty().await;
        use KeyState::{Active, Next, Retired, Retiring};
        write(&store, NOW, |tx| async move {
            tx.insert_signing_key(&key("old", "ES256", Active)).await?;
            tx.insert_signing_key(&key("new", "ES256", Next)).await?;
            tx.insert_signing_key(&key("rsa", "RS256", Active)).await
        })
        .await;
        write(&store, later(1), |tx| async move {
            assert!(!tx.set_signing_key_state("old", (Retiring, Retired), None).await?, "not yet");
            assert!(tx.set_signing_key_state("old", (Active, Retiring), Some(later(3_600))).await?);
            assert!(!tx.set_signing_key_state("old", (Active, Retiring), None).await?, "another node did");
            assert!(tx.set_signing_key_state("new", (Next, Active), None).await?);
            Ok(())
        })
        .await;
        let expected = [("new", Active), ("old", Retiring), ("rsa", Active)];
        assert_eq!(states(&store).await, expected.map(|(kid, state)| (kid.to_owned(), state)));
        let old = store.reader().list_signing_keys().await.expect("keys").swap_remove(1);
        assert_eq!((old.retires_at, old.sealed.len()), (Some(later(3_600)), 0), "its private half is gone");
        assert!(!format!("{old:?}").contains("sealed"));
        write(&store, later(3_600), |tx| async move {
            assert!(tx.set_signing_key_state("old", (Retiring, Retired), None).await?);
            let changes = tx.query("select kind, id from change order by seq", &[]).await?;
            assert_eq!(changes.len(), 6);
            assert!(changes.iter().all(|row| row.text(0) == Ok("key".to_owned())));
            Ok(())
        })
        .await;
        assert_eq!(states(&store).await.len(), 2);
    }

    #[tokio::test]
    async fn two_nodes_never_keep_two_keys_that_sign_with_one_algorithm() {
        let (_dir, store) = empty().await;
        let insert = |kid: &'static str| {
            let store = store.clone();
            async move {
                let key = key(kid, "ES256", KeyState::Active);
                store.write(NOW, |tx| async move { tx.insert_signing_key(&key).await }).await
            }
        };
        assert_eq!(insert("one").await, Ok(()));
        assert!(insert("two").await.is_err_and(|error| error.is_conflict("signing_key_alg_key")));
        assert_eq!(states(&store).await.len(), 1);
    }
}
