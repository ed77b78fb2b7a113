//! `/account/reset-password` asks for a link, `/account/set-password/{token}` is where the link leads.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use grantry_store::person::Person;
use http::{HeaderMap, StatusCode};

use super::faults::{self, Faults};
use super::login::Asked;
use super::{gone, no_mail, sent, set_cookie, welcome};
use crate::app::App;
use crate::sign_in::register::Fault;
use crate::sign_in::session::Place;
use crate::sign_in::set_password::{self, NotSet};
use crate::sign_in::{Address, Refused, pending};
use crate::web::{Answer, Form, Page, Problem, Visitor, page, returning};

#[derive(askama::Template)]
#[template(path = "sign_in/reset_password.html")]
struct Reset<'a> {
    page: Page,
    email: &'a str,
    faults: Faults,
    error: String,
}

#[derive(askama::Template)]
#[template(path = "sign_in/set_password.html")]
struct SetPassword<'a> {
    page: Page,
    text: String,
    email: &'a str,
    token: &'a str,
    fault: String,
}

/// `GET /account/reset-password`. An authorization that waits goes on after the new password, in this browser.
///
/// # Errors
/// The store's.
pub async fn show_reset(State(app): State<Arc<App>>, visitor: Visitor, Query(asked): Query<Asked>) -> Answer {
    let mut response = reset(&app, &visitor, StatusCode::OK, ("", Faults::default(), String::new()));
    if let Some(pending) = pending::find(&app, &visitor, &asked.request).await? {
        set_cookie(&mut response, returning::remember(app.cookies, &pending.path()));
    }
    Ok(response)
}

fn reset(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    (email, faults, error): (&str, Faults, String),
) -> Response {
    let title = visitor.words.get("reset-title");
    page::render(status, &Reset { page: visitor.page(app, title, ""), email, faults, error })
}

/// `POST /account/reset-password`
///
/// # Errors
/// The store's.
pub async fn ask_for_link(State(app): State<Arc<App>>, visitor: Visitor, form: Form) -> Answer {
    let email = form.get("email");
    let Some(address) = Address::parse(email) else {
        let faults = Faults::new(vec![("email", Fault::Email)], visitor.words);
        return Ok(reset(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, (email, faults, String::new())));
    };
    match set_password::ask_for_link(&app, &address, visitor.words, &visitor.origin()).await {
        Ok(()) => Ok(sent(&app, &visitor, "reset-sent", address.as_str())),
        Err(why) => no_mail(&visitor, why, |status, text| {
            reset(&app, &visitor, status, (email, Faults::default(), text))
        }),
    }
}

/// `GET /account/set-password/{token}`
///
/// # Errors
/// The store's.
pub async fn show_set(State(app): State<Arc<App>>, visitor: Visitor, Path(token): Path<String>) -> Answer {
    match set_password::find(&app, &token).await? {
        Some(person) => set(&app, &visitor, StatusCode::OK, (&person, &token, String::new())).await,
        None => Ok(gone(&app, &visitor, "/account/reset-password", "gone-new-link")),
    }
}

async fn set(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    (person, token, fault): (&Person, &str, String),
) -> Answer {
    // Who has never had a password is signed in nowhere.
    let key = if set_password::has_one(app, person).await? {
        "set-password-what"
    } else {
        "set-password-what-first"
    };
    let page = visitor.page(app, visitor.words.get("set-password-title"), "");
    let text = visitor.words.with(key, "email", &person.email);
    Ok(page::render(status, &SetPassword { page, text, email: &person.email, token, fault }))
}

/// `POST /account/set-password/{token}`
///
/// # Errors
/// Too many passwords being hashed, or the store's.
pub async fn set_by_link(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(token): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let ip = visitor.ip_text();
    let place = Place::of(&visitor, &ip);
    let password = form.get("password");
    match set_password::set_by_link(&app, &token, password, place, &visitor.origin()).await {
        Ok(entered) => {
            let response = welcome(&app, &headers, &entered.cookie, entered.account);
            Ok(page::with_flash(response, "flash-password-set"))
        }
        Err(NotSet::Weak(weakness)) => match set_password::find(&app, &token).await? {
            Some(person) => {
                let fault = faults::password(weakness, visitor.words);
                set(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, (&person, &token, fault)).await
            }
            None => Ok(gone(&app, &visitor, "/account/reset-password", "gone-new-link")),
        },
        Err(NotSet::Gone) => Ok(gone(&app, &visitor, "/account/reset-password", "gone-new-link")),
        Err(NotSet::Refused(Refused::Store(error))) => Err(error.into()),
        Err(NotSet::Refused(Refused::Busy(busy))) => Err(busy.into()),
        Err(NotSet::Refused(why @ (Refused::Wrong | Refused::TooMany(_)))) => Err(Problem::internal(why)),
    }
}
