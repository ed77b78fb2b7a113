//! What can go wrong while remembering: four kinds while running, and the reasons why a store does not open.

use std::path::PathBuf;

/// Why a read or a write did not happen. Absence is not an error: finders answer `Option`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A unique or foreign-key constraint refused the write. Carries the constraint's name, the same on both engines:
    /// `<table>_<columns>_key`, `<table>_pkey`, the name of a partial unique index, or `foreign_key`.
    #[error("the write conflicts with what is stored ({0})")]
    Conflict(String),
    /// Others were writing for too long, or the engine asked for a retry. Nothing was written; trying again is safe.
    #[error("the store is busy; nothing was written")]
    Busy,
    /// The store cannot be reached or refuses to write (disk full, connection lost …). Nothing can be said about a
    /// commit that was under way when a PostgreSQL connection was lost.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What is stored, or a statement, is not what this program expects.
    #[error("the store holds something unexpected: {0}")]
    Corrupt(String),
}

impl Error {
    /// True for a conflict with exactly this constraint.
    pub fn is_conflict(&self, constraint: &str) -> bool {
        matches!(self, Error::Conflict(name) if name == constraint)
    }
}

/// The name that a violated foreign key has in [`Error::Conflict`]: SQLite cannot say which one it was.
pub const FOREIGN_KEY: &str = "foreign_key";

/// Why a store did not open. The sentences are for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another server works on the same data directory.
    #[error("another Grantry server is already running on the data directory {}; stop it first, or give this one its own --data directory", .0.display())]
    ServerRunning(PathBuf),
    /// The database was written by a newer version of Grantry.
    #[error(
        "the database was last used by a newer Grantry: it is at schema {found} and this program knows up to {known}; start the newer version, or restore a backup made before the upgrade"
    )]
    NewerSchema {
        /// The version found in the database.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The database was last used by an older version of Grantry, and whoever opens it is not the one to change that.
    #[error(
        "the database is at schema {found} and this program needs {known}; start the new server, which backs up and migrates, or run `grantry migrate`"
    )]
    OlderSchema {
        /// The version found in the database.
        found: i64,
        /// The version that this program needs.
        known: i64,
    },
    /// A migration that was already applied is not the one this program carries.
    #[error(
        "migration {version} ({name}) in the database differs from the one in this program; the database was made by another build of Grantry"
    )]
    ChangedMigration {
        /// The migration's number.
        version: i64,
        /// The migration's name in the database.
        name: String,
    },
    /// One migration failed; the database is as it was before it.
    #[error("migration {version} ({name}) failed: {cause}")]
    FailedMigration {
        /// The migration's number.
        version: i64,
        /// The migration's name.
        name: String,
        /// What the engine said.
        cause: String,
    },
    /// A file or directory could not be used.
    #[error("cannot use {}: {cause}", .path.display())]
    Path {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// The database URL or a setting is wrong.
    #[error("{0}")]
    Config(String),
    /// The copy that is made before a migration failed.
    #[error("the database could not be backed up before its schema changes: {0}")]
    Backup(Box<BackupError>),
    /// The database cannot be reached, or answered with an error.
    #[error("the database cannot be opened: {0}")]
    Engine(#[from] Error),
}

/// Why a backup was not made or not restored. The sentences are for the operator.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// PostgreSQL has better tools for it.
    #[error("Grantry copies SQLite databases only; use pg_dump and pg_restore for PostgreSQL")]
    Postgres,
    /// A file could not be used.
    #[error("cannot use {}: {cause}", .path.display())]
    Path {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// The file to be restored is damaged, or something else.
    #[error("{} is no usable backup: {cause}", .path.display())]
    NotABackup {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The database in whose place the backup is put cannot be used, or the backup is of another version.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database answered with an error.
    #[error("the database could not be copied: {0}")]
    Engine(#[from] Error),
}

impl From<BackupError> for OpenError {
    fn from(error: BackupError) -> Self {
        OpenError::Backup(Box::new(error))
    }
}
