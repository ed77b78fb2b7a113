//! Who is told what changed.

use crate::Change;
use std::sync::{Arc, PoisonError, RwLock};

/// Called with what changed. It must be quick, must not panic, and cannot call the store: writers wait for it.
pub type Listener = Arc<dyn Fn(&[Change]) + Send + Sync>;

/// Those who want to know of every change.
#[derive(Default)]
pub(crate) struct Feed {
    listeners: RwLock<Vec<Listener>>,
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Feed")
    }
}

impl Feed {
    pub(crate) fn listen(&self, listener: Listener) {
        self.listeners.write().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    /// Tells what this process has just committed.
    pub(crate) fn publish(&self, changes: &[Change]) {
        if changes.is_empty() {
            return;
        }
        let listeners = self.listeners.read().unwrap_or_else(PoisonError::into_inner).clone();
        for listener in listeners {
            listener(changes);
        }
    }
}
