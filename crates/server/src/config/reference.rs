//! The configuration reference in Markdown, made from the tree itself.

use std::fmt::Write as _;

use super::Config;

/// A section and its keys.
pub(super) struct Section {
    /// The table's name in the file; empty for the keys at its top.
    pub path: &'static str,
    pub about: String,
    pub keys: Vec<Key>,
}

/// One key.
pub(super) struct Key {
    pub section: &'static str,
    pub name: &'static str,
    pub about: String,
    pub kind: String,
    pub default: Option<String>,
    pub secret: bool,
}

impl Key {
    /// The key as it is named in messages: `section.name`.
    pub(super) fn path(&self) -> String {
        path(self.section, self.name)
    }
}

pub(super) fn path(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}

/// The environment variable of a key.
pub(super) fn variable(path: &str) -> String {
    format!("GRANTRY_{}", path.replace('.', "_").to_uppercase())
}

const HEAD: &str = "\
# Configuration

<!-- Made by `grantry config reference` from the doc comments of the settings; a test fails when it is stale. -->

Grantry runs without any configuration. What you want otherwise goes into a TOML file (`--config FILE`), into
environment variables, or, for the few keys that have one, into a flag: `--data`, `--database`, `--listen`,
`--ops-listen`, `--public-url`. A flag wins over the environment, and the environment over the file. A list in an
environment variable is separated by commas. A key that does not exist stops the start and is named. A secret can be
given as the path of a file that holds it, by the same key with `_file` at its end.
";

/// The page `docs/reference/config.md`.
#[must_use]
pub fn markdown() -> String {
    let mut page = HEAD.to_owned();
    for section in Config::sections() {
        let title =
            if section.path.is_empty() { "Top of the file".to_owned() } else { section_title(section.path) };
        line(&mut page, &format!("\n## {title}\n\n{}\n", section.about.trim()));
        page.push_str("| key | is | default | environment |\n|---|---|---|---|\n");
        for key in &section.keys {
            row(&mut page, key);
        }
    }
    page
}

fn section_title(path: &str) -> String {
    format!("`[{path}]`")
}

fn row(page: &mut String, key: &Key) {
    let default = key.default.as_ref().map_or_else(|| "none".to_owned(), |text| format!("`{text}`"));
    let twin = if key.secret { format!(", `{}_file`", key.name) } else { String::new() };
    let about = key.about.trim().replace('|', "\\|");
    let kind = key.kind.replace('|', "\\|");
    let variable = variable(&key.path());
    line(page, &format!("| `{}`{twin} | {about} *({kind})* | {default} | `{variable}` |", key.name));
}

fn line(page: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_reference_in_the_documentation_is_fresh() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/config.md");
        let stored = std::fs::read_to_string(file).unwrap_or_default();
        assert!(stored == markdown(), "write `grantry config reference` to docs/reference/config.md");
    }

    #[test]
    fn no_two_keys_share_a_variable() {
        let mut seen = HashSet::new();
        for key in Config::sections().iter().flat_map(|section| &section.keys) {
            assert!(seen.insert(variable(&key.path())), "{}", key.path());
            assert!(!key.about.trim().is_empty(), "{} says nothing", key.path());
        }
    }
}
