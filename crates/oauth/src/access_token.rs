//! The access token as a JWT (RFC 9068): what it says, how its id names its grant, and when it is good.

use std::fmt;
use std::time::Duration;

use base64::display::Base64Display;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Timestamp;
use crate::client::PiiMode;
use crate::compat::Preset;
use crate::error::{Error, ErrorCode};
use crate::jose::{self, Jwks, KeyError, SigningKey, TokenType, VerifyError};
use crate::one_or_many::{self, OneOrMany};
use crate::scope::ScopeSet;

/// How long an access token lives.
pub const LIFETIME: Duration = Duration::from_secs(3600);

/// How far the clocks of two servers may be apart before a fresh token of one looks unborn to the other.
const SKEW: Duration = Duration::from_secs(60);

/// In whose name a token speaks. What cannot be said in that name has no place here: a client acting for itself has no
/// e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner<'a> {
    /// A person, by a grant of theirs.
    Person {
        /// The grant.
        grant_id: &'a str,
        /// The person: `sub`.
        person_id: &'a str,
        /// When the person last proved who they are.
        auth_time: Timestamp,
        /// The person's address; in the token only with the scope `email`.
        email: &'a str,
        /// The person's roles in the account; in the token only with the scope `profile`.
        roles: &'a [&'a str],
    },
    /// An account whose person is gone, by its connection.
    Connection {
        /// The grant.
        grant_id: &'a str,
        /// The connection: `sub`.
        connection_id: &'a str,
    },
    /// The client itself: `sub` is its `client_id` (RFC 9068 §2.2).
    Client,
}

impl<'a> Owner<'a> {
    fn grant_id(self) -> Option<&'a str> {
        match self {
            Self::Person { grant_id, .. } | Self::Connection { grant_id, .. } => Some(grant_id),
            Self::Client => None,
        }
    }
}

/// Everything that an access token says.
#[derive(Clone, Copy, Debug)]
pub struct AccessToken<'a> {
    /// Who issues it.
    pub issuer: &'a str,
    /// The client that it is issued to.
    pub client_id: &'a str,
    /// In whose name it speaks.
    pub owner: Owner<'a>,
    /// The code of the account that it opens.
    pub account_code: &'a str,
    /// The APIs that it is for (see `Catalogue::audience`).
    pub audience: &'a [&'a str],
    /// What it allows.
    pub scopes: &'a ScopeSet,
    /// What APIs do with personal data in their answers to the client.
    pub pii_mode: PiiMode,
    /// When it is issued.
    pub issued_at: Timestamp,
    /// For how long.
    pub lifetime: Duration,
    /// Makes its id its own.
    pub random: [u8; 16],
    /// The thumbprint of the key that it is bound to (RFC 9449 §6).
    pub jkt: Option<&'a str>,
    /// The client that acts with it for another one, which its owner had let act (RFC 8693 §4.1).
    pub actor: Option<&'a str>,
    /// The id of the token that it was exchanged for; see [`lineage`].
    pub parent: Option<&'a str>,
    /// It was made while trying an app out.
    pub is_test: bool,
    /// How it is spelled.
    pub preset: Preset,
}

impl AccessToken<'_> {
    /// The token's id, `{grant}.{22 random characters}`, or the random characters alone when a client speaks for
    /// itself. Whoever sees the token again finds the grant by it, so that no row need be kept for each token. The id of
    /// a token that was exchanged for another one begins with the other's.
    #[must_use]
    pub fn jti(&self) -> String {
        self.name().to_string()
    }

    fn name(&self) -> Jti<'_> {
        Jti { parent: self.parent, grant_id: self.owner.grant_id(), random: &self.random }
    }

    /// When it ends.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.issued_at + self.lifetime
    }

    /// The token on the wire.
    ///
    /// # Errors
    /// See [`jose::sign`].
    pub fn sign(&self, key: &SigningKey) -> Result<String, KeyError> {
        jose::sign(key, TokenType::Access, &self.written())
    }

    /// What the token says, as JSON: for APIs that want handles, the server seals it (see [`Claims::from_json`]).
    ///
    /// # Errors
    /// [`KeyError::Malformed`] when the claims are no JSON.
    pub fn to_json(&self) -> Result<Vec<u8>, KeyError> {
        serde_json::to_vec(&self.written()).map_err(|_| KeyError::Malformed)
    }

    fn written(&self) -> Written<'_> {
        let (subject, auth_time, email, roles) = match self.owner {
            Owner::Person { person_id, auth_time, email, roles, .. } => (
                person_id,
                Some(auth_time.seconds()),
                self.scopes.contains("email").then_some(email),
                if self.scopes.contains("profile") { roles } else { &[] },
            ),
            Owner::Connection { connection_id, .. } => (connection_id, None, None, &[][..]),
            Owner::Client => (self.client_id, None, None, &[][..]),
        };
        Written {
            iss: self.issuer,
            sub: subject,
            aud: self.audience,
            exp: self.expires_at().seconds(),
            iat: self.issued_at.seconds(),
            nbf: self.issued_at.seconds(),
            jti: self.name(),
            client_id: self.client_id,
            scope: Scope(self.scopes, self.preset),
            auth_time,
            account_code: self.account_code,
            pii: self.pii_mode.as_str(),
            email,
            role: OneOrMany(roles),
            cnf: self.jkt.map(|jkt| Confirmation { jkt }),
            act: self.actor.map(|sub| Actor { sub }),
            test: self.is_test,
        }
    }
}

/// The claims as they are written. Borrows everything: one of these is made for each token request.
#[derive(Serialize)]
struct Written<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a [&'a str],
    exp: i64,
    iat: i64,
    nbf: i64,
    jti: Jti<'a>,
    client_id: &'a str,
    scope: Scope<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    account_code: &'a str,
    pii: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    role: OneOrMany<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Actor<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    test: bool,
}

/// RFC 7800 §3.1, RFC 9449 §6.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Confirmation<'a> {
    pub(crate) jkt: &'a str,
}

/// RFC 8693 §4.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Actor<'a> {
    pub(crate) sub: &'a str,
}

struct Jti<'a> {
    parent: Option<&'a str>,
    grant_id: Option<&'a str>,
    random: &'a [u8; 16],
}

impl fmt::Display for Jti<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.parent, self.grant_id) {
            (Some(parent), _) => write!(f, "{parent}{EXCHANGED}")?,
            (None, Some(grant_id)) => write!(f, "{grant_id}.")?,
            (None, None) => {}
        }
        Base64Display::new(self.random, &URL_SAFE_NO_PAD).fmt(f)
    }
}

impl Serialize for Jti<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

struct Scope<'a>(&'a ScopeSet, Preset);

impl Serialize for Scope<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            // RFC 9068 §2.2.3, RFC 8693 §4.2
            Preset::None => self.0.serialize(serializer),
            Preset::Seed => serializer.collect_seq(self.0.iter()),
        }
    }
}

/// The grant that a token's id names; `None` for a client that speaks for itself.
#[must_use]
pub fn grant_of(jti: &str) -> Option<&str> {
    jti.rsplit_once('.').map(|(grant_id, _)| grant_id)
}

/// What stands between the ids of a token and of the one that it was exchanged for. Neither part can have it.
const EXCHANGED: char = '~';

/// How many tokens may be exchanged for one another in a row.
pub const MOST_EXCHANGES: usize = 4;

/// The ids of a token and of those that it was exchanged for, the nearest first: it ends with each of them.
pub fn lineage(jti: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(jti), |jti| jti.rsplit_once(EXCHANGED).map(|(parent, _)| parent))
}

/// Why an access token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// It is none of ours.
    #[error(transparent)]
    Forged(#[from] VerifyError),
    /// Another issuer's, with a key that is also ours: a copied database, or a changed public URL.
    #[error("the token has another issuer")]
    Issuer,
    /// Past its end.
    #[error("the token has expired")]
    Expired,
    /// Before its time.
    #[error("the token is not valid yet")]
    NotYet,
}

impl From<Invalid> for Error {
    /// RFC 6750 §3.1: one code. That a token has expired is said, because a client then knows what to do.
    fn from(invalid: Invalid) -> Self {
        let description = match invalid {
            Invalid::Expired => "the access token has expired",
            Invalid::Forged(_) | Invalid::Issuer | Invalid::NotYet => "the access token is not valid",
        };
        Error::new(ErrorCode::InvalidToken, description).with_hint(invalid.to_string())
    }
}

/// What a verified access token says. Whether its grant still stands is another question.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Claims {
    /// Who issued it.
    #[serde(rename = "iss")]
    pub issuer: String,
    /// A person, a connection or a client.
    #[serde(rename = "sub")]
    pub subject: String,
    /// The APIs that it is for.
    #[serde(rename = "aud", deserialize_with = "one_or_many::read")]
    pub audience: Vec<String>,
    /// When it ends.
    #[serde(rename = "exp", deserialize_with = "seconds")]
    pub expires_at: Timestamp,
    /// When it was issued.
    #[serde(rename = "iat", deserialize_with = "seconds")]
    pub issued_at: Timestamp,
    /// When it begins to be good.
    #[serde(rename = "nbf", deserialize_with = "seconds")]
    pub not_before: Timestamp,
    /// Its id.
    pub jti: String,
    /// The client that it was issued to.
    pub client_id: String,
    /// What it allows.
    #[serde(rename = "scope", deserialize_with = "scopes")]
    pub scopes: ScopeSet,
    /// The account that it opens.
    pub account_code: String,
    /// What APIs do with personal data.
    #[serde(rename = "pii", deserialize_with = "pii_mode")]
    pub pii_mode: PiiMode,
    /// The thumbprint of the key that it is bound to.
    #[serde(rename = "cnf", default, deserialize_with = "confirmed_key")]
    pub jkt: Option<String>,
    /// The client that acts for the one that the grant was given to.
    #[serde(rename = "act", default, deserialize_with = "actor")]
    pub actor: Option<String>,
    /// It was made while trying an app out.
    #[serde(rename = "test", default)]
    pub is_test: bool,
}

impl Claims {
    /// Verifies a token that this server signed: type, signature, issuer and time.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn verify(keys: &Jwks, issuer: &str, text: &str, now: Timestamp) -> Result<Self, Invalid> {
        jose::verify::<Self>(keys, TokenType::Access, text)?.checked(issuer, now)
    }

    /// Reads what [`AccessToken::to_json`] wrote. Nothing but the server's own seal says that it did: a signature is
    /// not looked for.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn from_json(json: &[u8], issuer: &str, now: Timestamp) -> Result<Self, Invalid> {
        let claims: Self = serde_json::from_slice(json).map_err(|_| VerifyError::Malformed)?;
        claims.checked(issuer, now)
    }

    fn checked(self, issuer: &str, now: Timestamp) -> Result<Self, Invalid> {
        // RFC 9068 §4
        if self.issuer != issuer {
            return Err(Invalid::Issuer);
        }
        if self.expires_at <= now {
            return Err(Invalid::Expired);
        }
        if self.not_before > now + SKEW {
            return Err(Invalid::NotYet);
        }
        Ok(self)
    }

    /// The grant that it hangs on; `None` for a client that speaks for itself.
    #[must_use]
    pub fn grant_id(&self) -> Option<&str> {
        grant_of(&self.jti)
    }

    /// Whether it is for this API (RFC 9068 §4: an API refuses tokens that are for others).
    #[must_use]
    pub fn is_for(&self, audience: &str) -> bool {
        self.audience.iter().any(|ours| ours == audience)
    }
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    i64::deserialize(deserializer).map(Timestamp::from_seconds)
}

fn scopes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ScopeSet, D::Error> {
    let texts = one_or_many::read(deserializer)?;
    ScopeSet::parse(&texts.join(" ")).map_err(serde::de::Error::custom)
}

fn confirmed_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    struct Said {
        jkt: String,
    }
    Said::deserialize(deserializer).map(|said| Some(said.jkt))
}

fn actor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    struct Said {
        sub: String,
    }
    Said::deserialize(deserializer).map(|said| Some(said.sub))
}

fn pii_mode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PiiMode, D::Error> {
    let text = String::deserialize(deserializer)?;
    PiiMode::parse(&text).ok_or_else(|| serde::de::Error::custom("no such mode"))
}

#[cfg(test)]
#[path = "access_token_tests.rs"]
mod tests;
