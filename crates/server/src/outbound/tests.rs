//! The guard against every address that is not public, and the verdicts, with listeners that count connections.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use super::*;

/// A name server in a table: each look-up of a name takes the next answer, the last one stays.
#[derive(Clone, Default)]
struct Names {
    answers: Arc<Mutex<HashMap<String, Vec<Vec<IpAddr>>>>>,
    asked: Arc<AtomicUsize>,
}

impl Names {
    fn with(self, name: &str, answers: &[&[&str]]) -> Self {
        let parsed =
            answers.iter().map(|one| one.iter().map(|text| text.parse().unwrap()).collect()).collect();
        self.answers.lock().unwrap().insert(name.to_owned(), parsed);
        self
    }

    fn dns(&self) -> Dns {
        let names = self.clone();
        Dns::Given(Arc::new(move |name| {
            names.asked.fetch_add(1, Ordering::SeqCst);
            let mut answers = names.answers.lock().unwrap();
            let found = answers.get_mut(&name).map(|left| {
                if left.len() > 1 { left.remove(0) } else { left.first().cloned().unwrap_or_default() }
            });
            Box::pin(async move { found.ok_or_else(|| std::io::Error::other("no such name")) })
        }))
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn client(names: &Names, allow: &[String], ca_file: Option<PathBuf>) -> Outbound {
    let allow = allow.iter().map(|exact| exact.parse().unwrap()).collect();
    Outbound::new(&config::Outbound { allow, ca_file }, names.dns()).unwrap()
}

/// A server that counts its connections and gives each the same answer.
struct Counting {
    port: u16,
    seen: Arc<AtomicUsize>,
}

impl Counting {
    fn connections(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }

    async fn plain(address: &str, answer: &'static [u8]) -> Self {
        Self::serve(TcpListener::bind(address).await.unwrap(), answer, None)
    }

    fn serve(listener: TcpListener, answer: &'static [u8], tls: Option<TlsAcceptor>) -> Self {
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let tls = tls.clone();
                tokio::spawn(async move {
                    match tls {
                        None => answer_with(stream, answer).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                answer_with(stream, answer).await;
                            }
                        }
                    }
                });
            }
        });
        Self { port, seen }
    }
}

async fn answer_with(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &[u8]) {
    hear(&mut stream).await;
    if answer.is_empty() {
        // A server that never answers.
        return std::future::pending().await;
    }
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
}

/// Reads a request's head.
async fn hear(stream: &mut (impl AsyncRead + Unpin)) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => request.push(byte),
            Err(_) => return,
        }
    }
    assert!(!String::from_utf8_lossy(&request).to_lowercase().contains("cookie"));
}

/// A certificate for a name, as an acceptor and as a `ca_file` that trusts it.
fn certificate(name: &str) -> (TlsAcceptor, tempfile::NamedTempFile) {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let chain = vec![CertificateDer::from(made.cert.der().to_vec())];
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), made.cert.pem()).unwrap();
    (TlsAcceptor::from(Arc::new(tls)), file)
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 2\r\n\r\nhi";

/// Hosts that mean the inside by themselves, in all the spellings there are.
const INSIDE_HOSTS: [&str; 32] = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "017700000001",
    "0x7f.1",
    "127.0.0.1.",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "0.0.0.0",
    "0",
    "0x0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "0xa9fea9fe",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[fe80::1]",
    "[fc00::1]",
];

/// Addresses that a name may resolve to.
const INSIDE_ADDRESSES: [&str; 22] = [
    "127.0.0.1",
    "127.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "198.18.0.1",
    "203.0.113.7",
    "240.0.0.1",
    "::1",
    "::",
    "fc00::1",
    "fe80::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
];

// security: R02, R08
#[tokio::test(start_paused = true)]
async fn no_spelling_of_an_inside_address_is_ever_called() {
    let four = Counting::plain("0.0.0.0:0", OK).await;
    let six =
        TcpListener::bind(("::1", four.port)).await.ok().map(|listener| Counting::serve(listener, OK, None));
    let mut names = Names::default()
        .with("localhost", &[&["127.0.0.1", "::1"]])
        .with("sub.localhost", &[&["127.0.0.1"]])
        .with("half.example", &[&["93.184.215.14", "127.0.0.1"]])
        .with("other-half.example", &[&["10.0.0.1", "93.184.215.14"]])
        .with("nowhere.example", &[&[]]);
    let mut hosts: Vec<String> = INSIDE_HOSTS.iter().map(|host| (*host).to_owned()).collect();
    for (number, address) in INSIDE_ADDRESSES.iter().enumerate() {
        let name = format!("inside{number}.example");
        names = names.with(&name, &[&[address]]);
        hosts.push(name);
    }
    for name in
        ["localhost", "LOCALHOST", "localhost.", "sub.localhost", "half.example", "other-half.example"]
    {
        hosts.push(name.to_owned());
    }
    hosts.push("nowhere.example".to_owned());
    hosts.push("missing.example".to_owned());
    let outbound = client(&names, &[], None);
    for host in &hosts {
        for scheme in ["https", "http"] {
            let url = format!("{scheme}://{host}:{}/callback", four.port);
            let refused = outbound.get(&url, Limits::DOCUMENT).await.unwrap_err();
            let expected = [OutboundError::NotPublic, OutboundError::NotAllowed];
            assert!(expected.contains(&refused), "{url}: {refused:?}");
            let verdict = outbound.probe(&url).await;
            let expected = [Verdict::NotPubliclyReachable, Verdict::NotProbed];
            assert!(expected.contains(&verdict), "{url}: {verdict:?}");
        }
    }
    assert_eq!(four.connections(), 0);
    assert_eq!(six.map_or(0, |six| six.connections()), 0);
}

#[tokio::test(start_paused = true)]
async fn a_url_that_is_not_plain_https_is_not_called() {
    let names = Names::default().with("app.example", &[&["93.184.215.14"]]);
    let outbound = client(&names, &[], None);
    for url in [
        "http://app.example/",
        "ftp://app.example/",
        "file:///etc/passwd",
        "gopher://app.example/",
        "data:text/plain,a",
        "javascript:alert(1)",
        "https://me@app.example/",
        "https://me:pw@app.example/",
        "https://app.example./",
        "//app.example/",
        "app.example",
        "https://",
        "",
    ] {
        assert_eq!(
            outbound.get(url, Limits::DOCUMENT).await.unwrap_err(),
            OutboundError::NotAllowed,
            "{url}"
        );
    }
    assert_eq!(names.asked(), 0);
}

// security: R02
#[tokio::test(start_paused = true)]
async fn what_is_not_public_gets_one_answer_after_one_time() {
    let open = Counting::plain("127.0.0.1:0", OK).await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let names = Names::default()
        .with("open.example", &[&["127.0.0.1"]])
        .with("half.example", &[&["93.184.215.14", "10.0.0.1"]]);
    let slow = {
        let quick = names.dns();
        Dns::Given(Arc::new(move |name| {
            let quick = quick.clone();
            let wait = Duration::from_millis(match name.as_str() {
                "slow.example" => 60_000,
                "open.example" => 700,
                _ => 3,
            });
            Box::pin(async move {
                tokio::time::sleep(wait).await;
                quick.addresses(&name).await
            })
        }))
    };
    let outbound = Outbound::new(&config::Outbound::default(), slow).unwrap();
    for host in [
        format!("open.example:{}", open.port),
        format!("open.example:{closed}"),
        "half.example".to_owned(),
        "missing.example".to_owned(),
        "slow.example".to_owned(),
        "10.0.0.1".to_owned(),
    ] {
        let before = Instant::now();
        assert_eq!(
            outbound.probe(&format!("https://{host}/cb")).await,
            Verdict::NotPubliclyReachable,
            "{host}"
        );
        assert_eq!(before.elapsed(), REFUSAL_BAND, "{host}");
    }
    assert_eq!(open.connections(), 0);
}

#[tokio::test]
async fn a_name_is_resolved_once_and_the_call_goes_where_was_looked() {
    let looked_at = Counting::plain("127.0.0.1:0", OK).await;
    let port = looked_at.port;
    let second = Counting::serve(TcpListener::bind(("127.0.0.2", port)).await.unwrap(), OK, None);
    let names = Names::default().with("flips.example", &[&["127.0.0.1"], &["127.0.0.2"]]);
    let outbound = client(&names, &[format!("flips.example:{port}")], None);
    outbound.get(&format!("http://flips.example:{port}/"), Limits::DOCUMENT).await.unwrap();
    assert_eq!((looked_at.connections(), second.connections(), names.asked()), (1, 0, 1));
    // No connection is kept for the next call, which looks again.
    outbound.get(&format!("http://flips.example:{port}/"), Limits::DOCUMENT).await.unwrap();
    assert_eq!((looked_at.connections(), second.connections(), names.asked()), (1, 1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_name_that_turns_inside_after_its_registration_is_refused_at_the_call() {
    let inside = Counting::plain("127.0.0.1:0", OK).await;
    let names = Names::default().with("flips.example", &[&["93.184.215.14"], &["127.0.0.1"]]);
    let outbound = client(&names, &[], None);
    let url = format!("https://flips.example:{}/", inside.port);
    let first = outbound.vet(&url).await.unwrap();
    assert_eq!(first.addresses, [format!("93.184.215.14:{}", inside.port).parse().unwrap()]);
    assert_eq!(outbound.vet(&url).await.unwrap_err(), OutboundError::NotPublic);
    assert_eq!(inside.connections(), 0);
}

// security: R08
#[tokio::test]
async fn a_redirect_to_the_inside_is_not_followed() {
    let inside = Counting::plain("127.0.0.1:0", OK).await;
    let location = format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{}/\r\n\r\n", inside.port);
    let front = Counting::plain("127.0.0.1:0", location.leak().as_bytes()).await;
    let exact = format!("front.example:{}", front.port);
    let names = Names::default().with("front.example", &[&["127.0.0.1"]]);
    let outbound = client(&names, std::slice::from_ref(&exact), None);
    let url = format!("http://{exact}/");
    assert_eq!(outbound.get(&url, Limits::DOCUMENT).await.unwrap_err(), OutboundError::Status(302));
    assert_eq!(outbound.probe(&url).await, Verdict::RedirectsElsewhere { status: 302 });
    assert_eq!((front.connections(), inside.connections()), (2, 0));
}

#[tokio::test]
async fn an_allowed_host_is_called_and_its_neighbours_are_not() {
    let inside = Counting::plain("127.0.0.1:0", OK).await;
    let names = Names::default().with("inside.example", &[&["127.0.0.1"]]);
    let outbound = client(&names, &[format!("127.0.0.1:{}", inside.port)], None);
    let got = outbound.get(&format!("http://127.0.0.1:{}/logo", inside.port), Limits::LOGO).await.unwrap();
    assert_eq!(
        (got.status, got.content_type.as_deref(), &got.body[..]),
        (200, Some("image/png"), &b"hi"[..])
    );
    assert_eq!(inside.connections(), 1);
    // Another name of the same address is another host.
    let other = format!("https://inside.example:{}/", inside.port);
    assert_eq!(outbound.get(&other, Limits::LOGO).await.unwrap_err(), OutboundError::NotPublic);
    assert_eq!(inside.connections(), 1);
}

#[tokio::test]
async fn every_status_has_its_verdict() {
    let table: [(&'static [u8], Verdict); 7] = [
        (b"HTTP/1.1 200 OK\r\n\r\n", Verdict::Reachable { status: 200 }),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Verdict::Reachable { status: 400 }),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", Verdict::Reachable { status: 404 }),
        (b"HTTP/1.1 405 Method Not Allowed\r\n\r\n", Verdict::Reachable { status: 405 }),
        (b"HTTP/1.1 301 Moved\r\nlocation: /\r\n\r\n", Verdict::RedirectsElsewhere { status: 301 }),
        (b"HTTP/1.1 503 Busy\r\n\r\n", Verdict::ServerError { status: 503 }),
        (b"this is not HTTP\r\n\r\n", Verdict::NoAnswer),
    ];
    for (answer, verdict) in table {
        let (tls, ca) = certificate("app.example");
        let server = Counting::serve(TcpListener::bind("127.0.0.1:0").await.unwrap(), answer, Some(tls));
        let names = Names::default().with("app.example", &[&["127.0.0.1"]]);
        let exact = format!("app.example:{}", server.port);
        let outbound = client(&names, std::slice::from_ref(&exact), Some(ca.path().to_owned()));
        assert_eq!(outbound.probe(&format!("https://{exact}/callback")).await, verdict);
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_or_of_another_name_fails() {
    let names = Names::default().with("app.example", &[&["127.0.0.1"]]);
    let (tls, _) = certificate("app.example");
    let unknown = Counting::serve(TcpListener::bind("127.0.0.1:0").await.unwrap(), OK, Some(tls));
    let exact = format!("app.example:{}", unknown.port);
    let outbound = client(&names, std::slice::from_ref(&exact), None);
    assert_eq!(outbound.probe(&format!("https://{exact}/")).await, Verdict::BadCertificate);

    let (tls, ca) = certificate("other.example");
    let other = Counting::serve(TcpListener::bind("127.0.0.1:0").await.unwrap(), OK, Some(tls));
    let exact = format!("app.example:{}", other.port);
    let outbound = client(&names, std::slice::from_ref(&exact), Some(ca.path().to_owned()));
    assert_eq!(outbound.probe(&format!("https://{exact}/")).await, Verdict::BadCertificate);
    assert_eq!(
        outbound.fetch_logo(&format!("https://{exact}/")).await.unwrap_err(),
        OutboundError::Certificate
    );
}

// security: W08
#[tokio::test]
async fn an_answer_that_is_too_large_is_cut_whether_it_says_so_or_not() {
    let announced = b"HTTP/1.1 200 OK\r\ncontent-length: 65\r\n\r\n";
    let silent = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &[b'a'; 65]].concat();
    let fits = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &[b'a'; 64]].concat();
    let limits = Limits { bytes: 64, time: Duration::from_secs(5) };
    for (answer, size) in [(announced.to_vec(), None), (silent, None), (fits, Some(64))] {
        let server = Counting::plain("127.0.0.1:0", answer.leak()).await;
        let exact = format!("127.0.0.1:{}", server.port);
        let outbound = client(&Names::default(), std::slice::from_ref(&exact), None);
        let got = outbound.get(&format!("http://{exact}/"), limits).await;
        match size {
            Some(size) => assert_eq!(got.unwrap().body.len(), size),
            None => assert_eq!(got.unwrap_err(), OutboundError::TooLarge),
        }
    }
}

#[tokio::test]
async fn headers_without_end_are_not_read_to_the_end() {
    let many =
        [b"HTTP/1.1 200 OK\r\n".to_vec(), b"a: b\r\n".repeat(HEADER_LINES + 1), b"\r\n".to_vec()].concat();
    let server = Counting::plain("127.0.0.1:0", many.leak()).await;
    let exact = format!("127.0.0.1:{}", server.port);
    let outbound = client(&Names::default(), std::slice::from_ref(&exact), None);
    let got = outbound.get(&format!("http://{exact}/"), Limits::DOCUMENT).await;
    assert_eq!(got.unwrap_err(), OutboundError::NoAnswer);
}

#[tokio::test]
async fn a_silent_server_and_a_body_that_never_ends_meet_the_time_limit() {
    let limits = Limits { bytes: 64, time: Duration::from_millis(200) };
    let silent = Counting::plain("127.0.0.1:0", b"").await;
    let exact = format!("127.0.0.1:{}", silent.port);
    let outbound = client(&Names::default(), std::slice::from_ref(&exact), None);
    let got = outbound.get(&format!("http://{exact}/"), limits).await;
    assert_eq!(got.unwrap_err(), OutboundError::Timeout);

    // It promises ten bytes, sends two and stays connected.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let exact = format!("127.0.0.1:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        hear(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhi").await.unwrap();
        std::future::pending::<()>().await;
    });
    let outbound = client(&Names::default(), std::slice::from_ref(&exact), None);
    let got = outbound.get(&format!("http://{exact}/"), limits).await;
    assert_eq!(got.unwrap_err(), OutboundError::Timeout);
}

#[tokio::test]
async fn a_closed_port_of_a_callable_host_gives_no_answer() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let exact = format!("127.0.0.1:{closed}");
    let outbound = client(&Names::default(), std::slice::from_ref(&exact), None);
    assert_eq!(outbound.probe(&format!("http://{exact}/")).await, Verdict::NoAnswer);
}

#[tokio::test]
async fn what_is_on_the_users_device_is_not_probed() {
    let outbound = client(&Names::default(), &[], None);
    for uri in ["http://localhost/cb", "http://127.0.0.1:8000/cb", "http://[::1]/cb", "com.example.app:/cb"] {
        assert_eq!(outbound.probe(uri).await, Verdict::NotProbed, "{uri}");
    }
}

#[test]
fn a_ca_file_without_a_certificate_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for ca_file in [file.path().to_owned(), PathBuf::from("/does/not/exist")] {
        let settings = config::Outbound { allow: Vec::new(), ca_file: Some(ca_file) };
        let said = format!("{:#}", Outbound::new(&settings, Dns::System).unwrap_err());
        assert!(said.contains("outbound.ca_file"), "{said}");
    }
}
