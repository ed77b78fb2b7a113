//! `/apps/refused-requests`: what was refused to the account's apps and why, found by the request id that an error page shows.

use std::sync::Arc;

use axum::extract::{Query, State};
use grantry_store::flow_event::FlowEvent;
use grantry_store::id::{AccountId, AppId};
use grantry_store::page::PageRequest;
use serde::Deserialize;

use super::home;
use crate::app::App;
use crate::web::moment::Moment;
use crate::web::{Actor, Answer, Page, Problem, Visitor, Words, page};

/// Where the list is.
const HERE: &str = "/apps/refused-requests";

/// Rows of a page.
const ROWS: u32 = 50;

#[derive(askama::Template)]
#[template(path = "apps/refusals.html")]
struct List {
    page: Page,
    rows: Vec<Refusal>,
    request: String,
    /// The client ID of the app that the list is limited to.
    only: String,
    more: String,
}

/// A refused request in words.
pub(super) struct Refusal {
    pub(super) request_id: String,
    pub(super) at: Moment,
    pub(super) stage: String,
    pub(super) error: String,
    pub(super) hint: String,
    pub(super) client_id: String,
    pub(super) href: String,
    pub(super) detail: Vec<(String, String)>,
}

/// What is wanted of the list.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    /// A request id.
    #[serde(default)]
    request: String,
    /// The id of an app.
    #[serde(default)]
    app: String,
    after: Option<String>,
}

/// `GET /apps/refused-requests`
///
/// # Errors
/// 404 for an app that is not the account's.
pub async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let account = &actor.current()?.account.id;
    let reader = app.store.reader();
    let only = match wanted.app.as_str() {
        "" => None,
        id => {
            let id = AppId::parse(id).ok_or_else(Problem::not_found)?;
            Some(reader.find_app(account, &id).await?.ok_or_else(Problem::not_found)?)
        }
    };
    // What was refused a moment ago belongs on the page, too.
    app.flow_log.flush(&app).await;
    let request = wanted.request.trim();
    let first = PageRequest::from_token(wanted.after.as_deref(), ROWS);
    let (found, next) = if request.is_empty() {
        let found = match &only {
            Some(only) => reader.list_flow_events_of_app(account, &only.id, &first).await?,
            None => reader.list_flow_events(account, &first).await?,
        };
        (found.items, found.next)
    } else {
        (reader.find_flow_event(account, request).await?.into_iter().collect(), None)
    };
    let more = next.map(|next| {
        let only = only.as_ref().map(|only| format!("app={}&", only.id)).unwrap_or_default();
        format!("{HERE}?{only}after={}", next.token())
    });
    let title = visitor.words.get("refusals-title");
    Ok(page::ok(&List {
        page: visitor.page(&app, title, "store-apps"),
        rows: rows(&app, account, found, visitor.words).await?,
        request: request.to_owned(),
        only: only.map(|only| only.client_id).unwrap_or_default(),
        more: more.unwrap_or_default(),
    }))
}

/// The latest refusals of one app.
pub(super) async fn latest(
    app: &App,
    (account, id): (&AccountId, &AppId),
    most: u32,
    words: Words,
) -> Result<Vec<Refusal>, Problem> {
    app.flow_log.flush(app).await;
    let found = app.store.reader().list_flow_events_of_app(account, id, &PageRequest::first(most)).await?;
    rows(app, account, found.items, words).await
}

async fn rows(
    app: &App,
    account: &AccountId,
    events: Vec<FlowEvent>,
    words: Words,
) -> Result<Vec<Refusal>, Problem> {
    let now = app.clock.now();
    let mut known: Vec<(AppId, String, String)> = Vec::new();
    let mut rows = Vec::new();
    for event in events {
        let (client_id, href) = match &event.app_id {
            None => (String::new(), String::new()),
            Some(id) => match known.iter().find(|(seen, ..)| seen == id) {
                Some((_, client_id, href)) => (client_id.clone(), href.clone()),
                None => {
                    let found = app.store.reader().find_app(account, id).await?;
                    let named = found.map(|found| (found.client_id, home(found.kind, id)));
                    let (client_id, href) = named.unwrap_or_default();
                    known.push((id.clone(), client_id.clone(), href.clone()));
                    (client_id, href)
                }
            },
        };
        rows.push(Refusal {
            at: Moment::new(event.at, now, words),
            stage: words.get(&format!("refusals-at-{}", event.stage.as_str().replace('_', "-"))),
            detail: lines(&event.detail),
            request_id: event.request_id,
            error: event.error,
            hint: event.hint,
            client_id,
            href,
        });
    }
    Ok(rows)
}

/// What else is known of a request, one pair a line.
fn lines(detail: &str) -> Vec<(String, String)> {
    let Ok(serde_json::Value::Object(detail)) = serde_json::from_str(detail) else { return Vec::new() };
    let line = |(name, value): (String, serde_json::Value)| {
        let text = if value.is_null() {
            String::new()
        } else {
            value.as_str().map_or_else(|| value.to_string(), str::to_owned)
        };
        (!text.is_empty()).then_some((name, text))
    };
    detail.into_iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use grantry_store::flow_event::FlowStage;

    #[test]
    fn every_place_of_a_refusal_has_a_word() {
        for stage in FlowStage::ALL {
            let key = format!("refusals-at-{}", stage.as_str().replace('_', "-"));
            assert!(Words::english().knows(&key), "{key}");
        }
    }

    #[test]
    fn details_become_lines_and_what_is_empty_is_left_out() {
        let detail = r#"{"ip": "192.0.2.1", "grant_type": null, "user_agent": ""}"#;
        assert_eq!(lines(detail), [("ip".to_owned(), "192.0.2.1".to_owned())]);
        assert!(lines("not JSON").is_empty());
    }
}
