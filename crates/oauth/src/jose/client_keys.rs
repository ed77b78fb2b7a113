//! The public keys of a client, as its owner registered them or as its JWK set says (RFC 7517 §5).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Alg;
use super::compact::{Parts, VerifyError};
use super::jwk::{Numbers, PublicKey};

/// Most keys of one set that are looked at: each one without an id may cost a verification.
const KEYS_LIMIT: usize = 20;
/// Longest key id that is compared.
const KID_LIMIT_BYTES: usize = 256;
/// Members of private and symmetric keys (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Why a JWK set cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum KeySetProblem {
    /// Not a JSON object with a list `keys`.
    #[error("it is not a JWK set")]
    Malformed,
    /// It has a member that only its owner may know.
    #[error("it holds a private or symmetric key")]
    Private,
    /// No key in it can verify a signature that is accepted here.
    #[error("it holds no public signing key for ES256, RS256, PS256 or EdDSA")]
    Empty,
    /// Nobody needs so many.
    #[error("it holds more than 20 keys")]
    TooMany,
}

impl KeySetProblem {
    /// The name of the sentence about it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Private => "private",
            Self::Empty => "empty",
            Self::TooMany => "too-many",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct ClientKey {
    /// The id that the client gave it, whatever it is.
    kid: Option<String>,
    /// An RSA key without `alg` is here once for each of its two algorithms.
    key: PublicKey,
}

/// The keys of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientKeys {
    keys: Vec<ClientKey>,
}

impl ClientKeys {
    /// Reads a JWK set. Keys for other uses and of other kinds are skipped; one that is private spoils the set, because
    /// whoever can read this one knows it.
    ///
    /// # Errors
    /// See [`KeySetProblem`].
    pub fn parse(json: &[u8]) -> Result<Self, KeySetProblem> {
        let set: Value = serde_json::from_slice(json).map_err(|_| KeySetProblem::Malformed)?;
        let listed = set.get("keys").and_then(Value::as_array).ok_or(KeySetProblem::Malformed)?;
        if listed.len() > KEYS_LIMIT {
            return Err(KeySetProblem::TooMany);
        }
        let is_private = |jwk: &Value| PRIVATE_MEMBERS.iter().any(|member| jwk.get(member).is_some());
        if listed.iter().any(is_private) {
            return Err(KeySetProblem::Private);
        }
        let keys: Vec<ClientKey> = listed.iter().flat_map(read).collect();
        if keys.is_empty() { Err(KeySetProblem::Empty) } else { Ok(Self { keys }) }
    }

    /// Whether a token names one of these keys, or names none and one of them could be its own.
    #[must_use]
    pub fn has_key_for(&self, text: &str) -> bool {
        Parts::read(text).is_ok_and(|parts| {
            let fits = |held: &ClientKey| {
                held.key.alg().as_str() == parts.alg() && parts.kid().is_none_or(|kid| held.is(kid))
            };
            self.keys.iter().any(fits)
        })
    }

    /// Verifies a compact JWS that the client made, and reads its claims. Times, issuer and audience are the caller's to
    /// check.
    ///
    /// `typ` must be one of `types` where there is one: clients were never made to say it (RFC 7523 §3 has none).
    ///
    /// # Errors
    /// The first rule that the token breaks; [`VerifyError::UnknownKey`] also when its key may have been added since the
    /// set was read.
    pub fn verify<C: DeserializeOwned>(
        &self,
        text: &str,
        algs: &[Alg],
        types: &[&str],
    ) -> Result<C, VerifyError> {
        let parts = Parts::read(text)?;
        if let Some(typ) = parts.typ()
            && !types.iter().any(|known| known.eq_ignore_ascii_case(typ))
        {
            return Err(VerifyError::WrongType);
        }
        // RFC 8725 §3.1: what the header says only chooses among what is allowed anyway.
        let alg = Alg::parse(parts.alg()).filter(|alg| algs.contains(alg)).ok_or(VerifyError::WrongAlg)?;
        let fits = |held: &&ClientKey| held.key.alg() == alg && parts.kid().is_none_or(|kid| held.is(kid));
        // A set without key ids may hold several that fit.
        let mut last = VerifyError::UnknownKey;
        for held in self.keys.iter().filter(fits) {
            match parts.claims(&held.key) {
                Ok(claims) => return Ok(claims),
                Err(error @ (VerifyError::UnknownKey | VerifyError::BadSignature)) => last = error,
                Err(
                    error @ (VerifyError::Malformed
                    | VerifyError::WrongType
                    | VerifyError::Critical
                    | VerifyError::WrongAlg),
                ) => return Err(error),
            }
        }
        Err(last)
    }
}

impl ClientKey {
    fn is(&self, kid: &str) -> bool {
        kid.len() <= KID_LIMIT_BYTES && self.kid.as_deref() == Some(kid)
    }
}

/// The key in a JWK, once for each algorithm that it verifies; none when it is not for signatures, or not one of ours.
fn read(jwk: &Value) -> Vec<ClientKey> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let bytes = |name: &str| text(name).and_then(|t| URL_SAFE_NO_PAD.decode(t).ok());
    let verifies = jwk.get("key_ops").and_then(Value::as_array);
    let verifies = verifies.is_none_or(|ops| ops.iter().any(|op| op == "verify"));
    if text("use").is_some_and(|used| used != "sig") || !verifies {
        return Vec::new();
    }
    let (algs, numbers): (&[Alg], _) = match (text("kty"), text("crv")) {
        (Some("EC"), Some("P-256")) => {
            let point = bytes("x").zip(bytes("y")).filter(|(x, y)| x.len() == 32 && y.len() == 32);
            (&[Alg::Es256], point.map(|(x, y)| Numbers::Ec { x, y }))
        }
        (Some("OKP"), Some("Ed25519")) => {
            (&[Alg::EdDsa], bytes("x").filter(|x| x.len() == 32).map(|x| Numbers::Okp { x }))
        }
        (Some("RSA"), None) => {
            // RFC 7518 §3.3: 2048 bits at least. The library refuses more than 8192.
            let strong = bytes("n").zip(bytes("e")).filter(|(n, _)| (256..=1024).contains(&n.len()));
            (&[Alg::Rs256, Alg::Ps256], strong.map(|(n, e)| Numbers::Rsa { n, e }))
        }
        _ => return Vec::new(),
    };
    let Some(numbers) = numbers else { return Vec::new() };
    let only = text("alg");
    let kid = text("kid").map(str::to_owned);
    algs.iter()
        .filter(|alg| only.is_none_or(|name| name == alg.as_str()))
        .map(|alg| ClientKey { kid: kid.clone(), key: PublicKey::new(*alg, numbers.clone()) })
        .collect()
}

#[cfg(test)]
#[path = "client_keys_tests.rs"]
mod tests;
