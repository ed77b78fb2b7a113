//! An answer as it came over the wire, and the exact bytes that asked for it.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Form;

/// The longest a test waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Status, headers and body of an answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    /// Names in lower case, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body as text; bytes that are none become the replacement character.
    pub body: String,
    pub bytes: Vec<u8>,
}

/// Sends exactly these bytes on a connection of their own and reads until the server closes it.
///
/// # Panics
/// When no whole answer comes in time.
pub async fn raw(address: SocketAddr, bytes: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(address).await.expect("the server accepts");
    // A server that refuses a body may answer and close before it has read all of it.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    let read = read.expect("the server answers in time");
    assert!(read.is_ok() || !answer.is_empty(), "the server answers: {read:?}");
    Reply::parse(&answer)
}

/// Sends a request; headers are written as they are given, `Host` and `Content-Length` are added when they are not.
///
/// # Panics
/// As [`raw`].
pub async fn send(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let given = |wanted: &str| headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let mut text = format!("{method} {target} HTTP/1.1\r\n");
    if !given("host") {
        text.push_str(&format!("Host: localhost:{}\r\n", address.port()));
    }
    if !given("content-length") && (!body.is_empty() || !matches!(method, "GET" | "HEAD")) {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    text.push_str("Connection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    raw(address, &[text.as_bytes(), body].concat()).await
}

impl Reply {
    fn parse(answer: &[u8]) -> Self {
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("an answer has a head: {}", String::from_utf8_lossy(answer)));
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let mut lines = head.lines();
        let first = lines.next().unwrap_or_default();
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut reply = Self { status, headers, body: String::new(), bytes: answer[end + 4..].to_vec() };
        if reply.header("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
            reply.bytes = without_chunks(&reply.bytes);
        }
        reply.body = String::from_utf8_lossy(&reply.bytes).into_owned();
        reply
    }

    /// The first header of this name.
    #[must_use]
    pub fn header(&self, wanted: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.as_str())
    }

    /// Every header of this name.
    pub fn all<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.as_str())
    }

    /// Where a redirect leads.
    ///
    /// # Panics
    /// When the answer is no redirect.
    #[must_use]
    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_else(|| panic!("no redirect: {} {}", self.status, self.body))
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {} {}", self.status, self.body))
    }

    /// The form of the page that goes to this action or has a button with these words.
    ///
    /// # Panics
    /// When the page has no such form.
    #[must_use]
    pub fn form(&self, action_or_button: &str) -> Form {
        Form::find(&self.body, action_or_button)
            .unwrap_or_else(|| panic!("no form {action_or_button:?}: {} {}", self.status, self.body))
    }

    /// Whether the page says this, in its text or in a value; entities in the page are read as what they stand for.
    #[must_use]
    pub fn says(&self, words: &str) -> bool {
        super::form::unescaped(&self.body).contains(words)
    }
}

/// RFC 9112 §7.1: each chunk is its length in hexadecimal, a line end, that many bytes and a line end.
fn without_chunks(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = String::from_utf8_lossy(&rest[..line]);
        let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16).unwrap_or(0);
        let from = line + 2;
        if size == 0 || rest.len() < from + size + 2 {
            break;
        }
        body.extend_from_slice(&rest[from..from + size]);
        rest = &rest[from + size + 2..];
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_with_its_repeated_headers_and_chunks() {
        let reply = Reply::parse(
            b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nTransfer-Encoding: chunked\r\n\r\n\
              3\r\nyes\r\n5;x\r\n, sir\r\n0\r\n\r\n",
        );
        assert_eq!(reply.status, 200);
        assert_eq!(reply.all("set-cookie").collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert_eq!(reply.body, "yes, sir");
    }
}
