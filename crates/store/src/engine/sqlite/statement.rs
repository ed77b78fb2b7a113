//! Runs one statement on one connection, in place.

use crate::value::without_nul;
use crate::{Error, Row, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, ToSql};
use std::borrow::Cow;

/// More statements than the store has, so that none is prepared twice on a connection.
pub(super) const CACHED: usize = 1024;

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Text(text) => match without_nul(text) {
                Cow::Borrowed(text) => ValueRef::Text(text.as_bytes()),
                Cow::Owned(text) => return Ok(ToSqlOutput::from(text)),
            },
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Bool(flag) => ValueRef::Integer(i64::from(*flag)),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// For SQLite `$2` is a name, and names are numbered as they appear; here they mean the second value.
fn bind(statement: &mut Statement<'_>, values: &[Value]) -> Result<(), Error> {
    let count = statement.parameter_count();
    let wrong = || Error::Corrupt(format!("{count} parameters, {} values", values.len()));
    for index in 1..=count {
        let number =
            statement.parameter_name(index).and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let value = number.and_then(|number| values.get(number.checked_sub(1)?)).ok_or_else(wrong)?;
        statement.raw_bind_parameter(index, value)?;
    }
    if count == values.len() { Ok(()) } else { Err(wrong()) }
}

pub(super) fn query(connection: &Connection, statement: &str, values: &[Value]) -> Result<Vec<Row>, Error> {
    let mut prepared = connection.prepare_cached(statement)?;
    bind(&mut prepared, values)?;
    let width = prepared.column_count();
    let mut rows = prepared.raw_query();
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let columns = (0..width).map(|index| value(row.get_ref(index)?)).collect::<Result<_, Error>>()?;
        out.push(Row::new(columns));
    }
    Ok(out)
}

fn value(column: ValueRef<'_>) -> Result<Value, Error> {
    Ok(match column {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => return Err(Error::Corrupt("a column is a float".to_owned())),
    })
}

pub(super) fn execute(connection: &Connection, statement: &str, values: &[Value]) -> Result<u64, Error> {
    let mut prepared = connection.prepare_cached(statement)?;
    bind(&mut prepared, values)?;
    let touched = prepared.raw_execute()?;
    u64::try_from(touched).map_err(|_| Error::Corrupt("row count".to_owned()))
}

/// A statement without parameters and rows, such as `commit`.
pub(super) fn run(connection: &Connection, statement: &str) -> Result<(), Error> {
    execute(connection, statement, &[]).map(|_| ())
}
