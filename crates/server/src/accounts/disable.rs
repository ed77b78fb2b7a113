//! Disabling a person everywhere, and enabling them again.

use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::person::{Person, PersonState};

use super::Refused;
use crate::app::App;

/// Disables somebody: their sessions end, they cannot sign in, and apps get nothing for them. Never the last person who
/// can operate the server.
///
/// # Errors
/// Somebody who is disabled already, or the last operator.
pub async fn disable(app: &App, origin: &Origin, person: &Person) -> Result<(), Refused> {
    set_state(app, origin, person, PersonState::Disabled).await
}

/// Lets somebody in again who was disabled.
///
/// # Errors
/// Somebody who is not disabled.
pub async fn enable(app: &App, origin: &Origin, person: &Person) -> Result<(), Refused> {
    set_state(app, origin, person, PersonState::Active).await
}

async fn set_state(app: &App, origin: &Origin, person: &Person, state: PersonState) -> Result<(), Refused> {
    app.store
        .write(app.clock.now(), |tx| async move {
            let operated = tx.operator_exists().await?;
            if !tx.set_person_state(&person.id, state).await? {
                return Err(Refused::OtherState);
            }
            if operated && !tx.operator_exists().await? {
                return Err(Refused::LastOperator);
            }
            let action = match state {
                PersonState::Disabled => Action::PersonDisabled,
                PersonState::Active => Action::PersonEnabled,
            };
            if state == PersonState::Disabled {
                tx.end_sessions(&person.id, None).await?;
            }
            // The operator's act, and something that the person may read about their sign-in.
            let object = Object::new(ObjectKind::Person, person.id.as_str(), &person.email);
            tx.audit(origin, &Entry::new(None, action, object.clone())).await?;
            tx.audit(origin, &Entry::new(&person.id, action, object)).await?;
            Ok(())
        })
        .await
}
