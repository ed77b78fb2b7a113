//! A key pair of an app: what it registers of it, and what it signs with it.

use grantry_oauth::Timestamp;
use grantry_oauth::jose::{Alg, SigningKey, TokenType, sign};
use serde_json::{Value, json};

/// A private key that only the app has.
#[derive(Debug)]
pub struct ClientKey {
    key: SigningKey,
}

impl ClientKey {
    /// A fresh key.
    ///
    /// # Panics
    /// When none can be made.
    #[must_use]
    pub fn new(alg: Alg) -> Self {
        let der = SigningKey::generate(alg).expect("a key");
        Self { key: SigningKey::from_pkcs8(alg, der.expose()).expect("our own key loads") }
    }

    /// The public part, as a JWK.
    #[must_use]
    pub fn public(&self) -> Value {
        self.key.public().to_json()
    }

    /// The JWK set that the app registers.
    #[must_use]
    pub fn jwks(&self) -> String {
        json!({ "keys": [self.public()] }).to_string()
    }

    /// A JWT of these claims.
    ///
    /// # Panics
    /// When they cannot be signed.
    #[must_use]
    pub fn signs(&self, claims: &Value) -> String {
        sign(&self.key, TokenType::Id, claims).expect("signed")
    }

    /// What proves for a minute who the app is.
    #[must_use]
    pub fn assertion(&self, client_id: &str, audience: &str, (now, jti): (Timestamp, &str)) -> String {
        self.signs(&json!({
            "iss": client_id, "sub": client_id, "aud": audience, "jti": jti,
            "iat": now.seconds(), "exp": now.seconds() + 60,
        }))
    }
}
