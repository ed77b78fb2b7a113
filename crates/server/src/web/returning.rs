//! Where a person wanted to go before they had to sign in: kept in a cookie as a path of this server.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue};

use super::cookies::{Cookie, Cookies};

/// Longest path that is remembered; with a longer one people land on the first page.
const LONGEST: usize = 2000;

/// Ten minutes to sign in.
const KEPT_SECONDS: i64 = 600;

/// The cookie that remembers a path with its query.
#[must_use]
pub fn remember(cookies: Cookies, path: &str) -> Option<HeaderValue> {
    let path = Some(path).filter(|path| path.len() <= LONGEST && is_local(path))?;
    cookies.set(Cookie::Return, &URL_SAFE_NO_PAD.encode(path), Some(KEPT_SECONDS))
}

/// The path that was remembered. It is looked at again: cookies can be written by others, too.
#[must_use]
pub fn recall(cookies: Cookies, headers: &HeaderMap) -> Option<String> {
    let sent = cookies.read(headers, Cookie::Return)?;
    let path = String::from_utf8(URL_SAFE_NO_PAD.decode(sent).ok()?).ok()?;
    (path.len() <= LONGEST && is_local(&path)).then_some(path)
}

/// A path that no browser can take for another host: `//host`, `/\host` and `/<tab>/host` are such.
fn is_local(path: &str) -> bool {
    let mut bytes = path.bytes();
    bytes.next() == Some(b'/')
        && !matches!(bytes.next(), Some(b'/' | b'\\'))
        && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOKIES: Cookies = Cookies { secure: false };

    fn round_trip(path: &str) -> Option<String> {
        let set = remember(COOKIES, path)?;
        let pair = set.to_str().ok()?.split(';').next()?.to_owned();
        let headers = HeaderMap::from_iter([(http::header::COOKIE, HeaderValue::from_str(&pair).ok()?)]);
        recall(COOKIES, &headers)
    }

    // security: S11
    #[test]
    fn only_a_path_of_this_server_is_remembered() {
        assert_eq!(round_trip("/apps/store-apps?q=a%20b").as_deref(), Some("/apps/store-apps?q=a%20b"));
        for evil in
            ["//evil", "/\\evil", "/\t/evil", "https:evil", "https://evil", "", "evil", "/a\\b", "/a b"]
        {
            assert_eq!(round_trip(evil), None, "{evil:?}");
            let forged = format!("grantry-return={}", URL_SAFE_NO_PAD.encode(evil));
            let headers = HeaderMap::from_iter([(
                http::header::COOKIE,
                HeaderValue::from_str(&forged).expect("a header"),
            )]);
            assert_eq!(recall(COOKIES, &headers), None, "{evil:?}");
        }
    }
}
