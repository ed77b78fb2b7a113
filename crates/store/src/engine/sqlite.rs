//! SQLite: one writer at a time behind a fair lock, one connection for reading; statements run in place.
//!
//! Commits are not grouped yet: each transaction waits for its own sync.

use crate::feed::Feed;
use crate::{Change, Durability, Error, OpenError, Row, StoreConfig, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

#[derive(Clone, Debug)]
pub(crate) struct Sqlite {
    reader: Arc<Mutex<Connection>>,
    writer: Arc<Mutex<Connection>>,
    /// Held from `begin` to the end of a transaction; first come, first served.
    turn: Arc<tokio::sync::Mutex<()>>,
    pub(super) feed: Arc<Feed>,
}

/// A transaction that nobody else can join. Dropped without a commit, it is rolled back.
#[derive(Debug)]
pub(crate) struct Transaction {
    writer: Arc<Mutex<Connection>>,
    open: Arc<AtomicBool>,
    changes: Arc<Mutex<Vec<Change>>>,
    _turn: OwnedMutexGuard<()>,
}

/// What the statements of a transaction run on, and nothing once it has ended.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    writer: Arc<Mutex<Connection>>,
    open: Arc<AtomicBool>,
    changes: Arc<Mutex<Vec<Change>>>,
}

fn failed(error: &rusqlite::Error) -> Error {
    let text = error.to_string();
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) {
        return match text.split_once("UNIQUE constraint failed: ") {
            Some((_, columns)) => Error::Conflict(columns.to_owned()),
            None => Error::Conflict(text),
        };
    }
    Error::Unavailable(text)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Bool(flag) => ValueRef::Integer(i64::from(*flag)),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// How often a lock held by another process (a command beside the server) is tried again, every ten milliseconds.
const TRIES: u32 = 500;

impl Sqlite {
    pub(crate) fn open(config: &StoreConfig, dir: &Path) -> Result<Sqlite, OpenError> {
        std::fs::create_dir_all(dir).map_err(|cause| OpenError::Path { path: dir.to_owned(), cause })?;
        let path = dir.join("grantry.db");
        let synchronous = match config.durability {
            Durability::Full => "full",
            Durability::Off => "off",
        };
        let connect = || -> Result<Arc<Mutex<Connection>>, Error> {
            let connection = Connection::open(&path).map_err(|error| failed(&error))?;
            let pragmas =
                format!("pragma journal_mode=wal; pragma synchronous={synchronous}; pragma foreign_keys=on");
            connection.execute_batch(&pragmas).map_err(|error| failed(&error))?;
            connection.busy_timeout(Duration::ZERO).map_err(|error| failed(&error))?;
            Ok(Arc::new(Mutex::new(connection)))
        };
        let writer = connect()?;
        prepare_schema(&lock(&writer))?;
        Ok(Sqlite { reader: connect()?, writer, turn: Arc::default(), feed: Arc::default() })
    }

    #[cfg(test)]
    pub(crate) fn prepares(&self, statement: &str) -> Result<(), Error> {
        lock(&self.reader).prepare(statement).map(|_| ()).map_err(|error| failed(&error))
    }

    pub(crate) async fn begin(&self) -> Result<Transaction, Error> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        for _ in 0..TRIES {
            let begun = lock(&self.writer).execute_batch("begin immediate");
            match begun {
                Ok(()) => {
                    let open = Arc::new(AtomicBool::new(true));
                    let writer = Arc::clone(&self.writer);
                    return Ok(Transaction { writer, open, changes: Arc::default(), _turn: turn });
                }
                Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Err(error) => return Err(failed(&error)),
            }
        }
        Err(Error::Busy)
    }

    pub(crate) fn query(&self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, Error> {
        query(&lock(&self.reader), statement, values)
    }
}

impl Transaction {
    pub(crate) fn handle(&self) -> Handle {
        Handle {
            writer: Arc::clone(&self.writer),
            open: Arc::clone(&self.open),
            changes: Arc::clone(&self.changes),
        }
    }

    /// Durable when this returns; says what changed. On an error nothing was written.
    pub(crate) fn commit(self) -> Result<Vec<Change>, Error> {
        lock(&self.writer).execute_batch("commit").map_err(|error| failed(&error))?;
        Ok(std::mem::take(&mut self.changes.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        self.open.store(false, Ordering::Release);
        let connection = lock(&self.writer);
        // A commit has ended the transaction, and so has an error such as a full disk.
        if !connection.is_autocommit() && connection.execute_batch("rollback").is_err() {
            tracing::error!("a transaction could not be rolled back");
        }
    }
}

impl Handle {
    pub(crate) fn note(&self, change: Change) {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).push(change);
    }

    fn check(&self) -> Result<(), Error> {
        if self.open.load(Ordering::Acquire) {
            return Ok(());
        }
        Err(Error::Unavailable("the transaction has ended".to_owned()))
    }

    pub(crate) fn query(&self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, Error> {
        self.check()?;
        query(&lock(&self.writer), statement, values)
    }

    pub(crate) fn execute(&self, statement: &'static str, values: &[Value]) -> Result<u64, Error> {
        self.check()?;
        let connection = lock(&self.writer);
        let mut prepared = connection.prepare_cached(statement).map_err(|error| failed(&error))?;
        let touched = prepared.execute(params_from_iter(values)).map_err(|error| failed(&error))?;
        u64::try_from(touched).map_err(|_| Error::Corrupt("row count".to_owned()))
    }
}

fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lays down the schema in an empty database.
fn prepare_schema(connection: &Connection) -> Result<(), Error> {
    let tables: i64 = connection
        .query_row("select count(*) from sqlite_master where type = 'table'", [], |row| row.get(0))
        .map_err(|error| failed(&error))?;
    if tables > 0 {
        return Ok(());
    }
    let schema = concat!("begin;", include_str!("../../migrations/sqlite/0001_init.sql"), ";commit;");
    connection.execute_batch(schema).map_err(|error| failed(&error))
}

fn query(connection: &Connection, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, Error> {
    let mut prepared = connection.prepare_cached(statement).map_err(|error| failed(&error))?;
    let width = prepared.column_count();
    let mut rows = prepared.query(params_from_iter(values)).map_err(|error| failed(&error))?;
    let mut out = Vec::new();
    while let Some(row) = rows.next().map_err(|error| failed(&error))? {
        let mut columns = Vec::with_capacity(width);
        for index in 0..width {
            columns.push(match row.get_ref(index).map_err(|error| failed(&error))? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
                ValueRef::Real(_) => return Err(Error::Corrupt(format!("column {index} is a float"))),
            });
        }
        out.push(Row::new(columns));
    }
    Ok(out)
}
