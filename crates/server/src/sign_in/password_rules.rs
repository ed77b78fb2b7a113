//! Which passwords may be chosen: long enough, and not among the first that anybody would guess.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Counted in letters, not bytes.
const SHORTEST: usize = 8;

/// So long that a sentence fits, so short that hashing it is no work.
const LONGEST: usize = 1024;

/// What somebody may hang on a word without making it hard to guess: a year and an exclamation mark, say.
const TRIMMINGS: usize = 6;

/// Why a password cannot be chosen. There is no rule about kinds of characters: those make passwords harder to remember,
/// not harder to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    TooShort,
    TooLong,
    /// It is, or is made by a simple rule of, one that many people have.
    Common,
    /// It is hardly more than the name or the address of the person or the company.
    Personal,
}

static GUESSABLE: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("guessable.txt").split_whitespace().collect());

/// Neighbours on keyboards, in the alphabet and among digits.
const ROWS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiopü",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "!@#$%^&*()",
    "!\"§$%&/()",
];

/// Judges a password that somebody wants to have. `about` is what is known of them: names, address, company.
///
/// # Errors
/// The reason why it cannot be chosen.
pub fn judge(password: &str, about: &[&str]) -> Result<(), Weakness> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Weakness::TooShort);
    }
    if length > LONGEST {
        return Err(Weakness::TooLong);
    }
    let folded = password.to_lowercase();
    if is_common(&folded) {
        return Err(Weakness::Common);
    }
    if about.iter().any(|known| is_about(&folded, &known.to_lowercase())) {
        return Err(Weakness::Personal);
    }
    Ok(())
}

fn is_common(folded: &str) -> bool {
    let letters: Vec<char> = folded.chars().collect();
    let different: HashSet<&char> = letters.iter().collect();
    different.len() <= 2
        || is_word_with_trimmings(folded)
        || is_word_with_trimmings(&unmasked(folded))
        || is_word_with_trimmings(&unmasked(folded.trim_end_matches(|c: char| !c.is_alphabetic())))
        || repeats(&letters)
        || walks(&letters) <= 2
        || is_date(folded)
}

fn is_word_with_trimmings(text: &str) -> bool {
    let core = text.trim_matches(|c: char| !c.is_alphabetic());
    let rest = text.chars().count() - core.chars().count();
    GUESSABLE.contains(text) || (rest <= TRIMMINGS && GUESSABLE.contains(core))
}

/// Digits and signs read as the letters they are drawn like.
fn unmasked(text: &str) -> String {
    let letter = |c| match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        other => other,
    };
    text.chars().map(letter).collect()
}

/// The same few letters, or the same guessable word, again and again.
fn repeats(letters: &[char]) -> bool {
    (1..=letters.len() / 2).any(|period| {
        let Some((unit, _)) = letters.split_at_checked(period) else { return false };
        let again = letters.iter().zip(unit.iter().cycle()).all(|(a, b)| a == b);
        again && (period <= 4 || is_word_with_trimmings(&unit.iter().collect::<String>()))
    })
}

/// Of how many straight walks along [`ROWS`] it consists, forwards or backwards. Letters that do not move count, too.
fn walks(letters: &[char]) -> usize {
    let mut count = 0;
    let mut rest = letters;
    while let Some(longest) = (1..=rest.len()).rev().find(|n| rest.get(..*n).is_some_and(is_walk)) {
        count += 1;
        rest = rest.get(longest..).unwrap_or_default();
    }
    count
}

fn is_walk(letters: &[char]) -> bool {
    let forwards: String = letters.iter().collect();
    let backwards: String = letters.iter().rev().collect();
    let still = letters.windows(2).all(|pair| matches!(pair, [a, b] if a == b));
    still || ROWS.iter().any(|row| row.contains(&forwards) || row.contains(&backwards))
}

/// Eight digits that are a day of somebody's life.
fn is_date(text: &str) -> bool {
    let number = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let (Some(a), Some(b), Some(c), Some(d)) = (number(0, 2), number(2, 4), number(4, 6), number(6, 8))
    else {
        return false;
    };
    let is_day = |day: u32, month: u32| (1..=31).contains(&day) && (1..=12).contains(&month);
    let century = |first: u32| matches!(first, 19 | 20);
    text.len() == 8
        && (century(a) && (is_day(d, c) || is_day(c, d)) || century(c) && (is_day(a, b) || is_day(b, a)))
}

/// Whether nearly nothing is left without the words of something known.
fn is_about(folded: &str, known: &str) -> bool {
    let words = known.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 3);
    let mut left = folded.replace(known, "");
    for word in words {
        left = left.replace(word, "");
    }
    left.len() < folded.len() && left.chars().filter(|c| c.is_alphanumeric()).count() <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    // security: S07
    #[test]
    fn a_password_is_refused_when_it_is_short_or_among_the_first_to_be_guessed() {
        let judged = |password: &str| judge(password, &[]);
        assert_eq!(judged("7 chars"), Err(Weakness::TooShort));
        assert_eq!(judged(&"x y".repeat(400)), Err(Weakness::TooLong));
        for common in [
            "password",
            "Password",
            "PASSWORD1!",
            "P@ssw0rd",
            "p4$$word2024",
            "Passw0rd!",
            "12345678",
            "123456789",
            "87654321",
            "1234567890",
            "qwertyuiop",
            "qwerty123",
            "1qaz2wsx",
            "asdfghjkl",
            "abcdefgh",
            "abcd1234",
            "aaaaaaaa",
            "ababababab",
            "abcabcabc",
            "11111111",
            "sunshine",
            "Summer2024!",
            "iloveyou1",
            "letmein123",
            "welcome2024",
            "football!",
            "passwordpassword",
            "19840312",
            "31121999",
            "starwars",
            "trustno1",
            "Changeme1",
            "!@#$%^&*",
            "11112222",
        ] {
            assert_eq!(judged(common), Err(Weakness::Common), "{common}");
        }
    }

    // security: S07
    #[test]
    fn no_kind_of_character_is_asked_for() {
        for good in [
            "correct horse battery staple",
            "a quiet harbour at dawn",
            "tr0ub4dor&3x",
            "48151623421108",
            "ñandú ñandú 7",
            "密码很长也可以用的",
            "vnqxkrzt",
            "sunshine-over-lisbon",
            &"long ".repeat(200),
        ] {
            assert_eq!(
                judge(good, &["Ana", "Lima", "ana.lima@example.com", "Harbour Apps"]),
                Ok(()),
                "{good}"
            );
        }
    }

    // security: S07
    #[test]
    fn what_is_known_of_the_person_is_no_password() {
        let about = ["Ana", "Lima", "ana.lima@harbourapps.example", "Harbour Apps GmbH"];
        for personal in
            ["ana.lima@harbourapps.example", "analima1984", "HarbourApps!", "lima-ana-1", "harbourapps2024"]
        {
            assert_eq!(judge(personal, &about), Err(Weakness::Personal), "{personal}");
        }
        assert_eq!(judge("anagram of a mast", &about), Ok(()));
    }

    #[test]
    fn the_list_holds_words_and_no_blanks() {
        assert!(GUESSABLE.len() > 600, "{}", GUESSABLE.len());
        assert!(GUESSABLE.iter().all(|word| *word == word.to_lowercase()));
    }
}
