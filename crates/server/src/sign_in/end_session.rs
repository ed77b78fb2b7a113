//! Ending sessions: by signing out, by an app's logout, from the list of sessions.

use std::time::Duration;

use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::id::SessionId;
use grantry_store::session::Session;
use grantry_store::{Error, Tx};

use super::session::IDLE;
use crate::app::App;
use crate::web::visitor::Actor;

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
        // Somebody who signs in where another was signed in ends that one's session.
        let own = origin.actor.id == session.person_id.as_str();
        let label = if own { origin.actor.label.as_str() } else { "" };
        let object = Object::new(ObjectKind::Session, session.sid.as_str(), label);
        tx.audit(origin, &Entry::new(&session.person_id, Action::SessionEnded, object)).await?;
    }
    Ok(ended)
}

/// Ends one of a person's sessions by its public name. `false` when the person has no such session.
///
/// # Errors
/// The store's.
pub async fn end_by_name(app: &App, actor: &Actor, sid: &SessionId, origin: &Origin) -> Result<bool, Error> {
    app.store
        .write(app.clock.now(), |tx| async move {
            let ended = tx.end_session_by_sid(&actor.person.id, sid).await?;
            if ended {
                let object = Object::new(ObjectKind::Session, sid.as_str(), &actor.person.email);
                tx.audit(origin, &Entry::new(&actor.person.id, Action::SessionEnded, object)).await?;
            }
            Ok(ended)
        })
        .await
}

/// Sessions that are ended in one transaction.
const STEP: u32 = 100;

/// How much longer than [`IDLE`] a session must have been unused: when it was used last is written a little later, and
/// not exactly.
const SLACK: Duration = Duration::from_mins(5);

/// Ends sessions whose time is over. Their cookies were worth nothing before: this is for the apps that want to know, and
/// for what was given only as long as somebody is there.
///
/// # Errors
/// The store's.
pub async fn end_overdue(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    let idle_since = now - IDLE - SLACK;
    loop {
        let ending =
            app.store.write(now, |tx| async move { tx.end_overdue_sessions(idle_since, STEP).await });
        if ending.await? < STEP as usize {
            return Ok(());
        }
    }
}

/// Ends all of a person's sessions but the one that asks; says how many.
///
/// # Errors
/// The store's.
pub async fn end_others(app: &App, actor: &Actor, origin: &Origin) -> Result<usize, Error> {
    app.store
        .write(app.clock.now(), |tx| async move {
            let ended = tx.end_sessions(&actor.person.id, Some(&actor.session.sid)).await?;
            if ended > 0 {
                let object = Object::new(ObjectKind::Session, "", &actor.person.email);
                let entry = Entry::new(&actor.person.id, Action::SessionEnded, object);
                tx.audit(origin, &entry.with(serde_json::json!({ "others": ended }))).await?;
            }
            Ok(ended)
        })
        .await
}
