//! `/account/invitation/{token}`: what a mailed invitation leads to, for somebody new and for somebody known.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{StatusCode, header};

use super::FaultLines;
use crate::accounts::Refused;
use crate::accounts::invitations::{self, Open, RawNewcomer};
use crate::app::App;
use crate::landing;
use crate::sign_in::session::Place;
use crate::web::cookies::Cookie;
use crate::web::{Answer, Form, Page, Problem, Visitor, page, returning};

#[derive(askama::Template)]
#[template(path = "accounts/invitation.html")]
struct Invitation<'a> {
    page: Page,
    token: &'a str,
    account: &'a str,
    code: &'a str,
    email: &'a str,
    invited_by: &'a str,
    is_admin: bool,
    step: Step<'a>,
}

/// What the reader has to do.
enum Step<'a> {
    /// Nobody has the address: they choose a name and a password.
    Newcomer { first_name: &'a str, last_name: &'a str, faults: FaultLines },
    /// They are signed in with the address.
    Join,
    /// The address has a sign-in.
    SignIn,
    /// They are signed in with another address.
    SignOut { email: &'a str },
}

/// `GET /account/invitation/{token}`
///
/// # Errors
/// A page that says so, for a link that does nothing any more.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, Path(token): Path<String>) -> Answer {
    let open = find(&app, &token).await?;
    let step = next(&open, &visitor);
    let signs_in = matches!(step, Step::SignIn | Step::SignOut { .. });
    let mut response = render(&app, &visitor, (&token, &open), step, StatusCode::OK);
    if signs_in {
        // Back here once they are signed in.
        let path = format!("/account/invitation/{token}");
        if let Some(cookie) = returning::remember(app.cookies, &path) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

/// `POST /account/invitation/{token}`
///
/// # Errors
/// A page that says so, for a link that does nothing any more or is for somebody else.
pub async fn accept(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(token): Path<String>,
    form: Form,
) -> Answer {
    let open = find(&app, &token).await?;
    if form.get("decision") == "decline" {
        return decline(&app, &visitor, &token).await;
    }
    if let Some(actor) = &visitor.actor {
        let who = (&actor.person, &actor.session);
        let joined = invitations::accept(&app, &visitor.origin(), &token, who).await;
        let account = joined.map_err(|refused| gone(&refused, &visitor))?;
        let there = page::see_other(landing::first_path(Some(account.kind)));
        return Ok(page::with_flash(there, "flash-joined"));
    }
    let raw = RawNewcomer {
        first_name: form.get("first_name"),
        last_name: form.get("last_name"),
        password: form.get("password"),
    };
    let ip = visitor.ip_text();
    let place = Place::of(&visitor, &ip);
    match invitations::accept_as_newcomer(&app, &visitor.origin(), &token, raw, &place).await {
        Ok(session) => {
            let there = page::see_other(landing::first_path(Some(open.account.kind)));
            let mut response = page::with_flash(there, "flash-joined");
            if let Some(cookie) = app.cookies.set(Cookie::Session, &session, None) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            Ok(page::keep_browser(response))
        }
        Err(Refused::Faults(faults)) => {
            let faults = FaultLines::new(&faults, visitor.words);
            let step = Step::Newcomer { first_name: raw.first_name, last_name: raw.last_name, faults };
            Ok(render(&app, &visitor, (&token, &open), step, StatusCode::UNPROCESSABLE_ENTITY))
        }
        Err(refused) => Err(gone(&refused, &visitor)),
    }
}

async fn decline(app: &App, visitor: &Visitor, token: &str) -> Answer {
    let who = visitor.actor.as_ref().map(|actor| &actor.person);
    let declined = invitations::decline(app, &visitor.origin(), token, who).await;
    declined.map_err(|refused| gone(&refused, visitor))?;
    let there = match &visitor.actor {
        Some(actor) => landing::first_path(actor.account.as_ref().map(|current| current.account.kind)),
        None => "/account/login",
    };
    Ok(page::with_flash(page::see_other(there), "flash-invitation-declined"))
}

async fn find(app: &App, token: &str) -> Result<Open, Problem> {
    let open = invitations::find(app, token).await?;
    open.ok_or_else(|| Problem::new(StatusCode::GONE, "invitation-gone"))
}

fn gone(refused: &Refused, visitor: &Visitor) -> Problem {
    if matches!(refused, Refused::Missing) {
        return Problem::new(StatusCode::GONE, "invitation-gone");
    }
    refused.problem(visitor.words)
}

fn next<'a>(open: &Open, visitor: &'a Visitor) -> Step<'a> {
    match (&visitor.actor, &open.known) {
        (Some(actor), Some(known)) if actor.person.id == known.id => Step::Join,
        (Some(actor), _) => Step::SignOut { email: &actor.person.email },
        (None, Some(_)) => Step::SignIn,
        (None, None) => Step::Newcomer { first_name: "", last_name: "", faults: FaultLines::default() },
    }
}

fn render(
    app: &App,
    visitor: &Visitor,
    (token, open): (&str, &Open),
    step: Step<'_>,
    status: StatusCode,
) -> Response {
    let title = visitor.words.with("invitation-title", "account", &open.account.name);
    let template = Invitation {
        page: visitor.page(app, title, ""),
        token,
        account: &open.account.name,
        code: &open.account.code,
        email: &open.invitation.email,
        invited_by: open.invitation.invited_by_email.as_deref().unwrap_or_default(),
        is_admin: open.invitation.is_admin,
        step,
    };
    page::render(status, &template)
}
