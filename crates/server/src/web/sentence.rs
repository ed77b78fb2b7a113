//! Sentences with names in them, in pieces: so that each name can stand by itself, bold or in its own direction.

use super::Words;

/// A character that no shown name contains: it marks the place of one in a sentence.
const MARK: char = '\u{e000}';

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub look: Look,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Our own words.
    Words,
    /// A name, which must not reach into the words around it.
    Name,
    /// A name that matters.
    Strong,
}

impl Piece {
    #[must_use]
    pub fn is_name(&self) -> bool {
        self.look != Look::Words
    }

    #[must_use]
    pub fn is_strong(&self) -> bool {
        self.look == Look::Strong
    }
}

/// A sentence with names in it, in the order of whatever language it is.
#[must_use]
pub fn sentence(words: Words, key: &str, names: &[(&str, &str, Look)]) -> Vec<Piece> {
    let marks: Vec<String> = (0..names.len()).map(|place| format!("{MARK}{place}{MARK}")).collect();
    let values: Vec<(&str, &str)> =
        names.iter().zip(&marks).map(|((name, _, _), mark)| (*name, mark.as_str())).collect();
    let text = words.all(key, &values);
    let mut pieces = Vec::new();
    for (position, part) in text.split(MARK).enumerate() {
        let named = (position % 2 == 1).then(|| part.parse().ok().and_then(|at: usize| names.get(at)));
        match named.flatten() {
            Some((_, name, look)) => pieces.push(Piece { text: (*name).to_owned(), look: *look }),
            None if part.is_empty() => {}
            None => pieces.push(Piece { text: part.to_owned(), look: Look::Words }),
        }
    }
    pieces
}
