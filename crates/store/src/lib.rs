//! Everything Grantry remembers: one SQL text, two engines (SQLite and PostgreSQL).
//!
//! A [`Reader`] finds things, a [`Tx`] also changes them; the methods live beside their statements in the file of the
//! noun they are about. The rules for adding a statement: lower case, parameters that first appear in the order `$1`,
//! `$2` …, only what both engines understand, a row of the noun's `sql!` list, and the list named in `STATEMENTS`.

use grantry_oauth::time::Timestamp;
use std::future::Future;
use std::ops::Deref;
use std::path::{Path, PathBuf};

pub mod account;
pub mod action_token;
pub mod app;
pub mod app_evidence;
pub mod app_version;
pub mod audit;
pub mod authorization_request;
pub mod catalogue;
mod change;
pub mod code;
mod columns;
#[cfg(test)]
mod conformance;
pub mod connection;
pub mod connection_list;
pub mod connection_request;
pub mod consent;
#[cfg(test)]
mod consumed_once;
pub mod device_authorization;
pub mod dpop_proof;
mod engine;
mod error;
#[cfg(test)]
mod examples;
mod feed;
pub mod figures;
pub mod flow_event;
pub mod grant;
pub mod id;
pub mod invitation;
pub mod known_browser;
pub mod listing;
pub mod logo;
pub mod machine;
pub mod member;
mod migration;
pub mod outbox_mail;
pub mod page;
pub mod person;
pub mod pushed_request;
pub mod redirect_check;
pub mod refresh_token;
pub mod revocation;
pub mod revoked_token;
pub mod screenshot;
pub mod secret;
pub mod session;
pub mod session_app;
pub mod setting;
pub mod signing_key;
pub mod submission;
pub mod submission_check;
pub mod submission_comment;
pub mod sweep;
pub mod throttle;
pub mod used_assertion;
mod value;
pub mod webhook;
pub mod webhook_event;
mod word;

pub use change::{Change, ChangeKind};
pub use error::{BackupError, Error, FOREIGN_KEY, OpenError};
pub use feed::Listener;
pub use migration::PendingMigration;
pub use value::{Row, Value};

/// Declares a file's statements as consts, and lists them as `ALL` so that a test can prepare each on both engines.
macro_rules! sql {
    ($($(#[$about:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$about])* pub(crate) const $name: &str = $text;)*
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}
pub(crate) use sql;

/// Every file's statements. A file with a `sql!` list that is missing here fails a test.
#[cfg_attr(not(test), expect(dead_code, reason = "read by the test that prepares every statement"))]
pub(crate) const STATEMENTS: &[(&str, &[(&str, &str)])] = &[
    ("account", account::ALL),
    ("action_token", action_token::ALL),
    ("app", app::ALL),
    ("app_evidence", app_evidence::ALL),
    ("app_version", app_version::ALL),
    ("audit", audit::ALL),
    ("authorization_request", authorization_request::ALL),
    ("catalogue", catalogue::ALL),
    ("change", change::ALL),
    ("code", code::ALL),
    ("connection", connection::ALL),
    ("connection_list", connection_list::ALL),
    ("connection_request", connection_request::ALL),
    ("consent", consent::ALL),
    ("device_authorization", device_authorization::ALL),
    ("dpop_proof", dpop_proof::ALL),
    ("figures", figures::ALL),
    ("flow_event", flow_event::ALL),
    ("grant", grant::ALL),
    ("invitation", invitation::ALL),
    ("known_browser", known_browser::ALL),
    ("listing", listing::ALL),
    ("logo", logo::ALL),
    ("machine", machine::ALL),
    ("member", member::ALL),
    ("outbox_mail", outbox_mail::ALL),
    ("person", person::ALL),
    ("pushed_request", pushed_request::ALL),
    ("redirect_check", redirect_check::ALL),
    ("refresh_token", refresh_token::ALL),
    ("revocation", revocation::ALL),
    ("revoked_token", revoked_token::ALL),
    ("screenshot", screenshot::ALL),
    ("secret", secret::ALL),
    ("session", session::ALL),
    ("session_app", session_app::ALL),
    ("setting", setting::ALL),
    ("signing_key", signing_key::ALL),
    ("submission", submission::ALL),
    ("submission_check", submission_check::ALL),
    ("submission_comment", submission_comment::ALL),
    ("sweep", sweep::ALL),
    ("throttle", throttle::ALL),
    ("used_assertion", used_assertion::ALL),
    ("webhook", webhook::ALL),
    ("webhook_event", webhook_event::ALL),
];

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// The file `grantry.db` in this directory, which is made when missing.
    Sqlite {
        /// The data directory.
        dir: PathBuf,
    },
    /// A PostgreSQL database.
    Postgres {
        /// `postgres://user:password@host:port/database?sslmode=…`
        url: String,
    },
}

// The URL holds a password; a log line must never show it.
impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Sqlite { dir } => f.debug_struct("Sqlite").field("dir", dir).finish(),
            Target::Postgres { .. } => f.write_str("Postgres(…)"),
        }
    }
}

/// Who opens the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The running server: there is at most one per SQLite data directory, and it follows the changes of others.
    Server,
    /// A command beside it.
    Command,
}

/// Whether `write` waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// What was answered survives a crash of the machine.
    Full,
    /// For tests only: a crash of the machine may lose what was answered.
    Off,
}

/// What [`Store::open`] needs to know.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// Where the database is.
    pub target: Target,
    /// Who opens it.
    pub role: Role,
    /// Whether writes wait for the disk.
    pub durability: Durability,
}

/// The store: opened once, cloned freely.
#[derive(Clone, Debug)]
pub struct Store {
    engine: engine::Engine,
}

impl Store {
    /// Opens the store and makes it when missing. A server backs up and migrates an older schema (PostgreSQL is backed
    /// up by its operator), a command refuses it; both refuse a newer one.
    pub async fn open(config: &StoreConfig, now: Timestamp) -> Result<Store, OpenError> {
        Ok(Store { engine: engine::Engine::open(config, now).await? })
    }

    /// What opening or migrating would do to the schema; changes nothing.
    pub async fn pending_migrations(target: &Target) -> Result<Vec<PendingMigration>, OpenError> {
        engine::Engine::pending(target).await
    }

    /// Brings the schema up to date, as opening by a server does. Says what was done.
    pub async fn migrate(target: &Target, now: Timestamp) -> Result<Vec<PendingMigration>, OpenError> {
        engine::Engine::migrate(target, now).await
    }

    /// Writes a copy of everything, as it is at one moment, to a file that must not exist. For SQLite only.
    pub async fn backup(&self, file: &Path) -> Result<(), BackupError> {
        self.engine.backup(file).await
    }

    /// Puts a backup in place of the database while no server runs on it. Answers in which file the database is kept
    /// that was there before. For SQLite only.
    pub async fn restore(target: &Target, file: &Path) -> Result<Option<PathBuf>, BackupError> {
        engine::Engine::restore(target, file).await
    }

    /// Lets `listener` know of every change from now on: of this store's own writes once they are durable and before
    /// [`Store::write`] answers, and, with [`Role::Server`], of other processes' writes within a second.
    pub fn on_change(&self, listener: Listener) {
        self.engine.feed().listen(listener);
    }

    /// False when the changes of other processes could not be read for five seconds: what is cached may be stale.
    /// Always false with [`Role::Command`], which does not follow them.
    pub fn feed_is_fresh(&self) -> bool {
        self.engine.feed().is_fresh()
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), Error> {
        self.reader().query("select 1", &[]).await.map(|_| ())
    }

    /// A cheap handle for reading. Each statement sees everything committed before it.
    pub fn reader(&self) -> Reader {
        Reader { source: self.engine.reader() }
    }

    /// Runs `work` as one transaction: `Ok` is durable before this returns, `Err` leaves no trace.
    ///
    /// Only calls of the store may be awaited inside `work`; awaiting anything else rolls back and answers
    /// [`Error::Unavailable`]. A failure that must be remembered (a burnt code, a counted attempt) is an `Ok` that
    /// says so. A statement that fails ends the transaction: later calls answer the same error, and so does this one
    /// even if `work` answers `Ok`. When the future returned here is dropped, the transaction either happens entirely
    /// or not at all.
    pub async fn write<T, E, F, Fut>(&self, now: Timestamp, work: F) -> Result<T, E>
    where
        F: FnOnce(Tx) -> Fut + Send,
        Fut: Future<Output = Result<T, E>> + Send,
        T: Send,
        E: From<Error> + Send,
    {
        self.engine.write(now, work).await
    }
}

/// Reads. A handle of a [`Store`] takes a connection per statement; inside a [`Tx`] it sees the transaction's own
/// writes.
#[derive(Clone, Debug)]
pub struct Reader {
    source: engine::Source,
}

impl Reader {
    /// Every row that the statement answers.
    pub(crate) async fn query(&self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, Error> {
        self.source.query(statement, values).await
    }

    /// The only row, if there is one; more than one is [`Error::Corrupt`].
    pub(crate) async fn query_opt(
        &self,
        statement: &'static str,
        values: &[Value],
    ) -> Result<Option<Row>, Error> {
        let mut rows = self.query(statement, values).await?;
        let row = rows.pop();
        if rows.is_empty() { Ok(row) } else { Err(Error::Corrupt("more than one row".to_owned())) }
    }

    /// The only row; none, or more than one, is [`Error::Corrupt`].
    pub(crate) async fn query_one(&self, statement: &'static str, values: &[Value]) -> Result<Row, Error> {
        self.query_opt(statement, values).await?.ok_or_else(|| Error::Corrupt("no row".to_owned()))
    }
}

/// A transaction under way: reads like a [`Reader`], and writes. Of no use once the closure has ended.
#[derive(Debug)]
pub struct Tx {
    reader: Reader,
    now: Timestamp,
    revoked: revocation::Revoked,
}

impl Tx {
    /// The time given to [`Store::write`].
    pub fn now(&self) -> Timestamp {
        self.now
    }

    fn note(&self, change: Change) {
        self.reader.source.note(change);
    }

    /// Runs a statement that answers no rows; says how many rows it touched.
    pub(crate) async fn execute(&self, statement: &'static str, values: &[Value]) -> Result<u64, Error> {
        self.reader.source.execute(statement, values).await
    }
}

impl Deref for Tx {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}
