//! Learns of the changes of other nodes: a notification wakes, the table is the truth.

use super::server::Server;
use super::{answer, parameters, value};
use crate::engine::Background;
use crate::feed::{BATCH, Feed};
use crate::value::values;
use crate::{Change, Error, Row, change};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, Statement};

/// Longer than any transaction lasts, from the moment it takes a number for a change to the moment its commit is seen.
pub(super) const OVERLAP: Duration = Duration::from_secs(60);

/// How a transaction that changed something ends.
pub(super) const NOTIFY_AND_COMMIT: &str = "notify grantry_change; commit";

/// How often the whole of what may still lack a number is read, whether somebody wakes the reader or not. A change whose
/// number is below one that was told already is found by this reading alone, and every node is to know within a second.
const EVERY: Duration = Duration::from_millis(500);

/// Many notifications in a row are one.
const PAUSE: Duration = Duration::from_millis(20);

/// How long after a lost connection the next one is tried.
const RETRY: Duration = Duration::from_millis(500);

/// How far below the newest number one may still be missing when the server starts: far more than the transactions
/// that can be under way.
const MARGIN: i64 = 2000;

/// Begins behind everything that is committed now.
pub(super) async fn start(server: Server, feed: &Arc<Feed>) -> Result<Background, Error> {
    let client = server.connect(None).await?;
    let reader = Reader::new(&client).await?;
    let settled = reader.newest().await?.saturating_sub(MARGIN).max(0);
    let mut seen: Vec<Change> = Vec::new();
    let mut after = settled;
    loop {
        let rows = reader.after(after).await?;
        let Some(last) = rows.last() else { break };
        after = last.int(0)?;
        for row in &rows {
            seen.extend(Change::from_row(row)?);
        }
    }
    feed.follow(OVERLAP, settled, &seen);
    let feed = Arc::clone(feed);
    Ok(Background::spawn(async move {
        loop {
            let Err(error) = follow(&server, &feed).await;
            tracing::warn!(%error, "the changes of other nodes could not be read");
            sleep(RETRY).await;
        }
    }))
}

async fn follow(server: &Server, feed: &Feed) -> Result<Infallible, Error> {
    let wake = Arc::new(Notify::new());
    let client = server.connect(Some(Arc::clone(&wake))).await?;
    answer(client.batch_execute("listen grantry_change")).await?;
    let reader = Reader::new(&client).await?;
    loop {
        // Everything that may still lack a number, then for a while only what is newer than the newest.
        let mut after = Some(feed.settled());
        while let Some(number) = after {
            after = feed.publish_rows(number, &reader.after(number).await?)?;
        }
        let read_at = Instant::now();
        while let Some(left) = EVERY.checked_sub(read_at.elapsed()) {
            sleep(PAUSE).await;
            if timeout(left, wake.notified()).await.is_err() {
                break;
            }
            feed.publish_newer(&reader.after(feed.newest()).await?)?;
        }
    }
}

struct Reader<'a> {
    client: &'a Client,
    newest: Statement,
    after: Statement,
}

impl<'a> Reader<'a> {
    async fn new(client: &'a Client) -> Result<Reader<'a>, Error> {
        let newest = answer(client.prepare(change::NEWEST)).await?;
        let after = answer(client.prepare(change::AFTER)).await?;
        Ok(Reader { client, newest, after })
    }

    async fn newest(&self) -> Result<i64, Error> {
        let row = answer(self.client.query_one(&self.newest, &[])).await?;
        value::row(&row)?.int(0)
    }

    async fn after(&self, number: i64) -> Result<Vec<Row>, Error> {
        let values = values![number, BATCH];
        let rows = answer(self.client.query(&self.after, &parameters(values))).await?;
        rows.iter().map(value::row).collect()
    }
}
