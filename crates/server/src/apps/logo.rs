//! An app's logo: fetched once, decoded with limits, encoded anew, kept under its own hash and served by us.

use std::io::Cursor;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use grantry_store::Error;
use grantry_store::app_version::AppDetails;
use grantry_store::id::AccountId;
use http::{HeaderValue, header};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;

use super::details::FetchedLogo;
use super::limits::spend;
use super::{Fault, Refused};
use crate::app::App;
use crate::outbound::OutboundError;
use crate::web::{Answer, Problem};

/// Pixels that a logo may have on each side.
const LARGEST: u32 = 2048;
/// Pixels that a logo has on each side at most when we serve it.
const SERVED: u32 = 256;
/// Memory that decoding one may take: 2048 × 2048 pixels of 64 bits, twice.
const MEMORY: u64 = 64 * 1024 * 1024;

/// Decoding is the machine's work, however many servers run in the process.
static DECODERS: Semaphore = Semaphore::const_new(2);

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
    let fetched = app.outbound.fetch_logo(url).await.map_err(|why| unfetched(url, why))?;
    keep(app, url, fetched.body.into()).await
}

/// Keeps a picture as the logo that is found at `url`.
///
/// # Errors
/// A fault at `logo_url` that says why it cannot be used.
pub async fn keep(app: &App, url: &str, picture: Vec<u8>) -> Result<FetchedLogo, Refused> {
    let Ok(_place) = DECODERS.acquire().await else {
        return Err(Error::Unavailable("no decoder".to_owned()).into());
    };
    let drawn = tokio::task::spawn_blocking(move || redraw(&picture)).await;
    let drawn = drawn.unwrap_or(Err("apps-fault-logo-broken"));
    let logo = drawn.map_err(|key| Fault::new("logo_url", key).about(url).with("largest", LARGEST))?;
    let keeping = app.store.write(app.clock.now(), |tx| async move {
        tx.put_logo("image/png", (logo.width, logo.height), &logo.png).await
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

/// Why nothing was fetched. Of hosts that are not public nothing more is said than that.
fn unfetched(url: &str, why: OutboundError) -> Fault {
    let key = match why {
        OutboundError::NotAllowed | OutboundError::NotPublic => "apps-fault-logo-not-public",
        OutboundError::Timeout => "apps-fault-logo-slow",
        OutboundError::Certificate => "apps-fault-logo-certificate",
        OutboundError::NoAnswer => "apps-fault-logo-no-answer",
        OutboundError::TooLarge => "apps-fault-logo-heavy",
        OutboundError::Status(300..=399) => "apps-fault-logo-moved",
        OutboundError::Status(_) => "apps-fault-logo-status",
    };
    let status = match why {
        OutboundError::Status(status) => status.to_string(),
        OutboundError::NotAllowed
        | OutboundError::NotPublic
        | OutboundError::Timeout
        | OutboundError::Certificate
        | OutboundError::NoAnswer
        | OutboundError::TooLarge => String::new(),
    };
    Fault::new("logo_url", key).about(url).with("status", status)
}

#[derive(Debug)]
struct Drawn {
    width: u32,
    height: u32,
    png: Vec<u8>,
}

/// Decodes a picture and encodes it anew, so that nothing of the original file is ever served.
///
/// What it is, its first bytes say; what the other server said, and the name, prove nothing.
fn redraw(bytes: &[u8]) -> Result<Drawn, &'static str> {
    const BROKEN: &str = "apps-fault-logo-broken";
    let Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) = image::guess_format(bytes)
    else {
        return Err("apps-fault-logo-format");
    };
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| BROKEN)?;
    let (width, height) = decoder.dimensions();
    // Looked at before a pixel is decoded: a few kilobytes can stand for gigabytes.
    if width > LARGEST || height > LARGEST {
        return Err("apps-fault-logo-large");
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| BROKEN)?;
    picture.apply_orientation(orientation);
    if picture.width() > SERVED || picture.height() > SERVED {
        picture = picture.resize(SERVED, SERVED, image::imageops::FilterType::CatmullRom);
    }
    let picture = DynamicImage::ImageRgba8(picture.into_rgba8());
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).map_err(|_| BROKEN)?;
    Ok(Drawn { width: picture.width(), height: picture.height(), png: png.into_inner() })
}
