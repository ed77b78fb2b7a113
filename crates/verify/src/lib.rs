//! For APIs behind Grantry: verifies access tokens by the server's published keys, without asking it about each one, and
//! still hears within a second when one of them is revoked.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use grantry_verify::{Feed, Verifier, WhenBlind};
//!
//! # async fn api() -> Result<(), grantry_verify::Error> {
//! let feed = Feed::new("grp_…", WhenBlind::RefuseAfter(Duration::from_secs(30)));
//! let verifier = Verifier::new("https://id.example.com", "api").feed(feed).connect().await?;
//! // With axum: Router::new().route("/reservations", get(list)).layer(verifier.require(&["reservations.read"]))
//! // In a handler: Extension<grantry_verify::Token> says who calls.
//! # Ok(())
//! # }
//! ```
//!
//! What is checked: type, signature, issuer, audience and time of the token (RFC 9068 §4), one of the scopes that would do,
//! for a token that is bound to a key the DPoP proof (RFC 9449), and, with a [`Feed`], that neither the token nor what it
//! hangs on was revoked. An API whose tokens are opaque asks the
//! introspection endpoint instead.

#![warn(missing_docs)]

mod fetch;
mod follow;
mod keys;
mod layer;
mod proof;
mod verifier;

pub use follow::{Feed, WhenBlind};
pub use grantry_oauth::access_token::Claims;
pub use layer::{Guarded, Require};
pub use verifier::{Refused, Settings, Token, Verifier};

/// Why a verifier could not begin.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The issuer is no `https` URL, or no `http` one of this computer.
    #[error("{0:?} is no issuer: it is https://host, or http://localhost with a port, without a path")]
    Issuer(String),
    /// The server does not answer, or answers something else.
    #[error("{url}: {why}")]
    Unreachable {
        /// What was asked for.
        url: String,
        /// What came of it.
        why: String,
    },
    /// The feed does not accept the secret.
    #[error("{url} does not accept the name and secret of this API: make one with `grantry api secret add`")]
    Secret {
        /// The feed.
        url: String,
    },
    /// TLS cannot be set up.
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
}
