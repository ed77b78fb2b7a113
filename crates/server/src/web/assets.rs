//! Embedded assets under content-hashed names, served with a year of caching.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

pub(crate) struct Embedded {
    pub(crate) name: &'static str,
    pub(crate) url: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) bytes: &'static [u8],
}

mod embedded {
    use super::Embedded;
    include!(concat!(env!("OUT_DIR"), "/assets.rs"));
}

/// The URLs that layouts need.
#[derive(Debug, Clone, Copy)]
pub struct Assets {
    pub css: &'static str,
    pub js: &'static str,
    pub icons: &'static str,
    pub favicon: &'static str,
}

impl Assets {
    #[must_use]
    pub fn embedded() -> Self {
        Self { css: url("app.css"), js: url("app.js"), icons: url("icons.svg"), favicon: url("favicon.svg") }
    }
}

/// The hashed URL of an asset; the empty string when there is none of that name.
#[must_use]
pub fn url(name: &str) -> &'static str {
    embedded::EMBEDDED.iter().find(|a| a.name == name).map_or("", |a| a.url)
}

/// `GET /assets/{file}`
pub async fn serve(Path(file): Path<String>) -> Response {
    let wanted = embedded::EMBEDDED.iter().find(|a| a.url.strip_prefix("/assets/") == Some(file.as_str()));
    match wanted {
        Some(asset) => (
            [
                (header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
                (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
            ],
            asset.bytes,
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
