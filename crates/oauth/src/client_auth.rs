//! Client authentication (RFC 6749 §2.3): which credential a request presents, and whether it is the client's.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::Timestamp;
use crate::client::{AuthMethod, Client};
use crate::client_assertion::{self, Audience, Proved, Unproved};
use crate::error::{Error, ErrorCode};
use crate::jose::ClientKeys;
use crate::parameters::Parameters;
use crate::secret::{self, Secret, TokenKind};

/// The answer's `WWW-Authenticate`, when an `Authorization` header was sent and failed (RFC 6749 §5.2).
pub const BASIC_CHALLENGE: &str = r#"Basic realm="grantry", charset="UTF-8""#;

/// Longest `Authorization` header that is looked at.
const HEADER_LIMIT_BYTES: usize = 4 * 1024;

/// Basic credentials with or without padding: programs send both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a request says about who sends it. Nothing is proved yet.
#[derive(Debug)]
pub struct Presented {
    /// The client that it claims to be.
    pub client_id: String,
    /// What should prove it.
    pub credential: Credential,
    /// The same id and secret came in the header and in the body.
    pub in_both: bool,
}

/// What should prove a claim.
#[derive(Debug)]
pub enum Credential {
    /// A secret.
    Secret(Secret<String>),
    /// A signed assertion.
    Assertion(String),
    /// Nothing: only public clients may.
    None,
}

/// A secret of the client as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    /// Its row.
    pub id: String,
    /// SHA-256 of the whole secret.
    pub hash: [u8; 32],
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// Somebody ended it.
    pub revoked: bool,
}

/// A proved claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticated<'s> {
    /// The row of the secret that proved it, for its last-used time.
    pub secret_id: Option<&'s str>,
    /// The assertion that proved it. It proves nothing until the caller has made sure that it is its first use.
    pub assertion: Option<Proved>,
    /// The credentials came twice: worth telling the app's owner (see [`Presented::in_both`]).
    pub in_both: bool,
}

/// What there is to check a claim with.
#[derive(Clone, Copy, Debug)]
pub struct Means<'s> {
    /// The client's secrets.
    pub secrets: &'s [StoredSecret],
    /// The client's public keys, where it has some that could be read.
    pub keys: Option<&'s ClientKeys>,
    /// What an assertion must be for.
    pub audience: Audience<'s>,
}

/// Reads the credentials of a request to the token, introspection or revocation endpoint.
///
/// `authorization` is the header's value. An app may use the header or the body, whichever it registered.
///
/// # Errors
/// `invalid_request` when header and body say different things: neither is tried. `invalid_client` when nothing
/// usable was sent; answer it with [`BASIC_CHALLENGE`] when there was an `Authorization` header.
pub fn read(authorization: Option<&str>, form: &Parameters) -> Result<Presented, Error> {
    let body_id = form.get("client_id");
    let body_secret = form.get("client_secret");
    if let Some(presented) = assertion(authorization, form)? {
        return Ok(presented);
    }
    let Some(header) = authorization else {
        let missing = || refused("no client credentials were sent");
        let client_id = body_id.ok_or_else(missing)?.to_owned();
        let credential = match body_secret {
            Some(secret) => Credential::Secret(Secret::new(secret.to_owned())),
            None => Credential::None,
        };
        return Ok(Presented { client_id, credential, in_both: false });
    };
    let (client_id, secret) =
        basic(header).ok_or_else(|| refused("the Authorization header is malformed"))?;
    // RFC 6749 §2.3: one method per request. Real programs send the same pair twice, which is one authentication; two
    // different ones are two, and trying either would let the sender guess twice.
    let differs = |name: Option<&str>, ours: &str| name.is_some_and(|theirs| theirs != ours);
    if differs(body_id, &client_id) || differs(body_secret, secret.expose()) {
        return Err(Error::new(
            ErrorCode::InvalidRequest,
            "the Authorization header and the body name different client credentials",
        ));
    }
    Ok(Presented { client_id, credential: Credential::Secret(secret), in_both: body_secret.is_some() })
}

/// The signed assertion in a request, if there is one. RFC 7521 §4.2: it may come without `client_id`, and never beside
/// other credentials.
fn assertion(authorization: Option<&str>, form: &Parameters) -> Result<Option<Presented>, Error> {
    let invalid = |description| Err(Error::new(ErrorCode::InvalidRequest, description));
    let text = match (form.get("client_assertion_type"), form.get("client_assertion")) {
        (None, None) => return Ok(None),
        (Some(client_assertion::TYPE), Some(text)) => text,
        (Some(_), Some(_)) => return invalid("client_assertion_type is not known here"),
        (Some(_), None) | (None, Some(_)) => {
            return invalid("client_assertion and client_assertion_type belong together");
        }
    };
    if authorization.is_some() || form.get("client_secret").is_some() {
        return invalid("client_assertion cannot be combined with other client credentials");
    }
    let malformed = || refused("the client assertion is not a signed JWT with a sub");
    let subject = client_assertion::subject(text).ok_or_else(malformed)?;
    if form.get("client_id").is_some_and(|named| named != subject) {
        return Err(refused("client_id is not the sub of the client assertion"));
    }
    let credential = Credential::Assertion(text.to_owned());
    Ok(Some(Presented { client_id: subject, credential, in_both: false }))
}

/// Checks presented credentials against the client and what proves it. `client` is what the server found under
/// [`Presented::client_id`]; an unknown one is `None` and has no secrets.
///
/// # Errors
/// `invalid_client`, with one description for every reason; the hint for the owner names the reason.
pub fn verify<'s>(
    presented: &Presented,
    client: Option<&Client>,
    means: Means<'s>,
    now: Timestamp,
) -> Result<Authenticated<'s>, Error> {
    // The hash is computed before anything is known, so that an unknown client costs the same as a wrong secret.
    let found = match &presented.credential {
        Credential::Secret(secret) => find_secret(secret, means.secrets, now),
        Credential::Assertion(_) | Credential::None => Err(SecretProblem::Missing),
    };
    let client = client.ok_or_else(|| refused("there is no app with this client ID"))?;
    match (client.auth_method, &presented.credential) {
        (AuthMethod::Secret, Credential::Secret(_)) if !client.profile.takes_secrets() => {
            Err(refused("apps of the fapi2 profile use private_key_jwt"))
        }
        (AuthMethod::Secret, Credential::Secret(_) | Credential::None) => match found {
            Ok(secret) => {
                let in_both = presented.in_both;
                Ok(Authenticated { secret_id: Some(&secret.id), assertion: None, in_both })
            }
            Err(problem) => Err(refused(problem.hint())),
        },
        (AuthMethod::PrivateKeyJwt, Credential::Assertion(text)) => {
            let keys = means.keys.ok_or(Unproved::NoKeys);
            let proved =
                keys.and_then(|keys| client_assertion::verify(text, client, keys, means.audience, now));
            let proved = proved.map_err(|why| refused(why.to_string()))?;
            Ok(Authenticated { secret_id: None, assertion: Some(proved), in_both: false })
        }
        (AuthMethod::None, Credential::None) => {
            Ok(Authenticated { secret_id: None, assertion: None, in_both: false })
        }
        // OIDC Registration §2: the method is the registered one. An empty secret proves nothing either.
        (AuthMethod::None, Credential::Secret(_)) => Err(refused("a public app sends no client secret")),
        (AuthMethod::Secret | AuthMethod::None, Credential::Assertion(_)) => {
            Err(refused("this app does not authenticate by private_key_jwt"))
        }
        (AuthMethod::PrivateKeyJwt, Credential::Secret(_) | Credential::None) => {
            Err(refused("this app authenticates by private_key_jwt"))
        }
    }
}

/// Why no stored secret fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretProblem {
    /// None was sent.
    Missing,
    /// It is none that was ever made here: prefix, length or checksum are wrong.
    Garbled,
    /// It was made here, but is none of these.
    Unknown,
    /// It has ended.
    Expired,
    /// Somebody ended it.
    Revoked,
}

impl SecretProblem {
    /// The reason in words for the app's owner; clients never see it.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Missing => "no client secret was sent",
            Self::Garbled => {
                "the client secret is not one that was created here: it may be cut or have a typing error"
            }
            Self::Unknown => "the client secret belongs to no secret of this app",
            Self::Expired => "the client secret has expired",
            Self::Revoked => "the client secret was revoked",
        }
    }
}

/// Finds the stored secret that a presented one is, comparing with each in constant time.
///
/// # Errors
/// Why none fits, for the owner's eyes only.
pub fn find_secret<'s>(
    presented: &Secret<String>,
    secrets: &'s [StoredSecret],
    now: Timestamp,
) -> Result<&'s StoredSecret, SecretProblem> {
    let hash = secret::hash(presented.expose());
    let found = secrets
        .iter()
        .fold(None, |found, stored| if secret::equal(&stored.hash, &hash) { Some(stored) } else { found });
    match found {
        Some(stored) if stored.revoked => Err(SecretProblem::Revoked),
        Some(stored) if stored.expires_at.is_some_and(|end| end <= now) => Err(SecretProblem::Expired),
        Some(stored) => Ok(stored),
        None => {
            let kinds = [TokenKind::ClientSecret, TokenKind::ApiSecret];
            let ours = kinds.into_iter().any(|kind| secret::is_well_formed(kind, presented.expose()));
            Err(if ours { SecretProblem::Unknown } else { SecretProblem::Garbled })
        }
    }
}

/// RFC 6749 §5.2: one code and one sentence, whatever was wrong.
fn refused(hint: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidClient, "client authentication failed").with_hint(hint)
}

/// The refusal of an assertion that proves nothing, for what only the caller can find out.
#[must_use]
pub fn unproved(why: Unproved) -> Error {
    refused(why.to_string())
}

/// The two halves of a Basic header. RFC 6749 §2.3.1: each is form-urlencoded before it is joined. Many programs don't;
/// neither client IDs nor secrets made here have a character for which that makes a difference.
fn basic(header: &str) -> Option<(String, Secret<String>)> {
    if header.len() > HEADER_LIMIT_BYTES {
        return None;
    }
    let (scheme, encoded) = header.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Secret::new(BASE64.decode(encoded.trim_start()).ok()?);
    let text = std::str::from_utf8(decoded.expose()).ok()?;
    let (id, secret) = text.split_once(':')?;
    let id = form_decoded(id);
    (!id.is_empty()).then(|| (id, Secret::new(form_decoded(secret))))
}

fn form_decoded(text: &str) -> String {
    if !text.contains(['+', '%']) {
        return text.to_owned();
    }
    let spaced = Secret::new(text.replace('+', " "));
    match percent_encoding::percent_decode_str(spaced.expose()).decode_utf8() {
        Ok(decoded) => decoded.into_owned(),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
#[path = "client_auth_tests.rs"]
mod tests;
