//! `/api/v1/clients/{client_id}/listing`: a program writes the listing of its account's store app and publishes it.

use std::sync::Arc;

use axum::extract::{Path, State};
use grantry_store::app::{App as StoredApp, Listing as Standing};
use grantry_store::listing::Content;
use http::StatusCode;
use serde::Serialize;

use super::edit::{self, Listing};
use super::publish::{self, Insist};
use super::{RawListing, checklist};
use crate::app::App;
use crate::apps::Refused;
use crate::cached::shelf;
use crate::web::{Answer, Caller, Json, Problem, Visitor, Words, json, moment};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    client_id: String,
    /// Whether the app is in the store: `unlisted`, `approved` or `published`.
    listing: &'static str,
    /// The page of the store, once it is there.
    url: Option<String>,
    title: String,
    short_description: String,
    long_description: String,
    categories: Vec<String>,
    languages: Vec<String>,
    pricing: String,
    website: String,
    support: String,
    guide_url: String,
    landing_url: String,
    screenshots: Vec<ShownShot>,
    saved: Option<String>,
    published: Option<String>,
    has_unpublished_changes: bool,
    /// The members without which it cannot be published.
    missing: Vec<&'static str>,
}

#[derive(Serialize)]
struct ShownShot {
    url: String,
    caption: String,
}

impl Shown {
    fn new(app: &App, listing: Listing) -> Self {
        let needs = checklist::needs(&listing.content(), &listing.version.details);
        let missing = needs.iter().filter(|need| need.is_required && !need.is_met);
        let missing = missing.map(|need| member(if need.field.is_empty() { need.key } else { need.field }));
        let saved = listing.saved_at().map(moment::iso);
        let is_published = listing.app.listing == Standing::Published;
        let Content {
            title,
            short_text,
            long_text,
            categories,
            languages,
            pricing,
            website,
            support,
            guide_url,
            landing_url,
            screenshots,
        } = listing.content();
        Self {
            listing: listing.app.listing.as_str(),
            url: is_published.then(|| app.public_url.link(&shelf::path(&listing.app.client_id))),
            has_unpublished_changes: listing.has_changes(),
            published: listing.published.as_ref().map(|published| moment::iso(published.saved_at)),
            missing: missing.collect(),
            client_id: listing.app.client_id,
            title,
            short_description: short_text,
            long_description: long_text,
            categories,
            languages,
            pricing,
            website,
            support,
            guide_url,
            landing_url,
            screenshots: screenshots
                .into_iter()
                .map(|shot| ShownShot { url: shot.source_url, caption: shot.caption })
                .collect(),
            saved,
        }
    }
}

/// What a field of the form, or a line of the checklist, is called here.
fn member(form: &str) -> &'static str {
    match form {
        "short_description" => "shortDescription",
        "long_description" => "longDescription",
        "category" => "categories",
        "guide_url" => "guideUrl",
        "landing_url" => "landingUrl",
        "logo" | "logo_url" => "logoUrl",
        "privacy" | "policy_uri" => "policyUri",
        "title" => "title",
        "languages" => "languages",
        "pricing" => "pricing",
        "website" => "website",
        "support" => "support",
        _ => "screenshots",
    }
}

/// The refusal with the names that the members have here.
fn problem(refused: &Refused, words: Words) -> Problem {
    let mut problem = refused.problem(words);
    for (name, _) in &mut problem.fields {
        *name = match name.rsplit_once('-').map(|(name, row)| (name, row.parse::<usize>())) {
            Some(("screenshot_url", Ok(row))) => format!("screenshots[{}].url", row.saturating_sub(1)),
            Some(("screenshot_caption", Ok(row))) => {
                format!("screenshots[{}].caption", row.saturating_sub(1))
            }
            _ => member(name).to_owned(),
        };
    }
    problem
}

/// The account's store app with this client ID. As on the pages, its listing is for admins.
async fn find(app: &App, caller: &Caller, client_id: &str) -> Result<StoredApp, Problem> {
    if !caller.may_administer() {
        return Err(Problem::forbidden());
    }
    let found = app.store.reader().find_app_by_client_id(client_id).await?;
    found.filter(|found| found.account_id == caller.account.id).ok_or_else(Problem::not_found)
}

async fn shown(app: &App, found: &StoredApp, words: Words) -> Answer {
    let listing = edit::find(app, &found.account_id, &found.id).await;
    let listing = listing.map_err(|refused| problem(&refused, words))?;
    Ok(json::answer(StatusCode::OK, &Shown::new(app, listing)))
}

/// `GET /api/v1/clients/{client_id}/listing`
///
/// # Errors
/// 404 for an app that is not the account's, and for a custom app.
pub async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Answer {
    let found = find(&app, &caller, &client_id).await?;
    shown(&app, &found, visitor.words).await
}

/// `PUT /api/v1/clients/{client_id}/listing`: the draft says what is sent, and nothing else.
///
/// # Errors
/// 404 as above, 422 with the faults of the members.
pub async fn put(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path(client_id): Path<String>,
    Json(raw): Json<RawListing>,
) -> Answer {
    let found = find(&app, &caller, &client_id).await?;
    let of = (&found.account_id, &found.id);
    let saved = edit::save(&app, &caller.origin(&visitor), of, &raw, None).await;
    saved.map_err(|refused| problem(&refused, visitor.words))?;
    shown(&app, &found, visitor.words).await
}

/// `POST /api/v1/clients/{client_id}/listing/publish`
///
/// # Errors
/// 404 as above, 409 for an app that is not approved, 422 with what is missing.
pub async fn publish(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Answer {
    let found = find(&app, &caller, &client_id).await?;
    let of = (&found.account_id, &found.id);
    let done = publish::publish(&app, &caller.origin(&visitor), of, Insist::Complete).await;
    done.map_err(|refused| problem(&refused, visitor.words))?;
    shown(&app, &found, visitor.words).await
}

/// `POST /api/v1/clients/{client_id}/listing/unpublish`
///
/// # Errors
/// 404 as above.
pub async fn unpublish(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Answer {
    let found = find(&app, &caller, &client_id).await?;
    let of = (&found.account_id, &found.id);
    let done = publish::unpublish(&app, &caller.origin(&visitor), of).await;
    done.map_err(|refused| problem(&refused, visitor.words))?;
    shown(&app, &found, visitor.words).await
}
