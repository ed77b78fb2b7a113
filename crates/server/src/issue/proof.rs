//! DPoP proofs that come with requests: whether one fits its request, and comes for the first time.

use axum::response::Response;
use grantry_oauth::dpop::{Proof, Request};
use grantry_oauth::{Error, ErrorCode};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::Failed;
use crate::app::App;

/// The header of a proof (RFC 9449 §4.1).
pub const DPOP: HeaderName = HeaderName::from_static("dpop");

/// The header of the nonce that the next proof must repeat (RFC 9449 §8).
pub const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// The request that a proof is about.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub headers: &'a HeaderMap,
    pub method: &'a Method,
    pub path: &'a str,
}

/// Takes the proof of a request; `None` without one. `access_token`: the token beside it, at a protected resource.
///
/// # Errors
/// `invalid_dpop_proof` for one that does not fit, or was taken before; `use_dpop_nonce`.
pub async fn prove(app: &App, place: Place<'_>, access_token: Option<&str>) -> Result<Option<Proof>, Failed> {
    let invalid =
        |description, hint: &str| Error::new(ErrorCode::InvalidDpopProof, description).with_hint(hint);
    let mut sent = place.headers.get_all(DPOP).iter();
    let text = match (sent.next(), sent.next()) {
        (None, _) => return Ok(None),
        (Some(text), None) => text.to_str().unwrap_or_default(),
        // RFC 9449 §4.3, 1
        (Some(_), Some(_)) => return Err(invalid("more than one DPoP proof was sent", "send one").into()),
    };
    let now = app.clock.now();
    // The issuer is how the outside world writes this server's address, whatever a proxy in between makes of it.
    let url = format!("{}{}", app.issuer(), place.path);
    let request = Request { method: place.method.as_str(), url: &url, access_token };
    let proof = Proof::verify(text, request, now).map_err(Error::from)?;
    app.dpop_nonces.check(proof.nonce.as_deref(), app.config.dpop.require_nonce, now)?;
    let (key, until) = (proof.replay_key, proof.taken_until);
    let first = app.store.write(now, |tx| async move { tx.take_dpop_proof(&key, until).await }).await?;
    if !first {
        return Err(invalid("the DPoP proof was used before", "make a new proof for each request").into());
    }
    Ok(Some(proof))
}

/// The nonce that goes with the answer to a proof that was taken (RFC 9449 §8.2): the one of now, for a program that repeats
/// an older one. It goes on with this one, and never has to ask twice because its own became too old. Whoever sends no
/// nonce, where none is needed, needs none.
#[must_use]
pub fn next_nonce(app: &App, proof: &Proof) -> Option<String> {
    let current = app.dpop_nonces.current(app.clock.now());
    proof.nonce.as_ref().is_some_and(|nonce| *nonce != current).then_some(current)
}

/// Puts a nonce into an answer, unless it has one.
pub fn supply(nonce: &str, response: &mut Response) {
    if let (Ok(nonce), false) = (HeaderValue::from_str(nonce), response.headers().contains_key(DPOP_NONCE)) {
        response.headers_mut().insert(DPOP_NONCE, nonce);
    }
}

/// The nonce that goes with a refusal, if that asks for one.
#[must_use]
pub fn nonce_for(app: &App, code: ErrorCode) -> Option<String> {
    (code == ErrorCode::UseDpopNonce).then(|| app.dpop_nonces.current(app.clock.now()))
}
