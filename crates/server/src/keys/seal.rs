//! Sealing: what nobody may read at rest, under AES-256-GCM with a fresh nonce in front.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::random::Random;

/// The other key, another context, or changed bytes: AES-GCM does not tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed bytes do not open with this key")]
pub struct Unopened;

/// A key that seals and opens.
pub struct Sealer(LessSafeKey);

impl std::fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Sealer(…)")
    }
}

impl Sealer {
    /// # Errors
    /// Never with 32 bytes; the library asks for the length at run time.
    pub fn new(key: &[u8; 32]) -> Result<Self, Unopened> {
        UnboundKey::new(&AES_256_GCM, key).map(|key| Self(LessSafeKey::new(key))).map_err(|_| Unopened)
    }

    /// The key of whoever holds `token`, which the store keeps no more of than a hash.
    ///
    /// # Errors
    /// As [`Sealer::new`].
    pub fn of_token(token: &str) -> Result<Self, Unopened> {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, token.as_bytes()), b"what comes after");
        let mut key = Zeroizing::new([0; 32]);
        for (to, from) in key.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        Self::new(&key)
    }

    /// Seals bytes so that they open only together with the same `context`.
    ///
    /// # Errors
    /// The library's, for more bytes than anybody seals here.
    pub fn seal(&self, context: &str, plain: &[u8], random: &Random) -> Result<Vec<u8>, Unopened> {
        let nonce: [u8; NONCE_LEN] = random.bytes();
        let mut text = Zeroizing::new(plain.to_vec());
        let (nonce_used, aad) = (Nonce::assume_unique_for_key(nonce), Aad::from(context));
        let tag = self.0.seal_in_place_separate_tag(nonce_used, aad, &mut text).map_err(|_| Unopened)?;
        Ok([&nonce, text.as_slice(), tag.as_ref()].concat())
    }

    /// Opens what [`Sealer::seal`] made of the same context.
    ///
    /// # Errors
    /// [`Unopened`].
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or(Unopened)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unopened)?;
        let mut text = Zeroizing::new(text.to_vec());
        let plain = self.0.open_in_place(nonce, Aad::from(context), &mut text).map_err(|_| Unopened)?.len();
        text.truncate(plain);
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(&[byte; 32]).expect("a key")
    }

    // security: K06
    #[test]
    fn sealed_bytes_open_with_the_same_key_and_context_and_nothing_else() {
        let random = Random::system();
        let sealed = sealer(1).seal("kid-1", b"private", &random).expect("sealed");
        assert!(!sealed.windows(7).any(|part| part == b"private"));
        assert_eq!(sealer(1).open("kid-1", &sealed).expect("opened").as_slice(), b"private");
        assert_eq!(sealer(2).open("kid-1", &sealed), Err(Unopened));
        assert_eq!(sealer(1).open("kid-2", &sealed), Err(Unopened));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(sealer(1).open("kid-1", &changed), Err(Unopened), "byte {at}");
            assert_eq!(sealer(1).open("kid-1", &sealed[..at]), Err(Unopened), "cut at {at}");
        }
        assert_ne!(sealed, sealer(1).seal("kid-1", b"private", &random).expect("sealed"), "fresh nonces");
    }

    #[test]
    fn what_is_sealed_for_a_token_opens_with_that_token_only() {
        let random = Random::system();
        let mine = Sealer::of_token("grr_mine").expect("a key");
        let sealed = mine.seal("", b"next", &random).expect("sealed");
        assert!(Sealer::of_token("grr_mine").expect("a key").open("", &sealed).is_ok());
        assert!(Sealer::of_token("grr_other").expect("a key").open("", &sealed).is_err());
    }
}
