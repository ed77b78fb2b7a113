//! A database of one's own, and nothing of it afterwards.

use grantry_testkit::database::engines;
use grantry_testkit::{Database, Engine};
use tokio_postgres::NoTls;

/// Whether the database answers.
async fn is_there(url: &str) -> bool {
    match tokio_postgres::connect(url, NoTls).await {
        Ok((client, connection)) => {
            let connection = tokio::spawn(connection);
            let answered = client.simple_query("select 1").await.is_ok();
            drop(client);
            let _ = connection.await;
            answered
        }
        Err(_) => false,
    }
}

#[tokio::test]
async fn it_is_empty_at_first_and_gone_at_last() {
    for engine in engines() {
        let (one, other) = (Database::new(engine).await, Database::new(engine).await);
        assert_eq!(one.engine(), engine);
        let folder = one.folder.path().to_owned();
        assert!(folder.read_dir().unwrap().next().is_none());
        assert_ne!(folder, other.folder.path());
        let url = one.url().map(str::to_owned);
        assert_eq!(url.is_some(), engine == Engine::Postgres);
        if let Some(url) = &url {
            assert!(is_there(url).await);
            assert_ne!(Some(url.as_str()), other.url());
        }
        drop(one);
        assert!(!folder.exists());
        if let Some(url) = &url {
            assert!(!is_there(url).await, "dropped with its value");
        }
    }
}
