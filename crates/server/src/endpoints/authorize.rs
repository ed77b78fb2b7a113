//! `/connect/authorize`: reads what an app asks for, keeps it, and sends the browser on to a page that knows its cookies.

use std::sync::Arc;

use axum::extract::{Request, State};
use grantry_oauth::authorize::{Reading, read, refuse};
use grantry_oauth::parameters::Parameters;
use grantry_oauth::{Error, client_document};
use grantry_store::flow_event::{FlowStage, NewFlowEvent};
use serde_json::Value;

use super::request_source::{Found, NotFound};
use super::{answer, browser, request_source};
use crate::app::App;
use crate::cached::KnownApp;
use crate::registration::Asking;
use crate::registration::document::{self, NotResolved};
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
        Some(client_id) if app.config.cimd.enabled && client_document::is_url(client_id) => {
            Some(Box::pin(describe(&app, &visitor, client_id)).await?)
        }
        Some(client_id) => app.cached.find_app(client_id).await?,
        None => None,
    };
    let asking = known.as_ref().filter(|known| known.is_active());
    let found = match asking {
        Some(asking) => request_source::find(&app, &parameters, asking, visitor.ip).await,
        None => Ok(Found::Parameters(parameters.clone())),
    };
    let client = asking.map(|known| &known.client);
    let catalogue = app.cached.catalogue().await?;
    let (reading, said, pushed) = match found {
        Ok(Found::Pushed(request, hash)) => (Reading::Valid(request), parameters, Some(hash)),
        Ok(Found::Parameters(said)) => (read(&said, client, &catalogue.rules), said, None),
        Err(NotFound::Refused(error)) => (refuse(&parameters, client, error), parameters, None),
        Err(NotFound::TooMany(seconds)) => return Err(Problem::too_many(seconds)),
        Err(NotFound::Store(error)) => return Err(error.into()),
    };
    match reading {
        Reading::Valid(request) => {
            let asking = asking.ok_or_else(|| Problem::internal("a request without an app is valid"))?;
            if asking.client.provenance.is_self_declared() {
                app.touched.machine_app(&asking.app.id, app.clock.now());
            }
            Ok(page::see_other(&pending::begin(&app, asking, &request, (Begun::ByApp, pushed)).await?))
        }
        Reading::SendBack(to, error) => {
            note(&app, &visitor, known.as_deref(), (&error, &said));
            // `prompt=none` runs in frames that nobody sees: there is no person who could go on.
            let silent = said.get("prompt") == Some("none");
            if !silent && asking.is_some_and(|known| known.client.provenance.is_anybody()) {
                return Ok(answer::held(&app, &visitor, &to, &error));
            }
            Ok(answer::refusal(&app, &visitor, &to, &error))
        }
        Reading::ShowPage(error) => {
            note(&app, &visitor, known.as_deref(), (&error, &said));
            Err(browser::refused_of(visitor.words, known.as_deref(), &error))
        }
    }
}

/// The app that describes itself at its client ID.
async fn describe(app: &App, visitor: &Visitor, client_id: &str) -> Result<Arc<KnownApp>, Problem> {
    let origin = visitor.origin();
    let asking = Asking { origin: &origin, ip: visitor.ip };
    match Box::pin(document::resolve(app, asking, client_id)).await {
        Ok(known) => Ok(known),
        Err(NotResolved::Refused(error)) => {
            let (code, hint) = (error.code.as_str(), error.hint.as_deref().map(short).unwrap_or_default());
            tracing::info!(request_id = %visitor.request_id, code, hint, "no app: {}", error.description);
            Err(browser::refused(visitor.words, &error))
        }
        Err(NotResolved::TooMany(seconds)) => Err(Problem::too_many(seconds)),
        Err(NotResolved::Store(error)) => Err(error.into()),
    }
}

/// Tells the owner of the app, if it is known which.
fn note(app: &App, visitor: &Visitor, known: Option<&KnownApp>, why: (&Error, &Parameters)) {
    let (Error { code, description, hint }, parameters) = why;
    let Some(known) = known else {
        let request_id = &visitor.request_id;
        tracing::info!(%request_id, error = code.as_str(), "request of no known app refused: {description}");
        return;
    };
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
