//! `grantry keys`: the signing keys and their rotation.

use clap::Subcommand;
use grantry_store::audit::Origin;
use grantry_store::signing_key::SigningKey;
use serde_json::{Value, json};

use super::answer::{Answer, Table};
use super::open;
use crate::app::App;
use crate::config::DataFlags;
use crate::keys;
use crate::web::moment;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List the keys that sign, will sign, or signed what is still valid
    List,
    /// Publish a successor of every key; it takes over a day later
    Rotate,
}

impl Verb {
    pub(super) async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        let app = open(data).await?;
        match self {
            Self::List => list(&app).await,
            Self::Rotate => rotate(&app).await,
        }
    }
}

async fn list(app: &App) -> anyhow::Result<Answer> {
    let keys = app.store.reader().list_signing_keys().await?;
    let mut table = Table::new(&["kid", "algorithm", "state", "signs from", "published until"]);
    for key in &keys {
        table.row([
            key.kid.clone(),
            key.alg.clone(),
            key.state.to_string(),
            moment::exact(key.activates_at),
            key.retires_at.map(moment::exact).unwrap_or_default(),
        ]);
    }
    let object = json!({ "keys": keys.iter().map(object).collect::<Vec<_>>() });
    Ok(Answer::new(object).table(&table, "No key yet: the server makes them at its first start."))
}

fn object(key: &SigningKey) -> Value {
    json!({
        "kid": key.kid,
        "alg": key.alg,
        "state": key.state,
        "created_at": moment::iso(key.created_at),
        "activates_at": moment::iso(key.activates_at),
        "retires_at": key.retires_at.map(moment::iso),
    })
}

async fn rotate(app: &App) -> anyhow::Result<Answer> {
    let next = keys::rotate(&app.keys, &Origin::command()).await?;
    if next.is_empty() {
        let none = "No key signs yet: the server makes the first ones at its first start.";
        return Ok(Answer::new(json!({ "keys": [] })).line(none));
    }
    let objects: Vec<Value> = next
        .iter()
        .map(|key| json!({ "kid": key.kid, "alg": key.alg, "activates_at": moment::iso(key.activates_at) }))
        .collect();
    let mut table = Table::new(&["kid", "algorithm", "takes over"]);
    for key in &next {
        table.row([key.kid.clone(), key.alg.clone(), moment::exact(key.activates_at)]);
    }
    Ok(Answer::new(json!({ "keys": objects }))
        .table(&table, "")
        .line("\nThe new keys are published now, so that everybody knows them before they sign."))
}
