//! Apps that registered themselves and that nobody uses: first somebody is told, then, where that is wanted, they go.

use grantry_store::Error;
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::machine::UnusedApp;
use serde_json::json;

use crate::app::App;
use crate::config::Unused;
use crate::web::moment;

/// Apps in one run; what is left comes next time.
const STEP: u32 = 100;

/// Does with unused apps what the configuration says. Says how many.
///
/// # Errors
/// The store's.
pub async fn tidy(app: &App) -> Result<usize, Error> {
    let settings = &app.config.registration;
    let now = app.clock.now();
    let idle_since = now - settings.unused_after;
    let reader = app.store.reader();
    let mut done = 0;
    let unsaid = match settings.unused {
        Unused::Keep => return Ok(0),
        Unused::Observe => true,
        Unused::Remove => false,
    };
    for unused in reader.list_unused_machine_apps((idle_since, now), unsaid, STEP).await? {
        let changed = app.store.write(now, |tx| async move {
            let (action, changed) = if unsaid {
                (Action::AppUnused, tx.note_unused(&unused.app.id).await?)
            } else {
                (Action::AppForgotten, tx.forget_machine_app(&unused.app.id, idle_since).await?)
            };
            if changed {
                tx.audit(&Origin::server(), &entry(&unused, action)).await?;
            }
            Ok::<_, Error>(changed)
        });
        match changed.await {
            Ok(changed) => done += usize::from(changed),
            // One that something still hangs on must not keep the others.
            Err(Error::Conflict(what)) => {
                tracing::warn!(what, "an unused app could not be forgotten: {what}");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

fn entry(unused: &UnusedApp, action: Action) -> Entry<'_> {
    let object = Object::new(ObjectKind::App, unused.app.id.as_str(), &unused.app.client_id);
    Entry::new(&unused.app.account_id, action, object)
        .with(json!({ "last_used_at": moment::iso(unused.last_used_at) }))
}
