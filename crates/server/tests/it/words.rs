//! Every word that a template or the code asks for has been written.

use std::fs;
use std::path::{Path, PathBuf};

use grantry::web::Words;

fn files(directory: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
}

#[test]
fn every_key_has_an_english_message() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    files(&root.join("templates"), "html", &mut sources);
    files(&root.join("src"), "rs", &mut sources);
    let words = Words::english();
    let mut asked = 0;
    let mut missing = Vec::new();
    for path in sources {
        let text = fs::read_to_string(&path).expect("a source is readable");
        for call in ["t.get(\"", "t.with(\"", "t.all(\"", "t.count(\"", "words.get(\"", "words.with(\""] {
            for (at, _) in text.match_indices(call) {
                let key: String = text[at + call.len()..].chars().take_while(|c| *c != '"').collect();
                asked += 1;
                if !words.knows(&key) {
                    missing.push(format!("{}: {key}", path.display()));
                }
            }
        }
    }
    assert!(asked >= 4, "the search found hardly any key: it looks for the wrong thing");
    assert!(missing.is_empty(), "words without a message:\n{}", missing.join("\n"));
}

#[test]
fn every_kind_of_problem_has_a_title_and_advice() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    files(&root.join("src"), "rs", &mut sources);
    let words = Words::english();
    let mut kinds = 0;
    for path in sources {
        let text = fs::read_to_string(&path).expect("a source is readable");
        for (at, _) in text.match_indices("StatusCode::") {
            let rest = &text[at..];
            let Some((_, tail)) = rest.split_once(", \"") else { continue };
            let between = &rest[..rest.len() - tail.len()];
            let is_problem = between.len() < 60 && text[..at].trim_end().ends_with("::new(");
            if is_problem {
                let kind: String = tail.chars().take_while(|c| *c != '"').collect();
                kinds += 1;
                for part in ["title", "advice"] {
                    assert!(
                        words.knows(&format!("problem-{kind}-{part}")),
                        "problem-{kind}-{part} is missing"
                    );
                }
            }
        }
    }
    assert!(kinds > 5, "the search found only {kinds} kinds of problem: it looks for the wrong thing");
}
