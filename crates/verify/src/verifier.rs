//! The verifier: from the headers of a request to who calls, or why not.

use std::ops::Deref;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use grantry_oauth::access_token::{Claims, Invalid};
use grantry_oauth::bearer::{self, Scheme};
use grantry_oauth::jose::VerifyError;
use grantry_oauth::parameters::Parameters;
use grantry_oauth::{ErrorCode, Timestamp};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use reqwest::Client;
use url::{Host, Url, form_urlencoded};

use crate::follow::{Follower, Standing};
use crate::keys::Keys;
use crate::layer::Require;
use crate::proof::Proofs;
use crate::{Error, Feed, fetch};

/// What a verifier is to be: `Verifier::new(issuer, audience)`, and then [`Settings::connect`].
#[derive(Debug)]
pub struct Settings {
    issuer: String,
    audience: String,
    feed: Option<Feed>,
    client: Option<Client>,
    resource_metadata: Option<String>,
    address: Option<String>,
}

/// Verifies access tokens of one server for one API. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Verifier(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    issuer: String,
    audience: String,
    keys: Keys,
    follower: Option<Follower>,
    proofs: Proofs,
    resource_metadata: Option<String>,
    address: Option<String>,
}

/// An access token that is good for this API: whose it is, and what it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token(Arc<Claims>);

impl Deref for Token {
    type Target = Claims;
    fn deref(&self) -> &Claims {
        &self.0
    }
}

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No token, no good one, or one without the scope: the answer's status and `WWW-Authenticate` say it.
    #[error("{}", .0.error.as_ref().map_or("no access token", |error| error.description))]
    Token(bearer::Refused),
    /// Nothing was heard of revocations for longer than the API allows.
    #[error("revocations cannot be heard")]
    Blind,
}

impl Refused {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Token(refused) => {
                StatusCode::from_u16(refused.http_status()).unwrap_or(StatusCode::UNAUTHORIZED)
            }
            Self::Blind => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<grantry_oauth::Error> for Refused {
    fn from(error: grantry_oauth::Error) -> Self {
        Self::Token(error.into())
    }
}

impl Settings {
    /// Follows the revocation feed. Without it, a revoked token is good until it expires.
    #[must_use]
    pub fn feed(mut self, feed: Feed) -> Self {
        self.feed = Some(feed);
        self
    }

    /// Asks the server with this client: for a proxy, or a certificate authority of one's own.
    #[must_use]
    pub fn client(mut self, client: Client) -> Self {
        self.client = Some(client);
        self
    }

    /// Names the document that says where tokens for this API are had (RFC 9728 §5.1); refusals point to it.
    #[must_use]
    pub fn resource_metadata(mut self, url: impl Into<String>) -> Self {
        self.resource_metadata = Some(url.into());
        self
    }

    /// How the outside world writes this API's address, before the path that the layer sees: `https://api.example.com`.
    /// DPoP proofs are made for it; without it, tokens that are bound to a key are refused.
    #[must_use]
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into().trim_end_matches('/').to_owned());
        self
    }

    /// Reads the server's keys, and what is revoked.
    ///
    /// # Errors
    /// A server that is not there, or is another one.
    pub async fn connect(self) -> Result<Verifier, Error> {
        if !is_issuer(&self.issuer) {
            return Err(Error::Issuer(self.issuer));
        }
        let client = self.client.map_or_else(fetch::client, Ok)?;
        let keys = Keys::connect(client.clone(), &self.issuer).await?;
        let follower = match self.feed {
            Some(feed) => Some(Follower::connect(client, &self.issuer, &self.audience, feed).await?),
            None => None,
        };
        let Self { issuer, audience, resource_metadata, address, .. } = self;
        let proofs = Proofs::default();
        let inner = Inner { issuer, audience, keys, follower, proofs, resource_metadata, address };
        Ok(Verifier(Arc::new(inner)))
    }
}

/// OIDC Discovery §3: an issuer is https; a server on this computer may do without.
fn is_issuer(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(four)) => four.is_loopback(),
        Some(Host::Ipv6(six)) => six.is_loopback(),
        None => false,
    };
    (url.scheme() == "https" || url.scheme() == "http" && here) && url.origin().ascii_serialization() == text
}

/// The only look at the clock.
#[expect(
    clippy::disallowed_methods,
    reason = "a library in somebody else's program has nobody to give it the time"
)]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

impl Verifier {
    /// For the API of this name in the server's scope catalogue, or of this resource identifier: what tokens for it have in
    /// `aud`.
    #[expect(clippy::new_ret_no_self, reason = "a verifier is there once it has reached its server")]
    #[must_use]
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Settings {
        let (issuer, audience) = (issuer.into(), audience.into());
        Settings { issuer, audience, feed: None, client: None, resource_metadata: None, address: None }
    }

    /// A layer that lets through requests with a good token that has one of these scopes; without any, every good token
    /// will do. The [`Token`] is in the request's extensions.
    #[must_use]
    pub fn require(&self, any_of: &[&str]) -> Require {
        Require::new(self.clone(), any_of)
    }

    /// Looks at the token of a request.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn verify(&self, request: &Parts) -> Result<Token, Refused> {
        let mut sent = request.headers.get_all(header::AUTHORIZATION).iter();
        let authorization = match (sent.next(), sent.next()) {
            (first, None) => first.map(|value| value.to_str().unwrap_or_default()),
            (_, Some(_)) => {
                let code = ErrorCode::InvalidRequest;
                return Err(grantry_oauth::Error::new(code, "the Authorization header was sent twice").into());
            }
        };
        let query = form_urlencoded::parse(request.uri.query().unwrap_or_default().as_bytes());
        // Only the names matter: a token in the query is refused, whatever else is in it.
        let query = query.filter(|(name, _)| name == "access_token");
        let query = Parameters::new(query.map(|(name, value)| (name.into_owned(), value.into_owned())))?;
        let shown = bearer::read(authorization, &query, None).map_err(Refused::Token)?;
        let told = |error: grantry_oauth::Error| bearer::Refused::from(error).with_scheme(shown.scheme);
        let claims = self.claims(shown.token).await;
        let claims = claims.map_err(|invalid| Refused::Token(told(invalid.into())))?;
        // RFC 9068 §4: a token that is for another API only is not for this one.
        if !claims.is_for(&self.0.audience) {
            let code = ErrorCode::InvalidToken;
            return Err(grantry_oauth::Error::new(code, "the access token is for another API").into());
        }
        let proved = match shown.scheme {
            Scheme::Bearer => None,
            Scheme::Dpop => {
                let address = self.0.address.as_deref();
                Some(self.0.proofs.prove(request, address, shown.token, now()).map_err(Refused::Token)?)
            }
        };
        bearer::check_binding(shown.scheme, claims.jkt.as_deref(), proved.as_deref())
            .map_err(Refused::Token)?;
        match self.0.follower.as_ref().map(|follower| follower.standing(&claims)) {
            None | Some(Standing::Good) => Ok(Token(Arc::new(claims))),
            Some(Standing::Unknown) => Err(Refused::Blind),
            Some(Standing::Revoked) => {
                let code = ErrorCode::InvalidToken;
                Err(grantry_oauth::Error::new(code, "the access token is not valid any more").into())
            }
        }
    }

    async fn claims(&self, text: &str) -> Result<Claims, Invalid> {
        let keys = self.0.keys.current().await;
        let verified = Claims::verify(&keys, &self.0.issuer, text, now());
        if !matches!(verified, Err(Invalid::Forged(VerifyError::UnknownKey))) {
            return verified;
        }
        match self.0.keys.others(&keys).await {
            Some(keys) => Claims::verify(&keys, &self.0.issuer, text, now()),
            None => verified,
        }
    }

    /// The `WWW-Authenticate` of a refusal.
    pub(crate) fn challenge(&self, refused: &bearer::Refused) -> Option<HeaderValue> {
        let mut challenge = refused.challenge();
        if let Some(url) = &self.0.resource_metadata {
            // RFC 9728 §5.1
            challenge.push_str(&format!(", resource_metadata=\"{url}\""));
        }
        HeaderValue::from_str(&challenge).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_or_on_this_computer_and_has_no_path() {
        for good in
            ["https://id.example", "https://id.example:8443", "http://localhost:8080", "http://[::1]:1"]
        {
            assert!(is_issuer(good), "{good}");
        }
        for bad in ["http://id.example", "https://id.example/", "https://id.example/x", "id.example", ""] {
            assert!(!is_issuer(bad), "{bad}");
        }
    }
}
