//! The latest answers to "can this redirect URI be called", kept per account that asked.

use crate::columns::{Columns, FromColumns};
use crate::id::AccountId;
use crate::value::values;
use crate::{Error, Reader, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// What is known of a redirect URI after it was called once.
    RedirectVerdict {
        /// It answers.
        Reachable = "reachable",
        /// It answers with a redirect.
        RedirectsElsewhere = "redirects_elsewhere",
        /// It answers with an error of its own.
        ServerError = "server_error",
        /// It did not answer in time.
        Timeout = "timeout",
        /// Its certificate is not good.
        BadCertificate = "bad_certificate",
        /// Its host refused or broke the connection.
        NoAnswer = "no_answer",
        /// Its host is unknown, or not a public one.
        NotPubliclyReachable = "not_publicly_reachable",
        /// It is on the user's own device.
        NotProbed = "not_probed",
    }
}

/// A verdict on a redirect URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectCheck {
    /// The URI.
    pub uri: String,
    /// The verdict.
    pub verdict: RedirectVerdict,
    /// What it answered, such as the status; empty when it did not.
    pub detail: String,
    /// When it was called.
    pub checked_at: Timestamp,
}

crate::sql! {
    FIND = "select uri, verdict, detail, checked_at from redirect_check where account_id = $1 and uri = $2";
    COUNT = "select count(*) from redirect_check where account_id = $1 and checked_at > $2";
    PUT = "insert into redirect_check (account_id, uri, verdict, detail, checked_at) values ($1, $2, $3, $4, $5) \
        on conflict (account_id, uri) do update set verdict = excluded.verdict, detail = excluded.detail, \
        checked_at = excluded.checked_at";
}

impl FromColumns for RedirectCheck {
    const WIDTH: usize = 4;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(RedirectCheck {
            uri: columns.take()?,
            verdict: columns.take()?,
            detail: columns.take()?,
            checked_at: columns.take()?,
        })
    }
}

impl Reader {
    /// What is known of an app's redirect URIs; nothing of those that the account never had called.
    pub async fn list_redirect_checks(
        &self,
        account: &AccountId,
        uris: &[String],
    ) -> Result<Vec<RedirectCheck>, Error> {
        let mut checks = Vec::new();
        for uri in uris {
            let row = self.query_opt(FIND, values![account, uri]).await?;
            checks.extend(row.as_ref().map(RedirectCheck::from_row).transpose()?);
        }
        Ok(checks)
    }

    /// How many different URIs the account had called since then.
    pub async fn count_redirect_checks(&self, account: &AccountId, since: Timestamp) -> Result<i64, Error> {
        self.query_one(COUNT, values![account, since]).await?.int(0)
    }
}

impl Tx {
    /// Remembers the verdict on a redirect URI, called now, in place of the one before.
    pub async fn put_redirect_check(
        &self,
        account: &AccountId,
        uri: &str,
        verdict: RedirectVerdict,
        detail: &str,
    ) -> Result<(), Error> {
        self.execute(PUT, values![account, uri, verdict, detail, self.now()]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{NOW, empty, later, world, write};

    #[tokio::test]
    async fn the_latest_verdict_counts_for_the_account_that_asked() {
        let (_dir, store) = empty().await;
        let world = &world(&store).await;
        let uris: Vec<_> =
            (0..).zip(RedirectVerdict::ALL).map(|(n, _)| format!("https://{n}.example/cb")).collect();
        for (uri, verdict) in uris.iter().zip(RedirectVerdict::ALL) {
            write(&store, NOW, |tx| async move {
                tx.put_redirect_check(&world.developer, uri, RedirectVerdict::Timeout, "").await?;
                tx.put_redirect_check(&world.developer, uri, *verdict, "404").await
            })
            .await;
        }
        let reader = store.reader();
        let checks = reader.list_redirect_checks(&world.developer, &uris).await.expect("checks");
        let verdicts: Vec<_> = checks.iter().map(|check| check.verdict).collect();
        assert_eq!(verdicts, RedirectVerdict::ALL);
        assert!(checks.iter().all(|check| check.detail == "404" && check.checked_at == NOW));
        let unknown = ["https://other.example/cb".to_owned()];
        assert_eq!(reader.list_redirect_checks(&world.developer, &unknown).await, Ok(Vec::new()));
        assert_eq!(reader.list_redirect_checks(&world.customer, &uris).await, Ok(Vec::new()));
        assert_eq!(reader.count_redirect_checks(&world.developer, Timestamp(0)).await, Ok(8));
        assert_eq!(reader.count_redirect_checks(&world.developer, later(1)).await, Ok(0));
    }
}
