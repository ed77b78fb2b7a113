//! Request objects: authorization parameters that come as a JWT (RFC 9101, OIDC Core §6), and where they come from.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::Timestamp;
use crate::client::{Client, RequestObjectAlg};
use crate::error::{Error, ErrorCode};
use crate::jose::{self, ClientKeys};
use crate::parameters::Parameters;
use crate::pushed;
use crate::redirect_uri;
use crate::time::NumericDate;

/// What a request object may say of its type (RFC 9101 §10.8); many say `JWT` or nothing.
const TYPES: [&str; 2] = ["oauth-authz-req+jwt", "JWT"];

/// How long a request object may live, and how old its beginning may be (FAPI 2.0 Message Signing §5.3.1).
const LONGEST: Duration = Duration::from_secs(3600);
/// How far a client's clock may be ahead.
const SKEW: Duration = Duration::from_secs(30);

/// Longest fragment of an address of request objects: hashes have 43 letters.
const FRAGMENT_LIMIT_BYTES: usize = 128;

/// Members that are about the object, not parameters of the request.
const ABOUT: [&str; 7] = ["iss", "aud", "exp", "nbf", "iat", "jti", "sub"];

/// How the parameters of an authorization request travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier<'a> {
    /// As they are.
    Plain,
    /// In a request object, which is here.
    Value(&'a str),
    /// In a request object that must be fetched.
    Reference(&'a str),
    /// They were pushed before (RFC 9126); this is the name they got.
    Pushed(&'a str),
}

/// Finds how the parameters travel.
///
/// # Errors
/// `invalid_request` for two ways at once (RFC 9101 §5), or one of them sent twice.
pub fn carrier(parameters: &Parameters) -> Result<Carrier<'_>, Error> {
    let invalid = |description| Err(Error::new(ErrorCode::InvalidRequest, description));
    if parameters.is_twice("request") || parameters.is_twice("request_uri") {
        return invalid("request or request_uri was sent twice");
    }
    match (parameters.get("request"), parameters.get("request_uri")) {
        (None, None) => Ok(Carrier::Plain),
        (Some(_), Some(_)) => invalid("request and request_uri cannot be combined"),
        (Some(object), None) => Ok(Carrier::Value(object)),
        (None, Some(uri)) => Ok(pushed::id(uri).map_or(Carrier::Reference(uri), Carrier::Pushed)),
    }
}

/// Whether a request object of `client` may be fetched from there: only what its owner registered, byte for byte, so that
/// nobody makes the server call where they like. The fragment counts for nothing: it is a hash of what is found there, and
/// tells whoever keeps that to look again (OIDC Core §6.2). Nothing is kept here.
///
/// # Errors
/// `invalid_request_uri`.
pub fn check_reference(client: &Client, uri: &str) -> Result<(), Error> {
    if client.request_uris.iter().any(|registered| without_fragment(registered) == without_fragment(uri)) {
        return Ok(());
    }
    let error = Error::new(ErrorCode::InvalidRequestUri, "request_uri is not registered for this app");
    Err(error.with_hint(uri))
}

fn without_fragment(uri: &str) -> &str {
    uri.split_once('#').map_or(uri, |(place, _)| place)
}

/// Checks an address of request objects that somebody wants to register: an https URL, perhaps with the hash of what is
/// found there as its fragment (OpenID Connect Registration §2, `request_uris`).
///
/// # Errors
/// The first rule that it breaks.
pub fn register_uri(raw: &str) -> Result<String, redirect_uri::Refused> {
    let (place, hash) = raw.split_once('#').map_or((raw, None), |(place, hash)| (place, Some(hash)));
    let place = redirect_uri::https_url(place)?;
    let Some(hash) = hash else { return Ok(place) };
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=' | b'.' | b'~');
    if hash.len() > FRAGMENT_LIMIT_BYTES || !hash.bytes().all(plain) {
        return Err(redirect_uri::Refused {
            problem: redirect_uri::Problem::Fragment,
            proposal: Some(place),
        });
    }
    Ok(format!("{place}#{hash}"))
}

/// Whether keys of the client are needed to read an object.
#[must_use]
pub fn needs_keys(text: &str) -> bool {
    !jose::is_unsigned(text)
}

/// Opens a request object: the parameters of the request are those inside it and no others.
///
/// `outside` are the parameters beside it; `keys` the client's, where they are needed.
///
/// # Errors
/// `invalid_request_object`; the hint says what is wrong with it.
pub fn open(
    text: &str,
    client: &Client,
    keys: Option<&ClientKeys>,
    (issuer, outside): (&str, &Parameters),
    now: Timestamp,
) -> Result<Parameters, Error> {
    let signed = needs_keys(text);
    let allowed = match client.request_object_alg {
        None => signed || client.profile.takes_unsigned_requests(),
        Some(RequestObjectAlg::Unsigned) => !signed && client.profile.takes_unsigned_requests(),
        Some(RequestObjectAlg::Signed(_)) => signed,
    };
    if !allowed {
        let how =
            if signed { "the app has registered that it does not sign them" } else { "it must be signed" };
        return Err(invalid(how));
    }
    let claims: Map<String, Value> = if signed {
        let keys = keys.ok_or_else(|| invalid("the app has no public keys that could be read"))?;
        let only = match client.request_object_alg {
            Some(RequestObjectAlg::Signed(alg)) => Some([alg]),
            Some(RequestObjectAlg::Unsigned) | None => None,
        };
        let algs = only.as_ref().map_or(client.profile.algs(), |alg| alg.as_slice());
        keys.verify(text, algs, &TYPES).map_err(|why| invalid(why.to_string()))?
    } else {
        jose::peek(text).map_err(|why| invalid(why.to_string()))?
    };
    check_about(&claims, client, signed, (issuer, now))?;
    parameters(&claims, client, outside)
}

/// What an object says about itself. An unsigned one proves nothing by it, but must not contradict the request.
fn check_about(
    claims: &Map<String, Value>,
    client: &Client,
    signed: bool,
    (issuer, now): (&str, Timestamp),
) -> Result<(), Error> {
    // RFC 9101 §10.8: a token that speaks of a subject was made for something else, such as client authentication.
    if claims.contains_key("sub") {
        return Err(invalid("it must not have a sub"));
    }
    // RFC 9101 §6.3, §10.2: whose it is.
    let may_be_unnamed = !signed || client.profile.takes_unnamed_requests();
    let names_client = |name: &str| claims.get(name).map(|value| value.as_str() == Some(&client.client_id));
    if !names_client("iss").unwrap_or(may_be_unnamed) || !names_client("client_id").unwrap_or(true) {
        return Err(invalid("iss and client_id must be the client ID"));
    }
    let is_ours = |audience: &Value| match audience {
        Value::String(name) => name == issuer,
        Value::Array(names) => names.iter().any(|name| name.as_str() == Some(issuer)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    };
    if !claims.get("aud").map_or(may_be_unnamed, is_ours) {
        return Err(invalid("aud must be the issuer of this server"));
    }
    let date = |name: &str| {
        let value = claims.get(name).cloned();
        let date = value.map(serde_json::from_value::<NumericDate>).transpose();
        date.map(|date| date.map(|date| date.0)).map_err(|_| invalid("exp, nbf and iat must be dates"))
    };
    let (exp, nbf, iat) = (date("exp")?, date("nbf")?, date("iat")?);
    if exp.is_some_and(|exp| exp <= now) {
        return Err(invalid("it has expired"));
    }
    if [nbf, iat].into_iter().flatten().any(|time| time > now + SKEW) {
        return Err(invalid("nbf or iat lies in the future"));
    }
    // FAPI 2.0 Message Signing §5.3.1: at most an hour, said on both sides.
    let dated = exp.is_some() && nbf.is_some();
    if exp.is_some_and(|exp| exp > now + LONGEST + SKEW) || nbf.is_some_and(|nbf| now.since(nbf) > LONGEST) {
        return Err(invalid("it may live an hour at most"));
    }
    if signed && !client.profile.takes_unsigned_requests() && !dated {
        return Err(invalid("it needs exp and nbf"));
    }
    Ok(())
}

/// RFC 9101 §6.3: what is beside the object counts for nothing, but `client_id` must be the same in both places.
fn parameters(
    claims: &Map<String, Value>,
    client: &Client,
    outside: &Parameters,
) -> Result<Parameters, Error> {
    if outside.get("client_id").is_some_and(|named| named != client.client_id) {
        return Err(invalid("client_id beside it is another one"));
    }
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err(invalid("it must not hold another one"));
    }
    let mut pairs = vec![("client_id".to_owned(), client.client_id.clone())];
    let skipped = |name: &str| name == "client_id" || ABOUT.contains(&name);
    for (name, value) in claims.iter().filter(|(name, _)| !skipped(name)) {
        match value {
            Value::Null => {}
            Value::String(text) => pairs.push((name.clone(), text.clone())),
            // RFC 8707 §2.1: several resources are a list.
            Value::Array(several) if name == "resource" => {
                let texts = several.iter().map(|one| one.as_str().map(str::to_owned));
                let texts: Option<Vec<String>> = texts.collect();
                let texts = texts.ok_or_else(|| invalid("resource must be text"))?;
                pairs.extend(texts.into_iter().map(|text| (name.clone(), text)));
            }
            // `max_age` is a number, `claims` an object (OIDC Core §6.1).
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                pairs.push((name.clone(), value.to_string()));
            }
        }
    }
    Parameters::new(pairs).map_err(|_| invalid("it has too many parameters"))
}

fn invalid(hint: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidRequestObject, "the request object is not valid").with_hint(hint)
}

/// The refusal of an object whose keys could not be had, or that could not be fetched.
#[must_use]
pub fn unreadable(why: impl Into<String>) -> Error {
    invalid(why)
}

/// The refusal of a `request_uri` behind which nothing was found.
#[must_use]
pub fn unfetched(why: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidRequestUri, "nothing could be fetched from request_uri").with_hint(why)
}

#[cfg(test)]
#[path = "request_object_tests.rs"]
mod tests;
