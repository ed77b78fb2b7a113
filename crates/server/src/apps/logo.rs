//! An app's logo: fetched once, decoded with limits, encoded anew, kept under its own hash and served by us.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use grantry_store::app_version::AppDetails;
use grantry_store::id::AccountId;
use http::{HeaderValue, header};

use super::Refused;
use super::details::FetchedLogo;
use super::limits::spend;
use super::picture::{self, Bounds};
use crate::app::App;
use crate::web::{Answer, Problem};

/// What a logo may be, and how we serve it.
const BOUNDS: Bounds = Bounds {
    largest: 2048,
    served: 256,
    // 2048 × 2048 pixels of 64 bits, twice.
    memory: 64 * 1024 * 1024,
    heavy: usize::MAX,
};

/// Fetches the logo of details that name a new one.
///
/// # Errors
/// A fault at `logo_url` that says why it cannot be used, or too many outward calls.
pub async fn complete(app: &App, account: &AccountId, details: &mut AppDetails) -> Result<(), Refused> {
    let Some(url) = &details.logo_source_url else { return Ok(()) };
    if let Some(id) = &details.logo_id {
        // A form may have lain open until its logo was forgotten.
        if app.store.reader().find_logo(id).await?.is_some() {
            return Ok(());
        }
    }
    details.logo_id = Some(fetch(app, account, url).await?.id);
    Ok(())
}

/// Fetches a logo and keeps it. What nobody uses is forgotten after a day.
///
/// # Errors
/// As [`complete`].
pub async fn fetch(app: &App, account: &AccountId, url: &str) -> Result<FetchedLogo, Refused> {
    spend(app, account, 1).await?;
    let fetched = app
        .outbound
        .fetch_logo(url)
        .await
        .map_err(|why| picture::unfetched(("logo_url", url), why, "512 KB"))?;
    keep(app, url, fetched.body.into()).await
}

/// Keeps a picture as the logo that is found at `url`.
///
/// # Errors
/// A fault at `logo_url` that says why it cannot be used.
pub async fn keep(app: &App, url: &str, picture: Vec<u8>) -> Result<FetchedLogo, Refused> {
    let logo = picture::redraw(("logo_url", url), picture, BOUNDS).await?;
    let keeping = app.store.write(app.clock.now(), |tx| async move {
        tx.put_logo(logo.content_type, (logo.width, logo.height), &logo.bytes).await
    });
    let id = keeping.await?;
    Ok(FetchedLogo { url: url.to_owned(), id })
}

/// The address of a logo on this server; empty when the app has none.
#[must_use]
pub fn path(id: Option<&str>) -> String {
    id.map(|id| format!("/logos/{id}")).unwrap_or_default()
}

/// `GET /logos/{id}`: the name is the hash of the content, so it never changes.
pub async fn serve(State(app): State<Arc<App>>, Path(id): Path<String>) -> Answer {
    let logo = app.store.reader().find_logo(&id).await?.ok_or_else(Problem::not_found)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    let response: Response = (headers, logo.bytes).into_response();
    Ok(response)
}
