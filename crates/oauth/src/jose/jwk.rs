//! Public keys as JSON (RFC 7517), with the RFC 7638 thumbprint as key id.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::Alg;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    Ec { x: Vec<u8>, y: Vec<u8> },
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Okp { x: Vec<u8> },
}

/// A public key with the one algorithm that it verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    alg: Alg,
    kid: String,
    numbers: Numbers,
}

impl PublicKey {
    pub(super) fn new(alg: Alg, numbers: Numbers) -> Self {
        let mut key = Self { alg, kid: String::new(), numbers };
        // RFC 7638 §3: the required members in lexicographic order, without white space. serde_json's maps are ordered.
        let canonical = Value::Object(key.members()).to_string();
        key.kid = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref());
        key
    }

    /// The key's one algorithm.
    #[must_use]
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// The RFC 7638 thumbprint.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key as a member of a JWK set: public members, `use`, `alg` and `kid`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut members = self.members();
        members.insert("use".into(), "sig".into());
        members.insert("alg".into(), self.alg.as_str().into());
        members.insert("kid".into(), self.kid.clone().into());
        Value::Object(members)
    }

    /// Reads what [`PublicKey::to_json`] wrote. The key id is computed, not believed.
    #[must_use]
    pub fn from_json(value: &Value) -> Option<Self> {
        Self::from_jwk(Alg::parse(value.get("alg")?.as_str()?)?, value)
    }

    /// Reads a key that somebody else wrote, for one algorithm that it can have; its own `alg`, where it has one, must
    /// agree (RFC 7517 §4.4). The key id is computed, not believed.
    #[must_use]
    pub fn from_jwk(alg: Alg, value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let bytes = |name: &str| text(name).and_then(|t| URL_SAFE_NO_PAD.decode(t).ok());
        if value.get("alg").is_some_and(|said| said.as_str() != Some(alg.as_str())) {
            return None;
        }
        let numbers = match (alg, text("kty")?, text("crv")) {
            (Alg::Es256, "EC", Some("P-256")) => Numbers::Ec { x: bytes("x")?, y: bytes("y")? },
            (Alg::Rs256 | Alg::Ps256, "RSA", None) => Numbers::Rsa { n: bytes("n")?, e: bytes("e")? },
            (Alg::EdDsa, "OKP", Some("Ed25519")) => Numbers::Okp { x: bytes("x")? },
            _ => return None,
        };
        Some(Self::new(alg, numbers))
    }

    fn members(&self) -> Map<String, Value> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let object = match &self.numbers {
            Numbers::Ec { x, y } => json!({ "crv": "P-256", "kty": "EC", "x": encode(x), "y": encode(y) }),
            Numbers::Rsa { n, e } => json!({ "e": encode(e), "kty": "RSA", "n": encode(n) }),
            Numbers::Okp { x } => json!({ "crv": "Ed25519", "kty": "OKP", "x": encode(x) }),
        };
        match object {
            Value::Object(members) => members,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Map::new()
            }
        }
    }

    /// Checks a signature with this key's own algorithm.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match (&self.numbers, self.alg) {
            (Numbers::Ec { x, y }, _) => {
                let point = [&[4], x.as_slice(), y].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            (Numbers::Okp { x }, _) => UnparsedPublicKey::new(&ED25519, x).verify(message, signature).is_ok(),
            (Numbers::Rsa { n, e }, Alg::Ps256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, message, signature).is_ok()
            }
            (Numbers::Rsa { n, e }, Alg::Rs256 | Alg::Es256 | Alg::EdDsa) => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
        }
    }
}

/// Whether a JWK has members that only its owner may know (RFC 7518 §6.2.2, §6.3.2, §6.4; RFC 8037 §2).
pub(super) fn is_private(value: &Value) -> bool {
    ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|member| value.get(member).is_some())
}

/// The keys that a verifier trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Jwks {
    keys: Vec<PublicKey>,
}

impl Jwks {
    /// A set; of two keys with one id the first is in it.
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = PublicKey>) -> Self {
        keys.into_iter().fold(Self::default(), |mut set, key| {
            if set.find(&key.kid).is_none() {
                set.keys.push(key);
            }
            set
        })
    }

    /// The key of this id.
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&PublicKey> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// The document of the JWKS endpoint.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "keys": self.keys.iter().map(PublicKey::to_json).collect::<Vec<_>>() })
    }
}
