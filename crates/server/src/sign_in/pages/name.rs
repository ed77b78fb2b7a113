//! `/account/profile/name`: people change their own name.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::faults::Faults;
use crate::app::App;
use crate::sign_in::rename::{NotRenamed, rename};
use crate::web::{Actor, Answer, Form, Page, Visitor, page};

#[derive(askama::Template)]
#[template(path = "sign_in/name.html")]
struct NamePage<'a> {
    page: Page,
    first_name: &'a str,
    last_name: &'a str,
    faults: Faults,
}

fn render(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    ((first_name, last_name), faults): ((&str, &str), Faults),
) -> Response {
    let page = visitor.page(app, visitor.words.get("name-title"), "profile");
    page::render(status, &NamePage { page, first_name, last_name, faults })
}

/// `GET /account/profile/name`
///
/// # Errors
/// None of its own.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, actor: Actor) -> Answer {
    let name = (actor.person.first_name.as_str(), actor.person.last_name.as_str());
    Ok(render(&app, &visitor, StatusCode::OK, (name, Faults::default())))
}

/// `POST /account/profile/name`
///
/// # Errors
/// The store's.
pub async fn change(State(app): State<Arc<App>>, visitor: Visitor, actor: Actor, form: Form) -> Answer {
    let name = (form.get("first_name"), form.get("last_name"));
    match rename(&app, &actor, name, &visitor.origin()).await {
        Ok(()) => Ok(page::with_flash(page::see_other("/account/profile"), "flash-name-changed")),
        Err(NotRenamed::Faults(faults)) => {
            let faults = Faults::new(faults, visitor.words);
            Ok(render(&app, &visitor, StatusCode::UNPROCESSABLE_ENTITY, (name, faults)))
        }
        Err(NotRenamed::Store(error)) => Err(error.into()),
    }
}
