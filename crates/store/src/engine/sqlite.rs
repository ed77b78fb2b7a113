//! SQLite, for now with a single connection.

use crate::{Error, OpenError, Row, Value};
use grantry_oauth::time::Timestamp;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Clone, Debug)]
pub(crate) struct Sqlite {
    connection: Arc<Mutex<Connection>>,
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

impl Sqlite {
    pub(crate) fn open(dir: &Path, _now: Timestamp) -> Result<Sqlite, OpenError> {
        std::fs::create_dir_all(dir).map_err(|cause| OpenError::Path { path: dir.to_owned(), cause })?;
        let connection = Connection::open(dir.join("grantry.db")).map_err(|error| failed(&error))?;
        connection
            .execute_batch("pragma journal_mode=wal; pragma synchronous=full; pragma foreign_keys=on")
            .map_err(|error| failed(&error))?;
        connection
            .execute_batch(include_str!("../../migrations/sqlite/0001_init.sql"))
            .map_err(|error| failed(&error))?;
        Ok(Sqlite { connection: Arc::new(Mutex::new(connection)) })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn begin(&self) -> Result<(), Error> {
        self.lock().execute_batch("begin immediate").map_err(|error| failed(&error))
    }

    pub(crate) fn end(&self, commit: bool) -> Result<(), Error> {
        self.lock().execute_batch(if commit { "commit" } else { "rollback" }).map_err(|error| failed(&error))
    }

    pub(crate) fn query(&self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, Error> {
        let connection = self.lock();
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

    pub(crate) fn execute(&self, statement: &'static str, values: &[Value]) -> Result<u64, Error> {
        let connection = self.lock();
        let mut prepared = connection.prepare_cached(statement).map_err(|error| failed(&error))?;
        let touched = prepared.execute(params_from_iter(values)).map_err(|error| failed(&error))?;
        u64::try_from(touched).map_err(|_| Error::Corrupt("row count".to_owned()))
    }
}
