//! Telling apps what happened to their connections: written down with the change, sent afterwards by whichever node is
//! free, tried again for three days. What concerns one connection arrives in its order.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use grantry_oauth::time::Timestamp;
use grantry_store::audit::{Action, Entry, Origin};
use grantry_store::id::AppId;
use grantry_store::webhook::{Webhook, WebhookState};
use grantry_store::webhook_event::{KEEPS_TRYING, WebhookAttempt, WebhookEvent};
use grantry_store::{Change, ChangeKind, Error, Store};
use serde_json::json;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::sign::{self, SigningSecret};
use crate::app::App;
use crate::apps::object;
use crate::outbound::Posted;

/// How long an app may take to answer.
const TIME: Duration = Duration::from_secs(10);

/// How long one node has an event to itself while it sends it.
const LEASE: Duration = Duration::from_secs(60);

/// Events on their way at the same time, of all apps and of one.
const AT_ONCE: usize = 32;
const OF_EACH: u32 = 4;

/// How often the store is looked at without being told: what is tried again.
const LOOK: Duration = Duration::from_secs(5);

/// The shortest and the longest wait between two attempts. In between, the wait is as long as it was tried already, so
/// it doubles: about twenty attempts in three days.
const SHORTEST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_hours(8);

/// Wakes this node when there is something to tell, wherever that was written.
#[derive(Debug)]
pub struct Waiting(Arc<Notify>);

impl Waiting {
    /// Begins to hear of it.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        let heard = Arc::new(Notify::new());
        let waking = Arc::clone(&heard);
        store.on_change(Arc::new(move |changes: &[Change]| {
            if changes.iter().any(|change| change.kind == ChangeKind::Webhook) {
                waking.notify_one();
            }
        }));
        Self(heard)
    }
}

/// Sends whatever is due, until the server stops: a job. What is on its way then is waited for.
pub async fn dispatch(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    let mut sending = JoinSet::new();
    let mut of_app: HashMap<AppId, u32> = HashMap::new();
    while !*stopping.borrow_and_update() {
        if let Err(error) = send_due(&app, &mut sending, &mut of_app).await {
            tracing::warn!(%error, "what apps are to be told could not be read: {error}");
        }
        tokio::select! {
            () = app.webhooks.0.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
            _ = stopping.changed() => {}
            Some(sent) = sending.join_next() => done(sent, &mut of_app),
        }
    }
    while let Some(sent) = sending.join_next().await {
        done(sent, &mut of_app);
    }
}

type Sent = Result<(AppId, Result<(), Error>), tokio::task::JoinError>;

fn done(sent: Sent, of_app: &mut HashMap<AppId, u32>) {
    match sent {
        Ok((app, sent)) => {
            if let Some(on_their_way) = of_app.get_mut(&app) {
                *on_their_way = on_their_way.saturating_sub(1);
            }
            of_app.retain(|_, on_their_way| *on_their_way > 0);
            if let Err(error) = sent {
                tracing::warn!(%error, "what an app was told could not be written down: {error}");
            }
        }
        Err(broken) => tracing::error!(%broken, "sending to a webhook broke: {broken}"),
    }
}

/// Begins to send what is due, as far as there is room.
async fn send_due(
    app: &Arc<App>,
    sending: &mut JoinSet<(AppId, Result<(), Error>)>,
    of_app: &mut HashMap<AppId, u32>,
) -> Result<(), Error> {
    let room = u32::try_from(AT_ONCE.saturating_sub(sending.len())).unwrap_or_default();
    if room == 0 {
        return Ok(());
    }
    let due = app.store.reader().list_due_webhook_events(app.clock.now(), (OF_EACH, room)).await?;
    for (event, webhook) in due {
        let on_their_way = of_app.entry(event.app_id.clone()).or_default();
        if *on_their_way >= OF_EACH {
            continue;
        }
        // Claimed before the next look at the store, which would find it again.
        let Some(number) = claim(app, &event).await? else { continue };
        *on_their_way += 1;
        let app = Arc::clone(app);
        sending.spawn(async move {
            let sent = attempt(&app, &event, &webhook, number).await;
            (event.app_id, sent)
        });
    }
    Ok(())
}

async fn claim(app: &App, event: &WebhookEvent) -> Result<Option<i64>, Error> {
    let now = app.clock.now();
    app.store.write(now, |tx| async move { tx.claim_webhook_event(event, now + LEASE).await }).await
}

/// One attempt. A crash in the middle sends the event again after the lease: twice is better than never, and its id is
/// the same.
async fn attempt(app: &App, event: &WebhookEvent, webhook: &Webhook, number: i64) -> Result<(), Error> {
    let begun = app.clock.now();
    let secrets: Vec<_> = webhook
        .signing_secrets(begun)
        .into_iter()
        .map(|id| SigningSecret::new(&app.master_key, id))
        .collect();
    let posted = Posted {
        content_type: "application/json",
        headers: vec![
            ("webhook-id", event.id.clone()),
            ("webhook-timestamp", begun.seconds().to_string()),
            ("webhook-signature", sign::signatures(&secrets, &event.id, begun, &event.payload)),
        ],
        body: event.payload.clone(),
    };
    let (status, error) = match app.outbound.post(&webhook.url, posted, TIME).await {
        Ok(status @ 200..=299) => (Some(status), None),
        Ok(status) => (Some(status), Some(format!("the answer's status is {status}"))),
        Err(why) => (None, Some(why.to_string())),
    };
    let now = app.clock.now();
    let again = next_attempt(event.give_up_at, now);
    if let Some(said) = &error {
        let app_id = event.app_id.as_str();
        tracing::info!(app_id, gives_up = again.is_none(), "a webhook did not take an event: {said}");
    }
    let came_of_it = WebhookAttempt {
        number,
        at: begun,
        took_ms: i64::try_from(now.since(begun).as_millis()).unwrap_or(i64::MAX),
        status: status.map(i64::from),
        error,
    };
    let origin = Origin::server();
    app.store
        .write(now, |tx| async move {
            tx.webhook_attempted(&event.id, &came_of_it, again).await?;
            // RFC 9110 §15.5.11: gone for good. What waits is kept for when the owner gives another address.
            if status == Some(410)
                && tx.set_webhook_state(&event.app_id, WebhookState::Gone, now).await?
                && let Some(found) = tx.find_registered_app_by_id(&event.app_id).await?
            {
                let entry = Entry::new(&found.owner.id, Action::WebhookPaused, object(&found.app));
                tx.audit(&origin, &entry.with(json!({ "status": 410 }))).await?;
            }
            Ok(())
        })
        .await
}

/// When to try again; `None` when it was tried long enough.
fn next_attempt(give_up_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let tried_for = now.since(give_up_at - KEEPS_TRYING);
    let again = now + tried_for.clamp(SHORTEST_WAIT, LONGEST_WAIT);
    (again <= give_up_at).then_some(again)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_with_the_time_that_it_was_tried_and_ends_after_three_days() {
        let born = Timestamp(1_800_000_000_000);
        let (mut now, mut attempts) = (born, 1);
        let mut waits = Vec::new();
        while let Some(again) = next_attempt(born + KEEPS_TRYING, now) {
            waits.push(again.since(now));
            (now, attempts) = (again, attempts + 1);
        }
        assert!(waits.is_sorted() && waits.first() == Some(&SHORTEST_WAIT));
        assert_eq!(waits.last(), Some(&LONGEST_WAIT));
        assert!((15..=25).contains(&attempts), "{attempts}");
        assert!(now.since(born) > Duration::from_hours(63) && now.since(born) <= KEEPS_TRYING);
    }
}
