//! What goes into a statement and what comes out of it, the same on both engines.

use crate::error::Error;
use grantry_oauth::time::Timestamp;
use std::borrow::Cow;

/// One parameter of a statement, or one column of a row.
///
/// Times are [`Value::Int`] in milliseconds since 1970, ids and JSON are [`Value::Text`].
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// SQL `null`, of any type.
    Null,
    /// `text`.
    Text(String),
    /// `bigint`.
    Int(i64),
    /// `boolean`; SQLite keeps it as 0 or 1 and gives back [`Value::Int`].
    Bool(bool),
    /// `bytea` on PostgreSQL, `blob` on SQLite.
    Bytes(Vec<u8>),
}

// Rows carry hashes and addresses of people; a log line must never show them.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Value::Null => "Null",
            Value::Text(_) => "Text(…)",
            Value::Int(_) => "Int(…)",
            Value::Bool(_) => "Bool(…)",
            Value::Bytes(_) => "Bytes(…)",
        })
    }
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Text(_) => "text",
            Value::Int(_) => "bigint",
            Value::Bool(_) => "boolean",
            Value::Bytes(_) => "bytes",
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Value::Text(text.clone())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Value::Int(i64::from(number))
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Value::Int(i64::from(number))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Bool(flag)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Value::Bytes(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Value::Bytes(bytes.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Self {
        Value::Bytes(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Self {
        Value::Bytes(bytes.to_vec())
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Value::Int(time.0)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// A text as both engines can keep it: PostgreSQL refuses NUL, which nobody types and only an attacker sends. Its
/// symbol stands for it instead, so that it neither fails nor finds anything.
pub(crate) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{2400}")) } else { Cow::Borrowed(text) }
}

/// The parameters of a statement: `values![id, &name, now, None::<String>]`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::value::Value::from($value)),*] };
}
pub(crate) use values;

/// One row of an answer. Columns are named by position, from 0, in the order of the `select` or `returning` list.
///
/// Every accessor answers [`Error::Corrupt`] with the position when the column is missing or of another type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    columns: Vec<Value>,
}

impl Row {
    pub(crate) fn new(columns: Vec<Value>) -> Self {
        Row { columns }
    }

    fn wrong(&self, index: usize, wanted: &str) -> Error {
        match self.columns.get(index) {
            Some(value) => Error::Corrupt(format!("column {index} is {}, not {wanted}", value.kind())),
            None => Error::Corrupt(format!("there is no column {index}")),
        }
    }

    /// A `text` column that is never null.
    pub fn text(&self, index: usize) -> Result<String, Error> {
        match self.columns.get(index) {
            Some(Value::Text(text)) => Ok(text.clone()),
            _ => Err(self.wrong(index, "text")),
        }
    }

    /// A `text` column that may be null.
    pub fn opt_text(&self, index: usize) -> Result<Option<String>, Error> {
        self.optional(index, Row::text)
    }

    /// A `bigint` column that is never null.
    pub fn int(&self, index: usize) -> Result<i64, Error> {
        match self.columns.get(index) {
            Some(Value::Int(number)) => Ok(*number),
            _ => Err(self.wrong(index, "bigint")),
        }
    }

    /// A `bigint` column that may be null.
    pub fn opt_int(&self, index: usize) -> Result<Option<i64>, Error> {
        self.optional(index, Row::int)
    }

    /// A time: a `bigint` column of milliseconds since 1970 that is never null.
    pub fn time(&self, index: usize) -> Result<Timestamp, Error> {
        self.int(index).map(Timestamp)
    }

    /// A time that may be null.
    pub fn opt_time(&self, index: usize) -> Result<Option<Timestamp>, Error> {
        self.optional(index, Row::time)
    }

    /// A `boolean` column that is never null.
    pub fn bool(&self, index: usize) -> Result<bool, Error> {
        match self.columns.get(index) {
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::Int(0)) => Ok(false),
            Some(Value::Int(1)) => Ok(true),
            _ => Err(self.wrong(index, "boolean")),
        }
    }

    /// A `boolean` column that may be null.
    pub fn opt_bool(&self, index: usize) -> Result<Option<bool>, Error> {
        self.optional(index, Row::bool)
    }

    /// A `bytea`/`blob` column that is never null.
    pub fn bytes(&self, index: usize) -> Result<Vec<u8>, Error> {
        match self.columns.get(index) {
            Some(Value::Bytes(bytes)) => Ok(bytes.clone()),
            _ => Err(self.wrong(index, "bytes")),
        }
    }

    /// A `bytea`/`blob` column that may be null.
    pub fn opt_bytes(&self, index: usize) -> Result<Option<Vec<u8>>, Error> {
        self.optional(index, Row::bytes)
    }

    /// True for `null`, and for a column that is not there.
    pub(crate) fn is_null(&self, index: usize) -> bool {
        matches!(self.columns.get(index), None | Some(Value::Null))
    }

    fn optional<T>(
        &self,
        index: usize,
        read: impl Fn(&Row, usize) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        match self.columns.get(index) {
            Some(Value::Null) => Ok(None),
            _ => read(self, index).map(Some),
        }
    }
}
