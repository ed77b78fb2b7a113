//! Can a redirect URI be called? One request, and a verdict to show beside the field.

use tokio::time::Instant;
use url::{Host, Url};

use super::{Limits, Outbound, OutboundError};

/// What is known of a redirect URI after one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It answers; 400, 404 and 405 are answers too, as the call brings no code.
    Reachable {
        status: u16,
    },
    /// It answers with a redirect, which was not followed.
    RedirectsElsewhere {
        status: u16,
    },
    /// It answers 500 or above.
    ServerError {
        status: u16,
    },
    Timeout,
    BadCertificate,
    /// A public host refused or broke the connection.
    NoAnswer,
    /// The host does not exist, or one of its addresses is not public. Which of them is not said.
    NotPubliclyReachable,
    /// It is on the user's own device, so nobody else can call it.
    NotProbed,
}

impl Verdict {
    /// The stable name, for stored results, words and the API.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Reachable { .. } => "reachable",
            Self::RedirectsElsewhere { .. } => "redirects_elsewhere",
            Self::ServerError { .. } => "server_error",
            Self::Timeout => "timeout",
            Self::BadCertificate => "bad_certificate",
            Self::NoAnswer => "no_answer",
            Self::NotPubliclyReachable => "not_publicly_reachable",
            Self::NotProbed => "not_probed",
        }
    }

    /// The status, where there was one.
    #[must_use]
    pub fn status(self) -> Option<u16> {
        match self {
            Self::Reachable { status }
            | Self::RedirectsElsewhere { status }
            | Self::ServerError { status } => Some(status),
            Self::Timeout
            | Self::BadCertificate
            | Self::NoAnswer
            | Self::NotPubliclyReachable
            | Self::NotProbed => None,
        }
    }

    /// Whether the redirect URI "can be called"; approval needs that of one https URI.
    #[must_use]
    pub fn is_callable(self) -> bool {
        matches!(self, Self::Reachable { .. } | Self::RedirectsElsewhere { .. })
    }
}

impl Outbound {
    /// Calls a redirect URI once, without code, state or cookies, and looks at the status alone.
    pub async fn probe(&self, redirect_uri: &str) -> Verdict {
        let Ok(uri) = Url::parse(redirect_uri) else { return Verdict::NotPubliclyReachable };
        if is_on_the_device(&uri) && !self.allows(&uri) {
            return Verdict::NotProbed;
        }
        let verdict = match self.status(redirect_uri).await {
            Ok(status @ 300..400) => Verdict::RedirectsElsewhere { status },
            Ok(status @ 500..) => Verdict::ServerError { status },
            Ok(status) => Verdict::Reachable { status },
            Err(OutboundError::Timeout) => Verdict::Timeout,
            Err(OutboundError::Certificate) => Verdict::BadCertificate,
            Err(OutboundError::NoAnswer | OutboundError::TooLarge | OutboundError::Status(_)) => {
                Verdict::NoAnswer
            }
            Err(OutboundError::NotPublic | OutboundError::NotAllowed) => Verdict::NotPubliclyReachable,
        };
        tracing::debug!(host = uri.host_str(), verdict = verdict.key(), "a redirect URI was called");
        verdict
    }

    async fn status(&self, uri: &str) -> Result<u16, OutboundError> {
        let destination = self.vet(uri).await?;
        let Ok(_place) = self.fetches.acquire().await else { return Err(OutboundError::NoAnswer) };
        let answer = self.call(destination, Instant::now() + Limits::DOCUMENT.time, None).await?;
        Ok(answer.status().as_u16())
    }
}

/// A private-use scheme, or a host that is the browser's own computer.
fn is_on_the_device(uri: &Url) -> bool {
    if !matches!(uri.scheme(), "http" | "https") {
        return true;
    }
    match uri.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(four)) => four == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(six)) => six == std::net::Ipv6Addr::LOCALHOST,
        None => false,
    }
}
