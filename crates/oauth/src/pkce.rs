//! Proof Key for Code Exchange (RFC 7636): S256 and nothing else.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::error::{Error, ErrorCode};

/// A `code_challenge` of method S256: 43 characters of unpadded base64url.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// Reads the two parameters of an authorization request; `None` when neither was sent.
    ///
    /// # Errors
    /// `invalid_request` for a method other than S256, a missing one (which would mean `plain`), or a challenge that
    /// is no SHA-256.
    pub fn read(challenge: Option<&str>, method: Option<&str>) -> Result<Option<Self>, Error> {
        let refuse = |description| Err(Error::new(ErrorCode::InvalidRequest, description));
        match (challenge, method) {
            (None, None) => Ok(None),
            (None, Some(_)) => refuse("code_challenge_method was sent without code_challenge"),
            // RFC 7636 §4.3: an absent method means `plain`, which OAuth 2.1 §7.5.2 forbids.
            (Some(_), None | Some("plain")) => refuse("code_challenge_method must be S256"),
            (Some(challenge), Some("S256")) => {
                // RFC 7636 §4.2: the challenge is the base64url of a SHA-256, so it has exactly 32 bytes.
                match URL_SAFE_NO_PAD.decode(challenge) {
                    Ok(bytes) if bytes.len() == 32 => Ok(Some(Self(challenge.to_owned()))),
                    Ok(_) | Err(_) => refuse("code_challenge is not the base64url of a SHA-256 hash"),
                }
            }
            (Some(_), Some(_)) => refuse("code_challenge_method must be S256"),
        }
    }

    /// The challenge as it was sent, to be stored with the code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A challenge that was stored before.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }
}

/// Checks the `code_verifier` of a token request against what the authorization request announced.
///
/// # Errors
/// `invalid_grant` when it is missing, malformed or wrong, or when it was sent although no challenge was: a downgraded
/// authorization request must not succeed (RFC 9700 §2.1.1).
pub fn check(challenge: Option<&Challenge>, verifier: Option<&str>) -> Result<(), Error> {
    let refuse = |description| Err(Error::new(ErrorCode::InvalidGrant, description));
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => {
            refuse("code_verifier was sent for a code that was asked for without code_challenge")
        }
        (Some(_), None) => refuse("code_verifier is missing"),
        (Some(challenge), Some(verifier)) => {
            // RFC 7636 §4.1: 43 to 128 characters of ALPHA / DIGIT / "-" / "." / "_" / "~".
            let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
            if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(allowed) {
                return refuse("code_verifier must have 43 to 128 unreserved characters");
            }
            // RFC 7636 §4.6
            let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
            let expected = URL_SAFE_NO_PAD.encode(hash.as_ref());
            if bool::from(expected.as_bytes().ct_eq(challenge.0.as_bytes())) {
                Ok(())
            } else {
                refuse("code_verifier does not match code_challenge")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // The pair of RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn challenge() -> Challenge {
        Challenge::read(Some(CHALLENGE), Some("S256")).expect("accepted").expect("present")
    }

    #[test]
    fn a_challenge_is_stored_as_it_was_sent() {
        assert_eq!(challenge().as_str(), CHALLENGE);
        assert_eq!(Challenge::from_stored(CHALLENGE.to_owned()), challenge());
    }

    #[test]
    fn the_example_of_the_rfc_verifies() {
        assert_eq!(check(Some(&challenge()), Some(VERIFIER)), Ok(()));
    }

    // security: A08
    #[test]
    fn plain_and_an_absent_method_are_refused() {
        for method in
            [None, Some("plain"), Some("s256"), Some("S512"), Some("S256 "), Some("S256 plain"), Some("")]
        {
            let refused = Challenge::read(Some(CHALLENGE), method).expect_err("only S256");
            assert_eq!(refused.code, ErrorCode::InvalidRequest);
        }
        assert!(Challenge::read(None, Some("S256")).is_err());
        for bad in [
            "",
            "short",
            &format!("{CHALLENGE}="),
            &format!("{CHALLENGE}A"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
        ] {
            assert!(Challenge::read(Some(bad), Some("S256")).is_err(), "{bad}");
        }
    }

    // security: T05, A08
    #[test]
    fn a_missing_wrong_or_unasked_verifier_is_refused() {
        let long = "a".repeat(129);
        let other = "a".repeat(43);
        for bad in [
            None,
            Some(""),
            Some("short"),
            Some(&long[..]),
            Some(&other[..]),
            Some("dBjftJeZ4CVP mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        ] {
            let refused = check(Some(&challenge()), bad).expect_err("must not pass");
            assert_eq!(refused.code, ErrorCode::InvalidGrant);
        }
        assert_eq!(check(None, Some(VERIFIER)).map_err(|e| e.code), Err(ErrorCode::InvalidGrant));
        assert_eq!(check(None, None), Ok(()));
    }

    fn challenge_of(verifier: &str) -> Challenge {
        let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
        Challenge::read(Some(&URL_SAFE_NO_PAD.encode(hash.as_ref())), Some("S256"))
            .expect("accepted")
            .expect("present")
    }

    // security: T05
    #[test]
    fn the_verifiers_length_and_characters_are_those_of_the_rfc_even_when_the_hash_fits() {
        for (verifier, good) in [
            ("a".repeat(42), false),
            ("a".repeat(43), true),
            ("-._~".repeat(32), true),
            ("a".repeat(129), false),
            (format!("{}+", "a".repeat(42)), false),
            (format!("{}=", "a".repeat(42)), false),
            (format!("{} ", "a".repeat(43)), false),
            (format!("{}\0", "a".repeat(43)), false),
            ("ä".repeat(43), false),
        ] {
            let checked = check(Some(&challenge_of(&verifier)), Some(&verifier));
            assert_eq!(checked.is_ok(), good, "{verifier:?}");
        }
    }

    // security: T05, A08
    proptest! {
        #[test]
        fn only_the_one_verifier_fits(a in "[A-Za-z0-9._~-]{43,128}", b in "[A-Za-z0-9._~-]{43,128}") {
            prop_assert_eq!(check(Some(&challenge_of(&a)), Some(&a)), Ok(()));
            prop_assert_eq!(check(Some(&challenge_of(&a)), Some(&b)).is_ok(), a == b);
            // A stolen challenge is no verifier, which is what `plain` would have made of it.
            prop_assert!(check(Some(&challenge_of(&a)), Some(challenge_of(&a).as_str())).is_err());
        }

        #[test]
        fn no_parameters_make_it_panic(challenge in ".*", method in ".*", verifier in ".*") {
            let _ = Challenge::read(Some(&challenge), Some(&method));
            let _ = check(Some(&Challenge::from_stored(challenge)), Some(&verifier));
        }
    }
}
