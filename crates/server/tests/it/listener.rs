//! The accept loop: a slow client is cut, a stop lets others finish.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use grantry::listen::{self, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};

// security: W07
#[tokio::test]
async fn a_client_that_never_ends_its_head_is_cut() {
    let limits = Limits { header_timeout: Duration::from_millis(200), ..Limits::default() };
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = listen::bind(&[any]).await.expect("a free port").remove(0);
    let address = listener.local_addr().expect("an address");
    let (_stop, stopping) = watch::channel(false);
    tokio::spawn(listen::serve(listener, Router::new(), limits, stopping));

    let mut stream = TcpStream::connect(address).await.expect("connect");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.expect("write");
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the connection must end by itself");
}

#[tokio::test]
async fn a_stop_lets_the_request_under_way_finish() {
    let entered = std::sync::Arc::new(Notify::new());
    let release = std::sync::Arc::new(Notify::new());
    let router = {
        let (entered, release) = (entered.clone(), release.clone());
        Router::new().route(
            "/slow",
            get(move || async move {
                entered.notify_one();
                release.notified().await;
                "done"
            }),
        )
    };
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = listen::bind(&[any]).await.expect("a free port").remove(0);
    let address = listener.local_addr().expect("an address");
    let (stop, stopping) = watch::channel(false);
    let serving = tokio::spawn(listen::serve(listener, router, Limits::default(), stopping));

    let mut stream = TcpStream::connect(address).await.expect("connect");
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("write");
    entered.notified().await;
    stop.send(true).expect("the listener still listens to us");
    release.notify_one();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.ends_with("done"), "{answer}");
    serving.await.expect("the listener ends by itself");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
