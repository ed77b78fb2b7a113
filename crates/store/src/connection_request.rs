//! "Ask an admin": members' wishes for apps that only an admin of their account may connect.

use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, AppId, ConnectionRequestId, PersonId};
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// What became of a wish.
    ConnectionRequestState {
        /// Nobody has decided.
        Open = "open",
        /// An admin has connected the app.
        Granted = "granted",
        /// An admin will not.
        Dismissed = "dismissed",
    }
}

/// A wish that waits for an admin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionRequest {
    /// Its id.
    pub id: ConnectionRequestId,
    /// The app.
    pub app_id: AppId,
    /// The app's client ID.
    pub client_id: String,
    /// The app's name.
    pub app_name: String,
    /// Who wishes.
    pub person_id: PersonId,
    /// That person's address.
    pub email: String,
    /// The scopes that the app asked for, separated by spaces.
    pub scopes: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// A wish to be kept.
#[derive(Clone, Debug)]
pub struct NewConnectionRequest {
    /// Its id.
    pub id: ConnectionRequestId,
    /// The account.
    pub account_id: AccountId,
    /// The app.
    pub app_id: AppId,
    /// Who wishes.
    pub person_id: PersonId,
    /// The scopes that the app asked for, separated by spaces.
    pub scopes: String,
}

crate::sql! {
    LIST = "select r.id, r.app_id, p.client_id, v.name, r.person_id, w.email, r.scopes, r.created_at \
        from connection_request r join app p on p.id = r.app_id join app_version v on v.id = p.live_version_id \
        join person w on w.id = r.person_id \
        where r.account_id = $1 and r.decided_at is null order by r.created_at, r.id limit 200";
    INSERT = "insert into connection_request (id, account_id, app_id, person_id, scopes, state, created_at) \
        values ($1, $2, $3, $4, $5, 'open', $6) \
        on conflict (account_id, app_id, person_id) where decided_at is null do nothing returning id";
    DECIDE = "update connection_request set state = $1, decided_at = $2, decided_by = $3 \
        where account_id = $4 and id = $5 and decided_at is null returning id";
    /// What an admin's connecting an app settles: everybody's wish for it.
    DECIDE_ALL = "update connection_request set state = 'granted', decided_at = $1, decided_by = $2 \
        where account_id = $3 and app_id = $4 and decided_at is null";
}

impl FromColumns for ConnectionRequest {
    const WIDTH: usize = 8;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(ConnectionRequest {
            id: columns.take()?,
            app_id: columns.take()?,
            client_id: columns.take()?,
            app_name: columns.take()?,
            person_id: columns.take()?,
            email: columns.take()?,
            scopes: columns.take()?,
            created_at: columns.take()?,
        })
    }
}

impl Reader {
    /// The wishes of the account's members that wait, the oldest first.
    pub async fn list_connection_requests(
        &self,
        account: &AccountId,
    ) -> Result<Vec<ConnectionRequest>, Error> {
        ConnectionRequest::from_rows(&self.query(LIST, values![account]).await?)
    }
}

impl Tx {
    /// Keeps a wish. `false` when the person already waits for this app.
    pub async fn insert_connection_request(&self, new: &NewConnectionRequest) -> Result<bool, Error> {
        let values = values![&new.id, &new.account_id, &new.app_id, &new.person_id, &new.scopes, self.now()];
        Ok(self.query_opt(INSERT, values).await?.is_some())
    }

    /// Declines a wish. `false` when the account has none such that waits.
    pub async fn dismiss_connection_request(
        &self,
        account: &AccountId,
        id: &ConnectionRequestId,
        by: &PersonId,
    ) -> Result<bool, Error> {
        let values = values![ConnectionRequestState::Dismissed, self.now(), by, account, id];
        Ok(self.query_opt(DECIDE, values).await?.is_some())
    }

    /// Settles every wish of the account for an app that an admin has connected; says how many waited.
    pub async fn grant_connection_requests(
        &self,
        account: &AccountId,
        app: &AppId,
        by: &PersonId,
    ) -> Result<u64, Error> {
        self.execute(DECIDE_ALL, values![self.now(), by, account, app]).await
    }
}
