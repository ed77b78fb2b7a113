//! The frame around every HTML page, and how a template becomes a response.

use askama::Template;
use axum::response::{IntoResponse, Response};
use grantry_store::account::Account;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::document::Document;
use super::{Actor, Visitor, Words, assets::Assets};
use crate::config::Support;

/// What the layouts read.
#[derive(Debug, Clone)]
pub struct Page {
    pub title: String,
    /// Key of the navigation entry that is current.
    pub section: &'static str,
    pub t: Words,
    pub locale: &'static str,
    pub assets: Assets,
    pub brand: Brand,
    pub form_token: String,
    pub request_id: String,
    pub flash: Option<Flash>,
    pub actor: Option<PageActor>,
}

/// The platform company, as its settings name it.
#[derive(Debug, Clone)]
pub struct Brand {
    pub name: String,
    pub logo_url: Option<String>,
    /// Whom to ask.
    pub support: Option<Support>,
    /// Stylesheet with the accent colour; its name carries a hash of the settings.
    pub css_url: String,
}

#[derive(Debug, Clone)]
pub struct Flash {
    pub kind: &'static str,
    pub text: String,
}

/// The signed-in person as the layouts show them.
#[derive(Debug, Clone)]
pub struct PageActor {
    pub name: String,
    pub email: String,
    pub account_name: String,
    pub account_code: String,
    pub account_kind: String,
    pub is_admin: bool,
    pub is_operator: bool,
    pub is_reviewer: bool,
    pub accounts: Vec<PageAccount>,
}

#[derive(Debug, Clone)]
pub struct PageAccount {
    pub id: String,
    pub code: String,
    pub name: String,
    pub current: bool,
}

impl From<&Actor> for PageActor {
    fn from(actor: &Actor) -> Self {
        let current = actor.account.as_ref();
        let account = |read: fn(&Account) -> &str| {
            current.map(|current| read(&current.account).to_owned()).unwrap_or_default()
        };
        Self {
            name: actor.person.full_name(),
            email: actor.person.email.clone(),
            account_name: account(|a| &a.name),
            account_code: account(|a| &a.code),
            account_kind: account(|a| a.kind.as_str()),
            is_admin: actor.is_admin(),
            is_operator: actor.is_operator(),
            is_reviewer: actor.is_reviewer(),
            accounts: actor
                .memberships
                .iter()
                .map(|m| PageAccount {
                    id: m.account.id.as_str().to_owned(),
                    code: m.account.code.clone(),
                    name: m.account.name.clone(),
                    current: current.is_some_and(|c| c.account.id == m.account.id),
                })
                .collect(),
        }
    }
}

/// A template as an HTML response.
pub fn render<T: Template>(status: StatusCode, template: &T) -> Response {
    match template.render() {
        Ok(html) => {
            let content_type = HeaderValue::from_static("text/html; charset=utf-8");
            (status, [(header::CONTENT_TYPE, content_type)], html).into_response()
        }
        Err(error) => super::Problem::internal(format!("template: {error}")).into_response(),
    }
}

/// 200 with this page.
pub fn ok<T: Template>(template: &T) -> Response {
    render(StatusCode::OK, template)
}

/// 200 with a page that is the same for everybody who is not signed in. Then a cache may keep it, and asks each time
/// whether it is still good: what was taken out of a page must not stay in a cache.
pub fn public<T: Template>(visitor: &Visitor, request: &HeaderMap, template: &T) -> Response {
    if visitor.actor.is_some() || visitor.flash.is_some() {
        return ok(template);
    }
    let html = match template.render() {
        Ok(html) => html,
        Err(error) => return super::Problem::internal(format!("template: {error}")).into_response(),
    };
    let mut response = Document::new("text/html; charset=utf-8", html.into()).answer(request);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    response
}

/// 303: the answer to every form that succeeded (RFC 9700 §4.12: never 307, which would post again).
#[must_use]
pub fn see_other(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => super::Problem::internal("a redirect target is not a header value").into_response(),
    }
}

/// Somebody has signed in: the browser keeps its cookie beyond its own end, so that it is known when they come again.
#[must_use]
pub fn keep_browser(mut response: Response) -> Response {
    response.extensions_mut().insert(KeepBrowser);
    response
}

/// Adds a message that the next page shows once; `key` must start with `flash-`.
#[must_use]
pub fn with_flash(mut response: Response, key: &'static str) -> Response {
    response.extensions_mut().insert(NextFlash(key));
    response
}

/// Carried to the route's outer layer, which keeps the browser's cookie.
#[derive(Debug, Clone, Copy)]
pub struct KeepBrowser;

/// Carried to the route's outer layer, which writes the cookie.
#[derive(Debug, Clone, Copy)]
pub struct NextFlash(pub &'static str);
