//! From the configuration to a running server, and its graceful end.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use grantry_oauth::dpop::NonceKey;
use grantry_oauth::subject::Subjects;
use grantry_oauth::time::Timestamp;
use grantry_store::{Durability, Role, Store, StoreConfig, Target};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use crate::apps::webhook::deliver::Waiting;
use crate::cached::{AppKeys, Cached};
use crate::clock::Clock;
use crate::config::{Config, PublicUrl};
use crate::endpoints::failures::Failures;
use crate::endpoints::metadata::Discovery;
use crate::endpoints::revocations::Followers;
use crate::endpoints::token::TokenMeter;
use crate::jobs::{self, FlowLog, Touched};
use crate::keys::{Keys, MasterKey};
use crate::mail::{Post, mailbox};
use crate::ops::{self, Check, Metrics, Readiness};
use crate::outbound::{Dns, Outbound};
use crate::random::Random;
use crate::sign_in::Passwords;
use crate::sign_in::back_channel::EndedSessions;
use crate::web::branding::Branding;
use crate::web::cookies::Cookies;
use crate::web::csrf::FormKey;
use crate::{catalogue, listen, routes};

/// What must be known before a server can start.
#[derive(Debug, Clone)]
pub struct Settings {
    pub config: Config,
    pub clock: Clock,
    /// How names of the outside are looked up.
    pub dns: Dns,
    /// Tests that do not kill the machine need not wait for the disk.
    pub durability: Durability,
}

impl Settings {
    /// A server as it runs outside tests.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config, clock: Clock::system(), dns: Dns::System, durability: Durability::Full }
    }
}

/// A running server.
#[derive(Debug)]
pub struct Running {
    pub app: Arc<App>,
    /// Where the public listener really listens.
    pub addresses: Vec<SocketAddr>,
    readiness: Arc<Readiness>,
    stop: watch::Sender<bool>,
    /// Connections first, then jobs, then the operations listener: each uses what comes after it.
    public: JoinSet<()>,
    jobs: JoinSet<()>,
    stop_last: watch::Sender<bool>,
    operations: JoinSet<()>,
}

/// Where the configuration says that the database is.
#[must_use]
pub fn target(config: &Config) -> Target {
    match &config.server.database {
        Some(url) => Target::Postgres { url: url.reveal().to_owned() },
        None => Target::Sqlite { dir: config.server.data.clone() },
    }
}

/// Everything but the listeners: what a command beside the server works with, too.
///
/// # Errors
/// A database that does not open, or a setting that makes no sense.
pub async fn open(
    settings: Settings,
    role: Role,
    ports: (u16, Option<SocketAddr>),
) -> anyhow::Result<Arc<App>> {
    let Settings { config, clock, dns, durability } = settings;
    let random = Random::system();
    let master_key = MasterKey::open(&config.master_key_file(), &random)?;
    let (port, ops_address) = ports;
    let store_config = StoreConfig { target: target(&config), role, durability };
    let store = Store::open(&store_config, clock.now()).await?;
    let public_url = match role {
        Role::Server => leave_url(&store, config.public_url_at(port), clock.now()).await?,
        Role::Command => find_url(&store, &config, port).await?,
    };
    catalogue::ensure_sample(&store, &clock).await?;
    let metrics = Arc::<Metrics>::default();
    let app = App {
        keys: Keys::open(&store, &master_key, &clock, &random).await?,
        app_keys: AppKeys::default(),
        subjects: Subjects::new(&master_key.derive("pairwise subjects")),
        cached: Cached::new(&store, public_url.as_str(), config.cimd.enabled),
        cookies: Cookies { secure: public_url.is_https() },
        form_key: FormKey::new(master_key.derive("forms").as_ref()),
        dpop_nonces: NonceKey::new(&master_key.derive("dpop nonces")),
        branding: Branding::new(&config.branding)?,
        passwords: Passwords::new(&config.security, &random)?,
        outbound: Outbound::new(&config.outbound, dns)?,
        post: Post::new(&config, &public_url)?,
        ended_sessions: EndedSessions::new(&store),
        webhooks: Waiting::new(&store),
        touched: Touched::default(),
        flow_log: FlowLog::default(),
        failures: Failures::default(),
        discovery: Discovery::default(),
        followers: Followers::new(&store),
        token_meter: TokenMeter::new(&metrics),
        metrics,
        clock,
        random,
        config,
        public_url,
        store,
        master_key,
        ops_address,
    };
    Ok(Arc::new(app))
}

/// The setting in which a server leaves its public URL for commands beside it, which know none of its flags.
const SERVED_AS: &str = "served_as";

/// Leaves the URL under which this server is reached.
async fn leave_url(store: &Store, url: PublicUrl, now: Timestamp) -> Result<PublicUrl, grantry_store::Error> {
    if store.reader().find_setting(SERVED_AS).await?.as_deref() != Some(url.as_str()) {
        let text = url.as_str();
        store.write(now, |tx| async move { tx.put_setting(SERVED_AS, text).await }).await?;
    }
    Ok(url)
}

/// The URL that a command writes links with: as configured, or as the last server left it.
async fn find_url(store: &Store, config: &Config, port: u16) -> Result<PublicUrl, grantry_store::Error> {
    let left = match config.server.public_url {
        Some(_) => None,
        None => store.reader().find_setting(SERVED_AS).await?,
    };
    Ok(left.and_then(|left| left.parse().ok()).unwrap_or_else(|| config.public_url_at(port)))
}

/// Starts a server; it serves when this returns.
///
/// # Errors
/// An address that cannot be bound, a database that does not open, or a setting that makes no sense.
pub async fn start(settings: Settings) -> anyhow::Result<Running> {
    let config = &settings.config;
    let tls = listen::acceptor(&config.tls)?;
    let terms = listen::Terms::new(&config.limits, tls, &config.server.trusted_proxies);
    let listeners = listen::bind(&config.server.listen, "--listen").await?;
    let ops_listeners = listen::bind(&[config.server.ops_listen], "--ops-listen").await?;
    let ops_terms = listen::Terms::new(&config.limits, None, &[]);
    let bound = |listeners: &[tokio::net::TcpListener]| {
        let addresses = listeners.iter().map(tokio::net::TcpListener::local_addr);
        addresses.collect::<Result<Vec<_>, _>>().context("asking a listener for its address")
    };
    let addresses = bound(&listeners)?;
    let ops_address = bound(&ops_listeners)?.first().copied();
    let port = addresses.first().map_or(0, SocketAddr::port);
    let app = open(settings, Role::Server, (port, ops_address)).await?;

    let (stop, stopping) = watch::channel(false);
    let (stop_last, stopping_last) = watch::channel(false);
    let router = routes::table(&app).into_router();
    let mut public = JoinSet::new();
    for listener in listeners {
        public.spawn(listen::serve(listener, router.clone(), terms.clone(), stopping.clone()));
    }
    let readiness = Arc::new(readiness(&app));
    let ops_router = ops_router(&app, &readiness);
    let mut operations = JoinSet::new();
    for listener in ops_listeners {
        let router = ops_router.clone();
        operations.spawn(listen::serve(listener, router, ops_terms.clone(), stopping_last.clone()));
    }
    let jobs = jobs::start(&app, &stopping_last);
    Ok(Running { app, addresses, readiness, stop, public, jobs, stop_last, operations })
}

fn ops_router(app: &Arc<App>, readiness: &Arc<Readiness>) -> axum::Router {
    let metrics: Arc<Metrics> = Arc::clone(&app.metrics);
    let router = ops::router(Arc::clone(readiness), metrics);
    // Mails hold links that open accounts: they are for whoever sits at this machine, or for the mail server.
    if app.mailbox_url().is_some() { router.merge(mailbox::router(app)) } else { router }
}

fn readiness(app: &Arc<App>) -> Readiness {
    let database = Arc::clone(app);
    let changes = Arc::clone(app);
    Readiness::new(vec![
        Check::new("database", move || {
            let app = Arc::clone(&database);
            Box::pin(async move { app.store.ping().await.map_err(|error| error.to_string()) })
        }),
        Check::new("changes", move || {
            let fresh = changes.store.feed_is_fresh();
            let heard = if fresh { Ok(()) } else { Err("cannot hear of other nodes' changes".to_owned()) };
            Box::pin(async move { heard })
        }),
    ])
}

impl Running {
    /// Says that it is leaving, stops accepting, lets requests under way finish, writes what is only in memory, and
    /// returns when all has ended.
    pub async fn stop(mut self) {
        self.readiness.leave();
        self.app.followers.leave();
        let _ = self.stop.send(true);
        while self.public.join_next().await.is_some() {}
        let _ = self.stop_last.send(true);
        while self.jobs.join_next().await.is_some() {}
        while self.operations.join_next().await.is_some() {}
    }
}
