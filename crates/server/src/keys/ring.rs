//! The key ring: every signing key as it stands now, and the key set that is made of them.

use std::sync::Arc;

use grantry_oauth::jose::{Alg, Jwks, PublicKey, SigningKey};
use grantry_store::signing_key::{self as stored, KeyState};

use super::{Error, Sealer};
use crate::web::document::Document;

/// The keys of one moment. A change makes a new ring.
#[derive(Debug)]
pub struct Ring {
    /// One for each algorithm that has been needed.
    signers: Vec<Arc<SigningKey>>,
    /// Public halves: of the next ones, those that sign, and those whose tokens may still live.
    public: Jwks,
    /// These, and what was retired lately: by them an old ID token is recognised that comes back as a hint.
    recognised: Jwks,
    /// The document of the JWKS endpoint.
    pub document: Document,
}

impl Ring {
    /// Opens the private keys that sign and reads the public halves of all.
    pub(super) fn new(
        rows: &[stored::SigningKey],
        retired: &[stored::SigningKey],
        sealer: &Sealer,
    ) -> Result<Self, Error> {
        let mut signers = Vec::new();
        let mut public = Vec::new();
        for row in rows {
            let corrupt = || Error::Corrupt { kid: row.kid.clone() };
            let key = public_half(row)?;
            if row.state == KeyState::Active {
                let sealed = || Error::Sealed { kid: row.kid.clone() };
                let der = sealer.open(&row.kid, &row.sealed).map_err(|_| sealed())?;
                let signer = SigningKey::from_pkcs8(key.alg(), &der).map_err(|_| corrupt())?;
                if signer.public() != &key {
                    return Err(corrupt());
                }
                signers.push(Arc::new(signer));
            }
            public.push(key);
        }
        let retired = retired.iter().map(public_half).collect::<Result<Vec<_>, _>>()?;
        let recognised = Jwks::new(public.iter().cloned().chain(retired));
        let public = Jwks::new(public);
        let document = Document::json(&public.to_json());
        Ok(Self { signers, public, recognised, document })
    }

    /// The key that signs with an algorithm; `None` until it is first needed.
    #[must_use]
    pub fn signer(&self, alg: Alg) -> Option<&Arc<SigningKey>> {
        self.signers.iter().find(|key| key.alg() == alg)
    }

    /// Whether there is a key for every algorithm. Until then, a key may begin to sign that nobody has seen.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        Alg::ALL.iter().all(|alg| self.signer(*alg).is_some())
    }

    /// The keys by which our own tokens are verified.
    #[must_use]
    pub fn public(&self) -> &Jwks {
        &self.public
    }

    /// The keys by which an ID token is recognised that comes back as a hint (RP-Initiated Logout §2: one whose time has
    /// passed is as good).
    #[must_use]
    pub fn recognised(&self) -> &Jwks {
        &self.recognised
    }
}

fn public_half(row: &stored::SigningKey) -> Result<PublicKey, Error> {
    let corrupt = || Error::Corrupt { kid: row.kid.clone() };
    let jwk = serde_json::from_str(&row.public_jwk).map_err(|_| corrupt())?;
    // RFC 7638: the id is computed of the numbers, so a row cannot claim another key's.
    PublicKey::from_json(&jwk).filter(|key| key.kid() == row.kid).ok_or_else(corrupt)
}
