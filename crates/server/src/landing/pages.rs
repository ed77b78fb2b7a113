//! `GET /`.

use std::sync::Arc;

use axum::extract::State;

use crate::app::App;
use crate::web::{Answer, Page, Visitor, page};

#[derive(askama::Template)]
#[template(path = "landing/show.html")]
struct Landing {
    page: Page,
}

/// `GET /`
///
/// # Errors
/// None of its own.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Answer {
    let title = visitor.words.with("landing-title", "platform", &app.config.branding.name);
    Ok(page::ok(&Landing { page: visitor.page(&app, title, "") }))
}
