//! "Copy create link": a link that opens the form for a custom app in another account, filled in. It is published; its
//! parameters do not change.

use grantry_oauth::client::PiiMode;
use grantry_store::app_version::{AppDetails, PiiMode as StoredPiiMode};
use url::form_urlencoded::Serializer;

use super::RawApp;
use crate::app::App;

/// Where the link leads.
pub const PATH: &str = "/apps/connected-apps/create";

/// The link for an app like this one. `secret` describes the secret; it is never one.
#[must_use]
pub fn write(app: &App, code: &str, details: &AppDetails, secret: &str) -> String {
    let pii = match details.pii_mode {
        StoredPiiMode::Retrieve => "Retrieve",
        StoredPiiMode::Hide => "Hide",
    };
    let scopes = serde_json::Value::from(details.scopes.clone()).to_string();
    let query = Serializer::new(String::new())
        .append_pair("clientCode", code)
        .append_pair("clientName", &details.name)
        .append_pair("secret", secret)
        .append_pair("clientScopes", &scopes)
        .append_pair("piiMode", pii)
        .finish();
    format!("{}{PATH}?{query}", app.issuer())
}

/// What a link fills in, and whether it fills in anything. Nothing of it is checked: the person reviews and saves it.
#[must_use]
pub fn read(pairs: &[(String, String)]) -> Option<RawApp> {
    let get = |name: &str| {
        let found = pairs.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let known = ["clientCode", "clientName", "secret", "clientScopes", "piiMode"];
    if !pairs.iter().any(|(key, _)| known.contains(&key.as_str())) {
        return None;
    }
    let pii_mode = PiiMode::parse(&get("piiMode")).map(|mode| mode.as_str().to_owned());
    Some(RawApp {
        code: get("clientCode").to_ascii_uppercase(),
        name: get("clientName"),
        secret_description: get("secret"),
        scopes: scopes(&get("clientScopes")),
        pii_mode: pii_mode.unwrap_or_default(),
        ..RawApp::default()
    })
}

/// A JSON array as in the published links, or names between spaces and commas.
fn scopes(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|_| {
        text.split([' ', ',']).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_link_fills_the_form() {
        let link = "clientCode=TAPAPP&clientName=tap%20app&secret=Live&clientScopes=%5B%22maintenances.read%22%2C%22\
            reservations.read%22%5D&piiMode=Retrieve";
        let pairs: Vec<_> = url::form_urlencoded::parse(link.as_bytes()).into_owned().collect();
        let raw = read(&pairs).expect("a link");
        assert_eq!((raw.code.as_str(), raw.name.as_str()), ("TAPAPP", "tap app"));
        assert_eq!((raw.secret_description.as_str(), raw.pii_mode.as_str()), ("Live", "retrieve"));
        assert_eq!(raw.scopes, ["maintenances.read", "reservations.read"]);
        assert_eq!(read(&[("after".to_owned(), "1".to_owned())]), None);
    }
}
