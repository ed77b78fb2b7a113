//! Databases for tests, each new and removed again.

use std::sync::atomic::{AtomicU32, Ordering};
use tokio_postgres::{Client, NoTls};

/// A database that belongs to one test, removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Throwaway {
    pub(crate) url: String,
    server: String,
    name: String,
}

impl Throwaway {
    /// Makes one on the server that a URL names, whose own database is left alone.
    pub(crate) async fn new(server: &str) -> Throwaway {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("grantry_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        run(server, &format!("create database {name} template template0")).await;
        let (place, query) =
            server.split_once('?').map_or((server, None), |(place, query)| (place, Some(query)));
        let (place, _) = place.rsplit_once('/').expect("a URL with a database");
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        Throwaway { url: format!("{place}/{name}{query}"), server: server.to_owned(), name }
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        let (server, statement) = (self.server.clone(), format!("drop database {} with (force)", self.name));
        // A runtime of its own: this one cannot wait here, and may be about to end.
        let removal = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(run(&server, &statement));
        });
        // A test that fails has more to say than this.
        let removed = removal.join();
        assert!(removed.is_ok() || std::thread::panicking(), "{} was not removed", self.name);
    }
}

/// A connection with none of the limits that the store's have.
pub(super) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("PostgreSQL answers");
    tokio::spawn(connection);
    client
}

async fn run(server: &str, statement: &str) {
    connect(server)
        .await
        .batch_execute(statement)
        .await
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
}
