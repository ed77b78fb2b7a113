//! The only place that reads the wall clock; tests move it instead of sleeping.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use grantry_oauth::time::Timestamp;

/// The time as the server sees it: the system's, plus a shift that only tests set.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    shift_ms: Arc<AtomicI64>,
}

impl Clock {
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// Milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
        let system = std::time::SystemTime::now();
        let since = system.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Timestamp(ms.saturating_add(self.shift_ms.load(Ordering::Relaxed)))
    }

    /// Moves this clock, and every clone of it, forward.
    pub fn advance(&self, by: std::time::Duration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.shift_ms.fetch_add(ms, Ordering::Relaxed);
    }
}
