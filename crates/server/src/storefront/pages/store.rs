//! `/store`: the public pages. They are the same for everybody who is not signed in, so caches may keep them and ask
//! whether they are still good.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use grantry_store::id::AppId;
use http::HeaderMap;
use serde::Deserialize;
use url::form_urlencoded;

use crate::app::App;
use crate::apps::logo;
use crate::cached::shelf::{self, Item, Part, Window};
use crate::storefront::categories;
use crate::storefront::sheet::{Facts, Sheet};
use crate::web::{Answer, Page, Problem, Visitor, Words, page};

/// Apps on a page of a list.
const APPS: usize = 24;
/// Apps on the first page.
const NEWEST: usize = 12;
/// Characters of a question that count.
const QUESTION: usize = 200;
/// Pages that can be asked for: nobody reads so far, and counting further would only be work.
const PAGES: usize = 1000;

/// What the head of a public page says to search engines and to whoever shares it.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    pub(super) description: String,
    /// The page's one address; empty for one that is not to be indexed.
    pub(super) canonical: String,
    pub(super) image: String,
}

impl Head {
    /// Of a page that nobody is to find.
    pub(super) fn hidden() -> Self {
        Self::default()
    }

    fn of(app: &App, path: &str, description: String) -> Self {
        Self { description, canonical: app.public_url.link(path), image: String::new() }
    }
}

#[derive(askama::Template)]
#[template(path = "storefront/front.html")]
struct FrontPage {
    page: Page,
    head: Head,
    question: String,
    shelves: Vec<Shelf>,
    newest: Vec<Card>,
    total: i64,
}

#[derive(askama::Template)]
#[template(path = "storefront/results.html")]
struct ResultsPage {
    page: Page,
    head: Head,
    question: String,
    /// The category's name and words; empty for all.
    category: (String, String),
    shelves: Vec<Shelf>,
    cards: Vec<Card>,
    total: i64,
    /// Addresses of the pages before and after this one; empty where there is none.
    previous: String,
    next: String,
    number: usize,
    last: usize,
}

/// The page of an app, public or as a preview.
#[derive(askama::Template)]
#[template(path = "storefront/app.html")]
pub(super) struct AppPage {
    pub(super) page: Page,
    pub(super) head: Head,
    pub(super) sheet: Sheet,
    /// The page of the account's connection, when the account of whoever looks has one.
    pub(super) connected: String,
    /// In a preview: the page where the listing is written.
    pub(super) back_to: String,
    /// The search field above it is empty.
    pub(super) question: &'static str,
}

/// A category with apps in it.
struct Shelf {
    href: String,
    words: String,
    count: i64,
    is_current: bool,
}

struct Card {
    href: String,
    title: String,
    logo: String,
    short_text: String,
    publisher: String,
    category: String,
}

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    page: String,
}

/// `GET /store`
///
/// # Errors
/// The store's.
pub async fn front(State(app): State<Arc<App>>, visitor: Visitor, headers: HeaderMap) -> Answer {
    let window = Window { skip: 0, take: NEWEST };
    let newest = app.cached.shelf().part(|index| index.newest(None, window)).await?;
    let words = visitor.words;
    let platform = &app.config.branding.name;
    let front = FrontPage {
        page: visitor.page(&app, words.with("store-title", "platform", platform), "store"),
        head: Head::of(&app, "/store", words.with("store-about", "platform", platform)),
        question: String::new(),
        shelves: shelves(&app, words, "").await?,
        total: count(newest.total),
        newest: cards(&app, &newest, words),
    };
    Ok(page::public(&visitor, &headers, &front))
}

/// `GET /store/search?q=&category=&page=`
///
/// # Errors
/// The store's.
pub async fn search(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Answer {
    let question: String = asked.q.chars().take(QUESTION).collect();
    let question = question.trim().to_owned();
    let category = categories::find(&app, &asked.category);
    let (number, window) = window(&asked.page);
    let name = category.map(crate::config::Category::name);
    let found = app.cached.shelf().part(|index| index.search(&question, name, window)).await?;
    let words = visitor.words;
    let title = if question.is_empty() {
        words.get("store-all")
    } else {
        words.with("store-results-title", "question", &question)
    };
    let category =
        category.map(|category| (category.name().to_owned(), categories::words_of(category, words)));
    let category = category.unwrap_or_default();
    let at = |number: usize| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", &question);
        if !category.0.is_empty() {
            query.append_pair("category", &category.0);
        }
        if number > 1 {
            query.append_pair("page", &number.to_string());
        }
        format!("/store/search?{}", query.finish())
    };
    let (previous, next, last) = around(number, found.total, at);
    let results = ResultsPage {
        page: visitor.page(&app, title, "store"),
        // Anybody can make as many of these as they like.
        head: Head::hidden(),
        shelves: shelves(&app, words, &category.0).await?,
        cards: cards(&app, &found, words),
        total: count(found.total),
        question,
        category,
        previous,
        next,
        number,
        last,
    };
    Ok(page::public(&visitor, &headers, &results))
}

/// `GET /store/categories/{category}`
///
/// # Errors
/// 404 for a category that the platform does not have.
pub async fn category(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let category = categories::find(&app, &name).ok_or_else(Problem::not_found)?;
    let (number, window) = window(&asked.page);
    let found = app.cached.shelf().part(|index| index.newest(Some(category.name()), window)).await?;
    let words = visitor.words;
    let said = categories::words_of(category, words);
    let path = format!("/store/categories/{name}");
    let at = |number: usize| if number > 1 { format!("{path}?page={number}") } else { path.clone() };
    let (previous, next, last) = around(number, found.total, at);
    let about =
        words.all("store-category-about", &[("category", &said), ("platform", &app.config.branding.name)]);
    let results = ResultsPage {
        page: visitor.page(&app, said.clone(), "store"),
        head: Head::of(&app, &at(number), about),
        question: String::new(),
        shelves: shelves(&app, words, &name).await?,
        cards: cards(&app, &found, words),
        total: count(found.total),
        category: (name, said),
        previous,
        next,
        number,
        last,
    };
    Ok(page::public(&visitor, &headers, &results))
}

/// `GET /store/apps/{app}`: asked of the store each time, so that what is suspended is gone with the next request.
///
/// # Errors
/// 404 for an app that is not in the store.
pub async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(slug): Path<String>,
) -> Answer {
    let client_id = shelf::client_id(&slug).ok_or_else(Problem::not_found)?;
    let listed = app.store.reader().find_listed(&client_id).await?.ok_or_else(Problem::not_found)?;
    let known = app.cached.find_app(&client_id).await?.ok_or_else(Problem::not_found)?;
    let catalogue = app.cached.catalogue().await?;
    let facts = Facts {
        client_id: &client_id,
        owner: &known.owner,
        details: &known.version.details,
        content: &listed.saved.content,
        is_approved: true,
    };
    let sheet = Sheet::new(&app, visitor.words, &catalogue, facts);
    let mut head = Head::of(&app, &shelf::path(&client_id), sheet.short_text.clone());
    let picture = sheet.shots.first().map(|shot| shot.src.as_str()).or(Some(sheet.logo.as_str()));
    head.image =
        picture.filter(|src| !src.is_empty()).map(|src| app.public_url.link(src)).unwrap_or_default();
    let connected = connected(&app, &visitor, &listed.app_id).await?;
    let page = visitor.page(&app, sheet.title.clone(), "store");
    let shown = AppPage { page, head, sheet, connected, back_to: String::new(), question: "" };
    Ok(page::public(&visitor, &headers, &shown))
}

/// Where the account of whoever looks sees its connection to the app; empty without one.
async fn connected(app: &App, visitor: &Visitor, id: &AppId) -> Result<String, Problem> {
    let Some(actor) = &visitor.actor else { return Ok(String::new()) };
    let Some(current) = &actor.account else { return Ok(String::new()) };
    let reader = app.store.reader();
    let standing = reader.list_standing_connections(id, &current.account.id, &actor.person.id).await?;
    let path = |connection: &grantry_store::connection::StandingConnection| {
        format!("/apps/connected-apps/connection/{}", connection.connection.id)
    };
    Ok(standing.first().map(path).unwrap_or_default())
}

/// The categories that have apps in them, in the platform's order.
async fn shelves(app: &App, words: Words, current: &str) -> Result<Vec<Shelf>, Problem> {
    let all = &app.config.store.categories;
    let counts = app
        .cached
        .shelf()
        .look(|index| all.iter().map(|category| index.count(category.name())).collect::<Vec<_>>());
    let filled = all.iter().zip(counts.await?).filter(|(_, apps)| *apps > 0);
    let shelf = |(category, apps): (&crate::config::Category, usize)| Shelf {
        href: format!("/store/categories/{}", category.name()),
        words: categories::words_of(category, words),
        count: count(apps),
        is_current: category.name() == current,
    };
    Ok(filled.map(shelf).collect())
}

fn cards(app: &App, part: &Part, words: Words) -> Vec<Card> {
    part.items.iter().map(|item| card(app, item, words)).collect()
}

fn card(app: &App, item: &Item, words: Words) -> Card {
    let category = item.categories.iter().find_map(|name| categories::find(app, name));
    Card {
        href: item.path(),
        title: item.title.clone(),
        logo: logo::path(item.logo_id.as_deref()),
        short_text: item.short_text.clone(),
        publisher: item.publisher.clone(),
        category: category.map(|category| categories::words_of(category, words)).unwrap_or_default(),
    }
}

/// The page that is asked for, counted from 1, and its part of the list.
fn window(page: &str) -> (usize, Window) {
    let number = page.parse::<usize>().unwrap_or(1).clamp(1, PAGES);
    (number, Window { skip: (number - 1) * APPS, take: APPS })
}

/// The addresses of the pages before and after one, and the number of the last.
fn around(number: usize, total: usize, at: impl Fn(usize) -> String) -> (String, String, usize) {
    let last = total.div_ceil(APPS).clamp(1, PAGES);
    let previous = if number > 1 { at(number.min(last + 1) - 1) } else { String::new() };
    let next = if number < last { at(number + 1) } else { String::new() };
    (previous, next, last)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_from_one_and_lead_back_into_the_list() {
        assert_eq!(window("").0, 1);
        assert_eq!(window("-3").0, 1);
        assert_eq!(window("99999999999999999999").0, 1);
        assert_eq!(window("3"), (3, Window { skip: 2 * APPS, take: APPS }));
        let at = |number: usize| number.to_string();
        let all = |previous: &str, next: &str, last| (previous.to_owned(), next.to_owned(), last);
        assert_eq!(around(1, 0, at), all("", "", 1));
        assert_eq!(around(1, APPS + 1, at), all("", "2", 2));
        assert_eq!(around(2, APPS + 1, at), all("1", "", 2));
        assert_eq!(around(9, APPS + 1, at), all("2", "", 2), "behind the end");
    }
}
