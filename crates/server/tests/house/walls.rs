//! Who may know whom: `oauth ← store ← server`, and features of the server only through their use-cases.

use std::fs;

use crate::source::{Source, code, every_rust, root, uses};

/// A fragment of code that files under `within` may hold only below one of `except`.
struct Wall {
    within: &'static str,
    except: &'static [&'static str],
    banned: &'static [&'static str],
    because: &'static str,
}

const WALLS: &[Wall] = &[
    Wall {
        within: "crates/oauth/",
        except: &[],
        banned: &["grantry_store", "grantry::", "grantry_testkit", "rusqlite", "tokio_postgres"],
        because: "the rules know neither the memory nor the house",
    },
    Wall {
        within: "crates/oauth/src/",
        except: &[],
        banned: &[
            "tokio",
            "axum",
            "hyper",
            "reqwest",
            "async fn",
            "std::fs",
            "std::net",
            "std::process",
            "std::env",
            "Instant::now",
        ],
        because: "the rules are pure: no input or output, no clock, no HTTP framework",
    },
    Wall {
        within: "crates/store/",
        except: &[],
        banned: &["grantry::", "grantry_testkit", "axum", "hyper", "reqwest"],
        because: "the memory knows neither the house nor HTTP",
    },
    Wall {
        within: "crates/store/src/",
        except: &["crates/store/src/engine.rs", "crates/store/src/engine/"],
        banned: &["rusqlite::", "tokio_postgres::", "deadpool_postgres::"],
        because: "only the engine knows that there are two engines",
    },
    Wall {
        within: "crates/server/src/",
        except: &[],
        banned: &["rusqlite::", "tokio_postgres::", "deadpool_postgres::", "jsonwebtoken::"],
        because: "SQL lives in the store, and signatures in oauth::jose",
    },
    Wall {
        within: "crates/server/src/",
        except: &["crates/server/src/outbound.rs", "crates/server/src/outbound/"],
        banned: &["reqwest::"],
        because: "every outward call goes through the guard of `outbound`",
    },
    Wall {
        within: "crates/verify/",
        except: &[],
        banned: &["grantry_store", "grantry::"],
        because: "an API behind the server links the rules and nothing else of it",
    },
];

#[test]
fn no_crate_reaches_over_its_wall() -> anyhow::Result<()> {
    let mut broken = Vec::new();
    for file in every_rust()? {
        let code = code(&file.text);
        for wall in WALLS.iter().filter(|w| file.path.starts_with(w.within)) {
            if wall.except.iter().any(|open| file.path.starts_with(open)) {
                continue;
            }
            for word in wall.banned.iter().filter(|word| has_word(&code, word)) {
                broken.push(format!("{}: `{word}`, but {}", file.path, wall.because));
            }
        }
    }
    assert!(broken.is_empty(), "walls broken:\n{}", broken.join("\n"));
    Ok(())
}

/// Whether `code` holds `word` where no longer name ends in it (`hyper` is not in `my_hyper`).
fn has_word(code: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    let whole = !word.ends_with(':');
    code.match_indices(word).any(|(at, _)| {
        let before = code.get(..at).and_then(|head| head.chars().next_back());
        let after = code.get(at + word.len()..).and_then(|tail| tail.chars().next());
        !(before.is_some_and(part_of_name) || whole && after.is_some_and(part_of_name))
    })
}

/// Folders of the server that are furniture or composition, not features: everybody may use them.
const FURNITURE: [&str; 2] = ["web", "config"];

#[test]
fn a_feature_never_imports_the_pages_or_api_of_another() -> anyhow::Result<()> {
    let mut features = Vec::new();
    for entry in fs::read_dir(root()?.join("crates/server/src"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() && !FURNITURE.contains(&name.as_str()) {
            features.push(name);
        }
    }
    let mut broken = Vec::new();
    for file in every_rust()? {
        let Some((home, _)) = file.path.strip_prefix("crates/server/src/").and_then(|p| p.split_once('/'))
        else {
            continue; // routes.rs, app.rs and their like put the features together
        };
        for (feature, path) in foreign_pages(&file, home, &features) {
            broken.push(format!(
                "{}: `{path}` is the front of `{feature}`; call its use-case instead",
                file.path
            ));
        }
    }
    assert!(broken.is_empty(), "features reach into each other:\n{}", broken.join("\n"));
    Ok(())
}

fn foreign_pages(file: &Source, home: &str, features: &[String]) -> Vec<(String, String)> {
    let code = code(&file.text);
    let mut found = Vec::new();
    for feature in features.iter().filter(|f| *f != home) {
        for front in ["pages", "api"] {
            let wanted = format!("{feature}::{front}");
            let imported = uses(&code).into_iter().filter(|path| has_word(path, &wanted));
            let inline = has_word(&code, &wanted).then(|| wanted.clone());
            if let Some(path) = imported.chain(inline).next() {
                found.push((feature.clone(), path));
            }
        }
    }
    found
}

#[test]
fn the_wall_between_features_sees_grouped_imports_and_inline_paths() {
    let features = ["apps".to_owned(), "consent".to_owned()];
    let file = |text: &str| Source { path: String::new(), text: text.to_owned() };
    assert_eq!(
        foreign_pages(&file("use crate::{web, apps::{pages::Form, register}};"), "consent", &features).len(),
        1
    );
    assert_eq!(foreign_pages(&file("fn f() { crate::apps::api::list() }"), "consent", &features).len(), 1);
    assert!(foreign_pages(&file("use crate::apps::{pages, api};"), "apps", &features).is_empty());
    assert!(
        foreign_pages(&file("use crate::apps::register; // not apps::pages"), "consent", &features)
            .is_empty()
    );
    assert!(foreign_pages(&file("use crate::my_apps::pages_of;"), "consent", &features).is_empty());
}
