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
    /// A program on the person's own device, by the loopback interface, with or without TLS.
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
        let destination = match text.split_once("://") {
            Some(("http" | "https", rest)) if loopback(rest).is_some() => Destination::Loopback,
            Some(("https", _)) => Destination::Web,
            Some(_) | None => Destination::PrivateUse,
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

    /// What `Content-Security-Policy: form-action` must name beside ourselves so that a form of ours may end here, and the
    /// client may send the person on: schemes.
    ///
    /// Browsers that apply `form-action` to redirects apply it to all that follow, the client's own among them, and the
    /// origins of those are unknown: with this URI's origin alone, the person would press *Allow* and nothing would happen.
    #[must_use]
    pub fn form_action(&self) -> Option<String> {
        match self.destination {
            Destination::Web => Some("https:".to_owned()),
            Destination::Loopback => Some("http: https:".to_owned()),
            Destination::PrivateUse => Url::parse(&self.text).ok().map(|url| format!("{}:", url.scheme())),
        }
    }
}

/// A loopback URI without its port: `(host, /path?query)`. `None` when it is no plain `http` loopback URI.
fn around_port(text: &str) -> Option<(&str, &str)> {
    let (host, after) = loopback(text.strip_prefix("http://")?)?;
    let end = after.find(['/', '?']).unwrap_or(after.len());
    let (port, tail) = after.split_at_checked(end)?;
    let is_port = match port.strip_prefix(':') {
        Some(digits) => digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse::<u16>().is_ok(),
        None => true,
    };
    is_port.then_some((host, tail))
}

/// The loopback host that the rest of a URI begins with, and what follows it.
fn loopback(rest: &str) -> Option<(&'static str, &str)> {
    ["127.0.0.1", "[::1]", "localhost"].into_iter().find_map(|host| {
        let after = rest.strip_prefix(host)?;
        (after.is_empty() || after.starts_with([':', '/', '?'])).then_some((host, after))
    })
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
    if url.has_authority() && has_user_info(raw) {
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
    Ok(if loopback { Destination::Loopback } else { Destination::Web })
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

/// The host of a registered URI; a private-use scheme mostly has none.
pub(crate) fn host_of(uri: &str) -> Option<String> {
    Url::parse(uri).ok()?.host_str().map(str::to_owned)
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
#[path = "redirect_uri_tests.rs"]
mod tests;
