//! `/account/audit` and `/account/profile/activity`: who did what, filtered, a page at a time, or as a file.

use std::sync::Arc;

use axum::extract::{Query, State};
use grantry_oauth::Timestamp;
use grantry_store::audit::{ActorKind, AuditFilter, AuditRow, ObjectKind};
use grantry_store::id::PersonId;
use grantry_store::page::PageRequest;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::Owner;
use super::export::export;
use crate::app::App;
use crate::web::moment::Moment;
use crate::web::{Actor, Answer, Page, Visitor, Words, page};

const HERE: &str = "/account/audit";

const OWN: &str = "/account/profile/activity";

/// Entries on a page.
const ROWS: u32 = 50;

/// What the trail can be limited to: how the actions begin, and the word for it.
const TOPICS: [(&str, &str); 7] = [
    ("", "audit-topic-all"),
    ("app.", "audit-topic-apps"),
    ("secret.", "audit-topic-secrets"),
    ("connection.", "audit-topic-connections"),
    ("member.", "audit-topic-members"),
    ("invitation.", "audit-topic-invitations"),
    ("account.", "audit-topic-account"),
];

/// The same for the server's own trail.
const SERVER_TOPICS: [(&str, &str); 4] = [
    ("", "audit-topic-all"),
    ("api.", "audit-topic-catalogue"),
    ("key.", "audit-topic-keys"),
    ("sign_in.", "audit-topic-refused"),
];

/// The same for a person's.
const PERSON_TOPICS: [(&str, &str); 4] = [
    ("", "audit-topic-all"),
    ("session.", "audit-topic-sessions"),
    ("sign_in.", "audit-topic-refused"),
    ("password.", "audit-topic-passwords"),
];

#[derive(askama::Template)]
#[template(path = "audit/list.html")]
struct List {
    page: Page,
    is_operator: bool,
    of_server: bool,
    of_account: bool,
    /// What is said when there is no entry.
    nothing: String,
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
    /// For operators: `server` for the server's own trail, the id of a user for theirs.
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
    let account = &actor.current()?.account.id;
    let of_person = PersonId::parse(&wanted.of).map(Owner::Person);
    let owner = match wanted.of.as_str() {
        "server" if actor.is_operator() => Owner::Server,
        _ if actor.is_operator() => of_person.unwrap_or_else(|| Owner::Account(account.clone())),
        _ => Owner::Account(account.clone()),
    };
    let of = if matches!(owner, Owner::Account(_)) { "" } else { &wanted.of };
    let frame = visitor.page(&app, visitor.words.get("audit-title"), "audit");
    answer(&app, &visitor, (&owner, frame), Place { path: HERE, of, ..Place::of(&wanted) }).await
}

/// `GET /account/profile/activity`: what happened with a person's own sign-in.
///
/// # Errors
/// The store's.
pub async fn show_own(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let owner = Owner::Person(actor.person.id);
    let frame = visitor.page(&app, visitor.words.get("audit-own-title"), "profile");
    answer(&app, &visitor, (&owner, frame), Place { path: OWN, ..Place::of(&wanted) }).await
}

async fn answer(
    app: &Arc<App>,
    visitor: &Visitor,
    (owner, page): (&Owner, Page),
    place: Place<'_>,
) -> Answer {
    let object = place.object.split_once(':');
    let object = object.and_then(|(kind, id)| Some((ObjectKind::parse(kind)?, id.to_owned())));
    let filter = AuditFilter { object, action_prefix: place.action.to_owned() };
    if place.format == "csv" {
        return Ok(export(app, owner.clone(), filter));
    }
    let first = PageRequest::from_token(place.after, ROWS);
    let found = app.store.reader().list_audit(owner.trail(), &filter, &first).await?;
    let words = visitor.words;
    let topics = match owner {
        Owner::Server => &SERVER_TOPICS[..],
        Owner::Account(_) => &TOPICS[..],
        Owner::Person(_) => &PERSON_TOPICS[..],
    };
    let chip = |(action, key): &(&str, &str)| Chip {
        word: words.get(key),
        href: Place { action, ..place }.address(&[]),
        is_current: *action == place.action,
    };
    let next = found.next.map(|cursor| cursor.token());
    let now = app.clock.now();
    let label = found.items.first().map(|row| row.object.label.clone()).unwrap_or_default();
    let template = List {
        is_operator: place.path == HERE && visitor.actor.as_ref().is_some_and(Actor::is_operator),
        of_server: *owner == Owner::Server,
        of_account: matches!(owner, Owner::Account(_)),
        nothing: words.get(if place.path == OWN { "audit-own-none" } else { "audit-none" }),
        page,
        topics: topics.iter().map(chip).collect(),
        about: filter.object.map(|_| (label, Place { object: "", ..place }.address(&[]))),
        rows: found.items.into_iter().map(|entry| row(entry, place, words, now)).collect(),
        export: place.address(&[("format", "csv")]),
        more: next.map(|token| place.address(&[("after", &token)])).unwrap_or_default(),
    };
    Ok(page::ok(&template))
}

/// What a page is limited to, as it stands in its address.
#[derive(Clone, Copy)]
struct Place<'a> {
    path: &'static str,
    of: &'a str,
    action: &'a str,
    object: &'a str,
    format: &'a str,
    after: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of(wanted: &'a Wanted) -> Self {
        let Wanted { action, object, format, after, .. } = wanted;
        Self { path: HERE, of: "", action, object, format, after: after.as_deref() }
    }

    /// The address of the first page, or what else `more` says.
    fn address(self, more: &[(&str, &str)]) -> String {
        let all = [("of", self.of), ("action", self.action), ("object", self.object)];
        let mut query = Serializer::new(String::new());
        query.extend_pairs(all.iter().chain(more).filter(|(_, value)| !value.is_empty()));
        let query = query.finish();
        if query.is_empty() { self.path.to_owned() } else { format!("{}?{query}", self.path) }
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
        TOPICS
            .iter()
            .chain(&SERVER_TOPICS)
            .chain(&PERSON_TOPICS)
            .for_each(|(_, key)| look((*key).to_owned()));
        assert!(missing.is_empty(), "{missing:?}");
    }
}
