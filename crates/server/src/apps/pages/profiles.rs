//! What each security profile changes, told by the rules themselves: the page and the protocol cannot disagree.

use std::sync::Arc;

use axum::extract::State;
use grantry_oauth::client::Profile;

use crate::app::App;
use crate::web::{Answer, Page, Visitor, Words, page};

/// A line of the table: what it is about, and what each profile says to it.
#[derive(Debug)]
struct Row {
    title: String,
    /// With the profile's name, for narrow screens.
    cells: Vec<(String, String)>,
}

#[derive(askama::Template)]
#[template(path = "apps/profiles.html")]
struct Profiles {
    page: Page,
    names: Vec<String>,
    rows: Vec<Row>,
}

/// Something that a profile demands or leaves open.
type Rule = (&'static str, fn(Profile) -> bool);

/// Each has three sentences: its name, and what is so with it and without it.
const RULES: [Rule; 8] = [
    ("pkce", |profile| !profile.lets_pkce_out()),
    ("par", Profile::demands_par),
    ("proof", |profile| !profile.takes_secrets()),
    ("dpop", Profile::demands_dpop),
    ("request", |profile| !profile.takes_unsigned_requests()),
    ("audience", |profile| !profile.takes_endpoint_audience()),
    ("redirect", Profile::demands_https),
    ("public", Profile::takes_public_clients),
];

/// `GET /apps/profiles`
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Answer {
    let words = visitor.words;
    let names = Profile::ALL.map(|profile| name(profile, words)).to_vec();
    let page = visitor.page(&app, words.get("apps-profiles-title"), "store-apps");
    Ok(page::ok(&Profiles { page, names, rows: rows(words) }))
}

fn name(profile: Profile, words: Words) -> String {
    words.get(&format!("apps-profile-{}", profile.as_str()))
}

fn rows(words: Words) -> Vec<Row> {
    let row = |title: &str, cell: &dyn Fn(Profile) -> String| Row {
        title: words.get(title),
        cells: Profile::ALL.map(|profile| (name(profile, words), cell(profile))).to_vec(),
    };
    let made_for = |profile: Profile| words.get(&format!("apps-profile-{}-help", profile.as_str()));
    let rule = |(name, holds): &Rule| {
        let cell = |profile| {
            let tail = if holds(profile) { "yes" } else { "no" };
            words.get(&format!("apps-profiles-{name}-{tail}"))
        };
        row(&format!("apps-profiles-{name}"), &cell)
    };
    let algs =
        |profile: Profile| profile.algs().iter().map(|alg| alg.as_str()).collect::<Vec<_>>().join(", ");
    let mut rows = vec![row("apps-profiles-for", &made_for)];
    rows.extend(RULES.iter().map(rule));
    rows.push(row("apps-profiles-algs", &algs));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_sentences_and_tells_some_profile_from_another() {
        for (name, _) in RULES {
            for key in ["", "-yes", "-no"].map(|tail| format!("apps-profiles-{name}{tail}")) {
                assert!(Words::english().knows(&key), "{key}");
            }
        }
        for row in rows(Words::english()) {
            assert_eq!(row.cells.len(), 3);
            assert!(row.cells.iter().any(|(_, cell)| *cell != row.cells[0].1), "{}", row.title);
        }
    }
}
