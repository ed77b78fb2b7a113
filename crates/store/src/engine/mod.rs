//! The only place that knows there are two engines: which one is open, and how a statement reaches it.

mod postgres;
mod progress;
mod sqlite;

use crate::feed::Feed;
use crate::migration::PendingMigration;
use crate::revocation::Revoked;
use crate::{BackupError, Change, Error, OpenError, Reader, Row, StoreConfig, Target, Tx, Value};
use grantry_oauth::time::Timestamp;
use postgres::Postgres;
#[cfg(test)]
pub(crate) use postgres::Throwaway;
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
    Postgres(Arc<Postgres>),
}

/// What a statement runs on: any free connection, or the one of a transaction.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Sqlite(Arc<Sqlite>),
    SqliteTransaction(sqlite::Handle),
    Postgres(Arc<Postgres>),
    PostgresTransaction(postgres::Handle),
}

/// A transaction under way; dropped, it is rolled back.
enum Transaction {
    Sqlite(sqlite::Member),
    Postgres(postgres::Transaction),
}

impl Engine {
    pub(crate) async fn open(config: &StoreConfig, now: Timestamp) -> Result<Engine, OpenError> {
        match &config.target {
            Target::Sqlite { dir } => Ok(Engine::Sqlite(Arc::new(Sqlite::open(config, dir, now).await?))),
            Target::Postgres { url } => {
                Ok(Engine::Postgres(Arc::new(Postgres::open(config, url, now).await?)))
            }
        }
    }

    /// Opens with other steps than this program's.
    #[cfg(test)]
    pub(crate) async fn open_schema(
        config: &StoreConfig,
        steps: &'static [crate::migration::Migration],
    ) -> Result<(), OpenError> {
        match &config.target {
            Target::Sqlite { dir } => Sqlite::open_schema(config, dir, steps),
            Target::Postgres { url } => Postgres::open_schema(config, url, steps).await,
        }
    }

    pub(crate) async fn pending(target: &Target) -> Result<Vec<PendingMigration>, OpenError> {
        match target {
            Target::Sqlite { dir } => sqlite::pending(dir).await,
            Target::Postgres { url } => postgres::pending(url).await,
        }
    }

    pub(crate) async fn migrate(target: &Target, now: Timestamp) -> Result<Vec<PendingMigration>, OpenError> {
        match target {
            Target::Sqlite { dir } => sqlite::migrate(dir, now).await,
            Target::Postgres { url } => postgres::migrate(url, now).await,
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
            Engine::Postgres(_) => Err(BackupError::Postgres),
        }
    }

    pub(crate) fn feed(&self) -> &Feed {
        match self {
            Engine::Sqlite(sqlite) => sqlite.feed(),
            Engine::Postgres(postgres) => postgres.feed(),
        }
    }

    pub(crate) fn reader(&self) -> Source {
        match self {
            Engine::Sqlite(sqlite) => Source::Sqlite(Arc::clone(sqlite)),
            Engine::Postgres(postgres) => Source::Postgres(Arc::clone(postgres)),
        }
    }

    pub(crate) async fn write<T, E, F, Fut>(&self, now: Timestamp, work: F) -> Result<T, E>
    where
        F: FnOnce(Tx) -> Fut + Send,
        Fut: Future<Output = Result<T, E>> + Send,
        E: From<Error>,
    {
        let transaction = self.begin().await?;
        let revoked = Revoked::default();
        let tx = || Tx { reader: Reader { source: transaction.source() }, now, revoked: revoked.clone() };
        let (first, last) = (tx(), tx());
        let work = async {
            let out = work(first).await?;
            last.number_revocations().await?;
            Ok(out)
        };
        let Some(out) = transaction.progress().run(work).await else {
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
            Engine::Postgres(postgres) => postgres.prepares(statement).await,
        }
    }

    async fn begin(&self) -> Result<Transaction, Error> {
        match self {
            Engine::Sqlite(sqlite) => sqlite.begin().await.map(Transaction::Sqlite),
            Engine::Postgres(postgres) => postgres.begin().await.map(Transaction::Postgres),
        }
    }
}

impl Transaction {
    fn source(&self) -> Source {
        match self {
            Transaction::Sqlite(member) => Source::SqliteTransaction(member.handle()),
            Transaction::Postgres(transaction) => Source::PostgresTransaction(transaction.handle()),
        }
    }

    fn progress(&self) -> &Progress {
        match self {
            Transaction::Sqlite(member) => member.progress(),
            Transaction::Postgres(transaction) => transaction.progress(),
        }
    }

    /// Keeps what was written; durable when this returns.
    async fn commit(self) -> Result<(), Error> {
        match self {
            Transaction::Sqlite(member) => member.commit().await,
            Transaction::Postgres(transaction) => transaction.commit().await,
        }
    }

    /// Leaves no trace. Fails when what the transaction saw turned out not to be so.
    async fn roll_back(self) -> Result<(), Error> {
        match self {
            Transaction::Sqlite(member) => member.roll_back().await,
            Transaction::Postgres(transaction) => {
                transaction.roll_back().await;
                Ok(())
            }
        }
    }
}

impl Source {
    pub(crate) async fn query(&self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, Error> {
        match self {
            Source::Sqlite(sqlite) => sqlite.query(statement, values).await,
            Source::SqliteTransaction(handle) => handle.query(statement, values),
            Source::Postgres(postgres) => postgres.query(statement, values).await,
            Source::PostgresTransaction(handle) => handle.query(statement, values).await,
        }
    }

    pub(crate) async fn execute(&self, statement: &'static str, values: &[Value]) -> Result<u64, Error> {
        match self {
            Source::SqliteTransaction(handle) => handle.execute(statement, values),
            Source::PostgresTransaction(handle) => handle.execute(statement, values).await,
            Source::Sqlite(_) | Source::Postgres(_) => {
                Err(Error::Corrupt("a write outside a transaction".to_owned()))
            }
        }
    }

    /// Remembers what must be told once the transaction is committed.
    pub(crate) fn note(&self, change: Change) {
        match self {
            Source::SqliteTransaction(handle) => handle.note(change),
            Source::PostgresTransaction(handle) => handle.note(change),
            Source::Sqlite(_) | Source::Postgres(_) => {}
        }
    }
}

/// A task that runs until this is dropped.
#[derive(Debug)]
struct Background(JoinHandle<()>);

impl Background {
    fn spawn(task: impl Future<Output = ()> + Send + 'static) -> Background {
        Background(tokio::spawn(task))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.0.abort();
    }
}
