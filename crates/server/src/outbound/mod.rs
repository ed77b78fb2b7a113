//! The only HTTP client: it calls public addresses alone, follows nothing, and gives up early.
//!
//! Everything that somebody else names and the server fetches goes through here: logos, keys of apps, redirect URIs
//! to see whether they can be called. A name is resolved once; if any of its addresses is not public the name is
//! refused whole; the connection goes to the addresses that were looked at, never to a second answer. Only an exact
//! `host:port` in `[outbound] allow` is exempt.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use bytes::{Bytes, BytesMut};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use url::{Url, form_urlencoded};

mod address;
mod destination;
mod dns;
mod probe;
#[cfg(test)]
mod tests;

pub use address::is_public;
use destination::Destination;
pub use dns::{Dns, Lookup};
pub use probe::Verdict;

use crate::config;

/// How much of an answer is taken, and how long that may last in all.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub bytes: usize,
    pub time: Duration,
}

impl Limits {
    /// An app's logo.
    pub const LOGO: Self = Self { bytes: 512 * 1024, time: Duration::from_secs(5) };
    /// A screenshot of an app.
    pub const SCREENSHOT: Self = Self { bytes: 4 * 1024 * 1024, time: Duration::from_secs(10) };
    /// A document of an app: its keys, its metadata.
    pub const DOCUMENT: Self = Self { bytes: 64 * 1024, time: Duration::from_secs(5) };
}

/// A refusal for an address that is not public comes after this time, whatever was found out: an answer that came
/// sooner for one inside name than for another would map the inside.
pub const REFUSAL_BAND: Duration = Duration::from_secs(2);

/// Fetches at the same time; more wait.
const AT_ONCE: usize = 32;

/// Lines of headers in an answer.
const HEADER_LINES: usize = 64;

/// What came back, with a status from 200 to 299.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub status: u16,
    /// As the other side said, which proves nothing about the body.
    pub content_type: Option<String>,
    /// How long it may be kept, as the other side said.
    pub cache_control: Option<String>,
    pub body: Bytes,
}

/// What is sent with a POST.
#[derive(Clone, Debug)]
pub struct Posted {
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Posted {
    /// A form.
    #[must_use]
    pub fn form(fields: &[(&str, &str)]) -> Self {
        Self {
            content_type: "application/x-www-form-urlencoded",
            headers: Vec::new(),
            body: form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish(),
        }
    }
}

/// Why nothing came back. The words are fit to be shown to whoever gave the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    #[error("the URL must begin with https:// and have a host, no user name and no dot at the host's end")]
    NotAllowed,
    #[error("not publicly reachable")]
    NotPublic,
    #[error("no answer in time")]
    Timeout,
    #[error("no secure connection: the certificate is not valid for this host")]
    Certificate,
    #[error("the connection was refused or broken")]
    NoAnswer,
    #[error("the answer is too large")]
    TooLarge,
    /// A redirect among them, as none is followed.
    #[error("the answer's status is {0}")]
    Status(u16),
}

/// The client.
#[derive(Debug)]
pub struct Outbound {
    dns: Dns,
    allow: Vec<config::HostPort>,
    tls: rustls::ClientConfig,
    /// Look-ups that run; the system's resolver cannot be cancelled, so a slow one keeps its place.
    lookups: Arc<Semaphore>,
    fetches: Semaphore,
}

impl Outbound {
    /// # Errors
    /// A `ca_file` that cannot be read or holds no certificate.
    pub fn new(settings: &config::Outbound, dns: Dns) -> anyhow::Result<Self> {
        let mut roots = rustls::RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        if let Some(file) = &settings.ca_file {
            let reading = || format!("reading outbound.ca_file {}", file.display());
            let before = roots.len();
            for certificate in CertificateDer::pem_file_iter(file).with_context(reading)? {
                roots.add(certificate.with_context(reading)?).with_context(reading)?;
            }
            anyhow::ensure!(roots.len() > before, "outbound.ca_file {} holds no certificate", file.display());
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .context("setting up TLS for outward calls")?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let allow = settings.allow.clone();
        let (lookups, fetches) = (Arc::new(Semaphore::new(AT_ONCE)), Semaphore::new(AT_ONCE));
        Ok(Self { dns, allow, tls, lookups, fetches })
    }

    /// The body behind a URL that somebody else gave. Sends no cookies, follows no redirect.
    ///
    /// # Errors
    /// Whatever is not an answer of success within the limits.
    pub async fn get(&self, url: &str, limits: Limits) -> Result<Fetched, OutboundError> {
        let found = self.fetch(url, limits).await;
        if let Err(why) = &found {
            let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
            tracing::info!(host = host.unwrap_or_default(), %why, "an outward call brought nothing: {why}");
        }
        found
    }

    /// An app's logo, still to be decoded with care.
    ///
    /// # Errors
    /// As [`Outbound::get`].
    pub async fn fetch_logo(&self, url: &str) -> Result<Fetched, OutboundError> {
        self.get(url, Limits::LOGO).await
    }

    /// Sends something to a URL that somebody else gave, and says with which status it was answered; the answer's body is
    /// not read. Follows no redirect.
    ///
    /// # Errors
    /// No answer within `time`, or an address that may not be called.
    pub async fn post(&self, url: &str, posted: Posted, time: Duration) -> Result<u16, OutboundError> {
        let destination = self.vet(url).await?;
        let Ok(_place) = self.fetches.acquire().await else { return Err(OutboundError::NoAnswer) };
        let answer = self.call(destination, Instant::now() + time, Some(posted)).await?;
        Ok(answer.status().as_u16())
    }

    /// A screenshot of an app, still to be decoded with care.
    ///
    /// # Errors
    /// As [`Outbound::get`].
    pub async fn fetch_screenshot(&self, url: &str) -> Result<Fetched, OutboundError> {
        self.get(url, Limits::SCREENSHOT).await
    }

    async fn fetch(&self, url: &str, limits: Limits) -> Result<Fetched, OutboundError> {
        let destination = self.vet(url).await?;
        let Ok(_place) = self.fetches.acquire().await else { return Err(OutboundError::NoAnswer) };
        let deadline = Instant::now() + limits.time;
        let answer = self.call(destination, deadline, None).await?;
        let status = answer.status();
        if !status.is_success() {
            return Err(OutboundError::Status(status.as_u16()));
        }
        let header = |name| answer.headers().get(name)?.to_str().ok().map(str::to_owned);
        let content_type = header(http::header::CONTENT_TYPE);
        let cache_control = header(http::header::CACHE_CONTROL);
        let body = timeout_at(deadline, read(answer, limits.bytes));
        let body = body.await.map_err(|_| OutboundError::Timeout)??;
        Ok(Fetched { status: status.as_u16(), content_type, cache_control, body })
    }

    /// Sends the request to the addresses that were looked at, a POST where there is something to send, and waits for the
    /// head of the answer.
    async fn call(
        &self,
        to: Destination,
        deadline: Instant,
        posted: Option<Posted>,
    ) -> Result<reqwest::Response, OutboundError> {
        #[expect(clippy::disallowed_methods, reason = "this is the client that everybody else asks")]
        let builder = reqwest::Client::builder();
        // A client for each call: what it may connect to is part of it, and no connection outlives the check.
        let mut builder = builder
            .tls_backend_preconfigured(self.tls.clone())
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .http1_only()
            .http1_max_headers(HEADER_LINES)
            .user_agent(concat!("Grantry/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(destination::Nowhere);
        if let Some(name) = to.url.domain() {
            builder = builder.resolve_to_addrs(name, &to.addresses);
        }
        let client = builder.build().map_err(|_| OutboundError::NoAnswer)?;
        let request = match posted {
            None => client.get(to.url),
            Some(Posted { content_type, headers, body }) => {
                let request = client.post(to.url).header(http::header::CONTENT_TYPE, content_type);
                headers
                    .into_iter()
                    .fold(request, |request, (name, value)| request.header(name, value))
                    .body(body)
            }
        };
        match timeout_at(deadline, request.send()).await {
            Err(_) => Err(OutboundError::Timeout),
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) if is_tls(&error) => Err(OutboundError::Certificate),
            Ok(Err(error)) => {
                tracing::debug!(%error, "an outward call failed: {error}");
                Err(OutboundError::NoAnswer)
            }
        }
    }
}

/// The body, unless it is longer than it may be. Nothing decompresses it on the way.
async fn read(mut answer: reqwest::Response, limit: usize) -> Result<Bytes, OutboundError> {
    let announced = answer.content_length().and_then(|bytes| usize::try_from(bytes).ok());
    if announced.is_some_and(|bytes| bytes > limit) {
        return Err(OutboundError::TooLarge);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(|_| OutboundError::NoAnswer)? {
        if chunk.len() > limit - body.len() {
            return Err(OutboundError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Whether TLS is what failed, however deep it is wrapped.
fn is_tls(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<rustls::Error>() {
            return true;
        }
        // An `io::Error` hides the error inside it from `source`, which goes on behind it.
        let inside = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = match inside {
            Some(inside) => Some(inside),
            None => error.source(),
        };
    }
    false
}
