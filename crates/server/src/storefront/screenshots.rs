//! Screenshots of apps: fetched once, decoded with limits, encoded anew and served by us.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use futures_util::future::join_all;
use grantry_store::id::AccountId;
use grantry_store::listing::{Content, Shot};
use grantry_store::screenshot::Screenshot;
use http::{HeaderValue, header};

use crate::app::App;
use crate::apps::picture::{self, Bounds};
use crate::apps::{Faults, Refused, spend};
use crate::web::{Answer, Problem};

/// What a screenshot may be, and how we serve it.
const BOUNDS: Bounds = Bounds {
    largest: 3840,
    served: 1440,
    // 3840 × 3840 pixels of 32 bits, twice.
    memory: 128 * 1024 * 1024,
    heavy: 400 * 1024,
};

/// Fetches the screenshots that are not on the server yet.
///
/// # Errors
/// A fault at each `screenshot_url` that says why it cannot be used, or too many outward calls.
pub async fn complete(
    app: &App,
    account: &AccountId,
    content: &mut Content,
    before: Option<&Content>,
) -> Result<(), Refused> {
    let known = before.map_or(&[][..], |before| before.screenshots.as_slice());
    for shot in &mut content.screenshots {
        let same = known.iter().find(|known| known.source_url == shot.source_url);
        shot.screenshot_id = same.map(|known| known.screenshot_id.clone()).unwrap_or_default();
    }
    let wanted = content.screenshots.iter().filter(|shot| shot.screenshot_id.is_empty()).count();
    spend(app, account, wanted).await?;
    let rows = (1_usize..).zip(&mut content.screenshots);
    let fetches = rows.filter(|(_, shot)| shot.screenshot_id.is_empty());
    let fetches = fetches.map(|(row, shot)| async move { fetch(app, row, shot).await });
    let mut faults = Faults::default();
    for fetched in join_all(fetches).await {
        match fetched {
            Ok(()) => {}
            Err(Refused::Faults(found)) => found.iter().for_each(|fault| faults.push(fault.clone())),
            Err(other) => return Err(other),
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

async fn fetch(app: &App, row: usize, shot: &mut Shot) -> Result<(), Refused> {
    let field = format!("screenshot_url-{row}");
    let of = (field.as_str(), shot.source_url.as_str());
    let fetched = app.outbound.fetch_screenshot(of.1).await;
    let fetched = fetched.map_err(|why| picture::unfetched(of, why, "4 MB"))?;
    shot.screenshot_id = keep(app, of, fetched.body.into()).await?;
    Ok(())
}

/// Keeps a picture as a screenshot, and says its id. What no listing shows is forgotten after a day.
///
/// # Errors
/// A fault of the field that says why it cannot be used.
pub async fn keep(app: &App, of: (&str, &str), picture: Vec<u8>) -> Result<String, Refused> {
    let drawn = picture::redraw(of, picture, BOUNDS).await?;
    let new = Screenshot {
        content_type: drawn.content_type.to_owned(),
        width: drawn.width,
        height: drawn.height,
        bytes: drawn.bytes,
    };
    let kept = app.store.write(app.clock.now(), |tx| async move { tx.put_screenshot(&new).await });
    Ok(kept.await?)
}

/// The address of a screenshot on this server.
#[must_use]
pub fn path(id: &str) -> String {
    format!("/store/screenshots/{id}")
}

/// `GET /store/screenshots/{id}`: the name is the hash of the content, so it never changes.
///
/// # Errors
/// 404 for a screenshot that is not there.
pub async fn serve(State(app): State<Arc<App>>, Path(id): Path<String>) -> Answer {
    let found = app.store.reader().find_screenshot(&id).await?.ok_or_else(Problem::not_found)?;
    let kind = if found.content_type == "image/jpeg" { "image/jpeg" } else { "image/png" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    let response: Response = (headers, found.bytes).into_response();
    Ok(response)
}
