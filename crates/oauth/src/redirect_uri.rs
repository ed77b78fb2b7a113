//! Redirect URIs: what may be registered, and the exact comparison at request time.

use url::{Host, Url};

use crate::client_id::ClientKind;

/// Longest URI that is stored, in bytes.
pub const LIMIT_BYTES: usize = 2048;

/// Whether a client can keep a secret (RFC 6749 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientType {
    /// Runs on a server and authenticates itself.
    Confidential,
    /// Runs on the person's device or in their browser.
    Public,
}

impl ClientType {
    /// The word in the database and in RFC 7591 metadata.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confidential => "confidential",
            Self::Public => "public",
        }
    }

    /// The type of exactly this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Confidential, Self::Public].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Why a URI may not be registered. [`Problem::key`] names the sentence that the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Problem {
    /// Nothing was typed.
    #[error("the URI is empty")]
    Empty,
    /// More than [`LIMIT_BYTES`].
    #[error("the URI is too long")]
    TooLong,
    /// White space, control characters, backslashes, or anything outside printable ASCII.
    #[error("the URI has a character that is not allowed")]
    Characters,
    /// No scheme, or nothing behind it.
    #[error("the URI is not absolute")]
    NotAbsolute,
    /// `#…` (RFC 6749 §3.1.2).
    #[error("the URI has a fragment")]
    Fragment,
    /// `user:password@`.
    #[error("the URI has user information")]
    UserInfo,
    /// `*` anywhere.
    #[error("the URI has a wildcard")]
    Wildcard,
    /// `http` to another host than this device.
    #[error("the URI must use https")]
    NotHttps,
    /// `javascript:`, `data:`, `file:` and their kin.
    #[error("the scheme is dangerous")]
    DangerousScheme,
    /// A private-use scheme of a confidential client, or one that is not a reverse domain name (RFC 8252 §7.1).
    #[error("the scheme is not allowed for this app")]
    PrivateScheme,
    /// A host given as an IP address, loopback aside.
    #[error("the host is an IP address")]
    IpLiteral,
    /// `.` or `..` segments, or their percent-encoded spellings: programs disagree on what they mean.
    #[error("the path has dot segments")]
    DotSegments,
    /// Spelled otherwise than a browser would send it (upper-case host, default port, Unicode host …).
    #[error("the URI is not in its normal form")]
    NotNormal,
}

impl Problem {
    /// The stable name of this problem, for the words on the page and in API answers.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too-long",
            Self::Characters => "characters",
            Self::NotAbsolute => "not-absolute",
            Self::Fragment => "fragment",
            Self::UserInfo => "user-info",
            Self::Wildcard => "wildcard",
            Self::NotHttps => "not-https",
            Self::DangerousScheme => "dangerous-scheme",
            Self::PrivateScheme => "private-scheme",
            Self::IpLiteral => "ip-literal",
            Self::DotSegments => "dot-segments",
            Self::NotNormal => "not-normal",
        }
    }
}

/// A refused URI: why, and what the developer probably means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub problem: Problem,
    /// A URI that would be accepted, when there is an obvious one.
    pub proposal: Option<String>,
}

/// Where a redirect URI leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Destination {
    /// An https server.
    Web,
    /// A program on the person's own device, by the loopback interface.
    Loopback,
    /// A program on the person's own device, by a private-use scheme.
    PrivateUse,
}

/// A redirect URI that may be registered. The text is kept byte for byte as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RedirectUri {
    text: String,
    destination: Destination,
}

impl RedirectUri {
    /// Checks a URI that somebody wants to register.
    ///
    /// # Errors
    /// The first rule that it breaks, with a proposal where there is an obvious one.
    pub fn register(raw: &str, client: ClientType) -> Result<Self, Refused> {
        let raw = raw.trim_matches(' ');
        match check(raw, client) {
            Ok(destination) => Ok(Self { text: raw.to_owned(), destination }),
            Err(problem) => {
                let proposal = propose(raw, problem).filter(|text| check(text, client).is_ok());
                Err(Refused { problem, proposal })
            }
        }
    }

    /// A URI that was registered before.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        let destination = if text.starts_with("https://") {
            Destination::Web
        } else if text.starts_with("http://") {
            Destination::Loopback
        } else {
            Destination::PrivateUse
        };
        Self { text, destination }
    }

    /// The URI as it was registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where it leads.
    #[must_use]
    pub fn destination(&self) -> Destination {
        self.destination
    }

    /// Whether a requested URI is this one: byte for byte.
    ///
    /// With `free_port`, which only public clients get, the port of a loopback URI may be any (RFC 8252 §7.3).
    #[must_use]
    pub fn matches(&self, requested: &str, free_port: bool) -> bool {
        if self.text == requested {
            return true;
        }
        // RFC 9700 §2.1: the port of a loopback URI is the only exception, everything around it stays exact.
        free_port
            && self.destination == Destination::Loopback
            && match (around_port(&self.text), around_port(requested)) {
                (Some(ours), Some(theirs)) => ours == theirs,
                (Some(_) | None, _) => false,
            }
    }

    /// What `Content-Security-Policy: form-action` must name so that a form may end here: an origin, or a scheme.
    #[must_use]
    pub fn form_action(&self) -> Option<String> {
        let url = Url::parse(&self.text).ok()?;
        match self.destination {
            Destination::Web | Destination::Loopback => Some(url.origin().ascii_serialization()),
            Destination::PrivateUse => Some(format!("{}:", url.scheme())),
        }
    }
}

/// A loopback URI without its port: `(http://host, /path?query)`. `None` when it is no plain loopback URI.
fn around_port(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("http://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at_checked(end)?;
    for host in ["127.0.0.1", "[::1]", "localhost"] {
        if let Some(after) = authority.strip_prefix(host) {
            let port = match after.strip_prefix(':') {
                Some(digits) => digits,
                None if after.is_empty() => "80",
                None => return None,
            };
            let is_port = port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok();
            return is_port.then_some((host, tail));
        }
    }
    None
}

/// Schemes that run code or read files in the browser, whatever the client's type.
const DANGEROUS: [&str; 12] = [
    "javascript",
    "data",
    "vbscript",
    "file",
    "blob",
    "about",
    "filesystem",
    "view-source",
    "ws",
    "wss",
    "ftp",
    "mailto",
];

fn check(raw: &str, client: ClientType) -> Result<Destination, Problem> {
    if raw.is_empty() {
        return Err(Problem::Empty);
    }
    if raw.len() > LIMIT_BYTES {
        return Err(Problem::TooLong);
    }
    // A dangerous scheme is named first, even when it hides behind control characters or letter case.
    let visible: String = raw.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let scheme = visible.split(':').next().unwrap_or_default().to_ascii_lowercase();
    if DANGEROUS.contains(&scheme.as_str()) {
        return Err(Problem::DangerousScheme);
    }
    if !raw.bytes().all(|b| {
        b.is_ascii_graphic() && !matches!(b, b'\\' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}')
    }) {
        return Err(Problem::Characters);
    }
    // RFC 6749 §3.1.2: absolute, without a fragment.
    if raw.contains('#') {
        return Err(Problem::Fragment);
    }
    if raw.contains('*') {
        return Err(Problem::Wildcard);
    }
    let url = Url::parse(raw).map_err(|_| Problem::NotAbsolute)?;
    if raw.split(['?']).next().unwrap_or_default().contains('@') && url.has_authority() && has_user_info(raw)
    {
        return Err(Problem::UserInfo);
    }
    match url.scheme() {
        "https" | "http" => web(raw, &url),
        scheme => private_use(scheme, &url, client),
    }
}

fn has_user_info(raw: &str) -> bool {
    let authority =
        raw.split_once("//").map_or("", |(_, rest)| rest.split(['/', '?']).next().unwrap_or_default());
    authority.contains('@')
}

fn web(raw: &str, url: &Url) -> Result<Destination, Problem> {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.octets() == [127, 0, 0, 1],
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(Problem::NotAbsolute),
    };
    // The URL standard reads 127.1, 0x7f.1 and 2130706433 as addresses too, so they all end here.
    let literal = matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_)));
    if literal && !loopback {
        return Err(Problem::IpLiteral);
    }
    if url.scheme() == "http" && !loopback {
        return Err(Problem::NotHttps);
    }
    let path = raw.split_once("//").map_or("", |(_, rest)| rest);
    let path = path.split('?').next().unwrap_or_default().to_ascii_lowercase().replace("%2e", ".");
    if path.split(['/', ';']).any(|segment| segment == "." || segment == "..") {
        return Err(Problem::DotSegments);
    }
    // What the browser would ask for must be what was registered, or the comparison at request time is about another
    // spelling than the one that is called. A bare origin is the one spelling that everybody writes without its slash.
    if url.as_str() != raw && url.as_str().strip_suffix('/') != Some(raw) {
        return Err(Problem::NotNormal);
    }
    Ok(if url.scheme() == "http" { Destination::Loopback } else { Destination::Web })
}

fn private_use(scheme: &str, url: &Url, client: ClientType) -> Result<Destination, Problem> {
    // RFC 8252 §7.1: a private-use scheme is a reverse domain name, so it has a dot.
    let is_reverse_domain = scheme.contains('.') && !scheme.starts_with('.') && !scheme.ends_with('.');
    if client == ClientType::Public && is_reverse_domain && !url.as_str().ends_with(':') {
        return Ok(Destination::PrivateUse);
    }
    Err(Problem::PrivateScheme)
}

fn propose(raw: &str, problem: Problem) -> Option<String> {
    match problem {
        Problem::NotHttps => raw.strip_prefix("http://").map(|rest| format!("https://{rest}")),
        Problem::NotAbsolute => Some(format!("https://{}", raw.trim_start_matches('/'))),
        Problem::Fragment => raw.split('#').next().map(str::to_owned),
        Problem::NotNormal | Problem::Characters | Problem::DotSegments => {
            Url::parse(raw).ok().map(String::from)
        }
        Problem::UserInfo => {
            let mut url = Url::parse(raw).ok()?;
            url.set_username("").ok()?;
            url.set_password(None).ok()?;
            Some(url.into())
        }
        Problem::Empty
        | Problem::TooLong
        | Problem::Wildcard
        | Problem::DangerousScheme
        | Problem::PrivateScheme
        | Problem::IpLiteral => None,
    }
}

/// Whether an app of this kind needs redirect URIs at all: custom apps never see a browser.
#[must_use]
pub fn are_needed(kind: ClientKind) -> bool {
    match kind {
        ClientKind::Store => true,
        ClientKind::Custom => false,
    }
}

/// Checks any other URL of an app (logo, privacy policy, terms): https, a host name, no user information.
///
/// # Errors
/// The first rule that it breaks, with a proposal where there is an obvious one.
pub fn https_url(raw: &str) -> Result<String, Refused> {
    let raw = raw.trim_matches(' ');
    match RedirectUri::register(raw, ClientType::Confidential) {
        Ok(uri) if uri.destination == Destination::Web => Ok(uri.text),
        Ok(_) => Err(Refused { problem: Problem::NotHttps, proposal: None }),
        Err(refused) => Err(refused),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn problem(raw: &str) -> Option<Problem> {
        RedirectUri::register(raw, ClientType::Confidential).err().map(|r| r.problem)
    }

    // security: R01
    #[test]
    fn what_may_not_be_registered_is_refused_with_its_reason() {
        let table = [
            ("", Problem::Empty),
            ("app.example.com/cb", Problem::NotAbsolute),
            ("//app.example.com/cb", Problem::NotAbsolute),
            ("/cb", Problem::NotAbsolute),
            ("http://app.example.com/cb", Problem::NotHttps),
            ("http://localhost.evil.test/cb", Problem::NotHttps),
            ("http://127.0.0.1.nip.io/cb", Problem::NotHttps),
            ("http://localhost@evil.example/cb", Problem::UserInfo),
            ("https://good@evil.example/cb", Problem::UserInfo),
            ("https://good@mid@evil.example/cb", Problem::UserInfo),
            ("https://good\\@evil.example/cb", Problem::Characters),
            ("https://evil\\.good.example/cb", Problem::Characters),
            ("https://app.example.com/cb#x", Problem::Fragment),
            ("https://app.example.com/*", Problem::Wildcard),
            ("https://*.example.com/cb", Problem::Wildcard),
            ("https://app.example.com*/cb", Problem::Wildcard),
            ("https://app.example.com/a/../b", Problem::DotSegments),
            ("https://app.example.com/cb/..;/evil", Problem::DotSegments),
            ("https://app.example.com/%2e%2E/b", Problem::DotSegments),
            ("https://app.example.com/./b", Problem::DotSegments),
            ("https://App.Example.com/cb", Problem::NotNormal),
            ("https://app.example.com:443/cb", Problem::NotNormal),
            ("https:app.example.com/cb", Problem::NotNormal),
            ("https:///app.example.com/cb", Problem::NotNormal),
            ("HTTPS://app.example.com/cb", Problem::NotNormal),
            ("https://b\u{fc}cher.example/cb", Problem::Characters),
            ("https://app.example.com/c b", Problem::Characters),
            ("https://app.example.com/\ncb", Problem::Characters),
            ("https://8.8.8.8/cb", Problem::IpLiteral),
            ("https://134744072/cb", Problem::IpLiteral),
            ("https://0x08.8.8.8/cb", Problem::IpLiteral),
            ("https://[2001:4860:4860::8888]/cb", Problem::IpLiteral),
            ("http://0.0.0.0/cb", Problem::IpLiteral),
            ("javascript:alert(1)", Problem::DangerousScheme),
            ("JaVaScRiPt:alert(1)", Problem::DangerousScheme),
            ("\u{1}javascript:alert(1)", Problem::DangerousScheme),
            ("java\nscript:alert(1)", Problem::DangerousScheme),
            (" \tjavascript:alert(1)", Problem::DangerousScheme),
            ("data:text/html,x", Problem::DangerousScheme),
            ("vbscript:x", Problem::DangerousScheme),
            ("file:///etc/passwd", Problem::DangerousScheme),
            ("blob:https://app.example.com/x", Problem::DangerousScheme),
            ("com.example.app:/cb", Problem::PrivateScheme),
        ];
        for (raw, expected) in table {
            assert_eq!(problem(raw), Some(expected), "{raw:?}");
        }
        assert_eq!(
            problem(&format!("https://app.example.com/{}", "a".repeat(LIMIT_BYTES))),
            Some(Problem::TooLong)
        );
    }

    #[test]
    fn what_apps_really_use_may_be_registered() {
        let register = |raw, client| RedirectUri::register(raw, client).map(|uri| uri.destination);
        for raw in [
            "https://app.example.com/cb",
            "https://app.example.com",
            "https://app.example.com:8443/cb?tenant=a&x=@",
            "https://xn--bcher-kva.example/cb",
            "https://app.example.com/cb/",
        ] {
            assert_eq!(register(raw, ClientType::Confidential), Ok(Destination::Web), "{raw}");
        }
        for raw in ["http://127.0.0.1:5000/cb", "http://localhost:8000/callback", "http://[::1]/cb"] {
            assert_eq!(register(raw, ClientType::Confidential), Ok(Destination::Loopback), "{raw}");
        }
        assert_eq!(register("com.example.app:/cb", ClientType::Public), Ok(Destination::PrivateUse));
        assert!(register("myapp://cb", ClientType::Public).is_err(), "not a reverse domain name");
    }

    #[test]
    fn a_refusal_proposes_what_was_probably_meant() {
        let proposal =
            |raw| RedirectUri::register(raw, ClientType::Confidential).err().and_then(|r| r.proposal);
        assert_eq!(proposal("http://app.example.com/cb").as_deref(), Some("https://app.example.com/cb"));
        assert_eq!(proposal("app.example.com/cb").as_deref(), Some("https://app.example.com/cb"));
        assert_eq!(proposal("https://App.example.com/cb").as_deref(), Some("https://app.example.com/cb"));
        assert_eq!(proposal("https://app.example.com/cb#top").as_deref(), Some("https://app.example.com/cb"));
        assert_eq!(proposal("javascript:alert(1)"), None);
    }

    // security: A01
    #[test]
    fn a_request_must_repeat_a_registered_uri_byte_for_byte() {
        let registered =
            RedirectUri::register("https://app.example.com/cb", ClientType::Confidential).expect("fine");
        assert!(registered.matches("https://app.example.com/cb", false));
        for other in [
            "https://app.example.com/cb/",
            "https://app.example.com/cb?x=1",
            "https://app.example.com/cb#x",
            "https://app.example.com/CB",
            "https://APP.example.com/cb",
            "https://app.example.com:443/cb",
            "https://app.example.com:8443/cb",
            "https://app.example.com/cb/../cb",
            "https://app.example.com/%63b",
            "https://app.example.com//cb",
            "https://user@app.example.com/cb",
            "https://app.example.com.evil.example/cb",
            "https://evil.example/?x=https://app.example.com/cb",
            "https://app.example.com\\@evil.example/cb",
            "https://app.example.com/cb\n",
            " https://app.example.com/cb",
            "http://app.example.com/cb",
            "",
        ] {
            assert!(!registered.matches(other, true), "{other:?}");
        }
    }

    // security: A02
    #[test]
    fn the_port_is_free_for_loopback_uris_of_public_clients_only() {
        let registered = RedirectUri::register("http://127.0.0.1/cb?a=b", ClientType::Public).expect("fine");
        assert!(registered.matches("http://127.0.0.1:51004/cb?a=b", true));
        assert!(
            !registered.matches("http://127.0.0.1:51004/cb?a=b", false),
            "a confidential client has a fixed port"
        );
        for other in [
            "http://127.0.0.1:51004/cb",
            "http://127.0.0.1:51004/cb?a=b&c",
            "http://127.0.0.1:51004/cb/?a=b",
            "http://127.0.0.1:99999/cb?a=b",
            "http://127.0.0.1:/cb?a=b",
            "http://127.0.0.1:80@evil.example/cb?a=b",
            "http://127.0.0.1.evil.example/cb?a=b",
            "http://127.0.0.1evil.example/cb?a=b",
            "http://localhost:51004/cb?a=b",
            "http://[::1]:51004/cb?a=b",
            "https://127.0.0.1:51004/cb?a=b",
            "http://127.0.0.2:51004/cb?a=b",
        ] {
            assert!(!registered.matches(other, true), "{other}");
        }
    }

    #[test]
    fn the_form_action_names_the_origin_or_the_scheme() {
        let action = |raw: &str| RedirectUri::from_stored(raw.to_owned()).form_action();
        assert_eq!(action("https://app.example.com/cb?x").as_deref(), Some("https://app.example.com"));
        assert_eq!(action("http://127.0.0.1:5000/cb").as_deref(), Some("http://127.0.0.1:5000"));
        assert_eq!(action("com.example.app:/cb").as_deref(), Some("com.example.app:"));
    }

    // security: R07
    #[test]
    fn other_urls_of_an_app_need_https_and_a_host_name() {
        assert!(https_url("https://cdn.example.com/logo.png").is_ok());
        for bad in [
            "http://localhost/logo.png",
            "http://cdn.example.com/x",
            "https://10.0.0.1/x",
            "javascript:x",
            "",
        ] {
            assert!(https_url(bad).is_err(), "{bad}");
        }
    }

    // security: A01, R01
    proptest! {
        #[test]
        fn only_equal_texts_match_outside_loopback(path in "[a-z/%.]{0,8}", other in ".{0,40}") {
            let raw = format!("https://app.example.com/{path}");
            if let Ok(uri) = RedirectUri::register(&raw, ClientType::Confidential) {
                prop_assert!(uri.matches(&raw, false));
                prop_assert_eq!(uri.matches(&other, true), other == raw);
            }
        }

        #[test]
        fn what_is_registered_is_safe_in_a_location_header(raw in "(https?:|javascript:)?.{0,40}") {
            for client in [ClientType::Confidential, ClientType::Public] {
                if let Ok(uri) = RedirectUri::register(&raw, client) {
                    prop_assert!(uri.as_str().bytes().all(|b| b.is_ascii_graphic()));
                    prop_assert!(!uri.as_str().to_ascii_lowercase().starts_with("javascript:"));
                    prop_assert_eq!(RedirectUri::from_stored(uri.as_str().to_owned()), uri);
                }
            }
        }
    }
}
