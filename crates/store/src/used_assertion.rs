//! Client assertions that were used (RFC 7523 §3): each proves once who an app is.

use crate::id::AppId;
use crate::value::values;
use crate::{Error, Tx};
use grantry_oauth::time::Timestamp;

crate::sql! {
    USE = "insert into used_assertion (app_id, jti_hash, expires_at) values ($1, $2, $3) \
        on conflict (app_id, jti_hash) do nothing";
}

impl Tx {
    /// Uses an assertion up. `false` when it was used before: of several at once, one gets it. It is remembered until it
    /// would not be accepted any more.
    pub async fn use_assertion(
        &self,
        app: &AppId,
        jti_hash: &[u8; 32],
        expires_at: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.execute(USE, values![app, jti_hash, expires_at]).await? == 1)
    }
}

#[cfg(test)]
mod tests {
    use crate::examples::{NOW, empty, later, race, world, write};

    // security: T18
    #[tokio::test(flavor = "multi_thread")]
    async fn of_sixteen_uses_of_one_assertion_one_counts() {
        let (_dir, store) = empty().await;
        let world = world(&store).await;
        let app = world.app.clone();
        let uses = race(&store, move |_, tx| {
            let app = app.clone();
            async move { tx.use_assertion(&app, &[7; 32], later(60)).await }
        });
        assert_eq!(uses.await, 1);
        write(&store, NOW, |tx| async move {
            assert!(tx.use_assertion(&world.app, &[8; 32], later(60)).await?, "another one");
            assert!(!tx.use_assertion(&world.app, &[8; 32], later(90)).await?);
            Ok(())
        })
        .await;
        assert_eq!(store.sweep(later(60), 10).await.expect("a sweep").of("used_assertion"), 0);
        assert_eq!(store.sweep(later(61), 10).await.expect("a sweep").of("used_assertion"), 2);
    }
}
