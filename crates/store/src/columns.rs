//! How a row becomes a struct: its columns taken one after the other, each as what the field needs.

use crate::{Error, Row};
use grantry_oauth::time::Timestamp;

/// Something that one column holds.
pub(crate) trait FromColumn: Sized {
    /// Reads the column at this position; [`Error::Corrupt`] when it holds something else.
    fn from_column(row: &Row, index: usize) -> Result<Self, Error>;
}

/// The columns of a row in the order of the statement's list.
#[derive(Debug)]
pub(crate) struct Columns<'a> {
    row: &'a Row,
    next: usize,
}

impl Row {
    /// Begins at the first column.
    pub(crate) fn columns(&self) -> Columns<'_> {
        Columns { row: self, next: 0 }
    }
}

impl Columns<'_> {
    /// The next column.
    pub(crate) fn take<T: FromColumn>(&mut self) -> Result<T, Error> {
        let index = self.next;
        self.next += 1;
        T::from_column(self.row, index)
    }

    /// The next columns, as one thing.
    pub(crate) fn nested<T: FromColumns>(&mut self) -> Result<T, Error> {
        T::from_columns(self)
    }

    /// The next columns, as one thing; `None` when the first of them is null: with a left join, nothing was joined.
    pub(crate) fn nested_or_absent<T: FromColumns>(&mut self) -> Result<Option<T>, Error> {
        if self.row.is_null(self.next) {
            self.next += T::WIDTH;
            return Ok(None);
        }
        T::from_columns(self).map(Some)
    }
}

/// Something that several columns hold.
pub(crate) trait FromColumns: Sized {
    /// How many columns. The first is never null.
    const WIDTH: usize;

    /// Reads the next [`Self::WIDTH`] columns.
    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error>;

    /// Reads a whole row.
    fn from_row(row: &Row) -> Result<Self, Error> {
        Self::from_columns(&mut row.columns())
    }

    /// Reads every row.
    fn from_rows(rows: &[Row]) -> Result<Vec<Self>, Error> {
        rows.iter().map(Self::from_row).collect()
    }
}

impl FromColumn for String {
    fn from_column(row: &Row, index: usize) -> Result<Self, Error> {
        row.text(index)
    }
}

impl FromColumn for i64 {
    fn from_column(row: &Row, index: usize) -> Result<Self, Error> {
        row.int(index)
    }
}

impl FromColumn for u32 {
    fn from_column(row: &Row, index: usize) -> Result<Self, Error> {
        u32::try_from(row.int(index)?).map_err(|_| Error::Corrupt(format!("column {index} is out of range")))
    }
}

impl FromColumn for bool {
    fn from_column(row: &Row, index: usize) -> Result<Self, Error> {
        row.bool(index)
    }
}

impl FromColumn for Timestamp {
    fn from_column(row: &Row, index: usize) -> Result<Self, Error> {
        row.time(index)
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(row: &Row, index: usize) -> Result<Self, Error> {
        row.bytes(index)
    }
}

impl FromColumn for [u8; 32] {
    fn from_column(row: &Row, index: usize) -> Result<Self, Error> {
        let bytes = row.bytes(index)?;
        bytes.try_into().map_err(|_| Error::Corrupt(format!("column {index} is not 32 bytes")))
    }
}

/// JSON arrays of strings, such as an invitation's roles.
impl FromColumn for Vec<String> {
    fn from_column(row: &Row, index: usize) -> Result<Self, Error> {
        serde_json::from_str(&row.text(index)?)
            .map_err(|_| Error::Corrupt(format!("column {index} is not a list of strings")))
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(row: &Row, index: usize) -> Result<Self, Error> {
        if row.is_null(index) { Ok(None) } else { T::from_column(row, index).map(Some) }
    }
}

/// A list of strings as the JSON text that [`Vec<String>`] is read from.
pub(crate) fn json_list(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}
