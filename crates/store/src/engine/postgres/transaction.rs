//! One transaction on one connection.

use super::{answer, discard, execute, query};
use crate::engine::progress::Progress;
use crate::feed::Feed;
use crate::{Change, Error, Row, Value};
use deadpool_postgres::Object;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long a transaction runs statements. With the time that its last statement and its commit may take, it is over
/// before [`super::follow::OVERLAP`] is.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// A transaction under way. Dropped, its connection is closed, which rolls it back.
#[derive(Debug)]
pub(crate) struct Transaction {
    ground: Arc<Ground>,
    feed: Arc<Feed>,
}

/// What the statements of a transaction run on, until it ends.
#[derive(Clone, Debug)]
pub(crate) struct Handle(Arc<Ground>);

#[derive(Debug)]
struct Ground {
    client: Mutex<Option<Unfinished>>,
    progress: Progress,
    begun: Instant,
}

/// A connection in the middle of a transaction: only one that has come to its end goes back to the pool.
#[derive(Debug)]
struct Unfinished(Option<Object>);

impl Unfinished {
    fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            discard(client);
        }
    }
}

impl Transaction {
    pub(super) fn new(client: Object, feed: Arc<Feed>) -> Transaction {
        let client = Mutex::new(Some(Unfinished(Some(client))));
        Transaction {
            ground: Arc::new(Ground { client, progress: Progress::default(), begun: Instant::now() }),
            feed,
        }
    }

    pub(crate) fn handle(&self) -> Handle {
        Handle(Arc::clone(&self.ground))
    }

    pub(in crate::engine) fn progress(&self) -> &Progress {
        &self.ground.progress
    }

    /// Keeps what was written; durable when this returns. In a task of its own, so that other caches hear of what was
    /// committed even if the caller does not wait.
    pub(crate) async fn commit(self) -> Result<(), Error> {
        let committed = tokio::spawn(async move {
            let client = self.ground.end().await?;
            let changes = self.ground.progress.take_changes();
            // Notifications make commits wait for each other, so only those who have something to tell send one.
            let commit = if changes.is_empty() { "commit" } else { super::follow::NOTIFY_AND_COMMIT };
            client.run(commit).await?;
            client.give_back();
            self.feed.publish(&changes);
            Ok(())
        });
        committed.await.unwrap_or_else(|_| Err(Error::Unavailable("the commit was interrupted".to_owned())))
    }

    /// Leaves no trace. After a failure of the server the connection is not used again.
    pub(crate) async fn roll_back(self) {
        let usable =
            self.ground.progress.failure().is_none_or(|failure| matches!(failure, Error::Conflict(_)));
        if let Ok(client) = self.ground.end().await
            && usable
            && client.run("rollback").await.is_ok()
        {
            client.give_back();
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        self.ground.progress.end();
        // Who still holds a handle cannot keep the transaction open by it.
        if let Ok(mut client) = self.ground.client.try_lock() {
            drop(client.take());
        }
    }
}

impl Ground {
    fn usable<'a>(&self, client: &'a Option<Unfinished>) -> Result<&'a Object, Error> {
        if self.begun.elapsed() > TIME_LIMIT {
            return Err(Error::Unavailable("the transaction takes too long".to_owned()));
        }
        client.as_ref().and_then(|client| client.0.as_ref()).ok_or_else(ended)
    }

    async fn end(&self) -> Result<Unfinished, Error> {
        self.progress.end();
        self.client.lock().await.take().ok_or_else(ended)
    }
}

impl Unfinished {
    async fn run(&self, statement: &str) -> Result<(), Error> {
        let client = self.0.as_ref().ok_or_else(ended)?;
        answer(client.batch_execute(statement)).await
    }
}

impl Handle {
    pub(crate) fn query<'a>(
        &'a self,
        statement: &'a str,
        values: &'a [Value],
    ) -> BoxFuture<'a, Result<Vec<Row>, Error>> {
        let query = async move {
            let call = self.0.progress.call()?;
            let client = self.0.client.lock().await;
            let rows = match self.0.usable(&client) {
                Ok(client) => query(client, statement, values).await,
                Err(error) => Err(error),
            };
            call.end(rows)
        };
        query.boxed()
    }

    pub(crate) fn execute<'a>(
        &'a self,
        statement: &'a str,
        values: &'a [Value],
    ) -> BoxFuture<'a, Result<u64, Error>> {
        let execute = async move {
            let call = self.0.progress.call()?;
            let client = self.0.client.lock().await;
            let touched = match self.0.usable(&client) {
                Ok(client) => execute(client, statement, values).await,
                Err(error) => Err(error),
            };
            call.end(touched)
        };
        execute.boxed()
    }

    pub(crate) fn note(&self, change: Change) {
        self.0.progress.note(change);
    }
}

fn ended() -> Error {
    Error::Unavailable("the transaction has ended".to_owned())
}
