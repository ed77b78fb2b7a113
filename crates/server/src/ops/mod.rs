//! What operators see: health, readiness, figures and logs, on a listener of their own.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};

pub mod logging;
mod metrics;
mod process;
mod readiness;

pub use metrics::{Counter, Gauge, Histogram, Metrics, RouteMeter};
pub use readiness::{Check, Readiness};

/// `/healthz`, `/readyz` and `/metrics`. Never part of the public listener: they tell how the server is built.
pub fn router(readiness: Arc<Readiness>, metrics: Arc<Metrics>) -> Router {
    process::watch(&metrics);
    Router::new()
        .route("/healthz", get(|| async { plain(StatusCode::OK, "ok\n".to_owned()) }))
        .route("/readyz", get(ready).with_state(readiness))
        .route("/metrics", get(figures).with_state(metrics))
}

/// Whether to send requests here.
async fn ready(State(readiness): State<Arc<Readiness>>) -> Response {
    let report = readiness.report().await;
    let status = if report.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    plain(status, report.lines)
}

async fn figures(State(metrics): State<Arc<Metrics>>) -> Response {
    let mut response = plain(StatusCode::OK, metrics.render());
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn plain(status: StatusCode, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use http::Request;
    use tower::ServiceExt as _;

    async fn ask(router: &Router, path: &str) -> (u16, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn readiness_follows_its_checks_and_ends_with_the_stop() {
        let (database, watched) = tokio::sync::watch::channel(true);
        let readiness = Readiness::new(vec![
            Check::new("database", move || {
                let up = *watched.borrow();
                Box::pin(async move { if up { Ok(()) } else { Err("no connection".to_owned()) } })
            }),
            Check::new("changes", || Box::pin(async { Ok(()) })),
        ]);
        let readiness = Arc::new(readiness);
        let router = router(Arc::clone(&readiness), Arc::default());
        assert_eq!(ask(&router, "/readyz").await, (200, "database: ok\nchanges: ok\n".to_owned()));
        database.send(false).unwrap();
        assert_eq!(ask(&router, "/readyz").await, (503, "database: no connection\nchanges: ok\n".to_owned()));
        assert_eq!(ask(&router, "/healthz").await.0, 200);
        database.send(true).unwrap();
        assert_eq!(ask(&router, "/readyz").await.0, 200);
        readiness.leave();
        let (status, said) = ask(&router, "/readyz").await;
        assert_eq!((status, said.starts_with("server: stopping\n")), (503, true), "{said}");
        assert_eq!(ask(&router, "/healthz").await.0, 200);
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_hangs_is_a_check_that_failed() {
        let hangs = Check::new("database", || Box::pin(std::future::pending()));
        let router = router(Arc::new(Readiness::new(vec![hangs])), Arc::default());
        assert_eq!(ask(&router, "/readyz").await, (503, "database: no answer in time\n".to_owned()));
    }

    #[tokio::test]
    async fn the_figures_speak_of_the_process_too() {
        let metrics = Arc::new(Metrics::default());
        metrics.counter("grantry_tokens_total", "Tokens given.", &[("grant", "refresh_token")]).inc();
        let router = router(Arc::default(), metrics);
        let (status, page) = ask(&router, "/metrics").await;
        assert_eq!(status, 200);
        assert!(page.contains("grantry_tokens_total{grant=\"refresh_token\"} 1\n"), "{page}");
        let memory = page.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes "));
        assert!(memory.unwrap().parse::<f64>().unwrap() > 1e6, "{page}");
    }
}
