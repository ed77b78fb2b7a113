//! Revocations: access tokens that have not expired and are good no more, for APIs that verify tokens by themselves.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, AppId, GrantId, PersonId};
use crate::value::values;
use crate::{ChangeKind, Error, Reader, Row, Tx, Value};
use grantry_oauth::access_token;
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// By what an API recognises the tokens.
    RevocationKind {
        /// The grant that a token's `jti` names before its dot.
        Grant = "grant",
        /// The token's whole `jti`.
        Token = "token",
        /// The token's `client_id`.
        App = "app",
        /// The token's `account_code`.
        Account = "account",
    }
}

/// A revocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Its number. Whoever has seen one has seen every lower one.
    pub seq: i64,
    /// By what the tokens are recognised.
    pub kind: RevocationKind,
    /// The grant, token ID, client ID or account code.
    pub subject: String,
    /// Tokens issued up to this second are revoked; later ones are not.
    pub issued_until: Timestamp,
    /// When the last of these tokens has expired.
    pub keep_until: Timestamp,
}

/// For so long a node that hears of no changes goes on with what it has in memory, and may issue tokens that it should
/// not: those are revoked as well.
const HEARSAY: Duration = Duration::from_secs(5);

/// How far the clock of an API may be behind before it accepts a token that has expired.
const SKEW: Duration = Duration::from_secs(60);

crate::sql! {
    LIST = "select seq, kind, subject, issued_until, keep_until from revocation where seq > $1 and keep_until > $2 \
        order by seq limit $3";
    HEAD = "select seq from revocation_head where name = 'feed'";
    ADVANCE = "update revocation_head set seq = seq + $1 where name = 'feed' returning seq";
    INSERT = "insert into revocation (seq, kind, subject, issued_until, keep_until) values ($1, $2, $3, $4, $5)";
    GRANTS_OF_PERSON = "select id from access_grant where person_id = $1 and ended_at is null and keep_until > $2";
    GRANTS_OF_MEMBER = "select id from access_grant where account_id = $1 and person_id = $2 and ended_at is null \
        and keep_until > $3";
    CLIENT_ID = "select client_id from app where id = $1";
    APPS_OF_ACCOUNT = "select client_id from app where account_id = $1 and deleted_at is null";
    ACCOUNT_CODE = "select code from account where id = $1";
}

impl FromColumns for Revocation {
    const WIDTH: usize = 5;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Revocation {
            seq: columns.take()?,
            kind: columns.take()?,
            subject: columns.take()?,
            issued_until: columns.take()?,
            keep_until: columns.take()?,
        })
    }
}

/// What a transaction revokes. Their numbers are given as its last step: the row of the last number is locked for that
/// step alone, and numbers become visible in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Revoked(Arc<Mutex<Vec<(RevocationKind, String, Timestamp)>>>);

impl Revoked {
    fn push(&self, kind: RevocationKind, subject: String, issued_until: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((kind, subject, issued_until));
    }

    fn take(&self) -> Vec<(RevocationKind, String, Timestamp)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Reader {
    /// The revocations after a number that still matter, in their order.
    pub async fn list_revocations(
        &self,
        after: i64,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Revocation>, Error> {
        Revocation::from_rows(&self.query(LIST, values![after, now, limit]).await?)
    }

    /// The last number that was given.
    pub async fn newest_revocation(&self) -> Result<i64, Error> {
        self.query_one(HEAD, values![]).await?.int(0)
    }
}

impl Tx {
    /// Revokes the tokens of grants that have ended: the first column of the rows.
    pub(crate) fn revoke_grants(&self, rows: &[Row]) -> Result<(), Error> {
        for row in rows {
            self.revoked.push(RevocationKind::Grant, row.text(0)?, self.now());
        }
        Ok(())
    }

    /// Revokes what was issued to a person everywhere so far, while the grants stand.
    pub(crate) async fn revoke_tokens_of_person(&self, person: &PersonId) -> Result<(), Error> {
        self.revoke_grants(&self.query(GRANTS_OF_PERSON, values![person, self.now()]).await?)
    }

    /// Revokes what was issued to a person in an account so far. The account's connections stand: what is issued later
    /// speaks for them.
    pub(crate) async fn revoke_tokens_of_member(
        &self,
        account: &AccountId,
        person: &PersonId,
    ) -> Result<(), Error> {
        self.revoke_grants(&self.query(GRANTS_OF_MEMBER, values![account, person, self.now()]).await?)
    }

    /// Revokes what was issued to an app so far.
    pub(crate) async fn revoke_tokens_of_app(&self, app: &AppId) -> Result<(), Error> {
        let rows = self.query(CLIENT_ID, values![app]).await?;
        self.revoke_all(RevocationKind::App, &rows)
    }

    /// Revokes what was issued so far for an account, and to its apps.
    pub(crate) async fn revoke_tokens_of_account(&self, account: &AccountId) -> Result<(), Error> {
        let rows = self.query(ACCOUNT_CODE, values![account]).await?;
        self.revoke_all(RevocationKind::Account, &rows)?;
        let rows = self.query(APPS_OF_ACCOUNT, values![account]).await?;
        self.revoke_all(RevocationKind::App, &rows)
    }

    fn revoke_all(&self, kind: RevocationKind, rows: &[Row]) -> Result<(), Error> {
        for row in rows {
            self.revoked.push(kind, row.text(0)?, self.now() + HEARSAY);
        }
        Ok(())
    }

    /// Revokes the tokens of one grant.
    fn revoke_one(&self, kind: RevocationKind, subject: &str) {
        self.revoked.push(kind, subject.to_owned(), self.now());
    }

    /// Revokes one token, with what was exchanged for it: perhaps at this very moment.
    pub(crate) fn revoke_exchanged(&self, jti: &str) {
        self.revoked.push(RevocationKind::Token, jti.to_owned(), self.now() + HEARSAY);
    }

    /// Revokes the tokens of a grant that has ended.
    pub(crate) fn revoke_grant(&self, grant: &GrantId) {
        self.revoke_one(RevocationKind::Grant, grant.as_str());
    }

    /// Numbers what was revoked: the last step of a transaction.
    pub(crate) async fn number_revocations(&self) -> Result<(), Error> {
        let revoked = self.revoked.take();
        let Ok(count @ 1..) = i64::try_from(revoked.len()) else { return Ok(()) };
        let newest = self.query_one(ADVANCE, values![count]).await?.int(0)?;
        for (seq, (kind, subject, issued_until)) in (newest - count + 1..).zip(revoked) {
            let keep_until = issued_until + access_token::LIFETIME + SKEW;
            let values: &[Value] = values![seq, kind, &subject, issued_until, keep_until];
            self.execute(INSERT, values).await?;
        }
        self.changed(ChangeKind::Revocation, &newest.to_string()).await
    }
}

#[cfg(test)]
#[path = "revocation_tests.rs"]
mod tests;
