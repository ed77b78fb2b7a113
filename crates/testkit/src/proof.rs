//! A key that a client holds, and the DPoP proofs that it makes with it (RFC 9449 §4.2).

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use grantry_oauth::jose::{Alg, SigningKey};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::World;

/// A client's own key.
#[derive(Debug)]
pub struct ProofKey {
    alg: Alg,
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
    /// A fresh key of ES256.
    ///
    /// # Panics
    /// When none can be made.
    #[must_use]
    pub fn new() -> Self {
        Self::of(Alg::Es256)
    }

    /// A fresh key.
    ///
    /// # Panics
    /// When none can be made.
    #[must_use]
    pub fn of(alg: Alg) -> Self {
        let der = SigningKey::generate(alg).expect("a key");
        let key = SigningKey::from_pkcs8(alg, der.expose()).expect("our own key loads");
        let private = match alg {
            Alg::Es256 => EncodingKey::from_ec_der(der.expose()),
            Alg::EdDsa => EncodingKey::from_ed_der(der.expose()),
            // The library reads PKCS #8 of RSA as text only.
            Alg::Rs256 | Alg::Ps256 => {
                let text = STANDARD.encode(der.expose());
                let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
                EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key")
            }
        };
        Self { alg, public: key.public().to_json(), thumbprint: key.kid().to_owned(), private }
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
        let alg: Algorithm = self.alg.as_str().parse().expect("an algorithm that the library knows");
        let header = Header { typ: Some(wish.typ.to_owned()), jwk: Some(jwk), ..Header::new(alg) };
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
