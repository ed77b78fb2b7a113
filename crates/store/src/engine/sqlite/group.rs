//! Group commit: many transactions, one after the other on one connection, made durable by one sync.
//!
//! The writer is an async lock over one connection. Whoever finds no group begins one (`begin immediate`) and spawns the
//! task that will commit it. Each member is a savepoint: its work runs while it holds the lock, then it releases the
//! savepoint, or rolls back to it, leaves the lock and waits for the group. The lock is fair, so the group ends with
//! those who were waiting when it began; while it is committed, the next one gathers. A single writer waits for nobody.
//!
//! Only the spawned task commits, tells what changed and then wakes the members: no request that is dropped, and no
//! panic in one, can stop it.

use super::lock;
use super::queue::Queue;
use super::statement;
use crate::engine::progress::Progress;
use crate::feed::Feed;
use crate::{Change, Error, Row, Value};
use rusqlite::Connection;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Mutex as Lock, OwnedMutexGuard, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout};

/// The most members of a group.
const MOST_MEMBERS: usize = 64;

/// How long a group takes members.
const OPEN_FOR: Duration = Duration::from_millis(20);

/// How long a write waits for others before it gives up as busy.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a lock that another process holds is tried again.
const TRY_EVERY: Duration = Duration::from_millis(2);

/// The writing half of a database.
#[derive(Debug)]
pub(super) struct Writer {
    connection: Arc<Mutex<Connection>>,
    turn: Arc<Lock<Turn>>,
    queue: Queue,
    feed: Arc<Feed>,
}

/// Who holds it writes.
#[derive(Debug, Default)]
struct Turn {
    group: Option<Group>,
    /// How many groups there were: the number of the latest.
    groups: u64,
}

type Held = OwnedMutexGuard<Turn>;
type Outcome = Option<Result<(), Error>>;

#[derive(Debug)]
struct Group {
    number: u64,
    begun: Instant,
    members: usize,
    /// How many members have released their savepoint.
    written: usize,
    changes: Vec<Change>,
    outcome: watch::Sender<Outcome>,
}

/// A transaction: one member of a group. Dropped before [`Member::commit`], it is rolled back.
#[derive(Debug)]
pub(crate) struct Member {
    writer: Arc<Writer>,
    /// The lock, until the work is done.
    held: Option<Held>,
    progress: Arc<Progress>,
    /// Whether members before this one wrote: what this one saw is not durable yet.
    saw_others: bool,
}

/// What the statements of a transaction run on, until it ends.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    connection: Arc<Mutex<Connection>>,
    progress: Arc<Progress>,
}

impl Group {
    fn is_full(&self) -> bool {
        self.members >= MOST_MEMBERS || self.begun.elapsed() >= OPEN_FOR
    }
}

impl Turn {
    /// Ends the group without a commit.
    fn fail(&mut self, connection: &Connection, error: Error) {
        roll_back(connection);
        if let Some(group) = self.group.take() {
            group.outcome.send_replace(Some(Err(error)));
        }
    }
}

impl Writer {
    pub(super) fn new(connection: Connection, queue: Queue, feed: Arc<Feed>) -> Arc<Writer> {
        let connection = Arc::new(Mutex::new(connection));
        Arc::new(Writer { connection, turn: Arc::default(), queue, feed })
    }

    /// Waits for its turn and joins the group, or begins one.
    pub(super) async fn begin(self: &Arc<Self>) -> Result<Member, Error> {
        let patient_until = Instant::now() + PATIENCE;
        let turn = Arc::clone(&self.turn).lock_owned();
        let mut held = timeout(PATIENCE, turn).await.map_err(|_| Error::Busy)?;
        if held.group.as_ref().is_some_and(Group::is_full) {
            held = self.commit_elsewhere(held).await?;
        }
        if held.group.is_none() {
            self.begin_group(patient_until).await?;
            self.open_group(&mut held);
        }
        self.join(held)
    }

    /// Begins a transaction of the database. Another process that waits for the lock is let in first; one that holds
    /// it is waited for without keeping a thread.
    async fn begin_group(&self, patient_until: Instant) -> Result<(), Error> {
        self.queue.let_others_in().await;
        let mut place = None;
        loop {
            match statement::run(&lock(&self.connection), "begin immediate") {
                Err(Error::Busy) if Instant::now() < patient_until => {}
                begun => return begun,
            }
            if place.is_none() {
                place = self.queue.wait_in_line();
            }
            sleep(TRY_EVERY).await;
        }
    }

    fn open_group(self: &Arc<Self>, turn: &mut Turn) {
        turn.groups += 1;
        let number = turn.groups;
        turn.group = Some(Group {
            number,
            begun: Instant::now(),
            members: 0,
            written: 0,
            changes: Vec::new(),
            outcome: watch::Sender::new(None),
        });
        let writer = Arc::clone(self);
        tokio::spawn(async move {
            // Writers that were woken together are to write together: each of them gets to the lock first.
            tokio::task::yield_now().await;
            let held = Arc::clone(&writer.turn).lock_owned().await;
            if held.group.as_ref().is_some_and(|group| group.number == number) {
                writer.commit(held).await;
            }
        });
    }

    fn join(self: &Arc<Self>, mut held: Held) -> Result<Member, Error> {
        let Some(group) = held.group.as_mut() else {
            return Err(Error::Unavailable("no transaction is open".to_owned()));
        };
        group.members += 1;
        let saw_others = group.written > 0;
        let connection = lock(&self.connection);
        if let Err(error) = statement::run(&connection, "savepoint member") {
            held.fail(&connection, unavailable(&error));
            return Err(unavailable(&error));
        }
        drop(connection);
        let progress = Arc::default();
        Ok(Member { writer: Arc::clone(self), held: Some(held), progress, saw_others })
    }

    /// Commits in a task of its own, so that it happens whatever becomes of the caller.
    async fn commit_elsewhere(self: &Arc<Self>, held: Held) -> Result<Held, Error> {
        let writer = Arc::clone(self);
        tokio::spawn(async move { writer.commit(held).await })
            .await
            .map_err(|_| Error::Unavailable("the commit was interrupted".to_owned()))
    }

    /// Makes the group durable, tells what changed, and wakes its members.
    async fn commit(&self, mut held: Held) -> Held {
        let Some(mut group) = held.group.take() else { return held };
        let connection = Arc::clone(&self.connection);
        let committed = spawn_blocking(move || {
            let connection = lock(&connection);
            let committed = statement::run(&connection, "commit");
            if committed.is_err() {
                roll_back(&connection);
            }
            committed
        })
        .await
        .unwrap_or_else(|_| Err(Error::Unavailable("the commit was interrupted".to_owned())))
        .map_err(|error| unavailable(&error));
        match &committed {
            Ok(()) => self.feed.publish(&std::mem::take(&mut group.changes)),
            Err(error) => {
                tracing::error!(%error, members = group.written, "a group of writes was not committed");
            }
        }
        group.outcome.send_replace(Some(committed));
        held
    }
}

impl Member {
    pub(crate) fn handle(&self) -> Handle {
        Handle { connection: Arc::clone(&self.writer.connection), progress: Arc::clone(&self.progress) }
    }

    pub(in crate::engine) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Keeps what was written; durable when this returns.
    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        let outcome = self.leave(true);
        wait_for(outcome).await
    }

    /// Leaves no trace. What made the caller give up may be what an earlier member wrote, so the answer waits until
    /// that is durable.
    pub(crate) async fn roll_back(mut self) -> Result<(), Error> {
        let outcome = self.leave(false);
        if self.saw_others { wait_for(outcome).await } else { Ok(()) }
    }

    fn leave(&mut self, keep: bool) -> Option<watch::Receiver<Outcome>> {
        let mut held = self.held.take()?;
        let connection = lock(&self.writer.connection);
        self.progress.end();
        let outcome = held.group.as_ref()?.outcome.subscribe();
        // A statement that fails for want of space or by an error of the disk may end the whole transaction.
        if connection.is_autocommit() {
            held.fail(&connection, Error::Unavailable("the database gave up the transaction".to_owned()));
            return Some(outcome);
        }
        let left = if keep { Ok(()) } else { statement::run(&connection, "rollback to member") };
        match left.and_then(|()| statement::run(&connection, "release member")) {
            Err(error) => held.fail(&connection, unavailable(&error)),
            Ok(()) => {
                if let Some(group) = held.group.as_mut().filter(|_| keep) {
                    group.written += 1;
                    group.changes.append(&mut self.progress.take_changes());
                }
            }
        }
        Some(outcome)
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.leave(false);
    }
}

impl Handle {
    pub(crate) fn query(&self, statement: &str, values: &[Value]) -> Result<Vec<Row>, Error> {
        self.run(|connection| statement::query(connection, statement, values))
    }

    pub(crate) fn execute(&self, statement: &str, values: &[Value]) -> Result<u64, Error> {
        self.run(|connection| statement::execute(connection, statement, values))
    }

    fn run<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        // A handle that outlived its transaction must not wait for the connection, and may not get it.
        self.progress.check()?;
        let connection = lock(&self.connection);
        self.progress.check()?;
        self.progress.remember(work(&connection))
    }

    pub(crate) fn note(&self, change: Change) {
        self.progress.note(change);
    }
}

async fn wait_for(outcome: Option<watch::Receiver<Outcome>>) -> Result<(), Error> {
    let lost = || Error::Unavailable("the commit was interrupted".to_owned());
    let mut outcome = outcome.ok_or_else(lost)?;
    let known = outcome.wait_for(Option::is_some).await.map_err(|_| lost())?;
    known.clone().unwrap_or_else(|| Err(lost()))
}

/// What ends a whole group is no fault of the member that is told.
fn unavailable(error: &Error) -> Error {
    Error::Unavailable(error.to_string())
}

fn roll_back(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = statement::run(connection, "rollback")
    {
        tracing::error!(%error, "a transaction could not be rolled back");
    }
}
