//! Ending sessions: by signing out, by an app's logout, from the list of sessions.

use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::session::Session;
use grantry_store::{Error, Tx};

use crate::app::App;

/// Ends a session on the server: the cookie is worth nothing from now on. `false` when it had ended already.
///
/// # Errors
/// The store's.
pub async fn end_session(app: &App, origin: &Origin, session: &Session) -> Result<bool, Error> {
    app.store.write(app.clock.now(), |tx| async move { end(&tx, origin, session).await }).await
}

/// The same within a transaction that does more.
pub(super) async fn end(tx: &Tx, origin: &Origin, session: &Session) -> Result<bool, Error> {
    let ended = tx.end_session(&session.id_hash).await?.is_some();
    if ended {
        let object = Object::new(ObjectKind::Session, session.sid.as_str(), &origin.actor.label);
        tx.audit(origin, &Entry::new(session.account_id.as_ref(), Action::SessionEnded, object)).await?;
    }
    Ok(ended)
}
