//! Refresh tokens: the grant is the family, and has one chain of them.

use crate::columns::{Columns, FromColumns};
use crate::grant::{GrantState, grant_state_columns, grant_state_joins};
use crate::id::GrantId;
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::grant::refresh_token;
use grantry_oauth::scope::ScopeSet;
use grantry_oauth::time::Timestamp;
use std::time::Duration;

/// A refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
    /// When it was last used, up to a minute late; when it was issued, before that.
    pub last_used_at: Timestamp,
    /// The thumbprint of the DPoP key it is bound to.
    pub dpop_jkt: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// What came after it, once it was rotated.
    pub rotation: Option<Rotation>,
}

/// What came after a rotated refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// When.
    pub at: Timestamp,
    /// The next token, sealed under a key that only the holder of this one can derive.
    pub successor_sealed: Vec<u8>,
    /// Whether the next token has been used, so that it must have arrived.
    pub successor_used: bool,
}

/// A refresh token to be issued.
#[derive(Clone, Debug)]
pub struct NewRefreshToken {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// The grant.
    pub grant_id: GrantId,
    /// The thumbprint of the DPoP key it is bound to.
    pub dpop_jkt: Option<String>,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
}

/// What takes the place of a refresh token that is rotated.
#[derive(Clone, Debug)]
pub struct Successor {
    /// SHA-256 of the next token.
    pub hash: [u8; 32],
    /// The next token, sealed under a key that only the holder of the present one can derive.
    pub sealed: Vec<u8>,
}

impl RefreshToken {
    /// What the rules of the refresh grant look at. `idle` is how long an unused token lives.
    pub fn rules_row(&self, state: &GrantState, idle: Duration) -> Result<refresh_token::Row, Error> {
        let scopes = ScopeSet::parse(&state.grant.scopes)
            .map_err(|_| Error::Corrupt(format!("grant {} has no list of scopes", state.grant.id)))?;
        Ok(refresh_token::Row {
            client_id: state.client_id.clone(),
            scopes,
            expires_at: self.expires_at,
            idle_until: self.last_used_at + idle,
            revoked: self.revoked_at.is_some(),
            rotated: self.rotation.as_ref().map(|rotation| refresh_token::Rotated {
                at: rotation.at,
                successor_used: rotation.successor_used,
            }),
        })
    }
}

crate::sql! {
    FIND = concat!(
        "select t.hash, t.created_at, t.expires_at, t.last_used_at, t.dpop_jkt, t.revoked_at, t.used_at,",
        " t.successor_sealed, n.used_at is not null, ", grant_state_columns!(),
        " from refresh_token t join access_grant g on g.id = t.grant_id", grant_state_joins!(),
        " left join refresh_token n on n.hash = t.successor_hash where t.hash = $1"
    );
    INSERT = "insert into refresh_token (hash, grant_id, dpop_jkt, created_at, expires_at, last_used_at) \
        values ($1, $2, $3, $4, $5, $4)";
    ROTATE = "update refresh_token set used_at = $1, last_used_at = $1, successor_hash = $2, successor_sealed = $3 \
        where hash = $4 and used_at is null and revoked_at is null returning grant_id, dpop_jkt, expires_at";
    REVOKE_OF_GRANT = "update refresh_token set revoked_at = $1 where grant_id = $2 and revoked_at is null";
    /// Never backwards: several nodes may report out of order.
    TOUCH = "update refresh_token set last_used_at = $1 where hash = $2 and last_used_at < $1";
}

impl FromColumns for RefreshToken {
    const WIDTH: usize = 9;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        let (hash, created_at, expires_at) = (columns.take()?, columns.take()?, columns.take()?);
        let (last_used_at, dpop_jkt, revoked_at) = (columns.take()?, columns.take()?, columns.take()?);
        let rotated: (Option<Timestamp>, Option<Vec<u8>>) = (columns.take()?, columns.take()?);
        let successor_used = columns.take()?;
        let rotation = match rotated {
            (Some(at), Some(successor_sealed)) => Some(Rotation { at, successor_sealed, successor_used }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                return Err(Error::Corrupt("a refresh token is half rotated".to_owned()));
            }
        };
        Ok(RefreshToken { hash, created_at, expires_at, last_used_at, dpop_jkt, revoked_at, rotation })
    }
}

impl Reader {
    /// A refresh token, whatever its state, with its grant and everything that depends on: one statement, because every
    /// refresh asks it.
    pub async fn find_refresh_token(
        &self,
        hash: &[u8; 32],
    ) -> Result<Option<(RefreshToken, GrantState)>, Error> {
        let Some(row) = self.query_opt(FIND, values![hash]).await? else { return Ok(None) };
        let columns = &mut row.columns();
        Ok(Some((columns.nested()?, columns.nested()?)))
    }
}

impl Tx {
    /// Issues the first refresh token of a grant.
    pub async fn insert_refresh_token(&self, new: &NewRefreshToken) -> Result<(), Error> {
        let values = values![new.hash, &new.grant_id, new.dpop_jkt.as_ref(), self.now(), new.expires_at];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Puts a successor in the place of a refresh token: of several attempts at once, one does. The successor ends when
    /// the first of the chain would have. `false` when the token was rotated or revoked.
    pub async fn rotate_refresh_token(&self, hash: &[u8; 32], successor: &Successor) -> Result<bool, Error> {
        let values = values![self.now(), successor.hash, successor.sealed.as_slice(), hash];
        let Some(row) = self.query_opt(ROTATE, values).await? else { return Ok(false) };
        let columns = &mut row.columns();
        let new = NewRefreshToken {
            hash: successor.hash,
            grant_id: columns.take()?,
            dpop_jkt: columns.take()?,
            expires_at: columns.take()?,
        };
        self.insert_refresh_token(&new).await?;
        Ok(true)
    }

    /// Revokes every refresh token of a grant while the grant stays; says how many.
    pub async fn revoke_refresh_tokens_of_grant(&self, grant: &GrantId) -> Result<u64, Error> {
        self.execute(REVOKE_OF_GRANT, values![self.now(), grant]).await
    }

    /// Remembers when refresh tokens were last used: called in batches, so that no refresh writes.
    pub async fn touch_refresh_tokens(&self, used: &[([u8; 32], Timestamp)]) -> Result<(), Error> {
        for (hash, at) in used {
            self.execute(TOUCH, values![*at, hash]).await?;
        }
        Ok(())
    }
}
