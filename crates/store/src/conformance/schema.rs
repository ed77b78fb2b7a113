//! Every statement prepares, and both engines have the same tables.

use super::{Place, on_both_engines};
use crate::STATEMENTS;

on_both_engines! {
    every_statement_prepares,
}

async fn every_statement_prepares(place: &Place) {
    let store = place.server().await;
    let mut prepared = 0;
    for (file, statements) in STATEMENTS {
        for (name, text) in *statements {
            store.engine.prepares(text).await.unwrap_or_else(|error| panic!("{file}::{name}: {error}"));
            prepared += 1;
        }
    }
    assert!(prepared > 100, "only {prepared} statements are listed");
}

#[test]
fn every_file_with_statements_is_listed() {
    let src = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(src).expect("the sources") {
        let path = entry.expect("a file").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if path.is_file() && std::fs::read_to_string(&path).expect("a text").contains("\ncrate::sql! {") {
            files.push(name);
        }
    }
    files.sort();
    let listed: Vec<_> = STATEMENTS.iter().map(|(file, _)| *file).collect();
    assert_eq!(files, listed);
}
