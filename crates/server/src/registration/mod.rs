//! Apps that register themselves: by RFC 7591 and 7592, or as the document at their own client ID. All of them belong to
//! one account that is nobody's.

pub mod document;
mod limits;
pub mod manage;
pub mod metadata;
pub mod pages;
mod refused;
pub mod register;
pub mod tokens;
pub mod unused;

pub use refused::{Refused, told};

use std::net::IpAddr;

use grantry_store::Error;
use grantry_store::account::Account;
use grantry_store::app_version::NewVersion;
use grantry_store::audit::Origin;
use grantry_store::id::{AccountId, AppId, VersionId};

use crate::app::App;
use crate::apps::details::{self, Checked, RawApp, Terms};
use crate::apps::{Faults, edit, sector};
use crate::config::CompatPreset;
use crate::sign_in::account_code;
use grantry_store::app::AppKind;
use grantry_store::app_version::{AppDetails, AppVersion};

/// Who asks, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    pub origin: &'a Origin,
    /// Where the request came from, as far as that is known.
    pub ip: Option<IpAddr>,
}

/// The account that owns every app which registered itself. It has no members, so nobody works in it.
async fn own_account(app: &App) -> Result<Account, Error> {
    let reader = app.store.reader();
    if let Some(account) = reader.find_account_by_code(account_code::RESERVED).await? {
        return Ok(account);
    }
    let now = app.clock.now();
    let id = AccountId::new(now, app.random.bytes());
    let name = crate::web::Words::english().get("registration-account");
    let making = app
        .store
        .write(now, |tx| async move { tx.ensure_self_account(&id, account_code::RESERVED, &name).await });
    making.await?;
    let made = app.store.reader().find_account_by_code(account_code::RESERVED).await?;
    made.ok_or_else(|| Error::Corrupt("the account of apps that register themselves is missing".to_owned()))
}

/// Checks what a program says about itself: by the function that checks the form of the dashboard.
async fn check(
    app: &App,
    asking: Asking<'_>,
    raw: &RawApp,
    before: Option<&AppDetails>,
) -> Result<Checked, Refused> {
    let catalogue = app.cached.catalogue().await?;
    let terms = Terms {
        kind: AppKind::Store,
        catalogue: &catalogue,
        // What existing programs of another system rely on is no reason to let strangers do without.
        preset: CompatPreset::None,
        by_person: false,
        by_machine: true,
        before,
    };
    let checked = details::check(raw, &terms)?;
    if let Some(list) = sector::unread(&checked.details, before) {
        spend_document(app, asking.ip).await?;
        sector::read(app, list, &checked.details).await?;
    }
    Ok(checked)
}

/// Counts a document that is about to be fetched because a stranger named it.
///
/// # Errors
/// [`Refused::TooMany`], or the store's.
pub async fn spend_document(app: &App, ip: Option<IpAddr>) -> Result<(), Refused> {
    limits::DOCUMENTS.spend(app, &limits::source(ip)).await
}

/// A checked change of an app, on its way into the store. Absent when everything is as before.
fn change(
    app: &App,
    origin: &Origin,
    (found, before): (&grantry_store::app::App, AppVersion),
    checked: Checked,
) -> Option<edit::Change> {
    (checked.details != before.details)
        .then(|| edit::Change::new(app, origin, (found.clone(), before), checked))
}

/// The first version of an app.
fn first_version(app: &App, id: &AppId, details: AppDetails) -> NewVersion {
    let version = VersionId::new(app.clock.now(), app.random.bytes());
    NewVersion { id: version, app_id: id.clone(), details, created_by: None }
}

impl From<Faults> for Refused {
    fn from(faults: Faults) -> Self {
        Self::Faults(faults)
    }
}
