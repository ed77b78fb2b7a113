//! `/connect/authorize`: reads what an app asks for, keeps it, and sends the browser on to a page that knows its cookies.

use std::sync::Arc;

use axum::extract::{Request, State};
use grantry_oauth::Error;
use grantry_oauth::authorize::{Reading, read};
use grantry_oauth::parameters::Parameters;
use grantry_store::flow_event::{FlowStage, NewFlowEvent};
use serde_json::Value;

use super::{answer, browser};
use crate::app::App;
use crate::cached::KnownApp;
use crate::sign_in::pending::{self, Begun};
use crate::web::{self, Problem, Visitor, page};

/// What the owner of the app is shown of a refused request.
const SHOWN: [&str; 7] = [
    "response_type",
    "redirect_uri",
    "scope",
    "response_mode",
    "prompt",
    "code_challenge_method",
    "resource",
];

/// Longest value that is kept of one.
const LONGEST: usize = 300;

/// `GET` and `POST /connect/authorize`. Forms of other sites come without our cookies, so nothing is decided here.
///
/// # Errors
/// A page, as long as nothing proves that the redirect URI is the app's.
pub async fn receive(State(app): State<Arc<App>>, visitor: Visitor, request: Request) -> web::Answer {
    let parameters = browser::read(visitor.words, request).await?;
    let known = match parameters.get("client_id") {
        Some(client_id) => app.cached.find_app(client_id).await?,
        None => None,
    };
    let catalogue = app.cached.catalogue().await?;
    let asking = known.as_ref().filter(|known| known.is_active());
    match read(&parameters, asking.map(|known| &known.client), &catalogue.rules) {
        Reading::Valid(request) => {
            let asking = asking.ok_or_else(|| Problem::internal("a request without an app is valid"))?;
            Ok(page::see_other(&pending::begin(&app, asking, &request, Begun::ByApp).await?))
        }
        Reading::SendBack(to, error) => {
            note(&app, &visitor, known.as_deref(), (&error, &parameters));
            Ok(answer::refusal(&app, &visitor, &to, &error))
        }
        Reading::ShowPage(error) => {
            note(&app, &visitor, known.as_deref(), (&error, &parameters));
            Err(browser::refused_of(visitor.words, known.as_deref(), &error))
        }
    }
}

/// Tells the owner of the app, if it is known which.
fn note(app: &App, visitor: &Visitor, known: Option<&KnownApp>, why: (&Error, &Parameters)) {
    let Some(known) = known else { return };
    let (Error { code, description, hint }, parameters) = why;
    let shown = |name: &&str| Some(((*name).to_owned(), Value::from(short(parameters.get(name)?))));
    let hint = match hint {
        _ if !known.is_active() => "the app, or the account that owns it, is suspended".to_owned(),
        Some(hint) => format!("{description}: {}", short(hint)),
        None => (*description).to_owned(),
    };
    let event = NewFlowEvent {
        request_id: visitor.request_id.clone(),
        account_id: known.app.account_id.clone(),
        app_id: Some(known.app.id.clone()),
        stage: FlowStage::Authorize,
        error: code.as_str().to_owned(),
        hint,
        detail: Value::Object(SHOWN.iter().filter_map(shown).collect()).to_string(),
    };
    app.flow_log.note(event, description, app.clock.now());
}

/// The beginning of a text that came from outside.
fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
