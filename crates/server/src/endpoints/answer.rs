//! The answer of an authorization on its way through the browser: a redirect, or a form that posts itself.

use axum::response::Response;
use grantry_oauth::Error;
use grantry_oauth::answer::{Answer, ReturnTo};
use grantry_oauth::display_text;
use http::StatusCode;
use url::Url;

use crate::app::App;
use crate::web::headers::{FormAction, ScriptNonce};
use crate::web::{Page, Visitor, page};

#[derive(askama::Template)]
#[template(path = "endpoints/form_post.html")]
struct FormPost<'a> {
    page: Page,
    action: &'a str,
    fields: &'a [(&'static str, String)],
    nonce: &'a str,
}

#[derive(askama::Template)]
#[template(path = "endpoints/held.html")]
struct Held<'a> {
    page: Page,
    text: String,
    description: &'static str,
    action: &'a str,
    fields: &'a [(&'static str, String)],
}

/// Longest host that is shown whole.
const LONGEST_PLACE: usize = 100;

/// Brings a code to the app.
#[must_use]
pub fn code(app: &App, visitor: &Visitor, to: &ReturnTo, code: &str) -> Response {
    send(app, visitor, to, to.with_code(code, app.issuer()))
}

/// Shows a refusal that the request itself provoked before the app is told, and lets the person go on.
///
/// RFC 9700 §4.11.2: anybody may have registered the app so that links to this server lead wherever they like. No browser
/// follows such a link without somebody who has read where it goes.
#[must_use]
pub fn held(app: &App, visitor: &Visitor, to: &ReturnTo, error: &Error) -> Response {
    let words = visitor.words;
    let place = display_text::show(&place(to), LONGEST_PLACE);
    let (action, fields) = match to.with_error(error, app.issuer()) {
        Answer::Redirect(location) => (location, Vec::new()),
        Answer::FormPost { action, fields } => (action, fields),
    };
    let held = Held {
        page: visitor.page(app, words.get("held-title"), ""),
        text: words.with("held-what", "place", &place),
        description: error.description,
        action: &action,
        fields: &fields,
    };
    let mut response = page::render(StatusCode::BAD_REQUEST, &held);
    if let Some(target) = to.form_action() {
        response.extensions_mut().insert(FormAction(target));
    }
    response
}

/// Where an answer goes, for people.
fn place(to: &ReturnTo) -> String {
    let url = Url::parse(to.uri()).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| to.uri().to_owned())
}

/// Brings a refusal to the app.
#[must_use]
pub fn refusal(app: &App, visitor: &Visitor, to: &ReturnTo, error: &Error) -> Response {
    send(app, visitor, to, to.with_error(error, app.issuer()))
}

fn send(app: &App, visitor: &Visitor, to: &ReturnTo, answer: Answer) -> Response {
    match answer {
        Answer::Redirect(location) => page::see_other(&location),
        Answer::FormPost { action, fields } => {
            let title = visitor.words.get("form-post-title");
            let (page, nonce) = (visitor.page(app, title, ""), app.random.token());
            let form = FormPost { page, action: &action, fields: &fields, nonce: &nonce };
            let mut response = page::ok(&form);
            if let Some(target) = to.form_action() {
                response.extensions_mut().insert(FormAction(target));
            }
            response.extensions_mut().insert(ScriptNonce(nonce));
            response
        }
    }
}
