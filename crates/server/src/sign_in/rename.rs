//! A person's own name, which every account that they belong to sees.

use grantry_oauth::display_text;
use grantry_store::Error;
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use serde_json::json;

use super::register::{Fault, LONGEST_NAME};
use crate::app::App;
use crate::web::visitor::Actor;

/// Why a name was not changed.
#[derive(Debug, thiserror::Error)]
pub enum NotRenamed {
    /// Every field that is wrong, in the order of the form.
    #[error("some fields need another look")]
    Faults(Vec<(&'static str, Fault)>),
    #[error(transparent)]
    Store(#[from] Error),
}

/// Changes the name of whoever is signed in.
///
/// # Errors
/// [`NotRenamed`].
pub async fn rename(
    app: &App,
    actor: &Actor,
    (first, last): (&str, &str),
    origin: &Origin,
) -> Result<(), NotRenamed> {
    let mut faults = Vec::new();
    let mut read = |field, raw| {
        display_text::register(raw, LONGEST_NAME).unwrap_or_else(|problem| {
            faults.push((field, Fault::Name(problem)));
            String::new()
        })
    };
    let (first, last) = (&read("first_name", first), &read("last_name", last));
    if !faults.is_empty() {
        return Err(NotRenamed::Faults(faults));
    }
    let person = &actor.person;
    app.store
        .write(app.clock.now(), |tx| async move {
            if (first, last) == (&person.first_name, &person.last_name) {
                return Ok(());
            }
            tx.rename_person(&person.id, first, last).await?;
            let about = Object::new(ObjectKind::Person, person.id.as_str(), &person.email);
            let detail = json!({
                "before": { "first_name": person.first_name, "last_name": person.last_name },
                "after": { "first_name": first, "last_name": last },
            });
            let entry = Entry::new(&person.id, Action::PersonUpdated, about);
            tx.audit(origin, &entry.with(detail)).await?;
            Ok(())
        })
        .await
}
