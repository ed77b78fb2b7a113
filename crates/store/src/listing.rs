//! Listings: what apps say of themselves in the store. The owner writes a draft; publishing copies it.

use crate::app::Listing;
use crate::columns::{Columns, FromColumns, json_list};
use crate::id::{AccountId, AppId};
use crate::page::{Cursor, Page, PageRequest};
use crate::value::values;
use crate::{Error, Reader, Row, Tx};
use grantry_oauth::time::Timestamp;

crate::word::words! {
    /// Which of the two.
    Form {
        /// What the owner is writing.
        Draft = "draft",
        /// What everybody reads.
        Published = "published",
    }
}

/// What an owner says of an app. Texts are empty where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Empty for the app's name.
    pub title: String,
    /// One line.
    pub short_text: String,
    /// Paragraphs, and lines that begin with `- `.
    pub long_text: String,
    /// Which shelves it stands on.
    pub categories: Vec<String>,
    /// Tags of languages, such as `de`.
    pub languages: Vec<String>,
    /// What it costs, in words.
    pub pricing: String,
    /// Its website.
    pub website: String,
    /// Where customers ask for help: an address of mail or a URL.
    pub support: String,
    /// How customers begin.
    pub guide_url: String,
    /// Where *Connect* leads.
    pub landing_url: String,
    /// In the order of the page.
    pub screenshots: Vec<Shot>,
}

/// A screenshot of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shot {
    /// The image as we serve it.
    pub screenshot_id: String,
    /// Where it was fetched.
    pub source_url: String,
    /// What is on it.
    pub caption: String,
}

/// One form of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// What it says.
    pub content: Content,
    /// When the app first had a draft, or was first published.
    pub begun_at: Timestamp,
    /// When it was saved, or published, last.
    pub saved_at: Timestamp,
}

/// An app that is in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedApp {
    /// The app.
    pub app_id: AppId,
    /// Its client ID.
    pub client_id: String,
    /// Its owner.
    pub account_id: AccountId,
    /// The owner's name.
    pub publisher: String,
    /// The app's name, by its live version.
    pub name: String,
    /// Its logo, by its live version.
    pub logo_id: Option<String>,
    /// What is published; lists of listings leave the screenshots out.
    pub saved: Saved,
}

macro_rules! content_columns {
    () => {
        "l.title, l.short_text, l.long_text, l.categories, l.languages, l.pricing, l.website, l.support, l.guide_url, \
         l.landing_url, l.begun_at, l.saved_at"
    };
}

/// What is in the store: published and approved, neither it nor its owner suspended.
macro_rules! listed {
    ($condition:literal) => {
        concat!(
            "select p.id, p.client_id, p.account_id, a.name, v.name, v.logo_id, ", content_columns!(),
            " from listing l join app p on p.id = l.app_id join account a on a.id = p.account_id",
            " join app_version v on v.id = p.live_version_id where l.form = 'published' and p.listing = 'published'",
            " and p.state = 'active' and a.state = 'active' and ", $condition
        )
    };
}

crate::sql! {
    FIND = concat!(
        "select ", content_columns!(), " from listing l join app p on p.id = l.app_id",
        " where p.account_id = $1 and l.app_id = $2 and l.form = $3 and p.deleted_at is null"
    );
    SHOTS = "select screenshot_id, source_url, caption from listing_screenshot where app_id = $1 and form = $2 \
        order by position";
    FIND_LISTED = listed!("p.client_id = $1");
    FIND_LISTED_BY_ID = listed!("p.id = $1");
    LIST_LISTED = listed!("(l.begun_at, l.app_id) < ($1, $2) order by l.begun_at desc, l.app_id desc limit $3");
    LIST_OF_ACCOUNT = listed!("p.account_id = $1 order by l.app_id limit 1000");
    PUT = "insert into listing (app_id, form, title, short_text, long_text, categories, languages, pricing, website, \
        support, guide_url, landing_url, begun_at, saved_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13) on conflict (app_id, form) do update set \
        title = excluded.title, short_text = excluded.short_text, long_text = excluded.long_text, \
        categories = excluded.categories, languages = excluded.languages, pricing = excluded.pricing, \
        website = excluded.website, support = excluded.support, guide_url = excluded.guide_url, \
        landing_url = excluded.landing_url, saved_at = excluded.saved_at";
    FORGET_SHOTS = "delete from listing_screenshot where app_id = $1 and form = $2";
    PUT_SHOT = "insert into listing_screenshot (app_id, form, position, screenshot_id, source_url, caption) \
        values ($1, $2, $3, $4, $5, $6)";
    FORGET = "delete from listing where app_id = $1 and form = $2";
}

impl FromColumns for Saved {
    const WIDTH: usize = 12;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Saved {
            content: Content {
                title: columns.take()?,
                short_text: columns.take()?,
                long_text: columns.take()?,
                categories: columns.take()?,
                languages: columns.take()?,
                pricing: columns.take()?,
                website: columns.take()?,
                support: columns.take()?,
                guide_url: columns.take()?,
                landing_url: columns.take()?,
                screenshots: Vec::new(),
            },
            begun_at: columns.take()?,
            saved_at: columns.take()?,
        })
    }
}

impl FromColumns for ListedApp {
    const WIDTH: usize = 6 + Saved::WIDTH;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(ListedApp {
            app_id: columns.take()?,
            client_id: columns.take()?,
            account_id: columns.take()?,
            publisher: columns.take()?,
            name: columns.take()?,
            logo_id: columns.take()?,
            saved: columns.nested()?,
        })
    }
}

impl FromColumns for Shot {
    const WIDTH: usize = 3;

    fn from_columns(columns: &mut Columns<'_>) -> Result<Self, Error> {
        Ok(Shot { screenshot_id: columns.take()?, source_url: columns.take()?, caption: columns.take()? })
    }
}

impl Reader {
    /// A form of the listing of an app of the account.
    pub async fn find_listing(
        &self,
        account: &AccountId,
        app: &AppId,
        form: Form,
    ) -> Result<Option<Saved>, Error> {
        let row = self.query_opt(FIND, values![account, app, form]).await?;
        let Some(mut saved) = row.as_ref().map(Saved::from_row).transpose()? else { return Ok(None) };
        saved.content.screenshots = self.shots(app, form).await?;
        Ok(Some(saved))
    }

    async fn shots(&self, app: &AppId, form: Form) -> Result<Vec<Shot>, Error> {
        Shot::from_rows(&self.query(SHOTS, values![app, form]).await?)
    }

    /// The app with this client ID, if it is in the store.
    pub async fn find_listed(&self, client_id: &str) -> Result<Option<ListedApp>, Error> {
        let row = self.query_opt(FIND_LISTED, values![client_id]).await?;
        self.complete_listed(row).await
    }

    /// The same by the app's id.
    pub async fn find_listed_by_id(&self, app: &AppId) -> Result<Option<ListedApp>, Error> {
        let row = self.query_opt(FIND_LISTED_BY_ID, values![app]).await?;
        self.complete_listed(row).await
    }

    async fn complete_listed(&self, row: Option<Row>) -> Result<Option<ListedApp>, Error> {
        let Some(mut listed) = row.as_ref().map(ListedApp::from_row).transpose()? else { return Ok(None) };
        listed.saved.content.screenshots = self.shots(&listed.app_id, Form::Published).await?;
        Ok(Some(listed))
    }

    /// What is in the store, what was published last comes first; without screenshots.
    pub async fn list_listed(&self, page: &PageRequest) -> Result<Page<ListedApp>, Error> {
        let (time, id) = page.below();
        let rows = self.query(LIST_LISTED, values![time, id, page.fetch()]).await?;
        let place = |item: &ListedApp| Cursor::number(item.saved.begun_at.0, item.app_id.as_str());
        Ok(Page::cut(ListedApp::from_rows(&rows)?, page, place))
    }

    /// What is in the store of one account: an account has no more apps than fit into one answer.
    pub async fn list_listed_of(&self, account: &AccountId) -> Result<Vec<ListedApp>, Error> {
        ListedApp::from_rows(&self.query(LIST_OF_ACCOUNT, values![account]).await?)
    }
}

impl Tx {
    /// Saves a form of an app's listing in place of what it said before. The caller has found the app in its account.
    pub async fn put_listing(&self, app: &AppId, form: Form, content: &Content) -> Result<(), Error> {
        let values = values![
            app,
            form,
            &content.title,
            &content.short_text,
            &content.long_text,
            json_list(&content.categories),
            json_list(&content.languages),
            &content.pricing,
            &content.website,
            &content.support,
            &content.guide_url,
            &content.landing_url,
            self.now(),
        ];
        self.execute(PUT, values).await?;
        self.execute(FORGET_SHOTS, values![app, form]).await?;
        for (position, shot) in (0_u32..).zip(&content.screenshots) {
            let values = values![app, form, position, &shot.screenshot_id, &shot.source_url, &shot.caption];
            self.execute(PUT_SHOT, values).await?;
        }
        Ok(())
    }

    /// Shows an app in the store with this content, on every node. `false` without such an app.
    pub async fn publish_listing(&self, app: &AppId, content: &Content) -> Result<bool, Error> {
        self.put_listing(app, Form::Published, content).await?;
        self.set_listing(app, Listing::Published).await
    }

    /// Takes an app out of the store, on every node; what its owner is writing stays. `false` without such an app.
    pub async fn unpublish_listing(&self, app: &AppId) -> Result<bool, Error> {
        self.execute(FORGET, values![app, Form::Published]).await?;
        self.set_listing(app, Listing::Approved).await
    }
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
