//! `/apps/store-apps/{app}/listing`: the owner writes the listing, looks at it, publishes it and takes it back.

use std::sync::Arc;

use axum::extract::State;
use grantry_store::app::Listing as Standing;
use http::StatusCode;

use super::Own;
use super::store::{AppPage, Head};
use crate::app::App;
use crate::apps::{Faults, Refused};
use crate::cached::shelf;
use crate::storefront::checklist;
use crate::storefront::content::{
    CAPTION_LIMIT, CATEGORY_LIMIT, LONG_LIMIT, PRICING_LIMIT, RawListing, RawShot, SCREENSHOT_LIMIT,
    SHORT_LIMIT, TITLE_LIMIT,
};
use crate::storefront::publish::{self, Insist};
use crate::storefront::sheet::{Facts, Sheet};
use crate::storefront::{categories, edit, screenshots};
use crate::web::moment::Moment;
use crate::web::{Answer, Form, Page, Visitor, Words, page};

#[derive(askama::Template)]
#[template(path = "storefront/listing.html")]
struct ListingPage {
    page: Page,
    app_name: String,
    home: String,
    path: String,
    /// The public page; empty while the app is not in the store.
    public: String,
    standing: Line,
    is_approved: bool,
    is_published: bool,
    saved: Option<Moment>,
    published: Option<Moment>,
    needs: Vec<NeedLine>,
    faults: Vec<Line>,
    raw: RawListing,
    languages: String,
    shelves: Vec<ShelfLine>,
    shots: Vec<ShotLine>,
    stamp: i64,
    limits: Limits,
}

/// A word with its tone, or a fault with its field.
struct Line {
    name: String,
    text: String,
}

struct NeedLine {
    text: String,
    href: String,
    is_met: bool,
    is_required: bool,
}

struct ShelfLine {
    name: String,
    words: String,
    is_chosen: bool,
}

struct ShotLine {
    number: usize,
    url_field: String,
    caption_field: String,
    url: String,
    caption: String,
    src: String,
}

struct Limits {
    title: u32,
    short: u32,
    long: u32,
    pricing: u32,
    caption: u32,
    categories: usize,
    screenshots: usize,
}

const LIMITS: Limits = Limits {
    title: TITLE_LIMIT as u32,
    short: SHORT_LIMIT as u32,
    long: LONG_LIMIT as u32,
    pricing: PRICING_LIMIT as u32,
    caption: CAPTION_LIMIT as u32,
    categories: CATEGORY_LIMIT,
    screenshots: SCREENSHOT_LIMIT,
};

impl ListingPage {
    fn error(&self, name: &str) -> String {
        let found = self.faults.iter().find(|fault| fault.name == name);
        found.map(|fault| fault.text.clone()).unwrap_or_default()
    }
}

/// `GET /apps/store-apps/{app}/listing`
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, own: Own) -> Answer {
    let raw = RawListing::of(&own.listing.content());
    Ok(form(&app, &visitor, &own, raw, &Faults::default()))
}

/// `POST /apps/store-apps/{app}/listing`
///
/// # Errors
/// 404 for an app that is gone, 503 when the store cannot be written.
pub async fn save(State(app): State<Arc<App>>, visitor: Visitor, own: Own, posted: Form) -> Answer {
    let raw = read(&posted);
    // A form without the stamp was not made by us; it must not overwrite what nobody has seen.
    let based_on = posted.get("based_on").parse().unwrap_or(-1);
    match edit::save(&app, &visitor.origin(), own.of(), &raw, Some(based_on)).await {
        Ok(_) => {
            let to =
                if posted.get("then") == "preview" { format!("{}/preview", own.path()) } else { own.path() };
            Ok(page::with_flash(page::see_other(&to), "flash-listing-saved"))
        }
        Err(refused) => {
            let faults = refused.into_faults("title", visitor.words)?;
            Ok(form(&app, &visitor, &own, raw, &faults))
        }
    }
}

/// `POST /apps/store-apps/{app}/listing/publish`
///
/// # Errors
/// 409 for an app that is not approved.
pub async fn publish(State(app): State<Arc<App>>, visitor: Visitor, own: Own, _: Form) -> Answer {
    match publish::publish(&app, &visitor.origin(), own.of(), Insist::Complete).await {
        Ok(_) => Ok(page::with_flash(page::see_other(&own.path()), "flash-listing-published")),
        Err(Refused::Faults(faults)) => {
            let raw = RawListing::of(&own.listing.content());
            Ok(form(&app, &visitor, &own, raw, &faults))
        }
        Err(refused) => Err(refused.problem(visitor.words)),
    }
}

/// `POST /apps/store-apps/{app}/listing/unpublish`
///
/// # Errors
/// 404 for an app that is gone.
pub async fn unpublish(State(app): State<Arc<App>>, visitor: Visitor, own: Own, _: Form) -> Answer {
    let taken = publish::unpublish(&app, &visitor.origin(), own.of()).await;
    taken.map_err(|refused| refused.problem(visitor.words))?;
    Ok(page::with_flash(page::see_other(&own.path()), "flash-listing-unpublished"))
}

/// `GET /apps/store-apps/{app}/listing/preview`: the page of the store, with what is saved.
///
/// # Errors
/// The store's.
pub async fn preview(State(app): State<Arc<App>>, visitor: Visitor, own: Own) -> Answer {
    let catalogue = app.cached.catalogue().await?;
    let facts = Facts {
        client_id: &own.listing.app.client_id,
        owner: &own.account,
        details: &own.listing.version.details,
        content: &own.listing.content(),
        is_approved: own.listing.app.listing != Standing::Unlisted,
    };
    let sheet = Sheet::new(&app, visitor.words, &catalogue, facts);
    let head = Head { description: sheet.short_text.clone(), ..Head::hidden() };
    let page = visitor.page(&app, sheet.title.clone(), "store-apps");
    let back_to = own.path();
    Ok(page::ok(&AppPage { page, head, sheet, connected: String::new(), back_to, question: "" }))
}

fn read(posted: &Form) -> RawListing {
    let text = |name: &str| posted.get(name).to_owned();
    let all = |name: &'static str| posted.all(name).map(str::to_owned).collect::<Vec<_>>();
    let shots = (1..=SCREENSHOT_LIMIT).map(|row| RawShot {
        url: text(&format!("screenshot_url-{row}")),
        caption: text(&format!("screenshot_caption-{row}")),
    });
    RawListing {
        title: text("title"),
        short_description: text("short_description"),
        long_description: text("long_description"),
        categories: all("category"),
        languages: all("languages"),
        pricing: text("pricing"),
        website: text("website"),
        support: text("support"),
        guide_url: text("guide_url"),
        landing_url: text("landing_url"),
        screenshots: shots.collect(),
    }
}

fn form(
    app: &App,
    visitor: &Visitor,
    own: &Own,
    raw: RawListing,
    faults: &Faults,
) -> axum::response::Response {
    let (words, listing) = (visitor.words, &own.listing);
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let is_published = listing.app.listing == Standing::Published;
    let told = |at| Moment::new(at, app.clock.now(), words);
    let faults = faults.texts(words).into_iter().map(|(name, text)| Line { name, text }).collect();
    let title = words.with("store-listing-title", "name", &listing.version.details.name);
    let view = ListingPage {
        page: visitor.page(app, title, "store-apps"),
        app_name: listing.version.details.name.clone(),
        home: own.home(),
        path: own.path(),
        public: if is_published { shelf::path(&listing.app.client_id) } else { String::new() },
        standing: standing(own, words),
        is_approved: listing.app.listing != Standing::Unlisted,
        is_published,
        saved: listing.saved_at().map(told),
        published: listing.published.as_ref().map(|published| told(published.saved_at)),
        needs: needs(own, words),
        faults,
        languages: raw.languages.join(", "),
        shelves: shelves(app, &raw, words),
        shots: shots(own, &raw),
        stamp: listing.stamp(),
        limits: LIMITS,
        raw,
    };
    page::render(status, &view)
}

/// What the badge beside the title says.
fn standing(own: &Own, words: Words) -> Line {
    let (key, tone) = match (own.listing.app.listing, own.listing.has_changes()) {
        (Standing::Published, true) => ("store-state-changed", "note"),
        (Standing::Published, false) => ("store-state-published", "good"),
        (Standing::Approved, _) => ("store-state-ready", "note"),
        (Standing::Unlisted, _) => ("store-state-draft", ""),
    };
    Line { name: tone.to_owned(), text: words.get(key) }
}

fn needs(own: &Own, words: Words) -> Vec<NeedLine> {
    let needs = checklist::needs(&own.listing.content(), &own.listing.version.details);
    let line = |need: checklist::Need| NeedLine {
        text: words.get(&format!("store-need-{}", need.key)),
        href: match need.field {
            "" => format!("{}/edit", own.home()),
            "screenshot_url" => "#f-screenshot_url-1".to_owned(),
            field => format!("#f-{field}"),
        },
        is_met: need.is_met,
        is_required: need.is_required,
    };
    needs.into_iter().map(line).collect()
}

fn shelves(app: &App, raw: &RawListing, words: Words) -> Vec<ShelfLine> {
    let line = |category: &crate::config::Category| ShelfLine {
        name: category.name().to_owned(),
        words: categories::words_of(category, words),
        is_chosen: raw.categories.iter().any(|chosen| chosen == category.name()),
    };
    app.config.store.categories.iter().map(line).collect()
}

/// Always as many rows as there may be screenshots: a page without script cannot add one.
fn shots(own: &Own, raw: &RawListing) -> Vec<ShotLine> {
    let content = own.listing.content();
    let row = |number: usize| {
        let typed = raw.screenshots.get(number - 1).cloned().unwrap_or_default();
        let known = content.screenshots.iter().find(|shot| shot.source_url == typed.url.trim());
        let src = known.map(|shot| screenshots::path(&shot.screenshot_id)).unwrap_or_default();
        let (url_field, caption_field) =
            (format!("screenshot_url-{number}"), format!("screenshot_caption-{number}"));
        ShotLine { number, url_field, caption_field, url: typed.url, caption: typed.caption, src }
    };
    (1..=SCREENSHOT_LIMIT).map(row).collect()
}
