//! What people and API callers are told when something goes wrong: an HTML page or `application/problem+json`.

use std::ops::{Deref, DerefMut};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::{Page, Visitor, page};
use crate::issue::proof::DPOP_NONCE;
use crate::routes::Guard;

/// One refusal or failure. Handlers return it; the route's outer layer renders it in the caller's format.
///
/// Boxed, so that the good path of every handler does not carry its size around.
#[derive(Debug, Clone)]
pub struct Problem(Box<Facts>);

/// What a problem is made of.
#[derive(Debug, Clone)]
pub struct Facts {
    pub status: StatusCode,
    /// `problem-{kind}-title` and `problem-{kind}-advice` are the words.
    pub kind: &'static str,
    /// More, already in the caller's language and safe to show.
    pub detail: Option<String>,
    /// The OAuth or OIDC error code, when this is an answer of a protocol endpoint.
    pub code: Option<String>,
    pub retry_after_seconds: Option<u64>,
    /// Field errors of an API call: (field, sentence).
    pub fields: Vec<(String, String)>,
    /// The scope that an access token lacks.
    pub scope: Option<String>,
    /// Value of `WWW-Authenticate`.
    pub challenge: Option<String>,
    /// The nonce that the next DPoP proof must repeat.
    pub dpop_nonce: Option<String>,
    /// For the log only.
    pub cause: Option<String>,
}

impl Problem {
    #[must_use]
    pub fn new(status: StatusCode, kind: &'static str) -> Self {
        Self(Box::new(Facts {
            status,
            kind,
            detail: None,
            code: None,
            retry_after_seconds: None,
            fields: Vec::new(),
            scope: None,
            challenge: None,
            dpop_nonce: None,
            cause: None,
        }))
    }

    /// Missing, or somebody else's: both look the same.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found")
    }

    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden")
    }

    #[must_use]
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request").detail(detail)
    }

    /// The form came from elsewhere, or its page is too old.
    #[must_use]
    pub fn stale_form() -> Self {
        Self::new(StatusCode::FORBIDDEN, "stale-form")
    }

    #[must_use]
    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large")
    }

    #[must_use]
    pub fn too_many(retry_after_seconds: u64) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many");
        problem.retry_after_seconds = Some(retry_after_seconds);
        problem
    }

    #[must_use]
    pub fn unavailable() -> Self {
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
        problem.retry_after_seconds = Some(2);
        problem
    }

    /// Field errors of an API call: 422.
    #[must_use]
    pub fn invalid(fields: Vec<(String, String)>) -> Self {
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
        problem.fields = fields;
        problem
    }

    #[must_use]
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let mut problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal");
        problem.cause = Some(cause.to_string());
        problem
    }

    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// As JSON (RFC 9457), for API callers.
    #[must_use]
    pub fn to_json(&self, visitor: &Visitor) -> Response {
        self.log(visitor);
        let words = &visitor.words;
        let fields: serde_json::Map<String, serde_json::Value> = self
            .fields
            .iter()
            .map(|(field, sentence)| (field.clone(), serde_json::Value::from(sentence.clone())))
            .collect();
        let messages: Vec<&str> = self.fields.iter().map(|(_, sentence)| sentence.as_str()).collect();
        let mut body = serde_json::json!({
            "type": "about:blank",
            "title": words.get(&format!("problem-{}-title", self.kind)),
            "status": self.status.as_u16(),
            "detail": self.detail.clone().unwrap_or_else(|| words.get(&self.advice_for_programs())),
            "request_id": visitor.request_id,
        });
        if let Some(object) = body.as_object_mut() {
            if let Some(code) = &self.code {
                object.insert("error".into(), code.clone().into());
            }
            if let Some(scope) = &self.scope {
                object.insert("scope".into(), scope.clone().into());
            }
            if !fields.is_empty() {
                object.insert("fields".into(), fields.into());
                object.insert("messages".into(), messages.into());
            }
        }
        let content_type = HeaderValue::from_static("application/problem+json");
        let mut response =
            (self.status, [(header::CONTENT_TYPE, content_type)], body.to_string()).into_response();
        self.add_headers(&mut response);
        response
    }

    /// What a page advises is of no use to whoever writes a program.
    fn advice_for_programs(&self) -> String {
        match self.kind {
            "not-found" | "method" => format!("problem-{}-program", self.kind),
            kind => format!("problem-{kind}-advice"),
        }
    }

    /// As an HTML page, for people.
    #[must_use]
    pub fn to_page(&self, page: Page, guard: Guard) -> Response {
        let template = ProblemPage {
            // Behind an open page, nobody has looked at who is signed in.
            ways: if guard == Guard::Open { Vec::new() } else { self.ways(&page) },
            title: page.t.get(&format!("problem-{}-title", self.kind)),
            advice: page.t.get(&format!("problem-{}-advice", self.kind)),
            detail: self.detail.clone(),
            code: self.code.clone(),
            page,
        };
        let mut response = page::render(self.status, &template);
        self.add_headers(&mut response);
        response
    }

    /// Where to go from here: a path and the key of a word.
    fn ways(&self, page: &Page) -> Vec<(&'static str, &'static str)> {
        match &page.actor {
            Some(actor) if actor.account_code.is_empty() => {
                vec![("/account/profile", "layout-profile"), ("/account/logout", "layout-sign-out")]
            }
            Some(_) => vec![("/", "problem-dashboard")],
            None if self.kind == "not-found" => vec![("/account/login", "login-title")],
            None => Vec::new(),
        }
    }

    fn add_headers(&self, response: &mut Response) {
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(challenge) = self.challenge.as_deref().and_then(|c| HeaderValue::from_str(c).ok()) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(nonce) = self.dpop_nonce.as_deref().and_then(|n| HeaderValue::from_str(n).ok()) {
            response.headers_mut().insert(DPOP_NONCE, nonce);
        }
    }

    /// Causes go to the log once, here.
    pub fn log(&self, visitor: &Visitor) {
        if let Some(cause) = &self.cause {
            if self.status.is_server_error() {
                tracing::error!(request_id = %visitor.request_id, status = self.status.as_u16(), %cause, "request failed: {cause}");
            } else {
                tracing::info!(request_id = %visitor.request_id, status = self.status.as_u16(), %cause, "request refused: {cause}");
            }
        }
    }
}

#[derive(askama::Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    page: Page,
    title: String,
    advice: String,
    detail: Option<String>,
    code: Option<String>,
    /// The first is the one to take.
    ways: Vec<(&'static str, &'static str)>,
}

impl Deref for Problem {
    type Target = Facts;
    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Facts {
        &mut self.0
    }
}

impl IntoResponse for Problem {
    /// Carries the problem to the route's outer layer, which knows the caller's format.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<grantry_store::Error> for Problem {
    fn from(error: grantry_store::Error) -> Self {
        use grantry_store::Error;
        match error {
            Error::Busy | Error::Unavailable(_) => {
                let mut problem = Self::unavailable();
                problem.cause = Some(error.to_string());
                problem
            }
            Error::Conflict(_) | Error::Corrupt(_) => Self::internal(error),
        }
    }
}

impl From<crate::sign_in::Busy> for Problem {
    fn from(_: crate::sign_in::Busy) -> Self {
        Self::unavailable()
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        Self::internal(format!("{error:#}"))
    }
}
