//! One connection from its handshake to its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::uri::Authority;
use http::{HeaderValue, Request, Response, StatusCode, Version, header};
use hyper::body::{Body as _, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::activity::{Activity, Overdue};
use super::stopped;
use super::stream::{Answer, Timed, Watched};
use crate::config::Limits;
use crate::web::guard::PeerAddress;

/// How long idle connections stay open after the stop: a request may be on its way to us.
const LAST_CALL: Duration = Duration::from_millis(300);

/// How long the closing of an idle connection may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// What a connection needs beside its stream.
pub(super) struct Visit {
    pub(super) router: Router,
    pub(super) limits: Arc<Limits>,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) peer: SocketAddr,
    pub(super) activity: Arc<Activity>,
}

impl Visit {
    pub(super) async fn run(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        let Some(tls) = tls else { return self.talk(stream).await };
        let deadline = Instant::now() + self.limits.header_timeout;
        match timeout_at(deadline, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.talk(stream).await,
            Ok(Err(why)) => tracing::debug!(peer = %self.peer, %why, "no TLS connection: {why}"),
            Err(_) => tracing::debug!(peer = %self.peer, "a TLS handshake took too long"),
        }
    }

    async fn talk<S>(mut self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let activity = Arc::clone(&self.activity);
        let stream = Watched::new(stream, Arc::clone(&activity), self.limits.body_timeout);
        let service = self.service(&activity);
        let builder = builder(&self.limits);
        let mut connection = Box::pin(builder.serve_connection(TokioIo::new(stream), service));

        // What asks the connection to end; afterwards it has until `latest`.
        let latest = tokio::select! {
            ended = connection.as_mut() => return self.note(ended),
            overdue = activity.overdue() => match overdue {
                Overdue::Head => return tracing::debug!(peer = %self.peer, "a request's head took too long"),
                Overdue::Idle => Instant::now() + GOODBYE,
            },
            () = stopped(&mut self.stop) => {
                let latest = Instant::now() + self.limits.drain_timeout;
                tokio::select! {
                    ended = connection.as_mut() => return self.note(ended),
                    () = sleep_until((Instant::now() + LAST_CALL).min(latest)) => latest,
                }
            }
        };
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            ended = connection => self.note(ended),
            () = sleep_until(latest) => {
                tracing::warn!(peer = %self.peer, "a connection did not end in time and was cut");
            }
        }
    }

    fn note(&self, ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
        if let Err(why) = ended {
            tracing::debug!(peer = %self.peer, %why, "a connection broke: {why}");
        }
    }

    /// The router, between the counters.
    fn service(
        &self,
        activity: &Arc<Activity>,
    ) -> impl hyper::service::Service<
        Request<Incoming>,
        Response = Response<Answer>,
        Error = Infallible,
        Future: Send + 'static,
    > + use<> {
        let (router, activity, stop) = (self.router.clone(), Arc::clone(activity), self.stop.clone());
        let (peer, time) = (self.peer, self.limits.body_timeout);
        hyper::service::service_fn(move |request: Request<Incoming>| {
            let in_flight = activity.request(request.version());
            let (router, stop) = (router.clone(), stop.clone());
            async move {
                let version = request.version();
                if !names_its_host(&request) {
                    return Ok(no_host().map(|body| Answer::new(body, in_flight)));
                }
                let mut request = request.map(|body| arriving(body, time));
                request.extensions_mut().insert(PeerAddress(peer.ip()));
                let mut response = router.oneshot(request).await?;
                // HTTP/2 says it with a frame of its own.
                if *stop.borrow() && version != Version::HTTP_2 {
                    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response.map(|body| Answer::new(body, in_flight)))
            }
        })
    }
}

/// RFC 9112 §3.2: a request of HTTP/1.1 names one host, and none names several. Two programs on its way that read another
/// one each are how what one has checked is passed by at the other. HTTP/2 has no such header.
fn names_its_host(request: &Request<Incoming>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => request.version() != Version::HTTP_11,
        (Some(host), None) => {
            let is_host = |host: &Authority| !host.as_str().contains('@');
            host.is_empty() || Authority::try_from(host.as_bytes()).is_ok_and(|host| is_host(&host))
        }
        (Some(_), Some(_)) => false,
    }
}

fn no_host() -> Response<Body> {
    let mut response = Response::new(Body::from("The request needs one Host header.\n"));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn arriving(body: Incoming, time: Duration) -> Body {
    if body.is_end_stream() { Body::empty() } else { Body::new(Timed::new(body, time)) }
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .max_buf_size(limits.header_bytes.as_usize())
        // `Activity` measures heads: this clock would also run while a connection is idle.
        .header_read_timeout(None);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.http2_streams)
        .max_header_list_size(limits.header_bytes.0)
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}
