//! What a browser asks before a script of another site may call an endpoint.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

/// Lets every site send; the answer to the call itself says whether it may be read, because only then is it known whose
/// app is calling. Without credentials: no cookie ever means anything here.
pub async fn allow() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type, dpop")),
        (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PUT, DELETE")),
        (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600")),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}
