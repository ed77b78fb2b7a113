//! The answer of an authorization on its way through the browser: a redirect, or a form that posts itself.

use axum::response::Response;
use grantry_oauth::Error;
use grantry_oauth::answer::{Answer, ReturnTo};

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

/// Brings a code to the app.
#[must_use]
pub fn code(app: &App, visitor: &Visitor, to: &ReturnTo, code: &str) -> Response {
    send(app, visitor, to, to.with_code(code, app.issuer()))
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
