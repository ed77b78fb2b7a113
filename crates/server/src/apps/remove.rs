//! Deleting an app, and what that ends, in numbers.

use grantry_store::Error;
use grantry_store::audit::{Action, Entry, Origin};
use grantry_store::id::{AccountId, AppId};
use serde_json::json;

use super::register::person;
use super::{Refused, object};
use crate::app::App;

/// What stops working with an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Accounts that have connected it.
    pub connections: i64,
    /// People who have said yes to it.
    pub people: i64,
}

/// How far deleting an app reaches. The caller has found the app in its owner's account.
///
/// # Errors
/// The store's.
pub async fn reach(app: &App, id: &AppId) -> Result<Reach, Error> {
    let reader = app.store.reader();
    Ok(Reach {
        connections: reader.count_connected_accounts(id).await?,
        people: reader.count_connected_people(id).await?,
    })
}

/// Deletes an app of the account: its secrets, connections and tokens end at once, its code is never used again.
///
/// # Errors
/// [`Refused::Missing`], or the store's.
pub async fn remove(app: &App, origin: &Origin, (account, id): (&AccountId, &AppId)) -> Result<u64, Refused> {
    let (account, id, origin) = (account.clone(), id.clone(), origin.clone());
    let removing = app.store.write(app.clock.now(), |tx| async move {
        let found = tx.find_app(&account, &id).await?.ok_or(Refused::Missing)?;
        let ended = tx.delete_app(&account, &id, person(&origin).as_ref()).await?.ok_or(Refused::Missing)?;
        let entry = Entry::new(&account, Action::AppDeleted, object(&found));
        tx.audit(&origin, &entry.with(json!({ "connections": ended }))).await?;
        Ok(ended)
    });
    removing.await
}
