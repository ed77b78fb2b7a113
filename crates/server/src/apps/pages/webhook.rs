//! `/apps/store-apps/{app}/webhook`: where the app is told what happens to its connections, what it was told, and what
//! came of it.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query, State};
use grantry_oauth::secret::Secret;
use grantry_oauth::time::Timestamp;
use grantry_store::page::PageRequest;
use grantry_store::webhook::WebhookState;
use grantry_store::webhook_event::{WebhookAttempt, WebhookEvent};
use http::StatusCode;
use http::request::Parts;
use serde::Deserialize;

use super::Badge;
use crate::app::App;
use crate::apps::own::named;
use crate::apps::webhook;
use crate::apps::{Own, Refused};
use crate::web::moment::Moment;
use crate::web::{Answer, Form, Page, Problem, Visitor, Words, page};

/// Events on the page.
const ROWS: u32 = 25;

#[derive(askama::Template)]
#[template(path = "apps/webhook.html")]
struct WebhookPage {
    page: Page,
    name: String,
    home: String,
    /// What is typed, or set.
    url: String,
    error: String,
    /// Absent before there is one.
    set: Option<Set>,
    rows: Vec<Row>,
    more: String,
}

struct Set {
    badge: Badge,
    is_active: bool,
    is_gone: bool,
    waiting: i64,
    /// Until when the secret before signs too.
    former_until: Option<Moment>,
}

struct Row {
    id: String,
    kind: String,
    at: Moment,
    badge: Badge,
    next: Option<Moment>,
    payload: String,
    attempts: Vec<Attempt>,
}

struct Attempt {
    at: Moment,
    took_ms: i64,
    said: String,
}

#[derive(askama::Template)]
#[template(path = "apps/webhook_secret.html")]
struct SecretPage {
    page: Page,
    name: String,
    home: String,
    secret: String,
    is_first: bool,
}

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub struct Where {
    after: Option<String>,
}

/// The event that a URL names; whether the app has it, the use-case finds out.
#[derive(Debug)]
pub struct NamedEvent(String);

impl<S: Send + Sync> FromRequestParts<S> for NamedEvent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        named(parts, "event").await.map(Self).ok_or_else(Problem::not_found)
    }
}

/// `GET /apps/store-apps/{app}/webhook`
pub async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    own: Own,
    Query(wanted): Query<Where>,
) -> Answer {
    with(&app, &visitor, &own, (StatusCode::OK, wanted.after.as_deref(), None)).await
}

/// The page, after a refusal with what was typed and what is wrong with it.
async fn with(
    app: &App,
    visitor: &Visitor,
    own: &Own,
    (status, after, refused): (StatusCode, Option<&str>, Option<(String, String)>),
) -> Answer {
    let (words, now, reader) = (visitor.words, app.clock.now(), app.store.reader());
    let (account, id) = own.of();
    let found = reader.find_webhook(account, id).await?;
    let first = PageRequest::from_token(after, ROWS);
    let events = reader.list_webhook_events(account, id, &first).await?;
    let mut rows = Vec::new();
    for event in events.items {
        let attempts = reader.list_webhook_attempts(&event.id).await?;
        rows.push(row(event, attempts, now, words));
    }
    let home = format!("{}/webhook", own.home());
    let more = events.next.map(|next| format!("{home}?after={}", next.token())).unwrap_or_default();
    let (url, error) = refused.unwrap_or_else(|| {
        (found.as_ref().map(|found| found.url.clone()).unwrap_or_default(), String::new())
    });
    let set = match found {
        None => None,
        Some(found) => Some(Set {
            badge: state(found.state, words),
            is_active: found.state == WebhookState::Active,
            is_gone: found.state == WebhookState::Gone,
            waiting: reader.count_waiting_webhook_events(id).await?,
            former_until: found.former_until.filter(|at| *at > now).map(|at| Moment::new(at, now, words)),
        }),
    };
    let page = WebhookPage {
        page: visitor.page(app, words.get("webhook-title"), "store-apps"),
        name: own.details().name.clone(),
        home,
        url,
        error,
        set,
        rows,
        more,
    };
    Ok(page::render(status, &page))
}

fn state(state: WebhookState, words: Words) -> Badge {
    let (key, tone, icon) = match state {
        WebhookState::Active => ("webhook-active", "good", "check-circle"),
        WebhookState::Paused => ("webhook-paused", "note", "pause"),
        WebhookState::Gone => ("webhook-gone", "bad", "x-circle"),
    };
    Badge { word: words.get(key), tone, icon }
}

fn row(event: WebhookEvent, attempts: Vec<WebhookAttempt>, now: Timestamp, words: Words) -> Row {
    let (key, tone, icon) = match (event.next_attempt_at, event.taken_at, event.attempts) {
        (Some(_), _, 0) => ("webhook-event-due", "note", "clock"),
        (Some(_), _, _) => ("webhook-event-retried", "warn", "clock"),
        (None, Some(_), _) => ("webhook-event-taken", "good", "check-circle"),
        (None, None, _) => ("webhook-event-given-up", "bad", "x-circle"),
    };
    let attempt = |attempt: WebhookAttempt| Attempt {
        at: Moment::new(attempt.at, now, words),
        took_ms: attempt.took_ms,
        said: match (attempt.error, attempt.status) {
            (Some(error), _) => error,
            (None, Some(status)) => status.to_string(),
            (None, None) => String::new(),
        },
    };
    Row {
        id: event.id,
        kind: event.kind.as_str().to_owned(),
        at: Moment::new(event.created_at, now, words),
        badge: Badge { word: words.get(key), tone, icon },
        next: event.next_attempt_at.filter(|at| *at > now).map(|at| Moment::new(at, now, words)),
        payload: pretty(&event.payload),
        attempts: attempts.into_iter().map(attempt).collect(),
    }
}

/// What is sent, for reading.
fn pretty(payload: &str) -> String {
    serde_json::from_str::<serde_json::Value>(payload)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| payload.to_owned())
}

/// `POST /apps/store-apps/{app}/webhook`
pub async fn put(State(app): State<Arc<App>>, visitor: Visitor, own: Own, posted: Form) -> Answer {
    let typed = posted.get("url");
    match webhook::put(&app, &visitor.origin(), own.of(), typed).await {
        Ok(Some(secret)) => shown(&app, &visitor, &own, (&secret, true)),
        Ok(None) => done(&own, "flash-webhook-set"),
        Err(refused) => {
            let faults = refused.into_faults("url", visitor.words)?;
            let said = faults.texts(visitor.words).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
            let refused = Some((typed.to_owned(), said.join(" ")));
            with(&app, &visitor, &own, (StatusCode::UNPROCESSABLE_ENTITY, None, refused)).await
        }
    }
}

/// The answer to the form that made the secret, so that it is in no URL, and nowhere later.
fn shown(app: &App, visitor: &Visitor, own: &Own, (secret, is_first): (&Secret<String>, bool)) -> Answer {
    let page = SecretPage {
        page: visitor.page(app, visitor.words.get("webhook-secret-title"), "store-apps"),
        name: own.details().name.clone(),
        home: format!("{}/webhook", own.home()),
        secret: secret.expose().clone(),
        is_first,
    };
    Ok(page::ok(&page))
}

/// `GET /apps/store-apps/{app}/webhook/secret`: the address of a page that is shown once, asked for again.
pub async fn once(own: Own) -> Answer {
    Ok(page::see_other(&format!("{}/webhook", own.home())))
}

/// `POST /apps/store-apps/{app}/webhook/secret`
pub async fn rotate(State(app): State<Arc<App>>, visitor: Visitor, own: Own, _: Form) -> Answer {
    match webhook::rotate(&app, &visitor.origin(), own.of()).await {
        Ok(secret) => shown(&app, &visitor, &own, (&secret, false)),
        Err(refused) => Err(refused.problem(visitor.words)),
    }
}

/// `POST /apps/store-apps/{app}/webhook/secret/end`
pub async fn end_former(State(app): State<Arc<App>>, visitor: Visitor, own: Own, _: Form) -> Answer {
    let ended = webhook::end_former(&app, &visitor.origin(), own.of()).await;
    after(&visitor, &own, ended, "flash-webhook-secret-ended")
}

/// `POST /apps/store-apps/{app}/webhook/pause`
pub async fn pause(State(app): State<Arc<App>>, visitor: Visitor, own: Own, _: Form) -> Answer {
    let paused = webhook::set_paused(&app, &visitor.origin(), own.of(), true).await;
    after(&visitor, &own, paused, "flash-webhook-paused")
}

/// `POST /apps/store-apps/{app}/webhook/resume`
pub async fn resume(State(app): State<Arc<App>>, visitor: Visitor, own: Own, _: Form) -> Answer {
    let resumed = webhook::set_paused(&app, &visitor.origin(), own.of(), false).await;
    after(&visitor, &own, resumed, "flash-webhook-resumed")
}

/// `POST /apps/store-apps/{app}/webhook/test`
pub async fn test(State(app): State<Arc<App>>, visitor: Visitor, own: Own, _: Form) -> Answer {
    let sent = webhook::test(&app, &visitor.origin(), own.of()).await;
    after(&visitor, &own, sent.map(|_| ()), "flash-webhook-tested")
}

/// `POST /apps/store-apps/{app}/webhook/remove`
pub async fn remove(State(app): State<Arc<App>>, visitor: Visitor, own: Own, _: Form) -> Answer {
    let removed = webhook::remove(&app, &visitor.origin(), own.of()).await;
    after(&visitor, &own, removed, "flash-webhook-removed")
}

/// `POST /apps/store-apps/{app}/webhook/events/{event}/replay`
pub async fn replay(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    own: Own,
    NamedEvent(event): NamedEvent,
    _: Form,
) -> Answer {
    let replayed = webhook::replay(&app, &visitor.origin(), own.of(), &event).await;
    after(&visitor, &own, replayed, "flash-webhook-replayed")
}

fn after(visitor: &Visitor, own: &Own, done_or_not: Result<(), Refused>, flash: &'static str) -> Answer {
    done_or_not.map_err(|refused| refused.problem(visitor.words))?;
    done(own, flash)
}

fn done(own: &Own, flash: &'static str) -> Answer {
    Ok(page::with_flash(page::see_other(&format!("{}/webhook", own.home())), flash))
}
