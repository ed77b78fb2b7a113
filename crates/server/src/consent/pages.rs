//! `/connect/authorize/{id}`: the pages of a waiting authorization, and what people answer.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use grantry_oauth::{Error, ErrorCode};
use grantry_store::id::AccountId;
use http::StatusCode;
use serde::Deserialize;

use super::allow::{Giving, NotGiven, give_code};
use super::ask_admin::{NotAsked, ask_admin, is_waiting};
use super::choose_account::choose_account;
use super::next::{self, Next};
use super::refuse::refuse;
use super::screen::{self, Face, Screen, Writing};
use super::standing::Standing;
use super::way::{NoWay, Way};
use crate::app::App;
use crate::endpoints::answer;
use crate::endpoints::browser::refused_of;
use crate::sign_in::pending::{self, Begun, Pending};
use crate::web::visitor::{Actor, Current};
use crate::web::{Answer, Form, Page, Problem, Visitor, page};

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The person wants to choose the account again.
    #[serde(default)]
    choose: bool,
}

#[derive(askama::Template)]
#[template(path = "consent/consent.html")]
struct ConsentPage<'a> {
    page: Page,
    pending: &'a Pending,
    screen: Screen,
    account_id: &'a str,
    actor: &'a Actor,
    /// The person has other accounts.
    several: bool,
}

#[derive(askama::Template)]
#[template(path = "consent/accounts.html")]
struct AccountsPage<'a> {
    page: Page,
    pending: &'a Pending,
    face: Face,
    accounts: &'a [Current],
    actor: &'a Actor,
}

#[derive(askama::Template)]
#[template(path = "consent/ask_admin.html")]
struct AskAdminPage<'a> {
    page: Page,
    pending: &'a Pending,
    screen: Screen,
    text: String,
    admins: Vec<(String, String)>,
    /// The wish is kept and waits.
    waits: bool,
    mailbox: Option<String>,
    actor: &'a Actor,
    several: bool,
}

#[derive(askama::Template)]
#[template(path = "consent/stop.html")]
struct StopPage<'a> {
    page: Page,
    pending: &'a Pending,
    face: Face,
    text: String,
    actor: &'a Actor,
    several: bool,
}

/// `GET /connect/authorize/{id}`
///
/// # Errors
/// A page that says to start again, for everything that does not wait for this browser.
pub async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let pending = pending::claim(&app, &visitor, &id).await?.ok_or_else(over)?;
    let visitor = pending.speaking(visitor);
    let (Some(actor), true) = (&visitor.actor, asked.choose) else {
        return go_on(&app, &visitor, &pending).await;
    };
    let accounts: Vec<Current> = next::usable(&pending, actor).into_iter().cloned().collect();
    Ok(accounts_page(&app, &visitor, &pending, (actor, &accounts)))
}

/// Shows what comes next, or goes there.
async fn go_on(app: &App, visitor: &Visitor, pending: &Pending) -> Answer {
    let actor = visitor.actor.as_ref();
    let next = next::next(app, pending, actor, false).await?;
    match (next, actor) {
        (Next::SendBack(error), _)
            if !pending.request.prompt.none && pending.app.client.provenance.is_anybody() =>
        {
            Ok(answer::held(app, visitor, &pending.request.return_to, &error))
        }
        (Next::SendBack(error), _) => send_back(app, visitor, pending, &error).await,
        (Next::Refused(error), _) => Err(refused_of(visitor.words, Some(&pending.app), &error)),
        (Next::SignIn, _) | (_, None) => {
            Ok(page::see_other(&format!("/account/login?request={}", pending.id)))
        }
        (Next::ChooseAccount(accounts), Some(actor)) => {
            Ok(accounts_page(app, visitor, pending, (actor, &accounts)))
        }
        (Next::Consent(standing, way), Some(actor)) => {
            consent_page(app, visitor, pending, (actor, &standing, way)).await
        }
        (Next::Closed(standing, no_way), Some(actor)) => {
            closed_page(app, visitor, pending, (actor, &standing, no_way)).await
        }
        (Next::NoAccount, Some(actor)) => {
            let keys = match pending.begun {
                Begun::ByApp | Begun::ByDevice(_) if !actor.suspended.is_empty() => {
                    ("no-account-suspended-title", "no-account-suspended-what")
                }
                Begun::ByApp | Begun::ByDevice(_) => ("no-account-title", "no-account-what"),
                Begun::AsTrial => ("no-trial-title", "no-trial-what"),
            };
            Ok(stop_page(app, visitor, pending, (actor, keys)))
        }
        (Next::Ready(standing), Some(actor)) => {
            let account = &standing.account.id;
            give(app, visitor, Giving { pending, actor, account, allowed: false }).await
        }
    }
}

/// `POST /connect/authorize/{id}`
///
/// # Errors
/// A page that says to start again, for everything that does not wait for this browser.
pub async fn decide(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    let pending = pending::find(&app, &visitor, &id).await?.ok_or_else(over)?;
    let visitor = pending.speaking(visitor);
    let again = page::see_other(&pending.path());
    match (form.get("decision"), &visitor.actor) {
        ("cancel", _) => cancel(&app, &visitor, &pending).await,
        ("allow", Some(actor)) => allow(&app, &visitor, &pending, (actor, &form)).await,
        ("ask", Some(actor)) => {
            let next = next::next(&app, &pending, Some(actor), false).await?;
            if let Next::Closed(standing, NoWay::AskAdmin) = next {
                let origin = visitor.origin();
                ask_admin(&app, &pending, (&standing, &actor.person), &origin).await.map_err(not_asked)?;
            }
            Ok(again)
        }
        (_, Some(actor)) => {
            if let Some(account) = AccountId::parse(form.get("account")) {
                choose_account(&app, &pending, actor, &account).await?;
            }
            Ok(again)
        }
        (_, None) => Ok(again),
    }
}

async fn allow(app: &App, visitor: &Visitor, pending: &Pending, (actor, form): (&Actor, &Form)) -> Answer {
    let next = next::next(app, pending, Some(actor), true).await?;
    // The yes belongs to the page that it was said on: to that person, and to that account.
    let same_person = form.get("person") == actor.person.id.as_str();
    let is_seen = |standing: &Standing| same_person && form.get("account") == standing.account.id.as_str();
    match next {
        Next::Ready(standing) if is_seen(&standing) => {
            let account = &standing.account.id;
            give(app, visitor, Giving { pending, actor, account, allowed: true }).await
        }
        Next::SendBack(error) => send_back(app, visitor, pending, &error).await,
        Next::Refused(error) => Err(refused_of(visitor.words, Some(&pending.app), &error)),
        Next::SignIn
        | Next::ChooseAccount(_)
        | Next::NoAccount
        | Next::Consent(..)
        | Next::Closed(..)
        | Next::Ready(_) => Ok(page::see_other(&pending.path())),
    }
}

async fn give(app: &App, visitor: &Visitor, giving: Giving<'_>) -> Answer {
    let pending = giving.pending;
    match give_code(app, giving, &visitor.origin()).await {
        Ok(_) if matches!(pending.begun, Begun::ByDevice(_)) => {
            Ok(page::see_other(pending.request.return_to.uri()))
        }
        Ok(code) => Ok(answer::code(app, visitor, &pending.request.return_to, code.expose())),
        Err(NotGiven::Over) => Err(over()),
        Err(NotGiven::Changed) => Ok(page::see_other(&pending.path())),
        Err(NotGiven::Store(error)) => Err(error.into()),
    }
}

async fn cancel(app: &App, visitor: &Visitor, pending: &Pending) -> Answer {
    let error = Error::new(ErrorCode::AccessDenied, "the user did not allow it");
    send_back(app, visitor, pending, &error).await
}

/// Ends the request with a refusal that the app is told.
async fn send_back(app: &App, visitor: &Visitor, pending: &Pending, error: &Error) -> Answer {
    let account = if error.code == ErrorCode::AccessDenied { for_account(visitor, pending) } else { None };
    if refuse(app, pending, account, &visitor.origin()).await? {
        if matches!(pending.begun, Begun::ByDevice(_)) {
            return Ok(page::see_other(&format!("{}?refused=true", pending.request.return_to.uri())));
        }
        Ok(answer::refusal(app, visitor, &pending.request.return_to, error))
    } else {
        Err(over())
    }
}

/// The account that a refusal is about: the chosen one, or the only one.
fn for_account<'a>(visitor: &'a Visitor, pending: &Pending) -> Option<&'a AccountId> {
    let accounts = next::usable(pending, visitor.actor.as_ref()?);
    let chosen = accounts.iter().find(|current| pending.row.account_id.as_ref() == Some(&current.account.id));
    match (chosen, accounts.as_slice()) {
        (Some(current), _) | (None, [current]) => Some(&current.account.id),
        (None, _) => None,
    }
}

async fn consent_page(
    app: &App,
    visitor: &Visitor,
    pending: &Pending,
    (actor, standing, way): (&Actor, &Standing, Way),
) -> Answer {
    let catalogue = app.cached.catalogue().await?;
    let words = visitor.words;
    let writing = Writing { app, words, catalogue: &catalogue, pending, person: &actor.person };
    let screen = writing.consent(standing, way);
    let title = words.with("consent-title", "app", &screen.face.name);
    let several = next::usable(pending, actor).len() > 1;
    let page = visitor.page(app, title, "");
    let account_id = standing.account.id.as_str();
    Ok(door(pending, page::ok(&ConsentPage { page, pending, screen, account_id, actor, several })))
}

async fn closed_page(
    app: &App,
    visitor: &Visitor,
    pending: &Pending,
    (actor, standing, no_way): (&Actor, &Standing, NoWay),
) -> Answer {
    if no_way == NoWay::NotReviewed {
        return Ok(stop_page(app, visitor, pending, (actor, ("closed-title", "closed-what"))));
    }
    let (catalogue, reader) = (app.cached.catalogue().await?, app.store.reader());
    let words = visitor.words;
    let writing = Writing { app, words, catalogue: &catalogue, pending, person: &actor.person };
    let screen = writing.closed(standing);
    let waits = is_waiting(&reader, pending, (standing, &actor.person)).await?;
    let admins = reader.list_admins(&standing.account.id).await?;
    let admins = admins.iter().map(|p| (screen::name(&p.full_name()), p.email.clone())).collect();
    let names = [("app", screen.face.name.as_str()), ("account", screen.account.as_str())];
    let keys = if waits { ("asked-title", "asked-what") } else { ("ask-title", "ask-what") };
    let (title, text) = (words.all(keys.0, &names), words.all(keys.1, &names));
    let ask = AskAdminPage {
        page: visitor.page(app, title, ""),
        mailbox: app.mailbox_url().filter(|_| waits),
        several: next::usable(pending, actor).len() > 1,
        pending,
        screen,
        text,
        admins,
        waits,
        actor,
    };
    Ok(door(pending, page::ok(&ask)))
}

fn accounts_page(
    app: &App,
    visitor: &Visitor,
    pending: &Pending,
    (actor, accounts): (&Actor, &[Current]),
) -> Response {
    let face = screen::face(pending);
    let page = visitor.page(app, visitor.words.get("choose-title"), "");
    door(pending, page::ok(&AccountsPage { page, pending, face, accounts, actor }))
}

fn stop_page(
    app: &App,
    visitor: &Visitor,
    pending: &Pending,
    (actor, (title, text)): (&Actor, (&str, &str)),
) -> Response {
    let face = screen::face(pending);
    let platform = app.config.branding.name.as_str();
    let values = [("app", face.name.as_str()), ("platform", platform)];
    let (title, text) = (visitor.words.all(title, &values), visitor.words.all(text, &values));
    let several = next::usable(pending, actor).len() > 1;
    let page = visitor.page(app, title, "");
    door(pending, page::ok(&StopPage { page, pending, face, text, actor, several }))
}

/// A page on the way may end at the app.
fn door(pending: &Pending, mut response: Response) -> Response {
    if let Some(allowed) = pending.form_action() {
        response.extensions_mut().insert(allowed);
    }
    response
}

/// The authorization is over, another browser's, or never was.
fn over() -> Problem {
    Problem::new(StatusCode::GONE, "start-again")
}

fn not_asked(why: NotAsked) -> Problem {
    match why {
        NotAsked::Store(error) => error.into(),
        NotAsked::Mail(error) => error.into(),
    }
}
