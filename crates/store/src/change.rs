//! What every node must forget from its caches: the rows of table `change`.

use crate::value::values;
use crate::{Error, Row, Tx};

crate::word::words! {
    /// The kinds of things that nodes keep in memory.
    ChangeKind {
        /// An app, its versions, secrets, redirect URIs or scopes.
        App = "app",
        /// An account, or who is a member of it.
        Account = "account",
        /// A person.
        User = "user",
        /// A connection or grant.
        Connection = "connection",
        /// An API or scope of the catalogue.
        Catalogue = "catalogue",
        /// A signing key.
        Key = "key",
        /// An access token that an API may still hold for good.
        Revocation = "revocation",
        /// A session whose apps must be told that it has ended.
        Session = "session",
        /// Events that wait for an app's webhook.
        Webhook = "webhook",
        /// A setting kept in the database.
        Setting = "setting",
    }
}

/// One thing that changed: what is cached under this kind and id must be read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The row's number.
    pub seq: i64,
    /// What kind of thing.
    pub kind: ChangeKind,
    /// Which one.
    pub id: String,
}

crate::sql! {
    INSERT = "insert into change (kind, id, at) values ($1, $2, $3) returning seq";
    NEWEST = "select coalesce(max(seq), 0) from change";
    AFTER = "select seq, kind, id from change where seq > $1 order by seq limit $2";
}

impl Change {
    /// A row of [`AFTER`]. `None` for a kind of a newer version: this program caches no such thing.
    pub(crate) fn from_row(row: &Row) -> Result<Option<Change>, Error> {
        let Some(kind) = ChangeKind::parse(&row.text(1)?) else { return Ok(None) };
        Ok(Some(Change { seq: row.int(0)?, kind, id: row.text(2)? }))
    }
}

impl Tx {
    /// Tells every node, once this transaction is committed, that a cached thing changed.
    pub async fn changed(&self, kind: ChangeKind, id: &str) -> Result<(), Error> {
        let row = self.query_one(INSERT, values![kind, id, self.now()]).await?;
        self.note(Change { seq: row.int(0)?, kind, id: id.to_owned() });
        Ok(())
    }
}
