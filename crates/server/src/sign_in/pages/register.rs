//! `/account/register-dev-account` and the mailed link that completes it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::faults::Faults;
use super::{come_back, gone, no_mail, retry_after, sent, welcome};
use crate::app::App;
use crate::sign_in::Refused;
use crate::sign_in::register::{self, Fault, Newcomer, NotConfirmed, NotMade, SignUp, Typed};
use crate::sign_in::session::Place;
use crate::web::{Answer, Form, Page, Visitor, page};

#[derive(askama::Template)]
#[template(path = "sign_in/register.html")]
struct Register<'a> {
    page: Page,
    typed: Typed<'a>,
    faults: Faults,
    error: String,
}

#[derive(askama::Template)]
#[template(path = "sign_in/confirm.html")]
struct Confirm<'a> {
    page: Page,
    sign_up: &'a SignUp,
    token: &'a str,
    asks_password: bool,
    fault: String,
}

/// The fields of a person with an account, as these forms name them.
pub(super) fn typed(form: &Form) -> Typed<'_> {
    Typed {
        first_name: form.get("first_name"),
        last_name: form.get("last_name"),
        email: form.get("email"),
        password: form.get("password"),
        company: form.get("company"),
    }
}

/// `GET /account/register-dev-account`
///
/// # Errors
/// None of its own.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Answer {
    Ok(form(&app, &visitor, StatusCode::OK, (Typed::default(), Faults::default(), String::new())))
}

fn form(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    (typed, faults, error): (Typed<'_>, Faults, String),
) -> Response {
    let title = visitor.words.get("register-title");
    page::render(status, &Register { page: visitor.page(app, title, ""), typed, faults, error })
}

/// `POST /account/register-dev-account`
///
/// # Errors
/// The store's.
pub async fn register(State(app): State<Arc<App>>, visitor: Visitor, posted: Form) -> Answer {
    let typed = typed(&posted);
    let newcomer = match Newcomer::read(typed, &app.config.branding.name) {
        Ok(newcomer) => newcomer,
        Err(faults) => {
            let faults = Faults::new(faults, visitor.words);
            return Ok(form(
                &app,
                &visitor,
                StatusCode::UNPROCESSABLE_ENTITY,
                (typed, faults, String::new()),
            ));
        }
    };
    let address = newcomer.address.as_str().to_owned();
    match register::register(&app, newcomer, visitor.words, (&visitor.browser_hash, &visitor.origin())).await
    {
        Ok(()) => Ok(sent(&app, &visitor, "register-sent", &address)),
        Err(why) => no_mail(&visitor, why, |status, text| {
            form(&app, &visitor, status, (typed, Faults::default(), text))
        }),
    }
}

/// `GET /account/confirm-email/{token}`: a page with a button, because mail scanners open links.
///
/// # Errors
/// The store's.
pub async fn ask(State(app): State<Arc<App>>, visitor: Visitor, Path(token): Path<String>) -> Answer {
    let Some(sign_up) = register::find(&app, &token).await? else {
        return Ok(gone(&app, &visitor, "/account/register-dev-account", "register-title"));
    };
    Ok(confirmation(&app, &visitor, (&token, &sign_up), (StatusCode::OK, String::new())))
}

fn confirmation(
    app: &App,
    visitor: &Visitor,
    (token, sign_up): (&str, &SignUp),
    (status, fault): (StatusCode, String),
) -> Response {
    let page = visitor.page(app, visitor.words.get("confirm-title"), "");
    let asks_password = sign_up.asks_password(&visitor.browser_hash);
    page::render(status, &Confirm { page, sign_up, token, asks_password, fault })
}

/// The page again, with why the password did not confirm anything.
async fn not_proven(app: &App, visitor: &Visitor, token: &str, refused: Refused) -> Answer {
    let words = visitor.words;
    let seconds = retry_after(&refused);
    let (status, fault) = match refused {
        Refused::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, words.get("confirm-wrong")),
        Refused::TooMany(wait) => (StatusCode::TOO_MANY_REQUESTS, wait.words(visitor.words)),
        Refused::Busy(_) => (StatusCode::SERVICE_UNAVAILABLE, words.get("sign-in-busy")),
        Refused::Store(error) => return Err(error.into()),
    };
    let Some(sign_up) = register::find(app, token).await? else {
        return Ok(gone(app, visitor, "/account/register-dev-account", "register-title"));
    };
    let response = confirmation(app, visitor, (token, &sign_up), (status, fault));
    Ok(come_back(response, seconds))
}

/// `POST /account/confirm-email/{token}`
///
/// # Errors
/// The store's.
pub async fn confirm(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(token): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let ip = visitor.ip_text();
    let place = Place::of(&visitor, &ip);
    let shown = (token.as_str(), form.get("password"));
    match register::confirm(&app, shown, &place, &visitor.origin()).await {
        Ok(entered) => {
            let response = welcome(&app, &headers, &entered.cookie, entered.account);
            Ok(page::with_flash(response, "flash-account-made"))
        }
        Err(NotConfirmed::Refused(refused)) => not_proven(&app, &visitor, &token, refused).await,
        Err(NotConfirmed::NotMade(NotMade::Gone)) => {
            Ok(gone(&app, &visitor, "/account/register-dev-account", "register-title"))
        }
        Err(NotConfirmed::NotMade(NotMade::Taken)) => {
            let faults = Faults::new(vec![("email", Fault::Taken)], visitor.words);
            Ok(self::form(&app, &visitor, StatusCode::CONFLICT, (Typed::default(), faults, String::new())))
        }
        Err(NotConfirmed::NotMade(NotMade::Store(error))) => Err(error.into()),
    }
}
