//! The few numbers by which operators see how much is going on.

use crate::value::values;
use crate::{Error, Reader};

/// How many there are of what matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Accounts, suspended ones included.
    pub accounts: i64,
    /// People, disabled ones included.
    pub people: i64,
    /// Apps that are not deleted.
    pub apps: i64,
    /// Connections that have not ended.
    pub connections: i64,
}

crate::sql! {
    COUNT = "select (select count(*) from account), (select count(*) from person), \
        (select count(*) from app where deleted_at is null), (select count(*) from connection where ended_at is null)";
}

impl Reader {
    /// Counts everything of the server: for operators only.
    pub async fn count_figures(&self) -> Result<Figures, Error> {
        let row = self.query_one(COUNT, values![]).await?;
        Ok(Figures {
            accounts: row.int(0)?,
            people: row.int(1)?,
            apps: row.int(2)?,
            connections: row.int(3)?,
        })
    }
}
