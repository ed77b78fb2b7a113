//! Who is told what changed, and how far the table `change` has been read.

use crate::{Change, Error, Row};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Called with what changed. It must be quick, must not panic, and cannot call the store: writers wait for it.
pub type Listener = Arc<dyn Fn(&[Change]) + Send + Sync>;

/// How long after the last reading the feed still counts as fresh.
const FRESH_FOR: Duration = Duration::from_secs(5);

/// The most rows that a follower reads at once.
pub(crate) const BATCH: i64 = 1000;

/// What this process knows of changes. Two sources tell of them: this process right after its own commits, and the
/// follower that reads the table. A change that both know of is told once.
///
/// Numbers are given when a row is inserted, but rows are seen when they are committed. Where several transactions
/// write at once (PostgreSQL), a lower number can appear after a higher one. So the follower does not go on after the
/// highest number it has seen, but after the highest one that it saw longer ago than any transaction can last (the
/// `overlap`), reads the newer rows again and again, and knows from `told` which of them are new.
pub(crate) struct Feed {
    listeners: RwLock<Vec<Listener>>,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    /// Longer than any transaction can last: numbers below one that was seen so long ago appear no more. `None` when
    /// nobody follows.
    overlap: Option<Duration>,
    /// Every change up to this number was told, or does not exist.
    settled: i64,
    /// The numbers above `settled` that were told, and when.
    told: BTreeMap<i64, Instant>,
    /// When the table was last read to its end.
    read_at: Option<Instant>,
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Feed")
    }
}

impl Feed {
    pub(crate) fn new() -> Arc<Feed> {
        Arc::new(Feed { listeners: RwLock::default(), progress: Mutex::default() })
    }

    pub(crate) fn listen(&self, listener: Listener) {
        self.listeners.write().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    /// Whether every change that was committed more than [`FRESH_FOR`] ago has been told.
    pub(crate) fn is_fresh(&self) -> bool {
        self.progress().read_at.is_some_and(|at| at.elapsed() < FRESH_FOR)
    }

    /// A follower begins behind `settled`; what it has already `seen` there is older than this process.
    pub(crate) fn follow(&self, overlap: Duration, settled: i64, seen: &[Change]) {
        let now = Instant::now();
        *self.progress() = Progress {
            overlap: Some(overlap),
            settled,
            told: seen.iter().map(|change| (change.seq, now)).collect(),
            read_at: Some(now),
        };
    }

    /// After which number the follower reads.
    pub(crate) fn settled(&self) -> i64 {
        self.progress().settled
    }

    /// The highest number that was told.
    pub(crate) fn newest(&self) -> i64 {
        let progress = self.progress();
        progress.told.last_key_value().map_or(progress.settled, |(&seq, _)| seq)
    }

    /// The follower knows that there is nothing new.
    pub(crate) fn is_unchanged(&self) {
        self.progress().read_at = Some(Instant::now());
    }

    /// Tells what this process has committed.
    pub(crate) fn publish(&self, changes: &[Change]) {
        if changes.is_empty() {
            return;
        }
        {
            let progress = &mut *self.progress();
            if progress.overlap.is_some() {
                let (now, settled) = (Instant::now(), progress.settled);
                let news = changes.iter().filter(|change| change.seq > settled);
                progress.told.extend(news.map(|change| (change.seq, now)));
            }
        }
        self.tell(changes);
    }

    /// Tells what the follower has read: the first [`BATCH`] rows after a number. Answers after which number it must
    /// go on; `None` at the end.
    pub(crate) fn publish_rows(&self, after: i64, rows: &[Row]) -> Result<Option<i64>, Error> {
        let last = rows.last().map_or(Ok(after), |row| row.int(0))?;
        let at_end = i64::try_from(rows.len()).is_ok_and(|count| count < BATCH);
        self.publish_read(&known(rows)?, last, at_end);
        Ok((!at_end).then_some(last))
    }

    /// Tells the first [`BATCH`] rows after [`Feed::newest`]; what may be missing below is left to
    /// [`Feed::publish_rows`].
    pub(crate) fn publish_newer(&self, rows: &[Row]) -> Result<(), Error> {
        self.publish_read(&known(rows)?, i64::MIN, false);
        Ok(())
    }

    /// `changes` in the order of their numbers, up to `last`; `at_end` when there are no more.
    fn publish_read(&self, changes: &[Change], last: i64, at_end: bool) {
        let now = Instant::now();
        let mut news = Vec::new();
        {
            let progress = &mut *self.progress();
            for change in changes.iter().filter(|change| change.seq > progress.settled) {
                if let Entry::Vacant(place) = progress.told.entry(change.seq) {
                    place.insert(now);
                    news.push(change.clone());
                }
            }
            progress.settle(now, last);
            if at_end {
                progress.read_at = Some(now);
            }
        }
        self.tell(&news);
    }

    fn tell(&self, changes: &[Change]) {
        if changes.is_empty() {
            return;
        }
        let listeners = self.listeners.read().unwrap_or_else(PoisonError::into_inner).clone();
        for listener in listeners {
            listener(changes);
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The changes in rows, without those of kinds that this program does not know.
fn known(rows: &[Row]) -> Result<Vec<Change>, Error> {
    rows.iter().filter_map(|row| Change::from_row(row).transpose()).collect()
}

impl Progress {
    /// Forgets the numbers below which nothing can appear any more; never above what was read.
    fn settle(&mut self, now: Instant, last: i64) {
        let overlap = self.overlap.unwrap_or_default();
        let old = |told_at: &Instant| now.duration_since(*told_at) >= overlap;
        let read = self.told.range(..=last);
        if let Some((&seq, _)) = read.rev().find(|(_, told_at)| old(told_at)) {
            self.settled = self.settled.max(seq);
            self.told = self.told.split_off(&(seq + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ChangeKind;

    fn changes(seqs: &[i64]) -> Vec<Change> {
        let change = |seq: &i64| Change { seq: *seq, kind: ChangeKind::App, id: seq.to_string() };
        seqs.iter().map(change).collect()
    }

    fn heard(feed: &Feed) -> Arc<Mutex<Vec<i64>>> {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let listener = Arc::clone(&heard);
        feed.listen(Arc::new(move |changes| {
            listener.lock().expect("heard").extend(changes.iter().map(|change| change.seq));
        }));
        heard
    }

    #[test]
    fn a_lower_number_that_appears_after_a_higher_one_is_told() {
        let feed = Feed::new();
        let heard = heard(&feed);
        feed.follow(Duration::from_secs(60), 10, &changes(&[]));
        feed.publish_read(&changes(&[12, 13]), 13, true);
        assert_eq!(feed.settled(), 10, "what is missing below may still come");
        feed.publish_read(&changes(&[11, 12, 13]), 13, true);
        assert_eq!(*heard.lock().expect("heard"), [12, 13, 11]);
    }

    #[test]
    fn without_overlap_the_follower_goes_on_behind_what_it_read() {
        let feed = Feed::new();
        let heard = heard(&feed);
        feed.follow(Duration::ZERO, 0, &changes(&[]));
        feed.publish(&changes(&[5, 9]));
        feed.publish_read(&changes(&[3, 4, 5]), 5, false);
        assert_eq!(feed.settled(), 5, "9 was told but 6 to 8 were not read");
        feed.publish_read(&changes(&[7, 9]), 9, true);
        assert_eq!(*heard.lock().expect("heard"), [5, 9, 3, 4, 7]);
        assert_eq!(feed.settled(), 9);
    }

    #[test]
    fn a_feed_that_nobody_follows_is_not_fresh_and_remembers_nothing() {
        let feed = Feed::new();
        let heard = heard(&feed);
        feed.publish(&changes(&[1, 2]));
        assert_eq!(*heard.lock().expect("heard"), [1, 2]);
        assert!(!feed.is_fresh());
        assert!(feed.progress().told.is_empty());
    }
}
