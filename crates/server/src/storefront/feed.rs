//! The store for programs: a JSON feed, the list of pages for search engines, and what those may visit.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use grantry_store::listing::ListedApp;
use grantry_store::page::PageRequest;
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};

use super::{categories, sheet};
use crate::app::App;
use crate::apps::logo;
use crate::cached::shelf::{self, Window, title};
use crate::web::document::Document;
use crate::web::{Answer, Problem, Words, moment};

/// Apps of one answer.
const ITEMS: u32 = 100;
/// Pages in one list: more, search engines do not read.
const PAGES: usize = 50_000;

/// Where the feed goes on.
#[derive(Debug, Deserialize)]
pub struct Where {
    after: Option<String>,
}

/// JSON Feed 1.1 (jsonfeed.org).
#[derive(Serialize)]
struct Feed {
    version: &'static str,
    title: String,
    home_page_url: String,
    feed_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<String>,
    items: Vec<FeedItem>,
}

#[derive(Serialize)]
struct FeedItem {
    id: String,
    url: String,
    title: String,
    summary: String,
    content_text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    date_published: String,
    date_modified: String,
    authors: [Author; 1],
    tags: Vec<String>,
    /// The feed's own member for what the standard has no word for.
    _app: About,
}

#[derive(Serialize)]
struct Author {
    name: String,
}

#[derive(Serialize)]
struct About {
    client_id: String,
    /// Names, as they stand in URLs.
    categories: Vec<String>,
    languages: Vec<String>,
    pricing: String,
    website: String,
    support: String,
    guide_url: String,
    /// Where *Connect* leads.
    connect_url: Option<String>,
    /// The permissions that the app may ask for.
    scopes: Vec<String>,
}

/// `GET /store/feed.json?after=`: what is in the store, what came last first.
///
/// # Errors
/// The store's.
pub async fn feed(State(app): State<Arc<App>>, headers: HeaderMap, Query(wanted): Query<Where>) -> Answer {
    let first = PageRequest::from_token(wanted.after.as_deref(), ITEMS);
    let found = app.store.reader().list_listed(&first).await?;
    let at = |after: &str| {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("after", after).finish();
        app.public_url.link(&format!("/store/feed.json?{query}"))
    };
    let mut items = Vec::with_capacity(found.items.len());
    for listed in &found.items {
        items.push(item(&app, listed).await?);
    }
    let feed = Feed {
        version: "https://jsonfeed.org/version/1.1",
        title: Words::english().with("store-title", "platform", &app.config.branding.name),
        home_page_url: app.public_url.link("/store"),
        feed_url: wanted.after.as_deref().map_or_else(|| app.public_url.link("/store/feed.json"), at),
        next_url: found.next.map(|next| at(&next.token())),
        items,
    };
    Ok(revalidated(Document::json(&feed).answer(&headers)))
}

async fn item(app: &App, listed: &ListedApp) -> Result<FeedItem, Problem> {
    let content = &listed.saved.content;
    let url = app.public_url.link(&shelf::path(&listed.client_id));
    let shelves = content.categories.iter().filter_map(|name| categories::find(app, name));
    let known = app.cached.find_app(&listed.client_id).await?;
    let details = known.as_ref().map(|known| &known.version.details);
    let begins = details.and_then(|details| details.initiate_login_uri.as_deref());
    let connect = sheet::connect(app.issuer(), begins, content);
    Ok(FeedItem {
        id: url.clone(),
        url,
        title: title(&listed.name, &content.title).to_owned(),
        summary: content.short_text.clone(),
        content_text: content.long_text.clone(),
        image: listed.logo_id.as_deref().map(|id| app.public_url.link(&logo::path(Some(id)))),
        date_published: moment::iso(listed.saved.begun_at),
        date_modified: moment::iso(listed.saved.saved_at),
        authors: [Author { name: listed.publisher.clone() }],
        tags: shelves.map(|category| category.words().to_owned()).collect(),
        _app: About {
            client_id: listed.client_id.clone(),
            categories: content.categories.clone(),
            languages: content.languages.clone(),
            pricing: content.pricing.clone(),
            website: content.website.clone(),
            support: content.support.clone(),
            guide_url: content.guide_url.clone(),
            connect_url: connect.map(|connect| connect.href),
            scopes: details.map(|details| details.scopes.clone()).unwrap_or_default(),
        },
    })
}

/// `GET /sitemap.xml`: the pages of the store (sitemaps.org).
///
/// # Errors
/// The store's.
pub async fn sitemap(State(app): State<Arc<App>>, headers: HeaderMap) -> Answer {
    let window = Window { skip: 0, take: PAGES };
    let found = app.cached.shelf().part(|index| index.newest(None, window)).await?;
    let all = &app.config.store.categories;
    let filled = app
        .cached
        .shelf()
        .look(|index| all.iter().filter(|category| index.count(category.name()) > 0).collect::<Vec<_>>());
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.push_str("<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    // Nothing of an address has to be escaped: it is the issuer, and letters, digits and hyphens.
    let mut add = |path: &str, day: &str| {
        let changed = if day.is_empty() { String::new() } else { format!("<lastmod>{day}</lastmod>") };
        // Writing to a string cannot fail.
        let _ = writeln!(xml, "<url><loc>{}</loc>{changed}</url>", app.public_url.link(path));
    };
    add("/store", "");
    filled.await?.iter().for_each(|category| add(&format!("/store/categories/{}", category.name()), ""));
    found.items.iter().for_each(|item| add(&item.path(), &moment::day(item.saved_at)));
    xml.push_str("</urlset>\n");
    Ok(revalidated(Document::new("application/xml", xml.into()).answer(&headers)))
}

/// `GET /robots.txt` (RFC 9309): the store is to be found, everything else is for those who have come.
pub async fn robots(State(app): State<Arc<App>>) -> Response {
    let text = format!(
        "User-agent: *\nAllow: /store\nDisallow: /store/search\nAllow: /assets/\nAllow: /branding/\nAllow: /logos/\n\
         Disallow: /\n\nSitemap: {}\n",
        app.public_url.link("/sitemap.xml")
    );
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// A cache may keep it, and asks each time whether it is still good: what is suspended must not stay in one.
fn revalidated(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    response
}
