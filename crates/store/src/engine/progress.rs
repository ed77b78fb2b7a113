//! What is known of a transaction while its work runs, and the guard that lets it wait for nothing but the store.

use crate::{Change, Error};
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::task::Poll;

/// One transaction under way.
#[derive(Debug, Default)]
pub(super) struct Progress {
    ended: AtomicBool,
    /// Calls of the store that have begun and not ended.
    calls: AtomicUsize,
    /// The first statement that failed. PostgreSQL runs no other after it; SQLite could, but must not differ.
    failure: OnceLock<Error>,
    changes: Mutex<Vec<Change>>,
}

/// A call of the store that is being waited for.
#[derive(Debug)]
pub(super) struct Call<'a>(&'a Progress);

impl Progress {
    /// Whether a statement may run.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.ended.load(Ordering::Acquire) {
            return Err(Error::Unavailable("the transaction has ended".to_owned()));
        }
        self.failure.get().map_or(Ok(()), |failure| Err(failure.clone()))
    }

    /// Begins a call that may have to be waited for.
    pub(super) fn call(&self) -> Result<Call<'_>, Error> {
        self.check()?;
        self.calls.fetch_add(1, Ordering::AcqRel);
        Ok(Call(self))
    }

    /// Lets no further call begin.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    /// Remembers the failure of a statement.
    pub(super) fn remember<T>(&self, out: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &out {
            // Only the first counts.
            let _ = self.failure.set(error.clone());
        }
        out
    }

    pub(super) fn failure(&self) -> Option<Error> {
        self.failure.get().cloned()
    }

    /// Remembers what must be told once the transaction is committed.
    pub(super) fn note(&self, change: Change) {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).push(change);
    }

    pub(super) fn take_changes(&self) -> Vec<Change> {
        std::mem::take(&mut self.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs a transaction's work; `None` as soon as it waits for anything but a call of the store.
    ///
    /// On SQLite a call never waits, so the work is done when it was polled once: nothing can hold the writer.
    pub(super) async fn run<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        std::future::poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(out) => Poll::Ready(Some(out)),
            Poll::Pending if self.calls.load(Ordering::Acquire) > 0 => Poll::Pending,
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }
}

impl Call<'_> {
    /// Ends it with its answer.
    pub(super) fn end<T>(self, out: Result<T, Error>) -> Result<T, Error> {
        let out = self.0.remember(out);
        self.0.calls.fetch_sub(1, Ordering::AcqRel);
        std::mem::forget(self);
        out
    }
}

// Whoever began a call and did not wait for its answer does not know whether it failed, and neither do we.
impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::AcqRel);
        let _ = self.0.failure.set(Error::Unavailable("a statement was not waited for".to_owned()));
    }
}
