//! What may be linked: licences, sources and banned crates of `deny.toml`, checked without `cargo-deny`.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::Context;
use serde::Deserialize;

use crate::source::root;

#[derive(Deserialize)]
struct Rules {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
    #[serde(default)]
    wrappers: Vec<String>,
}

/// A crate that is built for the workspace, its tests included, as `cargo tree` prints it.
struct Built {
    name: String,
    /// Everything after the name: the version, and where it comes from unless that is crates.io.
    origin: String,
    licence: String,
    /// The crate that asks for it; empty for our own.
    parent: String,
}

fn rules() -> anyhow::Result<Rules> {
    let text = std::fs::read_to_string(root()?.join("deny.toml"))?;
    toml::from_str(&text).context("deny.toml")
}

/// One entry for each edge of the dependency graph. `cargo tree` resolves features as a build does; `cargo metadata`
/// also lists optional crates that no build contains.
fn every_edge() -> anyhow::Result<Vec<Built>> {
    let out = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--locked", "--offline", "--edges=normal,build,dev", "--color=never"])
        .args(["--prefix=depth", "--format=|{p}|{l}|"])
        .current_dir(root()?)
        .output()?;
    anyhow::ensure!(out.status.success(), "cargo tree: {}", String::from_utf8_lossy(&out.stderr));
    let mut edges: Vec<Built> = Vec::new();
    let mut above: Vec<String> = Vec::new();
    for line in String::from_utf8(out.stdout)?.lines().filter(|line| !line.is_empty()) {
        let mut fields = line.split('|');
        let depth: usize = fields.next().unwrap_or_default().parse().with_context(|| line.to_owned())?;
        let package = fields.next().with_context(|| line.to_owned())?;
        let (name, origin) = package.split_once(' ').with_context(|| line.to_owned())?;
        above.truncate(depth);
        edges.push(Built {
            name: name.to_owned(),
            origin: origin.to_owned(),
            licence: fields.next().unwrap_or_default().to_owned(),
            parent: above.last().cloned().unwrap_or_default(),
        });
        above.push(name.to_owned());
    }
    anyhow::ensure!(edges.iter().any(|edge| edge.name == "aws-lc-rs"), "the graph was not read");
    Ok(edges)
}

#[test]
fn every_dependency_has_an_allowed_licence_and_source_and_is_not_banned() -> anyhow::Result<()> {
    let rules = rules()?;
    let mut broken = BTreeSet::new();
    for edge in every_edge()? {
        if !allowed(&edge.licence, &rules.licenses.allow) {
            broken.insert(format!("{}: licence {:?}", edge.name, edge.licence));
        }
        // In brackets: `proc-macro`, a path of the workspace, a git address or another registry.
        if edge.origin.contains("://") {
            broken.insert(format!("{}: from {}", edge.name, edge.origin));
        }
        for ban in rules.bans.deny.iter().filter(|ban| ban.name == edge.name) {
            if !ban.wrappers.contains(&edge.parent) {
                broken.insert(format!("{} brings {}: {}", edge.parent, ban.name, ban.reason));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.into_iter().collect::<Vec<_>>().join("\n"));
    Ok(())
}

/// Whether an SPDX expression can be met: some alternative of every joined part is on the list.
fn allowed(expression: &str, list: &BTreeSet<String>) -> bool {
    let expression = expression.replace(" / ", " OR ").replace('/', " OR ");
    let mut depth = 0_i32;
    let mut parts = vec![String::new()];
    for word in expression.replace('(', " ( ").replace(')', " ) ").split_whitespace() {
        match word {
            "(" => depth += 1,
            ")" => depth -= 1,
            // `A OR B AND C` without brackets is read as `(A OR B) AND C`: stricter than SPDX, and nothing needs less.
            "AND" if depth == 0 => parts.push(String::new()),
            _ => {
                if let Some(part) = parts.last_mut() {
                    part.push_str(word);
                    part.push(' ');
                }
            }
        }
    }
    parts.iter().all(|part| part.split(" OR ").any(|one| list.contains(one.trim())))
}

#[test]
fn licence_expressions_are_read_as_written() -> anyhow::Result<()> {
    let list = rules()?.licenses.allow;
    for good in ["MIT", "MIT/Apache-2.0", "GPL-2.0-only OR MIT", "(MIT OR GPL-3.0) AND Unicode-3.0"] {
        assert!(allowed(good, &list), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "(GPL-3.0 OR AGPL-3.0) AND MIT", "none stated", ""] {
        assert!(!allowed(bad, &list), "{bad}");
    }
    Ok(())
}
