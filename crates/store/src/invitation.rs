//! Invitations: who may become a member of an account by following a mailed link.

use crate::columns::{Columns, FromColumns, json_list};
use crate::id::{AccountId, InvitationId, PersonId};
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The account that invites.
    pub account_id: AccountId,
    /// The address as typed.
    pub email: String,
    /// The address as it is compared.
    pub email_key: String,
    /// Whether the person becomes an account admin.
    pub is_admin: bool,
    /// The roles the person gets; not for admins.
    pub roles: Vec<String>,
    /// The units the roles are for; none for the whole account.
    pub units: Vec<String>,
    /// Who invited, unless that person is gone.
    pub invited_by: Option<PersonId>,
    /// That person's address.
    pub invited_by_email: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its link dies.
    pub expires_at: Timestamp,
}

/// An invitation to be made.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The account that invites.
    pub account_id: AccountId,
    /// The address as typed.
    pub email: String,
    /// The address trimmed, normalised and case-folded.
    pub email_key: String,
    /// Whether the person becomes an account admin.
    pub is_admin: bool,
    /// The roles the person gets.
    pub roles: Vec<String>,
    /// The units the roles are for.
    pub units: Vec<String>,
    /// Who invites; `None` for the command line.
    pub invited_by: Option<PersonId>,
    /// SHA-256 of what the link carries.
    pub token_hash: [u8; 32],
    /// When the link dies.
    pub expires_at: Timestamp,
}

macro_rules! columns {
    () => {
        "i.id, i.account_id, i.email, i.email_key, i.is_admin, i.roles, i.units, i.invited_by, p.email, \
         i.created_at, i.expires_at"
    };
}

crate::sql! {
    LIST = concat!(
        "select ", columns!(), " from invitation i left join person p on p.id = i.invited_by",
        " where i.account_id = $1 and i.accepted_at is null and i.revoked_at is null",
        " order by i.created_at desc, i.id desc limit 500"
    );
    FIND = concat!(
        "select ", columns!(), " from invitation i left join person p on p.id = i.invited_by",
        " where i.account_id = $1 and i.id = $2 and i.accepted_at is null and i.revoked_at is null"
    );
    FIND_BY_TOKEN = concat!(
        "select ", columns!(), " from invitation i left join person p on p.id = i.invited_by",
        " where i.token_hash = $1 and i.accepted_at is null and i.revoked_at is null and i.expires_at > $2"
    );
    INSERT = "insert into invitation (id, account_id, email, email_key, is_admin, roles, units, invited_by, created_at, \
        expires_at, token_hash) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    RENEW = "update invitation set token_hash = $1, expires_at = $2 \
        where account_id = $3 and id = $4 and accepted_at is null and revoked_at is null returning id";
    REVOKE = "update invitation set revoked_at = $1 \
        where account_id = $2 and id = $3 and accepted_at is null and revoked_at is null returning id";
    REVOKE_BY_EMAIL = "update invitation set revoked_at = $1 \
        where account_id = $2 and email_key = $3 and accepted_at is null and revoked_at is null returning id";
    ACCEPT = "update invitation set accepted_at = $1 \
        where token_hash = $2 and accepted_at is null and revoked_at is null and expires_at > $1 returning id";
}

impl FromColumns for Invitation {
    const WIDTH: usize = 11;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Invitation {
            id: columns.take()?,
            account_id: columns.take()?,
            email: columns.take()?,
            email_key: columns.take()?,
            is_admin: columns.take()?,
            roles: columns.take()?,
            units: columns.take()?,
            invited_by: columns.take()?,
            invited_by_email: columns.take()?,
            created_at: columns.take()?,
            expires_at: columns.take()?,
        })
    }
}

impl Reader {
    /// The account's open invitations, newest first, those whose link has died included: they can be sent again.
    pub async fn list_invitations(&self, account: &AccountId) -> Result<Vec<Invitation>, Error> {
        Invitation::from_rows(&self.query(LIST, values![account]).await?)
    }

    /// An open invitation of the account.
    pub async fn find_invitation(
        &self,
        account: &AccountId,
        id: &InvitationId,
    ) -> Result<Option<Invitation>, Error> {
        self.query_opt(FIND, values![account, id]).await?.as_ref().map(Invitation::from_row).transpose()
    }

    /// The invitation that a link names, if it can still be accepted at this time.
    pub async fn find_invitation_by_token(
        &self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<Invitation>, Error> {
        let row = self.query_opt(FIND_BY_TOKEN, values![token_hash, now]).await?;
        row.as_ref().map(Invitation::from_row).transpose()
    }
}

impl Tx {
    /// Makes an invitation. An address that has an open one is `Conflict("invitation_account_id_email_key_key")`.
    pub async fn insert_invitation(&self, new: &NewInvitation) -> Result<(), Error> {
        let values = values![
            &new.id,
            &new.account_id,
            &new.email,
            &new.email_key,
            new.is_admin,
            json_list(&new.roles),
            json_list(&new.units),
            new.invited_by.as_ref(),
            self.now(),
            new.expires_at,
            new.token_hash,
        ];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Gives an open invitation a new link; the old one is dead. `false` when it is not open.
    pub async fn renew_invitation(
        &self,
        account: &AccountId,
        id: &InvitationId,
        token_hash: &[u8; 32],
        expires_at: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.query_opt(RENEW, values![token_hash, expires_at, account, id]).await?.is_some())
    }

    /// Revokes an open invitation. `false` when it is not open.
    pub async fn revoke_invitation(&self, account: &AccountId, id: &InvitationId) -> Result<bool, Error> {
        Ok(self.query_opt(REVOKE, values![self.now(), account, id]).await?.is_some())
    }

    /// Revokes the open invitation of a folded address. `false` when there is none.
    pub async fn revoke_invitation_by_email(
        &self,
        account: &AccountId,
        email_key: &str,
    ) -> Result<bool, Error> {
        Ok(self.query_opt(REVOKE_BY_EMAIL, values![self.now(), account, email_key]).await?.is_some())
    }

    /// Accepts the invitation that a link names: once, before it dies. The caller makes the member.
    pub async fn accept_invitation(&self, token_hash: &[u8; 32]) -> Result<Option<Invitation>, Error> {
        let found = self.find_invitation_by_token(token_hash, self.now()).await?;
        let accepted = self.query_opt(ACCEPT, values![self.now(), token_hash]).await?.is_some();
        Ok(if accepted { found } else { None })
    }
}
