//! What an app must have before reviewers look at it, by field.

use grantry_oauth::redirect_uri::{Destination, RedirectUri};
use grantry_store::app_version::{AppDetails, ClientType};

use crate::cached::KnownCatalogue;

/// Something that an app must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// The name of the field in the form of the app, or `note`.
    pub field: &'static str,
    pub done: bool,
}

/// The scopes among these that are sensitive.
#[must_use]
pub fn sensitive(catalogue: &KnownCatalogue, scopes: &[String]) -> Vec<String> {
    let is_sensitive = |name: &&String| catalogue.find_scope(name).is_some_and(|(_, scope)| scope.sensitive);
    scopes.iter().filter(is_sensitive).cloned().collect()
}

/// The list for an app. `approved` is what is approved of it already; a note must say why more that is sensitive is needed.
#[must_use]
pub fn checklist(
    details: &AppDetails,
    approved: Option<&AppDetails>,
    note: &str,
    catalogue: &KnownCatalogue,
) -> Vec<Item> {
    let on_the_web = |uri: &String| RedirectUri::from_stored(uri.clone()).destination() == Destination::Web;
    let had = |scope: &String| approved.is_some_and(|approved| approved.scopes.contains(scope));
    let mut items = vec![
        Item { field: "logo_url", done: details.logo_id.is_some() },
        Item { field: "policy_uri", done: details.policy_uri.is_some() },
        Item { field: "tos_uri", done: details.tos_uri.is_some() },
    ];
    if details.client_type == ClientType::Confidential && !details.device_grant {
        items.push(Item { field: "redirect_uri", done: details.redirect_uris.iter().any(on_the_web) });
    }
    if sensitive(catalogue, &details.scopes).iter().any(|scope| !had(scope)) {
        items.push(Item { field: "note", done: !note.trim().is_empty() });
    }
    items
}
