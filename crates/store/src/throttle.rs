//! Failures counted under a key, so that guessing becomes slow whatever node and pathway it tries.

use crate::columns::{Columns, FromColumns};
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;
use std::time::Duration;

/// How often something failed lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// How often, in this window.
    pub failures: i64,
    /// When the window began.
    pub window_started_at: Timestamp,
    /// Until when nothing is tried under this key.
    pub blocked_until: Option<Timestamp>,
}

crate::sql! {
    FIND = "select failures, window_started_at, blocked_until from throttle where key = $1";
    COUNT = "insert into throttle (key, failures, window_started_at, blocked_until) values ($1, 1, $2, null) \
        on conflict (key) do update set \
        failures = case when throttle.window_started_at <= $3 then 1 else throttle.failures + 1 end, \
        window_started_at = case when throttle.window_started_at <= $3 then $2 else throttle.window_started_at end \
        returning failures, window_started_at, blocked_until";
    BLOCK = "update throttle set blocked_until = $1 where key = $2 and coalesce(blocked_until, 0) < $1";
    CLEAR = "delete from throttle where key = $1";
}

impl FromColumns for Throttle {
    const WIDTH: usize = 3;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Throttle {
            failures: columns.take()?,
            window_started_at: columns.take()?,
            blocked_until: columns.take()?,
        })
    }
}

impl Reader {
    /// What is counted under a key. A window that has passed is still here until the next failure.
    pub async fn find_throttle(&self, key: &str) -> Result<Option<Throttle>, Error> {
        self.query_opt(FIND, values![key]).await?.as_ref().map(Throttle::from_row).transpose()
    }
}

impl Tx {
    /// Counts a failure in one statement, so that parallel failures all count; a window that is over begins anew. No
    /// window is longer than a day: what began before that is swept.
    pub async fn count_failure(&self, key: &str, window: Duration) -> Result<Throttle, Error> {
        let now = self.now();
        Throttle::from_row(&self.query_one(COUNT, values![key, now, now - window]).await?)
    }

    /// Lets nothing be tried under a counted key until then; never shortens.
    pub async fn block(&self, key: &str, until: Timestamp) -> Result<(), Error> {
        self.execute(BLOCK, values![until, key]).await?;
        Ok(())
    }

    /// Forgets what is counted under a key, as after a success.
    pub async fn clear_throttle(&self, key: &str) -> Result<(), Error> {
        self.execute(CLEAR, values![key]).await?;
        Ok(())
    }
}
