//! Private signing keys: made, loaded from PKCS #8, parsed once.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::jwk::{Numbers, PublicKey};
use super::{Alg, TokenType};
use crate::secret::Secret;

/// Why a key could not be made, loaded or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes are no PKCS #8 key of this algorithm.
    #[error("the bytes are no key of this algorithm")]
    Malformed,
    /// The cryptographic library refused.
    #[error("the cryptographic library refused")]
    Refused,
}

enum Pair {
    Es256(EcdsaKeyPair),
    Rsa(rsa::KeyPair),
    EdDsa(Ed25519KeyPair),
}

/// A private key with its one algorithm and its key id; the JWS headers are prepared once.
pub struct SigningKey {
    alg: Alg,
    pair: Pair,
    public: PublicKey,
    headers: [String; 3],
    random: SystemRandom,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({} {})", self.alg.as_str(), self.kid())
    }
}

impl SigningKey {
    /// Makes a new private key, as PKCS #8 (DER). RSA keys have 2048 bits and take up to a second.
    ///
    /// # Errors
    /// [`KeyError::Refused`].
    pub fn generate(alg: Alg) -> Result<Secret<Vec<u8>>, KeyError> {
        let random = SystemRandom::new();
        let der = match alg {
            Alg::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
                .map(|document| document.as_ref().to_vec()),
            Alg::EdDsa => Ed25519KeyPair::generate_pkcs8(&random).map(|document| document.as_ref().to_vec()),
            Alg::Rs256 | Alg::Ps256 => rsa::KeyPair::generate(KeySize::Rsa2048).and_then(|pair| {
                let der: Pkcs8V1Der<'_> = pair.as_der()?;
                Ok(der.as_ref().to_vec())
            }),
        };
        der.map(Secret::new).map_err(|_| KeyError::Refused)
    }

    /// Loads a key that [`SigningKey::generate`] made.
    ///
    /// # Errors
    /// [`KeyError::Malformed`].
    pub fn from_pkcs8(alg: Alg, der: &[u8]) -> Result<Self, KeyError> {
        let (pair, numbers) = match alg {
            Alg::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der);
                let pair = pair.map_err(|_| KeyError::Malformed)?;
                // SEC 1 §2.3.3: 0x04, then 32 bytes of x and 32 of y.
                let point = pair.public_key().as_ref();
                let (x, y) = point.get(1..33).zip(point.get(33..65)).ok_or(KeyError::Malformed)?;
                let numbers = Numbers::Ec { x: x.to_vec(), y: y.to_vec() };
                (Pair::Es256(pair), numbers)
            }
            Alg::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(der).map_err(|_| KeyError::Malformed)?;
                let numbers = Numbers::Okp { x: pair.public_key().as_ref().to_vec() };
                (Pair::EdDsa(pair), numbers)
            }
            Alg::Rs256 | Alg::Ps256 => {
                let pair = rsa::KeyPair::from_pkcs8(der).map_err(|_| KeyError::Malformed)?;
                let public = pair.public_key();
                let numbers = Numbers::Rsa {
                    n: public.modulus().big_endian_without_leading_zero().to_vec(),
                    e: public.exponent().big_endian_without_leading_zero().to_vec(),
                };
                (Pair::Rsa(pair), numbers)
            }
        };
        let public = PublicKey::new(alg, numbers);
        let header = |token: TokenType| {
            let (alg, typ, kid) = (alg.as_str(), token.as_str(), public.kid());
            URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{alg}","typ":"{typ}","kid":"{kid}"}}"#))
        };
        let headers = [header(TokenType::Access), header(TokenType::Id), header(TokenType::Logout)];
        Ok(Self { alg, pair, public, headers, random: SystemRandom::new() })
    }

    /// The key's one algorithm.
    #[must_use]
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// The RFC 7638 thumbprint of the public part.
    #[must_use]
    pub fn kid(&self) -> &str {
        self.public.kid()
    }

    /// The public part.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(super) fn header(&self, token: TokenType) -> &str {
        let [access, id, logout] = &self.headers;
        match token {
            TokenType::Access => access,
            TokenType::Id => id,
            TokenType::Logout => logout,
        }
    }

    pub(crate) fn signature(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.pair {
            Pair::Es256(pair) => {
                pair.sign(&self.random, message).map(|s| s.as_ref().to_vec()).map_err(|_| KeyError::Refused)
            }
            Pair::EdDsa(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding: &'static dyn aws_lc_rs::signature::RsaEncoding =
                    if self.alg == Alg::Ps256 { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                pair.sign(padding, &self.random, message, &mut signature).map_err(|_| KeyError::Refused)?;
                Ok(signature)
            }
        }
    }
}
