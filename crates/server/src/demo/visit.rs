//! What the sample app remembers of its visitors, in memory: an attempt to connect, tokens, the last call.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::client::{Attempt, Call, Tokens};

/// Visitors that are remembered; a machine has one or two.
const MOST: usize = 64;

/// One browser.
#[derive(Debug, Clone, Default)]
pub(super) struct Visit {
    pub(super) attempt: Option<Attempt>,
    pub(super) tokens: Option<Tokens>,
    pub(super) last: Option<Call>,
    /// What went wrong on the way back, in the app's own words.
    pub(super) fault: Option<String>,
}

/// All of them, by the value of their cookie.
#[derive(Debug, Default)]
pub(super) struct Visits(Mutex<HashMap<String, Visit>>);

impl Visits {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Visit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn find(&self, id: &str) -> Visit {
        self.all().get(id).cloned().unwrap_or_default()
    }

    pub(super) fn keep(&self, id: &str, visit: Visit) {
        let mut all = self.all();
        if all.len() >= MOST && !all.contains_key(id) {
            all.clear();
        }
        all.insert(id.to_owned(), visit);
    }

    pub(super) fn forget(&self, id: &str) {
        self.all().remove(id);
    }
}
