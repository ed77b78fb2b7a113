//! Webhooks: where an app is told what happens to its connections. What there is to tell is in `webhook_event`.

use crate::columns::{Columns, FromColumns};
use crate::id::{AccountId, AppId};
use crate::value::values;
use crate::{ChangeKind, Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// Whether events are sent.
    WebhookState {
        /// They are.
        Active = "active",
        /// The owner wants them to wait.
        Paused = "paused",
        /// The address said that it is gone for good (410); they wait.
        Gone = "gone",
    }
}

/// Where an app is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The app.
    pub app_id: AppId,
    /// The address.
    pub url: String,
    /// Whether events are sent.
    pub state: WebhookState,
    /// What the signing secret is made of, together with the master key.
    pub secret_id: String,
    /// The secret before, while deliveries are signed with both.
    pub former_secret_id: Option<String>,
    /// Until when.
    pub former_until: Option<Timestamp>,
    /// Since when there is one.
    pub created_at: Timestamp,
    /// When something of it changed last.
    pub updated_at: Timestamp,
}

impl Webhook {
    /// The ids of the secrets that sign at this time, the newest first.
    #[must_use]
    pub fn signing_secrets(&self, now: Timestamp) -> Vec<&str> {
        let former = self.former_secret_id.as_deref().filter(|_| self.former_until > Some(now));
        std::iter::once(self.secret_id.as_str()).chain(former).collect()
    }
}

macro_rules! webhook_columns {
    () => {
        "w.app_id, w.url, w.state, w.secret_id, w.former_secret_id, w.former_until, w.created_at, w.updated_at"
    };
}
pub(crate) use webhook_columns;

crate::sql! {
    FIND = concat!(
        "select ", webhook_columns!(), " from webhook w join app p on p.id = w.app_id",
        " where p.account_id = $1 and p.id = $2"
    );
    INSERT = "insert into webhook (app_id, url, state, secret_id, created_at, updated_at) \
        values ($1, $2, 'active', $3, $4, $4) on conflict (app_id) do nothing";
    SET_URL = "update webhook set url = $1, updated_at = $2 where app_id = $3 and url <> $1 returning app_id";
    SET_STATE = "update webhook set state = $1, updated_at = $2 where app_id = $3 and state <> $1 returning app_id";
    /// Whatever waits is due at once, and has its whole time again.
    WAKE = "update webhook_event set next_attempt_at = $1, give_up_at = $2 \
        where app_id = $3 and next_attempt_at is not null";
    ROTATE = "update webhook set former_secret_id = secret_id, former_until = $1, secret_id = $2, updated_at = $3 \
        where app_id = $4 and secret_id = $5 returning app_id";
    END_FORMER = "update webhook set former_secret_id = null, former_until = null, updated_at = $1 \
        where app_id = $2 and former_secret_id is not null returning app_id";
    DELETE = "delete from webhook where app_id = $1 returning app_id";
}

impl FromColumns for Webhook {
    const WIDTH: usize = 8;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Webhook {
            app_id: columns.take()?,
            url: columns.take()?,
            state: columns.take()?,
            secret_id: columns.take()?,
            former_secret_id: columns.take()?,
            former_until: columns.take()?,
            created_at: columns.take()?,
            updated_at: columns.take()?,
        })
    }
}

impl Reader {
    /// Where an app of the account is told.
    pub async fn find_webhook(&self, account: &AccountId, app: &AppId) -> Result<Option<Webhook>, Error> {
        self.query_opt(FIND, values![account, app]).await?.as_ref().map(Webhook::from_row).transpose()
    }
}

/// The caller of each has found the app in its account, within the transaction.
impl Tx {
    /// Gives an app its webhook. `false` when it has one already.
    pub async fn insert_webhook(&self, app: &AppId, url: &str, secret_id: &str) -> Result<bool, Error> {
        Ok(self.execute(INSERT, values![app, url, secret_id, self.now()]).await? > 0)
    }

    /// Changes the address; what waits goes there. `false` when it is the same.
    pub async fn set_webhook_url(&self, app: &AppId, url: &str) -> Result<bool, Error> {
        Ok(self.query_opt(SET_URL, values![url, self.now(), app]).await?.is_some())
    }

    /// Lets events wait, or sends them again: then all that wait are due, until `give_up_at`. `false` when nothing
    /// changed.
    pub async fn set_webhook_state(
        &self,
        app: &AppId,
        state: WebhookState,
        give_up_at: Timestamp,
    ) -> Result<bool, Error> {
        if self.query_opt(SET_STATE, values![state, self.now(), app]).await?.is_none() {
            return Ok(false);
        }
        if state == WebhookState::Active {
            self.execute(WAKE, values![self.now(), give_up_at, app]).await?;
            self.changed(ChangeKind::Webhook, app.as_str()).await?;
        }
        Ok(true)
    }

    /// Signs with another secret, and until `former_until` with the one before too. `false` when the secret is not
    /// `from` any more: somebody else was faster.
    pub async fn rotate_webhook_secret(
        &self,
        app: &AppId,
        (from, to): (&str, &str),
        former_until: Timestamp,
    ) -> Result<bool, Error> {
        let values = values![former_until, to, self.now(), app, from];
        Ok(self.query_opt(ROTATE, values).await?.is_some())
    }

    /// Stops signing with the secret before. `false` when there is none.
    pub async fn end_former_webhook_secret(&self, app: &AppId) -> Result<bool, Error> {
        Ok(self.query_opt(END_FORMER, values![self.now(), app]).await?.is_some())
    }

    /// Forgets the webhook with everything that was, or would have been, told. `false` when there is none.
    pub async fn delete_webhook(&self, app: &AppId) -> Result<bool, Error> {
        Ok(self.query_opt(DELETE, values![app]).await?.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{NOW, empty, later, world, write};

    #[tokio::test]
    async fn a_webhook_is_its_owners_and_there_is_one_an_app() {
        let (_dir, store) = empty().await;
        let world = world(&store).await;
        let w = &world;
        let (first, second) = write(&store, NOW, |tx| async move {
            let first = tx.insert_webhook(&w.app, "https://app.example/hook", "one").await?;
            Ok((first, tx.insert_webhook(&w.app, "https://other.example/hook", "two").await?))
        })
        .await;
        assert_eq!((first, second), (true, false));
        let reader = store.reader();
        let found = reader.find_webhook(&world.developer, &world.app).await.expect("a read").expect("it");
        assert_eq!((found.url.as_str(), found.state), ("https://app.example/hook", WebhookState::Active));
        assert_eq!(reader.find_webhook(&world.customer, &world.app).await, Ok(None), "another account");
        assert!(write(&store, NOW, |tx| async move { tx.delete_webhook(&w.app).await }).await);
        assert_eq!(reader.find_webhook(&world.developer, &world.app).await, Ok(None));
    }

    #[tokio::test]
    async fn two_secrets_overlap_for_as_long_as_the_owner_said() {
        let (_dir, store) = empty().await;
        let world = world(&store).await;
        let w = &world;
        write(&store, NOW, |tx| async move {
            tx.insert_webhook(&w.app, "https://app.example/hook", "one").await?;
            assert!(tx.rotate_webhook_secret(&w.app, ("one", "two"), later(60)).await?);
            assert!(!tx.rotate_webhook_secret(&w.app, ("one", "three"), later(60)).await?, "a second click");
            Ok(())
        })
        .await;
        let find = || async {
            store.reader().find_webhook(&w.developer, &w.app).await.expect("a read").expect("it")
        };
        assert_eq!(find().await.signing_secrets(later(59)), ["two", "one"]);
        assert_eq!(find().await.signing_secrets(later(60)), ["two"]);
        assert!(write(&store, NOW, |tx| async move { tx.end_former_webhook_secret(&w.app).await }).await);
        assert!(!write(&store, NOW, |tx| async move { tx.end_former_webhook_secret(&w.app).await }).await);
        assert_eq!(find().await.signing_secrets(NOW), ["two"]);
    }
}
