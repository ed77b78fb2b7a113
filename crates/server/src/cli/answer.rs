//! What a command answers: one JSON object for programs, or lines and tables for people, to standard output.

use std::io::{self, Write as _};

use anstyle::{AnsiColor, Style};
use grantry_oauth::display_text;
use serde_json::Value;

use crate::apps::Faults;
use crate::web::Words;

/// Longest text from outside in one cell or line: more would break every row of a table.
const CELL: usize = 60;

/// Labels, and what is less important than the rest.
pub(super) const SOFT: Style = Style::new().dimmed();
/// What to look at.
pub(super) const STRONG: Style = Style::new().bold();
/// All is well.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// Somebody should look.
pub(super) const WARN: Style = AnsiColor::Yellow.on_default();
/// It does not work.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();

/// The outcome of a command, in both forms.
#[derive(Debug)]
pub(super) struct Answer {
    object: Value,
    text: String,
    /// Why the command has failed although it answers.
    failure: Option<String>,
}

impl Answer {
    /// `object` is what `--json` prints.
    pub(super) fn new(object: Value) -> Self {
        Self { object, text: String::new(), failure: None }
    }

    /// The same with one more line for people.
    pub(super) fn line(mut self, line: impl AsRef<str>) -> Self {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
        self
    }

    /// The same with a table, or `nothing` when it has no rows.
    pub(super) fn table(mut self, table: &Table, nothing: &str) -> Self {
        if table.rows.is_empty() {
            return self.line(nothing);
        }
        self.text.push_str(&table.text());
        self
    }

    /// The same with pairs of label and value, one a line, the values below each other.
    pub(super) fn facts(mut self, facts: &[(&str, String)]) -> Self {
        let width = facts.iter().map(|(label, _)| letters(label)).max().unwrap_or_default();
        for (label, value) in facts {
            let gap = " ".repeat(width - letters(label));
            self.text.push_str(&format!("  {SOFT}{label}{SOFT:#}{gap}  {value}\n"));
        }
        self
    }

    /// The same as the answer of a command that ends with exit code 1.
    pub(super) fn failed(mut self, why: impl Into<String>) -> Self {
        self.failure = Some(why.into());
        self
    }

    /// Prints it. Colours are for terminals only.
    ///
    /// # Errors
    /// The reason of a failure, or an output that takes nothing: a secret may have been lost then.
    pub(super) fn print(self, as_json: bool) -> anyhow::Result<()> {
        let Self { object, text, failure } = self;
        if as_json {
            writeln!(io::stdout(), "{object}")?;
        } else {
            let mut out = anstream::stdout();
            out.write_all(text.as_bytes())?;
            out.flush()?;
        }
        failure.map_or(Ok(()), |why| Err(anyhow::anyhow!(why)))
    }
}

/// Rows below headings.
#[derive(Debug)]
pub(super) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(headings: &[&'static str]) -> Self {
        Self { headings: headings.to_vec(), rows: Vec::new() }
    }

    /// Adds a row with a cell for each heading.
    pub(super) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    fn text(&self) -> String {
        let mut widths: Vec<usize> = self.headings.iter().map(|heading| letters(heading)).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = letters(cell).max(*width);
            }
        }
        let mut text = String::new();
        let headings: Vec<String> = self.headings.iter().map(|heading| heading.to_uppercase()).collect();
        text.push_str(&format!("{SOFT}{}{SOFT:#}\n", in_columns(&headings, &widths)));
        for row in &self.rows {
            text.push_str(&in_columns(row, &widths));
            text.push('\n');
        }
        text
    }
}

fn in_columns(cells: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        line.push_str(cell);
        line.push_str(&" ".repeat(width - letters(cell) + 2));
    }
    line.truncate(line.trim_end().len());
    line
}

fn letters(text: &str) -> usize {
    text.chars().count()
}

/// A text that somebody else chose, safe to show on a terminal.
pub(super) fn shown(text: &str) -> String {
    display_text::show(text, CELL)
}

/// What was typed wrong, each fault with the flag it is about.
pub(super) fn faults(what: &str, faults: &Faults, flag: fn(&str) -> String) -> anyhow::Error {
    let mut text = what.to_owned();
    for (name, sentence) in faults.texts(Words::english()) {
        text.push_str(&format!("\n  {}: {sentence}", flag(&name)));
    }
    anyhow::anyhow!(text)
}

/// A number of things, in words: `1 app`, `2 apps`.
pub(super) fn count(number: i64, one: &str) -> String {
    match one.strip_suffix('y') {
        _ if number == 1 => format!("1 {one}"),
        Some(stem) => format!("{number} {stem}ies"),
        None => format!("{number} {one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_nothing_trails() {
        let mut table = Table::new(&["client id", "name"]);
        table.row(["ACME-AC-TOOL".to_owned(), "Töl".to_owned()]);
        table.row(["ACME-SP-X".to_owned(), "A longer name".to_owned()]);
        let plain = anstream::adapter::strip_str(&table.text()).to_string();
        assert_eq!(plain, "CLIENT ID     NAME\nACME-AC-TOOL  Töl\nACME-SP-X     A longer name\n");
    }

    #[test]
    fn a_name_cannot_move_the_cursor() {
        let hostile = shown("Good\u{1b}[2K\u{202e}eman\r\nroot");
        assert!(!hostile.chars().any(char::is_control), "{hostile:?}");
        assert!(!hostile.contains('\u{202e}'), "{hostile:?}");
    }
}
