//! Every word that a template or the code asks for has been written.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use grantry::web::Words;
use grantry_testkit::World;

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

/// The messages of a language: key, and the names of the values in it, from the files as they are.
fn messages(language: &str) -> Vec<(String, BTreeSet<String>, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    files(&root.join("locales").join(language), "ftl", &mut sources);
    let mut found: Vec<(String, BTreeSet<String>, String)> = Vec::new();
    for path in sources {
        let text = fs::read_to_string(&path).expect("a source is readable");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let begins = line.split_once(" =").filter(|(key, _)| !key.starts_with([' ', '*', '[', '}']));
            if let Some((key, _)) = begins {
                let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                found.push((key.to_owned(), BTreeSet::new(), file));
            }
            let Some((_, values, _)) = found.last_mut() else { continue };
            values.extend(line.split('$').skip(1).map(|rest| {
                rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
            }));
        }
    }
    found
}

#[test]
fn no_message_is_written_twice_in_a_language() {
    for language in Words::tags() {
        let mut seen = BTreeSet::new();
        let twice = messages(language).into_iter().filter(|(key, _, _)| !seen.insert(key.clone()));
        let twice: Vec<String> = twice.map(|(key, _, file)| format!("{language}/{file}: {key}")).collect();
        assert!(twice.is_empty(), "the later one wins:\n{}", twice.join("\n"));
    }
}

#[test]
fn other_languages_say_what_english_says_with_the_same_values_and_in_the_same_file() {
    let english = messages("en");
    assert!(english.len() > 200, "the search found only {} messages", english.len());
    let mut wrong = Vec::new();
    for language in Words::tags().into_iter().filter(|tag| *tag != "en") {
        for (key, values, file) in messages(language) {
            match english.iter().find(|(known, _, _)| *known == key) {
                None => wrong.push(format!("{language}/{file}: nobody asks for {key}")),
                Some((_, theirs, there)) if *theirs != values || *there != file => {
                    wrong.push(format!("{language}/{file}: {key} {values:?}, but en/{there}: {theirs:?}"));
                }
                Some(_) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn people_read_their_own_language() {
    let world = World::new().await;
    let german = [("Accept-Language", "de-CH,de;q=0.9,en;q=0.5")];
    let page = world.send("GET", "/account/login", &german, "").await;
    assert!(page.body.contains("<html lang=\"de\">") && page.says("Passwort vergessen?"));
    let acme = world.developer("ACME").await;
    let mut ada = world.signed_in(&acme.admin).await;
    let form = ada.form("/account/profile", "Save language").await.with("language", "de");
    assert!(ada.submits(&form).await.says("Ihr Profil"), "the choice counts more than the browser");
    let reset = ada.form("/account/reset-password", "Link schicken").await;
    ada.posts(&reset.with("email", &acme.admin.email)).await;
    let mails = world.mails_to(&acme.admin.email).await;
    assert!(mails[0].text.starts_with("Hallo Ada"), "{}", mails[0].text);
    let form = ada.form("/account/profile", "Sprache speichern").await.with("language", "");
    assert!(ada.submits(&form).await.says("Your profile"), "back to what the browser asks for");
}
