//! Links that do one thing once: what is behind the token of a mailed or printed link.

use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, PersonId};
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// What a link does. A link of one kind is of no use as another.
    ActionKind {
        /// Makes the first operator.
        OperatorSetup = "operator_setup",
        /// Sets a password: the first one, or a new one.
        SetPassword = "set_password",
        /// Proves that an address is the person's.
        ConfirmEmail = "confirm_email",
    }
}

/// What a link stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionToken {
    /// What it does.
    pub kind: ActionKind,
    /// For whom; `None` where nobody exists yet.
    pub person_id: Option<PersonId>,
    /// In which account, where that matters.
    pub account_id: Option<AccountId>,
    /// What else the action needs: a JSON object.
    pub data: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it dies.
    pub expires_at: Timestamp,
}

/// A link to be made.
#[derive(Clone, Debug)]
pub struct NewActionToken {
    /// SHA-256 of what the link carries.
    pub hash: [u8; 32],
    /// What it does.
    pub kind: ActionKind,
    /// For whom.
    pub person_id: Option<PersonId>,
    /// In which account.
    pub account_id: Option<AccountId>,
    /// What else the action needs: a JSON object.
    pub data: String,
    /// When it dies.
    pub expires_at: Timestamp,
}

crate::sql! {
    FIND = "select kind, person_id, account_id, data, created_at, expires_at from action_token \
        where hash = $1 and kind = $2 and used_at is null and expires_at > $3";
    INSERT = "insert into action_token (hash, kind, person_id, account_id, data, created_at, expires_at) \
        values ($1, $2, $3, $4, $5, $6, $7)";
    CONSUME = "update action_token set used_at = $1 \
        where hash = $2 and kind = $3 and used_at is null and expires_at > $1 \
        returning kind, person_id, account_id, data, created_at, expires_at";
    /// Those without a person when the person is null.
    DELETE = "delete from action_token \
        where kind = $1 and used_at is null and coalesce(person_id, '') = $2";
}

impl FromColumns for ActionToken {
    const WIDTH: usize = 6;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(ActionToken {
            kind: columns.take()?,
            person_id: columns.take()?,
            account_id: columns.take()?,
            data: columns.take()?,
            created_at: columns.take()?,
            expires_at: columns.take()?,
        })
    }
}

impl Reader {
    /// What a link stands for, if it can still be used at this time: for showing its form.
    pub async fn find_action_token(
        &self,
        hash: &[u8; 32],
        kind: ActionKind,
        now: Timestamp,
    ) -> Result<Option<ActionToken>, Error> {
        let row = self.query_opt(FIND, values![hash, kind, now]).await?;
        row.as_ref().map(ActionToken::from_row).transpose()
    }
}

impl Tx {
    /// Makes a link.
    pub async fn insert_action_token(&self, new: &NewActionToken) -> Result<(), Error> {
        let values = values![
            new.hash,
            new.kind,
            new.person_id.as_ref(),
            new.account_id.as_ref(),
            &new.data,
            self.now(),
            new.expires_at,
        ];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Uses a link: of several attempts at once, one gets what it stands for.
    pub async fn consume_action_token(
        &self,
        hash: &[u8; 32],
        kind: ActionKind,
    ) -> Result<Option<ActionToken>, Error> {
        let row = self.query_opt(CONSUME, values![self.now(), hash, kind]).await?;
        row.as_ref().map(ActionToken::from_row).transpose()
    }

    /// Kills the unused links of a kind that a person has, or those that are for nobody: a newer one replaces them.
    pub async fn delete_action_tokens(
        &self,
        kind: ActionKind,
        person: Option<&PersonId>,
    ) -> Result<u64, Error> {
        let person = person.map_or("", PersonId::as_str);
        self.execute(DELETE, values![kind, person]).await
    }
}
