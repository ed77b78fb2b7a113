//! The app that a URL of its owner names: for the pages of every feature that is about one.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OriginalUri, Path};
use grantry_store::account::Account;
use grantry_store::app::{App as StoredApp, AppKind};
use grantry_store::app_version::AppDetails;
use grantry_store::id::{AccountId, AppId};
use http::request::Parts;

use super::{Versions, versions};
use crate::app::App;
use crate::web::{Actor, Problem, Words};

/// The app that a URL names, with its versions. Another account's app is as absent as a missing one.
#[derive(Debug)]
pub struct Own {
    pub(super) account: Account,
    pub(super) versions: Versions,
}

/// What an edit waits for when the app is approved, and when reviewers look at a version of it.
const WAITS_FOR_APPROVAL: &str = "apps-edit-approved";
const WAITS_FOR_REVIEW: &str = "apps-edit-submitted";

impl Own {
    pub(super) fn app(&self) -> &StoredApp {
        &self.versions.app
    }

    #[must_use]
    pub fn versions(&self) -> &Versions {
        &self.versions
    }

    /// What is live.
    pub(super) fn details(&self) -> &AppDetails {
        &self.versions.live.details
    }

    /// What use-cases name it by.
    #[must_use]
    pub fn of(&self) -> (&AccountId, &AppId) {
        (&self.account.id, &self.versions.app.id)
    }

    /// Its page.
    #[must_use]
    pub fn home(&self) -> String {
        home(self.versions.app.kind, &self.versions.app.id)
    }

    /// What an edit waits for, as the name of a sentence; empty when it is live at once.
    pub(super) fn waits(&self) -> &'static str {
        match (self.versions.submitted(), self.versions.is_reviewed()) {
            (Some(_), _) => WAITS_FOR_REVIEW,
            (None, true) => WAITS_FOR_APPROVAL,
            (None, false) => "",
        }
    }
}

impl FromRequestParts<Arc<App>> for Own {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let actor = Actor::from_request_parts(parts, app).await?;
        let account = actor.current()?.account.clone();
        let id = named(parts, "app").await.and_then(|id| AppId::parse(&id)).ok_or_else(Problem::not_found)?;
        let found = versions::find(app, &account.id, &id).await;
        let versions = found.map_err(|refused| refused.problem(Words::english()))?;
        let path = parts.extensions.get::<OriginalUri>().map_or(parts.uri.path(), |uri| uri.0.path());
        if !path.starts_with(root(versions.app.kind)) {
            return Err(Problem::not_found());
        }
        Ok(Self { account, versions })
    }
}

pub(super) async fn named(parts: &mut Parts, name: &str) -> Option<String> {
    let Path(mut named) = Path::<HashMap<String, String>>::from_request_parts(parts, &()).await.ok()?;
    named.remove(name)
}

/// Where the pages of apps of a kind begin.
pub(super) fn root(kind: AppKind) -> &'static str {
    match kind {
        AppKind::Store => "/apps/store-apps",
        AppKind::Custom => "/apps/custom-apps",
    }
}

/// The page of an app.
pub(super) fn home(kind: AppKind, id: &AppId) -> String {
    format!("{}/{id}", root(kind))
}
