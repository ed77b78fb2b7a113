//! The pages of the store: the public ones, and the one where an owner writes what they say.

pub mod listing;
pub mod store;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use grantry_store::account::Account;
use grantry_store::id::{AccountId, AppId};
use http::request::Parts;

use super::edit::{self, Listing};
use crate::app::App;
use crate::web::{Actor, Problem, Words};

/// The store app that a URL names, with its listing. Another account's app is as absent as a missing one.
#[derive(Debug)]
pub struct Own {
    account: Account,
    listing: Listing,
}

impl Own {
    fn of(&self) -> (&AccountId, &AppId) {
        (&self.account.id, &self.listing.app.id)
    }

    fn home(&self) -> String {
        format!("/apps/store-apps/{}", self.listing.app.id)
    }

    /// The page of the listing.
    fn path(&self) -> String {
        format!("{}/listing", self.home())
    }
}

impl FromRequestParts<Arc<App>> for Own {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let actor = Actor::from_request_parts(parts, app).await?;
        let account = actor.current()?.account.clone();
        let named = Path::<HashMap<String, String>>::from_request_parts(parts, app).await.ok();
        let id = named.and_then(|Path(mut named)| named.remove("app"));
        let id = id.and_then(|id| AppId::parse(&id)).ok_or_else(Problem::not_found)?;
        let listing = edit::find(app, &account.id, &id).await;
        let listing = listing.map_err(|refused| refused.problem(Words::english()))?;
        Ok(Self { account, listing })
    }
}
