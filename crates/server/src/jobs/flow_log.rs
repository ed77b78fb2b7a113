//! Why programs were refused, for the owners of their apps: noted in memory, written in batches, a bounded number of each.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use grantry_oauth::Timestamp;
use grantry_store::flow_event::NewFlowEvent;
use grantry_store::id::AppId;

use crate::app::App;

/// What is counted starts anew after this.
const WINDOW: Duration = Duration::from_hours(1);
/// Most events of an app in a window: a failing loop needs no more to be understood, and failures must not become writes
/// without end.
const MOST_OF_APP: u32 = 60;
/// Most events of one kind of an app in a window, so that one loop does not hide another.
const MOST_OF_KIND: u32 = 10;
/// Most events that wait to be written.
const MOST_WAITING: usize = 1000;
/// Most apps that are counted.
const MOST_APPS: usize = 10_000;

/// Refusals that are not written yet. A crash loses at most one period of them.
#[derive(Debug, Default)]
pub struct FlowLog {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<NewFlowEvent>,
    counted: HashMap<AppId, Counted>,
    began: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Counted {
    all: u32,
    of_kind: HashMap<(&'static str, String), u32>,
}

impl FlowLog {
    /// Notes a refusal, unless the app had enough of them lately. It is written a moment later: an answer must not wait
    /// for it, or its time would tell which apps exist.
    pub fn note(&self, event: NewFlowEvent, kind: &'static str, now: Timestamp) {
        let Some(app) = event.app_id.clone() else { return };
        let mut state = self.lock();
        if state.began.is_none_or(|began| now.since(began) >= WINDOW) {
            state.began = Some(now);
            state.counted.clear();
        }
        if state.waiting.len() >= MOST_WAITING
            || (state.counted.len() >= MOST_APPS && !state.counted.contains_key(&app))
        {
            return;
        }
        let counted = state.counted.entry(app.clone()).or_default();
        let of_kind = counted.of_kind.entry((event.stage.as_str(), kind.to_owned())).or_default();
        if counted.all >= MOST_OF_APP || *of_kind >= MOST_OF_KIND {
            return;
        }
        *of_kind += 1;
        counted.all += 1;
        // The fixed words alone: hints quote what strangers sent.
        tracing::info!(
            request_id = %event.request_id, %app, stage = event.stage.as_str(), error = %event.error,
            "request refused: {kind}"
        );
        state.waiting.push(event);
    }

    /// Writes what was noted.
    pub async fn flush(&self, app: &App) {
        let waiting = &std::mem::take(&mut self.lock().waiting);
        if waiting.is_empty() {
            return;
        }
        let written = app.store.write(app.clock.now(), |tx| async move {
            for event in waiting {
                tx.insert_flow_event(event).await?;
            }
            Ok::<_, grantry_store::Error>(())
        });
        if let Err(error) = written.await {
            tracing::warn!(%error, count = waiting.len(), "refused flows could not be written for their owners: {error}");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use grantry_store::flow_event::FlowStage;
    use grantry_store::id::AccountId;

    fn event(app: u8) -> NewFlowEvent {
        NewFlowEvent {
            request_id: "r".to_owned(),
            account_id: AccountId::new(Timestamp(0), [0; 10]),
            app_id: Some(AppId::new(Timestamp(0), [app; 10])),
            stage: FlowStage::Token,
            error: "invalid_client".to_owned(),
            hint: "the client secret has expired".to_owned(),
            detail: "{}".to_owned(),
        }
    }

    fn kept(log: &FlowLog) -> usize {
        log.lock().waiting.len()
    }

    // security: U02
    #[test]
    fn a_loop_of_failures_is_noted_a_few_times_and_hides_neither_other_failures_nor_other_apps() {
        let log = FlowLog::default();
        for _ in 0..1000 {
            log.note(event(1), "loop", Timestamp(0));
        }
        assert_eq!(kept(&log), 10);
        log.note(event(1), "something else", Timestamp(0));
        log.note(event(2), "loop", Timestamp(0));
        assert_eq!(kept(&log), 12);
        for kind in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] {
            for _ in 0..10 {
                log.note(event(1), kind, Timestamp(0));
            }
        }
        assert_eq!(kept(&log), 61);
        log.note(event(1), "loop", Timestamp(3_600_000));
        assert_eq!(kept(&log), 62, "an hour later it is news again");
    }
}
