//! Sockets: binding, the accept loop with its cap, and the graceful end.
//!
//! `axum::serve` has no time-outs at all, so the loop is ours: `connection` gives each connection the time it may
//! take, `tls` the certificate.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt as _;
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio_rustls::TlsAcceptor;

mod activity;
mod connection;
mod room;
mod stream;
#[cfg(test)]
mod tests;
mod tls;

pub use tls::acceptor;

use self::activity::Activity;
use self::room::Room;
use crate::config::Limits;

/// What holds for every connection. Clones share the cap on connections, so all public listeners take one.
#[derive(Clone)]
pub struct Terms {
    limits: Arc<Limits>,
    tls: Option<TlsAcceptor>,
    room: Arc<Room>,
}

impl std::fmt::Debug for Terms {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Terms")
            .field("limits", &self.limits)
            .field("tls", &self.tls.is_some())
            .finish()
    }
}

impl Terms {
    /// Caps the connections by what the process may open, and those of one source, `proxies` aside.
    #[must_use]
    pub fn new(limits: &Limits, tls: Option<TlsAcceptor>, proxies: &[IpNet]) -> Self {
        let wanted = usize::try_from(limits.connections).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let most = open_files().map_or(wanted, |files| files.saturating_sub(OTHER_FILES).max(16));
        if most < wanted {
            tracing::warn!(wanted, most, "the limit of open files lowers limits.connections to {most}");
        }
        let room = Room::new(wanted.min(most), limits.connections_per_source, proxies);
        Self { limits: Arc::new(limits.clone()), tls, room }
    }
}

/// Files that the database, outward calls and the log need beside connections.
const OTHER_FILES: usize = 160;

/// This process's limit of open files, where the system tells.
fn open_files() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Binds every address; `flag` is where another one can be given. Port 0 takes a free one, the same for all that ask for 0. An IPv6 address beside another one
/// is left out on a machine without IPv6.
///
/// # Errors
/// The first address that cannot be bound.
pub async fn bind(addresses: &[SocketAddr], flag: &str) -> anyhow::Result<Vec<TcpListener>> {
    const ATTEMPTS: u32 = 32;
    let any_port = addresses.iter().filter(|address| address.port() == 0).count() > 1;
    let mut attempt = 1;
    loop {
        match bind_once(addresses).await {
            // The port that was free for the first address may be taken for the second.
            Err((address, why))
                if any_port && why.kind() == io::ErrorKind::AddrInUse && attempt < ATTEMPTS =>
            {
                tracing::debug!(%address, attempt, "a free port was not free for every address");
                attempt += 1;
            }
            Err((address, why)) if why.kind() == io::ErrorKind::AddrInUse => {
                anyhow::bail!(
                    "cannot listen on {address}: another program does; choose another address with {flag}"
                )
            }
            Err((address, why)) => anyhow::bail!("cannot listen on {address}: {why}"),
            Ok(listeners) => return Ok(listeners),
        }
    }
}

async fn bind_once(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, (SocketAddr, io::Error)> {
    let mut listeners: Vec<TcpListener> = Vec::with_capacity(addresses.len());
    let mut chosen = None;
    for address in addresses {
        let mut wanted = *address;
        if let (0, Some(port)) = (wanted.port(), chosen) {
            wanted.set_port(port);
        }
        match TcpListener::bind(wanted).await {
            Ok(listener) => {
                if address.port() == 0 {
                    chosen = listener.local_addr().ok().map(|bound| bound.port());
                }
                listeners.push(listener);
            }
            Err(why) if address.is_ipv6() && addresses.len() > 1 && is_missing(&why) => {
                tracing::warn!(%address, %why, "this machine has no such IPv6 address; going on without it");
            }
            Err(why) => return Err((wanted, why)),
        }
    }
    Ok(listeners)
}

/// No such address here, or no IPv6 at all.
fn is_missing(why: &io::Error) -> bool {
    const NO_SUCH_FAMILY: i32 = 97;
    why.kind() == io::ErrorKind::AddrNotAvailable || why.raw_os_error() == Some(NO_SUCH_FAMILY)
}

/// Serves one listener until `stop` says so, then lets requests under way finish within the drain time. From then on
/// answers say `Connection: close`, and idle connections end after a moment in which a request that had already left
/// its sender still arrives.
pub async fn serve(listener: TcpListener, router: Router, terms: Terms, stop: watch::Receiver<bool>) {
    let (alive, mut gone) = mpsc::channel::<()>(1);
    let host = Host { router, terms, stop, alive };
    accept_all(&listener, &host).await;
    // The kernel has shaken hands with these already: closing the listener would reset them.
    while let Some(Ok((stream, peer))) = listener.accept().now_or_never() {
        let place = Arc::clone(&host.terms.room.places).try_acquire_owned();
        if let Ok(place) = place {
            host.welcome(stream, peer, place);
        }
    }
    drop(listener);
    drop(host);
    // Each connection holds a sender and ends itself in time; nothing is ever sent.
    let _ = gone.recv().await;
}

async fn accept_all(listener: &TcpListener, host: &Host) {
    let mut stop = host.stop.clone();
    let stopped = stopped(&mut stop);
    tokio::pin!(stopped);
    loop {
        let accepted = tokio::select! {
            () = &mut stopped => return,
            accepted = accept(listener, &host.terms.room) => accepted,
        };
        match accepted {
            Ok((stream, peer, place)) => host.welcome(stream, peer, place),
            Err(why) if why.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(why) => {
                // Out of file descriptors, mostly: neither may it end the loop, nor may the loop spin.
                tracing::warn!(%why, "cannot accept a connection: {why}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

type Place = OwnedSemaphorePermit;

/// The next connection, once there is room: others wait in the kernel's queue.
async fn accept(listener: &TcpListener, room: &Room) -> io::Result<(TcpStream, SocketAddr, Place)> {
    let place = room.place().await?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
}

/// Returns when the server stops.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A dropped sender means that nobody is left who could ask us to go on.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// What a listener gives to each of its connections.
struct Host {
    router: Router,
    terms: Terms,
    stop: watch::Receiver<bool>,
    alive: mpsc::Sender<()>,
}

impl Host {
    fn welcome(&self, stream: TcpStream, peer: SocketAddr, place: Place) {
        let activity = Activity::new(&self.terms.limits);
        let Some(guest) = self.terms.room.enter(place, (peer.ip(), &activity)) else {
            tracing::debug!(%peer, "too many connections from one source");
            return;
        };
        // Token answers are small: waiting to fill a packet only adds delay.
        let _ = stream.set_nodelay(true);
        let alive = self.alive.clone();
        let tls = self.terms.tls.clone();
        let visit = connection::Visit {
            router: self.router.clone(),
            limits: Arc::clone(&self.terms.limits),
            stop: self.stop.clone(),
            peer,
            activity,
        };
        tokio::spawn(async move {
            visit.run(stream, tls).await;
            drop((guest, alive));
        });
    }
}
