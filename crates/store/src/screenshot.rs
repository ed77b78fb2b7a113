//! Screenshots of apps as we serve them: named by what they are, so that equal ones are kept once and never change.

use crate::columns::{Columns, FromColumns};
use crate::migration::checksum_of;
use crate::value::values;
use crate::{Error, Reader, Tx};

/// A screenshot, decoded and encoded anew by us.
#[derive(Clone, PartialEq, Eq)]
pub struct Screenshot {
    /// What `bytes` is, such as `image/png`.
    pub content_type: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// The image.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Screenshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Screenshot({}, {} × {})", self.content_type, self.width, self.height)
    }
}

crate::sql! {
    FIND = "select content_type, width, height, bytes from screenshot where id = $1";
    PUT = "insert into screenshot (id, content_type, width, height, bytes, created_at) \
        values ($1, $2, $3, $4, $5, $6) on conflict (id) do update set created_at = excluded.created_at";
}

impl FromColumns for Screenshot {
    const WIDTH: usize = 4;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Screenshot {
            content_type: columns.take()?,
            width: columns.take()?,
            height: columns.take()?,
            bytes: columns.take()?,
        })
    }
}

impl Reader {
    /// The screenshot with this id.
    pub async fn find_screenshot(&self, id: &str) -> Result<Option<Screenshot>, Error> {
        self.query_opt(FIND, values![id]).await?.as_ref().map(Screenshot::from_row).transpose()
    }
}

impl Tx {
    /// Keeps a screenshot and says its id, which is the same for the same image. One that no listing shows is forgotten
    /// a day later.
    pub async fn put_screenshot(&self, new: &Screenshot) -> Result<String, Error> {
        let id = checksum_of(&new.bytes);
        let values = values![&id, &new.content_type, new.width, new.height, new.bytes.as_slice(), self.now()];
        self.execute(PUT, values).await?;
        Ok(id)
    }
}
