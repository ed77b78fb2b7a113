//! Apps: what developers register and accounts connect. What the owner says about an app is in its versions.

use crate::account::{Account, AccountKind, account_columns};
use crate::app_version::{AppVersion, version_columns};
use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, AppId, PersonId, SecretId, VersionId};
use crate::machine::MachineApp;
use crate::page::{Cursor, Page, PageRequest};
use crate::value::values;
use crate::{ChangeKind, Error, Reader, Row, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// Whose app it is.
    AppKind {
        /// A developer's, for any account to connect.
        Store = "store",
        /// An account's own, for itself.
        Custom = "custom",
    }
    /// How the app's access is described. Chosen once.
    AppAccess {
        /// By scopes.
        Scope = "scope",
        /// By permissions per API and units.
        FineGrained = "fine_grained",
    }
    /// Whether the app may be used.
    AppState {
        /// Yes.
        Active = "active",
        /// No, until it is resumed.
        Suspended = "suspended",
        /// Never again.
        Deleted = "deleted",
    }
    /// How far the app has come towards the store.
    Listing {
        /// Not reviewed.
        Unlisted = "unlisted",
        /// Approved, not shown.
        Approved = "approved",
        /// Shown in the store.
        Published = "published",
    }
}

/// An app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// The account that owns it.
    pub account_id: AccountId,
    /// Whose app it is.
    pub kind: AppKind,
    /// The client code.
    pub code: String,
    /// The client ID.
    pub client_id: String,
    /// How its access is described.
    pub access: AppAccess,
    /// Whether it may be used.
    pub state: AppState,
    /// How far it has come towards the store.
    pub listing: Listing,
    /// The version that counts; `None` only before the first one is saved.
    pub live_version_id: Option<VersionId>,
    /// A later version that waits to become live.
    pub draft_version_id: Option<VersionId>,
    /// Who registered it, unless that person is gone.
    pub created_by: Option<PersonId>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When something of it changed last.
    pub updated_at: Timestamp,
}

/// An app to be registered.
#[derive(Clone, Debug)]
pub struct NewApp {
    /// Its id.
    pub id: AppId,
    /// The account that owns it.
    pub account_id: AccountId,
    /// Whose app it is.
    pub kind: AppKind,
    /// The client code, in upper case.
    pub code: String,
    /// The client ID.
    pub client_id: String,
    /// How its access is described.
    pub access: AppAccess,
    /// Who registers it; `None` for the command line.
    pub created_by: Option<PersonId>,
}

/// A secret that works, as the token endpoint needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingSecret {
    /// Its id, for remembering that it was used.
    pub id: SecretId,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
}

/// An app with everything that the protocol needs to know of it: what is kept in memory per client ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredApp {
    /// The app.
    pub app: App,
    /// The account that owns it.
    pub owner: Account,
    /// The version that counts.
    pub version: AppVersion,
    /// The secrets that are not revoked; the caller looks at their expiry.
    pub secrets: Vec<WorkingSecret>,
    /// What else is known of an app that registered itself.
    pub machine: Option<MachineApp>,
}

/// An app in its owner's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppSummary {
    /// The app.
    pub app: App,
    /// The live version: the name, logo and so on.
    pub version: AppVersion,
    /// How many secrets are not revoked.
    pub secrets: i64,
    /// How many connections the app has.
    pub connections: i64,
}

/// The columns that an [`App`] is read from.
macro_rules! app_columns {
    ($t:literal) => {
        concat!(
            $t,
            ".id, ",
            $t,
            ".account_id, ",
            $t,
            ".kind, ",
            $t,
            ".code, ",
            $t,
            ".client_id, ",
            $t,
            ".access, ",
            $t,
            ".state, ",
            $t,
            ".listing, ",
            $t,
            ".live_version_id, ",
            $t,
            ".draft_version_id, ",
            $t,
            ".created_by, ",
            $t,
            ".created_at, ",
            $t,
            ".updated_at"
        )
    };
}

pub(crate) use app_columns;

macro_rules! registered {
    ($condition:literal) => {
        concat!(
            "select ", app_columns!("p"), ", ", account_columns!("a"), ", ", version_columns!("v"),
            " from app p join account a on a.id = p.account_id join app_version v on v.id = p.live_version_id where ",
            $condition
        )
    };
}

macro_rules! summary {
    ($condition:literal) => {
        concat!(
            "select ",
            app_columns!("p"),
            ", ",
            version_columns!("v"),
            ",",
            " (select count(*) from app_secret s where s.app_id = p.id and s.revoked_at is null),",
            " (select count(*) from connection c where c.app_id = p.id and c.ended_at is null)",
            " from app p join app_version v on v.id = p.live_version_id",
            " where p.deleted_at is null and ",
            $condition
        )
    };
}

crate::sql! {
    FIND_REGISTERED = registered!("p.client_id = $1");
    FIND_REGISTERED_BY_ID = registered!("p.id = $1");
    SECRETS = "select id, hash, expires_at from app_secret where app_id = $1 and revoked_at is null \
        order by created_at, id";
    FIND = concat!(
        "select ", app_columns!("p"), " from app p where p.account_id = $1 and p.id = $2 and p.deleted_at is null"
    );
    FIND_BY_CODE = concat!(
        "select ", app_columns!("p"),
        " from app p where p.account_id = $1 and p.kind = $2 and p.code = $3 and p.deleted_at is null"
    );
    FIND_BY_CLIENT_ID = concat!("select ", app_columns!("p"), " from app p where p.client_id = $1");
    LIST = summary!("p.account_id = $1 and p.kind = $2 and (p.created_at, p.id) < ($3, $4) \
        order by p.created_at desc, p.id desc limit $5");
    LIST_ALL = summary!("(p.created_at, p.id) < ($1, $2) and (v.name_key like $3 escape '\\' \
        or upper(p.client_id) like $4 escape '\\') order by p.created_at desc, p.id desc limit $5");
    COUNT = "select count(*) from app where account_id = $1 and kind = $2 and deleted_at is null";
    INSERT = "insert into app (id, account_id, kind, code, client_id, access, state, listing, created_by, created_at, \
        updated_at) values ($1, $2, $3, $4, $5, $6, 'active', 'unlisted', $7, $8, $8)";
    SET_STATE = "update app set state = $1, updated_at = $2 where id = $3 and state = $4 returning id";
    DELETE = "update app set state = 'deleted', listing = 'unlisted', deleted_at = $1, updated_at = $1 \
        where account_id = $2 and id = $3 and deleted_at is null returning id";
    REVOKE_SECRETS = "update app_secret set revoked_at = $1, revoked_by = $2 where app_id = $3 and revoked_at is null";
    SET_LISTING = "update app set listing = $1, updated_at = $2 where id = $3 and deleted_at is null returning id";
    /// On PostgreSQL, makes others who change the same app wait; SQLite has one writer anyway.
    LOCK = "update app set updated_at = $1 where account_id = $2 and id = $3 and deleted_at is null returning id";
}

impl FromColumns for App {
    const WIDTH: usize = 13;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(App {
            id: columns.take()?,
            account_id: columns.take()?,
            kind: columns.take()?,
            code: columns.take()?,
            client_id: columns.take()?,
            access: columns.take()?,
            state: columns.take()?,
            listing: columns.take()?,
            live_version_id: columns.take()?,
            draft_version_id: columns.take()?,
            created_by: columns.take()?,
            created_at: columns.take()?,
            updated_at: columns.take()?,
        })
    }
}

impl FromColumns for WorkingSecret {
    const WIDTH: usize = 3;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(WorkingSecret { id: columns.take()?, hash: columns.take()?, expires_at: columns.take()? })
    }
}

impl FromColumns for AppSummary {
    const WIDTH: usize = App::WIDTH + AppVersion::WIDTH + 2;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(AppSummary {
            app: columns.nested()?,
            version: columns.nested()?,
            secrets: columns.take()?,
            connections: columns.take()?,
        })
    }
}

impl Reader {
    /// The app with this client ID and everything the protocol needs, in whatever state it is; `None` also before its
    /// first version is saved.
    pub async fn find_registered_app(&self, client_id: &str) -> Result<Option<RegisteredApp>, Error> {
        let row = self.query_opt(FIND_REGISTERED, values![client_id]).await?;
        self.complete(row).await
    }

    /// Like [`Reader::find_registered_app`], by the app's id.
    pub async fn find_registered_app_by_id(&self, id: &AppId) -> Result<Option<RegisteredApp>, Error> {
        let row = self.query_opt(FIND_REGISTERED_BY_ID, values![id]).await?;
        self.complete(row).await
    }

    async fn complete(&self, row: Option<Row>) -> Result<Option<RegisteredApp>, Error> {
        let Some(row) = row else { return Ok(None) };
        let columns = &mut row.columns();
        let (app, owner): (App, Account) = (columns.nested()?, columns.nested()?);
        let version = self.fill_version(columns.nested()?).await?;
        let secrets = WorkingSecret::from_rows(&self.query(SECRETS, values![&app.id]).await?)?;
        let machine = match owner.kind {
            AccountKind::SelfRegistered => self.find_machine_app(&app.id).await?,
            AccountKind::Operator | AccountKind::Developer | AccountKind::Customer => None,
        };
        Ok(Some(RegisteredApp { app, owner, version, secrets, machine }))
    }

    /// An app of the account that is not deleted.
    pub async fn find_app(&self, account: &AccountId, id: &AppId) -> Result<Option<App>, Error> {
        self.query_opt(FIND, values![account, id]).await?.as_ref().map(App::from_row).transpose()
    }

    /// An app of the account that is not deleted, by its code.
    pub async fn find_app_by_code(
        &self,
        account: &AccountId,
        kind: AppKind,
        code: &str,
    ) -> Result<Option<App>, Error> {
        self.query_opt(FIND_BY_CODE, values![account, kind, code])
            .await?
            .as_ref()
            .map(App::from_row)
            .transpose()
    }

    /// The app with this client ID, whosever it is and also when it is deleted: for operators and the command line.
    pub async fn find_app_by_client_id(&self, client_id: &str) -> Result<Option<App>, Error> {
        self.query_opt(FIND_BY_CLIENT_ID, values![client_id]).await?.as_ref().map(App::from_row).transpose()
    }

    /// The account's apps of a kind, newest first. The versions come without their lists of URIs and scopes.
    pub async fn list_apps(
        &self,
        account: &AccountId,
        kind: AppKind,
        page: &PageRequest,
    ) -> Result<Page<AppSummary>, Error> {
        let (time, id) = page.below();
        let rows = self.query(LIST, values![account, kind, time, id, page.fetch()]).await?;
        summaries(&rows, page)
    }

    /// Apps of all accounts whose name or client ID contains the text, newest first: for operators only.
    pub async fn list_all_apps(&self, search: &str, page: &PageRequest) -> Result<Page<AppSummary>, Error> {
        let (time, id) = page.below();
        let name = crate::account::containing(&search.to_lowercase());
        let client_id = crate::account::containing(&search.to_uppercase());
        let rows = self.query(LIST_ALL, values![time, id, name, client_id, page.fetch()]).await?;
        summaries(&rows, page)
    }

    /// How many apps of a kind the account has that are not deleted.
    pub async fn count_apps(&self, account: &AccountId, kind: AppKind) -> Result<i64, Error> {
        self.query_one(COUNT, values![account, kind]).await?.int(0)
    }
}

fn summaries(rows: &[Row], page: &PageRequest) -> Result<Page<AppSummary>, Error> {
    let place = |item: &AppSummary| Cursor::number(item.app.created_at.0, item.app.id.as_str());
    Ok(Page::cut(AppSummary::from_rows(rows)?, page, place))
}

impl Tx {
    /// Registers an app. A code that was ever used is `Conflict("app_account_id_kind_code_key")`. The caller inserts
    /// the first version in the same transaction and makes it live.
    pub async fn insert_app(&self, new: &NewApp) -> Result<(), Error> {
        let values = values![
            &new.id,
            &new.account_id,
            new.kind,
            &new.code,
            &new.client_id,
            new.access,
            new.created_by.as_ref(),
            self.now(),
        ];
        self.execute(INSERT, values).await?;
        self.app_changed(&new.id).await
    }

    /// Suspends an active app or resumes a suspended one; everything that reads its state refuses at once. For
    /// operators: no account limits it. `false` when the app was in another state.
    pub async fn set_app_state(&self, id: &AppId, from: AppState, to: AppState) -> Result<bool, Error> {
        if self.query_opt(SET_STATE, values![to, self.now(), id, from]).await?.is_none() {
            return Ok(false);
        }
        if to == AppState::Suspended {
            self.revoke_tokens_of_app(id).await?;
        }
        self.app_changed(id).await?;
        Ok(true)
    }

    /// Deletes an app of the account: revokes its secrets and ends its connections with all that came of them. The
    /// row stays, so that its code is never used again. Says how many connections ended; `None` without such an app.
    pub async fn delete_app(
        &self,
        account: &AccountId,
        id: &AppId,
        by: Option<&PersonId>,
    ) -> Result<Option<u64>, Error> {
        if self.query_opt(DELETE, values![self.now(), account, id]).await?.is_none() {
            return Ok(None);
        }
        self.execute(REVOKE_SECRETS, values![self.now(), by, id]).await?;
        self.withdraw_open_submission(id, by).await?;
        let ended = self.end_connections_of_app(id, by).await?;
        self.delete_webhook(id).await?;
        self.revoke_tokens_of_app(id).await?;
        self.app_changed(id).await?;
        Ok(Some(ended))
    }

    /// Sets how far an app has come towards the store. `false` without such an app.
    pub async fn set_listing(&self, id: &AppId, listing: Listing) -> Result<bool, Error> {
        if self.query_opt(SET_LISTING, values![listing, self.now(), id]).await?.is_none() {
            return Ok(false);
        }
        self.app_changed(id).await?;
        Ok(true)
    }

    /// Lets nobody else change the app until this transaction ends, and marks it as changed now. `false` when the
    /// account has no such app.
    pub async fn lock_app(&self, account: &AccountId, id: &AppId) -> Result<bool, Error> {
        Ok(self.query_opt(LOCK, values![self.now(), account, id]).await?.is_some())
    }

    pub(crate) async fn app_changed(&self, id: &AppId) -> Result<(), Error> {
        self.changed(ChangeKind::App, id.as_str()).await
    }
}
