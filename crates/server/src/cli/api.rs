//! `grantry api`: the secrets with which APIs ask about tokens.

use anyhow::bail;
use clap::Subcommand;
use grantry_oauth::protected_resource::ProtectedResource;
use grantry_oauth::scope::ScopeSet;
use grantry_store::audit::Origin;
use grantry_store::id::ApiSecretId;
use grantry_store::secret::ApiSecret;
use serde_json::{Value, json};

use super::answer::{Answer, STRONG, Table, shown};
use super::open;
use crate::app::App;
use crate::catalogue::api_secret;
use crate::config::DataFlags;
use crate::web::moment;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Print the protected resource metadata (RFC 9728) that an API serves, and where: it leads programs that know only
    /// the API's address to this server
    Metadata {
        /// The API's name, as `grantry scopes list` shows it
        #[arg(value_name = "NAME")]
        api: String,
    },
    /// Secrets with which an API asks about tokens (introspection)
    #[command(subcommand)]
    Secret(Secret),
}

#[derive(Debug, Subcommand)]
pub(super) enum Secret {
    /// Add a secret beside those that the API has, and print it: it is never shown again
    Add {
        /// The API's name, as `grantry scopes list` shows it
        #[arg(value_name = "NAME")]
        api: String,
        /// What the secret is for
        #[arg(long, value_name = "TEXT", default_value = "Introspection")]
        description: String,
    },
    /// List the secrets of an API: what they are for, never the secrets themselves
    List {
        #[arg(value_name = "NAME")]
        api: String,
    },
    /// Revoke a secret: the API is told nothing about tokens with it any more
    Revoke {
        /// The secret's id, as `list` shows it
        #[arg(value_name = "SECRET_ID")]
        secret: String,
    },
}

impl Verb {
    pub(super) async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        let app = open(data).await?;
        match self {
            Self::Metadata { api } => metadata(&app, &api).await,
            Self::Secret(Secret::Add { api, description }) => add(&app, &api, &description).await,
            Self::Secret(Secret::List { api }) => list(&app, &api).await,
            Self::Secret(Secret::Revoke { secret }) => revoke(&app, &secret).await,
        }
    }
}

/// One document for each resource. Only scopes for machines are in it: who reads it is a program that nobody here knows.
async fn metadata(app: &App, name: &str) -> anyhow::Result<Answer> {
    let catalogue = app.cached.catalogue().await?;
    let found = catalogue.rules.apis().iter().find(|api| api.name == name);
    let Some(api) = found else { bail!("there is no API {name}; `grantry scopes list` shows all") };
    let scopes: ScopeSet = api.scopes.iter().filter(|s| s.machine).map(|scope| scope.name.as_str()).collect();
    let title = catalogue.apis.iter().find(|api| api.name == name).map(|api| api.display_name.clone());
    let described = api.resources.iter().filter_map(|resource| {
        let document = ProtectedResource::new(resource, app.issuer()).asking_for(&scopes);
        let document = document.named(title.as_deref().unwrap_or(name));
        Some((document.location()?, document.challenge(None)?, document))
    });
    let described: Vec<_> = described.collect();
    let objects = described.iter().map(|(location, challenge, document)| {
        json!({ "location": location, "challenge": challenge, "document": document })
    });
    let mut answer = Answer::new(json!({ "resources": objects.collect::<Vec<_>>() }));
    if described.is_empty() {
        answer =
            answer.line(format!("The API {name} has no address: give it a `resource` in the catalogue."));
    }
    for (location, challenge, document) in &described {
        answer = answer
            .line(format!("{STRONG}{location}{STRONG:#}\n"))
            .line(serde_json::to_string_pretty(document)?)
            .line(format!("\nBeside every 401:\n\nWWW-Authenticate: {challenge}\n"));
    }
    Ok(answer)
}

async fn add(app: &App, api: &str, description: &str) -> anyhow::Result<Answer> {
    let added = api_secret::add(app, &Origin::command(), api, description).await?;
    let secret = added.secret.expose();
    Ok(Answer::new(json!({ "id": added.id, "api": api, "client_id": api, "client_secret": secret }))
        .line(format!("A new secret of the API {api} works now; the others go on working.\n"))
        .facts(&[
            ("Client ID", api.to_owned()),
            ("Client secret", format!("{STRONG}{secret}{STRONG:#}")),
        ])
        .line("\nThe API authenticates with both at the introspection endpoint. Store the secret now: it is never shown again."))
}

async fn list(app: &App, api: &str) -> anyhow::Result<Answer> {
    let secrets = api_secret::list(app, api).await?;
    let mut table = Table::new(&["id", "ends in", "description", "state", "created", "last used"]);
    for secret in &secrets {
        table.row([
            secret.id.to_string(),
            secret.hint.clone(),
            shown(&secret.description),
            secret.revoked_at.map_or_else(|| "works".to_owned(), |at| format!("revoked {}", moment::day(at))),
            moment::day(secret.created_at),
            secret.last_used_at.map_or_else(|| "never".to_owned(), moment::exact),
        ]);
    }
    let object = json!({ "secrets": secrets.iter().map(object).collect::<Vec<_>>() });
    Ok(Answer::new(object).table(&table, "This API has no secrets."))
}

fn object(secret: &ApiSecret) -> Value {
    json!({
        "id": secret.id,
        "description": secret.description,
        "hint": secret.hint,
        "created_at": moment::iso(secret.created_at),
        "last_used_at": secret.last_used_at.map(moment::iso),
        "revoked_at": secret.revoked_at.map(moment::iso),
    })
}

async fn revoke(app: &App, secret: &str) -> anyhow::Result<Answer> {
    let Some(id) = ApiSecretId::parse(secret) else { bail!("{secret:?} is no id of an API's secret") };
    api_secret::revoke(app, &Origin::command(), &id).await?;
    Ok(Answer::new(json!({ "id": id })).line(format!("The secret {id} is revoked.")))
}
