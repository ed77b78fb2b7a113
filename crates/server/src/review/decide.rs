//! Deciding about a submission: its version becomes live, or does not.

use grantry_store::Tx;
use grantry_store::app::{App as StoredApp, Listing};
use grantry_store::app_version::VersionState;
use grantry_store::audit::{Action, Entry, Origin};
use grantry_store::id::{SubmissionId, VersionId};
use grantry_store::submission::{Closing, QueuedSubmission, SubmissionState};
use serde_json::json;

use super::{Refused, Reviewer, checks, letters, object, text};
use crate::app::App;
use crate::apps::{Fault, edit};

/// The usual reasons, each a sentence; a reviewer adds their own words.
pub const TEMPLATES: [&str; 6] = ["scopes", "redirect", "name", "logo", "privacy", "flow"];

/// What a reviewer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Approve,
    RequestChanges,
    Reject,
}

impl Verdict {
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "approve" => Some(Self::Approve),
            "request-changes" => Some(Self::RequestChanges),
            "reject" => Some(Self::Reject),
            _ => None,
        }
    }

    fn state(self) -> SubmissionState {
        match self {
            Self::Approve => SubmissionState::Approved,
            Self::RequestChanges => SubmissionState::ChangesRequested,
            Self::Reject => SubmissionState::Rejected,
        }
    }

    fn action(self) -> Action {
        match self {
            Self::Approve => Action::SubmissionApproved,
            Self::RequestChanges => Action::ChangesRequested,
            Self::Reject => Action::SubmissionRejected,
        }
    }
}

/// A decision about the version that somebody has seen.
#[derive(Debug, Clone)]
pub struct Decision {
    pub verdict: Verdict,
    /// The version that it is about; narrowed meanwhile, it is looked at again.
    pub seen: VersionId,
    /// One of [`TEMPLATES`], or empty.
    pub template: String,
    /// The reviewer's own words.
    pub reason: String,
    /// Approve although a check fails.
    pub despite: bool,
}

/// Carries out a decision and says where the submission stands then. Without a reviewer the command line decides, for
/// which nobody has to be on it.
///
/// # Errors
/// Faults of what was typed; [`Refused::OwnApp`], [`Refused::Taken`], [`Refused::ChecksFail`], [`Refused::Closed`],
/// [`Refused::Changed`].
pub async fn decide(
    app: &App,
    origin: &Origin,
    reviewer: Option<&Reviewer>,
    id: &SubmissionId,
    decision: &Decision,
) -> Result<SubmissionState, Refused> {
    let reason = text(&decision.reason).ok_or_else(|| Fault::new("reason", "review-fault-long"))?;
    let template = decision.template.as_str();
    if !template.is_empty() && !TEMPLATES.contains(&template) {
        let allowed = TEMPLATES.join(", ");
        return Err(Fault::new("template", "apps-fault-choice")
            .about(template)
            .with("allowed", allowed)
            .into());
    }
    if decision.verdict != Verdict::Approve && template.is_empty() && reason.is_empty() {
        return Err(Fault::new("reason", "review-fault-reason").into());
    }
    let reader = app.store.reader();
    let found = reader.find_submission(id, None).await?.ok_or(Refused::Missing)?;
    let reviewer_id = reviewer.map(|reviewer| reviewer.person.clone());
    let closing = Closing {
        state: decision.verdict.state(),
        version_id: decision.seen.clone(),
        base_version_id: None,
        only_of: reviewer_id.clone(),
        by: reviewer_id,
        template: template.to_owned(),
        reason,
    };
    let mails = letters::decided(app, &found, &closing).await?;
    let (closing, mails, despite) = (&closing, &mails, decision.despite || reviewer.is_none());
    let deciding = app.store.write(app.clock.now(), |tx| async move {
        let found = tx.find_submission(id, None).await?.ok_or(Refused::Missing)?;
        if let Some(reviewer) = reviewer {
            reviewer.check(&tx, &found).await?;
        }
        let results = tx.list_submission_checks(id).await?;
        if decision.verdict == Verdict::Approve && checks::any_fails(&results) && !despite {
            return Err(Refused::ChecksFail);
        }
        carry_out(&tx, origin, &found, decision.verdict, closing).await?;
        for mail in mails {
            tx.insert_mail(mail).await?;
        }
        Ok::<_, Refused>(())
    });
    deciding.await?;
    app.post.hurry();
    Ok(decision.verdict.state())
}

async fn carry_out(
    tx: &Tx,
    origin: &Origin,
    found: &QueuedSubmission,
    verdict: Verdict,
    closing: &Closing,
) -> Result<(), Refused> {
    let submission = &found.submission;
    if !tx.lock_app(&found.account_id, &submission.app_id).await? {
        return Err(Refused::Missing);
    }
    let app = tx.find_app(&found.account_id, &submission.app_id).await?.ok_or(Refused::Missing)?;
    let base = match app.listing {
        Listing::Unlisted => None,
        Listing::Approved | Listing::Published => app.live_version_id.clone(),
    };
    let closing = Closing { base_version_id: base, ..closing.clone() };
    if !tx.close_submission(&submission.id, &closing).await? {
        return Err(why_not(submission, &closing));
    }
    match (verdict, app.listing) {
        (Verdict::Approve, _) => make_live(tx, origin, &app, &closing.version_id).await?,
        // The developer goes on with the draft.
        (Verdict::RequestChanges, Listing::Approved | Listing::Published) => {
            tx.set_version_state(&app.id, &closing.version_id, VersionState::Draft).await?;
        }
        (Verdict::RequestChanges, Listing::Unlisted) | (Verdict::Reject, _) => {
            tx.set_version_state(&app.id, &closing.version_id, VersionState::Rejected).await?;
            tx.set_draft_version(&app.id, None).await?;
        }
    }
    let detail = json!({
        "submission": submission.number,
        "template": closing.template,
        "reason": closing.reason,
    });
    let entry = Entry::new(&app.account_id, verdict.action(), object(&submission.id, &app)).with(detail);
    tx.audit(origin, &entry).await?;
    Ok(())
}

async fn make_live(tx: &Tx, origin: &Origin, app: &StoredApp, version: &VersionId) -> Result<(), Refused> {
    let find = async |id: &VersionId| tx.find_version(&app.account_id, &app.id, id).await;
    let live = app.live_version_id.as_ref().ok_or(Refused::Missing)?;
    let before = find(live).await?.ok_or(Refused::Missing)?;
    let after = find(version).await?.filter(|version| version.state == VersionState::Submitted);
    let after = after.ok_or(Refused::Changed)?;
    if !tx.make_version_live(&app.id, version).await? {
        return Err(Refused::Changed);
    }
    if app.listing == Listing::Unlisted {
        tx.set_listing(&app.id, Listing::Approved).await?;
    }
    edit::follow(tx, origin, app, (&before.details, &after.details)).await?;
    Ok(())
}

fn why_not(submission: &grantry_store::submission::Submission, closing: &Closing) -> Refused {
    if !submission.state.is_open() {
        Refused::Closed
    } else if submission.version_id != closing.version_id {
        Refused::Changed
    } else {
        Refused::Taken
    }
}
