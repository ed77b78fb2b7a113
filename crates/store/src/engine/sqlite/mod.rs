//! SQLite: one file, a few connections for reading, one for writing; statements run in place, because they take
//! microseconds and a hop to another thread takes more.

mod copy;
mod error;
mod files;
mod follow;
mod group;
mod migrate;
mod queue;
mod statement;
#[cfg(test)]
mod tests;

pub(super) use copy::restore;
pub(super) use group::{Handle, Member};
pub(super) use migrate::{migrate, pending};

use crate::engine::Background;
use crate::feed::Feed;
use crate::migration;
use crate::{BackupError, Durability, Error, OpenError, Role, Row, StoreConfig, Value};
use files::Files;
use grantry_oauth::time::Timestamp;
use group::Writer;
use queue::Queue;
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// An open database.
#[derive(Debug)]
pub(crate) struct Sqlite {
    files: Files,
    reader: Mutex<Connection>,
    more_readers: Vec<Mutex<Connection>>,
    writer: Arc<Writer>,
    feed: Arc<Feed>,
    _follower: Option<Background>,
    _server: Option<File>,
}

/// How long opening waits for another process; it has a thread of its own for that.
const OPENING: Duration = Duration::from_secs(30);

/// A reader meets a lock only while another process opens or closes the database.
const READ_TRIES: u32 = 500;

impl Sqlite {
    pub(crate) async fn open(config: &StoreConfig, dir: &Path, now: Timestamp) -> Result<Sqlite, OpenError> {
        let (config, files) = (config.clone(), Files::in_dir(dir));
        off_the_runtime(move || Sqlite::open_blocking(&config, files, now)).await
    }

    fn open_blocking(config: &StoreConfig, files: Files, now: Timestamp) -> Result<Sqlite, OpenError> {
        files.make()?;
        let server = match config.role {
            Role::Server => Some(files.lock_server()?),
            Role::Command => None,
        };
        migrate::open(&files, migration::ALL, config.role, now)?;
        let synchronous = match config.durability {
            Durability::Full => "full",
            Durability::Off => "off",
        };
        let feed = Feed::new();
        let follower = match config.role {
            Role::Server => Some(follow::start(reader(&files)?, &feed)?),
            Role::Command => None,
        };
        let writer = connect(&files.database, &format!("pragma synchronous={synchronous}"))?;
        let writer = Writer::new(writer, Queue::new(files.open_queue()?), Arc::clone(&feed));
        // Statements run in place: more connections than threads would never be used.
        let threads = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8);
        let more = (1..threads).map(|_| reader(&files).map(Mutex::new)).collect::<Result<_, _>>()?;
        let reader = Mutex::new(reader(&files)?);
        Ok(Sqlite { files, reader, more_readers: more, writer, feed, _follower: follower, _server: server })
    }

    pub(crate) fn feed(&self) -> &Feed {
        &self.feed
    }

    pub(crate) async fn begin(&self) -> Result<Member, Error> {
        self.writer.begin().await
    }

    pub(crate) async fn query(&self, statement: &'static str, values: &[Value]) -> Result<Vec<Row>, Error> {
        for _ in 0..READ_TRIES {
            let answer = statement::query(&self.reader(), statement, values);
            if answer != Err(Error::Busy) {
                return answer;
            }
            sleep(Duration::from_millis(2)).await;
        }
        Err(Error::Busy)
    }

    /// The first free connection, whose caches are the warmest.
    fn reader(&self) -> MutexGuard<'_, Connection> {
        let readers = || std::iter::once(&self.reader).chain(&self.more_readers);
        readers().find_map(|reader| reader.try_lock().ok()).unwrap_or_else(|| lock(&self.reader))
    }

    pub(crate) async fn backup(&self, file: &Path) -> Result<(), BackupError> {
        let (database, file) = (self.files.database.clone(), file.to_owned());
        off_the_runtime(move || copy::backup(&database, &file)).await
    }

    /// Opens with other steps than this program's.
    #[cfg(test)]
    pub(crate) fn open_schema(
        config: &StoreConfig,
        dir: &Path,
        steps: &'static [migration::Migration],
    ) -> Result<(), OpenError> {
        let files = Files::in_dir(dir);
        files.make()?;
        migrate::open(&files, steps, config.role, Timestamp(0))
    }

    #[cfg(test)]
    pub(crate) fn prepares(&self, statement: &str) -> Result<(), Error> {
        lock(&self.reader).prepare(statement)?;
        Ok(())
    }
}

/// A connection of which no statement waits for a lock: waiting would stop a thread that serves others.
fn connect(database: &Path, more: &str) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(OPENING)?;
    // On macOS a plain sync leaves the data in the drive's memory; elsewhere `fullfsync` means nothing.
    connection.execute_batch("pragma journal_mode=wal; pragma foreign_keys=on; pragma fullfsync=on")?;
    connection.execute_batch(more)?;
    connection.busy_timeout(Duration::ZERO)?;
    connection.set_prepared_statement_cache_capacity(statement::CACHED);
    Ok(connection)
}

fn reader(files: &Files) -> Result<Connection, Error> {
    connect(&files.database, "pragma query_only=on")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs what waits for the disk or for a lock on a thread that nobody else needs.
async fn off_the_runtime<T, E, F>(work: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
    F: FnOnce() -> Result<T, E> + Send + 'static,
{
    let interrupted = || Error::Unavailable("the work was interrupted".to_owned()).into();
    spawn_blocking(work).await.unwrap_or_else(|_| Err(interrupted()))
}
