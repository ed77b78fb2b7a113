//! DPoP proofs (RFC 9449 §7): whether one fits its request and its token, and comes for the first time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use grantry_oauth::bearer::{Refused, Scheme};
use grantry_oauth::dpop::{Proof, Request};
use grantry_oauth::{Error, ErrorCode, Timestamp};
use http::HeaderName;
use http::request::Parts;

/// The header of a proof (RFC 9449 §4.1).
const DPOP: HeaderName = HeaderName::from_static("dpop");

/// The proofs that were taken lately, in memory of this process.
#[derive(Debug, Default)]
pub(crate) struct Proofs {
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    until: HashMap<[u8; 32], Timestamp>,
    /// How many there may be before those whose time is over are looked for.
    room: usize,
}

impl Proofs {
    /// The thumbprint of the key that a proof shows. `address`: how the outside world writes what comes before the path.
    ///
    /// Only asked about tokens that are good, so that nobody else fills the memory.
    pub(crate) fn prove(
        &self,
        request: &Parts,
        address: Option<&str>,
        token: &str,
        now: Timestamp,
    ) -> Result<String, Refused> {
        let invalid = |description| {
            Refused::from(Error::new(ErrorCode::InvalidDpopProof, description)).with_scheme(Scheme::Dpop)
        };
        let address = address
            .ok_or_else(|| invalid("this API takes no DPoP proofs: it does not know its own address"))?;
        let mut sent = request.headers.get_all(DPOP).iter();
        let text = match (sent.next(), sent.next()) {
            (Some(text), None) => text.to_str().unwrap_or_default(),
            (None, _) => return Err(invalid("a DPoP proof is needed")),
            // RFC 9449 §4.3, 1
            (Some(_), Some(_)) => return Err(invalid("more than one DPoP proof was sent")),
        };
        let url = format!("{address}{}", request.uri.path());
        let about = Request { method: request.method.as_str(), url: &url, access_token: Some(token) };
        let proof = Proof::verify(text, about, now)
            .map_err(|why| Refused::from(Error::from(why)).with_scheme(Scheme::Dpop))?;
        if self.is_first(&proof, now) {
            Ok(proof.jkt)
        } else {
            Err(invalid("the DPoP proof was used before"))
        }
    }

    fn is_first(&self, proof: &Proof, now: Timestamp) -> bool {
        let taken = &mut *self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.until.len() >= taken.room {
            taken.until.retain(|_, until| *until > now);
            taken.room = taken.until.len() * 2 + 1024;
        }
        taken.until.insert(proof.replay_key, proof.taken_until).is_none_or(|until| until <= now)
    }
}
