//! Manners between processes that write to one database: who waits says so, and who has just written lets others in.
//!
//! SQLite's lock is not fair. A busy server takes it again within microseconds and a command that tries every few
//! milliseconds may never find it free. So a process that waits holds a shared lock on a file, and a process that is
//! about to write sees by an exclusive one whether anybody does. Such locks vanish with the process.

use std::fs::File;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long the database is left alone for others: several of their tries.
const PAUSE: Duration = Duration::from_millis(6);

/// A process that says it waits and never writes may not slow down the others by more than a fraction.
const PAUSE_EVERY: Duration = Duration::from_millis(60);

#[derive(Debug)]
pub(super) struct Queue {
    file: File,
    paused_at: Mutex<Option<Instant>>,
}

/// Waits in line until it is dropped.
#[derive(Debug)]
pub(super) struct Place<'a>(&'a File);

impl Queue {
    pub(super) fn new(file: File) -> Queue {
        Queue { file, paused_at: Mutex::default() }
    }

    /// Pauses if another process waits for the database.
    pub(super) async fn let_others_in(&self) {
        if self.others_wait() && self.may_pause() {
            sleep(PAUSE).await;
        }
    }

    /// Without locks on this file system nobody is let in, and everything else works.
    fn others_wait(&self) -> bool {
        match self.file.try_lock() {
            Ok(()) => {
                let _ = self.file.unlock();
                false
            }
            Err(std::fs::TryLockError::WouldBlock) => true,
            Err(std::fs::TryLockError::Error(_)) => false,
        }
    }

    fn may_pause(&self) -> bool {
        let paused_at = &mut *super::lock(&self.paused_at);
        let may = paused_at.is_none_or(|at| at.elapsed() >= PAUSE_EVERY);
        if may {
            *paused_at = Some(Instant::now());
        }
        may
    }

    /// `None` when another process is just looking whether anybody waits; to be tried again.
    pub(super) fn wait_in_line(&self) -> Option<Place<'_>> {
        self.file.try_lock_shared().ok().map(|()| Place(&self.file))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long a process waits before it writes.
    async fn pause(queue: &Queue) -> Duration {
        let from = Instant::now();
        queue.let_others_in().await;
        from.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_just_written_pauses_for_who_waits_and_for_nobody_else() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let [busy, one, other] =
            [(); 3].map(|()| Queue::new(File::options().write(true).open(file.path()).expect("the file")));
        assert_eq!(pause(&busy).await, Duration::ZERO);
        let place = one.wait_in_line().expect("nobody looks");
        let another = other.wait_in_line().expect("several can wait");
        assert_eq!(pause(&busy).await, PAUSE);
        assert_eq!(pause(&busy).await, Duration::ZERO, "not before every group");
        tokio::time::advance(PAUSE_EVERY).await;
        drop(another);
        assert_eq!(pause(&busy).await, PAUSE);
        tokio::time::advance(PAUSE_EVERY).await;
        drop(place);
        assert_eq!(pause(&busy).await, Duration::ZERO);
    }
}
