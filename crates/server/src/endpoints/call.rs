//! A request that a program sends to an endpoint: a form in the body, credentials in a header or in the form, nothing
//! in the URL.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use grantry_oauth::ErrorCode;
use grantry_oauth::parameters::Parameters;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use url::form_urlencoded;

use super::refusal::Refusal;
use crate::app::App;
use crate::issue::proof::Place;
use crate::web::{Visitor, guard};

/// What a program sent.
#[derive(Debug)]
pub struct Call {
    pub form: Parameters,
    /// The `Authorization` header.
    pub authorization: Option<HeaderValue>,
    /// All of them, for a proof of possession.
    pub headers: HeaderMap,
    pub path: String,
    /// The web page that sends it, where a browser says so.
    pub origin: Option<HeaderValue>,
    pub visitor: Visitor,
}

impl Call {
    /// What a DPoP proof of this call is about.
    #[must_use]
    pub fn place(&self) -> Place<'_> {
        Place { headers: &self.headers, method: &Method::POST, path: &self.path }
    }

    /// The value of the `Authorization` header. One that is no text is as wrong as any other.
    #[must_use]
    pub fn authorization(&self) -> Option<&str> {
        self.authorization.as_ref().map(|value| value.to_str().unwrap_or_default())
    }
}

impl FromRequest<Arc<App>> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Response> {
        read(request, app).await.map_err(Refusal::into_response)
    }
}

async fn read(request: Request, app: &App) -> Result<Call, Refusal> {
    let invalid = |description, status| Err(Refusal::new(ErrorCode::InvalidRequest, description, status));
    let (mut parts, body) = request.into_parts();
    // RFC 6749 §2.3.1, §3.2: never in the URL, which ends up in logs and histories.
    if parts.uri.query().is_some_and(|query| !query.is_empty()) {
        return invalid("parameters belong into the body, not into the URL", StatusCode::BAD_REQUEST);
    }
    if !guard::is_form(&parts.headers) {
        let description = "the body must be application/x-www-form-urlencoded";
        return invalid(description, StatusCode::BAD_REQUEST);
    }
    let form = parameters(app, body).await?;
    Ok(Call {
        form,
        authorization: only(&parts.headers, &header::AUTHORIZATION)?.cloned(),
        origin: parts.headers.get(header::ORIGIN).cloned(),
        visitor: visitor(&mut parts)?,
        path: parts.uri.path().to_owned(),
        headers: parts.headers,
    })
}

/// The form in a body.
pub(super) async fn parameters(app: &App, body: Body) -> Result<Parameters, Refusal> {
    let bytes = whole(app, body).await?;
    let pairs = form_urlencoded::parse(&bytes);
    Ok(Parameters::new(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())))?)
}

/// A body, if it is not too large.
pub(super) async fn whole(app: &App, body: Body) -> Result<Bytes, Refusal> {
    let limit = app.config.limits.body_bytes.as_usize();
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            let (code, status) = (ErrorCode::InvalidRequest, StatusCode::PAYLOAD_TOO_LARGE);
            Err(Refusal::new(code, "the body is too large", status))
        }
        Err(_) => {
            let (code, status) = (ErrorCode::InvalidRequest, StatusCode::BAD_REQUEST);
            Err(Refusal::new(code, "the body did not arrive", status))
        }
    }
}

/// The value of a header that counts only when it is there once.
pub(super) fn only<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'h HeaderValue>, Refusal> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (first, None) => Ok(first),
        (_, Some(_)) => {
            let (code, status) = (ErrorCode::InvalidRequest, StatusCode::BAD_REQUEST);
            Err(Refusal::new(code, "a header was sent twice", status))
        }
    }
}

/// What the guard knows of the sender.
pub(super) fn visitor(parts: &mut Parts) -> Result<Visitor, Refusal> {
    let no_guard = || {
        Refusal::new(ErrorCode::ServerError, "the server made a mistake", StatusCode::INTERNAL_SERVER_ERROR)
    };
    parts.extensions.remove::<Visitor>().ok_or_else(no_guard)
}
