//! `/api/v1/clients/{client_id}/webhook`: the webhook of an app for its owner's own programs.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::IntoResponse as _;
use grantry_store::page::PageRequest;
use grantry_store::webhook::Webhook;
use grantry_store::webhook_event::{WebhookAttempt, WebhookEvent};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::app::App;
use crate::apps::api::{check_admin, find, problem};
use crate::web::{Answer, Caller, Json, Visitor, json, moment};

/// Events of one answer.
const ROWS: u32 = 100;

/// What a caller wants of a webhook. What is left out stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    url: Option<String>,
    paused: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    /// Null before there is one.
    url: Option<String>,
    /// `active`, `paused` or `gone`.
    state: Option<&'static str>,
    waiting: i64,
    /// Until when the secret before signs too.
    former_secret_until: Option<String>,
    /// Once, when it was just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

#[derive(Serialize)]
struct Made {
    secret: String,
}

#[derive(Serialize)]
struct Sent {
    id: String,
}

#[derive(Serialize)]
struct Events {
    events: Vec<ShownEvent>,
    /// What to send as `after` to get more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownEvent {
    id: String,
    r#type: &'static str,
    created: String,
    taken: Option<String>,
    next_attempt: Option<String>,
    payload: Value,
    attempts: Vec<ShownAttempt>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownAttempt {
    at: String,
    took_ms: i64,
    status: Option<i64>,
    error: Option<String>,
}

impl From<WebhookAttempt> for ShownAttempt {
    fn from(attempt: WebhookAttempt) -> Self {
        let WebhookAttempt { number: _, at, took_ms, status, error } = attempt;
        Self { at: moment::iso(at), took_ms, status, error }
    }
}

impl ShownEvent {
    fn new(event: WebhookEvent, attempts: Vec<WebhookAttempt>) -> Self {
        Self {
            id: event.id,
            r#type: event.kind.as_str(),
            created: moment::iso(event.created_at),
            taken: event.taken_at.map(moment::iso),
            next_attempt: event.next_attempt_at.map(moment::iso),
            payload: serde_json::from_str(&event.payload).unwrap_or_default(),
            attempts: attempts.into_iter().map(ShownAttempt::from).collect(),
        }
    }
}

/// Where a list goes on.
#[derive(Debug, Deserialize)]
pub struct Where {
    after: Option<String>,
}

/// `GET /api/v1/clients/{client_id}/webhook`
///
/// # Errors
/// 404 for an app that is not the account's.
pub async fn show(State(app): State<Arc<App>>, caller: Caller, Path(client_id): Path<String>) -> Answer {
    check_admin(&caller)?;
    let found = find(&app, &caller, &client_id).await?;
    let reader = app.store.reader();
    let webhook = reader.find_webhook(&caller.account.id, &found.id).await?;
    let waiting = reader.count_waiting_webhook_events(&found.id).await?;
    Ok(json::answer(StatusCode::OK, &shown(&app, webhook, (waiting, None))))
}

fn shown(app: &App, webhook: Option<Webhook>, (waiting, secret): (i64, Option<String>)) -> Shown {
    let now = app.clock.now();
    let former = webhook.as_ref().and_then(|webhook| webhook.former_until).filter(|until| *until > now);
    Shown {
        state: webhook.as_ref().map(|webhook| webhook.state.as_str()),
        former_secret_until: former.map(moment::iso),
        url: webhook.map(|webhook| webhook.url),
        waiting,
        secret,
    }
}

/// `PUT /api/v1/clients/{client_id}/webhook`: the answer to the one that makes it has the signing secret.
///
/// # Errors
/// 404 for an app that is not the account's, 422 for an address that is none.
pub async fn put(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path(client_id): Path<String>,
    Json(wanted): Json<Wanted>,
) -> Answer {
    check_admin(&caller)?;
    let found = find(&app, &caller, &client_id).await?;
    let (own, origin) = ((&caller.account.id, &found.id), caller.origin(&visitor));
    let before = app.store.reader().find_webhook(own.0, own.1).await?;
    let url = wanted.url.or_else(|| before.map(|before| before.url)).unwrap_or_default();
    let made = super::put(&app, &origin, own, &url).await;
    let made = made.map_err(|refused| problem(&refused, visitor.words))?;
    if let Some(paused) = wanted.paused {
        let set = super::set_paused(&app, &origin, own, paused).await;
        set.map_err(|refused| problem(&refused, visitor.words))?;
    }
    let reader = app.store.reader();
    let webhook = reader.find_webhook(own.0, own.1).await?;
    let waiting = reader.count_waiting_webhook_events(own.1).await?;
    let secret = made.map(|secret| secret.expose().clone());
    Ok(json::answer(StatusCode::OK, &shown(&app, webhook, (waiting, secret))))
}

/// `DELETE /api/v1/clients/{client_id}/webhook`
///
/// # Errors
/// 404 for an app that is not the account's, or has no webhook.
pub async fn remove(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Answer {
    check_admin(&caller)?;
    let found = find(&app, &caller, &client_id).await?;
    let removed = super::remove(&app, &caller.origin(&visitor), (&caller.account.id, &found.id)).await;
    removed.map_err(|refused| problem(&refused, visitor.words))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /api/v1/clients/{client_id}/webhook/secret`: another signing secret; for 24 hours the one before signs too.
///
/// # Errors
/// 404 for an app that is not the account's, or has no webhook.
pub async fn rotate(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Answer {
    check_admin(&caller)?;
    let found = find(&app, &caller, &client_id).await?;
    let secret = super::rotate(&app, &caller.origin(&visitor), (&caller.account.id, &found.id)).await;
    let secret = secret.map_err(|refused| problem(&refused, visitor.words))?;
    Ok(json::answer(StatusCode::CREATED, &Made { secret: secret.expose().clone() }))
}

/// `POST /api/v1/clients/{client_id}/webhook/test`
///
/// # Errors
/// 404 for an app that is not the account's, or has no webhook.
pub async fn test(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Answer {
    check_admin(&caller)?;
    let found = find(&app, &caller, &client_id).await?;
    let id = super::test(&app, &caller.origin(&visitor), (&caller.account.id, &found.id)).await;
    let id = id.map_err(|refused| problem(&refused, visitor.words))?;
    Ok(json::answer(StatusCode::ACCEPTED, &Sent { id }))
}

/// `GET /api/v1/clients/{client_id}/webhook/events?after=`: the latest first, with what came of each attempt.
///
/// # Errors
/// 404 for an app that is not the account's.
pub async fn events(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(client_id): Path<String>,
    Query(wanted): Query<Where>,
) -> Answer {
    check_admin(&caller)?;
    let found = find(&app, &caller, &client_id).await?;
    let reader = app.store.reader();
    let first = PageRequest::from_token(wanted.after.as_deref(), ROWS);
    let page = reader.list_webhook_events(&caller.account.id, &found.id, &first).await?;
    let next = page.next.map(|cursor| cursor.token());
    let mut events = Vec::with_capacity(page.items.len());
    for event in page.items {
        let attempts = reader.list_webhook_attempts(&event.id).await?;
        events.push(ShownEvent::new(event, attempts));
    }
    Ok(json::answer(StatusCode::OK, &Events { events, next }))
}

/// `POST /api/v1/clients/{client_id}/webhook/events/{event}/replay`
///
/// # Errors
/// 404 for an app that is not the account's, or has no such event.
pub async fn replay(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path((client_id, event)): Path<(String, String)>,
) -> Answer {
    check_admin(&caller)?;
    let found = find(&app, &caller, &client_id).await?;
    let own = (&caller.account.id, &found.id);
    let replayed = super::replay(&app, &caller.origin(&visitor), own, &event).await;
    replayed.map_err(|refused| problem(&refused, visitor.words))?;
    Ok(json::answer(StatusCode::ACCEPTED, &Sent { id: event }))
}
