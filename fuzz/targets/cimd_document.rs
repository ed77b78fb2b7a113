//! A Client ID Metadata Document. The first line is the client ID, the second the `Content-Type`, the rest the document.
#![no_main]

use grantry_oauth::client::GrantType;
use grantry_oauth::client_document::{self, ClientIdUrl};
use grantry_oauth::redirect_uri::{ClientType, RedirectUri};
use grantry_oauth::registration::{AUTH_METHODS, ClientMetadata};
use serde_json::Value;
use url::Url;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (client_id, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (content_type, body) = rest.split_once('\n').unwrap_or((rest, ""));
    let kept = client_document::fresh_for(Some(content_type));
    assert!((client_document::FRESH_AT_LEAST..=client_document::FRESH_AT_MOST).contains(&kept));
    if let Ok(Value::Object(object)) = serde_json::from_str(body) {
        check_metadata(ClientMetadata::read(&object).ok());
    }

    let Ok(url) = ClientIdUrl::parse(client_id) else { return };
    // One spelling, which is the one that is fetched.
    let parsed = Url::parse(client_id).expect("a URL");
    assert_eq!((url.as_str(), parsed.as_str()), (client_id, client_id));
    assert!(client_document::is_url(client_id) && client_id.starts_with("https://"));
    assert_eq!(parsed.host_str(), Some(url.host()));
    assert!(parsed.query().is_none() && parsed.fragment().is_none() && parsed.path() != "/");
    assert!(parsed.username().is_empty() && parsed.password().is_none());

    let Ok(metadata) = url.read(Some(content_type), body.as_bytes()) else { return };
    let said: Value = serde_json::from_str(body).expect("it was read as JSON");
    assert_eq!(said["client_id"], client_id, "a document about somebody else");
    assert!(said.get("client_secret").is_none());
    assert!(
        matches!(metadata.auth_method, Some("none" | "private_key_jwt")),
        "a secret that everybody reads"
    );
    assert!(!metadata.redirect_uris.is_empty());
    assert!(url.read(None, body.as_bytes()).is_err());
    check_metadata(Some(metadata));
});

/// What is true of everything that a program says about itself.
fn check_metadata(metadata: Option<ClientMetadata>) {
    let Some(metadata) = metadata else { return };
    assert!(metadata.grant_types.contains(&GrantType::AuthorizationCode));
    assert!(metadata.auth_method.is_none_or(|method| AUTH_METHODS.contains(&method)));
    for uri in &metadata.redirect_uris {
        // What is registered is kept as it is, and is good for a header.
        if let Ok(registered) = RedirectUri::register(uri, ClientType::Public) {
            let text = registered.as_str();
            assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text:?}");
            assert_eq!(RedirectUri::from_stored(text.to_owned()), registered);
            assert!(registered.matches(text, true) && registered.matches(text, false));
        }
    }
}
