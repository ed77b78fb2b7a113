//! Single access tokens that were revoked before their end; whatever else came of their grant goes on.

use crate::id::GrantId;
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

crate::sql! {
    INSERT = "insert into revoked_token (jti, grant_id, revoked_at, expires_at) values ($1, $2, $3, $4) \
        on conflict (jti) do nothing";
    FIND = "select jti from revoked_token where jti = $1";
}

impl Reader {
    /// Whether an access token was revoked by itself; see [`Reader::find_grant_of_token`] for those that have a grant.
    pub async fn is_token_revoked(&self, jti: &str) -> Result<bool, Error> {
        Ok(self.query_opt(FIND, values![jti]).await?.is_some())
    }
}

impl Tx {
    /// Revokes one access token until it would have ended anyway. Once is enough: `false` when it was revoked already.
    /// The token of an app that acts for itself has no grant.
    pub async fn revoke_token(
        &self,
        jti: &str,
        grant: Option<&GrantId>,
        expires_at: Timestamp,
    ) -> Result<bool, Error> {
        let is_new = self.execute(INSERT, values![jti, grant, self.now(), expires_at]).await? == 1;
        if is_new {
            self.revoke_exchanged(jti);
        }
        Ok(is_new)
    }
}
