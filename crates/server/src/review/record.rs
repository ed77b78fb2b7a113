//! The record of a decision: what was asked, what was found, what was said, what was decided and by whom.

use grantry_store::app_version::AppVersion;
use grantry_store::id::PersonId;
use grantry_store::submission::QueuedSubmission;
use grantry_store::submission_check::SubmissionCheck;
use grantry_store::submission_comment::SubmissionComment;
use grantry_store::{Error, Reader};
use serde_json::{Value, json};

use super::Refused;
use crate::app::App;
use crate::apps::edit;
use crate::web::moment;

/// Everything that is known of a submission: for reviewers alone.
#[derive(Debug)]
pub struct Record {
    pub found: QueuedSubmission,
    /// What is, or was, asked for.
    pub version: AppVersion,
    /// What it is, or was, compared with; `None` at a first approval.
    pub base: Option<AppVersion>,
    pub checks: Vec<SubmissionCheck>,
    /// Of this submission, and of the others of the app.
    pub comments: Vec<SubmissionComment>,
    /// The names of those who submitted it and decided about it.
    pub submitter: Option<String>,
    pub decider: Option<String>,
}

impl Record {
    /// Reads a submission as this reviewer sees it.
    ///
    /// # Errors
    /// [`Refused::Missing`], or the store's.
    pub async fn find(
        app: &App,
        id: &grantry_store::id::SubmissionId,
        reader_of_it: Option<&PersonId>,
    ) -> Result<Self, Refused> {
        let reader = app.store.reader();
        let found = reader.find_submission(id, reader_of_it).await?.ok_or(Refused::Missing)?;
        let submission = &found.submission;
        let version = reader.find_any_version(&submission.version_id).await?.ok_or(Refused::Missing)?;
        let base = match (&submission.base_version_id, submission.state.is_open()) {
            (Some(base), _) => reader.find_any_version(base).await?,
            (None, true) => approved(&reader, &found).await?,
            (None, false) => None,
        };
        Ok(Self {
            checks: reader.list_submission_checks(id).await?,
            comments: reader.list_submission_comments(id).await?,
            submitter: name(&reader, submission.submitted_by.as_ref()).await?,
            decider: name(&reader, submission.decided_by.as_ref()).await?,
            version,
            base,
            found,
        })
    }

    /// The record as JSON, for whoever keeps such things elsewhere.
    #[must_use]
    pub fn json(&self) -> Value {
        let Self { found, version, base, checks, comments, submitter, decider } = self;
        let submission = &found.submission;
        let asked = match base {
            Some(base) => edit::difference(&base.details, &version.details),
            None => Value::Object(edit::picture(&version.details)),
        };
        let own = comments.iter().filter(|comment| comment.submission_id == submission.id);
        json!({
            "submission": submission.id,
            "number": submission.number,
            "client_id": found.client_id,
            "app": found.app_name,
            "publisher": found.publisher,
            "version": version.number,
            "compared_with": base.as_ref().map(|base| base.number),
            "state": submission.state,
            "note": submission.note,
            "submitted_by": submitter,
            "submitted_at": moment::iso(submission.submitted_at),
            "reviewer": found.reviewer,
            "decided_by": decider,
            "decided_at": submission.decided_at.map(moment::iso),
            "template": submission.template,
            "reason": submission.reason,
            "asked": asked,
            "checks": checks.iter().map(|check| json!({
                "name": check.name,
                "subject": check.subject,
                "verdict": check.verdict,
                "finding": check.finding,
                "evidence": serde_json::from_str::<Value>(&check.evidence).unwrap_or_default(),
                "checked_at": moment::iso(check.checked_at),
            })).collect::<Vec<_>>(),
            "comments": own.map(|comment| json!({
                "field": comment.field,
                "side": comment.side,
                "kind": comment.kind,
                "author": comment.author,
                "text": comment.text,
                "at": moment::iso(comment.created_at),
            })).collect::<Vec<_>>(),
        })
    }
}

/// What of the app is approved now: a waiting submission is compared with it.
async fn approved(reader: &Reader, found: &QueuedSubmission) -> Result<Option<AppVersion>, Error> {
    use grantry_store::app::Listing;
    let app = reader.find_app(&found.account_id, &found.submission.app_id).await?;
    let Some(app) = app.filter(|app| app.listing != Listing::Unlisted) else { return Ok(None) };
    match &app.live_version_id {
        Some(live) => reader.find_any_version(live).await,
        None => Ok(None),
    }
}

async fn name(reader: &Reader, person: Option<&PersonId>) -> Result<Option<String>, Error> {
    let Some(id) = person else { return Ok(None) };
    Ok(reader.find_person(id).await?.map(|person| person.full_name()))
}
