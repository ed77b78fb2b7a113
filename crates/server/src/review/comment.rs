//! Saying something about a submission: questions, answers, and notes for reviewers alone.

use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::id::{AccountId, AppId, CommentId, SubmissionId};
use grantry_store::submission::{QueuedSubmission, SubmissionState};
use grantry_store::submission_comment::{CommentKind, CommentSide, NewComment};
use serde_json::json;

use super::difference::FIELDS;
use super::{COMMENTS, Refused, Reviewer, letters, text};
use crate::app::App;
use crate::apps::Fault;
use crate::apps::register::person;

/// What is said.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// The field that it is about, or nothing.
    pub field: &'a str,
    pub text: &'a str,
}

/// A reviewer says something, to the developer or to the other reviewers.
///
/// # Errors
/// Faults of what was typed, [`Refused::OwnApp`], [`Refused::Closed`].
pub async fn by_reviewer(
    app: &App,
    origin: &Origin,
    reviewer: &Reviewer,
    id: &SubmissionId,
    (words, kind): (Words<'_>, CommentKind),
) -> Result<(), Refused> {
    let reader = app.store.reader();
    let found = reader.find_submission(id, None).await?.ok_or(Refused::Missing)?;
    reviewer.check(&reader, &found).await?;
    say(app, origin, &found, (words, CommentSide::Reviewer, kind), &reviewer.account).await
}

/// Somebody of the account that owns the app answers.
///
/// # Errors
/// Faults of what was typed, [`Refused::Closed`], [`Refused::Missing`].
pub async fn by_developer(
    app: &App,
    origin: &Origin,
    (account, of): (&AccountId, &AppId),
    words: Words<'_>,
) -> Result<(), Refused> {
    let reader = app.store.reader();
    reader.find_app(account, of).await?.ok_or(Refused::Missing)?;
    let latest = reader.list_submissions_of_app(of).await?.into_iter().next().ok_or(Refused::Missing)?;
    let found = reader.find_submission(&latest.id, None).await?.ok_or(Refused::Missing)?;
    say(app, origin, &found, (words, CommentSide::Developer, CommentKind::Open), account).await
}

/// Whether something can still be said about a submission in this state.
#[must_use]
pub fn is_talked_about(state: SubmissionState) -> bool {
    match state {
        SubmissionState::Submitted | SubmissionState::InReview | SubmissionState::ChangesRequested => true,
        SubmissionState::Approved | SubmissionState::Rejected | SubmissionState::Withdrawn => false,
    }
}

async fn say(
    app: &App,
    origin: &Origin,
    found: &QueuedSubmission,
    (words, side, kind): (Words<'_>, CommentSide, CommentKind),
    account: &AccountId,
) -> Result<(), Refused> {
    let submission = &found.submission;
    if !is_talked_about(submission.state) {
        return Err(Refused::Closed);
    }
    let said = text(words.text).ok_or_else(|| Fault::new("text", "review-fault-long"))?;
    if said.is_empty() {
        return Err(Fault::new("text", "review-fault-empty").into());
    }
    if !words.field.is_empty() && !FIELDS.contains(&words.field) {
        return Err(Fault::new("field", "review-fault-field").about(words.field).into());
    }
    let new = NewComment {
        id: CommentId::new(app.clock.now(), app.random.bytes()),
        submission_id: submission.id.clone(),
        field: words.field.to_owned(),
        side,
        kind,
        author: person(origin),
        text: said,
    };
    let mails = match kind {
        CommentKind::Open => letters::commented(app, found, &new).await?,
        CommentKind::Internal => Vec::new(),
    };
    let (new, mails) = (&new, &mails);
    let saying = app.store.write(app.clock.now(), |tx| async move {
        if tx.count_submission_comments(&new.submission_id).await? >= COMMENTS {
            return Err(Refused::from(Fault::new("text", "review-fault-many").with("limit", COMMENTS)));
        }
        tx.insert_comment(new).await?;
        for mail in mails {
            tx.insert_mail(mail).await?;
        }
        // Internal notes stand in the platform's trail alone.
        let trail = match kind {
            CommentKind::Open => &found.account_id,
            CommentKind::Internal => account,
        };
        let what = Object::new(ObjectKind::Submission, submission.id.as_str(), &found.client_id);
        let entry = Entry::new(trail, Action::SubmissionCommented, what);
        let detail = json!({ "submission": submission.number, "field": new.field, "side": side });
        tx.audit(origin, &entry.with(detail)).await?;
        Ok(())
    });
    saying.await?;
    app.post.hurry();
    Ok(())
}
