//! The types of single values: the public URL, an allowed host, an accent colour, sizes, time spans and secrets.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use url::{Host, Url};
use zeroize::Zeroize as _;

/// Where people and programs reach this server, and the issuer of its tokens: scheme, host and port, nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    https: bool,
    host: String,
    local: bool,
}

impl PublicUrl {
    /// The issuer string, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Cookies are `__Host-` and `Secure` exactly then.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// The host without port, an IPv6 address in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether only programs on this computer can reach it.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.local
    }

    /// A link to a path of this server; the path begins with a slash.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// The URL a server has that was told only where to listen.
    #[must_use]
    pub fn localhost(port: u16) -> Self {
        let text =
            if port == 80 { "http://localhost".to_owned() } else { format!("http://localhost:{port}") };
        Self { text, https: false, host: "localhost".to_owned(), local: true }
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url =
            Url::parse(text).map_err(|why| format!("{why}; write it as https://connect.example.com"))?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            other => return Err(format!("its scheme is {other}, not https")),
        };
        let host = url.host().ok_or("it has no host")?;
        let local = is_this_computer(&host);
        if !https && !local {
            return Err("only localhost, 127.0.0.1 and [::1] may go without https".to_owned());
        }
        // Tokens, cookies and discovery carry this text byte for byte, so there is one way to write it.
        let plain = url.origin().ascii_serialization();
        if plain != text {
            return Err(format!("it is scheme, host and port only; write it as {plain}"));
        }
        Ok(Self { text: plain, https, host: host.to_string(), local })
    }
}

fn is_this_computer(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => *address == std::net::Ipv4Addr::LOCALHOST,
        Host::Ipv6(address) => *address == std::net::Ipv6Addr::LOCALHOST,
    }
}

/// One exact host and port, as it stands in a URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostPort {
    host: String,
    port: u16,
}

impl HostPort {
    /// Whether this is the host and port that the URL names.
    #[must_use]
    pub fn names(&self, url: &Url) -> bool {
        url.host_str() == Some(self.host.as_str()) && url.port_or_known_default() == Some(self.port)
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.host, self.port)
    }
}

impl FromStr for HostPort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (host, port) = text.rsplit_once(':').ok_or("the port is missing")?;
        let port: u16 = port.parse().map_err(|_| "the port is not a number up to 65535".to_owned())?;
        if host.contains(['/', '@', '*']) {
            return Err("it names one host and nothing else".to_owned());
        }
        // Through a URL, so that both sides of the comparison are spelled by the same rules.
        let url = Url::parse(&format!("https://{host}/")).map_err(|why| why.to_string())?;
        let host = url.host_str().ok_or("the host is missing")?.to_owned();
        Ok(Self { host, port })
    }
}

/// The colour of buttons and links, as red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    pub red: u8,
    pub green: u8,
    pub blue: u8,
}

impl Accent {
    /// Black or white, whichever reads better on this colour.
    #[must_use]
    pub fn ink(self) -> Self {
        let white = Self { red: 255, green: 255, blue: 255 };
        let black = Self { red: 0, green: 0, blue: 0 };
        if self.contrast(white) >= self.contrast(black) { white } else { black }
    }

    /// The contrast of two colours, from 1 to 21, as WCAG 2.2 defines it.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }
}

impl fmt::Display for Accent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl FromStr for Accent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write it as #3b5bdb".to_owned();
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or_else(wrong)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self { red, green, blue })
    }
}

/// Where people turn for help: a mail address or a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Support(String);

impl Support {
    /// What a link to it points at.
    #[must_use]
    pub fn href(&self) -> String {
        if self.0.starts_with("https://") { self.0.clone() } else { format!("mailto:{}", self.0) }
    }
}

impl fmt::Display for Support {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for Support {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let page = Url::parse(text).is_ok_and(|url| url.scheme() == "https");
        if page || text.parse::<lettre::Address>().is_ok() {
            return Ok(Self(text.to_owned()));
        }
        Err("write help@example.com or https://example.com/help".to_owned())
    }
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u32);

impl Bytes {
    #[must_use]
    pub const fn kib(count: u32) -> Self {
        Self(count * 1024)
    }

    #[must_use]
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

const MIB: u32 = 1024 * 1024;

impl fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            whole if whole >= MIB && whole % MIB == 0 => write!(formatter, "{}MiB", whole / MIB),
            whole if whole >= 1024 && whole % 1024 == 0 => write!(formatter, "{}KiB", whole / 1024),
            bytes => write!(formatter, "{bytes}B"),
        }
    }
}

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let units = [("MiB", MIB), ("KiB", 1024), ("B", 1)];
        units
            .iter()
            .find_map(|(unit, size)| text.trim().strip_suffix(unit).map(|count| (count, *size)))
            .and_then(|(count, size)| count.trim().parse::<u32>().ok()?.checked_mul(size))
            .map(Self)
            .ok_or_else(|| "not a size".to_owned())
    }
}

const UNITS: [(&str, u64); 5] = [("ms", 1), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];

pub(super) fn duration_from(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (count, unit) =
        UNITS.iter().find_map(|(unit, size)| text.strip_suffix(unit).map(|count| (count, *size)))?;
    count.trim().parse::<u64>().ok()?.checked_mul(unit).map(Duration::from_millis)
}

/// In the largest unit that says it whole.
pub(super) fn duration_text(span: Duration) -> String {
    let ms = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let largest =
        UNITS.iter().filter(|(_, size)| ms >= *size && ms % size == 0).max_by_key(|(_, size)| *size);
    match largest {
        Some((unit, size)) => format!("{}{unit}", ms / size),
        None => format!("{ms}ms"),
    }
}

/// A password or a URL with one inside. It is never printed, and its memory is wiped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself: for the one call that needs it, never for a message.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_https_or_this_computer_and_has_one_spelling() {
        for good in [
            "https://connect.example.com",
            "https://connect.example.com:8443",
            "http://localhost:8080",
            "http://127.0.0.1:9",
            "http://[::1]:8080",
            "http://localhost",
        ] {
            let url: PublicUrl = good.parse().unwrap();
            assert_eq!(url.as_str(), good);
            assert_eq!(url.is_https(), good.starts_with("https"));
        }
        for (bad, hint) in [
            ("https://connect.example.com/", "write it as https://connect.example.com"),
            ("https://connect.example.com/path", "write it as https://connect.example.com"),
            ("https://connect.example.com?a=b", "write it as https://connect.example.com"),
            ("https://connect.example.com#a", "write it as https://connect.example.com"),
            ("https://me:pw@connect.example.com", "write it as https://connect.example.com"),
            ("https://Connect.example.com", "write it as https://connect.example.com"),
            ("https://connect.example.com:443", "write it as https://connect.example.com"),
            ("http://connect.example.com", "may go without https"),
            ("http://localhost.evil.test", "may go without https"),
            ("http://127.0.0.2", "may go without https"),
            ("ftp://localhost", "scheme is ftp"),
            ("connect.example.com", "write it as https://"),
            ("", "write it as https://"),
        ] {
            let said = bad.parse::<PublicUrl>().unwrap_err();
            assert!(said.contains(hint), "{bad}: {said}");
        }
    }

    #[test]
    fn an_allowed_host_matches_that_host_and_port_only() {
        let allowed: HostPort = "127.0.0.1:8443".parse().unwrap();
        for (url, same) in [
            ("https://127.0.0.1:8443/a", true),
            ("http://127.0.0.1:8443/", true),
            ("https://0x7f.1:8443/", true),
            ("https://127.0.0.1/", false),
            ("https://127.0.0.2:8443/", false),
            ("https://127.0.0.1.nip.io:8443/", false),
        ] {
            assert_eq!(allowed.names(&Url::parse(url).unwrap()), same, "{url}");
        }
        let six: HostPort = "[::1]:443".parse().unwrap();
        assert!(six.names(&Url::parse("https://[::1]/").unwrap()));
        for bad in ["127.0.0.1", "host:99999", "*:443", "a@b:443", "a/b:443", ":443"] {
            assert!(bad.parse::<HostPort>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Some(Secret::new("hunter2".to_owned()))), "Some(Secret(…))");
    }

    #[test]
    fn sizes_and_time_spans_are_shown_as_they_are_written() {
        for text in ["64KiB", "1MiB", "1000B"] {
            assert_eq!(text.parse::<Bytes>().unwrap().to_string(), text);
        }
        for text in ["", "12", "KiB", "-1KiB", "9999999MiB"] {
            assert!(text.parse::<Bytes>().is_err(), "{text}");
        }
        for text in ["500ms", "10s", "5m", "24h", "180d"] {
            let span = duration_from(text).unwrap();
            assert_eq!(duration_from(&duration_text(span)).unwrap(), span);
        }
        assert_eq!(duration_text(Duration::from_secs(90)), "90s");
        assert_eq!(duration_from("10"), None);
        assert_eq!(duration_from("-1s"), None);
    }

    #[test]
    fn an_accent_is_six_hexadecimal_digits() {
        assert_eq!("#3B5bdb".parse::<Accent>().unwrap().to_string(), "#3b5bdb");
        let ink = |colour: &str| colour.parse::<Accent>().unwrap().ink().to_string();
        assert_eq!([ink("#3b5bdb"), ink("#ffd43b"), ink("#777777")], ["#ffffff", "#000000", "#000000"]);
        let [black, white]: [Accent; 2] = ["#000000", "#ffffff"].map(|colour| colour.parse().unwrap());
        assert!((black.contrast(white) - 21.0).abs() < 0.001);
        for bad in ["3b5bdb", "#3b5", "#3b5bdg", "#+b5bdb", "red"] {
            assert!(bad.parse::<Accent>().is_err(), "{bad}");
        }
    }
}
