//! DPoP proofs that were taken: each is taken once.

use crate::value::values;
use crate::{Error, Tx};
use grantry_oauth::time::Timestamp;

crate::sql! {
    INSERT = "insert into dpop_proof (replay_key, taken_until) values ($1, $2) on conflict (replay_key) do nothing";
}

impl Tx {
    /// Takes a proof; `false` when one of the same key and id was taken before. `taken_until` is from when on its age
    /// alone refuses it.
    // RFC 9449 §11.1: one write, so that of several requests at once, on whatever node, one gets through.
    pub async fn take_dpop_proof(
        &self,
        replay_key: &[u8; 32],
        taken_until: Timestamp,
    ) -> Result<bool, Error> {
        Ok(self.execute(INSERT, values![replay_key, taken_until]).await? == 1)
    }
}

#[cfg(test)]
mod tests {
    use crate::examples::{NOW, empty, later, race, write};

    // security: D01
    #[tokio::test(flavor = "multi_thread")]
    async fn of_sixteen_requests_with_one_proof_one_gets_through() {
        let (_dir, store) = empty().await;
        let taken = race(&store, |_, tx| async move { tx.take_dpop_proof(&[1; 32], later(60)).await });
        assert_eq!(taken.await, 1);
        let take = |key: [u8; 32]| {
            write(&store, later(59), move |tx| async move { tx.take_dpop_proof(&key, later(60)).await })
        };
        assert!(!take([1; 32]).await, "later, too");
        assert!(take([2; 32]).await, "another proof");
    }

    // security: D01
    #[tokio::test]
    async fn a_proof_is_forgotten_when_its_age_refuses_it_whatever_node_looks() {
        let (_dir, store) = empty().await;
        write(&store, NOW, |tx| async move { tx.take_dpop_proof(&[1; 32], later(60)).await }).await;
        let swept = |now| {
            let store = store.clone();
            async move { store.sweep(now, 10).await.expect("a sweep").of("dpop_proof") }
        };
        assert_eq!(swept(later(120)).await, 0);
        assert_eq!(swept(later(121)).await, 1);
    }
}
