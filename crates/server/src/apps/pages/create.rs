//! Adding an app: the form, the review, and the page that shows the secret once.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use grantry_store::account::{Account, AccountKind};
use grantry_store::app::AppKind;
use grantry_store::app_version::AppDetails;
use http::StatusCode;

use super::form::{self, FormPage, Subject, UriRow, View};
use super::scopes::{self, Group};
use super::secrets::{self, Shown};
use super::{home, list_of};
use crate::app::App;
use crate::apps::protocol::uses_secret;
use crate::apps::register::{self, Registered};
use crate::apps::{Faults, RawApp, Refused, create_link, logo, redirect_check};
use crate::web::sentence::Piece;
use crate::web::{Actor, Answer, Form, Page, Problem, Visitor, Words, page};

#[derive(askama::Template)]
#[template(path = "apps/review.html")]
struct Review {
    page: Page,
    is_custom: bool,
    action: &'static str,
    list: &'static str,
    list_word: &'static str,
    hidden: Vec<(&'static str, String)>,
    client_id: String,
    details: AppDetails,
    secret_description: String,
    logo: String,
    ask: Vec<Piece>,
    goes: Vec<Piece>,
    redirect_uris: Vec<UriRow>,
    groups: Vec<Group>,
}

/// `GET /apps/store-apps/create`
pub async fn store_form(State(app): State<Arc<App>>, visitor: Visitor, actor: Actor) -> Answer {
    let owner = &actor.current()?.account;
    if owner.kind == AccountKind::Customer {
        return Err(Refused::NeedsDeveloperAccount.problem(visitor.words));
    }
    let subject = Subject::New { owner, kind: AppKind::Store };
    let raw = RawApp { secret_description: visitor.words.get("apps-secret-first"), ..RawApp::default() };
    let view = form::view(&app, &subject, raw, &Faults::default(), visitor.words).await?;
    show(&app, &visitor, StatusCode::OK, view)
}

/// `GET /apps/connected-apps/create`, which is also where a create link leads.
pub async fn custom_form(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Query(link): Query<Vec<(String, String)>>,
) -> Answer {
    let owner = &actor.current()?.account;
    let subject = Subject::New { owner, kind: AppKind::Custom };
    let filled = create_link::read(&link);
    let from_link = filled.is_some();
    let mut raw = filled.unwrap_or_default();
    if raw.secret_description.is_empty() {
        raw.secret_description = visitor.words.get("apps-secret-first");
    }
    // Who sent the link does not get to tick what lets an app manage the account's apps.
    raw.scopes.retain(|scope| scope != crate::apps::details::OWN_APPS_SCOPE);
    let mut view = form::view(&app, &subject, raw, &Faults::default(), visitor.words).await?;
    view.from_link = from_link;
    show(&app, &visitor, StatusCode::OK, view)
}

/// `POST /apps/store-apps/create`
pub async fn store_send(State(app): State<Arc<App>>, visitor: Visitor, actor: Actor, posted: Form) -> Answer {
    send(&app, &visitor, &actor, AppKind::Store, &posted).await
}

/// `POST /apps/connected-apps/create`
pub async fn custom_send(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    posted: Form,
) -> Answer {
    send(&app, &visitor, &actor, AppKind::Custom, &posted).await
}

async fn send(app: &App, visitor: &Visitor, actor: &Actor, kind: AppKind, posted: &Form) -> Answer {
    let owner = &actor.current()?.account;
    let mut raw = form::read(posted, kind, RawApp::default());
    raw.fetched_logo = form::fetched_logo(app, posted);
    raw.id = form::kept_promise(app, owner, posted);
    let outcome = match posted.get("step") {
        "back" => Err(Faults::default().into()),
        "save" => match register::register(app, &visitor.origin(), owner, kind, &raw).await {
            Ok(registered) => return registered_page(app, visitor, kind, registered).await,
            Err(refused) => match made_before(app, owner, &raw).await? {
                Some(home) => return Ok(page::with_flash(page::see_other(&home), "flash-app-made-before")),
                None => Err(refused),
            },
        },
        _ => review(app, visitor, owner, kind, &raw).await,
    };
    match outcome {
        Ok(response) => Ok(response),
        Err(refused) => {
            let faults = refused.into_faults("client_code", visitor.words)?;
            let status = match (faults.is_empty(), faults.is_conflict()) {
                (true, _) => StatusCode::OK,
                (false, true) => StatusCode::CONFLICT,
                (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let view = form::view(app, &Subject::New { owner, kind }, raw, &faults, visitor.words).await?;
            show(app, visitor, status, view)
        }
    }
}

/// The page of the app that this very form has made already: somebody sent it twice, or reloaded what came of it.
async fn made_before(app: &App, owner: &Account, raw: &RawApp) -> Result<Option<String>, Problem> {
    let Some(id) = &raw.id else { return Ok(None) };
    let found = app.store.reader().find_app(&owner.id, id).await?;
    Ok(found.map(|found| home(found.kind, &found.id)))
}

/// The page between typing and saving: everything once more, with the consent page as people will see it.
async fn review(
    app: &App,
    visitor: &Visitor,
    owner: &Account,
    kind: AppKind,
    raw: &RawApp,
) -> Result<Response, Refused> {
    let mut checked = register::check(app, &visitor.origin(), owner, kind, raw).await?;
    logo::complete(app, &owner.id, &mut checked.details).await?;
    let details = checked.details;
    let catalogue = app.cached.catalogue().await?;
    let code = checked.code.map(|code| code.as_str().to_owned()).unwrap_or_default();
    let words = visitor.words;
    let (list, section, list_word) = list_of(kind);
    let page = visitor.page(app, words.get("apps-review-title"), section);
    let mark = match kind {
        AppKind::Store => "AC",
        AppKind::Custom => "SP",
    };
    let action = match kind {
        AppKind::Store => "/apps/store-apps/create",
        AppKind::Custom => create_link::PATH,
    };
    let review = Review {
        page,
        is_custom: kind == AppKind::Custom,
        action,
        list,
        list_word,
        hidden: form::hidden(app, owner, raw, details.logo_id.as_deref()),
        client_id: format!("{}-{mark}-{code}", owner.code),
        secret_description: if uses_secret(&details) { checked.secret_description } else { String::new() },
        logo: logo::path(details.logo_id.as_deref()),
        ask: form::ask(owner, words),
        goes: form::goes(details.redirect_uris.iter().map(String::as_str), words),
        redirect_uris: verdicts(app, owner, &details, words).await?,
        groups: scopes::chosen(&catalogue, &details.scopes),
        details,
    };
    Ok(page::ok(&review))
}

/// Every redirect URI with what is found when it is called. Too many calls lately are no reason not to go on.
async fn verdicts(
    app: &App,
    owner: &Account,
    details: &AppDetails,
    words: Words,
) -> Result<Vec<UriRow>, Refused> {
    let uris = &details.redirect_uris;
    let checks = match redirect_check::check_all(app, &owner.id, uris, false).await {
        Err(Refused::TooMany(_)) => Vec::new(),
        other => other?,
    };
    let row = |uri: &String| {
        let found = checks.iter().find(|check| check.uri == *uri);
        let unknown = || redirect_check::said_unasked(uri, words);
        let (tone, verdict) = found.map_or_else(unknown, |check| redirect_check::said(check, words));
        UriRow { value: uri.clone(), error: String::new(), tone: tone.to_owned(), verdict }
    };
    Ok(uris.iter().map(row).collect())
}

async fn registered_page(app: &App, visitor: &Visitor, kind: AppKind, registered: Registered) -> Answer {
    let home = home(kind, &registered.app_id);
    let Some(secret) = registered.client_secret else {
        return Ok(page::with_flash(page::see_other(&home), "flash-app-registered"));
    };
    let client_id = registered.client_id;
    secrets::shown(app, visitor, &Shown { kind, client_id, secret, home, details: registered.details }).await
}

fn show(app: &App, visitor: &Visitor, status: StatusCode, view: View) -> Answer {
    let (title, section) = if view.is_custom {
        ("apps-new-custom-title", "connected-apps")
    } else {
        ("apps-new-store-title", "store-apps")
    };
    let page = visitor.page(app, visitor.words.get(title), section);
    Ok(page::render(status, &FormPage { page, view }))
}
