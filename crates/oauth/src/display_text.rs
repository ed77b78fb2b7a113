//! Names that strangers choose (apps, accounts, publishers) made safe to show.
//!
//! A name can lie without a word: by turning the text around it, by hiding characters, by piling marks over its
//! neighbours. Escaping for HTML is the template's; so is `<bdi>`, which keeps right-to-left names in their place.
//! Letters that look like others are another matter and are not judged here.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Most marks on one letter. Written languages need up to four.
const MARKS: usize = 4;

/// Why a name may not be registered. [`Problem::key`] names the sentence that the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Problem {
    /// Nothing, or nothing that can be seen.
    #[error("the text is empty")]
    Empty,
    /// More characters than allowed.
    #[error("the text is too long")]
    TooLong,
    /// A line break, a tab, or another control character.
    #[error("the text has a control character")]
    Control,
    /// A character that is invisible, changes the direction of the text, or means nothing to anybody else.
    #[error("the text has a hidden character")]
    Hidden,
    /// More marks on one letter than any language writes.
    #[error("the text has too many marks on one letter")]
    Marks,
}

impl Problem {
    /// The stable name of this problem, for the words on the page and in API answers.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too-long",
            Self::Control => "control",
            Self::Hidden => "hidden",
            Self::Marks => "marks",
        }
    }
}

/// Takes a name that somebody wants to register: in normal form (NFC), with one space where there was any run of them,
/// none around it, and at most `limit` characters.
///
/// # Errors
/// The first rule that it breaks. Nothing that can be seen is ever dropped silently.
pub fn register(raw: &str, limit: usize) -> Result<String, Problem> {
    // Normalising a text that is far too long anyway would be work for nothing.
    if raw.len() > limit.saturating_mul(4 * (MARKS + 1)) {
        return Err(Problem::TooLong);
    }
    let raw = raw.trim_matches(is_space);
    if raw.chars().any(is_control) {
        return Err(Problem::Control);
    }
    if raw.chars().any(is_hidden) {
        return Err(Problem::Hidden);
    }
    let text = normal(raw);
    if text.is_empty() {
        return Err(Problem::Empty);
    }
    if text.chars().count() > limit {
        return Err(Problem::TooLong);
    }
    if without_piles(&text) != text {
        return Err(Problem::Marks);
    }
    Ok(text)
}

/// Makes a text that came from elsewhere (another server's document, an old row) fit to be shown: what [`register`]
/// would refuse is dropped, and what is too long is cut and ends in `…`. May be empty.
#[must_use]
pub fn show(raw: &str, limit: usize) -> String {
    let first = raw.chars().take(limit.saturating_mul(MARKS + 2));
    let visible =
        first.filter(|c| !is_hidden(*c) && !is_presentation(*c)).map(|c| if is_control(c) { ' ' } else { c });
    let text = normal(&without_piles(&visible.nfc().collect::<String>()));
    if text.chars().count() <= limit {
        return text;
    }
    let cut: String = text.chars().take(limit.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// NFC, and single spaces of the common kind.
fn normal(text: &str) -> String {
    let text: String = text.chars().filter(|c| !is_presentation(*c)).nfc().collect();
    let words: Vec<&str> = text.split(is_space).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// The text with no more than [`MARKS`] marks in a row, and none that stands on nothing or on a space.
fn without_piles(text: &str) -> String {
    let mut run = MARKS;
    let keep = |c: &char| {
        run = match *c {
            c if is_combining_mark(c) => run.saturating_add(1),
            c if is_space(c) => MARKS,
            _ => 0,
        };
        run <= MARKS
    };
    // A space is where a run may not begin, and is kept itself: it has reached the limit, not passed it.
    text.chars().filter(keep).collect()
}

fn is_space(c: char) -> bool {
    // The line separators and next-line are white space to Unicode and control characters to us.
    c.is_whitespace() && !is_control(c)
}

fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether an emoji is drawn in colour: nothing that a name could mean.
fn is_presentation(c: char) -> bool {
    matches!(c, '\u{fe0e}' | '\u{fe0f}')
}

/// Characters without a shape of their own: Unicode's `Default_Ignorable_Code_Point`, other blanks, private use, and code
/// points that are no characters.
fn is_hidden(c: char) -> bool {
    match c {
        // Soft hyphen, grapheme joiner, direction marks, embeddings, overrides and isolates, zero width, byte order mark.
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => true,
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffc}' => true,
        // Letters, vowels and a braille cell that are blank.
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}' => true,
        // Variants and marks that depend on the font, and music's and shorthand's controls.
        '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0d}' | '\u{70f}' => true,
        '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' => true,
        // Tags, and everything else in their plane.
        '\u{e0000}'..='\u{e0fff}' => true,
        // Private use.
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' => true,
        // Not characters at all.
        '\u{fdd0}'..='\u{fdef}' => true,
        _ => u32::from(c) & 0xfffe == 0xfffe,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(raw: &str) -> Result<String, Problem> {
        register(raw, 60)
    }

    #[test]
    fn ordinary_names_of_all_the_world_are_taken() {
        for name in [
            "MyApp",
            "Müller & Söhne GmbH",
            "Zürich <3",
            "ホテル管理",
            "فندق",
            "מלון",
            "โรงแรม",
            "होटल",
            "Łódź 🏨 №1",
            "a' or 1=1 --",
            "<img src=x onerror=alert(1)>",
        ] {
            assert_eq!(named(name).as_deref(), Ok(name));
        }
    }

    #[test]
    fn spelling_is_made_uniform() {
        assert_eq!(named("  My \u{a0}\u{3000} App ").as_deref(), Ok("My App"));
        assert_eq!(named("Cafe\u{301}").as_deref(), Ok("Café"));
        assert_eq!(named("I \u{2764}\u{fe0f} hotels").as_deref(), Ok("I \u{2764} hotels"));
    }

    // security: C01
    #[test]
    fn names_that_lie_are_refused_with_the_reason() {
        let table = [
            ("", Problem::Empty),
            (" \u{3000} ", Problem::Empty),
            ("\u{fe0f}", Problem::Empty),
            ("My\nApp", Problem::Control),
            ("My\tApp", Problem::Control),
            ("My\u{0}App", Problem::Control),
            ("My\u{1b}[31mApp", Problem::Control),
            ("My\u{85}App", Problem::Control),
            ("My\u{2028}App", Problem::Control),
            ("My\u{202e}ppA", Problem::Hidden),
            ("\u{202d}MyApp\u{202c}", Problem::Hidden),
            ("\u{2066}MyApp\u{2069}", Problem::Hidden),
            ("My\u{200b}App", Problem::Hidden),
            ("My\u{200d}App", Problem::Hidden),
            ("MyApp\u{200f}", Problem::Hidden),
            ("MyApp\u{feff}", Problem::Hidden),
            ("My\u{ad}App", Problem::Hidden),
            ("My\u{34f}App", Problem::Hidden),
            ("\u{3164}", Problem::Hidden),
            ("\u{2800}", Problem::Hidden),
            ("MyApp\u{e0041}\u{e007f}", Problem::Hidden),
            ("MyApp\u{e0100}", Problem::Hidden),
            ("My\u{e000}App", Problem::Hidden),
            ("My\u{f8ff}App", Problem::Hidden),
            ("My\u{ffff}App", Problem::Hidden),
            ("My\u{fffc}App", Problem::Hidden),
            ("My\u{180e}App", Problem::Hidden),
            ("My\u{fe00}App", Problem::Hidden),
            ("My\u{70f}App", Problem::Hidden),
            ("My\u{fdd0}App", Problem::Hidden),
            ("My\u{fdef}App", Problem::Hidden),
            ("My\u{1bca0}App", Problem::Hidden),
            ("My\u{1d173}App", Problem::Hidden),
            ("My\u{115f}App", Problem::Hidden),
            ("My\u{2060}App", Problem::Hidden),
            ("My\u{f0000}App", Problem::Hidden),
            ("My\u{1fffe}App", Problem::Hidden),
            ("Z\u{334}\u{335}\u{336}\u{337}\u{338}algo", Problem::Marks),
            ("\u{301}MyApp", Problem::Marks),
            ("My \u{301}App", Problem::Marks),
        ];
        for (raw, problem) in table {
            assert_eq!(named(raw), Err(problem), "{raw:?}");
        }
        assert_eq!(named(&"a".repeat(60)).map(|name| name.len()), Ok(60));
        assert_eq!(named(&"a".repeat(61)), Err(Problem::TooLong));
        assert_eq!(named(&"ä".repeat(61)), Err(Problem::TooLong));
        assert_eq!(named(&"a".repeat(1_000_000)), Err(Problem::TooLong));
    }

    #[test]
    fn a_text_that_is_far_too_long_is_not_even_looked_at() {
        // Twenty bytes for each letter: four for it and for each of four marks.
        let padded = |bytes: usize| format!("{}a", " ".repeat(bytes - 1));
        assert_eq!(register(&padded(60), 3).as_deref(), Ok("a"));
        assert_eq!(register(&padded(61), 3), Err(Problem::TooLong));
        assert_eq!(
            register(&format!("{}\n", padded(61)), 3),
            Err(Problem::TooLong),
            "whatever else is wrong"
        );
        let hidden = |count: usize| format!("{}ab", "\u{200b}".repeat(count));
        assert_eq!(show(&hidden(4), 1), "…", "six characters are looked at for one that is shown");
        assert_eq!(show(&hidden(5), 1), "a");
        assert_eq!(show(&hidden(6), 1), "");
    }

    #[test]
    fn each_problem_has_a_name() {
        let all = [Problem::Empty, Problem::TooLong, Problem::Control, Problem::Hidden, Problem::Marks];
        assert_eq!(all.map(Problem::key), ["empty", "too-long", "control", "hidden", "marks"]);
    }

    // security: C01
    #[test]
    fn what_came_from_elsewhere_is_shown_without_its_tricks() {
        assert_eq!(show("My\u{202e}App\u{200b}", 60), "MyApp");
        assert_eq!(show("My\r\n\u{1b}[31mApp", 60), "My [31mApp");
        assert_eq!(show(" \u{200b} ", 60), "");
        assert_eq!(show("\u{105e}\0 \u{301}MyApp", 60), "MyApp");
        assert_eq!(show(&"word ".repeat(40), 11), "word word…");
        assert_eq!(
            show(&format!("Z{}algo", "\u{334}".repeat(30)), 60),
            format!("Z{}algo", "\u{334}".repeat(4))
        );
        assert_eq!(show("<b>MyApp</b>", 60), "<b>MyApp</b>", "escaping is not done twice");
    }

    proptest! {
        // security: C01
        #[test]
        fn what_is_shown_would_also_be_registered_and_is_shown_as_it_is(raw in "\\PC{0,20}|.{0,90}|[\u{0}-\u{30ff}]{0,90}") {
            let shown = show(&raw, 60);
            prop_assert!(shown.chars().count() <= 60);
            if !shown.is_empty() {
                prop_assert_eq!(register(&shown, 60), Ok(shown.clone()));
            }
            prop_assert_eq!(show(&shown, 60), shown);
        }

        #[test]
        fn what_is_registered_is_shown_unchanged(raw in ".{0,60}") {
            if let Ok(name) = register(&raw, 60) {
                prop_assert_eq!(show(&name, 60), name.clone());
                prop_assert_eq!(register(&name, 60), Ok(name));
            }
        }
    }
}
