//! What the server thinks of an address while the form is being filled in: JSON for the form's script.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use serde_json::json;

use crate::app::App;
use crate::apps::{Fault, Faults, Refused, details, logo, redirect_check};
use crate::web::{Actor, Answer, Form, Problem, Visitor, Words};

/// `POST /apps/check-redirect-uri`
pub async fn redirect_uri(State(app): State<Arc<App>>, visitor: Visitor, actor: Actor, form: Form) -> Answer {
    let account = &actor.current()?.account;
    let answer = match redirect_check::check(&app, &account.id, form.get("value")).await {
        Ok(check) => {
            let (tone, text) = redirect_check::said(&check, visitor.words);
            json!({ "tone": tone, "text": text })
        }
        Err(refused) => refusal(&refused, visitor.words)?,
    };
    Ok(Json(answer).into_response())
}

/// `POST /apps/check-logo`
pub async fn logo(State(app): State<Arc<App>>, visitor: Visitor, actor: Actor, form: Form) -> Answer {
    let account = &actor.current()?.account;
    let url = form.get("value").trim_matches(' ');
    let fetched = match grantry_oauth::redirect_uri::https_url(url) {
        Ok(url) => logo::fetch(&app, &account.id, &url).await,
        Err(refused) => Err(details::uri_fault("logo_url", url, refused).into()),
    };
    let answer = match fetched {
        Ok(logo) => {
            let text = visitor.words.get("apps-logo-good");
            json!({ "tone": "good", "text": text, "image": logo::path(Some(&logo.id)) })
        }
        Err(refused) => refusal(&refused, visitor.words)?,
    };
    Ok(Json(answer).into_response())
}

/// A fault is a verdict too; everything else is a problem.
fn refusal(refused: &Refused, words: Words) -> Result<serde_json::Value, Problem> {
    match refused {
        Refused::Faults(faults) => Ok(json!({ "tone": "bad", "text": first(faults, words) })),
        Refused::Missing
        | Refused::Full(_)
        | Refused::NeedsDeveloperAccount
        | Refused::Changed
        | Refused::LastSecret
        | Refused::AlreadyCreated
        | Refused::OtherState
        | Refused::UnderReview
        | Refused::TooMany(_)
        | Refused::Store(_) => Err(refused.problem(words)),
    }
}

fn first(faults: &Faults, words: Words) -> String {
    faults.iter().next().map(|fault: &Fault| fault.text(words)).unwrap_or_default()
}
