//! Apps that registered themselves, and the initial access tokens that let them.

use crate::account::{AccountKind, containing};
use crate::app::{App, app_columns};
use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, AppId, RegistrationTokenId};
use crate::page::{Cursor, Page, PageRequest};
use crate::value::values;
use crate::{ChangeKind, Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// How an app came here without a person.
    MachineOrigin {
        /// It registered with an initial access token.
        Token = "token",
        /// It registered as anybody may.
        Open = "open",
        /// Its client ID is the URL of its own description.
        Document = "document",
    }
}

/// What is known of an app that registered itself, beside its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineApp {
    /// How it came here.
    pub origin: MachineOrigin,
    /// SHA-256 of its registration access token; `None` for a document.
    pub token_hash: Option<[u8; 32]>,
    /// What it said about itself that decides nothing: a JSON object.
    pub said: String,
    /// When it was last used, up to a minute late; its registration counts.
    pub last_used_at: Timestamp,
    /// Of a document: when it is fetched again.
    pub fresh_until: Option<Timestamp>,
    /// Of a document: when it was last fetched.
    pub fetched_at: Option<Timestamp>,
}

/// What is to be kept of an app that registers itself.
#[derive(Clone, Debug)]
pub struct NewMachineApp {
    /// The app, which is in the store already.
    pub app_id: AppId,
    /// How it came here.
    pub origin: MachineOrigin,
    /// SHA-256 of its registration access token; `None` for a document.
    pub token_hash: Option<[u8; 32]>,
    /// The initial access token that let it.
    pub registration_token_id: Option<RegistrationTokenId>,
    /// What it said about itself that decides nothing: a JSON object.
    pub said: String,
    /// Of a document: when it is fetched again.
    pub fresh_until: Option<Timestamp>,
}

/// An initial access token as operators see it again: never the token itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationToken {
    /// Its id.
    pub id: RegistrationTokenId,
    /// Whom it is for.
    pub description: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// How many apps it may still register; `None` for any number.
    pub uses_left: Option<i64>,
    /// When it last registered an app.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// How many apps it has registered that are still there.
    pub apps: i64,
}

/// An initial access token to be kept.
#[derive(Clone)]
pub struct NewRegistrationToken {
    /// Its id.
    pub id: RegistrationTokenId,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// Whom it is for.
    pub description: String,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// How many apps it may register; `None` for any number.
    pub uses_left: Option<i64>,
}

impl std::fmt::Debug for NewRegistrationToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewRegistrationToken").field("id", &self.id).finish_non_exhaustive()
    }
}

/// An app that registered itself and that nobody seems to need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedApp {
    /// The app, which may be deleted already.
    pub app: App,
    /// When it was last used.
    pub last_used_at: Timestamp,
}

/// Which apps that registered themselves an operator wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MachineFilter {
    /// Only those that came here so.
    pub origin: Option<MachineOrigin>,
    /// Only those whose name or client ID contains this, in any letter case.
    pub search: Option<String>,
    /// Only those that nobody uses.
    pub unused: bool,
}

/// An app that registered itself, as operators see it in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineSummary {
    /// The app.
    pub app: App,
    /// The client name of its live version.
    pub name: String,
    /// How it came here.
    pub origin: MachineOrigin,
    /// When it was last used, up to a minute late; its registration counts.
    pub last_used_at: Timestamp,
    /// Accounts that are connected to it.
    pub connections: i64,
    /// Nobody has used it for long, and nothing that was given to it can still be used.
    pub is_unused: bool,
}

macro_rules! machine_columns {
    () => {
        "m.origin, m.token_hash, m.said, m.last_used_at, m.fresh_until, m.fetched_at"
    };
}

/// Not used since then, and nothing that was given to it can still be used.
macro_rules! unused {
    () => {
        " m.last_used_at < $1 and not exists (select 1 from connection c join access_grant g on g.connection_id = c.id \
         where c.app_id = m.app_id and c.ended_at is null and g.ended_at is null and g.keep_until > $2)"
    };
}

crate::sql! {
    FIND = concat!("select ", machine_columns!(), " from machine_app m where m.app_id = $1");
    FIND_BY_TOKEN = concat!(
        "select ", app_columns!("p"), " from machine_app m join app p on p.id = m.app_id",
        " where p.client_id = $1 and m.token_hash = $2 and p.deleted_at is null"
    );
    SELF_ACCOUNT = "insert into account (id, code, name, name_key, kind, state, connect_policy, created_at) \
        values ($1, $2, $3, $4, $5, 'active', 'admins', $6) on conflict (code) do nothing";
    INSERT = "insert into machine_app (app_id, origin, token_hash, registration_token_id, said, last_used_at, \
        fresh_until, fetched_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    TURN_TOKEN = "update machine_app set token_hash = $1, said = $2 where app_id = $3 and token_hash = $4 \
        returning app_id";
    SET_FRESH = "update machine_app set fresh_until = $1, fetched_at = $2, said = $3 where app_id = $4";
    TOUCH = "update machine_app set last_used_at = $1, unused_noted_at = null where app_id = $2 and last_used_at < $1";
    UNUSED = concat!(
        "select ", app_columns!("p"), ", m.last_used_at from machine_app m join app p on p.id = m.app_id where",
        unused!(), " order by m.last_used_at limit $3"
    );
    UNUSED_UNSAID = concat!(
        "select ", app_columns!("p"), ", m.last_used_at from machine_app m join app p on p.id = m.app_id where",
        unused!(), " and m.unused_noted_at is null order by m.last_used_at limit $3"
    );
    /// `$1` and `$2` are those of what is unused.
    LIST = concat!(
        "select ", app_columns!("p"), ", v.name, m.origin, m.last_used_at,",
        " (select count(*) from connection c where c.app_id = p.id and c.ended_at is null),",
        " case when", unused!(), " then 1 else 0 end",
        " from machine_app m join app p on p.id = m.app_id join app_version v on v.id = p.live_version_id",
        " where p.deleted_at is null and (m.last_used_at < $3 or (m.last_used_at = $3 and p.id < $4))",
        " and (cast($5 as text) is null or m.origin = cast($5 as text))",
        " and (v.name_key like $6 escape '\\' or lower(p.client_id) like $6 escape '\\')",
        " and (cast($7 as bigint) = 0 or (", unused!(), "))",
        " order by m.last_used_at desc, p.id desc limit $8"
    );
    COUNT_UNUSED = concat!(
        "select count(*) from machine_app m join app p on p.id = m.app_id where p.deleted_at is null and",
        unused!()
    );
    NOTE_UNUSED = "update machine_app set unused_noted_at = $1 where app_id = $2 and unused_noted_at is null \
        returning app_id";
    STILL_UNUSED = concat!("select m.app_id from machine_app m where", unused!(), " and m.app_id = $3");
    FORGET_REQUESTS = "delete from connection_request where app_id = $1";
    FORGET_WAITING = "delete from authorization_request where app_id = $1";
    FORGET_EVENTS = "delete from flow_event where app_id = $1";
    FORGET_DEVICES = "delete from device_authorization where app_id = $1";
    FORGET_GRANTS = "delete from access_grant where connection_id in (select c.id from connection c where c.app_id = $1)";
    FORGET_CONNECTIONS = "delete from connection where app_id = $1";
    FORGET_SECRETS = "delete from app_secret where app_id = $1";
    FORGET_MACHINE = "delete from machine_app where app_id = $1";
    FORGET_VERSIONS = "delete from app_version where app_id = $1";
    FORGET_APP = "delete from app where id = $1";
    /// What strangers change again and again is not kept for ever; the trail has what was different.
    PRUNE_VERSIONS = "delete from app_version where app_id = $1 and state = 'superseded' \
        and number + 10 < (select max(o.number) from app_version o where o.app_id = $1)";
    TOKENS = "select t.id, t.description, t.created_at, t.expires_at, t.uses_left, t.last_used_at, t.revoked_at, \
        (select count(*) from machine_app m where m.registration_token_id = t.id) \
        from registration_token t order by t.created_at desc, t.id desc limit 500";
    INSERT_TOKEN = "insert into registration_token (id, description, hash, created_at, expires_at, uses_left) \
        values ($1, $2, $3, $4, $5, $6)";
    TOKEN_WORKS = "select id from registration_token where hash = $1 and revoked_at is null \
        and (expires_at is null or expires_at > $2) and (uses_left is null or uses_left > 0)";
    USE_TOKEN = "update registration_token set last_used_at = $1, uses_left = uses_left - 1 where hash = $2 \
        and revoked_at is null and (expires_at is null or expires_at > $1) and (uses_left is null or uses_left > 0) \
        returning id";
    REVOKE_TOKEN = "update registration_token set revoked_at = $1 where id = $2 and revoked_at is null returning id";
}

impl FromColumns for MachineApp {
    const WIDTH: usize = 6;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(MachineApp {
            origin: columns.take()?,
            token_hash: columns.take()?,
            said: columns.take()?,
            last_used_at: columns.take()?,
            fresh_until: columns.take()?,
            fetched_at: columns.take()?,
        })
    }
}

impl FromColumns for UnusedApp {
    const WIDTH: usize = App::WIDTH + 1;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(UnusedApp { app: columns.nested()?, last_used_at: columns.take()? })
    }
}

impl FromColumns for MachineSummary {
    const WIDTH: usize = App::WIDTH + 5;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        let app = columns.nested()?;
        let (name, origin, last_used_at) = (columns.take()?, columns.take()?, columns.take()?);
        let (connections, unused): (i64, i64) = (columns.take()?, columns.take()?);
        Ok(MachineSummary { app, name, origin, last_used_at, connections, is_unused: unused == 1 })
    }
}

impl FromColumns for RegistrationToken {
    const WIDTH: usize = 8;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(RegistrationToken {
            id: columns.take()?,
            description: columns.take()?,
            created_at: columns.take()?,
            expires_at: columns.take()?,
            uses_left: columns.take()?,
            last_used_at: columns.take()?,
            revoked_at: columns.take()?,
            apps: columns.take()?,
        })
    }
}

impl Reader {
    /// What is known of an app that registered itself; `None` for an app that somebody registered.
    pub async fn find_machine_app(&self, app: &AppId) -> Result<Option<MachineApp>, Error> {
        self.query_opt(FIND, values![app]).await?.as_ref().map(MachineApp::from_row).transpose()
    }

    /// The app with this client ID, for whoever holds its registration access token.
    pub async fn find_app_by_registration_token(
        &self,
        client_id: &str,
        token_hash: &[u8; 32],
    ) -> Result<Option<App>, Error> {
        let row = self.query_opt(FIND_BY_TOKEN, values![client_id, token_hash]).await?;
        row.as_ref().map(App::from_row).transpose()
    }

    /// Apps that registered themselves, were not used since `idle_since`, and hold nothing that still works; deleted
    /// ones among them. With `unsaid`, only those of which nobody was told.
    pub async fn list_unused_machine_apps(
        &self,
        (idle_since, now): (Timestamp, Timestamp),
        unsaid: bool,
        limit: u32,
    ) -> Result<Vec<UnusedApp>, Error> {
        let statement = if unsaid { UNUSED_UNSAID } else { UNUSED };
        UnusedApp::from_rows(&self.query(statement, values![idle_since, now, limit]).await?)
    }

    /// Apps that registered themselves, the last used first: for operators only. What was not used since `idle_since`
    /// and holds nothing that still works is unused.
    pub async fn list_machine_apps(
        &self,
        filter: &MachineFilter,
        (idle_since, now): (Timestamp, Timestamp),
        page: &PageRequest,
    ) -> Result<Page<MachineSummary>, Error> {
        let (time, id) = page.below();
        let text = containing(&filter.search.as_deref().unwrap_or_default().to_lowercase());
        let (origin, unused) = (filter.origin.map(MachineOrigin::as_str), i64::from(filter.unused));
        let values = values![idle_since, now, time, id, origin, text, unused, page.fetch()];
        let found = MachineSummary::from_rows(&self.query(LIST, values).await?)?;
        Ok(Page::cut(found, page, |item| Cursor::number(item.last_used_at.0, item.app.id.as_str())))
    }

    /// How many apps registered themselves, were not used since `idle_since`, and hold nothing that still works.
    pub async fn count_unused_machine_apps(
        &self,
        (idle_since, now): (Timestamp, Timestamp),
    ) -> Result<i64, Error> {
        self.query_one(COUNT_UNUSED, values![idle_since, now]).await?.int(0)
    }

    /// The initial access tokens, the newest first.
    pub async fn list_registration_tokens(&self) -> Result<Vec<RegistrationToken>, Error> {
        RegistrationToken::from_rows(&self.query(TOKENS, values![]).await?)
    }

    /// Whether an initial access token would be taken now.
    pub async fn registration_token_works(&self, hash: &[u8; 32], now: Timestamp) -> Result<bool, Error> {
        Ok(self.query_opt(TOKEN_WORKS, values![hash, now]).await?.is_some())
    }
}

impl Tx {
    /// Makes the account that owns apps which registered themselves, unless it is there.
    pub async fn ensure_self_account(&self, id: &AccountId, code: &str, name: &str) -> Result<(), Error> {
        let name_key = name.to_lowercase();
        let values = values![id, code, name, name_key, AccountKind::SelfRegistered, self.now()];
        if self.execute(SELF_ACCOUNT, values).await? == 1 {
            self.changed(ChangeKind::Account, id.as_str()).await?;
        }
        Ok(())
    }

    /// Keeps what is known of an app that registered itself.
    pub async fn insert_machine_app(&self, new: &NewMachineApp) -> Result<(), Error> {
        let values = values![
            &new.app_id,
            new.origin,
            new.token_hash,
            new.registration_token_id.as_ref(),
            &new.said,
            self.now(),
            new.fresh_until,
            new.fresh_until.map(|_| self.now()),
        ];
        self.execute(INSERT, values).await?;
        self.app_changed(&new.app_id).await
    }

    /// Puts a new registration access token in the place of the old one, once. `false` when the old one is not the
    /// app's any more.
    pub async fn turn_registration_token(
        &self,
        app: &AppId,
        (from, to): (&[u8; 32], &[u8; 32]),
        said: &str,
    ) -> Result<bool, Error> {
        if self.query_opt(TURN_TOKEN, values![to, said, app, from]).await?.is_none() {
            return Ok(false);
        }
        self.app_changed(app).await?;
        Ok(true)
    }

    /// Notes that a document was fetched, and until when that will do.
    pub async fn note_document(&self, app: &AppId, fresh_until: Timestamp, said: &str) -> Result<(), Error> {
        self.execute(SET_FRESH, values![fresh_until, self.now(), said, app]).await?;
        self.app_changed(app).await
    }

    /// Notes when apps that registered themselves were last used.
    pub async fn touch_machine_apps(&self, used: &[(AppId, Timestamp)]) -> Result<(), Error> {
        for (id, at) in used {
            self.execute(TOUCH, values![*at, id]).await?;
        }
        Ok(())
    }

    /// Notes that somebody was told that nobody uses an app. `false` when that had been noted.
    pub async fn note_unused(&self, app: &AppId) -> Result<bool, Error> {
        Ok(self.query_opt(NOTE_UNUSED, values![self.now(), app]).await?.is_some())
    }

    /// Forgets an app that registered itself, with everything that hangs on it, if it is still unused. `false` when it
    /// is not.
    pub async fn forget_machine_app(&self, app: &AppId, idle_since: Timestamp) -> Result<bool, Error> {
        if self.query_opt(STILL_UNUSED, values![idle_since, self.now(), app]).await?.is_none() {
            return Ok(false);
        }
        for statement in [
            FORGET_REQUESTS,
            FORGET_WAITING,
            FORGET_EVENTS,
            FORGET_DEVICES,
            FORGET_GRANTS,
            FORGET_CONNECTIONS,
            FORGET_SECRETS,
            FORGET_MACHINE,
            FORGET_VERSIONS,
            FORGET_APP,
        ] {
            self.execute(statement, values![app]).await?;
        }
        self.app_changed(app).await?;
        Ok(true)
    }

    /// Forgets all but the latest versions of an app.
    pub async fn prune_versions(&self, app: &AppId) -> Result<(), Error> {
        self.execute(PRUNE_VERSIONS, values![app]).await?;
        Ok(())
    }

    /// Keeps an initial access token.
    pub async fn insert_registration_token(&self, new: &NewRegistrationToken) -> Result<(), Error> {
        let values = values![&new.id, &new.description, new.hash, self.now(), new.expires_at, new.uses_left];
        self.execute(INSERT_TOKEN, values).await?;
        Ok(())
    }

    /// Uses an initial access token for one registration. `None` for one that is unknown, revoked, too old or used up.
    pub async fn use_registration_token(
        &self,
        hash: &[u8; 32],
    ) -> Result<Option<RegistrationTokenId>, Error> {
        let row = self.query_opt(USE_TOKEN, values![self.now(), hash]).await?;
        row.map(|row| row.columns().take()).transpose()
    }

    /// Revokes an initial access token; what it has registered stays. `false` when there is none that works.
    pub async fn revoke_registration_token(&self, id: &RegistrationTokenId) -> Result<bool, Error> {
        Ok(self.query_opt(REVOKE_TOKEN, values![self.now(), id]).await?.is_some())
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
