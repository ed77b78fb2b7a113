//! "Ask an admin": declining a member's wish for an app. Connecting the app grants every wish for it.

use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::id::{AccountId, ConnectionRequestId, PersonId};

use super::NotDone;
use crate::app::App;

/// Declines a wish of one of the account's members.
///
/// # Errors
/// [`NotDone::Missing`], or the store's.
pub async fn dismiss(
    app: &App,
    origin: &Origin,
    (account, wish): (&AccountId, &ConnectionRequestId),
    by: &PersonId,
) -> Result<(), NotDone> {
    app.store
        .write(app.clock.now(), |tx| async move {
            if !tx.dismiss_connection_request(account, wish, by).await? {
                return Err(NotDone::Missing);
            }
            let object = Object::new(ObjectKind::ConnectionRequest, wish.as_str(), "");
            tx.audit(origin, &Entry::new(account, Action::ConnectionRequestDismissed, object)).await?;
            Ok(())
        })
        .await
}
