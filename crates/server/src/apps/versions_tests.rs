//! What an edit makes of the live version and the one that waits, before and after the first approval.

use grantry_oauth::time::Timestamp;
use grantry_store::app::{AppAccess, AppState};
use grantry_store::id::VersionId;

use super::*;
use crate::apps::RawApp;
use crate::apps::details::{Terms, check};
use crate::cached::KnownCatalogue;
use crate::config::CompatPreset;

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn details(uris: &[&str]) -> AppDetails {
    let raw = RawApp {
        code: "MYAPP".to_owned(),
        name: "My app".to_owned(),
        redirect_uris: uris.iter().map(|host| format!("https://{host}.example/cb")).collect(),
        ..RawApp::default()
    };
    let catalogue = KnownCatalogue::new("https://id.example", Vec::new()).expect("a catalogue");
    let terms = Terms {
        kind: AppKind::Store,
        catalogue: &catalogue,
        preset: CompatPreset::None,
        by_person: true,
        by_machine: false,
        before: None,
    };
    check(&raw, &terms).expect("details").details
}

fn version(number: u8, state: VersionState, uris: &[&str]) -> AppVersion {
    AppVersion {
        id: VersionId::new(NOW, [number; 10]),
        app_id: AppId::new(NOW, [1; 10]),
        number: number.into(),
        state,
        details: details(uris),
        created_by: None,
        created_at: NOW,
    }
}

fn versions(listing: Listing, live: &[&str], waiting: Option<(VersionState, &[&str])>) -> Versions {
    let waiting = waiting.map(|(state, uris)| version(2, state, uris));
    let live = version(1, VersionState::Live, live);
    let app = StoredApp {
        id: live.app_id.clone(),
        account_id: AccountId::new(NOW, [1; 10]),
        kind: AppKind::Store,
        code: "MYAPP".to_owned(),
        client_id: "SDXE-AC-MYAPP".to_owned(),
        access: AppAccess::Scope,
        state: AppState::Active,
        listing,
        live_version_id: Some(live.id.clone()),
        draft_version_id: waiting.as_ref().map(|waiting| waiting.id.clone()),
        created_by: None,
        created_at: NOW,
        updated_at: NOW,
    };
    Versions { app, live, waiting }
}

fn planned(versions: &Versions, wanted: &[&str]) -> Option<(Option<AppDetails>, Waiting)> {
    let plan = plan(versions, &details(wanted), Harmless::Live, |_| true);
    match plan {
        Ok(plan) => Some((plan.live, plan.waiting)),
        Err(Refused::UnderReview) => None,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn before_the_first_approval_everything_is_live_at_once() {
    let versions = versions(Listing::Unlisted, &["a"], None);
    assert_eq!(planned(&versions, &["a", "b"]), Some((Some(details(&["a", "b"])), Waiting::Same)));
}

// security: C07
#[test]
fn what_is_submitted_for_the_first_approval_can_only_become_less() {
    let both: (_, &[&str]) = (VersionState::Submitted, &["a", "b"]);
    let versions = versions(Listing::Unlisted, &["a", "b"], Some(both));
    assert_eq!(planned(&versions, &["a", "c"]), None);
    let less = || details(&["a"]);
    assert_eq!(planned(&versions, &["a"]), Some((Some(less()), Waiting::Next(Box::new(less())))));
}

// security: C07
#[test]
fn what_an_approved_app_wants_more_waits_as_a_draft_that_later_edits_replace_or_take_back() {
    for listing in [Listing::Approved, Listing::Published] {
        let first = versions(listing, &["a"], None);
        assert_eq!(planned(&first, &["a", "b"]), Some((None, Waiting::Next(Box::new(details(&["a", "b"]))))));
        let draft: (_, &[&str]) = (VersionState::Draft, &["a", "b"]);
        let second = versions(listing, &["a"], Some(draft));
        assert_eq!(
            planned(&second, &["a", "c"]),
            Some((None, Waiting::Next(Box::new(details(&["a", "c"])))))
        );
        assert_eq!(planned(&second, &["a"]), Some((None, Waiting::Gone)));
    }
}

// security: C07
#[test]
fn while_reviewers_look_an_approved_app_can_lose_things_in_both_versions_and_gain_none() {
    let asked: (_, &[&str]) = (VersionState::Submitted, &["a", "b", "c"]);
    let versions = versions(Listing::Published, &["a", "b"], Some(asked));
    assert_eq!(planned(&versions, &["a", "b", "c", "d"]), None);
    let less = || details(&["a", "c"]);
    assert_eq!(
        planned(&versions, &["a", "c"]),
        Some((Some(details(&["a"])), Waiting::Next(Box::new(less()))))
    );
    assert_eq!(
        planned(&versions, &["a"]),
        Some((Some(details(&["a"])), Waiting::Gone)),
        "nothing is left to ask"
    );
}
