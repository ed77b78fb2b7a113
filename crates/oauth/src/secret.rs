//! Secrets: how they are made, recognised, hashed and kept out of every log.

use std::fmt;

use aws_lc_rs::digest;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A value that is never printed and is wiped when dropped.
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes a value into custody.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one place that must have it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// What a minted value is for. The prefix makes one kind useless in the place of another, and lets scanners find leaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A client secret: `grs_`.
    ClientSecret,
    /// An authorization code: `grc_`.
    Code,
    /// A refresh token: `grr_`.
    Refresh,
    /// An opaque access token: `gra_`.
    Access,
    /// A one-time link: `grl_`.
    Link,
    /// The secret of an API for introspection: `grp_`.
    ApiSecret,
    /// A device code: `grd_`.
    DeviceCode,
    /// An initial access token, with which a program may register itself: `gri_`.
    InitialAccess,
    /// A registration access token, with which it manages its registration: `grm_`.
    RegistrationAccess,
}

impl TokenKind {
    /// The four characters in front.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::ClientSecret => "grs_",
            Self::Code => "grc_",
            Self::Refresh => "grr_",
            Self::Access => "gra_",
            Self::Link => "grl_",
            Self::ApiSecret => "grp_",
            Self::DeviceCode => "grd_",
            Self::InitialAccess => "gri_",
            Self::RegistrationAccess => "grm_",
        }
    }
}

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62^43 > 2^256, so 43 digits hold 32 bytes.
const BODY_DIGITS: usize = 43;
/// 62^6 > 2^32, so 6 digits hold a CRC-32.
const CRC_DIGITS: usize = 6;

/// Makes a value of 256 random bits: prefix, 43 base62 digits, and 6 of a CRC-32 over everything before.
///
/// Letters, digits and underscore only: some client programs do not escape what they put into a form or a header.
#[must_use]
pub fn mint(kind: TokenKind, random: [u8; 32]) -> Secret<String> {
    let mut text = String::with_capacity(4 + BODY_DIGITS + CRC_DIGITS);
    text.push_str(kind.prefix());
    push_base62(&mut text, random.to_vec(), BODY_DIGITS);
    let crc = crc32(text.as_bytes());
    push_base62(&mut text, crc.to_be_bytes().to_vec(), CRC_DIGITS);
    Secret(text)
}

/// Whether a string has the shape and the checksum of a minted value. Says nothing about its being known: it lets
/// scanners and the token endpoint drop garbage early.
#[must_use]
pub fn is_well_formed(kind: TokenKind, text: &str) -> bool {
    let digits = text.strip_prefix(kind.prefix()).unwrap_or_default();
    if digits.len() != BODY_DIGITS + CRC_DIGITS || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return false;
    }
    let Some((body, sum)) = text.split_at_checked(text.len() - CRC_DIGITS) else { return false };
    let mut expected = String::with_capacity(CRC_DIGITS);
    push_base62(&mut expected, crc32(body.as_bytes()).to_be_bytes().to_vec(), CRC_DIGITS);
    sum == expected
}

/// SHA-256 of the whole string: how generated secrets and tokens are kept. With 256 random bits inside, a slow password
/// hash would protect nothing and would make the token endpoint a target (ASVS 6.5.2).
#[must_use]
pub fn hash(text: &str) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(digest::digest(&digest::SHA256, text.as_bytes()).as_ref()) {
        *to = *from;
    }
    out
}

/// Compares in constant time.
#[must_use]
pub fn equal(left: &[u8; 32], right: &[u8; 32]) -> bool {
    left.ct_eq(right).into()
}

/// The last four characters, which the dashboard shows to tell secrets apart.
#[must_use]
pub fn last_four(text: &str) -> String {
    let count = text.chars().count();
    text.chars().skip(count.saturating_sub(4)).collect()
}

/// Writes a big-endian number as exactly `digits` base62 digits.
fn push_base62(text: &mut String, mut number: Vec<u8>, digits: usize) {
    let mut reversed = Vec::with_capacity(digits);
    for _ in 0..digits {
        let mut remainder = 0_u32;
        for byte in &mut number {
            let value = remainder << 8 | u32::from(*byte);
            // value < 62 * 256, so the quotient fits a byte.
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            remainder = value % 62;
        }
        let digit = usize::try_from(remainder).ok().and_then(|r| BASE62.get(r));
        reversed.push(digit.copied().unwrap_or(b'0'));
    }
    number.zeroize();
    text.extend(reversed.iter().rev().map(|b| char::from(*b)));
    reversed.zeroize();
}

/// CRC-32 (the polynomial of zip and PNG), bit by bit: it runs over fifty bytes.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_checksum_is_the_common_crc_32() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    // security: R04
    #[test]
    fn a_client_secret_is_the_number_in_base_62_with_its_checksum() {
        let random: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).expect("a small number"));
        // Computed by another program.
        let expected = "grs_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf2L4Qby";
        assert_eq!(mint(TokenKind::ClientSecret, random).expose(), expected);
    }

    // security: K08
    #[test]
    fn a_secret_is_overwritten_when_it_is_dropped() {
        struct Told(std::rc::Rc<std::cell::Cell<bool>>);
        impl Zeroize for Told {
            fn zeroize(&mut self) {
                self.0.set(true);
            }
        }
        let told = std::rc::Rc::new(std::cell::Cell::new(false));
        drop(Secret::new(Told(std::rc::Rc::clone(&told))));
        assert!(told.get());
    }

    // security: R04
    #[test]
    fn a_client_secret_has_its_prefix_fixed_width_and_checksum() {
        let low = mint(TokenKind::ClientSecret, [0; 32]);
        assert_eq!(low.expose().len(), 53);
        assert!(low.expose().starts_with(&format!("grs_{}", "0".repeat(43))));
        let high = mint(TokenKind::ClientSecret, [255; 32]);
        assert_eq!(high.expose().len(), 53);
        assert!(is_well_formed(TokenKind::ClientSecret, high.expose()));
        assert!(!is_well_formed(TokenKind::Code, high.expose()), "a secret is no code");
        assert_eq!(format!("{high:?}"), "Secret(…)");
        assert_eq!(last_four(high.expose()).len(), 4);
    }

    // security: T16
    proptest! {
        #[test]
        fn a_minted_value_that_is_cut_longer_or_changed_is_not_well_formed(
            random in any::<[u8; 32]>(), at in 0_usize..53, digit in "[0-9A-Za-z]"
        ) {
            let minted = mint(TokenKind::Refresh, random);
            let text = minted.expose();
            prop_assert!(is_well_formed(TokenKind::Refresh, text));
            prop_assert!(!is_well_formed(TokenKind::Refresh, &text[..at]));
            let longer = format!("{text}{digit}");
            prop_assert!(!is_well_formed(TokenKind::Refresh, &longer));
            let mut changed = text.clone();
            changed.replace_range(at..=at, &digit);
            prop_assert_eq!(is_well_formed(TokenKind::Refresh, &changed), changed == *text);
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
        }

        #[test]
        fn two_random_values_make_two_secrets(a in any::<[u8; 32]>(), b in any::<[u8; 32]>()) {
            let same = mint(TokenKind::ClientSecret, a).expose() == mint(TokenKind::ClientSecret, b).expose();
            prop_assert_eq!(same, a == b);
        }

        #[test]
        fn no_input_makes_the_shape_check_panic(text in ".*") {
            let _ = is_well_formed(TokenKind::ClientSecret, &text);
            let _ = last_four(&text);
        }
    }
}
