//! Cross-site defence of every form: fetch metadata, else the origin, and always the form token.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use subtle::ConstantTimeEq;

/// Makes and checks form tokens; keyed by the master key, bound to one cookie.
#[derive(Debug, Clone)]
pub struct FormKey {
    key: hmac::Key,
}

impl FormKey {
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secret) }
    }

    /// The token of the browser or session whose cookie has this value.
    #[must_use]
    pub fn token(&self, cookie: &str) -> String {
        self.seal("form", cookie)
    }

    #[must_use]
    pub fn accepts(&self, cookie: &str, token: &str) -> bool {
        self.token(cookie).as_bytes().ct_eq(token.as_bytes()).into()
    }

    /// A tag over a value for one purpose, for values that travel through the browser.
    #[must_use]
    pub fn seal(&self, purpose: &str, value: &str) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(value.as_bytes());
        URL_SAFE_NO_PAD.encode(context.sign().as_ref())
    }

    /// Whether a tag that came back is the one that was made over this value.
    #[must_use]
    pub fn has_sealed(&self, purpose: &str, value: &str, seal: &str) -> bool {
        self.seal(purpose, value).as_bytes().ct_eq(seal.as_bytes()).into()
    }
}

/// Whether the request's own headers say that another site sent it.
///
/// `Sec-Fetch-Site` decides where the browser sends it; else `Origin`; a client with neither (an old browser) is
/// left to the form token.
#[must_use]
pub fn is_cross_site(headers: &HeaderMap, origin: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site").and_then(|v| v.to_str().ok()) {
        return !matches!(site, "same-origin" | "none");
    }
    // A privacy-minded Referrer-Policy makes browsers send `Origin: null` with forms: the token then decides.
    headers
        .get(http::header::ORIGIN)
        .is_some_and(|sent| sent != "null" && sent.as_bytes() != origin.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    // security: W04
    #[test]
    fn a_form_of_another_site_is_recognised() {
        let check = |pairs: &[(&'static str, &'static str)]| {
            let headers = pairs
                .iter()
                .map(|(k, v)| (http::HeaderName::from_static(k), http::HeaderValue::from_static(v)))
                .collect();
            is_cross_site(&headers, "https://id.example")
        };
        assert!(check(&[("sec-fetch-site", "cross-site")]));
        assert!(check(&[("sec-fetch-site", "same-site")]));
        assert!(check(&[("origin", "https://evil.example")]));
        assert!(!check(&[("sec-fetch-site", "same-origin"), ("origin", "https://id.example")]));
        assert!(!check(&[("origin", "https://id.example")]));
        assert!(!check(&[]));
    }

    #[test]
    fn a_form_token_belongs_to_one_cookie() {
        let key = FormKey::new(b"0123456789abcdef0123456789abcdef");
        let token = key.token("alice");
        assert!(key.accepts("alice", &token));
        assert!(!key.accepts("bob", &token));
        assert!(!key.accepts("alice", ""));
        assert_ne!(token, key.seal("return", "alice"));
    }
}
