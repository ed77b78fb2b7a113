//! `docs/reference/suites.md`: every test that it names is one.

use std::collections::BTreeSet;

use anyhow::ensure;

use crate::source::{every_rust, root};

#[test]
fn every_test_that_the_page_about_the_suites_names_is_there() -> anyhow::Result<()> {
    let mut tests = BTreeSet::new();
    for source in every_rust()? {
        let named = source.text.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next());
        tests.extend(named.map(str::to_owned));
    }
    let page = std::fs::read_to_string(root()?.join("docs/reference/suites.md"))?;
    // Names of tests are the only words in that page with four underscores.
    let quoted = page.split('`').skip(1).step_by(2);
    let named: Vec<&str> =
        quoted.filter(|word| word.matches('_').count() > 3 && !word.contains(' ')).collect();
    ensure!(named.len() > 60, "only {} tests are named", named.len());
    let missing: Vec<&str> = named.into_iter().filter(|name| !tests.contains(*name)).collect();
    ensure!(missing.is_empty(), "no such test: {missing:?}");
    Ok(())
}
