//! How often a program fails to say who it is, from one address: beyond a limit it is told to wait.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use grantry_oauth::Timestamp;
use quick_cache::sync::Cache;

use crate::web::caller::network;

/// What is counted starts anew after this.
const WINDOW: Duration = Duration::from_secs(60);
/// Most failures of one client from one source in a window.
const MOST_OF_CLIENT: u32 = 60;
/// Most failures from one source in a window, whatever clients it names.
const MOST_OF_SOURCE: u32 = 300;
/// Most counts that are kept; the least used one makes room.
const MOST_COUNTS: usize = 20_000;

/// The failures of the last minute, in memory of this node.
///
/// Only a failure is ever answered with "wait": secrets have 256 random bits, so nobody guesses one, and a right one must
/// not be locked out by whoever sits behind the same proxy and sends wrong ones.
#[derive(Debug)]
pub struct Failures {
    counts: Cache<u64, Arc<Count>>,
    /// Keyed afresh in each process, so that nobody can choose two sources with one count.
    hasher: RandomState,
}

#[derive(Debug)]
struct Count {
    began: Timestamp,
    failures: AtomicU32,
}

impl Default for Failures {
    fn default() -> Self {
        Self { counts: Cache::new(MOST_COUNTS), hasher: RandomState::new() }
    }
}

impl Failures {
    /// Counts a failure; says how long to wait when there were too many.
    pub fn note(&self, client_id: &str, source: Option<IpAddr>, now: Timestamp) -> Option<Duration> {
        let source = source.map(network);
        let of_client = self.count(&(client_id, source), now, MOST_OF_CLIENT);
        let of_source = self.count(&source, now, MOST_OF_SOURCE);
        of_client.max(of_source)
    }

    fn count(&self, what: &impl Hash, now: Timestamp, most: u32) -> Option<Duration> {
        let key = self.hasher.hash_one(what);
        let count = match self.counts.get(&key).filter(|count| now.since(count.began) < WINDOW) {
            Some(count) => count,
            None => {
                let count = Arc::new(Count { began: now, failures: AtomicU32::new(0) });
                self.counts.insert(key, Arc::clone(&count));
                count
            }
        };
        let before = count.failures.fetch_add(1, Ordering::Relaxed);
        (before >= most).then(|| (count.began + WINDOW).since(now).max(Duration::from_secs(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().expect("an address"))
    }

    // security: U02
    #[test]
    fn failures_are_counted_for_each_client_and_source_and_forgotten_after_a_minute() {
        let failures = Failures::default();
        let note = |client, source, now| failures.note(client, ip(source), Timestamp(now));
        for _ in 0..60 {
            assert_eq!(note("A", "192.0.2.1", 0), None);
        }
        assert_eq!(note("A", "192.0.2.1", 15_000), Some(Duration::from_secs(45)));
        assert_eq!(note("B", "192.0.2.1", 15_000), None, "another client");
        assert_eq!(note("A", "192.0.2.2", 15_000), None, "another source");
        assert_eq!(note("A", "192.0.2.1", 60_000), None, "a minute later");
    }

    #[test]
    fn many_clients_or_many_addresses_of_one_network_are_one_source() {
        let failures = Failures::default();
        let told = (0..400).filter(|n| {
            let source = ip(&format!("2001:db8::{n:x}"));
            failures.note(&format!("CLIENT-{n}"), source, Timestamp(0)).is_some()
        });
        assert_eq!(told.count(), 100);
    }
}
