//! The platform's own colour and logo, made ready at the start and served under names that carry their hash.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use aws_lc_rs::digest;
use axum::extract::{Path as UrlPath, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, header};
use std::sync::Arc;

use super::{Answer, Problem, page::Brand};
use crate::app::App;
use crate::config;

/// Largest logo: it is on every page.
const MOST_LOGO_BYTES: u64 = 256 * 1024;

/// How the platform looks, and the files behind that.
#[derive(Debug)]
pub struct Branding {
    pub brand: Brand,
    files: Vec<File>,
}

#[derive(Debug)]
struct File {
    name: String,
    content_type: &'static str,
    bytes: Bytes,
}

impl Branding {
    /// # Errors
    /// A logo file that cannot be read, is too large, or is no PNG, JPEG or WebP picture.
    pub fn new(settings: &config::Branding) -> anyhow::Result<Self> {
        let accent = settings.accent;
        let css = format!(":root {{ --accent: {accent}; --on-accent: {}; }}\n", accent.ink());
        let style = File::new("css", "text/css; charset=utf-8", css.into());
        let logo = settings.logo_file.as_deref().map(logo).transpose()?;
        let brand = Brand {
            name: settings.name.clone(),
            support: settings.support.clone(),
            logo_url: logo.as_ref().map(File::url),
            css_url: style.url(),
        };
        Ok(Self { brand, files: std::iter::once(style).chain(logo).collect() })
    }
}

impl File {
    fn new(ending: &str, content_type: &'static str, bytes: Bytes) -> Self {
        use std::fmt::Write as _;
        let digest = digest::digest(&digest::SHA256, &bytes);
        let mut name = String::new();
        for byte in digest.as_ref().iter().take(8) {
            let _ = write!(name, "{byte:02x}");
        }
        Self { name: format!("{name}.{ending}"), content_type, bytes }
    }

    fn url(&self) -> String {
        format!("/branding/{}", self.name)
    }
}

fn logo(file: &Path) -> anyhow::Result<File> {
    let reading = || format!("reading branding.logo_file {}", file.display());
    let length = std::fs::metadata(file).with_context(reading)?.len();
    ensure!(
        length <= MOST_LOGO_BYTES,
        "branding.logo_file {} has {length} bytes, and {MOST_LOGO_BYTES} are allowed",
        file.display()
    );
    let bytes = std::fs::read(file).with_context(reading)?;
    let (ending, content_type) = match image::guess_format(&bytes) {
        Ok(image::ImageFormat::Png) => ("png", "image/png"),
        Ok(image::ImageFormat::Jpeg) => ("jpg", "image/jpeg"),
        Ok(image::ImageFormat::WebP) => ("webp", "image/webp"),
        Ok(_) | Err(_) => bail!("branding.logo_file {} is no PNG, JPEG or WebP picture", file.display()),
    };
    Ok(File::new(ending, content_type, bytes.into()))
}

/// `GET /branding/{file}`
///
/// # Errors
/// 404 for a name that is not current.
pub async fn serve(State(app): State<Arc<App>>, UrlPath(name): UrlPath<String>) -> Answer {
    let file = app.branding.files.iter().find(|file| file.name == name).ok_or_else(Problem::not_found)?;
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file.content_type)),
        (header::CACHE_CONTROL, forever),
    ];
    let response: Response = (headers, file.bytes.clone()).into_response();
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accent_becomes_a_stylesheet_whose_name_changes_with_it() {
        let blue = Branding::new(&config::Branding::default()).expect("the default");
        let accent = "#ffd500".parse().expect("a colour");
        let settings = config::Branding { accent, ..config::Branding::default() };
        let yellow = Branding::new(&settings).expect("yellow");
        assert_ne!(blue.brand.css_url, yellow.brand.css_url);
        let css = String::from_utf8(yellow.files[0].bytes.to_vec()).expect("text");
        assert_eq!(css, ":root { --accent: #ffd500; --on-accent: #000000; }\n");
    }

    #[test]
    fn a_logo_is_a_picture() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("logo.png");
        std::fs::write(&file, "<svg xmlns='http://www.w3.org/2000/svg'/>").expect("a file");
        let settings = config::Branding { logo_file: Some(file.clone()), ..config::Branding::default() };
        assert!(Branding::new(&settings).expect_err("not a picture").to_string().contains("no PNG"));
        image::RgbImage::new(4, 4).save(&file).expect("a picture");
        let branding = Branding::new(&settings).expect("a picture");
        assert!(branding.brand.logo_url.expect("a logo").ends_with(".png"));
    }
}
