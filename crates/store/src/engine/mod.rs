//! The only place that knows there are two engines: which one is open, and how a statement reaches it.

mod progress;
mod sqlite;

use crate::feed::Feed;
use crate::migration::PendingMigration;
use crate::{BackupError, Change, Error, OpenError, Reader, Row, StoreConfig, Target, Tx, Value};
use grantry_oauth::time::Timestamp;
use progress::Progress;
use sqlite::Sqlite;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// An open database.
#[derive(Clone, Debug)]
pub(crate) enum Engine {
    Sqlite(Arc<Sqlite>),
}

/// What a statement runs on: any free connection, or the one of a transaction.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Sqlite(Arc<Sqlite>),
    SqliteTransaction(sqlite::Handle),
}

/// A transaction under way; dropped, it is rolled back.
enum Transaction {
    Sqlite(sqlite::Member),
}

impl Engine {
    pub(crate) async fn open(config: &StoreConfig, now: Timestamp) -> Result<Engine, OpenError> {
        match &config.target {
            Target::Sqlite { dir } => Ok(Engine::Sqlite(Arc::new(Sqlite::open(config, dir, now).await?))),
            Target::Postgres { .. } => Err(OpenError::Config("PostgreSQL cannot be used yet".to_owned())),
        }
    }

    pub(crate) async fn pending(target: &Target) -> Result<Vec<PendingMigration>, OpenError> {
        match target {
            Target::Sqlite { dir } => sqlite::pending(dir).await,
            Target::Postgres { .. } => Err(OpenError::Config("PostgreSQL cannot be used yet".to_owned())),
        }
    }

    pub(crate) async fn migrate(target: &Target, now: Timestamp) -> Result<Vec<PendingMigration>, OpenError> {
        match target {
            Target::Sqlite { dir } => sqlite::migrate(dir, now).await,
            Target::Postgres { .. } => Err(OpenError::Config("PostgreSQL cannot be used yet".to_owned())),
        }
    }

    pub(crate) async fn restore(target: &Target, file: &Path) -> Result<Option<PathBuf>, BackupError> {
        match target {
            Target::Sqlite { dir } => sqlite::restore(dir, file).await,
            Target::Postgres { .. } => Err(BackupError::Postgres),
        }
    }

    pub(crate) async fn backup(&self, file: &Path) -> Result<(), BackupError> {
        match self {
            Engine::Sqlite(sqlite) => sqlite.backup(file).await,
        }
    }

    pub(crate) fn feed(&self) -> &Feed {
        match self {
            Engine::Sqlite(sqlite) => sqlite.feed(),
        }
    }

    pub(crate) fn reader(&self) -> Source {
        match self {
            Engine::Sqlite(sqlite) => Source::Sqlite(Arc::clone(sqlite)),
        }
    }

    pub(crate) async fn write<T, E, F, Fut>(&self, now: Timestamp, work: F) -> Result<T, E>
    where
        F: FnOnce(Tx) -> Fut + Send,
        Fut: Future<Output = Result<T, E>> + Send,
        E: From<Error>,
    {
        let transaction = self.begin().await?;
        let tx = Tx { reader: Reader { source: transaction.source() }, now };
        let Some(out) = transaction.progress().run(work(tx)).await else {
            let what = "something other than the store was awaited inside a transaction";
            tracing::error!("{what}");
            return Err(Error::Unavailable(what.to_owned()).into());
        };
        match (out, transaction.progress().failure()) {
            (Ok(out), None) => {
                transaction.commit().await?;
                Ok(out)
            }
            (Ok(_), Some(failure)) => {
                transaction.roll_back().await?;
                Err(failure.into())
            }
            (Err(error), _) => {
                transaction.roll_back().await?;
                Err(error)
            }
        }
    }

    #[cfg(test)]
    pub(crate) async fn prepares(&self, statement: &str) -> Result<(), Error> {
        match self {
            Engine::Sqlite(sqlite) => sqlite.prepares(statement),
        }
    }

    async fn begin(&self) -> Result<Transaction, Error> {
        match self {
            Engine::Sqlite(sqlite) => sqlite.begin().await.map(Transaction::Sqlite),
        }
    }
}

impl Transaction {
    fn source(&self) -> Source {
        match self {
            Transaction::Sqlite(member) => Source::SqliteTransaction(member.handle()),
        }
    }

    fn progress(&self) -> &Progress {
        match self {
            Transaction::Sqlite(member) => member.progress(),
        }
    }

    /// Keeps what was written; durable when this returns.
    async fn commit(self) -> Result<(), Error> {
        match self {
            Transaction::Sqlite(member) => member.commit().await,
        }
    }

    /// Leaves no trace. Fails when what the transaction saw turned out not to be so.
    async fn roll_back(self) -> Result<(), Error> {
        match self {
            Transaction::Sqlite(member) => member.roll_back().await,
        }
    }
}

impl Source {
    pub(crate) async fn query(&self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, Error> {
        match self {
            Source::Sqlite(sqlite) => sqlite.query(statement, values).await,
            Source::SqliteTransaction(handle) => handle.query(statement, values),
        }
    }

    pub(crate) async fn execute(&self, statement: &'static str, values: &[Value]) -> Result<u64, Error> {
        match self {
            Source::Sqlite(_) => Err(Error::Corrupt("a write outside a transaction".to_owned())),
            Source::SqliteTransaction(handle) => handle.execute(statement, values),
        }
    }

    /// Remembers what must be told once the transaction is committed.
    pub(crate) fn note(&self, change: Change) {
        match self {
            Source::Sqlite(_) => {}
            Source::SqliteTransaction(handle) => handle.note(change),
        }
    }
}

/// A task that reads the changes of other processes until it is dropped.
#[derive(Debug)]
struct Follower(JoinHandle<()>);

impl Follower {
    fn spawn(task: impl Future<Output = ()> + Send + 'static) -> Follower {
        Follower(tokio::spawn(task))
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.0.abort();
    }
}
