//! Names and sizes of files, what a file begins with, and words that must not be in one.

use crate::source::{code, every_rust, every_text};

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 11] = [
    "utils", "common", "helpers", "core", "shared", "types", "models", "manager", "service", "handler",
    "impl",
];

const LONGEST_FILE: usize = 800;

#[test]
fn no_file_folder_or_module_has_an_empty_name() -> anyhow::Result<()> {
    let mut broken = Vec::new();
    for file in every_rust()? {
        let words = file.path.trim_end_matches(".rs").split('/');
        if let Some(name) = words.into_iter().find(|word| EMPTY_NAMES.contains(word)) {
            broken.push(format!("{}: `{name}`", file.path));
        }
        for line in code(&file.text).lines() {
            let module = line.split_once("mod ").map(|(_, rest)| rest.trim_end_matches([' ', '{', ';']));
            if module.is_some_and(|name| EMPTY_NAMES.contains(&name)) {
                broken.push(format!("{}: {}", file.path, line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "name these for what is in them:\n{}", broken.join("\n"));
    Ok(())
}

#[test]
fn no_source_file_is_longer_than_800_lines() -> anyhow::Result<()> {
    let sources = [".rs", ".html", ".css", ".js", ".mjs", ".sql", ".sh", ".py", ".rb"];
    let long = every_text()?
        .into_iter()
        .filter(|file| sources.iter().any(|end| file.path.ends_with(end)))
        .filter(|file| file.text.lines().count() > LONGEST_FILE)
        .map(|file| format!("{}: {} lines", file.path, file.text.lines().count()))
        .collect::<Vec<_>>();
    assert!(long.is_empty(), "split by noun:\n{}", long.join("\n"));
    Ok(())
}

#[test]
fn every_rust_file_begins_with_what_it_owns() -> anyhow::Result<()> {
    let silent = every_rust()?
        .into_iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| file.path)
        .collect::<Vec<_>>();
    assert!(
        silent.is_empty(),
        "the first line says in one sentence what the file owns:\n{}",
        silent.join("\n")
    );
    Ok(())
}

#[test]
fn work_left_for_later_names_its_place() -> anyhow::Result<()> {
    let mut broken = Vec::new();
    for file in every_text()?.into_iter().filter(|file| !file.path.starts_with("crates/server/tests/house/"))
    {
        for (number, line) in file.text.lines().enumerate() {
            for word in ["TODO", "FIXME", "XXX"] {
                let whole = line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == word);
                if whole && !line.contains(&format!("{word}(")) {
                    broken.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "write `TODO(where it is decided or tracked): …`:\n{}", broken.join("\n"));
    Ok(())
}

#[test]
fn no_test_is_switched_off() -> anyhow::Result<()> {
    let mark = concat!("#[igno", "re");
    let off = every_rust()?
        .into_iter()
        .filter(|file| code(&file.text).contains(mark))
        .map(|file| file.path)
        .collect::<Vec<_>>();
    assert!(off.is_empty(), "a test that does not run proves nothing:\n{}", off.join("\n"));
    Ok(())
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() -> anyhow::Result<()> {
    // Written in two parts, so that this list does not find itself.
    let places = [
        concat!("/wo", "rk/"),
        concat!("/tmp/", "wt"),
        concat!("/tmp/", "tgt"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("C:", "\\Users"),
    ];
    let mut broken = Vec::new();
    for file in every_text()? {
        for (number, line) in file.text.lines().enumerate() {
            if let Some(place) = places.iter().find(|place| line.contains(**place)) {
                broken.push(format!("{}:{}: {place}", file.path, number + 1));
            }
        }
    }
    assert!(broken.is_empty(), "paths of one machine:\n{}", broken.join("\n"));
    Ok(())
}
