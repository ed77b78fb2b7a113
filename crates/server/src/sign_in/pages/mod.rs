//! The pages through which people get in and out.

mod faults;
pub mod first_operator;
pub mod login;
pub mod logout;
pub mod name;
pub mod password;
pub mod profile;
pub mod register;

use axum::response::Response;
use grantry_store::account::AccountKind;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::app::App;
use crate::landing;
use crate::sign_in::Refused;
use crate::sign_in::link::NotMailed;
use crate::web::cookies::Cookie;
use crate::web::{Answer, Page, Visitor, page, returning};

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
    page::keep_browser(response)
}

fn set_cookie(response: &mut Response, value: Option<HeaderValue>) {
    if let Some(value) = value {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// When a queue that is full is worth another try.
const QUEUE_SECONDS: u64 = 2;

/// After how many seconds it makes sense to try again; `None` when waiting changes nothing.
fn retry_after(refused: &Refused) -> Option<u64> {
    match refused {
        Refused::TooMany(wait) => Some(wait.seconds()),
        Refused::Busy(_) => Some(QUEUE_SECONDS),
        Refused::Wrong | Refused::Store(_) => None,
    }
}

/// Says when to come back.
fn come_back(mut response: Response, seconds: Option<u64>) -> Response {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

#[derive(askama::Template)]
#[template(path = "sign_in/sent.html")]
struct Sent {
    page: Page,
    text: String,
    mailbox: Option<String>,
}

/// A mail is on its way: the same page whether or not the address has a sign-in. `key` is what the mail is for.
fn sent(app: &App, visitor: &Visitor, key: &str, email: &str) -> Response {
    let page = visitor.page(app, visitor.words.get("sent-title"), "");
    let text = visitor.words.with(key, "email", email);
    page::ok(&Sent { page, text, mailbox: app.mailbox_url() })
}

/// The form again, with why no mail was written.
fn no_mail(visitor: &Visitor, why: NotMailed, again: impl FnOnce(StatusCode, String) -> Response) -> Answer {
    match why {
        NotMailed::TooMany(wait) => {
            let response = again(StatusCode::TOO_MANY_REQUESTS, wait.words(visitor.words));
            Ok(come_back(response, Some(wait.seconds())))
        }
        NotMailed::Busy(_) => {
            let response = again(StatusCode::SERVICE_UNAVAILABLE, visitor.words.get("sign-in-busy"));
            Ok(come_back(response, Some(QUEUE_SECONDS)))
        }
        NotMailed::Store(error) => Err(error.into()),
        NotMailed::Unwritten(error) => Err(error.into()),
    }
}

#[derive(askama::Template)]
#[template(path = "sign_in/gone.html")]
struct Gone<'a> {
    page: Page,
    href: &'a str,
    word: String,
}

/// A link that does nothing any more, and where to get another.
fn gone(app: &App, visitor: &Visitor, href: &str, key: &str) -> Response {
    let page = visitor.page(app, visitor.words.get("gone-title"), "");
    page::render(StatusCode::GONE, &Gone { page, href, word: visitor.words.get(key) })
}
