//! JSON of the REST API: bodies read strictly, answers written plainly.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Problem;

/// Largest body.
const LIMIT_BYTES: usize = 64 * 1024;

/// The body of a request. Unknown fields are refused by types that say so (`deny_unknown_fields`).
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let sent = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let essence = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if essence != "application/json" && essence != "application/json-patch+json" {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json"));
        }
        let bytes = to_bytes(body, LIMIT_BYTES).await.map_err(|_| Problem::too_large())?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|why| {
            let path = why.path().to_string();
            let inner = why.into_inner();
            // Text that is no JSON is a malformed request; JSON that says the wrong thing has a field to be named.
            if inner.is_data() {
                Problem::invalid(vec![(path.clone(), format!("{path}: {inner}"))])
            } else {
                Problem::bad_request(inner.to_string())
            }
        })?;
        reader.end().map_err(|why| Problem::bad_request(why.to_string()))?;
        Ok(Self(value))
    }
}

/// An answer.
pub fn answer(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => {
            let kind = HeaderValue::from_static("application/json");
            (status, [(header::CONTENT_TYPE, kind)], body).into_response()
        }
        Err(why) => Problem::internal(why).into_response(),
    }
}
