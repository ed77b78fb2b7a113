//! Learns of the changes of other processes.

use super::statement;
use crate::engine::Background;
use crate::feed::{BATCH, Feed};
use crate::value::values;
use crate::{Error, change};
use rusqlite::Connection;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often the database is asked whether somebody wrote.
const EVERY: Duration = Duration::from_millis(250);

/// Begins behind everything that is committed now.
pub(super) fn start(connection: Connection, feed: &Arc<Feed>) -> Result<Background, Error> {
    let mut version = data_version(&connection)?;
    let newest = statement::query(&connection, change::NEWEST, &[])?;
    let newest = newest.first().map_or(Ok(0), |row| row.int(0))?;
    // One transaction writes at a time, so rows are committed in the order of their numbers.
    feed.follow(Duration::ZERO, newest, &[]);
    let feed = Arc::clone(feed);
    Ok(Background::spawn(async move {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match look(&connection, &feed, version) {
                Ok(seen) => version = seen,
                Err(error) => tracing::warn!(%error, "the changes of other processes could not be read"),
            }
        }
    }))
}

fn look(connection: &Connection, feed: &Feed, known: i64) -> Result<i64, Error> {
    let version = data_version(connection)?;
    if version == known {
        feed.is_unchanged();
        return Ok(known);
    }
    let mut after = Some(feed.settled());
    while let Some(number) = after {
        let rows = statement::query(connection, change::AFTER, values![number, BATCH])?;
        after = feed.publish_rows(number, &rows)?;
    }
    Ok(version)
}

/// Changes when another connection has committed.
fn data_version(connection: &Connection) -> Result<i64, Error> {
    let rows = statement::query(connection, "pragma data_version", &[])?;
    rows.first().ok_or_else(|| Error::Corrupt("no data version".to_owned()))?.int(0)
}
