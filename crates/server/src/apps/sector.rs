//! The list of redirect URIs whose apps share their pairwise subjects (OIDC Core §8.1): read when an app is saved.

use grantry_store::app_version::AppDetails;
use grantry_store::id::AccountId;

use super::limits::spend;
use super::{Fault, Refused};
use crate::app::App;
use crate::outbound::{Limits, OutboundError};

const FIELD: &str = "sector_identifier_uri";

/// Checks that the list of an app with subjects of its own has every redirect URI of it: else an app could slip into
/// another's sector and learn that its users are that one's. What was checked before is not checked again.
///
/// # Errors
/// A fault at the list that says what is wrong with it, or too many outward calls.
pub(super) async fn check(
    app: &App,
    account: &AccountId,
    details: &AppDetails,
    before: Option<&AppDetails>,
) -> Result<(), Refused> {
    let Some(list) = unread(details, before) else { return Ok(()) };
    spend(app, account, 1).await?;
    read(app, list, details).await
}

/// The list that must be read before these details count, also while the app does not use subjects of its own: it may
/// at any time.
#[must_use]
pub fn unread<'a>(details: &'a AppDetails, before: Option<&AppDetails>) -> Option<&'a str> {
    let same = |before: &AppDetails| {
        before.subject_type == details.subject_type
            && before.sector_identifier_uri == details.sector_identifier_uri
            && before.redirect_uris == details.redirect_uris
    };
    let list = details.sector_identifier_uri.as_deref()?;
    (!before.is_some_and(same)).then_some(list)
}

/// Reads the list and looks for every redirect URI in it.
///
/// # Errors
/// A fault at the list that says what is wrong with it.
pub async fn read(app: &App, list: &str, details: &AppDetails) -> Result<(), Refused> {
    let fetched = app.outbound.get(list, Limits::DOCUMENT).await.map_err(unreachable)?;
    // OpenID Connect Registration §5: a JSON array of redirect URIs, each as it is registered.
    let uris: Vec<String> =
        serde_json::from_slice(&fetched.body).map_err(|_| Fault::new(FIELD, "apps-fault-sector-list"))?;
    match details.redirect_uris.iter().find(|uri| !uris.contains(uri)) {
        Some(missing) => Err(Fault::new(FIELD, "apps-fault-sector-missing").about(missing).into()),
        None => Ok(()),
    }
}

fn unreachable(why: OutboundError) -> Fault {
    Fault::new(FIELD, "apps-fault-sector-unreachable").with("why", why)
}
