//! Logos as we serve them: named by what they are, so that equal ones are kept once and never change.

use crate::columns::{Columns, FromColumns};
use crate::migration::checksum_of;
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

/// A logo, decoded and encoded anew by us.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    /// What `bytes` is, such as `image/png`.
    pub content_type: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// The image.
    pub bytes: Vec<u8>,
    /// When it was last brought; one that no app uses is forgotten a day later.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for Logo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Logo({}, {} × {})", self.content_type, self.width, self.height)
    }
}

crate::sql! {
    FIND = "select content_type, width, height, bytes, created_at from logo where id = $1";
    PUT = "insert into logo (id, content_type, width, height, bytes, created_at) values ($1, $2, $3, $4, $5, $6) \
        on conflict (id) do update set created_at = excluded.created_at";
}

impl FromColumns for Logo {
    const WIDTH: usize = 5;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Logo {
            content_type: columns.take()?,
            width: columns.take()?,
            height: columns.take()?,
            bytes: columns.take()?,
            created_at: columns.take()?,
        })
    }
}

impl Reader {
    /// The logo with this id.
    pub async fn find_logo(&self, id: &str) -> Result<Option<Logo>, Error> {
        self.query_opt(FIND, values![id]).await?.as_ref().map(Logo::from_row).transpose()
    }
}

impl Tx {
    /// Keeps a logo of this size and says its id, which is the same for the same image.
    pub async fn put_logo(
        &self,
        content_type: &str,
        (width, height): (u32, u32),
        bytes: &[u8],
    ) -> Result<String, Error> {
        let id = checksum_of(bytes);
        self.execute(PUT, values![&id, content_type, width, height, bytes, self.now()]).await?;
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use crate::examples::{NOW, empty, later, write};

    #[tokio::test]
    async fn the_same_image_is_kept_once_from_its_latest_use_and_another_beside_it() {
        let (_dir, store) = empty().await;
        let put = |at, bytes: &'static [u8]| {
            let store = store.clone();
            async move {
                write(&store, at, |tx| async move { tx.put_logo("image/png", (64, 48), bytes).await }).await
            }
        };
        let id = put(NOW, b"abc").await;
        assert_eq!(id, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(put(later(1), b"abc").await, id);
        assert_ne!(put(NOW, b"abd").await, id);
        let logo = store.reader().find_logo(&id).await.expect("a read").expect("the logo");
        assert_eq!((logo.bytes.as_slice(), logo.content_type.as_str()), (b"abc".as_slice(), "image/png"));
        assert_eq!((logo.width, logo.height, logo.created_at), (64, 48, later(1)));
        assert_eq!(store.reader().find_logo("ba78").await, Ok(None));
    }
}
