//! Work that nobody waits for: what runs again and again beside the requests, and ends with the server.

mod flow_log;
mod sweep;
mod touched;

pub use flow_log::FlowLog;
pub use touched::Touched;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::app::App;
use crate::apps::webhook::deliver;
use crate::registration::unused;
use crate::sign_in::{back_channel, end_session};
use crate::{keys, mail};

/// Starts every job. Each ends soon after `stopping` says so; what it is in the middle of, it finishes.
pub fn start(app: &Arc<App>, stopping: &watch::Receiver<bool>) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    let flushed = Arc::clone(app);
    jobs.spawn(every(Duration::from_secs(20), stopping.clone(), move || {
        let app = Arc::clone(&flushed);
        async move { app.touched.flush(&app).await }
    }));
    let refused = Arc::clone(app);
    jobs.spawn(every(Duration::from_secs(1), stopping.clone(), move || {
        let app = Arc::clone(&refused);
        async move { app.flow_log.flush(&app).await }
    }));
    let swept = Arc::clone(app);
    jobs.spawn(every(Duration::from_secs(60), stopping.clone(), move || {
        let app = Arc::clone(&swept);
        async move { sweep::sweep(&app).await }
    }));
    let ended = Arc::clone(app);
    jobs.spawn(every(Duration::from_secs(60), stopping.clone(), move || {
        let app = Arc::clone(&ended);
        async move {
            if let Err(error) = end_session::end_overdue(&app).await {
                tracing::warn!(%error, "sessions whose time is over could not be ended: {error}");
            }
        }
    }));
    let tidied = Arc::clone(app);
    jobs.spawn(every(Duration::from_secs(3600), stopping.clone(), move || {
        let app = Arc::clone(&tidied);
        async move {
            if let Err(error) = unused::tidy(&app).await {
                tracing::warn!(%error, "unused apps could not be looked at: {error}");
            }
        }
    }));
    let warmed = Arc::clone(app);
    // Read before somebody asks: with many apps it takes a second or two.
    jobs.spawn(async move {
        if let Err(error) = warmed.cached.shelf().look(|_| ()).await {
            tracing::warn!(%error, "the store could not be read: {error}");
        }
    });
    jobs.spawn(Arc::clone(&app.keys).follow(stopping.clone()));
    let turned = Arc::clone(app);
    jobs.spawn(every(Duration::from_secs(60), stopping.clone(), move || {
        let app = Arc::clone(&turned);
        async move { keys::turn(&app.keys, app.config.keys.rotate_after).await }
    }));
    let sending = Arc::clone(app);
    jobs.spawn(mail::dispatch(sending, stopping.clone()));
    jobs.spawn(back_channel::dispatch(Arc::clone(app), stopping.clone()));
    jobs.spawn(deliver::dispatch(Arc::clone(app), stopping.clone()));
    jobs
}

/// Runs `work` after each period, one at a time, and once more when the server stops.
async fn every<W, F>(period: Duration, mut stopping: watch::Receiver<bool>, work: W)
where
    W: Fn() -> F + Send,
    F: Future<Output = ()> + Send,
{
    let mut ticks = interval_at(Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let stops = tokio::select! {
            _ = ticks.tick() => false,
            _ = stopping.wait_for(|stop| *stop) => true,
        };
        work().await;
        if stops {
            return;
        }
    }
}
