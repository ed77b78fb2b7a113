//! Client ID Metadata Documents (draft-ietf-oauth-client-id-metadata-document-03): a client ID that is the URL of the
//! client's own description. Which URLs may be one, what the document must say, and how long it may be kept.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::error::{Error, ErrorCode};
use crate::redirect_uri;
use crate::registration::ClientMetadata;

/// Longest client ID of this kind, in bytes: real ones have less than a hundred.
pub const LIMIT_BYTES: usize = 512;
/// Most bytes of a document. The draft recommends 5 KB; a document with a few RSA keys in it has more.
pub const DOCUMENT_BYTES: usize = 16 * 1024;
/// A document is not fetched again before this.
pub const FRESH_AT_LEAST: Duration = Duration::from_secs(5 * 60);
/// A document is fetched again after this, whatever its server says.
pub const FRESH_AT_MOST: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a document is kept whose server says nothing.
const FRESH: Duration = Duration::from_secs(60 * 60);

/// Whether a client ID claims to be the URL of a document, be it a good one or not.
#[must_use]
pub fn is_url(client_id: &str) -> bool {
    client_id.starts_with("https://") || client_id.starts_with("http://")
}

/// A client ID that may name a document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientIdUrl {
    text: String,
    host: String,
}

impl ClientIdUrl {
    /// Takes a client ID.
    ///
    /// # Errors
    /// What is wrong with it, for the program's developer.
    pub fn parse(client_id: &str) -> Result<Self, Error> {
        let refuse =
            |description| Err(Error::new(ErrorCode::InvalidRequest, description).with_hint(client_id));
        if client_id.len() > LIMIT_BYTES {
            return refuse("a client_id that is a URL may have 512 bytes at most");
        }
        // §3: https, a path, no fragment, no user information, no dot segments. Only one spelling of it names the client:
        // what a browser would ask for is what was written.
        if redirect_uri::https_url(client_id).as_deref() != Ok(client_id) {
            return refuse("a client_id that is a URL must be a plain https URL in its normal form");
        }
        let Ok(url) = Url::parse(client_id) else {
            return refuse("a client_id that is a URL must be a plain https URL in its normal form");
        };
        if url.path() == "/" {
            return refuse("a client_id that is a URL must have a path");
        }
        // §3 advises against a query; with one, a site that repeats what it is asked could be made to describe anybody.
        if url.query().is_some() {
            return refuse("a client_id that is a URL must not have a query");
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        Ok(Self { text: client_id.to_owned(), host })
    }

    /// The client ID, byte for byte.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Who answers for the document.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Reads the document that was found there. What it may not be, whatever it says: another client's, or one with a
    /// secret, which everybody could read.
    ///
    /// # Errors
    /// `invalid_client_metadata` or `invalid_redirect_uri`.
    pub fn read(&self, content_type: Option<&str>, body: &[u8]) -> Result<ClientMetadata, Error> {
        let invalid = |description| Error::new(ErrorCode::InvalidClientMetadata, description);
        if !content_type.is_some_and(is_json) {
            return Err(invalid("the client ID document is not application/json"));
        }
        let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
            return Err(invalid("the client ID document is not a JSON object"));
        };
        // §4: compared as it is written, so that a copy at another place describes nobody.
        if object.get("client_id").and_then(Value::as_str) != Some(self.as_str()) {
            return Err(invalid("the client ID document is about another client_id than its own URL"));
        }
        if ["client_secret", "client_secret_expires_at"].iter().any(|name| object.contains_key(*name)) {
            return Err(invalid("a client ID document must not hold a client secret"));
        }
        let mut metadata = ClientMetadata::read(&object)?;
        match metadata.auth_method {
            // RFC 7591 §2 has a default that means a secret, which a document cannot.
            None => metadata.auth_method = Some("none"),
            Some("none" | "private_key_jwt") => {}
            Some(_) => return Err(invalid("token_endpoint_auth_method of a document must need no secret")),
        }
        if metadata.redirect_uris.is_empty() {
            return Err(Error::new(
                ErrorCode::InvalidRedirectUri,
                "the client ID document has no redirect_uris",
            ));
        }
        Ok(metadata)
    }
}

/// `application/json`, or a kind of it (`application/cimd+json`).
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// How long a document may be kept, by the `Cache-Control` of the answer that brought it: never so short that every
/// authorization is a call to somebody else's server, never so long that a change is not seen for days.
#[must_use]
pub fn fresh_for(cache_control: Option<&str>) -> Duration {
    let directives = cache_control.unwrap_or_default().to_ascii_lowercase();
    let directives: Vec<&str> = directives.split(',').map(str::trim).collect();
    if directives.iter().any(|one| ["no-store", "no-cache"].contains(one)) {
        return FRESH_AT_LEAST;
    }
    let seconds = |name: &str| {
        let value = directives.iter().find_map(|one| one.strip_prefix(name)?.strip_prefix('='))?;
        value.trim_matches('"').parse().ok().map(Duration::from_secs)
    };
    // RFC 9111 §5.2.2.10: this is a shared cache.
    let said = seconds("s-maxage").or_else(|| seconds("max-age")).unwrap_or(FRESH);
    said.clamp(FRESH_AT_LEAST, FRESH_AT_MOST)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const URL: &str = "https://tool.example/oauth/client.json";

    fn read(document: &Value) -> Result<ClientMetadata, Error> {
        let url = ClientIdUrl::parse(URL).expect("a client ID");
        url.read(Some("application/json; charset=utf-8"), document.to_string().as_bytes())
    }

    fn good() -> Value {
        json!({ "client_id": URL, "client_name": "Tool", "redirect_uris": ["http://localhost/callback"] })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut document = good();
        document[name] = value;
        document
    }

    // security: R09
    #[test]
    fn a_client_id_is_an_https_url_with_a_path_in_one_spelling() {
        let url = ClientIdUrl::parse(URL).expect("a client ID");
        assert_eq!((url.as_str(), url.host()), (URL, "tool.example"));
        assert!(ClientIdUrl::parse("https://tool.example:8443/c").is_ok());
        for bad in [
            "https://tool.example",
            "https://tool.example/",
            "http://tool.example/c",
            "http://localhost/c",
            "https://localhost/c",
            "https://127.0.0.1/c",
            "https://10.0.0.1/c",
            "https://2130706433/c",
            "https://[::1]/c",
            "https://TOOL.example/c",
            "https://tool.example:443/c",
            "https://tool.example/a/../c",
            "https://tool.example/./c",
            "https://tool.example/%2e%2e/c",
            "https://tool.example/c#f",
            "https://tool.example/c?x=1",
            "https://me@tool.example/c",
            "https://me:pw@tool.example/c",
            "https://tool.example/c ",
            " https://tool.example/c",
            "https://tool.example\\@evil.example/c",
            "https://t\u{f6}\u{f6}l.example/c",
            "https:tool.example/c",
            "SDXE-AC-MYAPP",
            "",
        ] {
            assert!(ClientIdUrl::parse(bad).is_err(), "{bad:?}");
        }
        assert!(ClientIdUrl::parse(&format!("https://tool.example/{}", "a".repeat(500))).is_err());
    }

    // security: R09
    #[test]
    fn a_document_is_about_its_own_url_and_holds_no_secret() {
        let read_good = read(&good()).expect("a good document");
        assert_eq!(read_good.auth_method, Some("none"), "what a document can mean by saying nothing");
        for bad in [
            with("client_id", json!("https://evil.example/client.json")),
            with("client_id", json!("https://tool.example/oauth/client.json/")),
            with("client_id", Value::Null),
            with("client_secret", json!("s3cret")),
            with("client_secret_expires_at", json!(0)),
            with("token_endpoint_auth_method", json!("client_secret_basic")),
            with("token_endpoint_auth_method", json!("client_secret_post")),
            with("token_endpoint_auth_method", json!("client_secret_jwt")),
            with("redirect_uris", json!([])),
            with("redirect_uris", json!("http://localhost/callback")),
            with("redirect_uris", Value::Null),
            json!([good()]),
        ] {
            assert!(read(&bad).is_err(), "{bad}");
        }
        assert!(read(&with("token_endpoint_auth_method", json!("private_key_jwt"))).is_ok());
    }

    // security: R09
    #[test]
    fn only_json_is_a_document() {
        let url = ClientIdUrl::parse(URL).expect("a client ID");
        let body = good().to_string();
        for kind in ["application/json", "Application/JSON;charset=utf-8", "application/cimd+json"] {
            assert!(url.read(Some(kind), body.as_bytes()).is_ok(), "{kind}");
        }
        for kind in [None, Some("text/html"), Some("text/json"), Some("application/jsonp"), Some("")] {
            assert!(url.read(kind, body.as_bytes()).is_err(), "{kind:?}");
        }
        for body in ["", "{", "[]", "null", "\u{0}"] {
            assert!(url.read(Some("application/json"), body.as_bytes()).is_err(), "{body:?}");
        }
    }

    // security: R09
    #[test]
    fn what_looks_like_a_url_is_never_looked_for_among_the_registered_apps() {
        for url in [URL, "http://tool.example/", "https://", "https://TOOL.example/../c"] {
            assert!(is_url(url), "{url}");
        }
        for name in
            ["SDXE-AC-MYAPP", "", "ftp://tool.example/c", "tool.example/https://c", "HTTPS://tool.example/c"]
        {
            assert!(!is_url(name), "{name}");
        }
    }

    #[test]
    fn the_bounds_are_those_that_the_guide_names() {
        assert_eq!(DOCUMENT_BYTES, 16_384);
        assert_eq!(FRESH_AT_LEAST.as_secs(), 300);
        assert_eq!(FRESH_AT_MOST.as_secs(), 86_400);
    }

    #[test]
    fn a_document_is_kept_as_long_as_its_server_says_within_bounds() {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        for (said, expected) in [
            (None, minutes(60)),
            (Some("public"), minutes(60)),
            (Some("max-age=1200"), minutes(20)),
            (Some("public, Max-Age=\"1200\""), minutes(20)),
            (Some("max-age=1200, s-maxage=1800"), minutes(30)),
            (Some("max-age=0"), FRESH_AT_LEAST),
            (Some("no-store"), FRESH_AT_LEAST),
            (Some("max-age=99999999999"), FRESH_AT_MOST),
            (Some("max-age=-1"), minutes(60)),
        ] {
            assert_eq!(fresh_for(said), expected, "{said:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_panic(text in ".*", header in ".*", body in proptest::collection::vec(0_u8.., 0..200)) {
            let _ = ClientIdUrl::parse(&text);
            let _ = fresh_for(Some(&header));
            let url = ClientIdUrl::parse(URL).expect("a client ID");
            let _ = url.read(Some("application/json"), &body);
        }
    }
}
