//! Telling apps that a session of one of their users has ended (OIDC Back-Channel Logout): written down with the end of
//! the session, told afterwards by whichever node is free, tried again a few times.

use std::sync::Arc;
use std::time::Duration;

use grantry_oauth::logout_token::LogoutToken;
use grantry_oauth::time::Timestamp;
use grantry_store::flow_event::{FlowStage, NewFlowEvent};
use grantry_store::session_app::SessionApp;
use grantry_store::{Change, ChangeKind, Error, Store};
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::JoinSet;

use crate::app::App;
use crate::cached::KnownApp;
use crate::outbound::Posted;

/// How long an app may take to answer.
const TIME: Duration = Duration::from_secs(5);

/// How long one node has an app to itself while it tells it.
const LEASE: Duration = Duration::from_secs(60);

/// Apps that are told at the same time: one that does not answer must not hold up the others.
const AT_ONCE: u32 = 16;

/// How often the store is looked at without being told: what is tried again.
const LOOK: Duration = Duration::from_secs(5);

/// The wait after each failed attempt; after the last one the app is given up. A little over half an hour in all: by then
/// most of the app's own sessions are over too.
const WAITS: [Duration; 4] = [
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(25 * 60),
];

/// Wakes this node when a session has ended, wherever that was.
#[derive(Debug)]
pub struct EndedSessions {
    heard: Arc<Notify>,
    /// Held while apps are told: on one node, one round at a time.
    turn: Mutex<()>,
}

impl EndedSessions {
    /// Begins to hear of them.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        let heard = Arc::new(Notify::new());
        let waking = Arc::clone(&heard);
        store.on_change(Arc::new(move |changes: &[Change]| {
            if changes.iter().any(|change| change.kind == ChangeKind::Session) {
                waking.notify_one();
            }
        }));
        Self { heard, turn: Mutex::new(()) }
    }
}

/// Tells whoever is due, until the server stops: a job.
pub async fn dispatch(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    loop {
        if let Err(error) = tell_due(&app).await {
            tracing::warn!(%error, "the apps of ended sessions could not be read: {error}");
        }
        tokio::select! {
            () = app.ended_sessions.heard.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
            _ = stopping.changed() => {}
        }
        if *stopping.borrow_and_update() {
            return;
        }
    }
}

/// Tells every app that is due now, once.
///
/// # Errors
/// The store's.
pub async fn tell_due(app: &Arc<App>) -> Result<(), Error> {
    let _turn = app.ended_sessions.turn.lock().await;
    loop {
        let due = app.store.reader().list_due_logouts(app.clock.now(), AT_ONCE).await?;
        if due.is_empty() {
            return Ok(());
        }
        let mut telling = JoinSet::new();
        for due in due {
            let app = Arc::clone(app);
            telling.spawn(async move { attempt(&app, &due).await });
        }
        while let Some(told) = telling.join_next().await {
            told.map_err(|broken| Error::Unavailable(broken.to_string()))??;
        }
    }
}

/// Why an app was not told.
struct Failed {
    said: String,
    /// Whether it makes sense to try again.
    passing: bool,
}

/// One attempt. A crash in the middle tells the app again after the lease: twice is better than never.
async fn attempt(app: &App, due: &SessionApp) -> Result<(), Error> {
    let now = app.clock.now();
    if !app.store.write(now, |tx| async move { tx.claim_logout(due, now + LEASE).await }).await? {
        return Ok(());
    }
    let known = app.cached.find_app(&due.client_id).await?.filter(|known| known.is_active());
    let told = match &known {
        Some(known) => tell(app, known, due).await,
        None => Err(Failed { said: "the app is suspended or deleted".to_owned(), passing: false }),
    };
    let now = app.clock.now();
    let Err(failed) = told else {
        return app.store.write(now, |tx| async move { tx.logout_told(due).await }).await;
    };
    let again = if failed.passing { next_attempt(due.attempts, now) } else { None };
    let (client_id, said) = (&due.client_id, failed.said.as_str());
    tracing::warn!(client_id, gives_up = again.is_none(), "an app was not told of a logout: {said}");
    if let (None, Some(known)) = (again, &known) {
        let event = event(app, known, said, now);
        app.flow_log.note(event, "an app could not be told that a session has ended", now);
    }
    app.store.write(now, |tx| async move { tx.logout_failed(due, said, again).await }).await
}

/// Back-Channel Logout §2.5: a POST with the token, to the address that the app has registered by now.
async fn tell(app: &App, known: &KnownApp, due: &SessionApp) -> Result<(), Failed> {
    let passing = |said: String| Failed { said, passing: true };
    let lasting = |said: String| Failed { said, passing: false };
    let uri = known.version.details.backchannel_logout_uri.as_deref();
    let uri = uri.ok_or_else(|| lasting("it has no address for that any more".to_owned()))?;
    let token = LogoutToken {
        issuer: app.issuer(),
        client_id: &known.client.client_id,
        subject: &due.subject,
        session_id: due.sid.as_str(),
        issued_at: app.clock.now(),
        random: app.random.bytes(),
    };
    // §2.4: signed as the app's ID tokens are.
    let key = app.keys.signer(known.client.id_token_alg).await.map_err(|error| passing(error.to_string()))?;
    let token = token.sign(&key).map_err(|error| passing(error.to_string()))?;
    match app.outbound.post(uri, Posted::form(&[("logout_token", &token)]), TIME).await {
        // §2.8: 200; frameworks that answer without a body say 204.
        Ok(200 | 204) => Ok(()),
        Ok(status @ (408 | 429 | 500..)) => Err(passing(format!("the answer's status is {status}"))),
        Ok(status) => Err(lasting(format!("the answer's status is {status}"))),
        Err(why) => Err(passing(why.to_string())),
    }
}

fn next_attempt(attempts_before: i64, now: Timestamp) -> Option<Timestamp> {
    let wait = WAITS.get(usize::try_from(attempts_before).ok()?)?;
    Some(now + *wait)
}

/// What the owner of the app is told.
fn event(app: &App, known: &KnownApp, said: &str, now: Timestamp) -> NewFlowEvent {
    NewFlowEvent {
        request_id: app.random.request_id(now),
        account_id: known.app.account_id.clone(),
        app_id: Some(known.app.id.clone()),
        stage: FlowStage::Logout,
        error: "logout_not_delivered".to_owned(),
        hint: format!("the app could not be told that a session has ended: {said}"),
        detail: serde_json::json!({ "uri": known.version.details.backchannel_logout_uri }).to_string(),
    }
}
