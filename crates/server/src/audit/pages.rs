//! `/account/audit`: who did what, filtered, a page at a time, or as a file.

use std::sync::Arc;

use axum::extract::{Query, State};
use grantry_oauth::Timestamp;
use grantry_store::audit::{ActorKind, AuditFilter, AuditRow, ObjectKind};
use grantry_store::page::PageRequest;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::export::export;
use crate::app::App;
use crate::web::moment::Moment;
use crate::web::{Actor, Answer, Page, Visitor, Words, page};

const HERE: &str = "/account/audit";

/// Entries on a page.
const ROWS: u32 = 50;

/// What the trail can be limited to: how the actions begin, and the word for it.
const TOPICS: [(&str, &str); 8] = [
    ("", "audit-topic-all"),
    ("app.", "audit-topic-apps"),
    ("secret.", "audit-topic-secrets"),
    ("connection.", "audit-topic-connections"),
    ("member.", "audit-topic-members"),
    ("invitation.", "audit-topic-invitations"),
    ("session.", "audit-topic-sessions"),
    ("account.", "audit-topic-account"),
];

/// The same for the server's own trail.
const SERVER_TOPICS: [(&str, &str); 4] = [
    ("", "audit-topic-all"),
    ("api.", "audit-topic-catalogue"),
    ("key.", "audit-topic-keys"),
    ("sign_in.", "audit-topic-refused"),
];

#[derive(askama::Template)]
#[template(path = "audit/list.html")]
struct List {
    page: Page,
    is_operator: bool,
    of_server: bool,
    topics: Vec<Chip>,
    /// What the list is limited to, and the address without that.
    about: Option<(String, String)>,
    rows: Vec<Row>,
    export: String,
    more: String,
}

struct Chip {
    word: String,
    href: String,
    is_current: bool,
}

/// An entry.
struct Row {
    number: i64,
    at: Moment,
    icon: &'static str,
    actor: String,
    actor_kind: String,
    action: String,
    object: String,
    object_kind: String,
    /// The trail of this thing alone.
    only: String,
    detail: String,
    ip: String,
    request: String,
}

/// Which part of the trail.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    /// How the actions begin.
    #[serde(default)]
    action: String,
    /// A thing: its kind and id, with a colon between.
    #[serde(default)]
    object: String,
    /// `server` for the server's own trail.
    #[serde(default)]
    of: String,
    #[serde(default)]
    format: String,
    after: Option<String>,
}

/// `GET /account/audit`
///
/// # Errors
/// The store's.
pub async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let of_server = wanted.of == "server" && actor.is_operator();
    let account = &actor.current()?.account.id;
    let account = (!of_server).then_some(account);
    let object = wanted.object.split_once(':');
    let object = object.and_then(|(kind, id)| Some((ObjectKind::parse(kind)?, id.to_owned())));
    let filter = AuditFilter { object, action_prefix: wanted.action.clone() };
    if wanted.format == "csv" {
        return Ok(export(&app, account, filter));
    }
    let first = PageRequest::from_token(wanted.after.as_deref(), ROWS);
    let found = app.store.reader().list_audit(account, &filter, &first).await?;
    let place = Place { of_server, action: &wanted.action, object: &wanted.object };
    let words = visitor.words;
    let topics = if of_server { &SERVER_TOPICS[..] } else { &TOPICS[..] };
    let chip = |(action, key): &(&str, &str)| Chip {
        word: words.get(key),
        href: Place { action, ..place }.address(&[]),
        is_current: *action == wanted.action,
    };
    let next = found.next.map(|cursor| cursor.token());
    let now = app.clock.now();
    let label = found.items.first().map(|row| row.object.label.clone()).unwrap_or_default();
    let template = List {
        page: visitor.page(&app, words.get("audit-title"), "audit"),
        is_operator: actor.is_operator(),
        of_server,
        topics: topics.iter().map(chip).collect(),
        about: filter.object.map(|_| (label, Place { object: "", ..place }.address(&[]))),
        rows: found.items.into_iter().map(|entry| row(entry, place, words, now)).collect(),
        export: place.address(&[("format", "csv")]),
        more: next.map(|token| place.address(&[("after", &token)])).unwrap_or_default(),
    };
    Ok(page::ok(&template))
}

/// What the page is limited to, as it stands in its address.
#[derive(Clone, Copy)]
struct Place<'a> {
    of_server: bool,
    action: &'a str,
    object: &'a str,
}

impl Place<'_> {
    fn address(self, more: &[(&str, &str)]) -> String {
        let of = if self.of_server { "server" } else { "" };
        let all = [("of", of), ("action", self.action), ("object", self.object)];
        let mut query = Serializer::new(String::new());
        query.extend_pairs(all.iter().chain(more).filter(|(_, value)| !value.is_empty()));
        let query = query.finish();
        if query.is_empty() { HERE.to_owned() } else { format!("{HERE}?{query}") }
    }
}

fn row(entry: AuditRow, place: Place<'_>, words: Words, now: Timestamp) -> Row {
    let object = format!("{}:{}", entry.object.kind, entry.object.id);
    Row {
        number: entry.seq,
        at: Moment::new(entry.at, now, words),
        icon: match entry.actor.kind {
            ActorKind::Person => "person",
            ActorKind::App => "apps",
            ActorKind::Command => "code",
            ActorKind::Server => "building",
            ActorKind::Anonymous => "help",
        },
        actor: entry.actor.label,
        actor_kind: words.get(&format!("audit-actor-{}", entry.actor.kind)),
        action: words.get(&format!("audit-{}", entry.action.as_str().replace(['.', '_'], "-"))),
        object: entry.object.label,
        object_kind: words.get(&format!("audit-object-{}", entry.object.kind.as_str().replace('_', "-"))),
        only: Place { object: &object, action: "", ..place }.address(&[]),
        detail: pretty(&entry.detail),
        ip: entry.ip,
        request: entry.request_id,
    }
}

/// The details as lines; empty when there are none.
fn pretty(detail: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(detail) {
        Ok(value) if value.as_object().is_some_and(serde_json::Map::is_empty) => String::new(),
        Ok(value) => serde_json::to_string_pretty(&value).unwrap_or_default(),
        Err(_) => detail.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use grantry_store::audit::Action;

    #[test]
    fn every_action_actor_and_thing_has_a_word() {
        let words = Words::english();
        let mut missing = Vec::new();
        let mut look = |key: String| {
            if !words.knows(&key) {
                missing.push(key);
            }
        };
        Action::ALL.iter().for_each(|a| look(format!("audit-{}", a.as_str().replace(['.', '_'], "-"))));
        ActorKind::ALL.iter().for_each(|a| look(format!("audit-actor-{a}")));
        ObjectKind::ALL.iter().for_each(|o| look(format!("audit-object-{}", o.as_str().replace('_', "-"))));
        TOPICS.iter().chain(&SERVER_TOPICS).for_each(|(_, key)| look((*key).to_owned()));
        assert!(missing.is_empty(), "{missing:?}");
    }
}
