//! Names to addresses: the system's resolver, or the one a test gives.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use futures_util::future::BoxFuture;

/// What stands in for the system's resolver in a test.
pub type Lookup = dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync;

/// Where addresses of a name come from.
#[derive(Clone)]
pub enum Dns {
    /// `getaddrinfo`: the hosts file and the configured name servers.
    System,
    /// A replacement, so that a test can change what a name means between two calls.
    Given(Arc<Lookup>),
}

impl Dns {
    pub(super) async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        match self {
            Self::System => {
                let found = tokio::net::lookup_host((host, 0)).await?;
                Ok(found.map(|address| address.ip()).collect())
            }
            Self::Given(lookup) => lookup(host.to_owned()).await,
        }
    }
}

impl fmt::Debug for Dns {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::System => "Dns::System",
            Self::Given(_) => "Dns::Given",
        })
    }
}
