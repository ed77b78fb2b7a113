//! What a program is told that is refused: exactly the object of RFC 6749 §5.2, whatever went wrong.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use grantry_oauth::{Error, ErrorCode};
use http::{HeaderValue, StatusCode, header};

use crate::issue::proof::DPOP_NONCE;
use crate::issue::{Dead, Failed};
use crate::keys;

/// A refusal on its way out. Boxed, so that the good path of every endpoint does not carry its size around.
#[derive(Debug)]
pub struct Refusal(Box<Facts>);

/// What a refusal is made of.
#[derive(Debug)]
pub struct Facts {
    pub error: Error,
    pub status: StatusCode,
    /// `WWW-Authenticate`.
    pub challenge: Option<HeaderValue>,
    /// The nonce that the next DPoP proof must repeat.
    pub dpop_nonce: Option<String>,
    pub retry_after: Option<Duration>,
    /// Ours, for the log.
    pub cause: Option<String>,
}

impl Refusal {
    /// A refusal with the status that its code has, or with another one.
    #[must_use]
    pub fn new(code: ErrorCode, description: &'static str, status: StatusCode) -> Self {
        let mut refusal = Self::from(Error::new(code, description));
        refusal.status = status;
        refusal
    }

    /// Too many failures; this one included.
    #[must_use]
    pub fn wait(time: Duration) -> Self {
        let description = "too many failed attempts; wait before the next one";
        let code = ErrorCode::TemporarilyUnavailable;
        let mut refusal = Self::new(code, description, StatusCode::TOO_MANY_REQUESTS);
        refusal.retry_after = Some(time);
        refusal
    }

    /// Our mistake, or our trouble.
    fn ours(code: ErrorCode, description: &'static str, cause: String) -> Self {
        let busy = code == ErrorCode::TemporarilyUnavailable;
        let mut refusal = Self::from(Error::new(code, description));
        refusal.retry_after = busy.then_some(Duration::from_secs(2));
        refusal.cause = Some(cause);
        refusal
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = StatusCode::from_u16(error.code.http_status()).unwrap_or(StatusCode::BAD_REQUEST);
        Self(Box::new(Facts {
            error,
            status,
            challenge: None,
            dpop_nonce: None,
            retry_after: None,
            cause: None,
        }))
    }
}

impl From<grantry_store::Error> for Refusal {
    fn from(error: grantry_store::Error) -> Self {
        use grantry_store::Error as Store;
        let code = match error {
            Store::Busy | Store::Unavailable(_) => ErrorCode::TemporarilyUnavailable,
            Store::Conflict(_) | Store::Corrupt(_) => ErrorCode::ServerError,
        };
        Self::ours(code, "the server cannot answer now", error.to_string())
    }
}

impl From<keys::Error> for Refusal {
    fn from(error: keys::Error) -> Self {
        match error {
            keys::Error::Store(error) => error.into(),
            keys::Error::Key(_)
            | keys::Error::Sealing(_)
            | keys::Error::Sealed { .. }
            | keys::Error::Corrupt { .. }
            | keys::Error::BrokeOff => {
                Self::ours(ErrorCode::ServerError, "the server cannot sign now", error.to_string())
            }
        }
    }
}

impl From<Failed> for Refusal {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Refused(error) => error.into(),
            Failed::Store(error) => error.into(),
            Failed::Keys(error) => error.into(),
        }
    }
}

impl From<Dead> for Refusal {
    fn from(dead: Dead) -> Self {
        match dead.refusal() {
            Ok(error) => error.into(),
            Err(error) => error.into(),
        }
    }
}

impl Deref for Refusal {
    type Target = Facts;
    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl DerefMut for Refusal {
    fn deref_mut(&mut self) -> &mut Facts {
        &mut self.0
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Facts { error, status, challenge, dpop_nonce, retry_after, .. } = *self.0;
        let mut response = (status, Json(error.body())).into_response();
        let headers = response.headers_mut();
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(nonce) = dpop_nonce.and_then(|nonce| HeaderValue::try_from(nonce).ok()) {
            headers.insert(DPOP_NONCE, nonce);
        }
        if let Some(time) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(time.as_secs().max(1)));
        }
        response
    }
}
