//! `/connect/endsession`: an app asks to sign somebody out (OIDC RP-Initiated Logout). Where they go afterwards is
//! registered, or here.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use grantry_oauth::ErrorCode;
use grantry_oauth::end_session::{self, BackTo, Decision};
use grantry_oauth::id_token::Hint;
use grantry_oauth::parameters::Parameters;
use grantry_store::flow_event::{FlowStage, NewFlowEvent};
use http::header;
use url::form_urlencoded;

use super::browser;
use crate::app::App;
use crate::cached::KnownApp;
use crate::sign_in::end_session::end_session;
use crate::web::cookies::Cookie;
use crate::web::headers::FormAction;
use crate::web::{Answer, Form, Page, Problem, Visitor, Words, page};

/// What is read of a request, and repeated by the confirmation page. Everything is checked again then.
const PARAMETERS: [&str; 5] =
    ["id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"];

#[derive(askama::Template)]
#[template(path = "endpoints/end_session.html")]
struct Confirmation<'a> {
    page: Page,
    text: String,
    email: &'a str,
    fields: Vec<(&'static str, &'a str)>,
}

/// What was asked, by whom, and what the rules make of it.
struct Asked {
    decision: Decision,
    ui_locales: Option<String>,
    known: Option<Arc<KnownApp>>,
    /// Where the app wanted the person to go, when it has not registered that.
    elsewhere: Option<String>,
}

/// `POST /connect/endsession`: a form of another site comes without our cookies, so it goes on as a GET.
///
/// # Errors
/// A page for a form that cannot be read.
pub async fn receive(visitor: Visitor, request: Request) -> Answer {
    let parameters = browser::read(visitor.words, request).await?;
    parameters.check_single().map_err(|error| browser::refused(visitor.words, &error))?;
    let pairs = PARAMETERS.iter().filter_map(|name| Some((*name, parameters.get(name)?)));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Ok(page::see_other(&format!("/connect/endsession?{query}")))
}

/// `GET /connect/endsession`
///
/// # Errors
/// A page for a query that cannot be read.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, request: Request) -> Answer {
    let parameters = browser::read(visitor.words, request).await?;
    let asked = read(&app, &visitor, &parameters).await?;
    match &visitor.actor {
        Some(actor) if asked.decision.ask => {
            let fields = PARAMETERS.iter().filter_map(|name| Some((*name, parameters.get(name)?))).collect();
            Ok(confirmation(&app, &visitor, &asked, (&actor.person.email, fields)))
        }
        Some(_) | None => leave(&app, &visitor, &asked).await,
    }
}

/// `POST /connect/endsession/confirm`: the person has been asked.
///
/// # Errors
/// The store's.
pub async fn confirm(State(app): State<Arc<App>>, visitor: Visitor, form: Form) -> Answer {
    if form.get("decision") != "leave" {
        return Ok(page::see_other("/"));
    }
    let pairs = form.pairs().iter().filter(|(name, _)| PARAMETERS.contains(&name.as_str())).cloned();
    let parameters = Parameters::new(pairs).map_err(|error| browser::refused(visitor.words, &error))?;
    let asked = read(&app, &visitor, &parameters).await?;
    leave(&app, &visitor, &asked).await
}

async fn read(app: &App, visitor: &Visitor, parameters: &Parameters) -> Result<Asked, Problem> {
    let request =
        end_session::Request::parse(parameters).map_err(|error| browser::refused(visitor.words, &error))?;
    let verify = |text: &String| Hint::verify(app.keys.ring().recognised(), app.issuer(), text);
    let hint = request.id_token_hint.as_ref().and_then(verify);
    let known = match hint.as_ref().and_then(Hint::client_id) {
        Some(client_id) => app.cached.find_app(client_id).await?.filter(|known| known.is_active()),
        None => None,
    };
    let client = known.as_ref().map(|known| &known.client);
    let signed_in = visitor.actor.as_ref().map(|actor| match client {
        Some(client) => app.subjects.of(client, actor.person.id.as_str()),
        None => actor.person.id.as_str().into(),
    });
    let decision = end_session::decide(&request, hint.as_ref(), client, signed_in.as_deref());
    let wanted = request.post_logout_redirect_uri.filter(|_| known.is_some() && decision.then.is_none());
    Ok(Asked { decision, ui_locales: request.ui_locales, known, elsewhere: wanted })
}

async fn leave(app: &App, visitor: &Visitor, asked: &Asked) -> Answer {
    if let Some(actor) = &visitor.actor {
        end_session(app, &visitor.origin(), &actor.session).await?;
    }
    let mut response = match (&asked.decision.then, &asked.elsewhere) {
        (Some(back), _) => page::see_other(back.location()),
        (None, Some(wanted)) => {
            note(app, visitor, asked.known.as_deref(), wanted);
            page::with_flash(page::see_other("/account/login"), "flash-signed-out-here")
        }
        (None, None) => page::with_flash(page::see_other("/account/login"), "flash-signed-out"),
    };
    if let Some(gone) = app.cookies.clear(Cookie::Session) {
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    Ok(response)
}

/// Tells the owner of the app why nobody came back.
fn note(app: &App, visitor: &Visitor, known: Option<&KnownApp>, wanted: &str) {
    const WHY: &str = "post_logout_redirect_uri is not registered for this app";
    let Some(known) = known else { return };
    let shown: String = wanted.chars().take(300).collect();
    let event = NewFlowEvent {
        request_id: visitor.request_id.clone(),
        account_id: known.app.account_id.clone(),
        app_id: Some(known.app.id.clone()),
        stage: FlowStage::EndSession,
        error: ErrorCode::InvalidRequest.as_str().to_owned(),
        hint: format!("{WHY}: {shown}"),
        detail: serde_json::json!({ "post_logout_redirect_uri": shown }).to_string(),
    };
    app.flow_log.note(event, WHY, app.clock.now());
}

fn confirmation(
    app: &App,
    visitor: &Visitor,
    asked: &Asked,
    (email, fields): (&str, Vec<(&'static str, &str)>),
) -> Response {
    let mut visitor = visitor.clone();
    let chosen = visitor.actor.as_ref().is_some_and(|actor| actor.person.locale.is_some());
    if let (false, Some(wanted)) = (chosen, asked.ui_locales.as_deref()) {
        visitor.words = Words::preferred(Some(wanted));
    }
    let words = visitor.words;
    let platform = app.config.branding.name.as_str();
    let text = match &asked.known {
        Some(known) => {
            let name = grantry_oauth::display_text::show(&known.version.details.name, 80);
            words.with2("end-session-asked", ("app", &name), ("platform", platform))
        }
        None if fields.is_empty() => words.with("end-session-by-hand", "platform", platform),
        None => words.with("end-session-asked-somebody", "platform", platform),
    };
    let page = visitor.page(app, words.get("end-session-title"), "");
    let mut response = page::ok(&Confirmation { page, text, email, fields });
    if let Some(target) = asked.decision.then.as_ref().and_then(BackTo::form_action) {
        response.extensions_mut().insert(FormAction(target));
    }
    response
}
