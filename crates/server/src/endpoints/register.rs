//! `/connect/register`: programs that register themselves and manage what they registered (RFC 7591, RFC 7592).

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use grantry_oauth::secret::Secret;
use grantry_oauth::time::Timestamp;
use grantry_oauth::{Error, ErrorCode};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use super::call::{only, whole};
use super::refusal::Refusal;
use crate::app::App;
use crate::registration::manage::Registration;
use crate::registration::{Asking, Refused, register, told};
use crate::web::{Visitor, json as web_json};

/// `POST /connect/register`
pub async fn create(State(app): State<Arc<App>>, visitor: Visitor, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let origin = visitor.origin();
    let asking = Asking { origin: &origin, ip: visitor.ip };
    let registering = async {
        let token = bearer(&parts.headers)?;
        let body = object(&app, &parts, body).await?;
        Ok::<_, Failed>(register::register(&app, asking, token, &body).await?)
    };
    let response = Box::pin(registering).await.map(|registered| {
        let secret = registered.client_secret.as_ref();
        let client = (registered.client_id.as_str(), registered.issued_at);
        let token = registered.registration_token.expose();
        let object = information(&app, registered.metadata, client, (secret, token));
        web_json::answer(StatusCode::CREATED, &object)
    });
    answer(&app, &visitor, "", response)
}

/// `GET /connect/register/{id}`
pub async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let finding = async {
        let token = bearer(&headers)?;
        let found = Registration::find(&app, &id, token).await?;
        Ok::<_, Failed>((found, token.unwrap_or_default()))
    };
    let response = finding.await.map(|(found, token)| {
        let client = (found.app.client_id.as_str(), found.app.created_at);
        web_json::answer(StatusCode::OK, &information(&app, found.metadata(), client, (None, token)))
    });
    answer(&app, &visitor, &id, response)
}

/// `PUT /connect/register/{id}`
pub async fn replace(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let origin = visitor.origin();
    let asking = Asking { origin: &origin, ip: visitor.ip };
    let replacing = async {
        let found = Registration::find(&app, &id, bearer(&parts.headers)?).await?;
        let body = object(&app, &parts, body).await?;
        Ok::<_, Failed>(Box::pin(found.replace(&app, asking, &body)).await?)
    };
    let response = Box::pin(replacing).await.map(|replaced| {
        let client = (replaced.client_id.as_str(), replaced.issued_at);
        let tokens = (replaced.client_secret.as_ref(), replaced.registration_token.expose().as_str());
        web_json::answer(StatusCode::OK, &information(&app, replaced.metadata, client, tokens))
    });
    answer(&app, &visitor, &id, response)
}

/// `DELETE /connect/register/{id}`
pub async fn remove(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let origin = visitor.origin();
    let asking = Asking { origin: &origin, ip: visitor.ip };
    let removing = async {
        let found = Registration::find(&app, &id, bearer(&headers)?).await?;
        Ok::<_, Failed>(found.remove(&app, asking).await?)
    };
    let response = removing.await.map(|()| StatusCode::NO_CONTENT.into_response());
    answer(&app, &visitor, &id, response)
}

/// The client information response (RFC 7591 §3.2.1, RFC 7592 §3).
fn information(
    app: &App,
    metadata: Map<String, Value>,
    (client_id, issued_at): (&str, Timestamp),
    (secret, token): (Option<&Secret<String>>, &str),
) -> Map<String, Value> {
    let mut object = metadata;
    object.insert("client_id".to_owned(), client_id.into());
    object.insert("client_id_issued_at".to_owned(), issued_at.seconds().into());
    if let Some(secret) = secret {
        object.insert("client_secret".to_owned(), secret.expose().as_str().into());
        // RFC 7591 §3.2.1: 0 stands for never.
        object.insert("client_secret_expires_at".to_owned(), 0.into());
    }
    object.insert("registration_access_token".to_owned(), token.into());
    let uri = format!("{}/connect/register/{client_id}", app.issuer());
    object.insert("registration_client_uri".to_owned(), uri.into());
    object
}

/// The bearer token of a request. RFC 6750 §2.1: in the header; nowhere else is looked for one.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Failed> {
    let Some(header) = only(headers, &header::AUTHORIZATION)? else { return Ok(None) };
    let text = header.to_str().unwrap_or_default();
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        Some(_) | None => Err(Refused::BadToken.into()),
    }
}

/// The JSON object in a body.
async fn object(app: &App, parts: &Parts, body: Body) -> Result<Map<String, Value>, Failed> {
    let invalid = |description| Err(Error::new(ErrorCode::InvalidClientMetadata, description).into());
    let bytes = whole(app, body).await?;
    let sent = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = sent.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return invalid("the body must be application/json");
    }
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) | Err(_) => invalid("the body is not a JSON object"),
    }
}

/// Why there is no answer of success.
enum Failed {
    Registration(Refused),
    Endpoint(Refusal),
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        Self::Registration(refused)
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Endpoint(error.into())
    }
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Self::Endpoint(refusal)
    }
}

/// The answer on its way out. Any page's script may read it: no cookie means anything here, and a program that runs in
/// a browser registers from there.
fn answer(app: &App, visitor: &Visitor, client_id: &str, result: Result<Response, Failed>) -> Response {
    let mut response = match result {
        Ok(response) => response,
        Err(Failed::Registration(Refused::Faults(faults))) => {
            let (code, description) = told(&faults);
            let body = json!({ "error": code.as_str(), "error_description": description });
            web_json::answer(StatusCode::BAD_REQUEST, &body)
        }
        Err(Failed::Registration(refused)) => refusal(app, visitor, client_id, refused).into_response(),
        Err(Failed::Endpoint(refusal)) => refusal.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let readable = HeaderValue::from_static("www-authenticate, retry-after, x-request-id");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, readable);
    response
}

fn refusal(app: &App, visitor: &Visitor, client_id: &str, refused: Refused) -> Refusal {
    let unauthorized = |description, challenge| {
        let code = ErrorCode::InvalidToken;
        let mut refusal = Refusal::new(code, description, StatusCode::UNAUTHORIZED);
        refusal.challenge = Some(HeaderValue::from_static(challenge));
        refusal
    };
    match refused {
        Refused::Malformed(error) => error.into(),
        Refused::Store(error) => error.into(),
        Refused::Closed => {
            let description = "this server registers no app without a person";
            Refusal::new(ErrorCode::InvalidRequest, description, StatusCode::NOT_FOUND)
        }
        // RFC 6750 §3: no error code for a request that brought nothing.
        Refused::NoToken => unauthorized("a token is needed in the Authorization header", "Bearer"),
        Refused::BadToken => match app.failures.note(client_id, visitor.ip, app.clock.now()) {
            Some(time) => Refusal::wait(time),
            None => unauthorized("the token is not good", "Bearer error=\"invalid_token\""),
        },
        Refused::TooMany(seconds) => {
            let (code, status) = (ErrorCode::TemporarilyUnavailable, StatusCode::TOO_MANY_REQUESTS);
            let mut refusal = Refusal::new(code, "too many registrations; wait before the next one", status);
            refusal.retry_after = Some(Duration::from_secs(seconds));
            refusal
        }
        Refused::Changed | Refused::Faults(_) => {
            let description = "the registration was changed at this moment";
            Refusal::new(ErrorCode::InvalidRequest, description, StatusCode::CONFLICT)
        }
    }
}
