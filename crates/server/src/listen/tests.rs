//! Slow, silent, greedy and too many clients; and a stop that breaks nobody's request. Time is virtual.

use std::time::Duration;

use axum::body::Body;
use axum::routing::{get, post};
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval};

use super::*;
use crate::web::guard::PeerAddress;

struct Server {
    address: SocketAddr,
    terms: Terms,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Server {
    async fn start(router: Router) -> Self {
        Self::with(router, Terms::new(&Limits::default(), None, &[])).await
    }

    async fn with(router: Router, terms: Terms) -> Self {
        let listener = bind(&["127.0.0.1:0".parse().unwrap()], "--listen").await.unwrap().remove(0);
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = watch::channel(false);
        let serving = tokio::spawn(serve(listener, router, terms.clone(), stopping));
        Self { address, terms, stop, serving }
    }

    async fn client(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

const ASK: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

/// Reads one answer whose body is `hello`.
async fn hear_hello(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\nhello") {
        answer.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(answer).unwrap()
}

/// Waits until the server closes, and says how long that took.
async fn hear_the_end(stream: &mut TcpStream) -> (Vec<u8>, Duration) {
    let began = Instant::now();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    (rest, began.elapsed())
}

fn about(seconds: u64) -> std::ops::Range<Duration> {
    Duration::from_secs(seconds)..Duration::from_secs(seconds + 4)
}

// security: W07
#[tokio::test(start_paused = true)]
async fn a_connection_that_says_nothing_is_cut() {
    let server = Server::start(hello()).await;
    let (said, after) = hear_the_end(&mut server.client().await).await;
    assert!(said.is_empty() && about(10).contains(&after), "{after:?}");
}

// security: W07
#[tokio::test(start_paused = true)]
async fn a_head_that_trickles_in_is_cut_on_the_first_and_on_every_later_request() {
    let server = Server::start(hello()).await;
    for earlier in [0, 1] {
        let mut stream = server.client().await;
        for _ in 0..earlier {
            stream.write_all(ASK).await.unwrap();
            hear_hello(&mut stream).await;
        }
        let began = Instant::now();
        let (mut reading, mut writing) = stream.into_split();
        let trickle = tokio::spawn(async move {
            let mut second = interval(Duration::from_secs(1));
            for byte in b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ".iter().chain(std::iter::repeat(&b'a')) {
                second.tick().await;
                if writing.write_all(&[*byte]).await.is_err() {
                    break;
                }
            }
        });
        let mut rest = Vec::new();
        let _ = reading.read_to_end(&mut rest).await;
        assert!(about(10).contains(&began.elapsed()), "{earlier}: {:?}", began.elapsed());
        trickle.abort();
    }
}

// security: W07
#[tokio::test(start_paused = true)]
async fn half_a_preface_of_http2_is_cut_too() {
    let server = Server::start(hello()).await;
    let mut stream = server.client().await;
    stream.write_all(b"PRI * HTTP/2.0\r\n").await.unwrap();
    let (_, after) = hear_the_end(&mut stream).await;
    assert!(about(10).contains(&after), "{after:?}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_may_rest_between_requests_as_long_as_a_proxy_keeps_it() {
    let server = Server::start(hello()).await;
    let mut stream = server.client().await;
    for _ in 0..3 {
        stream.write_all(ASK).await.unwrap();
        let answer = hear_hello(&mut stream).await;
        assert!(!answer.to_lowercase().contains("connection: close"), "{answer}");
        tokio::time::advance(Duration::from_secs(60)).await;
    }
    let (rest, after) = hear_the_end(&mut stream).await;
    assert!(rest.is_empty() && about(15).contains(&after), "{after:?}");
}

// security: W07
#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_ends_the_request() {
    let router = Router::new().route(
        "/",
        post(|body: Result<Bytes, _>| async move {
            let _: Result<Bytes, axum::extract::rejection::BytesRejection> = body;
            if body.is_err() { StatusCode::REQUEST_TIMEOUT } else { StatusCode::OK }
        }),
    );
    let server = Server::start(router).await;
    let mut stream = server.client().await;
    stream.write_all(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhi").await.unwrap();
    let (answer, after) = hear_the_end(&mut stream).await;
    assert!(answer.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&answer));
    assert!(about(30).contains(&after), "{after:?}");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_take_its_answer_is_cut() {
    let router = Router::new().route("/", get(|| async { Body::from(vec![b'a'; 64 * 1024 * 1024]) }));
    let limits = Limits { connections: 8, ..Limits::default() };
    let server = Server::with(router, Terms::new(&limits, None, &[])).await;
    let mut stream = server.client().await;
    stream.write_all(ASK).await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'H');
    let began = Instant::now();
    // The accept loop holds the eighth place.
    drop(server.terms.room.places.acquire_many(7).await.unwrap());
    assert!(about(30).contains(&began.elapsed()), "{:?}", began.elapsed());
}

// security: W07
#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = Server::start(hello()).await;
    for head in [
        format!("GET /?{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(64 * 1024)),
        format!("GET / HTTP/1.1\r\nhost: x\r\nx-large: {}\r\n\r\n", "a".repeat(64 * 1024)),
        format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(200)),
    ] {
        let mut stream = server.client().await;
        // It may hang up before all is written.
        let _ = stream.write_all(head.as_bytes()).await;
        let mut answer = [0; 12];
        if stream.read_exact(&mut answer).await.is_ok() {
            let answer = String::from_utf8_lossy(&answer).into_owned();
            assert!(["HTTP/1.1 431", "HTTP/1.1 414"].contains(&answer.as_str()), "{answer}");
        }
    }
    // An authorization request of 16 KiB is none of these.
    let mut stream = server.client().await;
    let long = format!("GET /?{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(16 * 1024));
    stream.write_all(long.as_bytes()).await.unwrap();
    assert!(hear_hello(&mut stream).await.starts_with("HTTP/1.1 200"));
}

/// A server whose answers to `/slow` wait until somebody says so.
fn slow(go: &Arc<Notify>) -> Router {
    let go = Arc::clone(go);
    hello().route(
        "/slow",
        get(move || async move {
            go.notified().await;
            "hello"
        }),
    )
}

const ASK_SLOWLY: &[u8] = b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n";

// security: W07
#[tokio::test(start_paused = true)]
async fn connections_beyond_the_cap_wait_for_those_that_are_busy_and_take_the_place_of_those_that_rest() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let go = Arc::new(Notify::new());
    let server = Server::with(slow(&go), Terms::new(&limits, None, &[])).await;
    let mut first = server.client().await;
    first.write_all(ASK_SLOWLY).await.unwrap();
    let mut second = server.client().await;
    second.write_all(ASK).await.unwrap();
    let early = tokio::time::timeout(Duration::from_secs(5), second.read_u8()).await;
    assert!(early.is_err(), "the second was answered beside the first");
    go.notify_one();
    hear_hello(&mut first).await;
    // It rests from now on, and would for a minute.
    let began = Instant::now();
    hear_hello(&mut second).await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert!(hear_the_end(&mut first).await.0.is_empty(), "it was closed, not cut in the middle");
}

// security: W07
#[tokio::test(start_paused = true)]
async fn one_source_takes_a_part_of_the_room_and_its_resting_connections_make_way_first() {
    let terms = |proxies: &[IpNet]| {
        let limits = Limits { connections: 16, connections_per_source: 2, ..Limits::default() };
        Terms::new(&limits, None, proxies)
    };
    let limits = Limits::default();
    let enter = |room: &Arc<Room>, peer: &str, activity: &Arc<Activity>| {
        let place = Arc::clone(&room.places).try_acquire_owned().unwrap();
        room.enter(place, (peer.parse().unwrap(), activity))
    };
    let busy = Activity::new(&limits);
    for (one, also) in [("192.0.2.1", "::ffff:192.0.2.1"), ("2001:db8::1", "2001:db8::2:3")] {
        let room = terms(&[]).room;
        let kept = [enter(&room, one, &busy), enter(&room, also, &busy)];
        assert!(kept.iter().all(Option::is_some));
        assert!(enter(&room, one, &busy).is_none(), "{one}: both are busy");
        assert!(enter(&room, "192.0.2.9", &busy).is_some(), "another source");
        drop(kept);
        assert!(enter(&room, one, &busy).is_some(), "they have gone");
    }
    let room = terms(&[]).room;
    let resting = Activity::new(&limits);
    drop(resting.request(http::Version::HTTP_11));
    let kept = [enter(&room, "192.0.2.1", &resting), enter(&room, "192.0.2.1", &busy)];
    assert!(kept.iter().all(Option::is_some));
    assert!(enter(&room, "192.0.2.1", &busy).is_some(), "one of its own makes way");
    assert_eq!(resting.overdue().await, activity::Overdue::Idle);
    let proxy = terms(&["192.0.2.0/24".parse().unwrap()]).room;
    for peer in ["192.0.2.1", "127.0.0.1", "::1"] {
        let kept: Vec<_> = (0..4).map(|_| enter(&proxy, peer, &busy)).collect();
        assert!(kept.iter().all(Option::is_some), "{peer} speaks for many");
    }
}

// security: W07
#[tokio::test]
async fn a_request_names_one_host() {
    let server = Server::start(hello()).await;
    for (head, status) in [
        ("GET / HTTP/1.1\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nhost: a\r\nHost: a\r\n\r\n", "400"),
        ("GET / HTTP/1.0\r\nhost: a\r\nhost: b\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nhost: a b\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nhost: a/b\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nhost: me@a\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nhost: a:8080\r\n\r\n", "200"),
        ("GET / HTTP/1.1\r\nhost: [::1]:8080\r\n\r\n", "200"),
        ("GET / HTTP/1.1\r\nhost:\r\n\r\n", "200"),
        ("GET / HTTP/1.0\r\n\r\n", "200"),
    ] {
        let mut stream = server.client().await;
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.ends_with(status), "{head:?}: {answer}");
        if status == "400" {
            let rest = hear_the_end(&mut stream).await.0;
            assert!(!rest.ends_with(b"hello"), "and nothing is asked on that connection any more");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn after_the_stop_answers_say_close_and_resting_connections_end() {
    let server = Server::start(hello()).await;
    let (mut asking, mut resting) = (server.client().await, server.client().await);
    for stream in [&mut asking, &mut resting] {
        stream.write_all(ASK).await.unwrap();
        hear_hello(stream).await;
    }
    // This one is still in the kernel's queue when the server stops.
    let mut queued = server.client().await;
    server.stop.send(true).unwrap();
    for stream in [&mut asking, &mut queued] {
        stream.write_all(ASK).await.unwrap();
        let answer = hear_hello(stream).await.to_lowercase();
        assert!(answer.contains("connection: close"), "{answer}");
        assert!(hear_the_end(stream).await.0.is_empty());
    }
    let (rest, after) = hear_the_end(&mut resting).await;
    assert!(rest.is_empty() && after < Duration::from_secs(1), "{after:?}");
    server.serving.await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_request_that_never_ends_is_cut_when_the_drain_time_is_over() {
    let entered = Arc::new(Notify::new());
    let inside = Arc::clone(&entered);
    let router = Router::new().route(
        "/",
        get(|| async move {
            inside.notify_one();
            std::future::pending::<()>().await;
        }),
    );
    let server = Server::start(router).await;
    let mut stream = server.client().await;
    stream.write_all(ASK).await.unwrap();
    entered.notified().await;
    server.stop.send(true).unwrap();
    let began = Instant::now();
    server.serving.await.unwrap();
    assert!(about(10).contains(&began.elapsed()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_request_knows_its_peer() {
    let router = Router::new().route(
        "/",
        get(|request: axum::extract::Request| async move {
            let peer = request.extensions().get::<PeerAddress>().unwrap().0;
            assert!(peer.is_loopback());
            "hello"
        }),
    );
    let server = Server::start(router).await;
    let mut stream = server.client().await;
    stream.write_all(ASK).await.unwrap();
    assert!(hear_hello(&mut stream).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn both_loopback_addresses_get_the_same_free_port() {
    let wanted = ["127.0.0.1:0".parse().unwrap(), "127.0.0.2:0".parse().unwrap()];
    let bound = bind(&wanted, "--listen").await.unwrap();
    let ports: Vec<u16> = bound.iter().map(|listener| listener.local_addr().unwrap().port()).collect();
    assert_eq!(ports.len(), 2);
    assert_eq!(ports[0], ports[1]);
    let taken = bound[0].local_addr().unwrap();
    let said = bind(&[taken], "--listen").await.unwrap_err().to_string();
    assert!(said.contains(&taken.to_string()) && said.contains("--listen"), "{said}");
}

/// A certificate for `connect.example` in two files, and itself.
fn certificate() -> (tempfile::TempDir, crate::config::Tls, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(vec!["connect.example".to_owned()]).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (cert_file, key_file) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    std::fs::write(&cert_file, made.cert.pem()).unwrap();
    std::fs::write(&key_file, made.signing_key.serialize_pem()).unwrap();
    let settings = crate::config::Tls { cert_file: Some(cert_file), key_file: Some(key_file) };
    (dir, settings, CertificateDer::from(made.cert.der().to_vec()))
}

// security: W01
#[tokio::test]
async fn tls_is_spoken_with_http2_and_plain_http_gets_no_answer() {
    let (_dir, settings, trusted) = certificate();
    let terms = Terms::new(&Limits::default(), acceptor(&settings).unwrap(), &[]);
    let server = Server::with(hello(), terms).await;

    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.alpn_protocols = vec![b"h2".to_vec()];
    let name = ServerName::try_from("connect.example").unwrap();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(client));
    let stream = connector.connect(name, server.client().await).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));

    let handshake = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.unwrap();
    let connection = tokio::spawn(connection);
    let request = || Request::get("https://connect.example/").body(Empty::<Bytes>::new()).unwrap();
    let answer = sender.send_request(request()).await.unwrap();
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "hello");
    // The graceful end of HTTP/2 is a frame: the client's side ends without an error.
    server.stop.send(true).unwrap();
    connection.await.unwrap().unwrap();
    server.serving.await.unwrap();

    // Refused, not redirected: whatever came over plain HTTP has been seen by others already.
    let server =
        Server::with(hello(), Terms::new(&Limits::default(), acceptor(&settings).unwrap(), &[])).await;
    let mut stream = server.client().await;
    stream.write_all(ASK).await.unwrap();
    let (said, _) = hear_the_end(&mut stream).await;
    assert!(!said.starts_with(b"HTTP/"), "{}", String::from_utf8_lossy(&said));
}

#[test]
fn a_server_told_to_speak_tls_does_not_start_without_it() {
    let (dir, good, _) = certificate();
    let (_other, other, _) = certificate();
    let empty = dir.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    for (cert_file, key_file, key) in [
        (Some(dir.path().join("missing.pem")), good.key_file.clone(), "tls.cert_file"),
        (Some(empty.clone()), good.key_file.clone(), "tls.cert_file"),
        (good.cert_file.clone(), Some(empty), "tls.key_file"),
        (good.cert_file.clone(), other.key_file, "tls.key_file"),
    ] {
        let Err(why) = acceptor(&crate::config::Tls { cert_file, key_file }) else { panic!("{key}") };
        assert!(format!("{why:#}").contains(key), "{why:#}");
    }
    assert!(acceptor(&crate::config::Tls::default()).unwrap().is_none());
}
