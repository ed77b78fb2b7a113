//! The HTTP client of the tests' own programs: it reaches this computer and nothing else.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Name, Resolve, Resolving};
use reqwest::redirect::Policy;

/// A client that knows one name, `localhost`, follows no redirect and keeps no cookie.
///
/// # Panics
/// When TLS cannot be set up, which no test can go on without.
#[must_use]
pub fn client() -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS has versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    #[expect(clippy::disallowed_methods, reason = "tests call the server from outside, on loopback")]
    let builder = reqwest::Client::builder();
    builder
        .tls_backend_preconfigured(tls)
        .dns_resolver(OnlyLocalhost)
        .redirect(Policy::none())
        .no_proxy()
        .build()
        .expect("a client without special wishes can be made")
}

#[derive(Debug)]
struct OnlyLocalhost;

impl Resolve for OnlyLocalhost {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            if name.as_str() != "localhost" {
                return Err(format!("{} is not this computer", name.as_str()).into());
            }
            let found: Box<dyn Iterator<Item = SocketAddr> + Send> =
                Box::new(std::iter::once(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))));
            Ok(found)
        })
    }
}
