//! Taking a submission back: what was submitted is a draft again, or, before the first approval, forgotten.

use grantry_store::app::Listing;
use grantry_store::app_version::VersionState;
use grantry_store::audit::{Action, Entry, Origin};
use grantry_store::id::{AccountId, AppId};
use grantry_store::submission::{Closing, SubmissionState};
use serde_json::json;

use super::{Refused, object};
use crate::app::App;
use crate::apps::register::person;

/// Withdraws the submission of an app of the account that waits.
///
/// # Errors
/// [`Refused::Closed`] when none does.
pub async fn withdraw(
    app: &App,
    origin: &Origin,
    (account, id): (&AccountId, &AppId),
) -> Result<(), Refused> {
    let withdrawing = app.store.write(app.clock.now(), |tx| async move {
        if !tx.lock_app(account, id).await? {
            return Err(Refused::Missing);
        }
        let found = tx.find_app(account, id).await?.ok_or(Refused::Missing)?;
        let open = tx.find_open_submission(id).await?.ok_or(Refused::Closed)?;
        let closing = Closing {
            state: SubmissionState::Withdrawn,
            version_id: open.version_id.clone(),
            base_version_id: None,
            only_of: None,
            by: person(origin),
            template: String::new(),
            reason: String::new(),
        };
        if !tx.close_submission(&open.id, &closing).await? {
            return Err(Refused::Closed);
        }
        match found.listing {
            // What is live is what was submitted.
            Listing::Unlisted => {
                tx.set_version_state(id, &open.version_id, VersionState::Dropped).await?;
                tx.set_draft_version(id, None).await?;
            }
            Listing::Approved | Listing::Published => {
                tx.set_version_state(id, &open.version_id, VersionState::Draft).await?;
            }
        }
        let entry = Entry::new(account, Action::SubmissionWithdrawn, object(&open.id, &found));
        tx.audit(origin, &entry.with(json!({ "submission": open.number }))).await?;
        Ok(())
    });
    withdrawing.await
}
