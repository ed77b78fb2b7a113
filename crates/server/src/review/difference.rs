//! What a submitted version would change: field by field, as people compare it.

use grantry_oauth::redirect_uri::{Destination, RedirectUri};
use grantry_store::app_version::AppDetails;
use url::Url;

use crate::cached::KnownCatalogue;

/// The fields of an app that can be compared and commented on, in the order of what matters to a reviewer. The names are
/// those of [`AppDetails`].
pub const FIELDS: [&str; 28] = [
    "name",
    "logo",
    "redirect_uris",
    "scopes",
    "client_type",
    "profile",
    "auth_method",
    "auth_alg",
    "require_pkce",
    "require_par",
    "dpop_bound",
    "pii_mode",
    "device_grant",
    "token_exchange",
    "post_logout_uris",
    "cors_origins",
    "request_uris",
    "request_object_alg",
    "default_max_age",
    "initiate_login_uri",
    "backchannel_logout_uri",
    "policy_uri",
    "tos_uri",
    "subject_type",
    "sector_identifier_uri",
    "keys",
    "id_token_alg",
    "userinfo_alg",
];

/// A field before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// One of [`FIELDS`].
    pub field: &'static str,
    pub changed: bool,
    pub values: Vec<Line>,
}

/// A value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub change: Change,
    pub text: String,
    /// The host of an address, which is what a reviewer looks at first.
    pub host: String,
    /// Of a scope: what consent says.
    pub sentence: String,
    pub sensitive: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Added,
    Removed,
    Kept,
}

impl Change {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Kept => "kept",
        }
    }
}

/// Compares what is approved, if anything is, with what was submitted. Fields that say nothing in both are left out.
#[must_use]
pub fn compare(
    before: Option<&AppDetails>,
    after: &AppDetails,
    catalogue: &KnownCatalogue,
) -> Vec<Difference> {
    let compared = FIELDS.into_iter().map(|field| {
        let old = before.map(|before| values(before, field)).unwrap_or_default();
        let new = values(after, field);
        let line = |change, text: &String| line(field, change, text, catalogue);
        let removed =
            old.iter().filter(|value| !new.contains(value)).map(|value| line(Change::Removed, value));
        let now = new.iter().map(|value| {
            let change = if old.contains(value) { Change::Kept } else { Change::Added };
            line(change, value)
        });
        let values: Vec<Line> = removed.chain(now).collect();
        let changed = values.iter().any(|line| line.change != Change::Kept);
        Difference { field, changed, values }
    });
    compared.filter(|difference| !difference.values.is_empty()).collect()
}

fn line(field: &'static str, change: Change, text: &str, catalogue: &KnownCatalogue) -> Line {
    let scope = if field == "scopes" { catalogue.find_scope(text) } else { None };
    let is_address = field.ends_with("_uris") || field.ends_with("_uri") || field == "cors_origins";
    Line {
        change,
        text: text.to_owned(),
        host: if is_address { host(text) } else { String::new() },
        sentence: scope.map(|(_, scope)| scope.display_name.clone()).unwrap_or_default(),
        sensitive: scope.is_some_and(|(_, scope)| scope.sensitive),
    }
}

/// Where an address leads; nothing for one on the user's own device.
fn host(uri: &str) -> String {
    if RedirectUri::from_stored(uri.to_owned()).destination() != Destination::Web {
        return String::new();
    }
    Url::parse(uri).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// What a field says; a flag says something only when it is on.
fn values(details: &AppDetails, field: &str) -> Vec<String> {
    let one = |value: &Option<String>| value.iter().cloned().collect();
    let word = |value: &str| vec![value.to_owned()];
    let flag = |is: bool| if is { vec!["on".to_owned()] } else { Vec::new() };
    match field {
        "name" => word(&details.name),
        "logo" => one(&details.logo_id),
        "redirect_uris" => details.redirect_uris.clone(),
        "scopes" => details.scopes.clone(),
        "client_type" => word(details.client_type.as_str()),
        "profile" => word(details.profile.as_str()),
        "auth_method" => word(&details.auth_method),
        "auth_alg" => one(&details.auth_alg),
        "default_max_age" => details.default_max_age.iter().map(ToString::to_string).collect(),
        "require_pkce" => flag(details.require_pkce),
        "require_par" => flag(details.require_par),
        "dpop_bound" => flag(details.dpop_bound),
        "pii_mode" => word(details.pii_mode.as_str()),
        "device_grant" => flag(details.device_grant),
        "token_exchange" => flag(details.token_exchange),
        "post_logout_uris" => details.post_logout_uris.clone(),
        "cors_origins" => details.cors_origins.clone(),
        "request_uris" => details.request_uris.clone(),
        "request_object_alg" => one(&details.request_object_alg),
        "initiate_login_uri" => one(&details.initiate_login_uri),
        "backchannel_logout_uri" => one(&details.backchannel_logout_uri),
        "policy_uri" => one(&details.policy_uri),
        "tos_uri" => one(&details.tos_uri),
        "subject_type" => word(details.subject_type.as_str()),
        "sector_identifier_uri" => one(&details.sector_identifier_uri),
        "keys" => details.jwks_uri.iter().chain(&details.jwks).cloned().collect(),
        "id_token_alg" => word(&details.id_token_alg),
        "userinfo_alg" => one(&details.userinfo_alg),
        _ => Vec::new(),
    }
}
