//! Account codes that the server chooses.

use grantry_oauth::client_id::AccountCode;

use crate::random::Random;

/// The pseudo-account of machines that register themselves.
pub const RESERVED: &str = "SELF";

/// How many codes are tried before somebody is told that none was free.
pub const TRIES: u32 = 24;

/// A code to try: four letters at first, longer ones when so many of those are taken that several tries failed.
#[must_use]
pub fn candidate(random: &Random, tries: u32) -> AccountCode {
    let [first, second] = [(); 2].map(|()| AccountCode::from_random(random.bytes()));
    let letters = format!("{}{}", first.as_str(), second.as_str());
    let length = match tries {
        0..8 => 4,
        8..16 => 6,
        _ => 8,
    };
    match letters.get(..length).and_then(|code| AccountCode::parse(code).ok()) {
        Some(code) if code.as_str() != RESERVED => code,
        Some(_) | None => second,
    }
}

/// The code that an account's name suggests: its first four letters. It is in every client ID for ever, so that a
/// company recognises its own.
#[must_use]
pub fn suggested(name: &str) -> Option<AccountCode> {
    let letters: String = name.chars().filter(char::is_ascii_alphabetic).take(4).collect();
    AccountCode::parse(&letters).ok().filter(|code| code.as_str() != RESERVED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_four_letters_until_those_are_crowded() {
        let random = Random::system();
        let length = |tries| candidate(&random, tries).as_str().len();
        assert_eq!([length(0), length(8), length(23)], [4, 6, 8]);
        assert_ne!(candidate(&random, 23), candidate(&random, 23));
    }

    #[test]
    fn a_name_suggests_its_own_code() {
        assert_eq!(suggested("Innkeeper").map(|code| code.as_str().to_owned()), Some("INNK".to_owned()));
        assert_eq!(suggested("The 1st"), Some(AccountCode::parse("THES").expect("a code")));
        assert_eq!(suggested("Ö1"), None);
        assert_eq!(suggested("Self service"), None);
    }
}
