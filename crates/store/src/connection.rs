//! Connections: which app an account has connected, with which scopes, and who of its members said yes.

use crate::app::{AppKind, AppState};
use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, AppId, ConnectionId, PersonId};
use crate::page::{Cursor, Page, PageRequest};
use crate::value::values;
use crate::{ChangeKind, Error, Reader, Row, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// Whose a connection is.
    ConnectionKind {
        /// The account's: made by an account admin, survives that person.
        Account = "account",
        /// One member's, with whom it ends.
        Personal = "personal",
    }
    /// Why a connection or a grant ended.
    EndReason {
        /// Somebody of the account, or the app's owner, disconnected.
        Disconnected = "disconnected",
        /// The member whose it was left the account.
        MemberLeft = "member_left",
        /// The app was deleted.
        AppDeleted = "app_deleted",
        /// A token of it was revoked by the app.
        Revoked = "revoked",
        /// Its code was presented twice.
        CodeReplayed = "code_replayed",
        /// A rotated refresh token was presented again.
        RefreshReplayed = "refresh_replayed",
        /// The app became one that cannot keep a secret.
        AppBecamePublic = "app_became_public",
        /// The person or the session behind it ended.
        SessionEnded = "session_ended",
        /// The person took the consent back.
        ConsentWithdrawn = "consent_withdrawn",
    }
}

/// A connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// The app.
    pub app_id: AppId,
    /// The account.
    pub account_id: AccountId,
    /// Whose it is.
    pub kind: ConnectionKind,
    /// Who made it, unless that person is gone.
    pub granted_by: Option<PersonId>,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was made, got more scopes or ended, whichever was last.
    pub updated_at: Timestamp,
    /// When the app last got tokens of it; up to a minute late.
    pub last_used_at: Timestamp,
}

/// A connection to be made, or found again.
#[derive(Clone, Debug)]
pub struct NewConnection {
    /// Its id, if it is made.
    pub id: ConnectionId,
    /// The app.
    pub app_id: AppId,
    /// The account.
    pub account_id: AccountId,
    /// Whose it is.
    pub kind: ConnectionKind,
    /// Who makes it; the one whose it is when it is personal.
    pub person_id: PersonId,
}

/// A connection that stands between an app, an account and a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingConnection {
    /// The account's connection, or the person's own.
    pub connection: Connection,
    /// The scopes it has.
    pub granted: Vec<String>,
    /// Those of them, or of OpenID Connect, that this person has said yes to.
    pub consented: Vec<String>,
}

/// An app as an account sees it among those it has connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedApp {
    /// The connection.
    pub connection: Connection,
    /// The app's client ID.
    pub client_id: String,
    /// Whose app it is.
    pub app_kind: AppKind,
    /// Whether it may be used.
    pub app_state: AppState,
    /// Its name.
    pub app_name: String,
    /// Its logo.
    pub logo_id: Option<String>,
    /// The account that owns it.
    pub publisher: String,
    /// The address of who made the connection.
    pub granted_by_email: Option<String>,
    /// The scopes, by name.
    pub scopes: Vec<String>,
}

/// An account as the owner of an app sees it among those that have connected it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedAccount {
    /// The connection.
    pub connection: Connection,
    /// The account's code.
    pub account_code: String,
    /// The account's name.
    pub account_name: String,
    /// The scopes, by name.
    pub scopes: Vec<String>,
}

macro_rules! connection_columns {
    () => {
        "c.id, c.app_id, c.account_id, c.kind, c.granted_by, c.created_at, c.updated_at, c.last_used_at"
    };
}
pub(crate) use connection_columns;

/// The page `$2`-`$4` of the standing connections that the condition on `$1` means, as the query `page`.
macro_rules! page {
    ($from:literal) => {
        concat!(
            "with page as (select c.id ",
            $from,
            " and c.ended_at is null and (c.created_at, c.id) < ($2, $3)",
            " order by c.created_at desc, c.id desc limit $4)"
        )
    };
}

crate::sql! {
    FIND = concat!(
        "select ", connection_columns!(), " from connection c where c.account_id = $1 and c.id = $2",
        " and c.ended_at is null"
    );
    /// The account's own comes before the personal one.
    LIST_STANDING = concat!(
        "select ", connection_columns!(), " from connection c where c.app_id = $1 and c.account_id = $2",
        " and c.person_key in ('', $3) and c.ended_at is null order by c.person_key"
    );
    SCOPES = "select scope from connection_scope where connection_id = $1 order by scope";
    CONSENTED = "select scope from connection_consent where connection_id = $1 and person_id = $2 order by scope";
    FIND_APP = concat!(
        "select ", connection_columns!(), ", p.client_id, p.kind, p.state, v.name, v.logo_id, o.name, g.email, s.scope",
        " from connection c join app p on p.id = c.app_id",
        " join app_version v on v.id = p.live_version_id join account o on o.id = p.account_id",
        " left join person g on g.id = c.granted_by left join connection_scope s on s.connection_id = c.id",
        " where c.account_id = $1 and c.id = $2 and c.ended_at is null order by s.scope"
    );
    LIST_APPS = concat!(
        page!("from connection c where c.account_id = $1"),
        " select ", connection_columns!(), ", p.client_id, p.kind, p.state, v.name, v.logo_id, o.name, g.email, s.scope",
        " from page join connection c on c.id = page.id join app p on p.id = c.app_id",
        " join app_version v on v.id = p.live_version_id join account o on o.id = p.account_id",
        " left join person g on g.id = c.granted_by left join connection_scope s on s.connection_id = c.id",
        " order by c.created_at desc, c.id desc, s.scope"
    );
    LIST_ACCOUNTS = concat!(
        page!("from connection c where c.app_id = $1"),
        " select ", connection_columns!(), ", a.code, a.name, s.scope",
        " from page join connection c on c.id = page.id join account a on a.id = c.account_id",
        " left join connection_scope s on s.connection_id = c.id",
        " order by c.created_at desc, c.id desc, s.scope"
    );
    COUNT_OF_APP = "select count(*) from connection where app_id = $1 and ended_at is null";
    COUNT_PEOPLE = "select count(distinct k.person_id) from connection c \
        join connection_consent k on k.connection_id = c.id where c.app_id = $1 and c.ended_at is null";
    COUNT_OF_ACCOUNT = "select count(*) from connection where account_id = $1 and ended_at is null";
    OPEN = concat!(
        "insert into connection (id, app_id, account_id, kind, person_key, granted_by, created_at, updated_at,",
        " last_used_at) values ($1, $2, $3, $4, $5, $6, $7, $7, $7)",
        " on conflict (app_id, account_id, person_key) where ended_at is null",
        " do update set updated_at = excluded.updated_at returning ",
        "id, app_id, account_id, kind, granted_by, created_at, updated_at, last_used_at"
    );
    ADD_SCOPE = "insert into connection_scope (connection_id, scope, granted_at) values ($1, $2, $3) \
        on conflict (connection_id, scope) do nothing";
    ADD_CONSENT = "insert into connection_consent (connection_id, person_id, scope, granted_at) values ($1, $2, $3, $4) \
        on conflict (connection_id, person_id, scope) do nothing";
    FIND_OF_APP = "select c.account_id from connection c join app p on p.id = c.app_id \
        where p.account_id = $1 and p.id = $2 and c.id = $3 and c.ended_at is null";
    PERSONAL = "select id from connection where account_id = $1 and person_key = $2 and ended_at is null";
    END = "update connection set ended_at = $1, updated_at = $1, ended_by = $2, end_reason = $3 \
        where account_id = $4 and id = $5 and ended_at is null returning id";
    END_OF_APP = "update connection set ended_at = $1, updated_at = $1, ended_by = $2, end_reason = $3 \
        where app_id = $4 and ended_at is null";
    END_GRANTS = "update access_grant set ended_at = $1, end_reason = $2 \
        where connection_id = $3 and ended_at is null returning id";
    REVOKE_REFRESH = "update refresh_token set revoked_at = $1 where revoked_at is null \
        and grant_id in (select g.id from access_grant g where g.connection_id = $2)";
    /// Never backwards: several nodes may report out of order.
    TOUCH = "update connection set last_used_at = $1 where id = $2 and last_used_at < $1";
    DELETE_CODES = "delete from authorization_code \
        where grant_id in (select g.id from access_grant g where g.connection_id = $1) and used_at is null";
}

impl FromColumns for Connection {
    const WIDTH: usize = 8;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Connection {
            id: columns.take()?,
            app_id: columns.take()?,
            account_id: columns.take()?,
            kind: columns.take()?,
            granted_by: columns.take()?,
            created_at: columns.take()?,
            updated_at: columns.take()?,
            last_used_at: columns.take()?,
        })
    }
}

impl FromColumns for ConnectedApp {
    const WIDTH: usize = Connection::WIDTH + 7;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(ConnectedApp {
            connection: columns.nested()?,
            client_id: columns.take()?,
            app_kind: columns.take()?,
            app_state: columns.take()?,
            app_name: columns.take()?,
            logo_id: columns.take()?,
            publisher: columns.take()?,
            granted_by_email: columns.take()?,
            scopes: Vec::new(),
        })
    }
}

impl FromColumns for ConnectedAccount {
    const WIDTH: usize = Connection::WIDTH + 2;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(ConnectedAccount {
            connection: columns.nested()?,
            account_code: columns.take()?,
            account_name: columns.take()?,
            scopes: Vec::new(),
        })
    }
}

/// An item of a list of connections with their scopes.
pub(crate) trait Listed: FromColumns {
    fn connection(&self) -> &Connection;
    fn scopes(&mut self) -> &mut Vec<String>;
}

impl Listed for ConnectedApp {
    fn connection(&self) -> &Connection {
        &self.connection
    }
    fn scopes(&mut self) -> &mut Vec<String> {
        &mut self.scopes
    }
}

impl Listed for ConnectedAccount {
    fn connection(&self) -> &Connection {
        &self.connection
    }
    fn scopes(&mut self) -> &mut Vec<String> {
        &mut self.scopes
    }
}

/// Puts together again what the join with the scopes multiplied; the rows of a connection are neighbours.
pub(crate) fn gather<T: Listed>(rows: &[Row], page: &PageRequest) -> Result<Page<T>, Error> {
    let mut items: Vec<T> = Vec::new();
    for row in rows {
        let columns = &mut row.columns();
        let mut item: T = columns.nested()?;
        let scope: Option<String> = columns.take()?;
        match items.last_mut().filter(|last| last.connection().id == item.connection().id) {
            Some(last) => last.scopes().extend(scope),
            None => {
                item.scopes().extend(scope);
                items.push(item);
            }
        }
    }
    let place = |item: &T| Cursor::number(item.connection().created_at.0, item.connection().id.as_str());
    Ok(Page::cut(items, page, place))
}

impl Reader {
    /// A standing connection of the account.
    pub async fn find_connection(
        &self,
        account: &AccountId,
        id: &ConnectionId,
    ) -> Result<Option<Connection>, Error> {
        self.query_opt(FIND, values![account, id]).await?.as_ref().map(Connection::from_row).transpose()
    }

    /// A connection of an app that stands, as the account that owns the app sees it.
    pub async fn find_connection_of_app(
        &self,
        (owner, app): (&AccountId, &AppId),
        id: &ConnectionId,
    ) -> Result<Option<Connection>, Error> {
        let Some(row) = self.query_opt(FIND_OF_APP, values![owner, app, id]).await? else { return Ok(None) };
        self.find_connection(&row.columns().take()?, id).await
    }

    /// What already stands between an app, an account and a person, the account's connection first, then the person's
    /// own: what decides whether consent is asked.
    pub async fn list_standing_connections(
        &self,
        app: &AppId,
        account: &AccountId,
        person: &PersonId,
    ) -> Result<Vec<StandingConnection>, Error> {
        let rows = self.query(LIST_STANDING, values![app, account, person]).await?;
        let mut standing = Vec::with_capacity(rows.len());
        for connection in Connection::from_rows(&rows)? {
            let granted = self.list_connection_scopes(&connection.id).await?;
            let consented = self.query(CONSENTED, values![&connection.id, person]).await?;
            let consented = consented.iter().map(|row| row.text(0)).collect::<Result<_, _>>()?;
            standing.push(StandingConnection { connection, granted, consented });
        }
        Ok(standing)
    }

    /// The scopes of a connection, by name.
    pub async fn list_connection_scopes(&self, id: &ConnectionId) -> Result<Vec<String>, Error> {
        self.query(SCOPES, values![id]).await?.iter().map(|row| row.text(0)).collect()
    }

    /// One of the apps that the account, or a member of it for himself, has connected.
    pub async fn find_connected_app(
        &self,
        account: &AccountId,
        id: &ConnectionId,
    ) -> Result<Option<ConnectedApp>, Error> {
        let found = gather(&self.query(FIND_APP, values![account, id]).await?, &PageRequest::first(1))?;
        Ok(found.items.into_iter().next())
    }

    /// The apps that the account, or a member of it for himself, has connected; newest first.
    pub async fn list_connected_apps(
        &self,
        account: &AccountId,
        page: &PageRequest,
    ) -> Result<Page<ConnectedApp>, Error> {
        let (time, id) = page.below();
        gather(&self.query(LIST_APPS, values![account, time, id, page.fetch()]).await?, page)
    }

    /// The accounts that have connected an app; newest first. The caller has found the app in its owner's account.
    pub async fn list_connected_accounts(
        &self,
        app: &AppId,
        page: &PageRequest,
    ) -> Result<Page<ConnectedAccount>, Error> {
        let (time, id) = page.below();
        gather(&self.query(LIST_ACCOUNTS, values![app, time, id, page.fetch()]).await?, page)
    }

    /// How many connections an app has.
    pub async fn count_connected_accounts(&self, app: &AppId) -> Result<i64, Error> {
        self.query_one(COUNT_OF_APP, values![app]).await?.int(0)
    }

    /// How many people have said yes to an app that is still connected.
    pub async fn count_connected_people(&self, app: &AppId) -> Result<i64, Error> {
        self.query_one(COUNT_PEOPLE, values![app]).await?.int(0)
    }

    /// How many connections an account has.
    pub async fn count_connected_apps(&self, account: &AccountId) -> Result<i64, Error> {
        self.query_one(COUNT_OF_ACCOUNT, values![account]).await?.int(0)
    }
}

impl Tx {
    /// Makes a connection, or finds the one that stands; adds the scopes that it lacks, and tells the app of what is
    /// new.
    pub async fn connect(&self, new: &NewConnection, scopes: &[String]) -> Result<Connection, Error> {
        let connection = self.open_connection(new).await?;
        let added = self.grant_scopes(&connection.id, scopes).await?;
        if connection.id == new.id {
            self.tell_connected(&connection.id).await?;
        } else if !added.is_empty() {
            self.tell_scopes_added(&connection.id, &added).await?;
        }
        Ok(connection)
    }

    /// Makes a connection, or finds the one that stands.
    pub(crate) async fn open_connection(&self, new: &NewConnection) -> Result<Connection, Error> {
        let person_key = match new.kind {
            ConnectionKind::Account => "",
            ConnectionKind::Personal => new.person_id.as_str(),
        };
        let values =
            values![&new.id, &new.app_id, &new.account_id, new.kind, person_key, &new.person_id, self.now()];
        let connection = Connection::from_row(&self.query_one(OPEN, values).await?)?;
        self.changed(ChangeKind::Connection, connection.id.as_str()).await?;
        Ok(connection)
    }

    /// Adds scopes to a connection; those it has stay as they are. Answers which it had not.
    pub(crate) async fn grant_scopes(
        &self,
        id: &ConnectionId,
        scopes: &[String],
    ) -> Result<Vec<String>, Error> {
        let mut added = Vec::new();
        for scope in scopes {
            if self.execute(ADD_SCOPE, values![id, scope, self.now()]).await? > 0 {
                added.push(scope.clone());
            }
        }
        Ok(added)
    }

    /// Remembers that a person said yes to scopes of a connection.
    pub async fn record_consent(
        &self,
        id: &ConnectionId,
        person: &PersonId,
        scopes: &[String],
    ) -> Result<(), Error> {
        for scope in scopes {
            self.execute(ADD_CONSENT, values![id, person, scope, self.now()]).await?;
        }
        Ok(())
    }

    /// Disconnects: ends a connection of the account and, in the same transaction, its grants, their refresh tokens
    /// and unused codes. `false` when the account has no such connection that stands.
    pub async fn end_connection(
        &self,
        account: &AccountId,
        id: &ConnectionId,
        by: Option<&PersonId>,
        reason: EndReason,
    ) -> Result<bool, Error> {
        let now = self.now();
        if self.query_opt(END, values![now, by, reason, account, id]).await?.is_none() {
            return Ok(false);
        }
        self.revoke_grants(&self.query(END_GRANTS, values![now, reason, id]).await?)?;
        self.execute(REVOKE_REFRESH, values![now, id]).await?;
        self.execute(DELETE_CODES, values![id]).await?;
        self.changed(ChangeKind::Connection, id.as_str()).await?;
        self.tell_disconnected(id, reason).await?;
        Ok(true)
    }

    /// Remembers when apps last got tokens of connections: called in batches, so that no refresh writes.
    pub async fn touch_connections(&self, used: &[(ConnectionId, Timestamp)]) -> Result<(), Error> {
        for (id, at) in used {
            self.execute(TOUCH, values![*at, id]).await?;
        }
        Ok(())
    }

    /// Disconnects an account from an app, by the account that owns the app.
    pub async fn end_connection_of_app(
        &self,
        (owner, app): (&AccountId, &AppId),
        id: &ConnectionId,
        by: Option<&PersonId>,
    ) -> Result<bool, Error> {
        match self.query_opt(FIND_OF_APP, values![owner, app, id]).await? {
            Some(row) => {
                let account = row.columns().take()?;
                self.end_connection(&account, id, by, EndReason::Disconnected).await
            }
            None => Ok(false),
        }
    }

    /// Ends what a person has connected for himself in an account.
    pub(crate) async fn end_personal_connections(
        &self,
        account: &AccountId,
        person: &PersonId,
        by: Option<&PersonId>,
    ) -> Result<(), Error> {
        for row in self.query(PERSONAL, values![account, person]).await? {
            self.end_connection(account, &row.columns().take()?, by, EndReason::MemberLeft).await?;
        }
        Ok(())
    }

    /// Ends every connection of a deleted app. Its grants and tokens are left as they are: nothing of a deleted app
    /// works, and there may be too many to touch in one transaction.
    pub(crate) async fn end_connections_of_app(
        &self,
        app: &AppId,
        by: Option<&PersonId>,
    ) -> Result<u64, Error> {
        self.execute(END_OF_APP, values![self.now(), by, EndReason::AppDeleted, app]).await
    }
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;
