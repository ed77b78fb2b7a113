//! Where a call may go: a URL whose every address was looked at before anything is sent.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Name, Resolve, Resolving};
use tokio::time::{Instant, sleep_until, timeout_at};
use url::{Host, Url};

use super::{Outbound, OutboundError, REFUSAL_BAND, is_public};

/// A URL and the addresses to call it at. There is no other way to get one than [`Outbound::vet`].
#[derive(Debug)]
pub(super) struct Destination {
    pub(super) url: Url,
    pub(super) addresses: Vec<SocketAddr>,
}

impl Outbound {
    /// Resolves a URL's host, once, and refuses it unless all its addresses are public or the host is allowed.
    pub(super) async fn vet(&self, url: &str) -> Result<Destination, OutboundError> {
        let url = Url::parse(url).map_err(|_| OutboundError::NotAllowed)?;
        let allowed = self.allows(&url);
        if !(url.scheme() == "https" || allowed && url.scheme() == "http") {
            return Err(OutboundError::NotAllowed);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutboundError::NotAllowed);
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(OutboundError::NotAllowed);
        };
        let asked = Instant::now();
        let addresses = match host {
            // `localhost.` is another spelling of `localhost`; one spelling is enough.
            Host::Domain(name) if name.ends_with('.') => return Err(OutboundError::NotAllowed),
            Host::Domain(name) => self.look_up(name, asked).await,
            // Decimal, octal, hexadecimal and shortened spellings have become one when the URL was parsed.
            Host::Ipv4(four) => vec![IpAddr::V4(four)],
            Host::Ipv6(six) => vec![IpAddr::V6(six)],
        };
        let refused =
            addresses.is_empty() || !allowed && !addresses.iter().all(|address| is_public(*address));
        if refused {
            sleep_until(asked + REFUSAL_BAND).await;
            return Err(OutboundError::NotPublic);
        }
        let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect();
        Ok(Destination { url, addresses })
    }

    /// Whether the operator named exactly this host and port.
    pub(super) fn allows(&self, url: &Url) -> bool {
        self.allow.iter().any(|exact| exact.names(url))
    }

    /// A name's addresses; none when there is no such name, or no answer within the band.
    async fn look_up(&self, name: &str, asked: Instant) -> Vec<IpAddr> {
        let (dns, name, places) = (self.dns.clone(), name.to_owned(), Arc::clone(&self.lookups));
        let looking = tokio::spawn(async move {
            let _place = places.acquire_owned().await;
            dns.addresses(&name).await
        });
        match timeout_at(asked + REFUSAL_BAND, looking).await {
            Ok(Ok(Ok(addresses))) => addresses,
            Ok(Ok(Err(_)) | Err(_)) | Err(_) => Vec::new(),
        }
    }
}

/// The resolver of the connections themselves: it knows no name, as all were resolved before.
#[derive(Debug)]
pub(super) struct Nowhere;

impl Resolve for Nowhere {
    fn resolve(&self, name: Name) -> Resolving {
        let unknown = format!("{} was not looked at before the call", name.as_str());
        Box::pin(async move { Err(unknown.into()) })
    }
}
