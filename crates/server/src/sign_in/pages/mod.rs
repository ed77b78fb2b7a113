//! The pages through which people get in and out.

pub mod login;
pub mod logout;

use axum::response::Response;
use grantry_store::account::AccountKind;
use http::{HeaderMap, header};

use crate::app::App;
use crate::landing;
use crate::sign_in::Wait;
use crate::web::cookies::Cookie;
use crate::web::{Visitor, page, returning};

/// To where a person who has just got in wanted to go, with the new session's cookie.
fn welcome(app: &App, headers: &HeaderMap, cookie: &str, account: Option<AccountKind>) -> Response {
    let wanted = returning::recall(app.cookies, headers);
    let mut response = enter(app, wanted.as_deref().unwrap_or(landing::first_path(account)), cookie);
    set_cookie(&mut response, app.cookies.clear(Cookie::Return));
    response
}

fn enter(app: &App, path: &str, cookie: &str) -> Response {
    let mut response = page::see_other(path);
    // Without an age: it also ends with the browser.
    set_cookie(&mut response, app.cookies.set(Cookie::Session, cookie, None));
    response
}

fn set_cookie(response: &mut Response, value: Option<http::HeaderValue>) {
    if let Some(value) = value {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Says how long to wait, in the unit that people would choose.
fn wait_words(visitor: &Visitor, wait: Wait) -> String {
    const MINUTE: u64 = 60;
    let (key, count) = match wait.seconds() {
        seconds if seconds <= MINUTE => ("sign-in-wait-seconds", seconds),
        seconds => ("sign-in-wait-minutes", seconds.div_ceil(MINUTE)),
    };
    visitor.words.count(key, i64::try_from(count).unwrap_or(i64::MAX))
}
