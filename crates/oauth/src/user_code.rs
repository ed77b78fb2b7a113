//! The short code that a device shows and a person types in a browser (RFC 8628 §6.1).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Consonants alone: no word comes of them, and none looks like another or like a digit.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// Letters of a code: 20^8 codes, or 34 bits, of which a guesser may try a few in ten minutes.
const LENGTH: usize = 8;

/// A user code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserCode([u8; LENGTH]);

impl UserCode {
    /// A code from random bytes.
    #[must_use]
    pub fn new(random: [u8; 8]) -> Self {
        let mut number = u64::from_be_bytes(random);
        let mut letters = [b'B'; LENGTH];
        for letter in &mut letters {
            // 2^64 is so much more than 20^8 that no letter is likelier than another by a measurable amount.
            let at = usize::try_from(number % 20).unwrap_or_default();
            *letter = LETTERS.get(at).copied().unwrap_or(b'B');
            number /= 20;
        }
        Self(letters)
    }

    /// What a person typed, in any case, with or without hyphen and spaces.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let kept =
            typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}'));
        let text: String = kept.map(|c| c.to_ascii_uppercase()).take(LENGTH + 1).collect();
        let letters: [u8; LENGTH] = text.as_bytes().try_into().ok()?;
        letters.iter().all(|letter| LETTERS.contains(letter)).then_some(Self(letters))
    }

    /// The letters alone: what is stored and looked up.
    #[must_use]
    pub fn letters(self) -> String {
        self.0.iter().map(|letter| char::from(*letter)).collect()
    }
}

/// As it is shown: `BCDF-GHJK`.
impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, letter) in self.0.iter().enumerate() {
            if at == LENGTH / 2 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*letter))?;
        }
        Ok(())
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserCode({self})")
    }
}

impl From<UserCode> for String {
    fn from(code: UserCode) -> Self {
        code.letters()
    }
}

impl TryFrom<String> for UserCode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no user code")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // security: T19
    #[test]
    fn a_code_is_found_however_it_is_typed() {
        let code = UserCode::parse("WDJBMJHT").expect("a code");
        assert_eq!(code.to_string(), "WDJB-MJHT");
        for typed in ["wdjb-mjht", " WDJB MJHT ", "WDJB\u{2013}MJHT", "w-d-j-b-m-j-h-t", "wdjb\tmjht\n"] {
            assert_eq!(UserCode::parse(typed), Some(code), "{typed:?}");
        }
        for other in
            ["", "WDJB", "WDJB-MJHTX", "WDJB-MJH1", "WDJB-MJHA", "WDJB_MJHT", "ẂDJB-MJHT", "%WDJBMJH"]
        {
            assert_eq!(UserCode::parse(other), None, "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_made_is_read_back_in_each_of_its_spellings(random in any::<[u8; 8]>()) {
            let code = UserCode::new(random);
            prop_assert_eq!(UserCode::parse(&code.to_string()), Some(code));
            prop_assert_eq!(UserCode::parse(&code.letters()), Some(code));
            let json = serde_json::to_string(&code).expect("JSON");
            prop_assert_eq!(serde_json::from_str::<UserCode>(&json).expect("a code"), code);
        }

        #[test]
        fn no_text_makes_the_reading_panic(typed in ".*") {
            let _ = UserCode::parse(&typed);
        }
    }
}
