//! Connections to a PostgreSQL server, each with the limits under which everything runs.

use super::error::causes;
use super::{ANSWER_LIMIT, url};
use crate::{Durability, Error, OpenError};
use deadpool_postgres::Connect;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{AsyncMessage, Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long the server works on one statement, and how long it keeps a transaction that is told nothing.
pub(super) const STATEMENT_LIMIT: Duration = Duration::from_secs(8);

type Dialled = (Client, JoinHandle<()>);

/// Where the server is and how it is spoken to.
#[derive(Clone)]
pub(super) struct Server {
    config: Config,
    tls: MakeRustlsConnect,
    durability: Durability,
}

impl Server {
    pub(super) fn new(url: &str, durability: Durability) -> Result<Server, OpenError> {
        let (config, tls) = url::read(url)?;
        Ok(Server { config, tls, durability })
    }

    /// A new connection. `wake` is told of each notification, and of the end.
    pub(super) async fn connect(&self, wake: Option<Arc<Notify>>) -> Result<Client, Error> {
        match timeout(ANSWER_LIMIT, self.dial(wake)).await {
            Ok(dialled) => {
                dialled.map(|(client, _)| client).map_err(|error| Error::Unavailable(causes(&error)))
            }
            Err(_) => Err(Error::Unavailable("the database does not answer".to_owned())),
        }
    }

    /// A connection, and the task that drives it until the client is dropped.
    async fn dial(&self, wake: Option<Arc<Notify>>) -> Result<Dialled, tokio_postgres::Error> {
        let (client, mut connection) = self.config.connect(self.tls.clone()).await?;
        let driver = tokio::spawn(async move {
            while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
                match message {
                    Ok(AsyncMessage::Notification(_)) => wake.iter().for_each(|wake| wake.notify_one()),
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(error = causes(&error), "a database connection was lost");
                        break;
                    }
                }
            }
            wake.iter().for_each(|wake| wake.notify_one());
        });
        client.batch_execute(&self.settings()).await?;
        Ok((client, driver))
    }

    fn settings(&self) -> String {
        let limit = STATEMENT_LIMIT.as_millis();
        let durability = match self.durability {
            // What is answered must survive a crash. A stronger setting, which waits for standbys, stays.
            Durability::Full => {
                "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'"
            }
            Durability::Off => "set synchronous_commit = off",
        };
        format!(
            "set statement_timeout = {limit}; set idle_in_transaction_session_timeout = {limit}; \
             set default_transaction_isolation = 'read committed'; {durability}"
        )
    }
}

impl Connect for Server {
    fn connect(&self, _: &Config) -> BoxFuture<'_, Result<Dialled, tokio_postgres::Error>> {
        self.dial(None).boxed()
    }
}
