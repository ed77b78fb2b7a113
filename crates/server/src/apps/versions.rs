//! The versions of an app that matter: the live one, and the one that waits to become live; and what an edit makes of
//! them.

use grantry_store::app::{App as StoredApp, AppKind, Listing};
use grantry_store::app_version::{AppDetails, AppVersion, VersionState};
use grantry_store::audit::{Action, Entry, Origin};
use grantry_store::id::{AccountId, AppId};

use super::split::{self, Split, split};
use super::{Refused, edit, object};
use crate::app::App;
use crate::config::Harmless;

/// An app with the versions that matter.
#[derive(Debug, Clone)]
pub struct Versions {
    pub app: StoredApp,
    /// The one that counts.
    pub live: AppVersion,
    /// A draft, or what was submitted.
    pub waiting: Option<AppVersion>,
}

impl Versions {
    /// What an edit begins with: what was wanted last.
    #[must_use]
    pub fn latest(&self) -> &AppVersion {
        self.waiting.as_ref().unwrap_or(&self.live)
    }

    /// The version that reviewers are asked about.
    #[must_use]
    pub fn submitted(&self) -> Option<&AppVersion> {
        self.waiting.as_ref().filter(|version| version.state == VersionState::Submitted)
    }

    /// Whether changes that widen it wait for approval. Custom apps are for their own account and are never reviewed.
    #[must_use]
    pub fn is_reviewed(&self) -> bool {
        match (self.app.kind, self.app.listing) {
            (AppKind::Custom, _) | (AppKind::Store, Listing::Unlisted) => false,
            (AppKind::Store, Listing::Approved | Listing::Published) => true,
        }
    }
}

/// An app of the account with its versions.
///
/// # Errors
/// [`Refused::Missing`], or the store's.
pub async fn find(app: &App, account: &AccountId, id: &AppId) -> Result<Versions, Refused> {
    let (found, live) = edit::find(app, account, id).await?;
    let waiting = match &found.draft_version_id {
        Some(draft) => app.store.reader().find_version(account, id, draft).await?,
        None => None,
    };
    Ok(Versions { app: found, live, waiting })
}

/// What an edit makes of the versions.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// What is live from now on, when that is something else.
    pub(super) live: Option<AppDetails>,
    pub(super) waiting: Waiting,
}

/// What becomes of the version that waits.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    Same,
    Next(Box<AppDetails>),
    /// There is nothing to approve any more.
    Gone,
}

/// Finds out what an edit makes of the versions.
///
/// # Errors
/// [`Refused::UnderReview`] for asking for more than what reviewers are looking at.
pub(super) fn plan(
    versions: &Versions,
    wanted: &AppDetails,
    harmless: Harmless,
    is_coherent: impl Fn(&AppDetails) -> bool,
) -> Result<Plan, Refused> {
    let submitted = versions.submitted();
    if submitted.is_some_and(|submitted| !split::is_within(wanted, &submitted.details, harmless)) {
        return Err(Refused::UnderReview);
    }
    let live = &versions.live.details;
    let Split { live_now, draft } = if versions.is_reviewed() {
        split(live, wanted, harmless, is_coherent)
    } else {
        // What is submitted for the first approval is what is live, so it follows.
        Split { live_now: wanted.clone(), draft: submitted.map(|_| wanted.clone()) }
    };
    let waiting = match (draft, &versions.waiting) {
        (None, None) => Waiting::Same,
        (Some(next), Some(before)) if next == before.details => Waiting::Same,
        (Some(next), _) => Waiting::Next(Box::new(next)),
        (None, Some(_)) => Waiting::Gone,
    };
    Ok(Plan { live: (live_now != *live).then_some(live_now), waiting })
}

/// Discards the draft of an app; what is live stays as it is.
///
/// # Errors
/// [`Refused::OtherState`] without a draft, [`Refused::UnderReview`] for what is submitted.
pub async fn discard(app: &App, origin: &Origin, (account, id): (&AccountId, &AppId)) -> Result<(), Refused> {
    let versions = find(app, account, id).await?;
    if versions.submitted().is_some() {
        return Err(Refused::UnderReview);
    }
    let (Some(draft), found) = (versions.waiting, versions.app) else { return Err(Refused::OtherState) };
    let discarding = app.store.write(app.clock.now(), |tx| async move {
        if !tx.lock_app(&found.account_id, &found.id).await? {
            return Err(Refused::Missing);
        }
        let standing = tx.find_app(&found.account_id, &found.id).await?;
        let version = tx.find_version(&found.account_id, &found.id, &draft.id).await?;
        let is_same = standing.is_some_and(|app| app.draft_version_id.as_ref() == Some(&draft.id));
        if !is_same || version.is_none_or(|version| version.state != VersionState::Draft) {
            return Err(Refused::Changed);
        }
        tx.set_version_state(&found.id, &draft.id, VersionState::Dropped).await?;
        tx.set_draft_version(&found.id, None).await?;
        let entry = Entry::new(&found.account_id, Action::DraftDiscarded, object(&found));
        tx.audit(origin, &entry.with(serde_json::json!({ "version": draft.number }))).await?;
        Ok(())
    });
    discarding.await
}

#[cfg(test)]
#[path = "versions_tests.rs"]
mod tests;
