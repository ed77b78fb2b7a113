//! `grantry registration`: the tokens with which programs may register themselves, and the apps that came of it.

use anyhow::bail;
use clap::Subcommand;
use grantry_store::audit::Origin;
use grantry_store::id::RegistrationTokenId;
use grantry_store::machine::{MachineFilter, MachineOrigin, MachineSummary, RegistrationToken};
use grantry_store::page::PageRequest;
use serde_json::{Value, json};

use super::answer::{Answer, STRONG, Table, faults, shown};
use super::open;
use crate::app::App;
use crate::apps::{Refused, secrets};
use crate::config::{DataFlags, RegistrationMode};
use crate::registration::tokens::{self, Wanted};
use crate::web::moment;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Initial access tokens: with one, a program may register an app without a person
    #[command(subcommand)]
    Token(Token),
    /// List the apps that registered themselves or are described by a document, the last used first
    Apps {
        /// Only those that came so: token, open or document
        #[arg(long, value_name = "ORIGIN", value_parser = origin)]
        origin: Option<MachineOrigin>,
        /// Only those whose name or client ID contains this
        #[arg(long, value_name = "TEXT", default_value = "")]
        search: String,
        /// Only those that nobody uses: what `registration.unused` is about
        #[arg(long)]
        unused: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Make a token and print it: it is never shown again
    Create {
        /// Whom the token is for
        #[arg(long, value_name = "TEXT", default_value = "Command line")]
        description: String,
        /// The last day on which it works, such as 2027-01-31
        #[arg(long, value_name = "DAY", default_value = "")]
        expires: String,
        /// How many apps it may register; any number without it
        #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
        uses: Option<u32>,
    },
    /// List the tokens: whom they are for, never the tokens themselves
    List,
    /// Revoke a token; the apps that were registered with it go on working
    Revoke {
        /// The token's id, as `list` shows it
        #[arg(value_name = "TOKEN_ID")]
        token: String,
    },
}

impl Verb {
    pub(super) async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        let app = open(data).await?;
        match self {
            Self::Token(Token::Create { description, expires, uses }) => {
                create(&app, description, &expires, uses).await
            }
            Self::Token(Token::List) => list(&app).await,
            Self::Token(Token::Revoke { token }) => revoke(&app, &token).await,
            Self::Apps { origin, search, unused } => {
                let filter = MachineFilter { origin, search: Some(search), unused };
                apps(&app, &filter).await
            }
        }
    }
}

fn origin(text: &str) -> Result<MachineOrigin, String> {
    MachineOrigin::parse(text).ok_or_else(|| "it is token, open or document".to_owned())
}

/// Apps that are shown at most; the pages show all.
const MOST_APPS: u32 = 200;

async fn apps(app: &App, filter: &MachineFilter) -> anyhow::Result<Answer> {
    let now = app.clock.now();
    let idle_since = now - app.config.registration.unused_after;
    let first = PageRequest::first(MOST_APPS);
    let found = app.store.reader().list_machine_apps(filter, (idle_since, now), &first).await?;
    let mut table =
        Table::new(&["client id", "name", "origin", "state", "connections", "last used", "unused"]);
    for one in &found.items {
        table.row([
            one.app.client_id.clone(),
            shown(&one.name),
            one.origin.to_string(),
            one.app.state.to_string(),
            one.connections.to_string(),
            moment::exact(one.last_used_at),
            if one.is_unused { "yes" } else { "" }.to_owned(),
        ]);
    }
    let object = |one: &MachineSummary| {
        json!({
            "client_id": one.app.client_id,
            "name": one.name,
            "origin": one.origin,
            "state": one.app.state,
            "connections": one.connections,
            "last_used_at": moment::iso(one.last_used_at),
            "unused": one.is_unused,
        })
    };
    let objects = found.items.iter().map(object).collect::<Vec<_>>();
    let answer = Answer::new(json!({ "apps": objects, "complete": found.next.is_none() }));
    Ok(answer.table(&table, "No app registered itself."))
}

async fn create(app: &App, description: String, expires: &str, uses: Option<u32>) -> anyhow::Result<Answer> {
    let expires_at = secrets::end_of_day(expires, app.clock.now()).map_err(|fault| refused(fault.into()))?;
    let wanted = Wanted { description, expires_at, uses };
    let created = tokens::create(app, &Origin::command(), &wanted).await.map_err(refused)?;
    let token = created.token.expose();
    let answer = Answer::new(json!({ "id": created.id, "token": token }))
        .line("A program that sends this token may register itself:\n")
        .facts(&[
            ("Token", format!("{STRONG}{token}{STRONG:#}")),
            ("Where", format!("{}/connect/register", app.issuer())),
        ])
        .line("\nStore it now: it is never shown again.");
    Ok(match app.config.registration.mode {
        RegistrationMode::Off => {
            answer.line("Registration is off: set `registration.mode` to \"token\" first.")
        }
        RegistrationMode::Token | RegistrationMode::Open => answer,
    })
}

fn refused(why: Refused) -> anyhow::Error {
    if let Refused::Faults(list) = &why {
        return faults("no token was made", list, |field| {
            format!("--{}", field.trim_start_matches("secret_"))
        });
    }
    anyhow::anyhow!(why)
}

async fn list(app: &App) -> anyhow::Result<Answer> {
    let tokens = tokens::list(app).await?;
    let mut table = Table::new(&["id", "description", "state", "uses left", "apps", "created", "last used"]);
    for token in &tokens {
        table.row([
            token.id.to_string(),
            shown(&token.description),
            state(app, token),
            token.uses_left.map_or_else(|| "any".to_owned(), |left| left.to_string()),
            token.apps.to_string(),
            moment::day(token.created_at),
            token.last_used_at.map_or_else(|| "never".to_owned(), moment::exact),
        ]);
    }
    let object = json!({ "tokens": tokens.iter().map(object).collect::<Vec<_>>() });
    Ok(Answer::new(object).table(&table, "There are no initial access tokens."))
}

fn state(app: &App, token: &RegistrationToken) -> String {
    match (token.revoked_at, token.expires_at) {
        (Some(at), _) => format!("revoked {}", moment::day(at)),
        (None, Some(at)) if at <= app.clock.now() => format!("expired {}", moment::day(at)),
        (None, Some(at)) => format!("works until {}", moment::exact(at)),
        (None, None) => "works".to_owned(),
    }
}

fn object(token: &RegistrationToken) -> Value {
    json!({
        "id": token.id,
        "description": token.description,
        "created_at": moment::iso(token.created_at),
        "expires_at": token.expires_at.map(moment::iso),
        "uses_left": token.uses_left,
        "apps": token.apps,
        "last_used_at": token.last_used_at.map(moment::iso),
        "revoked_at": token.revoked_at.map(moment::iso),
    })
}

async fn revoke(app: &App, token: &str) -> anyhow::Result<Answer> {
    let missing =
        || format!("there is no working token {token}; `grantry registration token list` shows all");
    let Some(id) = RegistrationTokenId::parse(token) else { bail!(missing()) };
    match tokens::revoke(app, &Origin::command(), &id).await {
        Ok(()) => {}
        Err(Refused::Missing) => bail!(missing()),
        Err(why) => return Err(refused(why)),
    }
    Ok(Answer::new(json!({ "id": id }))
        .line(format!("The token {id} is revoked: nothing is registered with it any more.")))
}
