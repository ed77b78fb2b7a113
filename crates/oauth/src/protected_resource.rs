//! Protected resource metadata (RFC 9728): the document with which an API says who gives tokens for it, where that
//! document belongs, and the challenge that leads a client there.

use serde::Serialize;
use url::Url;

use crate::jose::Alg;
use crate::scope::ScopeSet;

/// What stands in front of the resource's own path (RFC 9728 §3).
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The document of one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProtectedResource {
    /// The resource identifier, exactly as tokens carry it in `aud`.
    pub resource: String,
    /// The issuers that give tokens for it.
    pub authorization_servers: Vec<String>,
    /// Scopes that a client which knows nothing else may ask for. Left out when there are none: an empty list would say
    /// that nothing can be asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// How the token is sent: RFC 6750 §2 has worse ways than the header, which are not taken.
    pub bearer_methods_supported: Vec<&'static str>,
    /// The API's name, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
    /// The algorithms of proofs of possession that it takes (RFC 9449).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dpop_signing_alg_values_supported: Vec<&'static str>,
}

impl ProtectedResource {
    /// Describes a resource that takes tokens of one issuer.
    #[must_use]
    pub fn new(resource: &str, issuer: &str) -> Self {
        Self {
            resource: resource.to_owned(),
            authorization_servers: vec![issuer.to_owned()],
            scopes_supported: Vec::new(),
            bearer_methods_supported: vec!["header"],
            resource_name: None,
            dpop_signing_alg_values_supported: Vec::new(),
        }
    }

    /// The same with scopes to ask for.
    #[must_use]
    pub fn asking_for(mut self, scopes: &ScopeSet) -> Self {
        self.scopes_supported = scopes.iter().map(str::to_owned).collect();
        self
    }

    /// The same with a name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.resource_name = Some(name.to_owned());
        self
    }

    /// The same for an API that takes proofs of possession.
    #[must_use]
    pub fn with_proofs(mut self, algs: &[Alg]) -> Self {
        self.dpop_signing_alg_values_supported = algs.iter().map(|alg| alg.as_str()).collect();
        self
    }

    /// Where the document belongs; see [`location`].
    #[must_use]
    pub fn location(&self) -> Option<String> {
        location(&self.resource)
    }

    /// The value of `WWW-Authenticate` for a request without a good token: it leads an unknown client to the document
    /// (RFC 9728 §5.1), and from there to the issuer.
    #[must_use]
    pub fn challenge(&self, error: Option<&str>) -> Option<String> {
        let mut challenge = String::from("Bearer ");
        if let Some(error) = error {
            challenge.push_str(&format!("error=\"{error}\", "));
        }
        if !self.scopes_supported.is_empty() {
            challenge.push_str(&format!("scope=\"{}\", ", self.scopes_supported.join(" ")));
        }
        Some(format!("{challenge}resource_metadata=\"{}\"", self.location()?))
    }
}

/// Where the document of a resource belongs: the well-known path stands between host and path (RFC 9728 §3.1). `None`
/// for what is no http URL.
#[must_use]
pub fn location(resource: &str) -> Option<String> {
    let url = Url::parse(resource).ok().filter(|url| ["https", "http"].contains(&url.scheme()))?;
    let path = if url.path() == "/" { "" } else { url.path() };
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("{}{WELL_KNOWN}{path}{query}", url.origin().ascii_serialization()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::examples::{ISSUER, scopes};

    #[test]
    fn the_document_stands_between_host_and_path() {
        for (resource, expected) in [
            ("https://api.example", "https://api.example/.well-known/oauth-protected-resource"),
            ("https://api.example/", "https://api.example/.well-known/oauth-protected-resource"),
            ("https://api.example/mcp", "https://api.example/.well-known/oauth-protected-resource/mcp"),
            (
                "http://localhost:3000/a/b?c=1",
                "http://localhost:3000/.well-known/oauth-protected-resource/a/b?c=1",
            ),
        ] {
            assert_eq!(location(resource).as_deref(), Some(expected));
        }
        assert_eq!(location("urn:api"), None);
        assert_eq!(location("api"), None);
    }

    #[test]
    fn the_challenge_leads_to_the_document_and_the_document_to_the_issuer() {
        let resource = ProtectedResource::new("https://api.example/mcp", ISSUER);
        assert_eq!(
            serde_json::to_value(&resource).expect("JSON"),
            json!({
                "resource": "https://api.example/mcp",
                "authorization_servers": [ISSUER],
                "bearer_methods_supported": ["header"],
            })
        );
        let resource =
            resource.named("Core API").asking_for(&scopes("a.read b.read")).with_proofs(&[Alg::Es256]);
        let document = serde_json::to_value(&resource).expect("JSON");
        assert_eq!(document["scopes_supported"], json!(["a.read", "b.read"]));
        assert_eq!(document["resource_name"], "Core API");
        assert_eq!(document["dpop_signing_alg_values_supported"], json!(["ES256"]));
        assert_eq!(
            resource.challenge(Some("invalid_token")).as_deref(),
            Some(
                "Bearer error=\"invalid_token\", scope=\"a.read b.read\", \
                 resource_metadata=\"https://api.example/.well-known/oauth-protected-resource/mcp\""
            )
        );
    }
}
