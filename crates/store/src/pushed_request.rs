//! Authorization requests that apps pushed before a browser came (RFC 9126).

use crate::columns::{Columns, FromColumns};
use crate::id::AppId;
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

/// A request that can still be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedRequest {
    /// The app that pushed it.
    pub app_id: AppId,
    /// What it asks for: the checked request as JSON.
    pub request: String,
}

/// A request to be kept.
#[derive(Clone, Debug)]
pub struct NewPushedRequest {
    /// SHA-256 of what its `request_uri` carries.
    pub id_hash: [u8; 32],
    /// The app that pushes it.
    pub app_id: AppId,
    /// What it asks for: the checked request as JSON.
    pub request: String,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

crate::sql! {
    FIND = "select app_id, request from pushed_request \
        where id_hash = $1 and app_id = $2 and used_at is null and expires_at > $3";
    INSERT = "insert into pushed_request (id_hash, app_id, request, created_at, expires_at) \
        values ($1, $2, $3, $4, $5)";
    USE = "update pushed_request set used_at = $1 where id_hash = $2 and used_at is null returning app_id";
}

impl FromColumns for PushedRequest {
    const WIDTH: usize = 2;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(PushedRequest { app_id: columns.take()?, request: columns.take()? })
    }
}

impl Reader {
    /// A request that this app pushed, that no authorization has used up, and whose time is not over.
    pub async fn find_pushed_request(
        &self,
        id_hash: &[u8; 32],
        app: &AppId,
        now: Timestamp,
    ) -> Result<Option<PushedRequest>, Error> {
        let row = self.query_opt(FIND, values![id_hash, app, now]).await?;
        row.as_ref().map(PushedRequest::from_row).transpose()
    }
}

impl Tx {
    /// Keeps a request until a browser brings its `request_uri`.
    pub async fn insert_pushed_request(&self, new: &NewPushedRequest) -> Result<(), Error> {
        let values = values![new.id_hash, &new.app_id, &new.request, self.now(), new.expires_at];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Uses a request up, when an authorization that began with it is decided: of several, one gets it. Its time may be
    /// over by then: a person may read longer than a `request_uri` lives.
    pub async fn use_pushed_request(&self, id_hash: &[u8; 32]) -> Result<bool, Error> {
        Ok(self.query_opt(USE, values![self.now(), id_hash]).await?.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{NOW, empty, later, race, world, write};

    // security: P02
    #[tokio::test(flavor = "multi_thread")]
    async fn a_pushed_request_is_its_apps_alone_ends_with_its_time_and_is_used_once() {
        let (_dir, store) = empty().await;
        let world = world(&store).await;
        let new = NewPushedRequest {
            id_hash: [1; 32],
            app_id: world.app.clone(),
            request: "{}".to_owned(),
            expires_at: later(60),
        };
        write(&store, NOW, |tx| async move { tx.insert_pushed_request(&new).await }).await;
        let find = async |app: &AppId, now| {
            store.reader().find_pushed_request(&[1; 32], app, now).await.expect("a read").is_some()
        };
        assert!(find(&world.app, NOW).await && find(&world.app, later(59)).await);
        assert!(!find(&world.app, later(60)).await);
        assert!(!find(&AppId::new(NOW, [9; 10]), NOW).await, "another app's");
        let uses = race(&store, |_, tx| async move { tx.use_pushed_request(&[1; 32]).await });
        assert_eq!(uses.await, 1);
        assert!(!find(&world.app, NOW).await);
        write(&store, NOW, |tx| async move {
            assert!(!tx.use_pushed_request(&[2; 32]).await?, "there is none");
            Ok(())
        })
        .await;
    }
}
