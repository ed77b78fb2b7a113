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

#[cfg(test)]
mod tests {
    use super::*;

    // security: S05
    #[tokio::test(start_paused = true)]
    async fn little_work_and_much_work_take_the_same_time() {
        for (work_ms, answer_ms) in [(0, 250), (3, 250), (249, 250), (250, 500), (420, 500)] {
            let began = Instant::now();
            let evenly = Evenly::begin();
            tokio::time::advance(Duration::from_millis(work_ms)).await;
            evenly.end().await;
            assert_eq!(began.elapsed().as_millis(), answer_ms, "{work_ms} ms of work");
        }
    }
}
