//! What an error of SQLite means, in the words of PostgreSQL where constraints have names.

use crate::{Error, FOREIGN_KEY};
use rusqlite::ErrorCode;
use rusqlite::ffi::{
    SQLITE_CONSTRAINT_FOREIGNKEY, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID,
    SQLITE_CONSTRAINT_UNIQUE,
};

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        meaning(&error)
    }
}

fn meaning(error: &rusqlite::Error) -> Error {
    let text = error.to_string();
    let Some(cause) = error.sqlite_error() else {
        return Error::Corrupt(text);
    };
    if cause.code == ErrorCode::ConstraintViolation {
        return conflict(cause.extended_code, &text).map_or(Error::Corrupt(text), Error::Conflict);
    }
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the others say that a statement or the file is wrong"
    )]
    match cause.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Error::Busy,
        ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::CannotOpen
        | ErrorCode::ReadOnly
        | ErrorCode::OutOfMemory
        | ErrorCode::PermissionDenied
        | ErrorCode::FileLockingProtocolFailed
        | ErrorCode::OperationInterrupted
        | ErrorCode::OperationAborted => Error::Unavailable(text),
        _ => Error::Corrupt(text),
    }
}

/// SQLite names the columns (`UNIQUE constraint failed: app.account_id, app.code`); both schemas name constraints by
/// the table and these columns, as PostgreSQL does by itself.
fn conflict(extended_code: i32, text: &str) -> Option<String> {
    if extended_code == SQLITE_CONSTRAINT_FOREIGNKEY {
        return Some(FOREIGN_KEY.to_owned());
    }
    let (_, columns) = text.split_once("UNIQUE constraint failed: ")?;
    let mut columns = columns.split(", ").map(|column| column.split_once('.'));
    let (table, first) = columns.next()??;
    match extended_code {
        SQLITE_CONSTRAINT_PRIMARYKEY | SQLITE_CONSTRAINT_ROWID => Some(format!("{table}_pkey")),
        SQLITE_CONSTRAINT_UNIQUE => {
            let mut name = format!("{table}_{first}");
            for column in columns {
                name.push('_');
                name.push_str(column?.1);
            }
            name.push_str("_key");
            Some(name)
        }
        _ => None,
    }
}
