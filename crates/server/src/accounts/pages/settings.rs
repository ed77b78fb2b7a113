//! `/account/settings`: the account's name, and who may connect apps to it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use grantry_store::account::{Account, ConnectPolicy};
use http::StatusCode;

use super::{FaultLines, kind_word};
use crate::accounts::edit;
use crate::app::App;
use crate::web::moment::Moment;
use crate::web::{Actor, Answer, Form, Page, Problem, Visitor, page};

#[derive(askama::Template)]
#[template(path = "accounts/settings.html")]
struct Settings {
    page: Page,
    name: String,
    policy: &'static str,
    code: String,
    kind: String,
    since: Moment,
    faults: FaultLines,
}

/// `GET /account/settings`
///
/// # Errors
/// None of its own.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, actor: Actor) -> Answer {
    let account = &actor.current()?.account;
    let typed = (account.name.as_str(), account.connect_policy);
    Ok(render(&app, &visitor, account, typed, (StatusCode::OK, FaultLines::default())))
}

/// `POST /account/settings`
///
/// # Errors
/// 400 for a policy that there is not.
pub async fn save(State(app): State<Arc<App>>, visitor: Visitor, actor: Actor, form: Form) -> Answer {
    let account = &actor.current()?.account;
    let policy = ConnectPolicy::parse(form.get("connect_policy"));
    let policy = policy.ok_or_else(|| Problem::bad_request(visitor.words.get("settings-no-policy")))?;
    let typed = (form.get("name"), policy);
    match edit::edit(&app, &visitor.origin(), &account.id, typed).await {
        Ok(_) => Ok(page::with_flash(page::see_other("/account/settings"), "flash-saved")),
        Err(refused) => {
            let faults = FaultLines::new(&refused.into_faults("name", visitor.words)?, visitor.words);
            Ok(render(&app, &visitor, account, typed, (StatusCode::UNPROCESSABLE_ENTITY, faults)))
        }
    }
}

fn render(
    app: &App,
    visitor: &Visitor,
    account: &Account,
    (name, policy): (&str, ConnectPolicy),
    (status, faults): (StatusCode, FaultLines),
) -> Response {
    let template = Settings {
        page: visitor.page(app, visitor.words.get("settings-title"), "settings"),
        name: name.to_owned(),
        policy: policy.as_str(),
        code: account.code.clone(),
        kind: kind_word(account.kind, visitor.words),
        since: Moment::new(account.created_at, app.clock.now(), visitor.words),
        faults,
    };
    page::render(status, &template)
}
