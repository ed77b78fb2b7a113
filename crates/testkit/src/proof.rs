//! A key that a client holds, and the DPoP proofs that it makes with it (RFC 9449 §4.2).

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantry_oauth::jose::{Alg, SigningKey};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::World;

/// A client's own key, of ES256.
#[derive(Debug)]
pub struct ProofKey {
    public: Value,
    thumbprint: String,
    private: EncodingKey,
}

/// What a proof says: everything as it should be, until a test changes it.
#[derive(Debug, Clone)]
pub struct ProofWish {
    pub claims: Value,
    pub typ: &'static str,
}

impl ProofKey {
    /// A fresh key.
    ///
    /// # Panics
    /// When none can be made.
    #[must_use]
    pub fn new() -> Self {
        let der = SigningKey::generate(Alg::Es256).expect("a key");
        let key = SigningKey::from_pkcs8(Alg::Es256, der.expose()).expect("our own key loads");
        Self {
            public: key.public().to_json(),
            thumbprint: key.kid().to_owned(),
            private: EncodingKey::from_ec_der(der.expose()),
        }
    }

    /// What `cnf.jkt` and `dpop_jkt` call it.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// A proof.
    ///
    /// # Panics
    /// When it cannot be signed.
    #[must_use]
    pub fn proof(&self, wish: &ProofWish) -> String {
        let jwk = serde_json::from_value(self.public.clone()).expect("a JWK");
        let header =
            Header { typ: Some(wish.typ.to_owned()), jwk: Some(jwk), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, &wish.claims, &self.private).expect("a proof")
    }
}

impl Default for ProofKey {
    fn default() -> Self {
        Self::new()
    }
}

impl ProofWish {
    /// A proof for this request, made now.
    #[must_use]
    pub fn of(world: &World, method: &str, path: &str) -> Self {
        let app = world.app();
        let claims = json!({
            "jti": app.random.token(),
            "htm": method,
            "htu": world.url(path),
            "iat": app.clock.now().seconds(),
        });
        Self { claims, typ: "dpop+jwt" }
    }

    /// Beside this access token.
    #[must_use]
    pub fn beside(self, access_token: &str) -> Self {
        let hash = digest::digest(&digest::SHA256, access_token.as_bytes());
        self.with("ath", URL_SAFE_NO_PAD.encode(hash))
    }

    /// With another claim.
    #[must_use]
    pub fn with(mut self, claim: &str, value: impl Into<Value>) -> Self {
        self.claims[claim] = value.into();
        self
    }
}
