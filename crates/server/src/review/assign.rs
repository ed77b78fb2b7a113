//! Who is on a submission: taking it on, taking it over from a colleague, giving it back.

use grantry_store::audit::{Action, Entry, Origin};
use grantry_store::id::{PersonId, SubmissionId};
use serde_json::json;

use super::{Refused, Reviewer};
use crate::app::App;
use grantry_store::audit::{Object, ObjectKind};

/// Puts a reviewer on a submission, in place of whoever the page said is on it: nobody, or a colleague.
///
/// # Errors
/// [`Refused::Taken`] when somebody else is on it by now, [`Refused::OwnApp`], [`Refused::Missing`].
pub async fn assign(
    app: &App,
    origin: &Origin,
    reviewer: &Reviewer,
    id: &SubmissionId,
    from: Option<&PersonId>,
) -> Result<(), Refused> {
    let assigning = app.store.write(app.clock.now(), |tx| async move {
        let found = tx.find_submission(id, None).await?.ok_or(Refused::Missing)?;
        reviewer.check(&tx, &found).await?;
        if !found.submission.state.is_open() {
            return Err(Refused::Closed);
        }
        if !tx.assign_submission(id, from, &reviewer.person).await? {
            return Err(Refused::Taken);
        }
        // Who of the platform is on it is the platform's own matter.
        let what = Object::new(ObjectKind::Submission, id.as_str(), &found.client_id);
        let entry = Entry::new(&reviewer.account, Action::SubmissionAssigned, what);
        let detail = json!({ "submission": found.submission.number, "taken_over": from.is_some() });
        tx.audit(origin, &entry.with(detail)).await?;
        Ok(())
    });
    assigning.await
}

/// Gives a submission back to the queue.
///
/// # Errors
/// [`Refused::Taken`] when this reviewer is not on it any more.
pub async fn release(
    app: &App,
    origin: &Origin,
    reviewer: &Reviewer,
    id: &SubmissionId,
) -> Result<(), Refused> {
    let releasing = app.store.write(app.clock.now(), |tx| async move {
        let found = tx.find_submission(id, None).await?.ok_or(Refused::Missing)?;
        if !tx.release_submission(id, &reviewer.person).await? {
            return Err(Refused::Taken);
        }
        let what = Object::new(ObjectKind::Submission, id.as_str(), &found.client_id);
        let entry = Entry::new(&reviewer.account, Action::SubmissionReleased, what);
        tx.audit(origin, &entry.with(json!({ "submission": found.submission.number }))).await?;
        Ok(())
    });
    releasing.await
}
