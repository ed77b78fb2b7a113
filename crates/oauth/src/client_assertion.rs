//! Client authentication by a signed assertion (RFC 7521 §4.2, RFC 7523 §3, OIDC Core §9 `private_key_jwt`).

use std::time::Duration;

use serde::Deserialize;

use crate::Timestamp;
use crate::client::Client;
use crate::jose::{self, ClientKeys, VerifyError};
use crate::metadata::TOKEN_PATH;
use crate::time::NumericDate;

/// The value of `client_assertion_type`.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What an assertion may say of its type; most say `JWT` or nothing.
const TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];

/// An assertion lives no longer than this: so long its `jti` is remembered.
pub const LONGEST: Duration = Duration::from_secs(600);
/// How far a client's clock may be ahead. FAPI 2.0 §5.3.2.1: ten seconds at least, a minute at most.
pub const SKEW: Duration = Duration::from_secs(30);
/// Longest `jti`.
const JTI_LIMIT_BYTES: usize = 512;

/// Where an assertion may be for.
#[derive(Clone, Copy, Debug)]
pub struct Audience<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// The URL of the endpoint that is called (RFC 9126 §2).
    pub endpoint: &'a str,
}

/// An assertion that proved who its sender is. It counts only once: the caller remembers its `jti` until it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// Its name, unique for the client.
    pub jti: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Why an assertion proves nothing. For the app's owner; callers are told one sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproved {
    /// The client has no key that could verify it, or none could be fetched.
    #[error("the app has no public keys that could be read")]
    NoKeys,
    /// See [`VerifyError`].
    #[error("the client assertion cannot be verified: {0}")]
    Signature(#[from] VerifyError),
    /// RFC 7523 §3, points 1 and 2.
    #[error("iss and sub of the client assertion must both be the client ID")]
    NotItself,
    /// RFC 7523 §3, point 3.
    #[error("aud of the client assertion must be the issuer of this server")]
    Audience,
    /// RFC 7523 §3, point 4.
    #[error("the client assertion has expired")]
    Expired,
    /// Longer than [`LONGEST`].
    #[error("the client assertion may live ten minutes at most")]
    TooLong,
    /// RFC 7523 §3, points 5 and 6.
    #[error("iat or nbf of the client assertion lies in the future")]
    NotYet,
    /// OIDC Core §9 requires one.
    #[error("the client assertion needs a jti of at most 512 bytes")]
    Jti,
    /// It was used before.
    #[error("the client assertion was used before")]
    Replayed,
}

#[derive(Deserialize)]
struct Whose {
    sub: String,
}

/// The client that an assertion speaks of. Nothing is proved yet.
#[must_use]
pub fn subject(text: &str) -> Option<String> {
    jose::peek::<Whose>(text).ok().map(|whose| whose.sub)
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Option<Named>,
    exp: Option<NumericDate>,
    nbf: Option<NumericDate>,
    iat: Option<NumericDate>,
    jti: Option<String>,
}

/// `aud` in either spelling.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    One(String),
    Several(Vec<String>),
}

/// Checks an assertion of `client` with its keys.
///
/// # Errors
/// The first rule that it breaks. [`Unproved::Replayed`] is the caller's to find out.
pub fn verify(
    text: &str,
    client: &Client,
    keys: &ClientKeys,
    audience: Audience<'_>,
    now: Timestamp,
) -> Result<Proved, Unproved> {
    let claims: Claims = keys.verify(text, client.auth_algs(), &TYPES)?;
    if claims.iss != client.client_id || claims.sub != client.client_id {
        return Err(Unproved::NotItself);
    }
    if !claims.aud.is_some_and(|named| is_for(&named, client, audience)) {
        return Err(Unproved::Audience);
    }
    let Some(NumericDate(expires_at)) = claims.exp.filter(|exp| exp.0 > now) else {
        return Err(Unproved::Expired);
    };
    if expires_at > now + LONGEST + SKEW {
        return Err(Unproved::TooLong);
    }
    if [claims.nbf, claims.iat].into_iter().flatten().any(|time| time.0 > now + SKEW) {
        return Err(Unproved::NotYet);
    }
    let jti = claims.jti.filter(|jti| !jti.is_empty() && jti.len() <= JTI_LIMIT_BYTES);
    Ok(Proved { jti: jti.ok_or(Unproved::Jti)?, expires_at })
}

/// Every audience must be ours: an assertion that is good elsewhere too could have been caught there.
fn is_for(named: &Named, client: &Client, ours: Audience<'_>) -> bool {
    let endpoints = client.profile.takes_endpoint_audience();
    let is_token_endpoint = |name: &str| name.strip_prefix(ours.issuer) == Some(TOKEN_PATH);
    let is_ours =
        |name: &str| name == ours.issuer || (endpoints && (name == ours.endpoint || is_token_endpoint(name)));
    match named {
        Named::One(name) => is_ours(name),
        // FAPI 2.0 §5.3.2.1: one string, not a list with one member.
        Named::Several(names) => endpoints && !names.is_empty() && names.iter().all(|name| is_ours(name)),
    }
}

#[cfg(test)]
#[path = "client_assertion_tests.rs"]
mod tests;
