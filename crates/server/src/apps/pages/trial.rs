//! *Try it out* on the pages: the button that runs the real flow, the callback that is ours, and what came of it.

use std::sync::Arc;

use axum::extract::{Query, State};
use grantry_oauth::display_text;
use grantry_oauth::scope::ScopeSet;
use grantry_store::app::AppKind;
use serde::Deserialize;
use serde_json::Value;

use super::{Own, home, list_of};
use crate::app::App;
use crate::apps::try_out::{self, Outcome};
use crate::apps::{Refused, edit};
use crate::cached::KnownApp;
use crate::consent::trial::NotBegun;
use crate::issue::Failed;
use crate::web::{Actor, Answer, Form, Page, Problem, Visitor, page};

/// Longest part of an answer that is shown.
const SHOWN: usize = 300;

/// What comes back from the authorization endpoint.
#[derive(Debug, Default, Deserialize)]
pub struct Returned {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

#[derive(askama::Template)]
#[template(path = "apps/code.html")]
struct CodePage {
    page: Page,
    name: String,
    home: String,
    state: String,
    code: String,
    error: String,
    error_description: String,
}

#[derive(askama::Template)]
#[template(path = "apps/tokens.html")]
struct TokensPage {
    page: Page,
    name: String,
    home: String,
    list: &'static str,
    list_word: &'static str,
    is_custom: bool,
    access_token: String,
    access_claims: String,
    refresh_token: String,
    id_token: String,
    id_claims: String,
    scopes: ScopeSet,
    minutes: i64,
    userinfo: String,
    userinfo_error: String,
}

/// `POST /apps/store-apps/{app}/try` and `POST /apps/custom-apps/{app}/try`
pub async fn begin(State(app): State<Arc<App>>, visitor: Visitor, own: Own, _: Form) -> Answer {
    let known = known(&app, &own.app().client_id).await?;
    if own.app().kind == AppKind::Custom {
        return match try_out::credentials(&app, &known, &visitor.origin()).await {
            Ok(outcome) => Ok(tokens_page(&app, &visitor, &known, outcome)),
            Err(failed) => Err(not_given(failed)),
        };
    }
    match try_out::begin(&app, &known, &visitor.browser_hash).await {
        Ok(to) => Ok(page::see_other(&to)),
        Err(NotBegun::Refused(error)) => Err(refused(&error)),
        Err(NotBegun::Store(error)) => Err(error.into()),
    }
}

/// `GET /apps/try/callback`: what an app's redirect URI is for its own flow.
pub async fn callback(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Query(returned): Query<Returned>,
) -> Answer {
    let known = of_state(&app, &actor, &returned.state).await?;
    let name = known.version.details.name.clone();
    let title = visitor.words.with("apps-tried-title", "name", &name);
    let code = CodePage {
        page: visitor.page(&app, title, "store-apps"),
        name,
        home: home(known.app.kind, &known.app.id),
        state: returned.state,
        code: returned.code,
        error: display_text::show(&returned.error, SHOWN),
        error_description: display_text::show(&returned.error_description, SHOWN),
    };
    Ok(page::ok(&code))
}

/// `POST /apps/try/tokens`
pub async fn tokens(State(app): State<Arc<App>>, visitor: Visitor, actor: Actor, posted: Form) -> Answer {
    let state = posted.get("state");
    let known = of_state(&app, &actor, state).await?;
    let browser = (&visitor.browser_hash, state);
    match try_out::exchange(&app, &known, browser, posted.get("code"), &visitor.origin()).await {
        Ok(outcome) => Ok(tokens_page(&app, &visitor, &known, outcome)),
        Err(failed) => Err(not_given(failed)),
    }
}

fn tokens_page(app: &App, visitor: &Visitor, known: &KnownApp, outcome: Outcome) -> axum::response::Response {
    let name = known.version.details.name.clone();
    let (list, section, list_word) = list_of(known.app.kind);
    let title = visitor.words.with("apps-tried-title", "name", &name);
    let Outcome { given, access_claims, id_claims, userinfo } = outcome;
    let (userinfo, userinfo_error) = match userinfo {
        Some(Ok(claims)) => (pretty(Some(claims)), String::new()),
        Some(Err(code)) => (String::new(), code),
        None => (String::new(), String::new()),
    };
    page::ok(&TokensPage {
        page: visitor.page(app, title, section),
        name,
        home: home(known.app.kind, &known.app.id),
        list,
        list_word,
        is_custom: known.app.kind == AppKind::Custom,
        access_claims: pretty(access_claims),
        access_token: given.access_token,
        refresh_token: given.refresh_token.unwrap_or_default(),
        id_claims: pretty(id_claims),
        id_token: given.id_token.unwrap_or_default(),
        scopes: given.scopes,
        minutes: i64::try_from(given.expires_in / 60).unwrap_or(i64::MAX),
        userinfo,
        userinfo_error,
    })
}

fn pretty(claims: Option<Value>) -> String {
    claims.map(|claims| format!("{claims:#}")).unwrap_or_default()
}

/// The app of the current account that a state belongs to.
async fn of_state(app: &App, actor: &Actor, state: &str) -> Result<Arc<KnownApp>, Problem> {
    let id = try_out::app_of(state).ok_or_else(|| Problem::bad_request("state"))?;
    let account = &actor.current()?.account.id;
    match edit::find(app, account, &id).await {
        Ok((found, _)) => known(app, &found.client_id).await,
        Err(Refused::Store(error)) => Err(error.into()),
        Err(_) => Err(Problem::not_found()),
    }
}

/// The app as the protocol knows it, as long as it may be used.
async fn known(app: &App, client_id: &str) -> Result<Arc<KnownApp>, Problem> {
    let known = app.cached.find_app(client_id).await?.ok_or_else(Problem::not_found)?;
    if known.is_active() { Ok(known) } else { Err(Problem::new(http::StatusCode::CONFLICT, "suspended-app")) }
}

fn not_given(failed: Failed) -> Problem {
    match failed {
        Failed::Refused(error) => refused(&error),
        Failed::Store(error) => error.into(),
        Failed::Keys(error) => Problem::internal(error),
    }
}

/// What the app would have been told, for its developer: with the hint.
fn refused(error: &grantry_oauth::Error) -> Problem {
    let hint = error.hint.as_deref().map(|hint| format!(": {}", display_text::show(hint, SHOWN)));
    let detail = format!("{}{}", error.description, hint.unwrap_or_default());
    Problem::new(http::StatusCode::BAD_REQUEST, "try-failed").detail(detail).code(error.code.as_str())
}
