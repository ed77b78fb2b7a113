//! Authorization codes: each is exchanged once, by its app, for what its grant holds.

use crate::columns::{Columns, FromColumns};
use crate::id::{AppId, GrantId};
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::grant::authorization_code;
use grantry_oauth::time::Timestamp;

/// A code that was presented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The app it was issued to.
    pub app_id: AppId,
    /// That app's client ID.
    pub client_id: String,
    /// The grant, which has the scopes, the resources and the session.
    pub grant_id: GrantId,
    /// The redirect URI it was sent to.
    pub redirect_uri: String,
    /// The PKCE challenge.
    pub code_challenge: Option<String>,
    /// What the ID token repeats.
    pub nonce: Option<String>,
    /// The thumbprint of the DPoP key it is bound to.
    pub dpop_jkt: Option<String>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// Whether somebody had used it before it was presented.
    pub used: bool,
}

impl Code {
    /// What the rules of the exchange look at.
    #[must_use]
    pub fn rules_row(&self) -> authorization_code::Row {
        authorization_code::Row {
            client_id: self.client_id.clone(),
            redirect_uri: self.redirect_uri.clone(),
            code_challenge: self.code_challenge.clone(),
            dpop_jkt: self.dpop_jkt.clone(),
            expires_at: self.expires_at,
            used: self.used,
        }
    }
}

/// A code to be issued.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// SHA-256 of the code.
    pub hash: [u8; 32],
    /// The app.
    pub app_id: AppId,
    /// The grant.
    pub grant_id: GrantId,
    /// The redirect URI it is sent to.
    pub redirect_uri: String,
    /// The PKCE challenge.
    pub code_challenge: Option<String>,
    /// What the ID token repeats.
    pub nonce: Option<String>,
    /// The thumbprint of the DPoP key it is bound to.
    pub dpop_jkt: Option<String>,
    /// When it stops working.
    pub expires_at: Timestamp,
}

crate::sql! {
    FIND = "select c.app_id, p.client_id, c.grant_id, c.redirect_uri, c.code_challenge, c.nonce, c.dpop_jkt, \
        c.created_at, c.expires_at, c.used_at is not null \
        from authorization_code c join app p on p.id = c.app_id where c.hash = $1";
    INSERT = "insert into authorization_code (hash, app_id, grant_id, redirect_uri, code_challenge, nonce, dpop_jkt, \
        created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    CONSUME = "update authorization_code set used_at = $1 where hash = $2 and app_id = $3 and used_at is null \
        returning app_id, (select p.client_id from app p where p.id = app_id), grant_id, redirect_uri, code_challenge, \
        nonce, dpop_jkt, created_at, expires_at, false";
}

impl FromColumns for Code {
    const WIDTH: usize = 10;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Code {
            app_id: columns.take()?,
            client_id: columns.take()?,
            grant_id: columns.take()?,
            redirect_uri: columns.take()?,
            code_challenge: columns.take()?,
            nonce: columns.take()?,
            dpop_jkt: columns.take()?,
            created_at: columns.take()?,
            expires_at: columns.take()?,
            used: columns.take()?,
        })
    }
}

impl Reader {
    /// A code, used or not, whoever's it is: what tells a replay from a code that never was. It is remembered as long
    /// as its grant.
    pub async fn find_code(&self, hash: &[u8; 32]) -> Result<Option<Code>, Error> {
        self.query_opt(FIND, values![hash]).await?.as_ref().map(Code::from_row).transpose()
    }
}

impl Tx {
    /// Issues a code.
    pub async fn insert_code(&self, new: &NewCode) -> Result<(), Error> {
        let values = values![
            new.hash,
            &new.app_id,
            &new.grant_id,
            &new.redirect_uri,
            new.code_challenge.as_ref(),
            new.nonce.as_ref(),
            new.dpop_jkt.as_ref(),
            self.now(),
            new.expires_at,
        ];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Uses a code up: of several attempts at once, one gets it, even after its end. `None` when it was used before, is
    /// unknown or is another app's, which changes nothing.
    // RFC 6749 §4.1.3: the client is a condition of the write, so that nobody else can burn the code.
    pub async fn consume_code(&self, hash: &[u8; 32], app: &AppId) -> Result<Option<Code>, Error> {
        self.query_opt(CONSUME, values![self.now(), hash, app])
            .await?
            .as_ref()
            .map(Code::from_row)
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::connection::EndReason;
    use crate::examples::{NOW, World, empty, later, race, world, write};

    const HASH: [u8; 32] = [7; 32];

    fn new_code(world: &World) -> NewCode {
        NewCode {
            hash: HASH,
            app_id: world.app.clone(),
            grant_id: world.grant.clone(),
            redirect_uri: "https://app.example/cb".to_owned(),
            code_challenge: Some("challenge".to_owned()),
            nonce: None,
            dpop_jkt: Some("thumbprint".to_owned()),
            expires_at: later(60),
        }
    }

    async fn issued(store: &Store) -> World {
        let world = world(store).await;
        let code = new_code(&world);
        write(store, NOW, |tx| async move { tx.insert_code(&code).await }).await;
        world
    }

    // security: T01, T02
    #[tokio::test]
    async fn a_code_is_used_once_and_recognised_afterwards() {
        let (_dir, store) = empty().await;
        let world = &issued(&store).await;
        let found = store.reader().find_code(&HASH).await.expect("a read").expect("the code");
        let consume = |now| write(&store, now, |tx| async move { tx.consume_code(&HASH, &world.app).await });
        let code = consume(NOW).await.expect("the first use");
        assert_eq!(code, found);
        assert_eq!((code.dpop_jkt.as_deref(), code.nonce.as_deref()), (Some("thumbprint"), None));
        let row = code.rules_row();
        assert_eq!((row.client_id.as_str(), row.used, row.expires_at), ("SDXE-AC-MYAPP", false, later(60)));
        assert_eq!(consume(later(1)).await, None);
        let replayed = store.reader().find_code(&HASH).await.expect("a read").expect("it is remembered");
        assert_eq!(replayed, Code { used: true, ..code });
        assert_eq!(store.reader().find_code(&[8; 32]).await, Ok(None));
    }

    // security: T04
    #[tokio::test]
    async fn another_app_does_not_burn_a_code_and_the_right_one_gets_it_even_late() {
        let (_dir, store) = empty().await;
        let world = &issued(&store).await;
        let other = AppId::new(NOW, [9; 10]);
        write(&store, later(3_600), |tx| async move {
            assert_eq!(tx.consume_code(&HASH, &other).await?, None);
            let code = tx.consume_code(&HASH, &world.app).await?.expect("the rules decide about its end");
            assert_eq!((code.used, code.expires_at), (false, later(60)));
            Ok(())
        })
        .await;
    }

    // security: T01, T02
    #[tokio::test(flavor = "multi_thread")]
    async fn of_sixteen_exchanges_of_a_code_one_gets_it() {
        let (_dir, store) = empty().await;
        let world = issued(&store).await;
        let won = race(&store, move |_, tx| {
            let app = world.app.clone();
            async move { tx.consume_code(&HASH, &app).await.map(|code| code.is_some()) }
        });
        assert_eq!(won.await, 1);
    }

    #[tokio::test]
    async fn an_unused_code_dies_with_its_connection() {
        let (_dir, store) = empty().await;
        let world = &issued(&store).await;
        write(&store, NOW, |tx| async move {
            let reason = EndReason::Disconnected;
            assert!(tx.end_connection(&world.customer, &world.connection, None, reason).await?);
            assert_eq!(tx.consume_code(&HASH, &world.app).await?, None);
            Ok(())
        })
        .await;
    }
}
