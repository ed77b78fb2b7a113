//! How a page looks: its width, its theme, and pictures of the whole of it.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Browser;

/// What the person's system prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// As in the media feature `prefers-color-scheme`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Browser {
    /// From now on the window has this width, and the system prefers this theme. Below 500 pixels it is a phone.
    pub async fn looks(&self, width: u32, theme: Theme) {
        let phone = width < 500;
        let height = if phone { 780 } else { 900 };
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        self.command("Emulation.setDeviceMetricsOverride", size).await;
        let features = json!([
            { "name": "prefers-color-scheme", "value": theme.word() },
            // A picture in the middle of a transition is another one each time.
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.command("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// A picture of the whole page: `target/screenshots/{name}-{width}-{theme}.png`. The browser keeps that look.
    pub async fn screenshot(&self, name: &str, width: u32, theme: Theme) -> PathBuf {
        self.notes(format!("is pictured as {name}, {width} wide, {}", theme.word()));
        self.looks(width, theme).await;
        let path = picture_path(name, width, theme);
        match self.picture(&path).await {
            Ok(()) => path,
            Err(error) => self.fails(&format!("{error:#}")).await,
        }
    }

    /// Fails when the page is wider than its window.
    pub async fn scrolls_only_down(&self) {
        let script = "const root = document.documentElement; return [root.scrollWidth, root.clientWidth]";
        let widths = self.runs(script, vec![]).await;
        if widths.get(0).and_then(Value::as_u64) > widths.get(1).and_then(Value::as_u64) {
            self.fails(&format!("the page is wider than the window: {widths}")).await;
        }
    }

    async fn picture(&self, path: &Path) -> anyhow::Result<()> {
        let sizes = self.command("Page.getLayoutMetrics", json!({})).await;
        let side = |name: &str| sizes.pointer(&format!("/cssContentSize/{name}")).and_then(Value::as_f64);
        let (width, height) = (side("width").unwrap_or(360.0), side("height").unwrap_or(780.0));
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height.min(12_000.0), "scale": 1 });
        let wanted = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let taken = self.command("Page.captureScreenshot", wanted).await;
        let bytes = STANDARD.decode(taken.get("data").and_then(Value::as_str).unwrap_or_default())?;
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        std::fs::write(path, bytes)?;
        Ok(())
    }

    /// For the message of a failed step: never fails itself.
    pub(super) async fn last_picture(&self) -> String {
        let path = screenshots().join(format!("failed-{}.png", std::process::id()));
        let _ = std::fs::create_dir_all(screenshots());
        match self.driver().screenshot(&path).await {
            Ok(()) => path.display().to_string(),
            Err(error) => format!("none, {error}"),
        }
    }
}

/// Where the pictures are: `target/screenshots`, wherever the target folder is.
#[must_use]
pub fn screenshots() -> PathBuf {
    crate::target().join("screenshots")
}

/// The file of one picture.
#[must_use]
pub fn picture_path(name: &str, width: u32, theme: Theme) -> PathBuf {
    screenshots().join(format!("{name}-{width}-{}.png", theme.word()))
}
