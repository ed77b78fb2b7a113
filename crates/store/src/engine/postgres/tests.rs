//! What only PostgreSQL can get wrong: several writers at once, and connections that are lost.

use super::throwaway::connect;
use crate::conformance::{NOW, Place, note, note_in, noted};
use crate::{Error, Role, Store, StoreConfig, Target, Tx};
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

fn url(place: &Place) -> &str {
    match &place.target {
        Target::Postgres { url } => url,
        Target::Sqlite { .. } => panic!("a PostgreSQL story"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lower_number_that_is_committed_later_is_told_all_the_same() {
    Place::postgres(async |place| {
        let store = place.server().await;
        let (tell, mut told) = unbounded_channel();
        store.on_change(Arc::new(move |changes| {
            for change in changes {
                let _ = tell.send(change.id.clone());
            }
        }));
        let (slow, quick) = (connect(url(place)).await, connect(url(place)).await);
        let insert = |name: &str| format!("insert into change (kind, id, at) values ('app', '{name}', 0)");
        slow.batch_execute(&format!("begin; {}", insert("slow"))).await.expect("a transaction");
        for name in ["quick", "quicker"] {
            quick.batch_execute(&insert(name)).await.expect("an insert");
            let heard = timeout(Duration::from_millis(1500), told.recv()).await;
            assert_eq!(heard, Ok(Some(name.to_owned())));
        }
        slow.batch_execute("commit").await.expect("a commit");
        let heard = timeout(Duration::from_millis(1500), told.recv()).await;
        assert_eq!(heard, Ok(Some("slow".to_owned())));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_at_any_moment_is_unavailable_and_the_next_write_works() {
    Place::postgres(async |place| {
        let store = place.server().await;
        let killer = Arc::new(connect(url(place)).await);
        let kill = "select pg_terminate_backend(pid) from pg_stat_activity \
            where pid <> pg_backend_pid() and datname = current_database()";
        // Between two requests: nobody notices.
        assert_eq!(note(&store, &["before"]).await, Ok(()));
        killer.batch_execute(kill).await.expect("connections end");
        assert_eq!(noted(&store).await, ["before"]);
        killer.batch_execute(kill).await.expect("connections end");
        assert_eq!(note(&store, &["after"]).await, Ok(()));
        // In a transaction: it is rolled back.
        let pid = "select pg_terminate_backend(pg_backend_pid())";
        let lost = store
            .write(NOW, |tx| async move {
                note_in(&tx, &["lost"]).await?;
                tx.query(pid, &[]).await.map(|_| ())
            })
            .await;
        assert!(matches!(lost, Err(Error::Unavailable(_))), "{lost:?}");
        assert_eq!(note(&store, &["last"]).await, Ok(()));
        assert_eq!(noted(&store).await, ["before", "after", "last"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_goes_on_after_its_connection_was_lost() {
    Place::postgres(async |place| {
        let (store, command) = (place.server().await, place.command().await);
        let (tell, mut told) = unbounded_channel();
        store.on_change(Arc::new(move |changes| {
            for change in changes {
                let _ = tell.send(change.id.clone());
            }
        }));
        let killer = connect(url(place)).await;
        let kill = "select pg_terminate_backend(pid) from pg_stat_activity \
            where pid <> pg_backend_pid() and datname = current_database()";
        killer.batch_execute(kill).await.expect("connections end");
        assert_eq!(note(&command, &["told"]).await, Ok(()));
        assert_eq!(timeout(Duration::from_secs(4), told.recv()).await, Ok(Some("told".to_owned())));
        assert!(store.feed_is_fresh());
    })
    .await;
}

/// Stands between a store and its server, and can be cut.
struct Wire {
    address: std::net::SocketAddr,
    task: JoinHandle<()>,
}

impl Wire {
    /// Listens on any free address, or on one that was used before.
    async fn lay(to: String, address: Option<std::net::SocketAddr>) -> Wire {
        let listener = match address {
            Some(address) => {
                let socket = TcpSocket::new_v4().expect("a socket");
                socket.set_reuseaddr(true).expect("an option");
                socket.bind(address).expect("the address is free again");
                socket.listen(64).expect("a listener")
            }
            None => TcpListener::bind("127.0.0.1:0").await.expect("a listener"),
        };
        let address = listener.local_addr().expect("an address");
        let task = tokio::spawn(async move {
            // Dropped with this task, and with it every connection.
            let mut connections = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let to = to.clone();
                connections.spawn(async move {
                    let mut far = TcpStream::connect(to).await.expect("PostgreSQL listens");
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                });
            }
        });
        Wire { address, task }
    }

    async fn cut(self) -> std::net::SocketAddr {
        self.task.abort();
        let _ = self.task.await;
        self.address
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_and_comes_back_is_used_again_without_a_restart() {
    Place::postgres(async |place| {
        let (user, rest) = url(place).split_once('@').expect("a user");
        let (server, database) = rest.split_once('/').expect("a database");
        let wire = Wire::lay(server.to_owned(), None).await;
        let target = Target::Postgres { url: format!("{user}@{}/{database}", wire.address) };
        let config = StoreConfig { target, ..place.config(Role::Server) };
        let store = Store::open(&config, NOW).await.expect("the server is there");
        let (tell, mut told) = unbounded_channel();
        store.on_change(Arc::new(move |changes| {
            for change in changes {
                let _ = tell.send(change.id.clone());
            }
        }));
        assert_eq!(note(&store, &["before"]).await, Ok(()));
        assert_eq!(told.recv().await.as_deref(), Some("before"));

        let address = wire.cut().await;
        for _ in 0..20 {
            let answer = note(&store, &["never"]).await;
            assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
        }
        assert!(matches!(store.ping().await, Err(Error::Unavailable(_))));
        assert_eq!(note(&place.command().await, &["meanwhile"]).await, Ok(()));

        let wire = Wire::lay(server.to_owned(), Some(address)).await;
        assert_eq!(note(&store, &["after"]).await, Ok(()));
        assert_eq!(noted(&store).await, ["before", "meanwhile", "after"]);
        let mut heard = Vec::new();
        while heard.len() < 2 {
            heard.push(
                timeout(Duration::from_secs(4), told.recv()).await.expect("told soon").expect("a name"),
            );
        }
        heard.sort();
        assert_eq!(heard, ["after", "meanwhile"]);
        drop(store);
        wire.cut().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_fails_leaves_nothing() {
    Place::postgres(async |place| {
        let store = place.server().await;
        let admin = connect(url(place)).await;
        // A constraint that is only looked at by the commit.
        let deferred = "create table deferred (a bigint references deferred (b) deferrable initially deferred, \
            b bigint primary key)";
        admin.batch_execute(deferred).await.expect("a table");
        let answer = store
            .write(NOW, |tx| async move {
                note_in(&tx, &["lost"]).await?;
                tx.execute("insert into deferred (a, b) values (1, 2)", &[]).await.map(|_| ())
            })
            .await;
        assert!(matches!(answer, Err(Error::Conflict(_))), "{answer:?}");
        assert_eq!(note(&store, &["kept"]).await, Ok(()));
        assert_eq!(noted(&store).await, ["kept"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_is_busy_for_one_and_nothing_to_the_other() {
    Place::postgres(async |place| {
        let store = place.server().await;
        let rows = "insert into setting (key, value) values ('a', ''), ('b', '')";
        assert_eq!(store.write(NOW, |tx| async move { tx.execute(rows, &[]).await }).await, Ok(2));
        let barrier = Arc::new(tokio::sync::Barrier::new(2));
        let writers = [["a", "b"], ["b", "a"]].map(|keys| {
            let (store, barrier) = (store.clone(), Arc::clone(&barrier));
            tokio::spawn(async move {
                // Both are at the gate before either goes for its second row.
                barrier.wait().await;
                let crossing = move |tx: Tx| async move {
                    for key in keys {
                        let touch = "update setting set value = value || 'x' where key = $1 \
                            and pg_sleep(0.2) is not null";
                        tx.execute(touch, crate::value::values![key]).await?;
                    }
                    Ok::<_, Error>(())
                };
                store.write(NOW, crossing).await
            })
        });
        let mut answers: Vec<_> =
            join_all(writers).await.into_iter().map(|answer| answer.expect("no panic")).collect();
        answers.sort_by_key(Result::is_err);
        assert_eq!(answers, [Ok(()), Err(Error::Busy)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_dropped_in_the_middle_is_not_finished_by_the_next_one() {
    Place::postgres(async |place| {
        let store = place.server().await;
        // As many as there are connections, each in the middle of a statement that lasts.
        let dropped = (0..16).map(|_| {
            let write = store.write(NOW, |tx| async move {
                note_in(&tx, &["dropped"]).await?;
                tx.query("select pg_sleep(20) is null", &[]).await.map(|_| ())
            });
            timeout(Duration::from_millis(500), write)
        });
        assert!(join_all(dropped).await.iter().all(Result::is_err));
        let writers = (0..100).map(|_| note(&store, &["kept"]));
        assert_eq!(join_all(writers).await, vec![Ok(()); 100]);
        assert_eq!(noted(&store).await, vec!["kept"; 100]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_an_error_in_words() {
    let target = Target::Postgres { url: "postgres://nobody@127.0.0.1:1/nowhere".to_owned() };
    let config = StoreConfig { target, role: Role::Server, durability: crate::Durability::Full };
    let refused = Store::open(&config, NOW).await.map(|_| ()).expect_err("nobody listens on port 1");
    assert!(refused.to_string().starts_with("the database cannot be opened: "), "{refused}");
}
