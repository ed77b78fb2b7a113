//! The only place that knows there are two engines: which one is open, and how a statement reaches it.

mod sqlite;

use crate::feed::Feed;
use crate::{Change, Error, OpenError, Reader, Row, StoreConfig, Target, Tx, Value};
use grantry_oauth::time::Timestamp;
use std::future::Future;

/// An open database.
#[derive(Clone, Debug)]
pub(crate) enum Engine {
    Sqlite(sqlite::Sqlite),
}

/// What a statement runs on: any free connection, or the one of a transaction.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Sqlite(sqlite::Sqlite),
    Transaction(sqlite::Handle),
}

impl Engine {
    pub(crate) async fn open(config: &StoreConfig, _now: Timestamp) -> Result<Engine, OpenError> {
        match &config.target {
            Target::Sqlite { dir } => Ok(Engine::Sqlite(sqlite::Sqlite::open(config, dir)?)),
            Target::Postgres { .. } => Err(OpenError::Config("PostgreSQL cannot be used yet".to_owned())),
        }
    }

    #[cfg(test)]
    pub(crate) fn prepares(&self, statement: &str) -> Result<(), Error> {
        let Engine::Sqlite(sqlite) = self;
        sqlite.prepares(statement)
    }

    pub(crate) fn feed(&self) -> &Feed {
        let Engine::Sqlite(sqlite) = self;
        &sqlite.feed
    }

    pub(crate) async fn ping(&self) -> Result<(), Error> {
        self.reader().query("select 1", &[]).await.map(|_| ())
    }

    pub(crate) fn reader(&self) -> Source {
        match self {
            Engine::Sqlite(sqlite) => Source::Sqlite(sqlite.clone()),
        }
    }

    pub(crate) async fn write<T, E, F, Fut>(&self, now: Timestamp, work: F) -> Result<T, E>
    where
        F: FnOnce(Tx) -> Fut + Send,
        Fut: Future<Output = Result<T, E>> + Send,
        E: From<Error>,
    {
        let Engine::Sqlite(sqlite) = self;
        let transaction = sqlite.begin().await?;
        let tx = Tx { reader: Reader { source: Source::Transaction(transaction.handle()) }, now };
        let out = work(tx).await?;
        let changes = transaction.commit()?;
        sqlite.feed.publish(&changes);
        Ok(out)
    }
}

impl Source {
    pub(crate) async fn query(&self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, Error> {
        match self {
            Source::Sqlite(sqlite) => sqlite.query(statement, values),
            Source::Transaction(handle) => handle.query(statement, values),
        }
    }

    pub(crate) async fn execute(&self, statement: &'static str, values: &[Value]) -> Result<u64, Error> {
        match self {
            Source::Sqlite(_) => Err(Error::Corrupt("a write outside a transaction".to_owned())),
            Source::Transaction(handle) => handle.execute(statement, values),
        }
    }

    /// Remembers what must be told once the transaction is committed.
    pub(crate) fn note(&self, change: Change) {
        if let Source::Transaction(handle) = self {
            handle.note(change);
        }
    }
}
