//! `/account/first-operator/{token}`: who will run this server.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::faults::Faults;
use super::register::typed;
use super::welcome;
use crate::app::App;
use crate::sign_in::first_operator::{self, NotSetUp};
use crate::sign_in::register::{Fault, Newcomer, NotMade, Typed};
use crate::sign_in::session::Place;
use crate::web::{Answer, Form, Page, Problem, Visitor, page};

#[derive(askama::Template)]
#[template(path = "sign_in/first_operator.html")]
struct FirstOperator<'a> {
    page: Page,
    token: &'a str,
    typed: Typed<'a>,
    faults: Faults,
}

/// `GET /account/first-operator/{token}`
///
/// # Errors
/// A page that says how to get another link.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, Path(token): Path<String>) -> Answer {
    if !first_operator::is_usable(&app, &token).await? {
        return Err(used_up());
    }
    let typed = Typed { company: &app.config.branding.name, ..Typed::default() };
    Ok(form(&app, &visitor, StatusCode::OK, (&token, typed, Faults::default())))
}

fn used_up() -> Problem {
    Problem::new(StatusCode::GONE, "operator-link-gone")
}

fn form(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    (token, typed, faults): (&str, Typed<'_>, Faults),
) -> Response {
    let title = visitor.words.get("first-operator-title");
    page::render(status, &FirstOperator { page: visitor.page(app, title, ""), token, typed, faults })
}

/// `POST /account/first-operator/{token}`
///
/// # Errors
/// A page that says how to get another link.
pub async fn set_up(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(token): Path<String>,
    headers: HeaderMap,
    posted: Form,
) -> Answer {
    if !first_operator::is_usable(&app, &token).await? {
        return Err(used_up());
    }
    let typed = typed(&posted);
    let again = |faults| {
        let faults = Faults::new(faults, visitor.words);
        Ok(form(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, (&token, typed, faults)))
    };
    let newcomer = match Newcomer::read(typed, &app.config.branding.name) {
        Ok(newcomer) => newcomer,
        Err(faults) => return again(faults),
    };
    let ip = visitor.ip_text();
    let at = (&Place::of(&visitor, &ip), &visitor.origin());
    match first_operator::set_up(&app, &token, newcomer, at).await {
        Ok(entered) => {
            let response = welcome(&app, &headers, &entered.cookie, entered.account);
            Ok(page::with_flash(response, "flash-operator-made"))
        }
        Err(NotSetUp::NotMade(NotMade::Taken)) => again(vec![("email", Fault::Taken)]),
        Err(NotSetUp::NotMade(NotMade::Gone)) => Err(used_up()),
        Err(NotSetUp::NotMade(NotMade::Store(error))) => Err(error.into()),
        Err(NotSetUp::Busy(busy)) => Err(busy.into()),
    }
}
