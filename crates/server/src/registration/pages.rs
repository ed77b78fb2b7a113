//! `/admin/machine-apps`: apps that registered themselves, when somebody used them last, and an end for those that nobody
//! should use.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use grantry_oauth::display_text;
use grantry_store::app::AppState;
use grantry_store::machine::{MachineFilter, MachineOrigin, MachineSummary};
use grantry_store::page::PageRequest;
use http::StatusCode;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use crate::app::App;
use crate::apps::details::NAME_LIMIT;
use crate::apps::standing::{Decision, decide};
use crate::apps::{Refused, remove};
use crate::config::Unused;
use crate::web::moment::Moment;
use crate::web::{Answer, Form, Page, Problem, Visitor, Words, page};

const HERE: &str = "/admin/machine-apps";

/// Apps on a page.
const ROWS: u32 = 50;

/// The word for apps that nobody uses, among the kinds in the address.
const UNUSED: &str = "unused";

#[derive(askama::Template)]
#[template(path = "registration/list.html")]
struct List {
    page: Page,
    /// What becomes of apps that nobody uses.
    tidying: String,
    search: String,
    kind: String,
    chips: Vec<Chip>,
    rows: Vec<Row>,
    more: String,
    error: String,
}

/// What the list can be limited to.
struct Chip {
    word: String,
    href: String,
    is_current: bool,
}

struct Row {
    client_id: String,
    name: String,
    origin: String,
    is_suspended: bool,
    connections: i64,
    used: Moment,
    is_unused: bool,
}

/// Which part of the list.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
    /// An origin, or [`UNUSED`].
    #[serde(default)]
    kind: String,
    after: Option<String>,
}

/// `GET /admin/machine-apps`
///
/// # Errors
/// The store's.
pub async fn list(State(app): State<Arc<App>>, visitor: Visitor, Query(wanted): Query<Wanted>) -> Answer {
    render(&app, &visitor, &wanted, (StatusCode::OK, String::new())).await
}

/// `POST /admin/machine-apps`: suspends, resumes or deletes one.
///
/// # Errors
/// 404 for an app that did not register itself.
pub async fn decided(State(app): State<Arc<App>>, visitor: Visitor, form: Form) -> Answer {
    let (reader, origin, client_id) = (app.store.reader(), visitor.origin(), form.get("client_id"));
    let found = reader.find_app_by_client_id(client_id).await?.ok_or_else(Problem::not_found)?;
    reader.find_machine_app(&found.id).await?.ok_or_else(Problem::not_found)?;
    let (done, flash) = match form.get("decision") {
        "suspend" => (
            decide(&app, &origin, client_id, Decision::Suspend).await.map(drop),
            "flash-machine-app-suspended",
        ),
        "resume" => {
            (decide(&app, &origin, client_id, Decision::Resume).await.map(drop), "flash-machine-app-resumed")
        }
        "delete" if form.get("confirm") == "true" => {
            let of = (&found.account_id, &found.id);
            (remove::remove(&app, &origin, of).await.map(drop), "flash-machine-app-deleted")
        }
        _ => {
            let error = visitor.words.get("machine-apps-delete-unsure");
            let wanted = Wanted { q: client_id.to_owned(), ..Wanted::default() };
            return render(&app, &visitor, &wanted, (StatusCode::UNPROCESSABLE_ENTITY, error)).await;
        }
    };
    match done {
        Ok(()) => Ok(page::with_flash(page::see_other(HERE), flash)),
        Err(Refused::Missing) => Err(Problem::not_found()),
        Err(refused) => Err(refused.problem(visitor.words)),
    }
}

async fn render(
    app: &App,
    visitor: &Visitor,
    wanted: &Wanted,
    (status, error): (StatusCode, String),
) -> Result<Response, Problem> {
    let (reader, words, now) = (app.store.reader(), visitor.words, app.clock.now());
    let idle_since = now - app.config.registration.unused_after;
    let search = wanted.q.trim();
    let filter = MachineFilter {
        origin: MachineOrigin::parse(&wanted.kind),
        search: Some(search.to_owned()),
        unused: wanted.kind == UNUSED,
    };
    let first = PageRequest::from_token(wanted.after.as_deref(), ROWS);
    let found = reader.list_machine_apps(&filter, (idle_since, now), &first).await?;
    let unused = reader.count_unused_machine_apps((idle_since, now)).await?;
    let kinds = [MachineOrigin::Token, MachineOrigin::Open, MachineOrigin::Document];
    let kinds = kinds.into_iter().map(|kind| (kind.as_str(), origin_word(kind, words)));
    let every = [("", words.get("accounts-kind-all"))].into_iter().chain(kinds);
    let every = every.chain([(UNUSED, words.get("machine-apps-unused-chip"))]);
    let chips = every.map(|(kind, word)| Chip {
        word,
        href: address(search, kind, None),
        is_current: kind == wanted.kind,
    });
    let next = found.next.map(|cursor| cursor.token());
    let template = List {
        page: visitor.page(app, words.get("machine-apps-title"), "operator-machine-apps"),
        tidying: tidying(app, unused, words),
        search: search.to_owned(),
        kind: wanted.kind.clone(),
        chips: chips.collect(),
        rows: found.items.iter().map(|summary| row(summary, app, words)).collect(),
        more: next.map(|token| address(search, &wanted.kind, Some(&token))).unwrap_or_default(),
        error,
    };
    Ok(page::render(status, &template))
}

/// What the server does about apps that nobody uses, and how many there are.
fn tidying(app: &App, unused: i64, words: Words) -> String {
    let settings = &app.config.registration;
    let days = (settings.unused_after.as_secs() / 86_400).to_string();
    let key = match settings.unused {
        Unused::Keep => "machine-apps-tidy-keep",
        Unused::Observe => "machine-apps-tidy-observe",
        Unused::Remove => "machine-apps-tidy-remove",
    };
    format!("{} {}", words.count("machine-apps-unused-count", unused), words.with(key, "days", days))
}

fn origin_word(origin: MachineOrigin, words: Words) -> String {
    words.get(match origin {
        MachineOrigin::Token => "machine-apps-by-token",
        MachineOrigin::Open => "machine-apps-open",
        MachineOrigin::Document => "machine-apps-by-document",
    })
}

fn row(summary: &MachineSummary, app: &App, words: Words) -> Row {
    Row {
        client_id: summary.app.client_id.clone(),
        name: display_text::show(&summary.name, NAME_LIMIT),
        origin: origin_word(summary.origin, words),
        is_suspended: summary.app.state == AppState::Suspended,
        connections: summary.connections,
        used: Moment::new(summary.last_used_at, app.clock.now(), words),
        is_unused: summary.is_unused,
    }
}

fn address(search: &str, kind: &str, after: Option<&str>) -> String {
    let pairs = [("q", search), ("kind", kind), ("after", after.unwrap_or_default())];
    let said = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    let query = Serializer::new(String::new()).extend_pairs(said).finish();
    if query.is_empty() { HERE.to_owned() } else { format!("{HERE}?{query}") }
}
