//! What is wrong with the fields of these pages, in words.

use grantry_oauth::display_text;

use crate::sign_in::password_rules::Weakness;
use crate::sign_in::register::Fault;
use crate::web::Words;

/// The faults of a form, as the template parts read them.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Line>);

#[derive(Debug)]
pub(super) struct Line {
    pub(super) name: &'static str,
    pub(super) text: String,
}

impl Faults {
    pub(super) fn new(found: Vec<(&'static str, Fault)>, words: Words) -> Self {
        Self(found.into_iter().map(|(name, fault)| Line { name, text: text(name, fault, words) }).collect())
    }

    /// What is wrong with a field; empty when nothing is.
    pub(super) fn of(&self, name: &str) -> &str {
        self.0.iter().find(|line| line.name == name).map_or("", |line| line.text.as_str())
    }

    pub(super) fn list(&self) -> &[Line] {
        &self.0
    }
}

fn text(field: &str, fault: Fault, words: Words) -> String {
    match fault {
        Fault::Name(problem) => name(field, problem, words),
        Fault::Email => words.get("fault-email"),
        Fault::Taken => words.get("fault-email-taken"),
        Fault::Password(weakness) => password(weakness, words),
    }
}

fn name(field: &str, problem: display_text::Problem, words: Words) -> String {
    match problem {
        display_text::Problem::Empty => match field {
            "first_name" => words.get("fault-first-name-empty"),
            "last_name" => words.get("fault-last-name-empty"),
            _ => words.get("fault-company-empty"),
        },
        display_text::Problem::TooLong => words.get("fault-name-long"),
        display_text::Problem::Control | display_text::Problem::Hidden | display_text::Problem::Marks => {
            words.get("fault-name-hidden")
        }
    }
}

pub(super) fn password(weakness: Weakness, words: Words) -> String {
    match weakness {
        Weakness::TooShort => words.get("fault-password-short"),
        Weakness::TooLong => words.get("fault-password-long"),
        Weakness::Common => words.get("fault-password-common"),
        Weakness::Personal => words.get("fault-password-personal"),
    }
}
