//! `GET /`.

use std::sync::Arc;

use axum::extract::State;

use super::first_path;
use crate::app::App;
use crate::web::{Answer, Page, Visitor, page};

#[derive(askama::Template)]
#[template(path = "landing/show.html")]
struct Landing {
    page: Page,
}

/// `GET /`: who is signed in has work to do elsewhere; everybody else reads what this is.
///
/// # Errors
/// None of its own.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Answer {
    if let Some(actor) = &visitor.actor {
        let kind = actor.account.as_ref().map(|current| current.account.kind);
        return Ok(page::see_other(first_path(kind)));
    }
    let title = visitor.words.with("landing-title", "platform", &app.config.branding.name);
    Ok(page::ok(&Landing { page: visitor.page(&app, title, "") }))
}
