//! `grantry secret`: client secrets of an app.

use anyhow::bail;
use clap::Subcommand;
use grantry_store::audit::Origin;
use grantry_store::id::SecretId;
use grantry_store::secret::AppSecret;
use serde_json::{Value, json};

use super::answer::{Answer, STRONG, Table, shown};
use super::app::{find, refused};
use super::open;
use crate::app::App;
use crate::apps::Refused;
use crate::apps::secrets::{self, RawSecret};
use crate::config::DataFlags;
use crate::web::moment;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Add a secret beside those that the app has, and print it: it is never shown again
    Add {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
        /// What the secret is for
        #[arg(long, value_name = "TEXT")]
        description: String,
        /// The last day on which it works, such as 2027-01-31
        #[arg(long, value_name = "DAY", default_value = "")]
        expires: String,
    },
    /// List the secrets of an app: what they are for and how they end, never the secrets themselves
    List {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
    },
    /// Revoke a secret: the app gets no token with it any more
    Revoke {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
        /// The secret's id, as `list` shows it
        #[arg(value_name = "SECRET_ID")]
        secret: String,
        /// Also when it is the last one that works
        #[arg(long)]
        even_the_last: bool,
    },
}

impl Verb {
    pub(super) async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        let app = open(data).await?;
        match self {
            Self::Add { client_id, description, expires } => {
                add(&app, &client_id, RawSecret { description, expires, id: None }).await
            }
            Self::List { client_id } => list(&app, &client_id).await,
            Self::Revoke { client_id, secret, even_the_last } => {
                revoke(&app, &client_id, &secret, even_the_last).await
            }
        }
    }
}

async fn add(app: &App, client_id: &str, raw: RawSecret) -> anyhow::Result<Answer> {
    let found = find(app, client_id).await?;
    let added = secrets::add(app, &Origin::command(), (&found.account_id, &found.id), &raw).await;
    let added = added.map_err(|why| refused("no secret was added", why))?;
    let secret = added.client_secret.expose();
    let object = json!({ "id": added.id, "client_id": added.client_id, "client_secret": secret });
    Ok(Answer::new(object)
        .line(format!("A new secret of {} works now; the others go on working.\n", added.client_id))
        .facts(&[
            ("Client ID", added.client_id.clone()),
            ("Client secret", format!("{STRONG}{secret}{STRONG:#}")),
        ])
        .line("\nStore it now: it is never shown again."))
}

async fn list(app: &App, client_id: &str) -> anyhow::Result<Answer> {
    let found = find(app, client_id).await?;
    let secrets = app.store.reader().list_secrets(&found.account_id, &found.id).await?;
    let mut table = Table::new(&["id", "ends in", "description", "state", "created", "last used"]);
    for secret in &secrets {
        table.row([
            secret.id.to_string(),
            secret.hint.clone(),
            shown(&secret.description),
            state(app, secret),
            moment::day(secret.created_at),
            secret.last_used_at.map_or_else(|| "never".to_owned(), moment::exact),
        ]);
    }
    let object = json!({ "secrets": secrets.iter().map(object).collect::<Vec<_>>() });
    Ok(Answer::new(object).table(&table, "This app has no secrets."))
}

fn state(app: &App, secret: &AppSecret) -> String {
    match (secret.revoked_at, secret.expires_at) {
        (Some(at), _) => format!("revoked {}", moment::day(at)),
        (None, Some(at)) if at.0 <= app.clock.now().0 => format!("expired {}", moment::day(at)),
        (None, Some(at)) => format!("works until {}", moment::exact(at)),
        (None, None) => "works".to_owned(),
    }
}

fn object(secret: &AppSecret) -> Value {
    json!({
        "id": secret.id,
        "description": secret.description,
        "hint": secret.hint,
        "created_at": moment::iso(secret.created_at),
        "expires_at": secret.expires_at.map(moment::iso),
        "last_used_at": secret.last_used_at.map(moment::iso),
        "revoked_at": secret.revoked_at.map(moment::iso),
    })
}

async fn revoke(app: &App, client_id: &str, secret: &str, even_the_last: bool) -> anyhow::Result<Answer> {
    let found = find(app, client_id).await?;
    let missing = || format!("{client_id} has no working secret {secret}; `grantry secret list {client_id}`");
    let Some(id) = SecretId::parse(secret) else { bail!(missing()) };
    let of = (&found.account_id, &found.id);
    match secrets::revoke(app, &Origin::command(), of, &id, even_the_last).await {
        Ok(()) => {}
        Err(Refused::Missing) => bail!(missing()),
        Err(Refused::LastSecret) => bail!(
            "this is the last secret of {client_id} that works: add another one first, or say --even-the-last"
        ),
        Err(why) => return Err(refused("the secret was not revoked", why)),
    }
    Ok(Answer::new(json!({ "id": id, "client_id": found.client_id }))
        .line(format!("The secret {id} is revoked: {} gets no token with it any more.", found.client_id)))
}
