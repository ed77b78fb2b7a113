//! Deletes what is over: expired sessions, used codes, old log rows. In bounded steps, so that nobody waits long.

use crate::app::App;

/// Rows of each kind in one transaction.
const STEP: u32 = 500;

/// Steps in one run; what is left comes next time.
const STEPS: u32 = 20;

pub(super) async fn sweep(app: &App) {
    for _ in 0..STEPS {
        match app.store.sweep(app.clock.now(), STEP).await {
            Ok(counts) if counts.more => tokio::task::yield_now().await,
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "what is over could not be deleted: {error}");
                return;
            }
        }
    }
}
