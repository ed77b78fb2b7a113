//! `/apps/connected-apps`: what the account has connected, its own custom apps, and what its members wish for.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use grantry_oauth::answer::initiate_login;
use grantry_store::app::{AppKind, AppState, AppSummary};
use grantry_store::connection::{ConnectedApp, ConnectionKind};
use grantry_store::connection_request::ConnectionRequest;
use grantry_store::id::{AppId, ConnectionId, ConnectionRequestId};
use grantry_store::page::{Page as Items, PageRequest};
use serde::Deserialize;

use super::disconnect::{self, By};
use super::{NotDone, ask};
use crate::app::App;
use crate::cached::ApiInWords;
use crate::config::CompatPreset;
use crate::web::moment::Moment;
use crate::web::{Actor, Answer, Form, Page, Problem, Visitor, Words, page};

/// Rows of one page of a list.
const ROWS: u32 = 50;

const LIST: &str = "/apps/connected-apps";

#[derive(askama::Template)]
#[template(path = "connections/list.html")]
struct List {
    page: Page,
    is_admin: bool,
    wishes: Vec<Wish>,
    connections: Vec<Row>,
    more: String,
    custom: Vec<Custom>,
    more_custom: String,
}

/// A wish of a member.
struct Wish {
    id: String,
    email: String,
    app_name: String,
    client_id: String,
    scopes: i64,
    at: Moment,
}

/// A connected app in the list.
struct Row {
    href: String,
    name: String,
    logo: String,
    publisher: String,
    suspended: bool,
    personal_of: String,
    scopes: i64,
    used: Moment,
}

/// A custom app in the list.
struct Custom {
    href: String,
    name: String,
    client_id: String,
    suspended: bool,
    secrets: i64,
}

#[derive(askama::Template)]
#[template(path = "connections/show.html")]
struct Show {
    page: Page,
    row: Row,
    client_id: String,
    made_by: String,
    made: Moment,
    groups: Vec<ApiInWords>,
    /// What it may know of the reader, and whether it stays when they are away.
    about_you: Vec<String>,
    /// Where the app begins a sign-in; empty when it has said nothing of that.
    start: String,
    may_end: bool,
    action: String,
    error: String,
}

/// Where the lists go on.
#[derive(Debug, Deserialize)]
pub struct Where {
    after: Option<String>,
    after_custom: Option<String>,
}

/// `GET /apps/connected-apps`
///
/// # Errors
/// The store's.
pub async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Query(wanted): Query<Where>,
) -> Answer {
    let account = &actor.current()?.account.id;
    let reader = app.store.reader();
    let now = app.clock.now();
    let first = PageRequest::from_token(wanted.after.as_deref(), ROWS);
    let connected = reader.list_connected_apps(account, &first).await?;
    let first = PageRequest::from_token(wanted.after_custom.as_deref(), ROWS);
    let custom = reader.list_apps(account, AppKind::Custom, &first).await?;
    let wishes = reader.list_connection_requests(account).await?;
    let wishes = wishes.into_iter().filter(|wish| actor.is_admin() || wish.person_id == actor.person.id);
    let title = visitor.words.get("connections-title");
    Ok(page::ok(&List {
        page: visitor.page(&app, title, "connected-apps"),
        is_admin: actor.is_admin(),
        wishes: wishes.map(|wish| self::wish(wish, &visitor, now)).collect(),
        more: further("after", &connected),
        connections: connected.items.iter().map(|item| row(item, &visitor, now)).collect(),
        more_custom: further("after_custom", &custom),
        custom: custom.items.into_iter().map(self::custom).collect(),
    }))
}

fn further<T>(name: &str, list: &Items<T>) -> String {
    list.next.as_ref().map(|cursor| format!("{LIST}?{name}={}", cursor.token())).unwrap_or_default()
}

fn wish(wish: ConnectionRequest, visitor: &Visitor, now: grantry_oauth::Timestamp) -> Wish {
    Wish {
        id: wish.id.as_str().to_owned(),
        email: wish.email,
        app_name: wish.app_name,
        client_id: wish.client_id,
        scopes: count(wish.scopes.split(' ').count()),
        at: Moment::new(wish.created_at, now, visitor.words),
    }
}

fn row(item: &ConnectedApp, visitor: &Visitor, now: grantry_oauth::Timestamp) -> Row {
    let connection = &item.connection;
    let personal = connection.kind == ConnectionKind::Personal;
    Row {
        href: format!("{LIST}/connection/{}", connection.id),
        name: item.app_name.clone(),
        logo: item.logo_id.as_ref().map(|id| format!("/logos/{id}")).unwrap_or_default(),
        publisher: item.publisher.clone(),
        suspended: item.app_state != AppState::Active,
        personal_of: item.granted_by_email.clone().filter(|_| personal).unwrap_or_default(),
        scopes: count(item.scopes.len()),
        used: Moment::new(connection.last_used_at, now, visitor.words),
    }
}

fn custom(item: AppSummary) -> Custom {
    Custom {
        href: format!("/apps/custom-apps/{}", item.app.id),
        name: item.version.details.name,
        client_id: item.app.client_id,
        suspended: item.app.state != AppState::Active,
        secrets: item.secrets,
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// `GET /apps/connected-apps/connection/{id}`
///
/// # Errors
/// 404 for a connection that is not the account's, or has ended.
pub async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Path(id): Path<String>,
) -> Answer {
    details(&app, &visitor, &actor, (&id, String::new())).await
}

async fn details(app: &App, visitor: &Visitor, actor: &Actor, (id, error): (&str, String)) -> Answer {
    let id = ConnectionId::parse(id).ok_or_else(Problem::not_found)?;
    let account = &actor.current()?.account.id;
    let reader = app.store.reader();
    let found = reader.find_connected_app(account, &id).await?.ok_or_else(Problem::not_found)?;
    let catalogue = app.cached.catalogue().await?;
    let row = row(&found, visitor, app.clock.now());
    let status = if error.is_empty() { http::StatusCode::OK } else { http::StatusCode::UNPROCESSABLE_ENTITY };
    let template = Show {
        page: visitor.page(app, found.app_name.clone(), "connected-apps"),
        client_id: found.client_id.clone(),
        made_by: found.granted_by_email.clone().unwrap_or_default(),
        made: Moment::new(found.connection.created_at, app.clock.now(), visitor.words),
        groups: catalogue.in_words(&found.scopes),
        about_you: about_you(app, visitor.words, actor, &found).await?,
        start: start(app, &found).await?,
        may_end: by(actor).may_end(&found.connection),
        action: format!("{}/disconnect", row.href),
        row,
        error,
    };
    Ok(page::render(status, &template))
}

/// Where the app begins a sign-in that somebody starts here.
async fn start(app: &App, found: &ConnectedApp) -> Result<String, Problem> {
    let known = app.cached.find_app(&found.client_id).await?.filter(|known| known.is_active());
    let uri = known.as_ref().and_then(|known| known.version.details.initiate_login_uri.as_deref());
    Ok(uri.map(|uri| initiate_login(uri, app.issuer(), None)).unwrap_or_default())
}

/// What the reader has allowed this connection that is about themselves, as the consent page said it.
async fn about_you(
    app: &App,
    words: Words,
    actor: &Actor,
    found: &ConnectedApp,
) -> Result<Vec<String>, Problem> {
    let connection = &found.connection;
    let (of, account) = (&connection.app_id, &connection.account_id);
    let standing = app.store.reader().list_standing_connections(of, account, &actor.person.id).await?;
    let standing = standing.into_iter().find(|one| one.connection.id == connection.id);
    let consented = standing.map(|one| one.consented).unwrap_or_default();
    let seed = app.config.compat.preset == CompatPreset::Seed;
    let lines = [
        ("openid", "consent-you-openid"),
        ("profile", if seed { "consent-you-profile-seed" } else { "consent-you-profile" }),
        ("email", "consent-you-email"),
        ("address", "consent-you-address"),
        ("phone", "consent-you-phone"),
        ("offline_access", "consent-away"),
    ];
    let has = |scope: &str| consented.iter().any(|one| one == scope);
    // The seed's sentence about the name says the address, too.
    let is_said = |scope: &str| seed && scope == "email" && has("profile");
    let said = lines.into_iter().filter(|(scope, _)| has(scope) && !is_said(scope));
    Ok(said.map(|(_, key)| words.get(key)).collect())
}

fn by(actor: &Actor) -> By<'_> {
    By { person: Some(&actor.person.id), is_admin: actor.is_admin() }
}

/// `POST /apps/connected-apps/connection/{id}/disconnect`
///
/// # Errors
/// 404 for a connection that is not the account's, 403 for members who may not end it.
pub async fn end(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    let connection = ConnectionId::parse(&id).ok_or_else(Problem::not_found)?;
    let account = &actor.current()?.account.id;
    let found = app.store.reader().find_connected_app(account, &connection).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    if by(&actor).may_end(&found.connection) && form.get("confirm").trim() != found.app_name {
        let error = visitor.words.get("connections-confirm-other");
        return details(&app, &visitor, &actor, (&id, error)).await;
    }
    disconnect::by_account(&app, &visitor.origin(), (account, &connection), by(&actor)).await?;
    Ok(page::with_flash(page::see_other(LIST), "flash-disconnected"))
}

/// `POST /apps/store-apps/{app}/connections/{id}/disconnect`
///
/// # Errors
/// 404 for an app that is not the account's, or no connection of it.
pub async fn end_by_owner(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Path((of, id)): Path<(String, String)>,
    _form: Form,
) -> Answer {
    let of = AppId::parse(&of).ok_or_else(Problem::not_found)?;
    let connection = ConnectionId::parse(&id).ok_or_else(Problem::not_found)?;
    let owner = (&actor.current()?.account.id, &of);
    disconnect::by_owner(&app, &visitor.origin(), owner, &connection, Some(&actor.person.id)).await?;
    let back = page::see_other(&format!("/apps/store-apps/{of}"));
    Ok(page::with_flash(back, "flash-disconnected"))
}

/// `POST /apps/connected-apps/requests/{id}/dismiss`
///
/// # Errors
/// 404 for a wish that is not the account's, or is decided.
pub async fn dismiss(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Path(id): Path<String>,
    _form: Form,
) -> Answer {
    let wish = ConnectionRequestId::parse(&id).ok_or_else(Problem::not_found)?;
    let account = &actor.current()?.account.id;
    ask::dismiss(&app, &visitor.origin(), (account, &wish), &actor.person.id).await?;
    Ok(page::with_flash(page::see_other(LIST), "flash-wish-dismissed"))
}

impl From<NotDone> for Problem {
    fn from(refused: NotDone) -> Self {
        match refused {
            NotDone::Missing => Self::not_found(),
            NotDone::NotAllowed => Self::forbidden(),
            NotDone::Store(error) => error.into(),
        }
    }
}
