//! `/account/logout`: out of this browser.

use std::sync::Arc;

use axum::extract::State;

use super::set_cookie;
use crate::app::App;
use crate::sign_in::end_session::end_session;
use crate::web::cookies::Cookie;
use crate::web::{Answer, Form, Page, Visitor, page};

#[derive(askama::Template)]
#[template(path = "sign_in/logout.html")]
struct Logout<'a> {
    page: Page,
    email: &'a str,
}

/// `GET /account/logout` asks: a link on another site must not sign anybody out.
///
/// # Errors
/// None of its own.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Answer {
    let Some(actor) = &visitor.actor else { return Ok(page::see_other("/account/login")) };
    let title = visitor.words.get("logout-title");
    Ok(page::ok(&Logout { page: visitor.page(&app, title, ""), email: &actor.person.email }))
}

/// `POST /account/logout`
///
/// # Errors
/// The store's.
pub async fn leave(State(app): State<Arc<App>>, visitor: Visitor, _form: Form) -> Answer {
    if let Some(actor) = &visitor.actor {
        end_session(&app, &visitor.origin(), &actor.session).await?;
    }
    let mut response = page::with_flash(page::see_other("/account/login"), "flash-signed-out");
    set_cookie(&mut response, app.cookies.clear(Cookie::Session));
    Ok(response)
}
