//! The cookies' names and flags; nobody else writes `Set-Cookie`.

use http::{HeaderMap, HeaderValue, header};

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// The signed-in session.
    Session,
    /// This browser, before and after sign-in. It ends with the browser until somebody has signed in.
    Browser,
    /// A message for the next page.
    Flash,
    /// Where to go after sign-in.
    Return,
}

/// Names and flags depend on the issuer's scheme: `__Host-` and `Secure` need https.
#[derive(Debug, Clone, Copy)]
pub struct Cookies {
    pub secure: bool,
}

impl Cookies {
    fn name(self, cookie: Cookie) -> &'static str {
        match (cookie, self.secure) {
            (Cookie::Session, true) => "__Host-grantry-session",
            (Cookie::Session, false) => "grantry-session",
            (Cookie::Browser, true) => "__Host-grantry-browser",
            (Cookie::Browser, false) => "grantry-browser",
            (Cookie::Flash, true) => "__Host-grantry-flash",
            (Cookie::Flash, false) => "grantry-flash",
            (Cookie::Return, true) => "__Host-grantry-return",
            (Cookie::Return, false) => "grantry-return",
        }
    }

    /// The value that the browser sent; the first one when it sent several.
    #[must_use]
    pub fn read(self, headers: &HeaderMap, cookie: Cookie) -> Option<String> {
        let name = self.name(cookie);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    }

    /// A `Set-Cookie` value; without `max_age_seconds` the cookie ends with the browser session.
    #[must_use]
    pub fn set(self, cookie: Cookie, value: &str, max_age_seconds: Option<i64>) -> Option<HeaderValue> {
        let age = max_age_seconds.map(|s| format!("; Max-Age={s}")).unwrap_or_default();
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", self.name(cookie));
        HeaderValue::from_str(&text).ok()
    }

    /// A `Set-Cookie` value that deletes it.
    #[must_use]
    pub fn clear(self, cookie: Cookie) -> Option<HeaderValue> {
        self.set(cookie, "", Some(0))
    }
}
