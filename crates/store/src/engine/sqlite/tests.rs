//! What only SQLite can get wrong: groups of writers, and other processes on the same file.

use super::Sqlite;
use crate::conformance::{NOW, Place, note, note_in, noted, poll_at_most};
use crate::migration::Migration;
use crate::value::values;
use crate::{BackupError, ChangeKind, Error, OpenError, Role, Store, Tx};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};
use rusqlite::Connection;
use std::future::{Future as _, poll_fn};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::timeout;

fn data(place: &Place) -> PathBuf {
    place.folder().join("data")
}

/// Another process that holds the write lock until it is dropped.
struct Foreigner(Connection);

impl Foreigner {
    fn hold(place: &Place) -> Foreigner {
        let connection = Connection::open(data(place).join("grantry.db")).expect("the file opens");
        connection.execute_batch("begin immediate").expect("nobody writes");
        Foreigner(connection)
    }
}

impl Drop for Foreigner {
    fn drop(&mut self) {
        self.0.execute_batch("rollback").expect("it was held");
    }
}

type Work = fn(Tx) -> BoxFuture<'static, Result<(), Error>>;

/// Runs all of these in one group: they gather while another process holds the lock.
async fn in_one_group(place: &Place, store: &Store, works: Vec<Work>) -> Vec<Result<(), Error>> {
    let foreigner = Foreigner::hold(place);
    let mut members = pin!(join_all(works.into_iter().map(|work| store.write(NOW, work))));
    // The first poll of each takes a place in the line.
    let waiting = poll_fn(|context| Poll::Ready(members.as_mut().poll(context).is_pending())).await;
    assert!(waiting, "another process holds the lock");
    drop(foreigner);
    members.await
}

fn writes(tx: Tx) -> BoxFuture<'static, Result<(), Error>> {
    async move { note_in(&tx, &["written"]).await }.boxed()
}

/// A foreign key that is only looked at by the commit, and broken.
fn breaks_the_commit(tx: Tx) -> BoxFuture<'static, Result<(), Error>> {
    async move {
        tx.execute("pragma defer_foreign_keys = on", &[]).await?;
        tx.execute("insert into api_resource (uri, api_name, position) values ('u', 'nowhere', 0)", &[])
            .await?;
        Ok(())
    }
    .boxed()
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_that_wait_together_are_committed_together() {
    Place::sqlite(async |place| {
        let store = place.server().await;
        let groups = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&groups);
        store.on_change(Arc::new(move |changes| {
            heard.lock().expect("heard").push(changes.len());
        }));
        let answers = in_one_group(place, &store, vec![writes; 100]).await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert_eq!(groups.lock().expect("groups").first(), Some(&64), "a group is bounded");
        assert_eq!(groups.lock().expect("groups").iter().sum::<usize>(), 100);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_fails_is_unavailable_to_every_member_and_leaves_nothing() {
    Place::sqlite(async |place| {
        let store = place.server().await;
        let told = Arc::new(AtomicBool::new(false));
        let listener = Arc::clone(&told);
        store.on_change(Arc::new(move |_| {
            listener.store(true, Ordering::SeqCst);
        }));
        let refuses: Work = |tx| {
            // It would say that a row is there, and the row would never have been.
            async move {
                let rows = tx.query("select id from change", &[]).await?;
                assert!(!rows.is_empty(), "it runs after a member that wrote");
                Err(Error::Conflict("seen".to_owned()))
            }
            .boxed()
        };
        let answers = in_one_group(place, &store, vec![writes, breaks_the_commit, refuses, writes]).await;
        for answer in answers {
            assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
        }
        assert_eq!(noted(&store).await, [""; 0]);
        assert!(!told.load(Ordering::SeqCst), "nobody hears of what did not happen");
        assert_eq!(note(&store, &["after"]).await, Ok(()));
        assert_eq!(noted(&store).await, ["after"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_error_that_ends_the_transaction_is_unavailable_to_every_member() {
    Place::sqlite(async |place| {
        let store = place.server().await;
        // What SQLite does when the disk is full or broken.
        let gives_up: Work = |tx| async move { tx.execute("rollback", &[]).await.map(|_| ()) }.boxed();
        let answers = in_one_group(place, &store, vec![writes, gives_up]).await;
        for answer in answers {
            assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
        }
        assert_eq!(noted(&store).await, [""; 0]);
        let answers = in_one_group(place, &store, vec![writes, writes]).await;
        assert_eq!(answers, [Ok(()), Ok(())]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_dropped_in_line_holds_nobody_up() {
    Place::sqlite(async |place| {
        let store = place.server().await;
        for polls in 0..5 {
            let foreigner = Foreigner::hold(place);
            let first = poll_at_most(polls, note(&store, &["dropped"]));
            let second = poll_at_most(polls, note(&store, &["dropped"]));
            assert_eq!(tokio::join!(first, second), (None, None));
            drop(foreigner);
            assert_eq!(note(&store, &["kept"]).await, Ok(()));
        }
        assert_eq!(noted(&store).await, ["kept"; 5]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_another_process_does_not_give_back_is_busy_in_the_end() {
    Place::sqlite(async |place| {
        let store = place.server().await;
        let foreigner = Foreigner::hold(place);
        let writers = (0..3).map(|_| note(&store, &["never"]));
        let answers = timeout(Duration::from_secs(6), join_all(writers)).await.expect("a bounded time");
        assert_eq!(answers, [Err(Error::Busy), Err(Error::Busy), Err(Error::Busy)]);
        drop(foreigner);
        assert_eq!(note(&store, &["after"]).await, Ok(()));
        assert_eq!(noted(&store).await, ["after"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_gets_its_turn_while_the_server_writes_without_a_pause() {
    Place::sqlite(async |place| {
        let (server, command) = (place.server().await, place.command().await);
        let (count, mut counted) = tokio::sync::watch::channel(0);
        server.on_change(Arc::new(move |changes| count.send_modify(|count| *count += changes.len())));
        let busy: Vec<_> = (0..64)
            .map(|_| {
                let server = server.clone();
                tokio::spawn(async move { while note(&server, &["server"]).await.is_ok() {} })
            })
            .collect();
        for round in 1..4 {
            counted.wait_for(|count| *count > round * 500).await.expect("the server writes");
            let turn = timeout(Duration::from_secs(2), note(&command, &["command"])).await;
            assert_eq!(turn, Ok(Ok(())), "round {round}");
        }
        busy.iter().for_each(JoinHandle::abort);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_is_refused_until_the_first_has_gone_and_commands_are_not() {
    Place::sqlite(async |place| {
        let server = place.server().await;
        let second = Store::open(&place.config(Role::Server), NOW).await;
        assert!(matches!(second, Err(OpenError::ServerRunning(dir)) if dir == data(place)));
        assert_eq!(note(&place.command().await, &["command"]).await, Ok(()));
        drop(server);
        assert_eq!(noted(&place.server().await).await, ["command"]);
    })
    .await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_made_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    Place::sqlite(async |place| {
        let store = place.server().await;
        assert_eq!(note(&store, &["so that there is a log"]).await, Ok(()));
        store.backup(&data(place).join("copy.db")).await.expect("a backup");
        let mode = |path: &std::path::Path| path.metadata().expect("metadata").permissions().mode() & 0o777;
        assert_eq!(mode(&data(place)), 0o700);
        let mut files = 0;
        for entry in data(place).read_dir().expect("a folder") {
            let path = entry.expect("an entry").path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
            files += 1;
        }
        assert!(files > 4, "only {files} files");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_one_file_and_comes_back_when_it_is_restored() {
    Place::sqlite(async |place| {
        let copy = place.folder().join("copy.db");
        {
            let store = place.server().await;
            assert_eq!(note(&store, &["before"]).await, Ok(()));
            store.backup(&copy).await.expect("a backup of a store in use");
            assert_eq!(note(&store, &["after"]).await, Ok(()));
            let again = store.backup(&copy).await;
            assert!(matches!(again, Err(BackupError::Path { .. })), "a file was overwritten");
            let restored = Store::restore(&place.target, &copy).await;
            assert!(matches!(restored, Err(BackupError::Open(OpenError::ServerRunning(_)))), "{restored:?}");
        }
        let folder = place.folder().read_dir().expect("a folder").count();
        assert_eq!(folder, 2, "the data directory and the copy, nothing beside it");
        let kept =
            Store::restore(&place.target, &copy).await.expect("a backup").expect("there was a database");
        assert_eq!(noted(&place.server().await).await, ["before"]);
        Store::restore(&place.target, &kept).await.expect("what was there before is a backup, too");
        assert_eq!(noted(&place.server().await).await, ["before", "after"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_backup_is_not_restored() {
    Place::sqlite(async |place| {
        let store = place.server().await;
        assert_eq!(note(&store, &["kept"]).await, Ok(()));
        drop(store);
        let file = place.folder().join("file");
        assert!(matches!(Store::restore(&place.target, &file).await, Err(BackupError::Path { .. })));
        std::fs::write(&file, "no database, but long enough to be taken for the header of one".repeat(20))
            .expect("a file");
        let garbage = Store::restore(&place.target, &file).await;
        assert!(matches!(garbage, Err(BackupError::NotABackup { .. })), "{garbage:?}");
        let other = place.folder().join("other.db");
        let another = Connection::open(&other).expect("a database");
        another.execute_batch("create table t (a)").expect("a table");
        let foreign = Store::restore(&place.target, &other).await;
        assert!(matches!(foreign, Err(BackupError::NotABackup { .. })), "{foreign:?}");
        assert_eq!(noted(&place.server().await).await, ["kept"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_fast_it_writes_is_printed() {
    Place::sqlite(async |place| {
        let store = place.server().await;
        let write = |store: Store, count: usize| async move {
            for number in 0..count {
                let insert = "insert into throttle (key, failures, window_started_at) values ($1, 1, 0) \
                    on conflict (key) do update set failures = throttle.failures + 1";
                let key = (number % 7).to_string();
                let work = move |tx: Tx| async move { tx.execute(insert, values![key]).await };
                store.write(NOW, work).await.expect("a write");
            }
        };
        let started = std::time::Instant::now();
        write(store.clone(), 300).await;
        let alone = 300.0 / started.elapsed().as_secs_f64();
        let started = std::time::Instant::now();
        join_all((0..64).map(|_| tokio::spawn(write(store.clone(), 30)))).await;
        let together = 64.0 * 30.0 / started.elapsed().as_secs_f64();
        println!("writes a second, not waiting for the disk: {alone:.0} alone, {together:.0} by 64 together");
        let total = store.reader().query_one("select sum(failures) from throttle", &[]).await.expect("a sum");
        assert_eq!(total.int(0), Ok(300 + 64 * 30));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_another_process_is_told_while_this_one_is_writing() {
    Place::sqlite(async |place| {
        let (server, command) = (place.server().await, place.command().await);
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        server.on_change(Arc::new(move |changes| {
            for change in changes {
                let _ = tell.send(change.clone());
            }
        }));
        assert_eq!(note(&command, &["theirs"]).await, Ok(()));
        assert_eq!(note(&server, &["ours"]).await, Ok(()));
        let own = told.recv().await.expect("a change");
        assert_eq!((own.kind, own.id.as_str()), (ChangeKind::App, "ours"));
        let theirs = timeout(Duration::from_secs(1), told.recv()).await.expect("within a second");
        assert_eq!(theirs.map(|change| change.id).as_deref(), Some("theirs"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_copied_beside_itself_before_its_schema_changes() {
    const STEPS: &[Migration] = &[
        Migration {
            version: 1,
            name: "0001_one",
            sqlite: "create table kept (name text) strict; insert into kept (name) values ('old')",
            postgres: "",
        },
        Migration { version: 2, name: "0002_two", sqlite: "update kept set name = 'new'", postgres: "" },
        Migration { version: 3, name: "0003_three", sqlite: "update kept set name = 'newest'", postgres: "" },
    ];
    let place = Place::new_sqlite();
    let config = place.config(Role::Server);
    let kept = |file: &str| {
        let connection = Connection::open(data(&place).join(file)).expect("a database");
        connection.query_row("select name from kept", [], |row| row.get::<_, String>(0)).expect("a row")
    };
    Sqlite::open_schema(&config, &data(&place), &STEPS[..1]).expect("an empty database");
    assert!(!data(&place).join("grantry-schema-0.db").exists(), "there was nothing to copy");
    Sqlite::open_schema(&config, &data(&place), STEPS).expect("an older schema");
    assert_eq!((kept("grantry.db"), kept("grantry-schema-1.db")), ("newest".to_owned(), "old".to_owned()));
    assert!(!data(&place).join("grantry-schema-2.db").exists(), "one copy is enough");
}
