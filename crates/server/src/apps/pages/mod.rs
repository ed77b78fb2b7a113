//! The pages of apps, and what they share: which app a URL names, where its pages are, how its state is shown.

pub mod check;
pub mod create;
mod form;
pub mod list;
pub mod modify;
pub mod profiles;
pub mod refusals;
mod scopes;
pub mod secrets;
pub mod show;
pub mod trial;
pub mod webhook;

use axum::extract::FromRequestParts;
use grantry_store::app::{App as StoredApp, AppKind, AppState, Listing};
use grantry_store::id::{AppId, SecretId};
use http::request::Parts;

use super::own::{home, named};
use super::{Faults, Own};
use crate::app::App;
use crate::web::moment::Moment;
use crate::web::{Problem, Words};

/// The secret that a URL names; whether the app has it, the use-case finds out.
#[derive(Debug)]
pub struct NamedSecret(SecretId);

impl<S: Send + Sync> FromRequestParts<S> for NamedSecret {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let secret = named(parts, "secret").await.and_then(|id| SecretId::parse(&id));
        secret.map(Self).ok_or_else(Problem::not_found)
    }
}

/// The list in which apps of a kind stand: its address, its entry in the rail, and its name.
fn list_of(kind: AppKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        AppKind::Store => ("/apps/store-apps", "store-apps", "layout-store-apps"),
        AppKind::Custom => ("/apps/connected-apps", "connected-apps", "layout-connected-apps"),
    }
}

/// A status: a word, a colour, an icon.
#[derive(Debug, Clone)]
struct Badge {
    word: String,
    tone: &'static str,
    icon: &'static str,
}

fn badge(app: &StoredApp, words: Words) -> Badge {
    let (key, tone, icon) = match (app.state, app.kind, app.listing) {
        (AppState::Suspended | AppState::Deleted, _, _) => ("apps-state-suspended", "bad", "pause"),
        (AppState::Active, AppKind::Custom, _) => ("apps-state-active", "good", "check-circle"),
        (AppState::Active, AppKind::Store, Listing::Unlisted) => ("apps-state-unlisted", "note", "draft"),
        (AppState::Active, AppKind::Store, Listing::Approved) => {
            ("apps-state-approved", "good", "shield-check")
        }
        (AppState::Active, AppKind::Store, Listing::Published) => ("apps-state-published", "good", "store"),
    };
    Badge { word: words.get(key), tone, icon }
}

/// A fault as the forms show it.
#[derive(Debug, Clone)]
struct FaultLine {
    name: String,
    text: String,
}

fn fault_lines(faults: &Faults, words: Words) -> Vec<FaultLine> {
    faults.texts(words).into_iter().map(|(name, text)| FaultLine { name, text }).collect()
}

/// What is said of a field; empty when nothing is.
fn said_of(faults: &[FaultLine], name: &str) -> String {
    faults.iter().find(|fault| fault.name == name).map(|fault| fault.text.clone()).unwrap_or_default()
}

/// An account that has connected an app.
#[derive(Debug, Clone)]
struct ConnectedLine {
    id: String,
    code: String,
    name: String,
    since: Moment,
    scopes: i64,
}

/// The accounts that connected an app last, and whether there are more.
async fn connected(
    app: &App,
    id: &AppId,
    most: u32,
    words: Words,
) -> Result<(Vec<ConnectedLine>, bool), Problem> {
    let wanted = grantry_store::page::PageRequest::first(most);
    let found = app.store.reader().list_connected_accounts(id, &wanted).await?;
    let now = app.clock.now();
    let line = |one: grantry_store::connection::ConnectedAccount| ConnectedLine {
        id: one.connection.id.as_str().to_owned(),
        code: one.account_code,
        name: one.account_name,
        since: Moment::new(one.connection.created_at, now, words),
        scopes: i64::try_from(one.scopes.len()).unwrap_or(i64::MAX),
    };
    Ok((found.items.into_iter().map(line).collect(), found.next.is_some()))
}
