//! Showing an app in the store and taking it out: what the draft says becomes what everybody reads, at once and on every
//! node.

use grantry_store::app::{App as StoredApp, AppKind, Listing};
use grantry_store::audit::{Action, Entry, Origin};
use grantry_store::id::{AccountId, AppId};
use grantry_store::listing::Form;
use serde_json::json;

use super::checklist;
use crate::app::App;
use crate::apps::{Refused, object};

/// How complete a listing must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Insist {
    /// Everything that the checklist requires.
    Complete,
    /// Nothing: an operator answers for it. Without a draft the app stands there with its name and logo.
    AsItIs,
}

/// Publishes the draft; what is published already is published anew. It needs an approved app and no further approval:
/// nothing in it touches a token, and the app's name and logo are not in it.
///
/// # Errors
/// [`Refused::OtherState`] for an app that is not approved, the faults of an incomplete listing, [`Refused::Missing`].
pub async fn publish(
    app: &App,
    origin: &Origin,
    (account, id): (&AccountId, &AppId),
    insist: Insist,
) -> Result<StoredApp, Refused> {
    let (origin, account, id) = (origin.clone(), account.clone(), id.clone());
    let publishing = app.store.write(app.clock.now(), |tx| async move {
        if !tx.lock_app(&account, &id).await? {
            return Err(Refused::Missing);
        }
        let found = tx.find_app(&account, &id).await?.filter(|found| found.kind == AppKind::Store);
        let found = found.ok_or(Refused::Missing)?;
        let before = found.listing;
        if before == Listing::Unlisted {
            return Err(Refused::OtherState);
        }
        let live = found.live_version_id.as_ref().ok_or(Refused::Missing)?;
        let version = tx.find_version(&account, &id, live).await?.ok_or(Refused::Missing)?;
        let published = tx.find_listing(&account, &id, Form::Published).await?.map(|saved| saved.content);
        let draft = tx.find_listing(&account, &id, Form::Draft).await?.map(|saved| saved.content);
        let content = draft.or_else(|| published.clone()).unwrap_or_default();
        if insist == Insist::Complete {
            checklist::insist(&content, &version.details)?;
        }
        if before == Listing::Published && published.as_ref() == Some(&content) {
            return Ok(found);
        }
        tx.publish_listing(&id, &content).await?;
        let after = StoredApp { listing: Listing::Published, ..found };
        let detail = json!({
            "listing": { "before": before.as_str(), "after": after.listing.as_str() },
            "short_description": content.short_text,
            "landing_url": content.landing_url,
        });
        let entry = Entry::new(&account, Action::AppPublished, object(&after)).with(detail);
        tx.audit(&origin, &entry).await?;
        Ok(after)
    });
    publishing.await
}

/// Takes an app out of the store; it stays approved, its connections and its draft stay. Repeating it changes nothing.
///
/// # Errors
/// [`Refused::Missing`], or the store's.
pub async fn unpublish(
    app: &App,
    origin: &Origin,
    (account, id): (&AccountId, &AppId),
) -> Result<StoredApp, Refused> {
    let (origin, account, id) = (origin.clone(), account.clone(), id.clone());
    let taking = app.store.write(app.clock.now(), |tx| async move {
        if !tx.lock_app(&account, &id).await? {
            return Err(Refused::Missing);
        }
        let found = tx.find_app(&account, &id).await?.filter(|found| found.kind == AppKind::Store);
        let found = found.ok_or(Refused::Missing)?;
        if found.listing != Listing::Published {
            return Ok(found);
        }
        // What is published without a draft is what the owner goes on writing.
        if tx.find_listing(&account, &id, Form::Draft).await?.is_none()
            && let Some(published) = tx.find_listing(&account, &id, Form::Published).await?
        {
            tx.put_listing(&id, Form::Draft, &published.content).await?;
        }
        tx.unpublish_listing(&id).await?;
        let after = StoredApp { listing: Listing::Approved, ..found };
        let detail = json!({
            "listing": { "before": Listing::Published.as_str(), "after": after.listing.as_str() },
        });
        let entry = Entry::new(&account, Action::AppUnpublished, object(&after)).with(detail);
        tx.audit(&origin, &entry).await?;
        Ok(after)
    });
    taking.await
}
