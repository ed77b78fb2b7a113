//! How much an account may have, and how often it may send the server out.

use std::time::Duration;

use grantry_store::Error;
use grantry_store::id::AccountId;

use super::Refused;
use crate::app::App;

/// Apps of a kind that an account may have.
pub const APPS_PER_ACCOUNT: i64 = 200;
/// Secrets of an app that are not revoked.
pub const SECRETS_PER_APP: i64 = 20;

/// Outward calls (logos, redirect URIs) for one account in [`WINDOW`].
const CALLS: i64 = 120;
const WINDOW: Duration = Duration::from_secs(600);

/// Counts outward calls that an account is about to cause.
///
/// # Errors
/// [`Refused::TooMany`] when there were too many lately; then none is made.
pub(crate) async fn spend(app: &App, account: &AccountId, calls: usize) -> Result<(), Refused> {
    if calls == 0 {
        return Ok(());
    }
    let now = app.clock.now();
    let key = format!("outward:{account}");
    let counted = app.store.write(now, |tx| async move {
        let mut counted = tx.count_failure(&key, WINDOW).await?;
        for _ in 1..calls {
            counted = tx.count_failure(&key, WINDOW).await?;
        }
        Ok::<_, Error>(counted)
    });
    let counted = counted.await?;
    if counted.failures > CALLS {
        let left = (counted.window_started_at + WINDOW).0.saturating_sub(now.0) / 1000;
        return Err(Refused::TooMany(u64::try_from(left).unwrap_or_default().max(1)));
    }
    Ok(())
}
