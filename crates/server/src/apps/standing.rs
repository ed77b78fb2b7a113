//! Whether an app may be used and how far it is in the store: what operators decide, by client ID, whoever owns it.

use grantry_store::app::{App as StoredApp, AppState, Listing};
use grantry_store::audit::{Action, Entry, Origin};
use serde_json::json;

use super::{Fault, Refused, object};
use crate::app::App;

/// What an operator does to an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nothing of it works until it is resumed; its connections stay.
    Suspend,
    Resume,
    /// It was reviewed. What is approved or published stays so. Showing it in the store is its owner's decision
    /// (`storefront::publish`).
    Approve,
}

/// Carries out a decision and says what the app is then. Repeating one changes nothing.
///
/// # Errors
/// [`Refused::Missing`] for no such client ID or a deleted app, a fault for approving an app that registered itself.
pub async fn decide(
    app: &App,
    origin: &Origin,
    client_id: &str,
    decision: Decision,
) -> Result<StoredApp, Refused> {
    let (client_id, origin) = (client_id.to_owned(), origin.clone());
    let deciding = app.store.write(app.clock.now(), |tx| async move {
        let found = tx.find_app_by_client_id(&client_id).await?;
        let found = found.filter(|found| found.state != AppState::Deleted).ok_or(Refused::Missing)?;
        let after = after(&found, decision);
        // What describes itself can describe itself otherwise tomorrow: nobody vouches for it today.
        if after.listing != found.listing && tx.find_machine_app(&found.id).await?.is_some() {
            return Err(Fault::new("client_id", "apps-fault-self-registered").into());
        }
        if after == found {
            return Ok(found);
        }
        if after.state != found.state && !tx.set_app_state(&found.id, found.state, after.state).await? {
            return Err(Refused::Changed);
        }
        if after.listing != found.listing {
            tx.set_listing(&found.id, after.listing).await?;
        }
        let detail = json!({
            "state": after.state.as_str(),
            "listing": { "before": found.listing.as_str(), "after": after.listing.as_str() },
        });
        let entry = Entry::new(&found.account_id, action(decision), object(&found)).with(detail);
        tx.audit(&origin, &entry).await?;
        Ok(after)
    });
    deciding.await
}

fn action(decision: Decision) -> Action {
    match decision {
        Decision::Suspend => Action::AppSuspended,
        Decision::Resume => Action::AppResumed,
        Decision::Approve => Action::AppApproved,
    }
}

fn after(found: &StoredApp, decision: Decision) -> StoredApp {
    let mut after = found.clone();
    match (decision, found.listing) {
        (Decision::Suspend, _) => after.state = AppState::Suspended,
        (Decision::Resume, _) => after.state = AppState::Active,
        (Decision::Approve, Listing::Unlisted) => after.listing = Listing::Approved,
        (Decision::Approve, Listing::Approved | Listing::Published) => {}
    }
    after
}
