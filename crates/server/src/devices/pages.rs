//! `/device`: where people type the code that a device shows, and where they end when they have decided.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use grantry_oauth::user_code::UserCode;
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;

use super::begin::{NotBegun, begin};
use crate::app::App;
use crate::sign_in::pending;
use crate::web::{Answer, Form, Page, Visitor, page};

/// Where the browser ends.
pub const DONE: &str = "/device/done";

/// The query of `verification_uri_complete` (RFC 8628 §3.3.1).
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    user_code: String,
}

/// The query of the last page.
#[derive(Debug, Default, Deserialize)]
pub struct Decided {
    #[serde(default)]
    refused: bool,
}

#[derive(askama::Template)]
#[template(path = "devices/code.html")]
struct CodePage<'a> {
    page: Page,
    code: &'a str,
    error: String,
}

#[derive(askama::Template)]
#[template(path = "devices/done.html")]
struct DonePage {
    page: Page,
    text: String,
}

/// `GET /device`: with a code in the query it is filled in, and nothing more. RFC 8628 §5.4: the person compares it with
/// the device's own before anything happens.
///
/// # Errors
/// None.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, Query(asked): Query<Asked>) -> Answer {
    let code = UserCode::parse(&asked.user_code).map(|code| code.to_string()).unwrap_or_default();
    Ok(code_page(&app, &visitor, StatusCode::OK, (&code, String::new())))
}

/// `POST /device`
///
/// # Errors
/// The store's.
pub async fn enter(State(app): State<Arc<App>>, visitor: Visitor, form: Form) -> Answer {
    let typed = form.get("user_code");
    match begin(&app, typed, &visitor.ip_text()).await {
        Ok(path) => {
            // Whoever typed the code consents to it: its URL is of no use in anybody else's browser.
            if let Some((_, id)) = path.rsplit_once('/') {
                pending::claim(&app, &visitor, id).await?;
            }
            Ok(page::see_other(&path))
        }
        Err(NotBegun::Unknown) => {
            let error = visitor.words.get("device-fault-code");
            Ok(code_page(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, (typed, error)))
        }
        Err(NotBegun::TooMany(wait)) => {
            let error = wait.words(visitor.words);
            let said = (typed, error);
            let mut response = code_page(&app, &visitor, StatusCode::TOO_MANY_REQUESTS, said);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.seconds()));
            Ok(response)
        }
        Err(NotBegun::Store(error)) => Err(error.into()),
    }
}

fn code_page(app: &App, visitor: &Visitor, status: StatusCode, (code, error): (&str, String)) -> Response {
    let title = visitor.words.get("device-title");
    page::render(status, &CodePage { page: visitor.page(app, title, ""), code, error })
}

/// `GET /device/done`
///
/// # Errors
/// None.
pub async fn done(State(app): State<Arc<App>>, visitor: Visitor, Query(decided): Query<Decided>) -> Answer {
    let (title, text) = if decided.refused {
        ("device-refused-title", "device-refused-what")
    } else {
        ("device-done-title", "device-done-what")
    };
    let (title, text) = (visitor.words.get(title), visitor.words.get(text));
    Ok(page::ok(&DonePage { page: visitor.page(&app, title, ""), text }))
}
