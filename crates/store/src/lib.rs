//! Everything Grantry remembers: one SQL text, two engines (SQLite and PostgreSQL).
//!
//! A [`Reader`] finds things, a [`Tx`] also changes them; the methods live beside their statements in the file of the
//! noun they are about. The rules for adding a statement: lower case, parameters that first appear in the order `$1`,
//! `$2` …, only what both engines understand, a row of the noun's `sql!` list, and the list named in `STATEMENTS`.

use grantry_oauth::time::Timestamp;
use std::future::Future;
use std::ops::Deref;
use std::path::PathBuf;

pub mod account;
pub mod action_token;
pub mod app;
pub mod app_version;
pub mod audit;
pub mod authorization_request;
pub mod catalogue;
mod change;
pub mod code;
mod columns;
pub mod connection;
pub mod connection_request;
pub mod consent;
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
pub mod logo;
pub mod member;
pub mod outbox_mail;
pub mod page;
pub mod person;
pub mod redirect_check;
pub mod refresh_token;
pub mod revoked_token;
pub mod secret;
pub mod session;
pub mod setting;
pub mod signing_key;
pub mod sweep;
pub mod throttle;
mod value;
mod word;

pub use change::{Change, ChangeKind};
pub use error::{Error, FOREIGN_KEY, OpenError};
pub use feed::Listener;
pub use value::{Row, Value};

/// Declares a file's statements as consts, and lists them as `ALL` so that a test can prepare each on both engines.
macro_rules! sql {
    ($($(#[$about:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$about])* const $name: &str = $text;)*
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
    ("app_version", app_version::ALL),
    ("audit", audit::ALL),
    ("authorization_request", authorization_request::ALL),
    ("catalogue", catalogue::ALL),
    ("change", change::ALL),
    ("code", code::ALL),
    ("connection", connection::ALL),
    ("connection_request", connection_request::ALL),
    ("consent", consent::ALL),
    ("figures", figures::ALL),
    ("flow_event", flow_event::ALL),
    ("grant", grant::ALL),
    ("invitation", invitation::ALL),
    ("logo", logo::ALL),
    ("member", member::ALL),
    ("outbox_mail", outbox_mail::ALL),
    ("person", person::ALL),
    ("redirect_check", redirect_check::ALL),
    ("refresh_token", refresh_token::ALL),
    ("revoked_token", revoked_token::ALL),
    ("secret", secret::ALL),
    ("session", session::ALL),
    ("setting", setting::ALL),
    ("signing_key", signing_key::ALL),
    ("sweep", sweep::ALL),
    ("throttle", throttle::ALL),
];

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Opens the store, makes it when missing and brings its schema up to date.
    pub async fn open(config: &StoreConfig, now: Timestamp) -> Result<Store, OpenError> {
        Ok(Store { engine: engine::Engine::open(config, now).await? })
    }

    /// Lets `listener` know of every change from now on: of this store's own writes once they are durable and before
    /// [`Store::write`] answers. The same change may be told more than once.
    pub fn on_change(&self, listener: Listener) {
        self.engine.feed().listen(listener);
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), Error> {
        self.engine.ping().await
    }

    /// A cheap handle for reading. Each statement sees everything committed before it.
    pub fn reader(&self) -> Reader {
        Reader { source: self.engine.reader() }
    }

    /// Runs `work` as one transaction: `Ok` is durable before this returns, `Err` leaves no trace.
    ///
    /// Only calls of the store may be awaited inside `work`; awaiting anything else rolls back and answers
    /// [`Error::Unavailable`]. A failure that must be remembered (a burnt code, a counted attempt) is an `Ok` that
    /// says so. When the future returned here is dropped, the transaction either happens entirely or not at all.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::empty;
    use std::sync::Arc;

    #[test]
    fn every_file_with_statements_is_listed() {
        let src = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files: Vec<String> = Vec::new();
        for entry in std::fs::read_dir(src).expect("the sources") {
            let path = entry.expect("a file").path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let has_statements =
                || std::fs::read_to_string(&path).expect("a text").contains("\ncrate::sql! {");
            if path.is_file() && has_statements() {
                files.push(name);
            }
        }
        files.sort();
        let listed: Vec<_> = STATEMENTS.iter().map(|(file, _)| *file).collect();
        assert_eq!(files, listed);
    }

    // SQLite takes `$1` for a name and numbers names as they come.
    #[test]
    fn parameters_first_appear_in_their_order() {
        for (file, statements) in STATEMENTS {
            for (name, text) in *statements {
                let mut seen = 0;
                for (_, rest) in text.match_indices('$').map(|(at, _)| text.split_at(at + 1)) {
                    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                    let number: u32 = digits.parse().expect("a number");
                    assert!(number <= seen + 1, "{file}::{name}: ${number} comes before ${}", seen + 1);
                    seen = seen.max(number);
                }
            }
        }
    }

    #[tokio::test]
    async fn every_statement_prepares_on_sqlite() {
        let (_dir, store) = empty().await;
        let mut prepared = 0;
        for (file, statements) in STATEMENTS {
            for (name, text) in *statements {
                store.engine.prepares(text).unwrap_or_else(|error| panic!("{file}::{name}: {error}"));
                prepared += 1;
            }
        }
        assert!(prepared > 20, "only {prepared} statements are listed");
    }

    #[tokio::test]
    async fn a_refused_or_forgotten_transaction_leaves_no_trace_and_does_not_block_the_next() {
        let (_dir, store) = empty().await;
        let now = Timestamp(1);
        let refused = store
            .write(now, |tx| async move {
                tx.changed(ChangeKind::App, "refused").await?;
                Err::<(), Error>(Error::Busy)
            })
            .await;
        assert_eq!(refused, Err(Error::Busy));
        let forgotten = store.write(now, |tx| async move {
            tx.changed(ChangeKind::App, "forgotten").await?;
            std::future::pending::<()>().await;
            Ok::<_, Error>(())
        });
        assert!(tokio::time::timeout(std::time::Duration::from_millis(20), forgotten).await.is_err());
        let kept = store.write(now, |tx| async move { tx.changed(ChangeKind::App, "kept").await }).await;
        assert_eq!(kept, Ok(()));
        let rows = store.reader().query("select id from change", &[]).await.expect("rows");
        let ids: Vec<_> = rows.iter().map(|row| row.text(0).expect("text")).collect();
        assert_eq!(ids, ["kept"]);
    }

    #[tokio::test]
    async fn listeners_hear_of_a_change_before_its_writer_is_answered_and_never_of_one_that_was_refused() {
        let (_dir, store) = empty().await;
        let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
        let listener = Arc::clone(&heard);
        store.on_change(Arc::new(move |changes| listener.lock().expect("heard").extend_from_slice(changes)));
        let refused = store
            .write(Timestamp(1), |tx| async move {
                tx.changed(ChangeKind::App, "refused").await?;
                Err::<(), Error>(Error::Busy)
            })
            .await;
        assert_eq!(refused, Err(Error::Busy));
        let kept =
            store.write(Timestamp(1), |tx| async move { tx.changed(ChangeKind::App, "kept").await }).await;
        assert_eq!(kept, Ok(()));
        let ids: Vec<_> = heard.lock().expect("heard").iter().map(|change| change.id.clone()).collect();
        assert_eq!(ids, ["kept"]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn writers_take_turns_and_no_write_is_lost() {
        let (_dir, store) = empty().await;
        let writers: Vec<_> = (0..16)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move {
                    store
                        .write(Timestamp(n), move |tx| async move {
                            tokio::task::yield_now().await;
                            tx.changed(ChangeKind::App, &n.to_string()).await
                        })
                        .await
                })
            })
            .collect();
        for writer in writers {
            assert_eq!(writer.await.expect("no panic"), Ok(()));
        }
        let rows = store.reader().query("select id from change", &[]).await.expect("rows");
        assert_eq!(rows.len(), 16);
    }
}
