//! Answers that take the same time whatever was found, where no slow password check hides the difference.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Answers leave at whole multiples of this after the question. One is more than any of this work takes, unless the
/// server is so busy that nothing can be told from time anyway.
const BEAT: Duration = Duration::from_millis(250);

/// Begins when the question has arrived.
#[derive(Debug)]
pub(super) struct Evenly(Instant);

impl Evenly {
    pub(super) fn begin() -> Self {
        Self(Instant::now())
    }

    /// Waits for the next beat.
    pub(super) async fn end(self) {
        let beats = self.0.elapsed().as_millis() / BEAT.as_millis() + 1;
        let beats = u32::try_from(beats).unwrap_or(u32::MAX);
        sleep_until(self.0 + BEAT.saturating_mul(beats)).await;
    }
}
