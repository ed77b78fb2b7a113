//! Submitting a version for approval: it is frozen, checked, and the reviewers get a mail.

use grantry_store::app::{App as StoredApp, AppKind};
use grantry_store::app_version::{AppDetails, NewVersion, VersionState};
use grantry_store::audit::{Action, Entry, Origin};
use grantry_store::id::{AccountId, AppId, SubmissionId, VersionId};
use grantry_store::submission::NewSubmission;
use grantry_store::submission_check::SubmissionCheck;
use serde_json::json;

use super::checklist::checklist;
use super::checks::{self, Calls, Subject};
use super::{Refused, letters, object, text};
use crate::app::App;
use crate::apps::register::person;
use crate::apps::{Fault, Faults, Versions, versions};

/// What was submitted.
#[derive(Debug)]
pub struct Submitted {
    pub id: SubmissionId,
    /// Counted from 1 within the app.
    pub number: i64,
    /// The version's number.
    pub version: i64,
}

/// What an account could submit of an app: its draft, or before the first approval what is live.
///
/// # Errors
/// [`Refused::NotReviewable`], [`Refused::AlreadySubmitted`], [`Refused::NothingToSubmit`].
pub fn candidate(versions: &Versions) -> Result<&AppDetails, Refused> {
    if versions.app.kind == AppKind::Custom {
        return Err(Refused::NotReviewable);
    }
    match (&versions.waiting, versions.is_reviewed()) {
        (Some(waiting), _) if waiting.state == VersionState::Submitted => Err(Refused::AlreadySubmitted),
        (Some(draft), true) => Ok(&draft.details),
        (None, true) => Err(Refused::NothingToSubmit),
        (_, false) => Ok(&versions.live.details),
    }
}

/// What is approved of an app already.
#[must_use]
pub fn approved(versions: &Versions) -> Option<&AppDetails> {
    versions.is_reviewed().then_some(&versions.live.details)
}

/// Submits an app of the account.
///
/// # Errors
/// What is missing as faults, a check that fails, an app of which nothing can be submitted.
pub async fn submit(
    app: &App,
    origin: &Origin,
    (account, id): (&AccountId, &AppId),
    note: &str,
) -> Result<Submitted, Refused> {
    let versions = versions::find(app, account, id).await?;
    let details = candidate(&versions)?.clone();
    let note = text(note).ok_or_else(|| Fault::new("note", "review-fault-long"))?;
    let catalogue = app.cached.catalogue().await?;
    let mut faults = Faults::default();
    for item in checklist(&details, approved(&versions), &note, &catalogue) {
        if !item.done {
            faults.push(Fault::new(item.field, format!("review-missing-{}", item.field)));
        }
    }
    if !faults.is_empty() {
        return Err(Refused::Faults(faults));
    }
    let subject = Subject { app: &versions.app, details: &details, approved: approved(&versions) };
    let checks = checks::run(app, subject, Calls::Due).await?;
    if checks::any_fails(&checks) {
        return Err(Refused::ChecksFail);
    }
    let now = app.clock.now();
    let new = NewSubmission {
        id: SubmissionId::new(now, app.random.bytes()),
        app_id: id.clone(),
        // Replaced below, when what is live is submitted.
        version_id: VersionId::new(now, app.random.bytes()),
        note,
        submitted_by: person(origin),
    };
    let mails = letters::submitted(app, &versions, &new).await?;
    let (versions, checks, mails) = (&versions, &checks, &mails);
    let submitting = app.store.write(now, |tx| async move {
        let number = save(&tx, origin, versions, (new, details), checks).await?;
        for mail in mails {
            tx.insert_mail(mail).await?;
        }
        Ok::<_, Refused>(number)
    });
    let submitted = submitting.await?;
    app.post.hurry();
    Ok(submitted)
}

async fn save(
    tx: &grantry_store::Tx,
    origin: &Origin,
    versions: &Versions,
    (mut new, details): (NewSubmission, AppDetails),
    checks: &[SubmissionCheck],
) -> Result<Submitted, Refused> {
    let app = &versions.app;
    if !tx.lock_app(&app.account_id, &app.id).await? {
        return Err(Refused::Missing);
    }
    let standing = tx.find_app(&app.account_id, &app.id).await?.ok_or(Refused::Missing)?;
    if !is_same(&standing, versions) {
        return Err(Refused::Changed);
    }
    if tx.find_machine_app(&app.id).await?.is_some() {
        return Err(Refused::NotReviewable);
    }
    let number = match &versions.waiting {
        Some(draft) => {
            new.version_id = draft.id.clone();
            draft.number
        }
        None => {
            let created_by = new.submitted_by.clone();
            let copy = NewVersion { id: new.version_id.clone(), app_id: app.id.clone(), details, created_by };
            let number = tx.insert_version(&copy).await?;
            tx.set_draft_version(&app.id, Some(&copy.id)).await?;
            number
        }
    };
    if !tx.set_version_state(&app.id, &new.version_id, VersionState::Submitted).await? {
        return Err(Refused::Changed);
    }
    let submission = tx.insert_submission(&new).await?;
    tx.put_submission_checks(&new.id, checks).await?;
    let entry = Entry::new(&app.account_id, Action::SubmissionMade, object(&new.id, app));
    tx.audit(origin, &entry.with(json!({ "submission": submission, "version": number }))).await?;
    Ok(Submitted { id: new.id, number: submission, version: number })
}

fn is_same(standing: &StoredApp, versions: &Versions) -> bool {
    standing.live_version_id.as_ref() == Some(&versions.live.id)
        && standing.draft_version_id.as_ref() == versions.waiting.as_ref().map(|waiting| &waiting.id)
        && standing.listing == versions.app.listing
}
