//! `/api/v1/connected-apps`: the account's connections for its own programs.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::IntoResponse as _;
use grantry_oauth::time::Timestamp;
use grantry_store::connection::{ConnectedApp, ConnectionKind, EndReason};
use grantry_store::connection_list::AppConnection;
use grantry_store::id::ConnectionId;
use grantry_store::page::PageRequest;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::disconnect::{self, By};
use crate::app::App;
use crate::web::{Answer, Caller, Problem, Visitor, json, moment};

/// Connections of one answer.
const ROWS: u32 = 100;

/// How long after its time a change may become visible.
const LATEST: Duration = Duration::from_secs(60);

#[derive(Serialize)]
struct Listed {
    connections: Vec<Shown>,
    /// What to send as `after` to get more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: String,
    client_id: String,
    name: String,
    publisher: String,
    /// `account` or `personal`.
    kind: &'static str,
    granted_by: Option<String>,
    scopes: Vec<String>,
    created: String,
    last_used: String,
    enabled: bool,
}

/// Where a list goes on.
#[derive(Debug, Deserialize)]
pub struct Where {
    after: Option<String>,
}

impl From<ConnectedApp> for Shown {
    fn from(found: ConnectedApp) -> Self {
        Self {
            id: found.connection.id.as_str().to_owned(),
            client_id: found.client_id,
            name: found.app_name,
            publisher: found.publisher,
            kind: match found.connection.kind {
                ConnectionKind::Account => "account",
                ConnectionKind::Personal => "personal",
            },
            granted_by: found.granted_by_email,
            scopes: found.scopes,
            created: moment::iso(found.connection.created_at),
            last_used: moment::iso(found.connection.last_used_at),
            enabled: found.app_state == grantry_store::app::AppState::Active,
        }
    }
}

/// `GET /api/v1/connected-apps?after=`
///
/// # Errors
/// The store's.
pub async fn list(State(app): State<Arc<App>>, caller: Caller, Query(wanted): Query<Where>) -> Answer {
    let first = PageRequest::from_token(wanted.after.as_deref(), ROWS);
    let found = app.store.reader().list_connected_apps(&caller.account.id, &first).await?;
    let next = found.next.map(|cursor| cursor.token());
    let connections = found.items.into_iter().map(Shown::from).collect();
    Ok(json::answer(StatusCode::OK, &Listed { connections, next }))
}

#[derive(Serialize)]
struct Reconciled {
    connections: Vec<ShownOfApp>,
    /// What to send as `after` to get more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// What to send as `since` the next time: nothing is missed, something may come twice.
    since: String,
}

/// A connection as the owner of the app sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownOfApp {
    id: String,
    client_id: String,
    account_code: String,
    account_name: String,
    /// `account` or `personal`.
    kind: &'static str,
    scopes: Vec<String>,
    created: String,
    changed: String,
    ended: Option<String>,
    reason: Option<&'static str>,
}

impl From<AppConnection> for ShownOfApp {
    fn from(found: AppConnection) -> Self {
        Self {
            id: found.id.as_str().to_owned(),
            client_id: found.client_id,
            account_code: found.account_code,
            account_name: found.account_name,
            kind: found.kind.as_str(),
            scopes: found.scopes,
            created: moment::iso(found.created_at),
            changed: moment::iso(found.changed_at),
            ended: found.ended_at.map(moment::iso),
            reason: found.end_reason.map(EndReason::as_str),
        }
    }
}

/// From when on, and where the list goes on.
#[derive(Debug, Deserialize)]
pub struct Since {
    since: Option<String>,
    after: Option<String>,
}

/// `GET /api/v1/connections?since=&after=`: the connections of the account's apps that were made, changed or ended at that time
/// or later, the oldest change first. For who may have missed what a webhook said.
///
/// # Errors
/// 422 for a time that is none.
pub async fn of_apps(State(app): State<Arc<App>>, caller: Caller, Query(wanted): Query<Since>) -> Answer {
    let since = match wanted.since.as_deref() {
        None => Timestamp(0),
        Some(text) => moment::parse(text).ok_or_else(|| {
            let sentence = "since: a time such as 2026-01-31T09:30:00Z".to_owned();
            Problem::invalid(vec![("since".to_owned(), sentence)])
        })?,
    };
    // A transaction that began a moment ago is written with that time only after this answer.
    let next_since = moment::iso(app.clock.now() - LATEST);
    let page = PageRequest::from_token(wanted.after.as_deref(), ROWS);
    let found = app.store.reader().list_connections_of_apps(&caller.account.id, since, &page).await?;
    let next = found.next.map(|cursor| cursor.token());
    let connections = found.items.into_iter().map(ShownOfApp::from).collect();
    Ok(json::answer(StatusCode::OK, &Reconciled { connections, next, since: next_since }))
}

/// `DELETE /api/v1/connected-apps/{id}`
///
/// # Errors
/// 404 for a connection that is not the account's, 403 for a person who may not end it.
pub async fn end(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    let id = ConnectionId::parse(&id).ok_or_else(Problem::not_found)?;
    let person = caller.person.as_ref().map(|person| &person.id);
    let by = By { person, is_admin: caller.may_administer() };
    disconnect::by_account(&app, &caller.origin(&visitor), (&caller.account.id, &id), by).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
