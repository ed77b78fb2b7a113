//! What is wrong with a form of an app: at which field, and the sentence that says what to change.

use std::fmt::Display;

use grantry_oauth::display_text;

use crate::web::Words;

/// Longest part of a typed value that is repeated in a sentence.
const QUOTED: usize = 80;

/// The sentence about a client code that was used before.
pub(super) const CODE_TAKEN: &str = "apps-fault-code-taken";

/// Something wrong with what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field's name in the form; a row of a list carries its number: `redirect_uri-2`.
    pub name: String,
    key: String,
    values: Vec<(&'static str, String)>,
    proposal: Option<String>,
}

impl Fault {
    /// `key` names the sentence.
    #[must_use]
    pub fn new(name: impl Into<String>, key: impl Into<String>) -> Self {
        Self { name: name.into(), key: key.into(), values: Vec::new(), proposal: None }
    }

    /// The same with what was typed, cut and made safe to repeat, as `$value`.
    #[must_use]
    pub fn about(self, value: &str) -> Self {
        self.with("value", display_text::show(value, QUOTED))
    }

    /// The same with one more value for the sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.values.push((name, format!("{value}")));
        self
    }

    /// The same with what would be accepted instead.
    #[must_use]
    pub fn try_instead(mut self, proposal: Option<String>) -> Self {
        self.proposal = proposal;
        self
    }

    /// The sentence: what is wrong, then what to do.
    #[must_use]
    pub fn text(&self, words: Words) -> String {
        let values: Vec<(&str, &str)> = self.values.iter().map(|(name, v)| (*name, v.as_str())).collect();
        let mut text = words.all(&self.key, &values);
        if let Some(proposal) = &self.proposal {
            text.push(' ');
            text.push_str(&words.with("apps-fault-try", "proposal", proposal));
        }
        text
    }
}

/// Everything that is wrong, in the order of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }

    /// The same in the order of a form's fields, as far as they are named here; the others follow as they are.
    #[must_use]
    pub fn in_order_of(mut self, fields: &[&str]) -> Self {
        let place = |fault: &Fault| {
            let named = |field: &&str| fault.name == **field || fault.name.starts_with(&format!("{field}-"));
            fields.iter().position(named).unwrap_or(fields.len())
        };
        self.0.sort_by_key(place);
        self
    }

    /// Whether something is taken, rather than wrong.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.0.iter().any(|fault| fault.key == CODE_TAKEN)
    }

    /// The faults as pairs of field and sentence, which is what API answers and the command line show.
    #[must_use]
    pub fn texts(&self, words: Words) -> Vec<(String, String)> {
        self.0.iter().map(|fault| (fault.name.clone(), fault.text(words))).collect()
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}
