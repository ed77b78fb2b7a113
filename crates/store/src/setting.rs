//! What operators set in the dashboard rather than in the configuration.

use crate::value::values;
use crate::{ChangeKind, Error, Reader, Tx};

crate::sql! {
    FIND = "select value from setting where key = $1";
    PUT = "insert into setting (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value";
}

impl Reader {
    /// The value of a setting, if it was ever set.
    pub async fn find_setting(&self, key: &str) -> Result<Option<String>, Error> {
        self.query_opt(FIND, values![key]).await?.map(|row| row.text(0)).transpose()
    }
}

impl Tx {
    /// Sets a setting.
    pub async fn put_setting(&self, key: &str, value: &str) -> Result<(), Error> {
        self.execute(PUT, values![key, value]).await?;
        self.changed(ChangeKind::Setting, key).await
    }
}
