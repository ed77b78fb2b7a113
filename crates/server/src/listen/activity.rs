//! What a connection is doing and for how long it may: hyper has one clock for slow heads and idle time, we need two.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Version;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::config::Limits;

/// The state of one connection, shared by its stream, its requests and its watch.
#[derive(Debug)]
pub(super) struct Activity {
    header_timeout: Duration,
    idle_timeout: Duration,
    state: Mutex<State>,
    /// Somebody else needs the place.
    asked: Notify,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    in_flight: usize,
    http2: bool,
}

#[derive(Debug, PartialEq)]
enum Phase {
    /// Nothing was asked yet; a handshake and the first head count as one.
    First,
    /// All that was asked is answered.
    Idle,
    /// A head has begun to arrive.
    Head,
}

/// Whose time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overdue {
    /// A head that does not come to its end.
    Head,
    /// A connection that asks nothing more.
    Idle,
}

impl Activity {
    pub(super) fn new(limits: &Limits) -> Arc<Self> {
        let state = State { phase: Phase::First, since: Instant::now(), in_flight: 0, http2: false };
        Arc::new(Self {
            header_timeout: limits.header_timeout,
            idle_timeout: limits.idle_timeout,
            state: Mutex::new(state),
            asked: Notify::new(),
        })
    }

    /// Since when all that was asked is answered; `None` for a connection that is in the middle of something.
    pub(super) fn rests_since(&self) -> Option<Instant> {
        self.change(|state| (state.phase == Phase::Idle && state.in_flight == 0).then_some(state.since))
    }

    /// Asks a connection to end, if it rests.
    pub(super) fn make_way(&self) {
        self.asked.notify_one();
    }

    /// Bytes came from the other side.
    pub(super) fn heard(&self) {
        self.change(|state| {
            // HTTP/2 talks between requests too, and its heads come whole.
            if state.phase == Phase::Idle && state.in_flight == 0 && !state.http2 {
                state.phase = Phase::Head;
                state.since = Instant::now();
            }
        });
    }

    /// A request begins; it ends when the returned guard goes.
    pub(super) fn request(self: &Arc<Self>, version: Version) -> InFlight {
        self.change(|state| {
            state.in_flight += 1;
            state.http2 = version == Version::HTTP_2;
        });
        InFlight(Arc::clone(self))
    }

    /// Returns when the connection has used up its time.
    pub(super) async fn overdue(&self) -> Overdue {
        // The deadline can move closer while this sleeps, so it never sleeps long.
        let nap = (self.header_timeout / 4).max(Duration::from_millis(10));
        loop {
            let now = Instant::now();
            let until = match self.deadline() {
                Some((deadline, overdue)) if deadline <= now => return overdue,
                Some((deadline, _)) => deadline.min(now + nap),
                None => now + nap,
            };
            tokio::select! {
                () = sleep_until(until) => {}
                () = self.asked.notified() => {
                    if self.rests_since().is_some() {
                        return Overdue::Idle;
                    }
                }
            }
        }
    }

    fn deadline(&self) -> Option<(Instant, Overdue)> {
        self.change(|state| match state.phase {
            Phase::First | Phase::Idle | Phase::Head if state.in_flight > 0 => None,
            Phase::First | Phase::Head => Some((state.since + self.header_timeout, Overdue::Head)),
            Phase::Idle => Some((state.since + self.idle_timeout, Overdue::Idle)),
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A request that is being served.
#[derive(Debug)]
pub(super) struct InFlight(Arc<Activity>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.change(|state| {
            state.in_flight -= 1;
            if state.in_flight == 0 {
                state.phase = Phase::Idle;
                state.since = Instant::now();
            }
        });
    }
}
