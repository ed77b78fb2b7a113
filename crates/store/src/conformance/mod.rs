//! The same stories told to both engines, each on a database of its own.

mod feed;
mod opening;
mod schema;
mod writes;

use crate::engine::Throwaway;
use crate::{ChangeKind, Durability, Error, Role, Store, StoreConfig, Target, Tx};
use grantry_oauth::time::Timestamp;
use std::future::Future;
use tempfile::TempDir;

/// A database that belongs to one test, gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) target: Target,
    dir: TempDir,
    _database: Option<Throwaway>,
}

/// Any time.
pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// Declares each named story as a test on SQLite and one on PostgreSQL.
macro_rules! on_both_engines {
    ($($story:ident,)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                $crate::conformance::Place::sqlite(async |place| super::$story(place).await).await;
            })*
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                $crate::conformance::Place::postgres(async |place| super::$story(place).await).await;
            })*
        }
    };
}
pub(crate) use on_both_engines;

impl Place {
    /// A new SQLite database.
    pub(crate) fn new_sqlite() -> Place {
        let dir = tempfile::tempdir().expect("a directory");
        Place { target: Target::Sqlite { dir: dir.path().join("data") }, dir, _database: None }
    }

    /// A new database of this PostgreSQL server.
    pub(crate) async fn new_postgres(server: &str) -> Place {
        let database = Throwaway::new(server).await;
        let target = Target::Postgres { url: database.url.clone() };
        Place { target, dir: tempfile::tempdir().expect("a directory"), _database: Some(database) }
    }

    /// Runs a story on SQLite.
    pub(crate) async fn sqlite(story: impl AsyncFnOnce(&Place)) {
        story(&Place::new_sqlite()).await;
    }

    /// Runs a story on the PostgreSQL that `GRANTRY_TEST_POSTGRES` names.
    pub(crate) async fn postgres(story: impl AsyncFnOnce(&Place)) {
        if let Some(server) = test_server() {
            story(&Place::new_postgres(&server).await).await;
        }
    }

    /// Where the tests of the nouns run: on SQLite, or with `GRANTRY_TEST_ENGINE=postgres` on PostgreSQL.
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are told by the environment; the server's is read in `config`"
    )]
    pub(crate) async fn chosen() -> Place {
        match std::env::var("GRANTRY_TEST_ENGINE").as_deref() {
            Ok("postgres") => Place::new_postgres(&test_server().expect("GRANTRY_TEST_POSTGRES")).await,
            Ok(other) => panic!("GRANTRY_TEST_ENGINE is {other}"),
            Err(_) => Place::new_sqlite(),
        }
    }

    /// An empty folder for whatever a story needs.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.dir.path()
    }

    pub(crate) fn config(&self, role: Role) -> StoreConfig {
        StoreConfig { target: self.target.clone(), role, durability: Durability::Off }
    }

    pub(crate) async fn server(&self) -> Store {
        Store::open(&self.config(Role::Server), NOW).await.expect("the server's store opens")
    }

    pub(crate) async fn command(&self) -> Store {
        Store::open(&self.config(Role::Command), NOW).await.expect("the command's store opens")
    }
}

/// Where PostgreSQL is for tests. Without one they are skipped, but not where every test must run.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by the environment; the server's is read in `config`"
)]
fn test_server() -> Option<String> {
    let server = std::env::var("GRANTRY_TEST_POSTGRES").ok();
    if server.is_none() {
        println!("skipped: GRANTRY_TEST_POSTGRES is not set; see scripts/postgres");
        assert!(std::env::var("CI").is_err(), "no PostgreSQL to test with: GRANTRY_TEST_POSTGRES is not set");
    }
    server
}

/// One transaction that writes down these names, in this order.
pub(crate) async fn note(store: &Store, names: &'static [&'static str]) -> Result<(), Error> {
    store.write(NOW, |tx| async move { note_in(&tx, names).await }).await
}

pub(crate) async fn note_in(tx: &Tx, names: &[&str]) -> Result<(), Error> {
    for name in names {
        tx.changed(ChangeKind::App, name).await?;
    }
    Ok(())
}

/// The names that were written down and committed.
pub(crate) async fn noted(store: &Store) -> Vec<String> {
    let rows = store.reader().query("select id from change order by seq", &[]).await.expect("rows");
    rows.iter().map(|row| row.text(0).expect("text")).collect()
}

/// Polls a future at most so often, each time when it was woken, and drops it then; its answer if it was done.
pub(crate) async fn poll_at_most<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    use std::task::Poll;
    let mut future = std::pin::pin!(future);
    let mut polls = 0;
    std::future::poll_fn(|context| {
        if polls == times {
            return Poll::Ready(None);
        }
        polls += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(out) => Poll::Ready(Some(out)),
            // Not to be polled again: it is dropped between this await and the next wake.
            Poll::Pending if polls == times => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
