//! What every node must forget from its caches: the rows of table `change`, and who listens to them.

use crate::value::values;
use crate::{Error, Tx};

/// The kinds of things that nodes keep in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// An app, its versions, secrets, redirect URIs or scopes.
    App,
    /// An account, or who is a member of it.
    Account,
    /// A person.
    User,
    /// A connection or grant.
    Connection,
    /// An API or scope of the catalogue.
    Catalogue,
    /// A signing key.
    Key,
    /// A setting kept in the database.
    Setting,
}

impl ChangeKind {
    /// The word in the column `kind`.
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeKind::App => "app",
            ChangeKind::Account => "account",
            ChangeKind::User => "user",
            ChangeKind::Connection => "connection",
            ChangeKind::Catalogue => "catalogue",
            ChangeKind::Key => "key",
            ChangeKind::Setting => "setting",
        }
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
}

impl Tx {
    /// Tells every node, once this transaction is committed, that a cached thing changed.
    pub async fn changed(&self, kind: ChangeKind, id: &str) -> Result<(), Error> {
        let row = self.query_one(INSERT, values![kind.as_str(), id, self.now()]).await?;
        self.note(Change { seq: row.int(0)?, kind, id: id.to_owned() });
        Ok(())
    }
}
