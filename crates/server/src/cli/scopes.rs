//! `grantry scopes`: the scope catalogue, listed and imported from a file.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use grantry_store::audit::Origin;
use grantry_store::catalogue::{Api, ApiScope};
use serde_json::{Value, json};

use super::answer::{Answer, STRONG, Table, count, shown};
use super::{open, open_or_make};
use crate::app::App;
use crate::catalogue::{self, Others};
use crate::config::DataFlags;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List every API with its scopes
    List,
    /// Import a catalogue file: its APIs replace those of the same name, others stay
    Import {
        /// The catalogue (TOML); docs/guide/scopes.md describes it
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The file is the whole catalogue: APIs that it does not name go, unless one of their scopes is in use. The
        /// API `identity` stays, because it opens the server's own REST API
        #[arg(long)]
        replace_all: bool,
    },
}

impl Verb {
    pub(super) async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        match self {
            Self::List => list(&*open(data).await?).await,
            Self::Import { file, replace_all } => {
                let text = std::fs::read_to_string(&file);
                let text = text.with_context(|| format!("reading {}", file.display()))?;
                let app = open_or_make(data).await?;
                let apis = catalogue::parse(&text, app.clock.now());
                let apis = apis.with_context(|| format!("{} is no catalogue", file.display()))?;
                let others = if replace_all { Others::Go } else { Others::Stay };
                import(&app, &apis, others).await
            }
        }
    }
}

async fn import(app: &App, apis: &[Api], others: Others) -> anyhow::Result<Answer> {
    let done = catalogue::import(&app.store, &app.clock, &Origin::command(), (apis, others)).await?;
    let numbers = |number| i64::try_from(number).unwrap_or(i64::MAX);
    let (apis, scopes) = (numbers(done.apis), numbers(done.scopes));
    let said = format!("Imported {} with {}.", count(apis, "API"), count(scopes, "scope"));
    Ok(Answer::new(json!({ "apis": apis, "scopes": scopes })).line(said))
}

async fn list(app: &App) -> anyhow::Result<Answer> {
    let apis = app.store.reader().list_apis().await?;
    let object = json!({ "apis": apis.iter().map(api_object).collect::<Vec<_>>() });
    let mut answer = Answer::new(object);
    for (number, api) in apis.iter().enumerate() {
        let gap = if number == 0 { "" } else { "\n" };
        let name = shown(&api.display_name);
        answer = answer.line(format!("{gap}{STRONG}{name}{STRONG:#}  {}  {}", api.name, api.signing_alg));
        let mut table = Table::new(&["scope", "sentence at consent", "notes"]);
        for scope in &api.scopes {
            table.row([scope.name.clone(), shown(&scope.display_name), notes(scope)]);
        }
        answer = answer.table(&table, "No scopes.");
    }
    Ok(answer)
}

fn notes(scope: &ApiScope) -> String {
    let notes = [
        ("retired", scope.retired_at.is_some()),
        ("sensitive", scope.sensitive),
        ("internal", scope.internal),
        ("machine", scope.machine),
        ("default", scope.is_default),
    ];
    notes.iter().filter(|(_, is)| *is).map(|(note, _)| *note).collect::<Vec<_>>().join(", ")
}

fn api_object(api: &Api) -> Value {
    let scopes = api.scopes.iter().map(|scope| {
        json!({
            "name": scope.name,
            "display_name": scope.display_name,
            "description": scope.description,
            "sensitive": scope.sensitive,
            "machine": scope.machine,
            "default": scope.is_default,
            "internal": scope.internal,
            "retired": scope.retired_at.is_some(),
        })
    });
    json!({
        "name": api.name,
        "display_name": api.display_name,
        "token_format": api.token_format,
        "signing_alg": api.signing_alg,
        "resource": api.resources,
        "scopes": scopes.collect::<Vec<_>>(),
    })
}
