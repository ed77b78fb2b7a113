//! Approving an app from the command line: what is submitted of it, or the app as it is.

use grantry_store::app::App as StoredApp;
use grantry_store::audit::Origin;

use super::Refused;
use super::decide::{self, Decision, Verdict};
use crate::app::App;
use crate::apps::standing;

/// What was approved.
#[derive(Debug)]
pub enum Approved {
    /// A submission, by its number in the app.
    Submission(i64),
    /// The app as it is live, without a submission.
    AsItIs(StoredApp),
}

/// Approves an app, whoever owns it.
///
/// # Errors
/// As [`decide::decide`] and [`standing::decide`].
pub async fn approve(app: &App, origin: &Origin, found: &StoredApp) -> Result<Approved, Refused> {
    let Some(open) = app.store.reader().find_open_submission(&found.id).await? else {
        let decided = standing::decide(app, origin, &found.client_id, standing::Decision::Approve).await?;
        return Ok(Approved::AsItIs(decided));
    };
    let decision = Decision {
        verdict: Verdict::Approve,
        seen: open.version_id.clone(),
        template: String::new(),
        reason: String::new(),
        despite: true,
    };
    decide::decide(app, origin, None, &open.id, &decision).await?;
    Ok(Approved::Submission(open.number))
}
