//! The webhook of an app: where it is told what happens to its connections, with which secret that is signed, and sending
//! something again.

pub mod api;
pub mod deliver;
mod sign;

use std::time::Duration;

use grantry_oauth::redirect_uri;
use grantry_oauth::secret::Secret;
use grantry_store::Tx;
use grantry_store::app::App as StoredApp;
use grantry_store::audit::{Action, Entry, Origin};
use grantry_store::id::{AccountId, AppId};
use grantry_store::webhook::{Webhook, WebhookState};
use grantry_store::webhook_event::KEEPS_TRYING;
use serde_json::{Value, json};

use self::sign::SigningSecret;
use super::details::url_fault;
use super::{Fault, Refused, object};
use crate::app::App;

/// How long the secret before signs too, after another was made, unless its owner ends it.
pub const OVERLAP: Duration = Duration::from_hours(24);

/// An app of an account.
type Own<'a> = (&'a AccountId, &'a AppId);

/// The webhook of an app of the account.
///
/// # Errors
/// [`Refused::Missing`], or the store's.
pub async fn find(app: &App, (account, id): Own<'_>) -> Result<Option<Webhook>, Refused> {
    let reader = app.store.reader();
    reader.find_app(account, id).await?.ok_or(Refused::Missing)?;
    Ok(reader.find_webhook(account, id).await?)
}

/// Sets the address. The first time this makes the signing secret, which is answered.
///
/// # Errors
/// An address that is none, an app that the account does not have.
pub async fn put(
    app: &App,
    origin: &Origin,
    own: Own<'_>,
    typed: &str,
) -> Result<Option<Secret<String>>, Refused> {
    let typed = typed.trim_matches(' ');
    if typed.is_empty() {
        return Err(Fault::new("url", "webhook-fault-empty").into());
    }
    let url = redirect_uri::https_url(typed).map_err(|refused| url_fault("url", typed, refused))?;
    let secret_id = new_secret_id(app);
    let (to, id) = (&url, &secret_id);
    let is_new = app
        .store
        .write(app.clock.now(), |tx| async move {
            let found = lock(&tx, own).await?;
            let is_new = tx.insert_webhook(own.1, to, id).await?;
            if is_new || tx.set_webhook_url(own.1, to).await? {
                record(&tx, origin, (own.0, &found), (Action::WebhookSet, json!({ "url": to }))).await?;
            }
            Ok::<_, Refused>(is_new)
        })
        .await?;
    Ok(is_new.then(|| SigningSecret::new(&app.master_key, &secret_id).shown()))
}

/// Makes another signing secret. For [`OVERLAP`] the one before signs too.
///
/// # Errors
/// [`Refused::Missing`] without a webhook, [`Refused::Changed`] when somebody else was faster.
pub async fn rotate(app: &App, origin: &Origin, own: Own<'_>) -> Result<Secret<String>, Refused> {
    let (secret_id, now) = (new_secret_id(app), app.clock.now());
    let new = &secret_id;
    app.store
        .write(now, |tx| async move {
            let (found, before) = locked(&tx, own).await?;
            if !tx.rotate_webhook_secret(own.1, (&before.secret_id, new), now + OVERLAP).await? {
                return Err(Refused::Changed);
            }
            record(&tx, origin, (own.0, &found), (Action::WebhookSecretCreated, json!({}))).await
        })
        .await?;
    Ok(SigningSecret::new(&app.master_key, &secret_id).shown())
}

/// Stops signing with the secret before.
///
/// # Errors
/// [`Refused::Missing`] when there is none.
pub async fn end_former(app: &App, origin: &Origin, own: Own<'_>) -> Result<(), Refused> {
    app.store
        .write(app.clock.now(), |tx| async move {
            let (found, _) = locked(&tx, own).await?;
            if !tx.end_former_webhook_secret(own.1).await? {
                return Err(Refused::Missing);
            }
            record(&tx, origin, (own.0, &found), (Action::WebhookSecretEnded, json!({}))).await
        })
        .await
}

/// Lets events wait, or sends them again.
///
/// # Errors
/// [`Refused::Missing`] without a webhook.
pub async fn set_paused(app: &App, origin: &Origin, own: Own<'_>, paused: bool) -> Result<(), Refused> {
    let (state, action) = match paused {
        true => (WebhookState::Paused, Action::WebhookPaused),
        false => (WebhookState::Active, Action::WebhookResumed),
    };
    let now = app.clock.now();
    app.store
        .write(now, |tx| async move {
            let (found, _) = locked(&tx, own).await?;
            if tx.set_webhook_state(own.1, state, now + KEEPS_TRYING).await? {
                record(&tx, origin, (own.0, &found), (action, json!({}))).await?;
            }
            Ok(())
        })
        .await
}

/// Forgets the webhook with what waits for it.
///
/// # Errors
/// [`Refused::Missing`] without a webhook.
pub async fn remove(app: &App, origin: &Origin, own: Own<'_>) -> Result<(), Refused> {
    app.store
        .write(app.clock.now(), |tx| async move {
            let (found, before) = locked(&tx, own).await?;
            tx.delete_webhook(own.1).await?;
            let detail = json!({ "url": before.url });
            record(&tx, origin, (own.0, &found), (Action::WebhookRemoved, detail)).await
        })
        .await
}

/// Sends something that says only that it is a test, the way of everything else. Answers the event's id.
///
/// # Errors
/// [`Refused::Missing`] without a webhook.
pub async fn test(app: &App, origin: &Origin, own: Own<'_>) -> Result<String, Refused> {
    app.store
        .write(app.clock.now(), |tx| async move {
            let (found, _) = locked(&tx, own).await?;
            let event = tx.test_webhook(own.1, &json!({ "client_id": found.client_id })).await?;
            record(&tx, origin, (own.0, &found), (Action::WebhookTested, json!({ "event": event }))).await?;
            Ok(event)
        })
        .await
}

/// Sends an event again: the same id, so that whoever took it before can tell.
///
/// # Errors
/// [`Refused::Missing`] without such an event.
pub async fn replay(app: &App, origin: &Origin, own: Own<'_>, event: &str) -> Result<(), Refused> {
    app.store
        .write(app.clock.now(), |tx| async move {
            let (found, _) = locked(&tx, own).await?;
            if !tx.replay_webhook_event(own.1, event).await? {
                return Err(Refused::Missing);
            }
            record(&tx, origin, (own.0, &found), (Action::WebhookReplayed, json!({ "event": event }))).await
        })
        .await
}

fn new_secret_id(app: &App) -> String {
    app.random.bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn lock(tx: &Tx, (account, id): Own<'_>) -> Result<StoredApp, Refused> {
    if !tx.lock_app(account, id).await? {
        return Err(Refused::Missing);
    }
    tx.find_app(account, id).await?.ok_or(Refused::Missing)
}

async fn locked(tx: &Tx, own: Own<'_>) -> Result<(StoredApp, Webhook), Refused> {
    let found = lock(tx, own).await?;
    let webhook = tx.find_webhook(own.0, own.1).await?.ok_or(Refused::Missing)?;
    Ok((found, webhook))
}

async fn record(
    tx: &Tx,
    origin: &Origin,
    (account, found): (&AccountId, &StoredApp),
    (action, detail): (Action, Value),
) -> Result<(), Refused> {
    tx.audit(origin, &Entry::new(account, action, object(found)).with(detail)).await?;
    Ok(())
}
