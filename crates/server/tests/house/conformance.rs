//! `docs/reference/conformance.md`: every requirement with the tests that name it, made from their `// security:` comments.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::ensure;
use serde::Deserialize;

use crate::source::{every_rust, root};

const MOST_WITHOUT_A_TEST: usize = 8;

#[derive(Deserialize)]
struct Requirements {
    section: Vec<Section>,
    /// Id and reason.
    not: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Section {
    title: String,
    /// Id, and what it asks with where that is written.
    #[serde(flatten)]
    lines: BTreeMap<String, [String; 2]>,
}

/// Where a test is: its file and its name.
type Test = (String, String);

#[test]
fn every_requirement_has_a_test_that_names_it_or_a_reason_why_not() -> anyhow::Result<()> {
    let text = std::fs::read_to_string(root()?.join("crates/server/tests/house/requirements.toml"))?;
    let known: Requirements = toml::from_str(&text)?;
    let tests = citations()?;
    let lines = known.section.iter().flat_map(|section| section.lines.keys());
    let mut wrong = Vec::new();
    for id in lines.clone() {
        match (tests.contains_key(id), known.not.contains_key(id)) {
            (false, false) => wrong.push(format!("{id}: no test names it, and no reason is given")),
            (true, true) => wrong.push(format!("{id}: a test names it, so it needs no reason")),
            _ => {}
        }
    }
    for id in tests.keys().chain(known.not.keys()) {
        if !lines.clone().any(|line| line == id) {
            wrong.push(format!("{id} is not in the list"));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    ensure!(
        known.not.len() <= MOST_WITHOUT_A_TEST,
        "{} requirements without a test; at most {MOST_WITHOUT_A_TEST} may have none",
        known.not.len()
    );

    grantry_testkit::is_fresh("conformance.md", &page(&known, &tests));
    Ok(())
}

/// The tests that name each requirement. A comment that is not above a test is an error.
fn citations() -> anyhow::Result<BTreeMap<String, Vec<Test>>> {
    let mut found: BTreeMap<String, Vec<Test>> = BTreeMap::new();
    // The folder of the house rules writes about such comments.
    for file in every_rust()?.into_iter().filter(|file| !file.path.contains("/tests/house/")) {
        let mut cited = Vec::new();
        for line in file.text.lines().map(str::trim) {
            if let Some(ids) = line.strip_prefix("// security: ") {
                cited.extend(ids.split(", ").map(str::to_owned));
            } else if let Some((_, signature)) = line.split_once("fn ").filter(|_| !cited.is_empty()) {
                let name = signature.split(['(', '<']).next().unwrap_or_default().to_owned();
                for id in cited.drain(..) {
                    found.entry(id).or_default().push((file.path.clone(), name.clone()));
                }
            } else {
                let between = line.starts_with("//") || line.starts_with("#[") || line.ends_with("! {");
                ensure!(cited.is_empty() || between, "{}: {cited:?} is not above a test", file.path);
            }
        }
        ensure!(cited.is_empty(), "{}: {cited:?} is not above a test", file.path);
    }
    Ok(found)
}

fn page(known: &Requirements, tests: &BTreeMap<String, Vec<Test>>) -> String {
    let mut page = "# Conformance\n\n\
        <!-- Made from the tests by a test, which fails and writes it anew when it is stale. -->\n\n\
        What the specifications and the known faults of other servers ask of Grantry, and the tests that show it. All\n\
        of them run in `scripts/test`; those below `crates/server/tests/it` drive a running server.\n"
        .to_owned();
    for section in &known.section {
        let _ = write!(page, "\n## {}\n", section.title);
        for (id, [says, source]) in &section.lines {
            let _ = write!(page, "\n**{id}** {says} *({source})*\n\n");
            if let Some(reason) = known.not.get(id) {
                let _ = writeln!(page, "No test: {reason}");
            }
            for (path, name) in tests.get(id).into_iter().flatten() {
                let _ = writeln!(page, "- [{}](../../{path}): {}", short(path), name.replace('_', " "));
            }
        }
    }
    page
}

/// A path as a person says it: without what every path has.
fn short(path: &str) -> String {
    path.trim_start_matches("crates/").trim_end_matches(".rs").replace("/tests/", "/").replace("/src/", "/")
}
