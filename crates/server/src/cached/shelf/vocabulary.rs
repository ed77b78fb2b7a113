//! Every word of the store as a tree of letters, in which words are found by their beginning and with one typo.

/// How well a word of the vocabulary answers a word that was asked for; the smaller, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    Exact,
    /// It goes on behind what was asked for.
    Prefix,
    /// One letter is missing, too much, another one, or has changed places with its neighbour.
    Typo,
}

/// A short word has too many neighbours: with fewer letters it is taken as it is written.
const LETTERS_FOR_A_TYPO: usize = 4;
/// Letters that the beginning of a word needs to be found with a typo in it.
const LETTERS_FOR_A_TYPO_AT_THE_START: usize = 6;

/// Words are numbered as they come and never forgotten: one that no app uses any more costs its letters.
#[derive(Debug)]
pub(super) struct Vocabulary {
    nodes: Vec<Node>,
    words: u32,
}

#[derive(Debug, Default)]
struct Node {
    /// In the order of the letters.
    next: Vec<(char, u32)>,
    word: Option<u32>,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self { nodes: vec![Node::default()], words: 0 }
    }
}

impl Vocabulary {
    /// The number of a word, which is new or known.
    pub(super) fn number(&mut self, word: &str) -> u32 {
        let mut at = 0;
        for letter in word.chars() {
            at = match self.step(at, letter) {
                Some(next) => next,
                None => self.grow(at, letter),
            };
        }
        let fresh = self.words;
        let Some(node) = self.nodes.get_mut(index(at)) else { return fresh };
        let number = *node.word.get_or_insert(fresh);
        if number == fresh {
            self.words += 1;
        }
        number
    }

    fn grow(&mut self, at: u32, letter: char) -> u32 {
        let new = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(Node::default());
        if let Some(node) = self.nodes.get_mut(index(at)) {
            let place = node.next.partition_point(|(other, _)| *other < letter);
            node.next.insert(place, (letter, new));
        }
        new
    }

    fn next(&self, at: u32) -> &[(char, u32)] {
        self.nodes.get(index(at)).map_or(&[], |node| node.next.as_slice())
    }

    fn step(&self, at: u32, letter: char) -> Option<u32> {
        let next = self.next(at);
        let place = next.binary_search_by_key(&letter, |(other, _)| *other).ok()?;
        next.get(place).map(|(_, node)| *node)
    }

    /// The numbers of all words that answer this one, each with its best match.
    pub(super) fn find(&self, asked: &str) -> Vec<(u32, Match)> {
        let letters: Vec<char> = asked.chars().collect();
        let mut search = Search { of: self, letters: letters.len(), found: Vec::new() };
        if letters.len() >= LETTERS_FOR_A_TYPO {
            search.walk(0, &letters, true);
        } else {
            search.straight(0, &letters, Match::Exact);
        }
        search.found.sort_unstable();
        search.found.dedup_by_key(|(word, _)| *word);
        search.found
    }
}

struct Search<'a> {
    of: &'a Vocabulary,
    letters: usize,
    found: Vec<(u32, Match)>,
}

impl Search<'_> {
    /// Follows the letters with no typo so far; one may still come, if it `may`.
    fn walk(&mut self, at: u32, letters: &[char], may: bool) {
        let Some((first, rest)) = letters.split_first() else {
            self.arrive(at, Match::Exact);
            // One letter too few was asked for: the words one letter longer are found by their beginning already.
            return;
        };
        if let Some(next) = self.of.step(at, *first) {
            self.walk(next, rest, may);
        }
        if !may {
            return;
        }
        // A letter too much.
        self.straight(at, rest, Match::Typo);
        for (letter, next) in self.of.next(at) {
            // A letter is missing.
            self.straight(*next, letters, Match::Typo);
            // Another letter.
            if letter != first {
                self.straight(*next, rest, Match::Typo);
            }
        }
        // Two letters have changed places.
        if let Some((second, rest)) = rest.split_first()
            && second != first
            && let Some(next) = self.of.step(at, *second).and_then(|next| self.of.step(next, *first))
        {
            self.straight(next, rest, Match::Typo);
        }
    }

    /// Follows the letters as they are.
    fn straight(&mut self, mut at: u32, letters: &[char], so_far: Match) {
        for letter in letters {
            match self.of.step(at, *letter) {
                Some(next) => at = next,
                None => return,
            }
        }
        self.arrive(at, so_far);
    }

    /// All letters are used up here.
    fn arrive(&mut self, at: u32, so_far: Match) {
        let Some(node) = self.of.nodes.get(index(at)) else { return };
        self.found.extend(node.word.map(|word| (word, so_far)));
        let beginning = match so_far {
            Match::Exact | Match::Prefix => Match::Prefix,
            Match::Typo if self.letters < LETTERS_FOR_A_TYPO_AT_THE_START => return,
            Match::Typo => Match::Typo,
        };
        let mut below: Vec<u32> = node.next.iter().map(|(_, next)| *next).collect();
        while let Some(at) = below.pop() {
            let Some(node) = self.of.nodes.get(index(at)) else { continue };
            self.found.extend(node.word.map(|word| (word, beginning)));
            below.extend(node.next.iter().map(|(_, next)| *next));
        }
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&str; 9] =
        ["hotel", "hotels", "hostel", "motel", "house", "key", "keys", "payment", "payments"];

    fn found(asked: &str) -> Vec<(&'static str, Match)> {
        let mut vocabulary = Vocabulary::default();
        for (number, word) in (0_u32..).zip(WORDS) {
            assert_eq!(vocabulary.number(word), number);
            assert_eq!(vocabulary.number(word), number, "a known word keeps its number");
        }
        let mut found: Vec<_> =
            vocabulary.find(asked).into_iter().map(|(word, how)| (WORDS[word as usize], how)).collect();
        found.sort_by_key(|(word, how)| (*how, *word));
        found
    }

    #[test]
    fn a_word_is_found_as_it_is_by_its_beginning_and_with_one_typo() {
        use Match::{Exact, Prefix, Typo};
        assert_eq!(found("hotel"), [("hotel", Exact), ("hotels", Prefix), ("hostel", Typo), ("motel", Typo)]);
        assert_eq!(
            found("ho"),
            [("hostel", Prefix), ("hotel", Prefix), ("hotels", Prefix), ("house", Prefix)]
        );
        for (asked, how) in [
            ("payemnt", "two letters changed places"),
            ("paymnt", "a letter is missing"),
            ("paymment", "a letter too much"),
            ("paiment", "another letter"),
            ("ayment", "the first letter is missing"),
            ("paymenz", "the last letter is another"),
        ] {
            assert!(found(asked).contains(&("payment", Typo)), "{how}: {:?}", found(asked));
        }
        assert_eq!(found("paymetn"), [("payment", Typo), ("payments", Typo)], "a beginning, with a typo");
        assert_eq!(found("kye"), [], "too short for a typo");
        assert_eq!(found("pyamnet"), [], "two typos are too many");
        assert_eq!(found("huose"), [("house", Typo)]);
        assert_eq!(found("reception"), []);
    }
}
