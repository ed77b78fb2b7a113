//! Reads the repository for the house rules: files, code without comments, flattened `use` lines.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// A text file of the repository.
pub(crate) struct Source {
    /// Relative to the root of the repository, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Folders that hold no sources of ours: build output, installed packages, data of a server that ran here.
const NOT_OURS: [&str; 8] =
    ["target", ".git", "node_modules", "grantry-data", "grantry-demo", "results", ".venv", "__pycache__"];

pub(crate) fn root() -> anyhow::Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_path_buf).context("two folders up")
}

/// Every text file of the repository, in order; pictures and other binary files are left out.
pub(crate) fn every_text() -> anyhow::Result<Vec<Source>> {
    let root = root()?;
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if NOT_OURS.contains(&name.as_str()) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if let Ok(text) = fs::read_to_string(entry.path()) {
                let path = entry.path().strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
                found.push(Source { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    anyhow::ensure!(
        found.len() > 20,
        "only {} files below {}: is this the repository?",
        found.len(),
        root.display()
    );
    Ok(found)
}

/// Every Rust file of the repository.
pub(crate) fn every_rust() -> anyhow::Result<Vec<Source>> {
    Ok(every_text()?.into_iter().filter(|s| s.path.ends_with(".rs")).collect())
}

/// The lines of a Rust file without `//` comments. Strings stay, so a rule must look for code, not for words.
pub(crate) fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Every path that a `use` declaration of `code` names, with its braces multiplied out.
pub(crate) fn uses(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for declaration in code.split(';') {
        let words = declaration.split_whitespace().collect::<Vec<_>>();
        let Some(at) = words.iter().rposition(|word| *word == "use") else { continue };
        let tree = words.get(at + 1..).unwrap_or_default().join(" ");
        flatten("", &tree, &mut found);
    }
    found
}

fn flatten(before: &str, tree: &str, found: &mut Vec<String>) {
    for branch in split_outside_braces(tree) {
        match branch.split_once('{') {
            Some((stem, rest)) => {
                let inside = rest.trim_end().strip_suffix('}').unwrap_or(rest);
                flatten(&format!("{before}{}", stem.trim()), inside, found);
            }
            None => found.push(format!("{before}{}", branch.trim())),
        }
    }
}

fn split_outside_braces(tree: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    tree.split(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
    .filter(|branch| !branch.trim().is_empty())
    .collect()
}

#[test]
fn nested_use_declarations_are_multiplied_out() {
    let found = uses("mod x;\npub(crate) use a::{b::{c, d as e}, f};\nuse g::*;\nfn use_it() {}");
    assert_eq!(found, ["a::b::c", "a::b::d as e", "a::f", "g::*"]);
}
