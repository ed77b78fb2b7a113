//! Names that people could take for another app's: by letters that look alike, or by one letter more or less.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// How alike two names are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Nobody would mix them up.
    None,
    /// One letter more, less, or another.
    Near,
    /// They look the same.
    Same,
}

/// Shorter names than this are different words when one letter differs.
const SHORTEST_NEAR: usize = 5;

/// Compares two names as people see them.
#[must_use]
pub fn likeness(one: &str, other: &str) -> Likeness {
    let (one, other) = (skeleton(one), skeleton(other));
    if one.is_empty() || other.is_empty() {
        return Likeness::None;
    }
    if one == other {
        return Likeness::Same;
    }
    let shortest = one.chars().count().min(other.chars().count());
    if shortest >= SHORTEST_NEAR && is_one_step(&one, &other) { Likeness::Near } else { Likeness::None }
}

/// Whether a name has another in it, such as the platform's own.
#[must_use]
pub fn contains(name: &str, other: &str) -> bool {
    let other = skeleton(other);
    other.chars().count() >= SHORTEST_NEAR - 1 && skeleton(name).contains(&other)
}

/// The name without anything that the eye passes over: case, marks, spaces, punctuation, and which of several letters of
/// one shape it is.
fn skeleton(name: &str) -> String {
    let letters = name.nfkd().filter(|c| !is_combining_mark(*c));
    let folded: String =
        letters.flat_map(char::to_lowercase).map(plain).filter(|c| c.is_alphanumeric()).collect();
    folded.replace("rn", "m").replace("vv", "w").replace("cl", "d")
}

/// The Latin letter that a character looks like: the Cyrillic and Greek ones of one shape with it, and digits.
fn plain(c: char) -> char {
    match c {
        'а' | 'α' => 'a',
        'в' | 'β' | 'ß' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' | 'ё' => 'e',
        'ɡ' => 'g',
        'һ' | 'н' => 'h',
        'і' | 'ι' | 'ı' | 'l' | '1' | '|' | 'ӏ' | 'ł' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' | 'μ' => 'm',
        'ո' | 'η' | 'п' => 'n',
        'о' | 'ο' | 'σ' | '0' | 'օ' | 'ø' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'г' => 'r',
        'ѕ' | '5' | '$' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ѡ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        c => c,
    }
}

/// Whether one letter put in, taken out or replaced makes one of the other.
fn is_one_step(one: &str, other: &str) -> bool {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    if one.len().abs_diff(other.len()) > 1 {
        return false;
    }
    let same_start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let rest_of_one = one.get(same_start..).unwrap_or_default();
    let rest_of_other = other.get(same_start..).unwrap_or_default();
    let same_end =
        rest_of_one.iter().rev().zip(rest_of_other.iter().rev()).take_while(|(a, b)| a == b).count();
    rest_of_one.len().max(rest_of_other.len()) - same_end <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_one_shape_make_the_same_name() {
        for other in [
            "Hotel Master",
            "hotelmaster",
            "Hоtеl Mаstеr",
            "H0tel-Master",
            "HOTEL  MASTER!",
            "Hotel Rnaster",
            "Hôtel Máster",
        ] {
            assert_eq!(likeness("Hotel Master", other), Likeness::Same, "{other}");
        }
        assert_eq!(likeness("Paypal", "PayPaI"), Likeness::Same, "a capital i for an l");
    }

    #[test]
    fn one_letter_makes_a_near_name_unless_the_names_are_short() {
        for other in ["Hotel Masters", "Hotel Mister", "otel Master"] {
            assert_eq!(likeness("Hotel Master", other), Likeness::Near, "{other}");
        }
        assert_eq!(likeness("Cat", "Bat"), Likeness::None);
        assert_eq!(likeness("Hotel Master", "Hotel Mustard"), Likeness::None);
        assert_eq!(likeness("!!!", "???"), Likeness::None, "nothing to compare");
    }

    #[test]
    fn a_name_that_has_the_platforms_in_it_is_found() {
        assert!(contains("Hotelbase Official", "Hotelbase"));
        assert!(contains("H0telbаse Support", "Hotelbase"));
        assert!(!contains("Hotel Base Camp Reports", "Innkeeper"));
        assert!(!contains("Apps of all kinds", "App"), "too short to mean anything");
    }
}
