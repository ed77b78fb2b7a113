//! `/account/login`: an address, a password, and what waits behind them.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use grantry_oauth::display_text;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::{come_back, enter, retry_after, welcome};
use crate::app::App;
use crate::apps::details::NAME_LIMIT;
use crate::apps::logo;
use crate::landing;
use crate::sign_in::pending::{self, Pending};
use crate::sign_in::session::Place;
use crate::sign_in::{Refused, SignIn, sign_in};
use crate::web::{Answer, Form, Page, Problem, Visitor, page, returning};

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// A pending authorization.
    #[serde(default)]
    pub(super) request: String,
}

#[derive(askama::Template)]
#[template(path = "sign_in/login.html")]
struct Login<'a> {
    page: Page,
    waiting: Option<Waiting<'a>>,
    email: &'a str,
    error: String,
}

/// The app that a person continues to.
struct Waiting<'a> {
    request: &'a str,
    name: String,
    logo: String,
    privacy: &'a str,
    terms: &'a str,
}

impl<'a> Waiting<'a> {
    fn new(pending: &'a Pending) -> Self {
        let details = &pending.app.version.details;
        Self {
            request: &pending.id,
            name: display_text::show(&details.name, NAME_LIMIT),
            logo: logo::path(details.logo_id.as_deref()),
            privacy: details.policy_uri.as_deref().unwrap_or_default(),
            terms: details.tos_uri.as_deref().unwrap_or_default(),
        }
    }
}

/// `GET /account/login`
///
/// # Errors
/// A page that says to start again, for an authorization that does not wait here.
pub async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Answer {
    let pending = find_pending(&app, &visitor, &asked.request).await?;
    if let (None, Some(actor)) = (&pending, &visitor.actor) {
        let account = actor.account.as_ref().map(|current| current.account.kind);
        let wanted = returning::recall(app.cookies, &headers);
        return Ok(page::see_other(wanted.as_deref().unwrap_or(landing::first_path(account))));
    }
    let visitor = spoken_to(visitor, pending.as_ref());
    let hint = pending.as_ref().and_then(|p| p.request.login_hint.as_deref()).unwrap_or_default();
    Ok(login(&app, &visitor, pending.as_ref(), (StatusCode::OK, hint, String::new())))
}

/// The visitor, in the language of the authorization that waits.
fn spoken_to(visitor: Visitor, pending: Option<&Pending>) -> Visitor {
    match pending {
        Some(pending) => pending.speaking(visitor),
        None => visitor,
    }
}

/// `POST /account/login`
///
/// # Errors
/// A page that says to start again, for an authorization that does not wait here.
pub async fn enter_password(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let pending = find_pending(&app, &visitor, form.get("request")).await?;
    let visitor = spoken_to(visitor, pending.as_ref());
    let (email, ip) = (form.get("email"), visitor.ip_text());
    let asked = SignIn {
        email,
        password: form.get("password"),
        place: Place::of(&visitor, &ip),
        pending: pending.as_ref(),
    };
    match sign_in(&app, &asked, &visitor.origin()).await {
        Ok(entered) if entered.too_late => Err(over()),
        Ok(entered) => Ok(match &pending {
            Some(pending) => enter(&app, &pending.path(), &entered.cookie),
            None => welcome(&app, &headers, &entered.cookie, entered.account),
        }),
        Err(refused) => {
            let seconds = retry_after(&refused);
            let (status, text) = match refused {
                Refused::Wrong => (StatusCode::UNPROCESSABLE_ENTITY, visitor.words.get("login-wrong")),
                Refused::TooMany(wait) => (StatusCode::TOO_MANY_REQUESTS, wait.words(visitor.words)),
                Refused::Busy(_) => (StatusCode::SERVICE_UNAVAILABLE, visitor.words.get("sign-in-busy")),
                Refused::Store(error) => return Err(error.into()),
            };
            let response = login(&app, &visitor, pending.as_ref(), (status, email, text));
            Ok(come_back(response, seconds))
        }
    }
}

async fn find_pending(app: &App, visitor: &Visitor, id: &str) -> Result<Option<Pending>, Problem> {
    if id.is_empty() {
        return Ok(None);
    }
    pending::find(app, visitor, id).await?.map(Some).ok_or_else(over)
}

/// The authorization is over, another browser's, or never was.
fn over() -> Problem {
    Problem::new(StatusCode::GONE, "start-again")
}

fn login(
    app: &App,
    visitor: &Visitor,
    pending: Option<&Pending>,
    (status, email, error): (StatusCode, &str, String),
) -> Response {
    let waiting = pending.map(Waiting::new);
    let title = visitor.words.get("login-title");
    let mut response =
        page::render(status, &Login { page: visitor.page(app, title, ""), waiting, email, error });
    if let Some(allowed) = pending.and_then(Pending::form_action) {
        response.extensions_mut().insert(allowed);
    }
    response
}
