//! An internet of the tests' own: names, certificates and servers on loopback that answer well, badly or never.
//!
//! The server under test reaches it through `[outbound]`: [`Farm::outbound`] allows its exact hosts and trusts its
//! authority, [`Farm::dns`] knows its names. Every connection is counted.

mod authority;
mod logo;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use grantry::config;
use grantry::outbound::Dns;
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use authority::Authority;

/// The farm's own name, with a certificate that its authority signed.
pub const HOST: &str = "app.example";
/// A name whose certificate nobody trusts.
pub const UNTRUSTED_HOST: &str = "untrusted.example";
/// A name of a public kind that leads to the inside, where no call may arrive.
pub const INSIDE_HOST: &str = "inside.example";

/// What one listener has seen.
#[derive(Debug, Default)]
struct Seen {
    connections: AtomicUsize,
    requests: Mutex<Vec<String>>,
    /// What a test wants answered, by path.
    given: Mutex<HashMap<String, Vec<u8>>>,
}

/// A listener that only counts: it stands where no call may arrive.
#[derive(Debug)]
pub struct Trap {
    port: u16,
    seen: Arc<Seen>,
}

impl Trap {
    /// Listens on every IPv4 address of this computer, so that no spelling of one escapes the count.
    pub async fn new() -> Self {
        let (listener, port) = listen(Ipv4Addr::UNSPECIFIED).await;
        let seen = Arc::new(Seen::default());
        let count = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.connections.fetch_add(1, Ordering::SeqCst);
                drop(stream);
            }
        });
        Self { port, seen }
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many connections arrived; it must stay 0.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }
}

/// The servers, their names and their authority.
#[derive(Debug)]
pub struct Farm {
    port: u16,
    untrusted_port: u16,
    ca_file: NamedTempFile,
    key_hash: String,
    seen: Arc<Seen>,
    /// Where `/elsewhere` redirects to, and where [`INSIDE_HOST`] leads.
    pub trap: Trap,
}

impl Farm {
    /// Starts all of it on free ports.
    pub async fn new() -> Self {
        let authority = Authority::new("The farm's authority");
        let ca_file = NamedTempFile::new().expect("a file for the certificate");
        std::fs::write(ca_file.path(), authority.pem()).expect("the certificate is written");
        let trap = Trap::new().await;
        let seen = Arc::new(Seen::default());
        let (tls, key_hash) = authority.acceptor(&[HOST, "localhost", "127.0.0.1"]);
        let port = serve(tls, Arc::clone(&seen), trap.port()).await;
        let (tls, _) = Authority::new("Nobody's authority").acceptor(&[UNTRUSTED_HOST]);
        let untrusted_port = serve(tls, Arc::clone(&seen), trap.port()).await;
        Self { port, untrusted_port, ca_file, key_hash, seen, trap }
    }

    /// An address of the farm. The path says what answers:
    ///
    /// `/ok` 200 · `/missing` 404 · `/method` 405 · `/error` 500 · `/slow` never · `/elsewhere` redirects into the
    /// trap · `/huge` 2 MiB · `/logo.png` `/logo.jpg` `/logo.webp` good logos · `/bomb.png` 5000 pixels square in
    /// less than 512 KiB · `/logo.svg` · `/html.png` a page that says it is a PNG · `/slow.png` a byte a second ·
    /// `/endless.png` never ends. Everything else is 200 with a line of text, as `/callback`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("https://{HOST}:{}{path}", self.port)
    }

    /// Answers a path with this from now on, in place of what the farm has there. `head`: status and header lines, such
    /// as `200 OK\r\ncontent-type: text/plain`.
    pub fn answers(&self, path: &str, head: &str, body: &str) {
        let whole = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let mut given = self.seen.given.lock().expect("no request panics while it is answered");
        given.insert(path.to_owned(), whole.into_bytes());
    }

    /// Answers a path with a JSON document from now on, and says its address.
    #[must_use]
    pub fn publishes(&self, path: &str, document: &serde_json::Value) -> String {
        self.answers(path, "200 OK\r\ncontent-type: application/json", &document.to_string());
        self.url(path)
    }

    /// The same server under a name that every process knows; for a server in a process of its own.
    #[must_use]
    pub fn localhost_url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    /// The same answers behind a certificate that nobody trusts.
    #[must_use]
    pub fn untrusted_url(&self, path: &str) -> String {
        format!("https://{UNTRUSTED_HOST}:{}{path}", self.untrusted_port)
    }

    /// An address that looks public and leads inside, to the trap.
    #[must_use]
    pub fn inside_url(&self, path: &str) -> String {
        format!("https://{INSIDE_HOST}:{}{path}", self.trap.port())
    }

    /// Answers a path with this text from now on, in place of whatever was there.
    pub fn puts(&self, path: &str, document: &str) {
        self.answers(path, "200 OK\r\ncontent-type: application/json", document);
    }

    /// How many connections the servers accepted; those of the trap are counted apart.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// All requests so far, in order: request line, headers, and the body if there is one.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().expect("no request panics while it is noted").clone()
    }

    /// The `[outbound]` section with which the server under test reaches the farm, and only the farm.
    #[must_use]
    pub fn outbound(&self) -> config::Outbound {
        let exact = |host: &str, port: u16| format!("{host}:{port}").parse().expect("a host and a port");
        config::Outbound {
            allow: vec![
                exact(HOST, self.port),
                exact("localhost", self.port),
                exact(UNTRUSTED_HOST, self.untrusted_port),
            ],
            ca_file: Some(self.ca_file.path().to_owned()),
        }
    }

    /// The same section as a server in a process of its own reads it from a file.
    #[must_use]
    pub fn outbound_toml(&self) -> String {
        let section = self.outbound();
        let allow = section.allow.iter().map(|exact| format!("\"{exact}\"")).collect::<Vec<_>>().join(", ");
        format!("[outbound]\nallow = [{allow}]\nca_file = {:?}\n", self.ca_file.path())
    }

    /// Name server of the farm: its three names lead to 127.0.0.1, no other name exists.
    #[must_use]
    pub fn dns(&self) -> Dns {
        Dns::Given(Arc::new(|name| {
            let known = [HOST, UNTRUSTED_HOST, INSIDE_HOST, "localhost"].contains(&name.as_str());
            Box::pin(async move {
                let found = known.then(|| vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
                found.ok_or_else(|| io::Error::other("no such name"))
            })
        }))
    }

    pub(crate) fn hosts(&self) -> Vec<String> {
        [HOST, UNTRUSTED_HOST].map(str::to_owned).to_vec()
    }

    pub(crate) fn key_hash(&self) -> String {
        self.key_hash.clone()
    }
}

async fn listen(address: Ipv4Addr) -> (TcpListener, u16) {
    let listener = TcpListener::bind((address, 0)).await.expect("a free port");
    let port = listener.local_addr().expect("a listener has an address").port();
    (listener, port)
}

async fn serve(tls: TlsAcceptor, seen: Arc<Seen>, trap: u16) -> u16 {
    let (listener, port) = listen(Ipv4Addr::LOCALHOST).await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            seen.connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(connection(stream, tls.clone(), Arc::clone(&seen), trap));
        }
    });
    port
}

async fn connection(stream: TcpStream, tls: TlsAcceptor, seen: Arc<Seen>, trap: u16) {
    let Ok(mut stream) = tls.accept(stream).await else { return };
    let Some(mut head) = read_head(&mut stream).await else { return };
    head.push_str(&read_body(&mut stream, &head).await.unwrap_or_default());
    let path = head.split([' ', '?']).nth(1).unwrap_or_default().to_owned();
    if let Ok(mut requests) = seen.requests.lock() {
        requests.push(head);
    }
    let given = seen.given.lock().ok().and_then(|given| given.get(&path).cloned());
    if let Some(given) = given {
        let _ = stream.write_all(&given).await;
        let _ = stream.shutdown().await;
        return;
    }
    // A caller that has heard enough closes the connection, which ends the answer.
    let _ = answer(&mut stream, &path, trap).await;
    let _ = stream.shutdown().await;
}

async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < 32 * 1024 {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// The body of a request that says how long it is.
async fn read_body(stream: &mut (impl AsyncRead + Unpin), head: &str) -> Option<String> {
    let lower = head.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length:"))?.trim().parse().ok()?;
    let mut body = vec![0; usize::min(length, 64 * 1024)];
    stream.read_exact(&mut body).await.ok()?;
    String::from_utf8(body).ok()
}

async fn answer(stream: &mut (impl AsyncWrite + Unpin), path: &str, trap: u16) -> io::Result<()> {
    match path {
        "/missing" => whole(stream, "404 Not Found", "text/plain", b"nothing here").await,
        "/method" => whole(stream, "405 Method Not Allowed", "text/plain", b"not like this").await,
        "/error" => whole(stream, "500 Internal Server Error", "text/plain", b"broken").await,
        "/slow" => std::future::pending().await,
        "/elsewhere" => {
            let head = format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{trap}/\r\n\r\n");
            stream.write_all(head.as_bytes()).await
        }
        "/huge" => whole(stream, "200 OK", "text/plain", &vec![b'x'; 2 * 1024 * 1024]).await,
        "/logo.png" => whole(stream, "200 OK", "image/png", &logo::png()).await,
        "/logo.jpg" => whole(stream, "200 OK", "image/jpeg", &logo::jpeg()).await,
        "/logo.webp" => whole(stream, "200 OK", "image/webp", &logo::webp()).await,
        "/bomb.png" => whole(stream, "200 OK", "image/png", logo::bomb()).await,
        "/logo.svg" => whole(stream, "200 OK", "image/svg+xml", logo::SVG).await,
        "/html.png" => whole(stream, "200 OK", "image/png", logo::HTML).await,
        "/slow.png" => drip(stream, &logo::png(), Duration::from_secs(1)).await,
        "/endless.png" => endless(stream, &logo::png()).await,
        _ => whole(stream, "200 OK", "text/plain", b"The app got it.").await,
    }
}

async fn whole(
    stream: &mut (impl AsyncWrite + Unpin),
    status: &str,
    kind: &str,
    body: &[u8],
) -> io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await
}

async fn drip(stream: &mut (impl AsyncWrite + Unpin), body: &[u8], pause: Duration) -> io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n").await?;
    for byte in body {
        stream.write_all(&[*byte]).await?;
        stream.flush().await?;
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

async fn endless(stream: &mut (impl AsyncWrite + Unpin), beginning: &[u8]) -> io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n").await?;
    stream.write_all(beginning).await?;
    loop {
        stream.write_all(&[0; 4096]).await?;
    }
}
