//! A whole server in a test: on free ports, with a clock that tests move, cheap passwords and a mailbox to read.

mod apps;
mod connections;
mod people;
mod review;
mod tokens;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use grantry::app::App;
use grantry::clock::Clock;
use grantry::config::{Config, Security};
use grantry::outbound::Dns;
use grantry::start::{self, Running, Settings};
use grantry_store::Durability;
use grantry_store::page::PageRequest;

use crate::database::{Database, Engine};
use crate::farm::Farm;
use crate::http::{Client, Reply, send};

pub use apps::{AppWish, RegisteredApp};
pub use people::{PASSWORD, Person, Tenant};

/// The platform company of every test.
pub const PLATFORM: &str = "Innkeeper";

/// How a world is to be.
#[derive(Debug)]
pub struct Setup {
    engine: Engine,
    dns: Dns,
    config: Config,
}

impl Setup {
    /// Keeps everything in this engine.
    #[must_use]
    pub fn on(mut self, engine: Engine) -> Self {
        self.engine = engine;
        self
    }

    /// Lives beside this farm: its names resolve, its servers may be called.
    #[must_use]
    pub fn beside(mut self, farm: &Farm) -> Self {
        self.config.outbound = farm.outbound();
        self.dns = farm.dns();
        self
    }

    /// Changes the configuration; data folder, database and listeners are set afterwards.
    #[must_use]
    pub fn configured(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// Starts the server.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(self) -> World {
        let Self { engine, dns, mut config } = self;
        let database = Database::new(engine).await;
        config.server.listen = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))];
        config.server.ops_listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        config.server.data = database.folder.path().join("data");
        config.server.database = database.url().map(|url| grantry::config::Secret::new(url.to_owned()));
        let clock = Clock::system();
        let settings = Settings { config, clock: clock.clone(), dns, durability: Durability::Off };
        let running = Box::pin(start::start(settings)).await.expect("a server starts on free ports");
        World { running, clock, database }
    }
}

/// One server for one test, deleted with everything it remembers when it is dropped.
#[derive(Debug)]
pub struct World {
    pub running: Running,
    clock: Clock,
    database: Database,
}

/// A mail as its reader sees it.
#[derive(Debug, Clone)]
pub struct Letter {
    pub recipient: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl World {
    /// A server as it comes, on SQLite.
    pub async fn new() -> Self {
        Self::setup().start().await
    }

    /// The same on this engine.
    pub async fn on(engine: Engine) -> Self {
        Self::setup().on(engine).start().await
    }

    /// A server with wishes: `World::setup().beside(&farm).configured(|config| …).start().await`.
    #[must_use]
    pub fn setup() -> Setup {
        let mut config = Config::default();
        config.branding.name = PLATFORM.to_owned();
        config.security = Security { argon2_memory_kib: 64, argon2_passes: 1, argon2_at_once: 0 };
        Setup { engine: Engine::Sqlite, dns: Dns::System, config }
    }

    /// What requests may use: for tests that call a use-case or look into the store.
    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.running.app
    }

    #[must_use]
    pub fn engine(&self) -> Engine {
        self.database.engine()
    }

    /// The issuer, without a slash at its end.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.running.app.issuer()
    }

    /// The whole address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer())
    }

    /// Where the public listener really listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.running.addresses[0]
    }

    /// Where the operations listener really listens.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn ops_address(&self) -> SocketAddr {
        self.running.app.ops_address.expect("a server has an operations listener")
    }

    /// A browser without a screen that nobody has signed in with.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.issuer(), self.address())
    }

    /// A GET request without cookies.
    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "").await
    }

    /// A POST request without cookies.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        self.send("POST", path, headers, body).await
    }

    /// A request with exactly these headers, as a program sends it.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        send(self.address(), method, path, headers, body.as_bytes()).await
    }

    /// A GET request to the operations listener.
    pub async fn ops(&self, path: &str) -> Reply {
        send(self.ops_address(), "GET", path, &[], b"").await
    }

    /// Lets time pass for the server; the test itself does not wait.
    pub fn later(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// The mails to an address, the latest first.
    ///
    /// # Panics
    /// When the outbox cannot be read.
    pub async fn mails_to(&self, email: &str) -> Vec<Letter> {
        let page = PageRequest::from_token(None, 100);
        let all = self.app().store.reader().list_mail(&page).await.expect("the outbox can be read");
        all.items
            .into_iter()
            .filter(|mail| mail.recipient.contains(email))
            .map(|mail| Letter {
                recipient: mail.recipient,
                subject: mail.subject,
                text: mail.body_text,
                html: mail.body_html,
            })
            .collect()
    }

    /// The link in the latest mail to an address: what its reader follows.
    ///
    /// # Panics
    /// When there is no mail, or none with a link to this server.
    pub async fn mail_link(&self, email: &str) -> String {
        let mails = self.mails_to(email).await;
        let mail = mails.first().unwrap_or_else(|| panic!("no mail to {email}"));
        let link = mail.text.split_whitespace().find(|word| word.starts_with(self.issuer()));
        link.unwrap_or_else(|| panic!("no link in the mail to {email}: {}", mail.text)).to_owned()
    }
}
