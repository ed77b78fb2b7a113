//! A headless Chromium that is told what a person does and sees, in a person's words.
//!
//! Every step waits until it can be done, at most [`PATIENCE`], and ends the test with what the page shows when it
//! cannot. Several browsers at once are several people.

mod launch;
mod picture;

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::error::{WebDriverError, WebDriverErrorInner as Fault, WebDriverResult};
use thirtyfour::{WebDriver, WebElement};
use tokio::time::Instant;

use crate::farm::Farm;
use launch::{Engine, Wishes};
pub use picture::{Theme, picture_path, screenshots};

/// How long a step is tried before the story has failed.
pub const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(40);
const FIND: &str = include_str!("find.js");

/// One person's browser: its own Chromium with an empty profile. It ends when it is dropped, also by a panic.
#[derive(Debug)]
pub struct Browser {
    engine: Engine,
    /// What was done so far, for the message of a step that fails.
    trail: Mutex<Vec<String>>,
}

/// A browser that is about to be opened; awaiting it opens it.
#[derive(Debug, Default)]
pub struct Opening {
    wishes: Wishes,
    without_javascript: bool,
}

impl Opening {
    /// No script of a page runs.
    #[must_use]
    pub fn without_javascript(mut self) -> Self {
        self.without_javascript = true;
        self
    }

    /// The farm's names lead to it, and its certificates are trusted.
    #[must_use]
    pub fn trusting(mut self, farm: &Farm) -> Self {
        self.wishes.names.extend(farm.hosts());
        self.wishes.trusted_keys.push(farm.key_hash());
        self
    }
}

impl IntoFuture for Opening {
    type Output = Browser;
    type IntoFuture = Pin<Box<dyn Future<Output = Browser> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let engine = Engine::start(&self.wishes).await.expect("a browser opens");
            let browser = Browser { engine, trail: Mutex::default() };
            if self.without_javascript {
                browser.command("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
            }
            browser
        })
    }
}

/// What a step needs from the page, and what to do while it is not there.
enum Try<T> {
    Done(T),
    /// Not yet, for this reason.
    Wait(String),
}

impl Browser {
    /// Opens a browser: `Browser::open().await`.
    #[must_use]
    pub fn open() -> Opening {
        Opening::default()
    }

    /// Types an address and waits for the page.
    pub async fn goes_to(&self, url: impl AsRef<str>) {
        let url = url.as_ref();
        self.notes(format!("goes to {url}"));
        if let Err(error) = self.driver().goto(url).await {
            self.fails(&error.to_string()).await;
        }
    }

    /// Replaces what is in a field, found by its label or its name.
    pub async fn types(&self, field: &str, text: &str) {
        self.notes(format!("types {text:?} into {field:?}"));
        self.acts_on("field", field, None, async |found| {
            found.clear().await?;
            found.send_keys(text).await
        })
        .await;
    }

    /// Ticks a checkbox or chooses a radio button, found by its label; one that is ticked stays so.
    pub async fn ticks(&self, field: &str) {
        self.notes(format!("ticks {field:?}"));
        self.acts_on("field", field, None, async |found| {
            if found.is_selected().await? { Ok(()) } else { found.click().await }
        })
        .await;
    }

    /// Takes the tick out of a checkbox.
    pub async fn unticks(&self, field: &str) {
        self.notes(format!("unticks {field:?}"));
        self.acts_on("field", field, None, async |found| {
            if found.is_selected().await? { found.click().await } else { Ok(()) }
        })
        .await;
    }

    /// Chooses an option of a list by its words.
    pub async fn chooses(&self, field: &str, option: &str) {
        self.notes(format!("chooses {option:?} in {field:?}"));
        self.acts_on("field", field, None, async |found| {
            let choice = format!("./option[normalize-space(.)=\"{option}\"]");
            found.find(thirtyfour::By::XPath(choice)).await?.click().await
        })
        .await;
    }

    /// Presses a button, or opens what is folded, by its words.
    pub async fn presses(&self, button: &str) {
        self.notes(format!("presses {button:?}"));
        self.acts_on("button", button, None, async |found| found.click().await).await;
    }

    /// Presses the button in the row, card or section that also shows `neighbour`.
    pub async fn presses_beside(&self, neighbour: &str, button: &str) {
        self.notes(format!("presses {button:?} beside {neighbour:?}"));
        self.acts_on("button", button, Some(neighbour), async |found| found.click().await).await;
    }

    /// Follows a link by its words.
    pub async fn follows(&self, link: &str) {
        self.notes(format!("follows {link:?}"));
        self.acts_on("link", link, None, async |found| found.click().await).await;
    }

    /// Follows the link in the row, card or section that also shows `neighbour`.
    pub async fn follows_beside(&self, neighbour: &str, link: &str) {
        self.notes(format!("follows {link:?} beside {neighbour:?}"));
        self.acts_on("link", link, Some(neighbour), async |found| found.click().await).await;
    }

    /// Waits until the page shows these words, whatever their case on the screen.
    pub async fn sees(&self, words: &str) {
        self.notes(format!("sees {words:?}"));
        let wanted = plain(words).to_lowercase();
        self.until(async || {
            let shown = self.text().await;
            if shown.to_lowercase().contains(&wanted) {
                return Try::Done(());
            }
            Try::Wait(format!("the page does not show {words:?}"))
        })
        .await;
    }

    /// Waits until the page does not show these words.
    pub async fn sees_no(&self, words: &str) {
        self.notes(format!("sees no {words:?}"));
        let unwanted = plain(words).to_lowercase();
        self.until(async || {
            let shown = self.text().await;
            if shown.to_lowercase().contains(&unwanted) {
                return Try::Wait(format!("the page shows {words:?}"));
            }
            Try::Done(())
        })
        .await;
    }

    /// Waits until the address begins with `start`; one that begins with a slash is compared with the path and query.
    pub async fn arrives_at(&self, start: &str) {
        self.notes(format!("arrives at {start}"));
        self.until(async || {
            let url = self.url().await;
            let path = url.splitn(4, '/').nth(3).map_or_else(|| "/".to_owned(), |path| format!("/{path}"));
            if url.starts_with(start) || path.starts_with(start) {
                return Try::Done(());
            }
            Try::Wait(format!("the address is {url}"))
        })
        .await;
    }

    /// Fails when a script has opened an alert, a question or a prompt.
    pub async fn shows_no_dialog(&self) {
        self.notes("shows no dialog".to_owned());
        if let Ok(text) = self.driver().get_alert_text().await {
            self.fails(&format!("a script opened a dialog: {text:?}")).await;
        }
    }

    /// The address of the page.
    pub async fn url(&self) -> String {
        match self.driver().current_url().await {
            Ok(url) => url.to_string(),
            Err(error) => self.fails(&error.to_string()).await,
        }
    }

    pub async fn title(&self) -> String {
        match self.driver().title().await {
            Ok(title) => title,
            Err(error) => self.fails(&error.to_string()).await,
        }
    }

    /// What the page shows, with white space made single; the values of fields are not part of it.
    pub async fn text(&self) -> String {
        let shown = self.runs("return document.body?.innerText ?? ''", vec![]).await;
        plain(shown.as_str().unwrap_or_default())
    }

    /// What is in a field, found by its label or its name.
    pub async fn value(&self, field: &str) -> String {
        self.notes(format!("looks into {field:?}"));
        let found = self.finds("field", field, None).await;
        match found.prop("value").await {
            Ok(value) => value.unwrap_or_default(),
            Err(error) => self.fails(&error.to_string()).await,
        }
    }

    /// Whether a checkbox or radio button is ticked.
    pub async fn is_ticked(&self, field: &str) -> bool {
        self.notes(format!("looks at {field:?}"));
        let found = self.finds("field", field, None).await;
        match found.is_selected().await {
            Ok(ticked) => ticked,
            Err(error) => self.fails(&error.to_string()).await,
        }
    }

    /// The text of the first element that a CSS selector finds: for what has no label, as a secret on its slip.
    pub async fn reads(&self, selector: &str) -> String {
        self.notes(format!("reads {selector}"));
        let script = "return document.querySelector(arguments[0])?.textContent ?? null";
        self.until(async || match self.runs(script, vec![json!(selector)]).await.as_str() {
            Some(text) => Try::Done(text.trim().to_owned()),
            None => Try::Wait(format!("nothing on the page is {selector}")),
        })
        .await
    }

    /// Gives the browser a cookie of a page's host, as if a visit there had set it.
    pub async fn carries(&self, url: &str, cookie: &str, value: &str) {
        self.notes(format!("carries the cookie {cookie}"));
        let cookie =
            json!({ "url": url, "name": cookie, "value": value, "httpOnly": true, "sameSite": "Lax" });
        self.command("Network.setCookie", cookie).await;
    }

    /// Forgets every cookie: the person has closed the browser, or uses another one.
    pub async fn forgets_cookies(&self) {
        self.notes("forgets its cookies".to_owned());
        self.command("Network.clearBrowserCookies", json!({})).await;
    }

    /// Runs a script as the driver does: no CSP stops it, and it runs where pages may not run theirs.
    pub async fn runs(&self, script: &str, arguments: Vec<Value>) -> Value {
        match self.driver().execute(script, arguments).await {
            Ok(answer) => answer.json().clone(),
            Err(error) => self.fails(&error.to_string()).await,
        }
    }

    pub(crate) fn driver(&self) -> &WebDriver {
        self.engine.driver()
    }

    pub(crate) fn notes(&self, step: String) {
        self.trail.lock().expect("no step panics while it notes").push(step);
    }

    pub(crate) async fn command(&self, method: &str, parameters: Value) -> Value {
        match self.driver().cdp().send_raw(method, parameters).await {
            Ok(answer) => answer,
            Err(error) => self.fails(&format!("{method}: {error}")).await,
        }
    }

    async fn finds(&self, kind: &str, name: &str, beside: Option<&str>) -> WebElement {
        self.until(async || {
            let arguments = vec![json!(kind), json!(name), json!(beside)];
            match self.driver().execute(FIND, arguments).await {
                Ok(answer) if answer.json().is_array() => {
                    Try::Wait(format!("there is no {kind} {name:?}; there are: {}", answer.json()))
                }
                Ok(answer) => match answer.element() {
                    Ok(element) => Try::Done(element),
                    Err(error) => Try::Wait(error.to_string()),
                },
                // The page is changing.
                Err(error) => Try::Wait(error.to_string()),
            }
        })
        .await
    }

    /// Finds and does; both again when the page changed in between or something lies over the element for a moment.
    async fn acts_on(
        &self,
        kind: &str,
        name: &str,
        beside: Option<&str>,
        act: impl AsyncFn(&WebElement) -> WebDriverResult<()>,
    ) {
        self.until(async || {
            let found = self.finds(kind, name, beside).await;
            // As a person scrolls, so that no bar at the screen's edge covers what is meant.
            let act = async || {
                found.scroll_into_view().await?;
                act(&found).await
            };
            match act().await {
                Ok(()) => Try::Done(()),
                Err(error) if passes(&error) => Try::Wait(error.to_string()),
                Err(error) => self.fails(&error.to_string()).await,
            }
        })
        .await;
    }

    async fn until<T>(&self, attempt: impl AsyncFn() -> Try<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            match attempt().await {
                Try::Done(value) => return value,
                Try::Wait(why) if Instant::now() > end => self.fails(&why).await,
                Try::Wait(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Ends the test with the steps so far, what the page shows, and a picture of it.
    pub(crate) async fn fails(&self, why: &str) -> ! {
        let steps = self.trail.lock().map(|trail| trail.join("\n  ")).unwrap_or_default();
        let url = self.driver().current_url().await.map(|url| url.to_string()).unwrap_or_default();
        let shown = self.driver().execute("return document.body?.innerText ?? ''", vec![]).await;
        let shown = shown.ok().and_then(|shown| shown.json().as_str().map(plain)).unwrap_or_default();
        let shown: String = shown.chars().take(1500).collect();
        let picture = self.last_picture().await;
        panic!(
            "{why}\n\nThe story so far:\n  {steps}\n\nThe page at {url} shows:\n  {shown}\n\nPicture: {picture}"
        );
    }
}

/// Whether another attempt may succeed: the page changed in between, or something lies over the element.
fn passes(error: &WebDriverError) -> bool {
    matches!(
        error.as_inner(),
        Fault::StaleElementReference(_)
            | Fault::ElementClickIntercepted(_)
            | Fault::ElementNotInteractable(_)
    )
}

/// A text with its white space made single.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
