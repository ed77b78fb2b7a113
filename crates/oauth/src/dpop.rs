//! DPoP (RFC 9449): whether a proof shows that its sender holds a key, for this very request.

use std::time::Duration;

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq;
use url::Url;

use crate::Timestamp;
use crate::error::{Error, ErrorCode};
use crate::jose::{self, Alg, VerifyError};
use crate::time::NumericDate;

/// The `typ` of a proof (RFC 9449 §4.2).
const TYP: &str = "dpop+jwt";

/// How far the clocks of a client and the server may be apart, either way (RFC 9449 §11.1: seconds or minutes).
pub const SKEW: Duration = Duration::from_secs(60);

/// Longest `jti` that is taken; a UUID has 36 characters.
const JTI_LIMIT_BYTES: usize = 512;

/// How long one nonce is handed out. It is taken for one more such time, so that nobody gets one that ends at once.
const NONCE_WINDOW: Duration = Duration::from_secs(300);

/// The request that a proof came with.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The URL as the outside world writes it; its query counts for nothing.
    pub url: &'a str,
    /// The access token beside the proof, at a protected resource.
    pub access_token: Option<&'a str>,
}

/// A proof that fits its request. Whether it comes for the first time is for the server to find out: see
/// [`Proof::replay_key`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The RFC 7638 thumbprint of the key: what `cnf.jkt` and `dpop_jkt` say.
    pub jkt: String,
    /// The algorithm that it is signed with.
    pub alg: Alg,
    /// What no second proof may have as long as this one would be taken: made of the key and its `jti`.
    pub replay_key: [u8; 32],
    /// From when on its age alone refuses it.
    pub taken_until: Timestamp,
    /// The server's nonce that it repeats.
    pub nonce: Option<String>,
}

/// Why a proof is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// No JWT with a public key that signed it.
    #[error(transparent)]
    Forged(#[from] VerifyError),
    /// Made for another HTTP method.
    #[error("htm is not the request's method")]
    Method,
    /// Made for another URL.
    #[error("htu is not the request's URL")]
    Url,
    /// Too old, or from the future.
    #[error("iat, exp or nbf is too far from the server's time")]
    Time,
    /// Without a usable id.
    #[error("jti is empty or too long")]
    Id,
    /// Made for another access token, or for none.
    #[error("ath is not the hash of the access token")]
    AccessToken,
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        let description = match invalid {
            Invalid::Time => "the DPoP proof is too old or from the future",
            Invalid::Forged(_) | Invalid::Method | Invalid::Url | Invalid::Id | Invalid::AccessToken => {
                "the DPoP proof is not valid for this request"
            }
        };
        Error::new(ErrorCode::InvalidDpopProof, description).with_hint(invalid.to_string())
    }
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    #[serde(deserialize_with = "seconds")]
    iat: i64,
    ath: Option<String>,
    nonce: Option<String>,
    exp: Option<NumericDate>,
    nbf: Option<NumericDate>,
}

impl Claims {
    /// RFC 7519 §4.1.4, §4.1.5: RFC 9449 asks for neither, but who sets them means them.
    fn is_outside_its_time(&self, now: Timestamp) -> bool {
        self.exp.is_some_and(|exp| exp.0 + SKEW <= now) || self.nbf.is_some_and(|nbf| nbf.0 > now + SKEW)
    }
}

impl Proof {
    /// Checks a proof in the order of RFC 9449 §4.3. The nonce is looked at by [`NonceKey::check`].
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn verify(text: &str, request: Request<'_>, now: Timestamp) -> Result<Self, Invalid> {
        let (key, claims) = jose::verify_by_own_key::<Claims>(TYP, text)?;
        if claims.htm != request.method {
            return Err(Invalid::Method);
        }
        if !is_same_place(&claims.htu, request.url) {
            return Err(Invalid::Url);
        }
        let made_at = Timestamp::from_seconds(claims.iat);
        if made_at > now + SKEW || made_at + SKEW < now || claims.is_outside_its_time(now) {
            return Err(Invalid::Time);
        }
        if claims.jti.is_empty() || claims.jti.len() > JTI_LIMIT_BYTES {
            return Err(Invalid::Id);
        }
        // RFC 9449 §4.3, 11: a proof beside a token is for that token.
        if let Some(token) = request.access_token {
            let expected = hash(token);
            let said = claims.ath.as_deref().unwrap_or_default();
            if !bool::from(said.as_bytes().ct_eq(expected.as_bytes())) {
                return Err(Invalid::AccessToken);
            }
        }
        let jkt = key.kid().to_owned();
        // A thumbprint has no dot, so no two pairs make one text.
        let replay_key = crate::secret::hash(&format!("{jkt}.{}", claims.jti));
        let taken_until = made_at + SKEW;
        Ok(Self { alg: key.alg(), jkt, replay_key, taken_until, nonce: claims.nonce })
    }
}

/// `ath`: SHA-256 of an access token in base64url (RFC 9449 §4.2).
#[must_use]
pub fn hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, access_token.as_bytes()))
}

/// Whether a text can be the thumbprint of a key: SHA-256 in base64url.
#[must_use]
pub fn is_thumbprint(text: &str) -> bool {
    text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// The key that the code of a pushed request is bound to: that of its proof, which must be the one that `dpop_jkt` names
/// where both are sent (RFC 9449 §10.1).
///
/// # Errors
/// `invalid_dpop_proof`.
pub fn pushed_key(named: Option<String>, proved: Option<String>) -> Result<Option<String>, Error> {
    match (named, proved) {
        (Some(named), Some(proved)) if named != proved => Err(Error::new(
            ErrorCode::InvalidDpopProof,
            "the DPoP proof is not of the key that dpop_jkt names",
        )),
        (named, proved) => Ok(proved.or(named)),
    }
}

/// RFC 9449 §4.3, 9: the URLs are equal once both are normalised, without query and fragment.
fn is_same_place(said: &str, ours: &str) -> bool {
    let place = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    place(said).is_some_and(|said| Some(said) == place(ours))
}

/// RFC 7519 §2: a number of seconds may have a fraction.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    let whole = number.as_i64().or_else(|| number.to_string().split('.').next()?.parse().ok());
    whole.ok_or_else(|| serde::de::Error::custom("no time"))
}

/// What nonces are made with. All nodes of a server have the same key and clock, so none is kept anywhere: one that was
/// handed out by another node, or before a restart, is as good.
pub struct NonceKey(hmac::Key);

impl std::fmt::Debug for NonceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NonceKey(…)")
    }
}

impl NonceKey {
    /// A key from 32 secret bytes.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The nonce of this time.
    #[must_use]
    pub fn current(&self, now: Timestamp) -> String {
        self.of_window(window(now))
    }

    fn of_window(&self, window: i64) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, &window.to_be_bytes()))
    }

    /// Checks the nonce of a proof.
    ///
    /// # Errors
    /// `use_dpop_nonce` when it is none of ours or too old, and when it is missing where one is required (RFC 9449 §8).
    pub fn check(&self, nonce: Option<&str>, required: bool, now: Timestamp) -> Result<(), Error> {
        let Some(nonce) = nonce else {
            return if required { Err(other_nonce("the DPoP proof has no nonce")) } else { Ok(()) };
        };
        let current = window(now);
        // The next one, because another node's clock may be a little ahead.
        let ours = [current - 1, current, current + 1].into_iter().any(|window| {
            let expected = self.of_window(window);
            bool::from(expected.as_bytes().ct_eq(nonce.as_bytes()))
        });
        if ours {
            Ok(())
        } else {
            Err(other_nonce("the nonce of the DPoP proof is not of this server or too old"))
        }
    }
}

fn window(now: Timestamp) -> i64 {
    now.0.div_euclid(i64::try_from(NONCE_WINDOW.as_millis()).unwrap_or(i64::MAX))
}

fn other_nonce(hint: &str) -> Error {
    Error::new(ErrorCode::UseDpopNonce, "the DPoP proof must repeat the nonce of DPoP-Nonce").with_hint(hint)
}

#[cfg(test)]
#[path = "dpop_tests.rs"]
mod tests;
