//! Saving the draft of a listing: nobody but its owner sees it.

use grantry_oauth::time::Timestamp;
use grantry_store::app::{App as StoredApp, AppKind};
use grantry_store::app_version::AppVersion;
use grantry_store::audit::{Action, Entry, Origin};
use grantry_store::id::{AccountId, AppId};
use grantry_store::listing::{Content, Form, Saved};
use serde_json::{Value, json};

use super::content::{self, RawListing, Terms};
use super::screenshots;
use crate::app::App;
use crate::apps::{Refused, edit, object};

/// An app with both forms of its listing.
#[derive(Debug, Clone)]
pub struct Listing {
    pub app: StoredApp,
    pub version: AppVersion,
    pub draft: Option<Saved>,
    pub published: Option<Saved>,
}

impl Listing {
    /// What the owner works on: the draft or, before there is one, what is published.
    #[must_use]
    pub fn content(&self) -> Content {
        self.saved().map(|saved| saved.content.clone()).unwrap_or_default()
    }

    fn saved(&self) -> Option<&Saved> {
        self.draft.as_ref().or(self.published.as_ref())
    }

    /// Which state of the listing a form shows: somebody else's change in between makes another.
    #[must_use]
    pub fn stamp(&self) -> i64 {
        self.saved().map_or(0, |saved| saved.saved_at.0)
    }

    /// When it was saved last.
    #[must_use]
    pub fn saved_at(&self) -> Option<Timestamp> {
        self.saved().map(|saved| saved.saved_at)
    }

    /// Whether the draft says something else than what everybody reads.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        match (&self.draft, &self.published) {
            (Some(draft), Some(published)) => draft.content != published.content,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}

/// The listing of a store app of the account.
///
/// # Errors
/// [`Refused::Missing`] also for a custom app, or the store's.
pub async fn find(app: &App, account: &AccountId, id: &AppId) -> Result<Listing, Refused> {
    let (found, version) = edit::find(app, account, id).await?;
    if found.kind != AppKind::Store {
        return Err(Refused::Missing);
    }
    let reader = app.store.reader();
    let draft = reader.find_listing(account, id, Form::Draft).await?;
    let published = reader.find_listing(account, id, Form::Published).await?;
    Ok(Listing { app: found, version, draft, published })
}

/// Saves what was typed as the draft. With `based_on`, the [`Listing::stamp`] of what the form showed, somebody else's
/// change in between is not overwritten. Says whether anything changed.
///
/// # Errors
/// The faults of what was typed, a screenshot that cannot be fetched, an app that the account does not have.
pub async fn save(
    app: &App,
    origin: &Origin,
    (account, id): (&AccountId, &AppId),
    raw: &RawListing,
    based_on: Option<i64>,
) -> Result<bool, Refused> {
    let listing = find(app, account, id).await?;
    if based_on.is_some_and(|stamp| stamp != listing.stamp()) {
        return Err(Refused::Changed);
    }
    let before = listing.content();
    let name = listing.version.details.name.as_str();
    let terms =
        Terms { name, issuer: app.issuer(), categories: &app.config.store.categories, before: Some(&before) };
    let mut content = content::check(raw, terms)?;
    screenshots::complete(app, account, &mut content, Some(&before)).await?;
    if listing.draft.as_ref().is_some_and(|draft| draft.content == content) {
        return Ok(false);
    }
    let (origin, account, id) = (origin.clone(), account.clone(), id.clone());
    let saving = app.store.write(app.clock.now(), |tx| async move {
        if !tx.lock_app(&account, &id).await? {
            return Err(Refused::Missing);
        }
        let now_saved = tx.find_listing(&account, &id, Form::Draft).await?.map(|draft| draft.saved_at);
        if now_saved != listing.draft.as_ref().map(|draft| draft.saved_at) {
            return Err(Refused::Changed);
        }
        tx.put_listing(&id, Form::Draft, &content).await?;
        let entry = Entry::new(&account, Action::ListingUpdated, object(&listing.app));
        tx.audit(&origin, &entry.with(difference(&before, &content))).await?;
        Ok(true)
    });
    saving.await
}

/// What changed: each field with its value before and after; of long texts only that they did.
fn difference(before: &Content, after: &Content) -> Value {
    let (old, new) = (picture(before), picture(after));
    let changed = new.into_iter().zip(old).filter(|((_, now), (_, was))| now != was);
    let changed = changed.map(|((field, now), (_, was))| {
        let value = if field == "long_description" {
            json!({ "before": text_length(&was), "after": text_length(&now) })
        } else {
            json!({ "before": was, "after": now })
        };
        (field.to_owned(), value)
    });
    Value::Object(changed.collect())
}

fn text_length(value: &Value) -> String {
    format!("{} characters", value.as_str().unwrap_or_default().chars().count())
}

/// A listing, member by member, as files and the trail write it.
#[must_use]
pub fn picture(content: &Content) -> Vec<(&'static str, Value)> {
    let shots = content.screenshots.iter();
    let shots: Vec<Value> =
        shots.map(|shot| json!({ "url": shot.source_url, "caption": shot.caption })).collect();
    vec![
        ("title", json!(content.title)),
        ("short_description", json!(content.short_text)),
        ("long_description", json!(content.long_text)),
        ("categories", json!(content.categories)),
        ("languages", json!(content.languages)),
        ("pricing", json!(content.pricing)),
        ("website", json!(content.website)),
        ("support", json!(content.support)),
        ("guide_url", json!(content.guide_url)),
        ("landing_url", json!(content.landing_url)),
        ("screenshots", json!(shots)),
    ]
}
