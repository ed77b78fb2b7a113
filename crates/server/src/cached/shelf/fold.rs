//! Words as the store compares them: in lower case, without marks on letters.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Longest word that is looked for or found, in characters; longer ones count by their beginning.
const LONGEST: usize = 40;

/// The words of a text to be found. Parts of a word such as `check-in` are words, and so is the whole without its
/// hyphen, because people write it either way.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for run in folded(text).split(|c: char| !c.is_alphanumeric() && !is_joint(c)) {
        let parts: Vec<&str> = run.split(is_joint).filter(|part| !part.is_empty()).collect();
        found.extend(parts.iter().map(|part| cut(part)));
        if parts.len() > 1 {
            found.push(cut(&parts.concat()));
        }
    }
    found
}

/// The words of a question.
pub(super) fn asked(text: &str) -> Vec<String> {
    let folded = folded(text);
    let parts = folded.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let mut words: Vec<String> = Vec::new();
    for word in parts.map(cut) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// Whether the first words of one text are another, but for marks and capitals: `PayPal` does not begin with `Pay`.
#[must_use]
pub fn begins_with(text: &str, start: &str) -> bool {
    let text = folded(text);
    let rest = text.strip_prefix(&folded(start));
    rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

fn is_joint(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\'' | '\u{2019}')
}

fn cut(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

/// Decomposed, so that a mark is a character of its own; some letters hold theirs inside and are written out.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase).filter(|c| !is_combining_mark(*c)) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            c => folded.push(c),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_capitals_and_hyphens_make_no_difference() {
        for (text, wanted) in [
            ("Schlüssel für Gäste", vec!["schlussel", "fur", "gaste"]),
            ("Check-in & Self-Service", vec!["check", "in", "checkin", "self", "service", "selfservice"]),
            ("SMØRREBRØD, Łódź; naïve", vec!["smorrebrod", "lodz", "naive"]),
            ("Straße STRASSE", vec!["strasse", "strasse"]),
            ("İstanbul ﬁne", vec!["istanbul", "fine"]),
            ("l’hôtel", vec!["l", "hotel", "lhotel"]),
            ("–—- ' ", vec![]),
        ] {
            assert_eq!(words(text), wanted, "{text}");
        }
        assert_eq!(asked("Check-in check PMS"), ["check", "in", "pms"]);
        assert_eq!(words(&"x".repeat(90))[0].len(), LONGEST);
        assert!(begins_with("QUICK Chéck-in – for hotels", "Quick Check-in"));
        assert!(begins_with("Pay", "pay") && begins_with("Pay: later", "Pay"));
        for other in ["My Quick Check-in", "Quick Check-inn", "Quick Check-in2"] {
            assert!(!begins_with(other, "Quick Check-in"), "{other}");
        }
    }
}
