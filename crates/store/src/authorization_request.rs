//! Pending requests of the authorization endpoint: what waits while a person signs in and decides.

use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, AppId, PersonId};
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

/// A request that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// The app that asks.
    pub app_id: AppId,
    /// SHA-256 of the cookie of the browser that claimed it; `None` while no browser has.
    pub browser_hash: Option<[u8; 32]>,
    /// What it asks for: the checked request as JSON.
    pub request: String,
    /// Who signed in for it.
    pub person_id: Option<PersonId>,
    /// The account that this person chose.
    pub account_id: Option<AccountId>,
    /// The pushed request that it began with (RFC 9126), by the hash of its name.
    pub pushed_hash: Option<[u8; 32]>,
    /// When the person signed in within this request: what settles `prompt=login` and `max_age`.
    pub signed_in_at: Option<Timestamp>,
    /// When it arrived.
    pub created_at: Timestamp,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

/// A request to be kept.
#[derive(Clone, Debug)]
pub struct NewAuthorizationRequest {
    /// SHA-256 of what its URL carries.
    pub id_hash: [u8; 32],
    /// The app that asks.
    pub app_id: AppId,
    /// The checked request as JSON.
    pub request: String,
    /// The pushed request that it begins with, if it does.
    pub pushed_hash: Option<[u8; 32]>,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

/// A request in a browser: SHA-256 of what its URL carries, and of the browser's cookie.
pub type InBrowser<'a> = (&'a [u8; 32], &'a [u8; 32]);

macro_rules! columns {
    () => {
        "app_id, browser_hash, request, person_id, account_id, pushed_hash, signed_in_at, created_at, expires_at"
    };
}

crate::sql! {
    FIND = concat!(
        "select ", columns!(), " from authorization_request",
        " where id_hash = $1 and decided_at is null and expires_at > $2"
    );
    INSERT = "insert into authorization_request (id_hash, app_id, request, pushed_hash, created_at, expires_at) \
        values ($1, $2, $3, $4, $5, $6)";
    CLAIM = "update authorization_request set browser_hash = $1, \
        expires_at = case when browser_hash is null then $4 else expires_at end where id_hash = $2 \
        and (browser_hash is null or browser_hash = $1) and decided_at is null and expires_at > $3 returning app_id";
    /// Another person has not chosen the account that the one before chose.
    SIGN_IN = "update authorization_request set signed_in_at = $1, \
        account_id = case when person_id = $2 then account_id else null end, person_id = $2 \
        where id_hash = $3 and browser_hash = $4 and decided_at is null and expires_at > $5 returning app_id";
    CHOOSE = "update authorization_request set account_id = $1 \
        where id_hash = $2 and browser_hash = $3 and person_id = $4 and decided_at is null and expires_at > $5 \
        returning app_id";
    DECIDE = concat!(
        "update authorization_request set decided_at = $1",
        " where id_hash = $2 and browser_hash = $3 and decided_at is null and expires_at > $1",
        " returning ", columns!()
    );
}

impl FromColumns for AuthorizationRequest {
    const WIDTH: usize = 9;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(AuthorizationRequest {
            app_id: columns.take()?,
            browser_hash: columns.take()?,
            request: columns.take()?,
            person_id: columns.take()?,
            account_id: columns.take()?,
            pushed_hash: columns.take()?,
            signed_in_at: columns.take()?,
            created_at: columns.take()?,
            expires_at: columns.take()?,
        })
    }
}

impl Reader {
    /// A request that can still be decided at this time. Only the browser that claimed it may go on with it.
    pub async fn find_authorization_request(
        &self,
        id_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<AuthorizationRequest>, Error> {
        let row = self.query_opt(FIND, values![id_hash, now]).await?;
        row.as_ref().map(AuthorizationRequest::from_row).transpose()
    }
}

impl Tx {
    /// Keeps a request until a person has decided. It belongs to no browser yet: it may have been posted from another
    /// site, without our cookies.
    pub async fn insert_authorization_request(&self, new: &NewAuthorizationRequest) -> Result<(), Error> {
        let values =
            values![new.id_hash, &new.app_id, &new.request, new.pushed_hash, self.now(), new.expires_at];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Binds a request to the first browser that shows it, and keeps it for that browser until `expires_at`. `false`
    /// for every other browser.
    pub async fn claim_authorization_request(
        &self,
        (id_hash, browser_hash): InBrowser<'_>,
        expires_at: Timestamp,
    ) -> Result<bool, Error> {
        let values = values![browser_hash, id_hash, self.now(), expires_at];
        Ok(self.query_opt(CLAIM, values).await?.is_some())
    }

    /// Remembers who signed in for a request. Somebody else than before has chosen no account yet. Like the two below:
    /// nothing happens to a request that is decided, expired or another browser's.
    pub async fn note_sign_in(
        &self,
        (id_hash, browser_hash): InBrowser<'_>,
        person: &PersonId,
        signed_in_at: Timestamp,
    ) -> Result<bool, Error> {
        let values = values![signed_in_at, person, id_hash, browser_hash, self.now()];
        Ok(self.query_opt(SIGN_IN, values).await?.is_some())
    }

    /// Remembers the account that the person chose. The caller has checked that the person is a member.
    pub async fn choose_account(
        &self,
        (id_hash, browser_hash): InBrowser<'_>,
        person: &PersonId,
        account: &AccountId,
    ) -> Result<bool, Error> {
        let values = values![account, id_hash, browser_hash, person, self.now()];
        Ok(self.query_opt(CHOOSE, values).await?.is_some())
    }

    /// Decides a request, for good or ill: of several attempts at once, one gets it. With it, the pushed request is used
    /// up that it began with; when another authorization did that, this one is over too (RFC 9126 §7.3).
    pub async fn decide_authorization_request(
        &self,
        (id_hash, browser_hash): InBrowser<'_>,
    ) -> Result<Option<AuthorizationRequest>, Error> {
        let row = self.query_opt(DECIDE, values![self.now(), id_hash, browser_hash]).await?;
        let Some(row) = row else { return Ok(None) };
        let request = AuthorizationRequest::from_row(&row)?;
        let first = match &request.pushed_hash {
            Some(pushed) => self.use_pushed_request(pushed).await?,
            None => true,
        };
        Ok(first.then_some(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::examples::{NOW, World, empty, later, person, race, world, write};

    const ID: [u8; 32] = [1; 32];
    const BROWSER: [u8; 32] = [2; 32];
    const OTHER: [u8; 32] = [3; 32];

    /// A request that waits ten minutes.
    async fn waiting(store: &Store) -> World {
        let world = world(store).await;
        let new = NewAuthorizationRequest {
            id_hash: ID,
            app_id: world.app.clone(),
            request: "{}".to_owned(),
            pushed_hash: None,
            expires_at: later(600),
        };
        write(store, NOW, |tx| async move { tx.insert_authorization_request(&new).await }).await;
        world
    }

    // security: C03
    #[tokio::test]
    async fn the_first_browser_gets_a_request_and_another_can_do_nothing_with_it() {
        let (_dir, store) = empty().await;
        let world = &waiting(&store).await;
        let find = || async { store.reader().find_authorization_request(&ID, NOW).await.expect("a read") };
        assert_eq!(find().await.map(|request| request.browser_hash), Some(None));
        write(&store, NOW, |tx| async move {
            assert!(tx.decide_authorization_request((&ID, &BROWSER)).await?.is_none(), "nobody's yet");
            assert!(tx.claim_authorization_request((&ID, &BROWSER), later(3_600)).await?);
            assert!(tx.claim_authorization_request((&ID, &BROWSER), later(3_600)).await?, "a reload");
            assert!(!tx.claim_authorization_request((&ID, &OTHER), later(3_600)).await?);
            assert!(!tx.note_sign_in((&ID, &OTHER), &world.person, NOW).await?);
            assert!(tx.note_sign_in((&ID, &BROWSER), &world.person, NOW).await?);
            assert!(!tx.choose_account((&ID, &OTHER), &world.person, &world.customer).await?);
            assert!(tx.choose_account((&ID, &BROWSER), &world.person, &world.customer).await?);
            assert!(tx.decide_authorization_request((&ID, &OTHER)).await?.is_none());
            Ok(())
        })
        .await;
        let request = find().await.expect("it waits");
        assert_eq!(request.browser_hash, Some(BROWSER));
        assert_eq!(request.account_id.as_ref(), Some(&world.customer));
        let decided =
            write(&store, NOW, |tx| async move { tx.decide_authorization_request((&ID, &BROWSER)).await });
        assert_eq!(decided.await, Some(request));
        assert_eq!(find().await, None);
    }

    #[tokio::test]
    async fn an_account_is_chosen_by_who_signed_in_last_and_by_nobody_else() {
        let (_dir, store) = empty().await;
        let world = &waiting(&store).await;
        let found = write(&store, NOW, |tx| async move {
            let key = (&ID, &BROWSER);
            let other = person(2, "bob@hotel.example");
            tx.insert_person(&other).await?;
            tx.claim_authorization_request((&ID, &BROWSER), later(3_600)).await?;
            assert!(!tx.choose_account(key, &world.person, &world.customer).await?, "nobody signed in");
            tx.note_sign_in(key, &world.person, NOW).await?;
            tx.choose_account(key, &world.person, &world.customer).await?;
            tx.note_sign_in(key, &world.person, later(1)).await?;
            let same = tx.find_authorization_request(&ID, NOW).await?.expect("it waits");
            assert_eq!(
                (same.account_id.as_ref(), same.signed_in_at),
                (Some(&world.customer), Some(later(1)))
            );
            tx.note_sign_in(key, &other.id, later(2)).await?;
            assert!(!tx.choose_account(key, &world.person, &world.customer).await?, "the one before");
            tx.find_authorization_request(&ID, NOW).await
        });
        assert_eq!(found.await.expect("it waits").account_id, None);
    }

    #[tokio::test]
    async fn a_request_ends_with_its_time() {
        let (_dir, store) = empty().await;
        let world = &waiting(&store).await;
        let find = |now| {
            let reader = store.reader();
            async move { reader.find_authorization_request(&ID, now).await.expect("a read").is_some() }
        };
        assert!(find(later(599)).await);
        assert!(!find(later(600)).await);
        write(&store, NOW, |tx| async move {
            tx.claim_authorization_request((&ID, &BROWSER), later(3_600)).await
        })
        .await;
        assert!(find(later(3_599)).await, "the browser that shows it has longer");
        write(&store, later(3_600), |tx| async move {
            assert!(!tx.claim_authorization_request((&ID, &BROWSER), later(3_600)).await?);
            assert!(!tx.note_sign_in((&ID, &BROWSER), &world.person, NOW).await?);
            assert!(tx.decide_authorization_request((&ID, &BROWSER)).await?.is_none());
            Ok(())
        })
        .await;
    }

    // security: C03
    #[tokio::test(flavor = "multi_thread")]
    async fn of_sixteen_browsers_one_claims_a_request_and_of_sixteen_clicks_one_decides_it() {
        let (_dir, store) = empty().await;
        waiting(&store).await;
        let claims = race(&store, |n, tx| async move {
            tx.claim_authorization_request((&ID, &[n; 32]), later(3_600)).await
        });
        assert_eq!(claims.await, 1);
        let request =
            store.reader().find_authorization_request(&ID, NOW).await.expect("a read").expect("it waits");
        let browser = request.browser_hash.expect("a browser claimed it");
        let decisions = race(&store, move |_, tx| async move {
            tx.decide_authorization_request((&ID, &browser)).await.map(|request| request.is_some())
        });
        assert_eq!(decisions.await, 1);
    }
}
