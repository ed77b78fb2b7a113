//! `GET /api/v1/revocations`: the revocation feed, for APIs that verify access tokens by themselves and still want to know
//! within a second that one of them is good no more.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use grantry_oauth::client_auth::{self, BASIC_CHALLENGE, Credential};
use grantry_oauth::parameters::Parameters;
use grantry_oauth::secret::{self, TokenKind};
use grantry_oauth::{Error, ErrorCode};
use grantry_store::revocation::Revocation;
use grantry_store::{Change, ChangeKind, Store};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::call::only;
use super::introspection::authenticate_api;
use super::refusal::Refusal;
use crate::app::App;
use crate::web::Visitor;

/// Revocations in one answer.
const LIMIT: u32 = 1000;

/// How long an answer waits for news, unless the API says.
const WAIT: Duration = Duration::from_secs(25);

/// The longest wait: proxies end what is silent for a minute.
const LONGEST_WAIT: u64 = 50;

/// The APIs that wait for news, and what wakes them.
#[derive(Debug)]
pub struct Followers {
    news: watch::Sender<News>,
}

#[derive(Clone, Copy, Debug, Default)]
struct News {
    heard: u64,
    leaving: bool,
}

impl Followers {
    /// Begins to hear of revocations, of whatever node.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        let (news, _) = watch::channel(News::default());
        let waking = news.clone();
        store.on_change(Arc::new(move |changes: &[Change]| {
            if changes.iter().any(|change| change.kind == ChangeKind::Revocation) {
                waking.send_modify(|news| news.heard += 1);
            }
        }));
        Self { news }
    }

    /// Lets nobody wait any longer: the server stops.
    pub fn leave(&self) {
        self.news.send_modify(|news| news.leaving = true);
    }
}

/// The query.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The cursor of the last answer; without it, everything that still matters is told at once.
    since: Option<String>,
    /// Seconds to wait for news.
    wait: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    cursor: String,
    /// False when there is more to be asked for at once.
    complete: bool,
    revocations: Vec<Written>,
}

/// Times are seconds since 1970, as in tokens.
#[derive(Serialize)]
struct Written {
    kind: &'static str,
    id: String,
    issued_until: i64,
    until: i64,
}

impl From<Revocation> for Written {
    fn from(revocation: Revocation) -> Self {
        Self {
            kind: revocation.kind.as_str(),
            id: revocation.subject,
            issued_until: revocation.issued_until.seconds(),
            until: revocation.keep_until.seconds(),
        }
    }
}

/// Tells what was revoked after a cursor; when nothing was, waits for it.
pub async fn follow(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    match respond(&app, &visitor, &headers, &asked).await {
        Ok(answer) => Json(answer).into_response(),
        Err(refusal) => {
            if let Some(cause) = &refusal.cause {
                tracing::error!(request_id = %visitor.request_id, %cause, "request failed: {cause}");
            }
            refusal.into_response()
        }
    }
}

async fn respond(
    app: &App,
    visitor: &Visitor,
    headers: &HeaderMap,
    asked: &Asked,
) -> Result<Answer, Refusal> {
    authenticate(app, visitor, headers).await?;
    let since = asked.since.as_deref().map(number).transpose()?;
    let wait = asked.wait.as_deref().map(number).transpose()?;
    let wait = wait.map_or(WAIT, |seconds| Duration::from_secs(seconds.unsigned_abs().min(LONGEST_WAIT)));
    let deadline = Instant::now() + wait;
    let mut news = app.followers.news.subscribe();
    loop {
        // Marked before reading: what is revoked in between wakes the next round.
        let leaving = news.borrow_and_update().leaving;
        let answer = read(app, since.unwrap_or(0)).await?;
        let over = since.is_none() || leaving || Instant::now() >= deadline;
        if over || !answer.revocations.is_empty() {
            return Ok(answer);
        }
        let _ = timeout_at(deadline, news.changed()).await;
    }
}

async fn read(app: &App, since: i64) -> Result<Answer, Refusal> {
    let reader = app.store.reader();
    let newest = reader.newest_revocation().await?;
    // A cursor of the future is that of a database before a backup of it was restored: begin again.
    let after = if since > newest { 0 } else { since };
    let found = reader.list_revocations(after, app.clock.now(), LIMIT).await?;
    let complete = u32::try_from(found.len()).is_ok_and(|count| count < LIMIT);
    let last = found.last().map(|revocation| revocation.seq);
    let cursor = if complete { last.unwrap_or(newest).max(newest) } else { last.unwrap_or(newest) };
    let revocations = found.into_iter().map(Written::from).collect();
    Ok(Answer { cursor: cursor.to_string(), complete, revocations })
}

fn number(text: &str) -> Result<i64, Refusal> {
    let wrong = || Error::new(ErrorCode::InvalidRequest, "since and wait are numbers").into();
    text.parse().ok().filter(|number| *number >= 0).ok_or_else(wrong)
}

/// An API proves who it is as it does at introspection: by its name and a secret of its own. It is no app, so it has no
/// access token (docs/decisions/0005-revocation-feed.md).
async fn authenticate(app: &App, visitor: &Visitor, headers: &HeaderMap) -> Result<(), Refusal> {
    let authorization = only(headers, &header::AUTHORIZATION)?;
    let authorization = authorization.map(|value| value.to_str().unwrap_or_default());
    let refused = match client_auth::read(authorization, &Parameters::default()) {
        Ok(presented) => match presented.credential {
            Credential::Secret(secret) if secret.expose().starts_with(TokenKind::ApiSecret.prefix()) => {
                let catalogue = app.cached.catalogue().await?;
                let hash = secret::hash(secret.expose());
                match authenticate_api(app, &catalogue, &presented.client_id, hash).await {
                    Ok(_) => return Ok(()),
                    Err(refusal) if refusal.cause.is_some() => return Err(refusal),
                    Err(refusal) => (presented.client_id, refusal),
                }
            }
            Credential::Secret(_) | Credential::Assertion(_) | Credential::None => {
                (presented.client_id, failed())
            }
        },
        Err(_) => (String::new(), failed()),
    };
    let (name, mut refusal) = refused;
    if let Some(time) = app.failures.note(&name, visitor.ip, app.clock.now()) {
        return Err(Refusal::wait(time));
    }
    refusal.status = StatusCode::UNAUTHORIZED;
    refusal.challenge = Some(HeaderValue::from_static(BASIC_CHALLENGE));
    Err(refusal)
}

fn failed() -> Refusal {
    Error::new(ErrorCode::InvalidClient, "an API reads this feed with its name and secret").into()
}
