//! `grantry webhook`: where an app is told what happens to its connections.

use clap::Subcommand;
use grantry_store::audit::Origin;
use grantry_store::page::PageRequest;
use grantry_store::webhook_event::WebhookEvent;
use serde_json::{Value, json};

use super::answer::{Answer, STRONG, Table};
use super::app::{find, refused};
use super::open;
use crate::app::App;
use crate::apps::webhook;
use crate::config::DataFlags;
use crate::web::moment;

/// Events that `events` lists.
const ROWS: u32 = 100;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Set the address that is told; the first time this prints the signing secret
    Set {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
        /// The address: https, reachable from the internet
        #[arg(long, value_name = "URL")]
        url: String,
    },
    /// Show the webhook of an app
    Show {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
    },
    /// Make another signing secret and print it; for 24 hours the one before signs too
    Rotate {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
    },
    /// Let events wait
    Pause {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
    },
    /// Send events again, beginning with those that waited
    Resume {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
    },
    /// Send an event that says only that it is a test; a running server delivers it
    Test {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
    },
    /// List the latest events and what came of them
    Events {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
    },
    /// Send an event again
    Replay {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
        /// The event's id, as `events` shows it
        #[arg(value_name = "EVENT_ID")]
        event: String,
    },
    /// Remove the webhook with the events that wait for it
    Remove {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
    },
}

impl Verb {
    pub(super) async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        let app = open(data).await?;
        let origin = Origin::command();
        match self {
            Self::Set { client_id, url } => {
                let found = find(&app, &client_id).await?;
                let made = webhook::put(&app, &origin, (&found.account_id, &found.id), &url).await;
                let made = made.map_err(|why| refused("the webhook was not set", why))?;
                Ok(match made {
                    Some(secret) => secret_answer(&client_id, secret.expose()),
                    None => said(&client_id, "is told at that address now"),
                })
            }
            Self::Show { client_id } => show(&app, &client_id).await,
            Self::Rotate { client_id } => {
                let found = find(&app, &client_id).await?;
                let secret = webhook::rotate(&app, &origin, (&found.account_id, &found.id)).await;
                let secret = secret.map_err(|why| refused("no secret was made", why))?;
                Ok(secret_answer(&client_id, secret.expose()))
            }
            Self::Pause { client_id } => set_paused(&app, &client_id, true).await,
            Self::Resume { client_id } => set_paused(&app, &client_id, false).await,
            Self::Test { client_id } => {
                let found = find(&app, &client_id).await?;
                let id = webhook::test(&app, &origin, (&found.account_id, &found.id)).await;
                let id = id.map_err(|why| refused("nothing was sent", why))?;
                Ok(Answer::new(json!({ "id": id })).line(format!("{id} waits to be sent to {client_id}.")))
            }
            Self::Events { client_id } => events(&app, &client_id).await,
            Self::Replay { client_id, event } => {
                let found = find(&app, &client_id).await?;
                let own = (&found.account_id, &found.id);
                let replayed = webhook::replay(&app, &origin, own, &event).await;
                replayed.map_err(|why| refused("nothing was sent again", why))?;
                Ok(Answer::new(json!({ "id": event })).line(format!("{event} waits to be sent again.")))
            }
            Self::Remove { client_id } => {
                let found = find(&app, &client_id).await?;
                let removed = webhook::remove(&app, &origin, (&found.account_id, &found.id)).await;
                removed.map_err(|why| refused("no webhook was removed", why))?;
                Ok(said(&client_id, "is told nothing any more"))
            }
        }
    }
}

fn said(client_id: &str, what: &str) -> Answer {
    Answer::new(json!({ "client_id": client_id })).line(format!("{client_id} {what}."))
}

fn secret_answer(client_id: &str, secret: &str) -> Answer {
    Answer::new(json!({ "client_id": client_id, "webhook_secret": secret }))
        .line(format!("What {client_id} is told is signed with this secret.\n"))
        .facts(&[("Signing secret", format!("{STRONG}{secret}{STRONG:#}"))])
        .line("\nStore it now: it is never shown again.")
}

async fn set_paused(app: &App, client_id: &str, paused: bool) -> anyhow::Result<Answer> {
    let found = find(app, client_id).await?;
    let own = (&found.account_id, &found.id);
    let set = webhook::set_paused(app, &Origin::command(), own, paused).await;
    set.map_err(|why| refused("nothing was changed", why))?;
    Ok(said(client_id, if paused { "is told later" } else { "is told again" }))
}

async fn show(app: &App, client_id: &str) -> anyhow::Result<Answer> {
    let found = find(app, client_id).await?;
    let set = webhook::find(app, (&found.account_id, &found.id)).await;
    let set = set.map_err(|why| refused("nothing to show", why))?;
    let waiting = app.store.reader().count_waiting_webhook_events(&found.id).await?;
    let Some(set) = set else {
        let object = json!({ "client_id": client_id, "url": null });
        return Ok(Answer::new(object).line(format!("{client_id} has no webhook: `grantry webhook set`.")));
    };
    let object = json!({
        "client_id": client_id,
        "url": set.url,
        "state": set.state.as_str(),
        "waiting": waiting,
        "former_secret_until": set.former_until.map(moment::iso),
    });
    Ok(Answer::new(object).facts(&[
        ("URL", set.url.clone()),
        ("State", set.state.to_string()),
        ("Waiting", waiting.to_string()),
    ]))
}

async fn events(app: &App, client_id: &str) -> anyhow::Result<Answer> {
    let found = find(app, client_id).await?;
    let wanted = PageRequest::first(ROWS);
    let page = app.store.reader().list_webhook_events(&found.account_id, &found.id, &wanted).await?;
    let mut table = Table::new(&["id", "type", "happened", "attempts", "state"]);
    for event in &page.items {
        table.row([
            event.id.clone(),
            event.kind.to_string(),
            moment::exact(event.created_at),
            event.attempts.to_string(),
            state(event).to_owned(),
        ]);
    }
    let object = json!({ "events": page.items.iter().map(object).collect::<Vec<_>>() });
    Ok(Answer::new(object).table(&table, "Nothing happened yet that this app was to be told."))
}

fn state(event: &WebhookEvent) -> &'static str {
    match (event.next_attempt_at, event.taken_at) {
        (Some(_), _) => "waiting",
        (None, Some(_)) => "taken",
        (None, None) => "given up",
    }
}

fn object(event: &WebhookEvent) -> Value {
    json!({
        "id": event.id,
        "type": event.kind.as_str(),
        "created_at": moment::iso(event.created_at),
        "attempts": event.attempts,
        "state": state(event),
        "payload": serde_json::from_str::<Value>(&event.payload).unwrap_or_default(),
    })
}
