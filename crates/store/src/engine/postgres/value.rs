//! Values on their way to PostgreSQL and back, as the type that the statement expects.

use crate::value::without_nul;
use crate::{Error, Row, Value};
use bytes::BytesMut;
use std::error::Error as Cause;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, WrongType, to_sql_checked};

type Failure = Box<dyn Cause + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Text(text) if is_text(wanted) => without_nul(text).to_sql(wanted, out),
            Value::Int(number) if *wanted == Type::INT8 => number.to_sql(wanted, out),
            Value::Int(number) if *wanted == Type::INT4 => i32::try_from(*number)?.to_sql(wanted, out),
            Value::Bool(flag) if *wanted == Type::BOOL => flag.to_sql(wanted, out),
            Value::Bytes(bytes) if *wanted == Type::BYTEA => bytes.to_sql(wanted, out),
            Value::Text(_) | Value::Int(_) | Value::Bool(_) | Value::Bytes(_) => {
                Err(Box::new(WrongType::new::<Value>(wanted.clone())))
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(given: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        Ok(match *given {
            Type::INT8 => Value::Int(i64::from_sql(given, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(given, raw)?.into()),
            Type::BOOL => Value::Bool(bool::from_sql(given, raw)?),
            Type::BYTEA => Value::Bytes(raw.to_vec()),
            _ => Value::Text(String::from_sql(given, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failure> {
        Ok(Value::Null)
    }

    fn accepts(given: &Type) -> bool {
        is_text(given) || [Type::INT8, Type::INT4, Type::BOOL, Type::BYTEA].contains(given)
    }
}

/// Types that a statement of ours can have: as a parameter, or as a column of its answer.
#[cfg(test)]
pub(super) fn is_known(given: &Type) -> bool {
    <Value as FromSql<'_>>::accepts(given)
}

fn is_text(given: &Type) -> bool {
    [Type::TEXT, Type::VARCHAR, Type::NAME].contains(given)
}

pub(super) fn row(row: &tokio_postgres::Row) -> Result<Row, Error> {
    let columns = (0..row.len()).map(|index| row.try_get::<_, Value>(index)).collect::<Result<_, _>>();
    columns.map(Row::new).map_err(|error| Error::Corrupt(super::error::causes(&error)))
}
