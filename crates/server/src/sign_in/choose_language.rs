//! The language in which a person reads pages and mails.

use grantry_store::Error;
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};

use crate::app::App;
use crate::web::Words;
use crate::web::visitor::Actor;

/// Sets the language; what there are no words for stands for the browser's own choice.
///
/// # Errors
/// The store's.
pub async fn choose_language(app: &App, actor: &Actor, tag: &str, origin: &Origin) -> Result<(), Error> {
    let chosen = Words::tags().into_iter().find(|known| *known == tag);
    let person = &actor.person;
    app.store
        .write(app.clock.now(), |tx| async move {
            tx.set_locale(&person.id, chosen).await?;
            let about = Object::new(ObjectKind::Person, person.id.as_str(), &person.email);
            let detail = serde_json::json!({ "locale": { "before": person.locale, "after": chosen } });
            let entry = Entry::new(&person.id, Action::PersonUpdated, about);
            tx.audit(origin, &entry.with(detail)).await
        })
        .await
}
