//! From settings to a running server, and its graceful end.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use crate::clock::Clock;
use crate::random::Random;
use crate::web::cookies::Cookies;
use crate::web::csrf::FormKey;
use crate::{listen, routes};

/// What must be known before a server can start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Addresses of the public listener; port 0 takes a free one.
    pub listen: Vec<SocketAddr>,
    /// The issuer; without it, `http://localhost` and the first listener's port.
    pub public_url: Option<String>,
    pub brand_name: String,
    pub clock: Clock,
}

/// A running server.
#[derive(Debug)]
pub struct Running {
    pub app: Arc<App>,
    /// Where the public listener really listens.
    pub addresses: Vec<SocketAddr>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// Starts a server; it serves when this returns.
///
/// # Errors
/// An address that cannot be bound, or a setting that makes no sense.
pub async fn start(settings: Settings) -> anyhow::Result<Running> {
    let listeners = listen::bind(&settings.listen).await?;
    let addresses = listeners
        .iter()
        .map(tokio::net::TcpListener::local_addr)
        .collect::<Result<Vec<_>, _>>()
        .context("asking a listener for its address")?;
    let port = addresses.first().map_or(0, SocketAddr::port);
    let public_url = settings.public_url.unwrap_or_else(|| format!("http://localhost:{port}"));
    let random = Random::system();
    let app = Arc::new(App {
        clock: settings.clock,
        cookies: Cookies { secure: public_url.starts_with("https://") },
        form_key: FormKey::new(&random.bytes::<32>()),
        random,
        public_url,
        brand_name: settings.brand_name,
    });
    let router = routes::table(&app).into_router();
    let (stop, stopping) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let terms = listen::Terms::new(&crate::config::Limits::default(), None);
    for listener in listeners {
        tasks.spawn(listen::serve(listener, router.clone(), terms.clone(), stopping.clone()));
    }
    Ok(Running { app, addresses, stop, tasks })
}

impl Running {
    /// Stops accepting, lets requests under way finish, and returns when all listeners have ended.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        while self.tasks.join_next().await.is_some() {}
    }
}
