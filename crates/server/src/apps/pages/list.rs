//! My store apps: the list of an account's connect clients.

use std::sync::Arc;

use axum::extract::{Query, State};
use grantry_store::account::AccountKind;
use grantry_store::app::{AppKind, AppSummary};
use grantry_store::page::PageRequest;
use serde::Deserialize;

use super::{Badge, ConnectedLine, badge, connected, home};
use crate::app::App;
use crate::apps::{APPS_PER_ACCOUNT, Refused, logo};
use crate::web::{Actor, Answer, Page, Problem, Visitor, Words, page};

/// Apps on a page.
const APPS: u32 = 30;
/// Accounts that a row unfolds; the app's own page has all.
const ACCOUNTS: u32 = 10;

#[derive(askama::Template)]
#[template(path = "apps/list.html")]
struct List {
    page: Page,
    apps: Vec<Line>,
    more: String,
    count: i64,
    limit: i64,
}

struct Line {
    name: String,
    client_id: String,
    href: String,
    logo: String,
    badge: Badge,
    connections: i64,
    accounts: Vec<ConnectedLine>,
    has_more: bool,
}

/// Which page of a list.
#[derive(Debug, Deserialize)]
pub struct Which {
    after: Option<String>,
}

/// `GET /apps/store-apps`
pub async fn store_apps(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    actor: Actor,
    Query(which): Query<Which>,
) -> Answer {
    let account = &actor.current()?.account;
    if account.kind == AccountKind::Customer {
        return Err(Refused::NeedsDeveloperAccount.problem(visitor.words));
    }
    let wanted = PageRequest::from_token(which.after.as_deref(), APPS);
    let reader = app.store.reader();
    let found = reader.list_apps(&account.id, AppKind::Store, &wanted).await?;
    let count = reader.count_apps(&account.id, AppKind::Store).await?;
    let more = found.next.map(|next| format!("/apps/store-apps?after={}", next.token())).unwrap_or_default();
    let mut apps = Vec::new();
    for summary in found.items {
        apps.push(line(&app, summary, visitor.words).await?);
    }
    let title = visitor.words.get("layout-store-apps");
    let page = visitor.page(&app, title, "store-apps");
    Ok(page::ok(&List { page, apps, more, count, limit: APPS_PER_ACCOUNT }))
}

async fn line(app: &App, summary: AppSummary, words: Words) -> Result<Line, Problem> {
    let (accounts, has_more) = match summary.connections {
        0 => (Vec::new(), false),
        _ => connected(app, &summary.app.id, ACCOUNTS, words).await?,
    };
    let details = summary.version.details;
    Ok(Line {
        name: details.name,
        href: home(AppKind::Store, &summary.app.id),
        logo: logo::path(details.logo_id.as_deref()),
        badge: badge(&summary.app, words),
        client_id: summary.app.client_id,
        connections: summary.connections,
        accounts,
        has_more,
    })
}
