//! PostgreSQL: a pool of connections, a transaction on one of them, and another one that listens for changes.

mod error;
mod follow;
mod migrate;
mod server;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod throwaway;
mod tls;
mod transaction;
mod url;
mod value;

pub(super) use migrate::{migrate, pending};
#[cfg(test)]
pub(crate) use throwaway::Throwaway;
pub(super) use transaction::{Handle, Transaction};

use crate::engine::Background;
use crate::feed::Feed;
use crate::migration;
use crate::{Error, OpenError, Role, Row, StoreConfig, Value};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use grantry_oauth::time::Timestamp;
use server::Server;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// The most connections of one process, the listening one aside.
const CONNECTIONS: usize = 16;

/// How long a call waits for a free connection.
const WAIT_LIMIT: Duration = Duration::from_secs(2);

/// How long an answer is waited for: a little longer than a server that is well would take to give up.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// A connection that turns out to be lost within this time had been lost before.
const RETRY_WITHIN: Duration = Duration::from_secs(1);

/// An open database.
#[derive(Debug)]
pub(crate) struct Postgres {
    pool: Pool,
    feed: Arc<Feed>,
    _follower: Option<Background>,
}

impl Postgres {
    pub(crate) async fn open(config: &StoreConfig, url: &str, now: Timestamp) -> Result<Postgres, OpenError> {
        let server = Server::new(url, config.durability)?;
        migrate::open(&server, migration::ALL, config.role, now).await?;
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_connect(tokio_postgres::Config::new(), server.clone(), recycling);
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .wait_timeout(Some(WAIT_LIMIT))
            .create_timeout(Some(ANSWER_LIMIT))
            .recycle_timeout(Some(WAIT_LIMIT))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| OpenError::Config(error.to_string()))?;
        let feed = Feed::new();
        let follower = match config.role {
            Role::Server => Some(follow::start(server, &feed).await?),
            Role::Command => None,
        };
        Ok(Postgres { pool, feed, _follower: follower })
    }

    pub(crate) fn feed(&self) -> &Feed {
        &self.feed
    }

    pub(crate) fn begin(&self) -> BoxFuture<'_, Result<Transaction, Error>> {
        let begin = async move {
            let mut tries = Tries::begin();
            loop {
                let client = self.pool.get().await?;
                let begun = answer(client.batch_execute("begin")).await;
                if let Some(begun) = tries.judge(client, begun) {
                    return begun.map(|(client, ())| Transaction::new(client, Arc::clone(&self.feed)));
                }
            }
        };
        begin.boxed()
    }

    pub(crate) fn query<'a>(
        &'a self,
        statement: &'a str,
        values: &'a [Value],
    ) -> BoxFuture<'a, Result<Vec<Row>, Error>> {
        let query = async move {
            let mut tries = Tries::begin();
            loop {
                let client = self.pool.get().await?;
                let rows = query(&client, statement, values).await;
                if let Some(rows) = tries.judge(client, rows) {
                    return rows.map(|(_, rows)| rows);
                }
            }
        };
        query.boxed()
    }

    /// Opens with other steps than this program's.
    #[cfg(test)]
    pub(crate) async fn open_schema(
        config: &StoreConfig,
        url: &str,
        steps: &[migration::Migration],
    ) -> Result<(), OpenError> {
        let server = Server::new(url, config.durability)?;
        migrate::open(&server, steps, config.role, Timestamp(0)).await
    }

    #[cfg(test)]
    pub(crate) async fn prepares(&self, statement: &str) -> Result<(), Error> {
        let prepared = self.pool.get().await?.prepare(statement).await?;
        let columns = prepared.columns().iter().map(tokio_postgres::Column::type_);
        match prepared.params().iter().chain(columns).find(|given| !value::is_known(given)) {
            Some(given) => Err(Error::Corrupt(format!("a parameter or column is {given}"))),
            None => Ok(()),
        }
    }
}

/// The first thing that is tried on a connection of the pool. That the server has closed it meanwhile is only noticed
/// then; nothing has happened yet, so another one is tried. A server that does not answer is not asked twice.
struct Tries {
    began: Instant,
    more: bool,
}

impl Tries {
    fn begin() -> Tries {
        Tries { began: Instant::now(), more: true }
    }

    /// `None` when another connection should be tried.
    fn judge<T>(&mut self, client: Object, out: Result<T, Error>) -> Option<Result<(Object, T), Error>> {
        match out {
            Ok(out) => Some(Ok((client, out))),
            // The connection is as good as before.
            Err(Error::Conflict(name)) => Some(Err(Error::Conflict(name))),
            Err(error) => {
                discard(client);
                let lost = matches!(error, Error::Unavailable(_)) && self.began.elapsed() < RETRY_WITHIN;
                let again = lost && std::mem::take(&mut self.more);
                (!again).then_some(Err(error))
            }
        }
    }
}

/// Keeps a connection out of the pool: nobody knows in which state it is, and a new one costs little.
fn discard(client: Object) {
    drop(Object::take(client));
}

/// Waits for the server's answer, not for ever.
async fn answer<T>(work: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, Error> {
    match timeout(ANSWER_LIMIT, work).await {
        Ok(answer) => answer.map_err(Error::from),
        Err(_) => Err(Error::Unavailable("the database does not answer".to_owned())),
    }
}

async fn query(client: &Object, statement: &str, values: &[Value]) -> Result<Vec<Row>, Error> {
    let prepared = answer(client.prepare_cached(statement)).await?;
    let rows = answer(client.query(&prepared, &parameters(values))).await?;
    rows.iter().map(value::row).collect()
}

async fn execute(client: &Object, statement: &str, values: &[Value]) -> Result<u64, Error> {
    let prepared = answer(client.prepare_cached(statement)).await?;
    answer(client.execute(&prepared, &parameters(values))).await
}

fn parameters(values: &[Value]) -> Vec<&(dyn tokio_postgres::types::ToSql + Sync)> {
    values.iter().map(|value| value as _).collect()
}
