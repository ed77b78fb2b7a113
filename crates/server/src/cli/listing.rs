//! `grantry listing`: what apps say of themselves in the store, and whether they are there.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Subcommand;
use grantry_store::app::App as StoredApp;
use grantry_store::audit::Origin;
use serde_json::{Map, Value, json};

use super::answer::{Answer, faults, shown};
use super::app::{find, refused};
use super::open;
use crate::app::App;
use crate::apps::Refused;
use crate::cached::shelf;
use crate::config::DataFlags;
use crate::storefront::edit::{self, picture};
use crate::storefront::publish::{self, Insist};
use crate::storefront::{RawListing, checklist};
use crate::web::moment;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Show the listing of a store app, and what it lacks
    Show {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
    },
    /// Save a TOML file as the draft of the listing; what the file leaves out is empty
    Set {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Publish the draft; the app must be approved and the listing complete
    Publish {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
    },
    /// Take an app out of the store; its draft and its connections stay
    Unpublish {
        #[arg(value_name = "CLIENT_ID")]
        client_id: String,
    },
}

impl Verb {
    pub(super) async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        let app = open(data).await?;
        match self {
            Self::Show { client_id } => show(&app, &find(&app, &client_id).await?).await,
            Self::Set { client_id, file } => set(&app, &find(&app, &client_id).await?, &file).await,
            Self::Publish { client_id } => {
                publish(&app, &find(&app, &client_id).await?, Insist::Complete).await
            }
            Self::Unpublish { client_id } => unpublish(&app, &find(&app, &client_id).await?).await,
        }
    }
}

/// A refusal in the words of the command line: a field is named as it stands in the file.
fn not_done(what: &str, why: Refused) -> anyhow::Error {
    if let Refused::Faults(found) = &why {
        return faults(what, found, |name| name.replacen("category", "categories", 1));
    }
    if matches!(why, Refused::Missing) {
        return anyhow!("only store apps have a listing").context(what.to_owned());
    }
    refused(what, why)
}

async fn show(app: &App, found: &StoredApp) -> anyhow::Result<Answer> {
    let listing = edit::find(app, &found.account_id, &found.id).await;
    let listing = listing.map_err(|why| not_done("there is nothing to show", why))?;
    let content = listing.content();
    let needs = checklist::needs(&content, &listing.version.details);
    let missing: Vec<&str> =
        needs.iter().filter(|need| need.is_required && !need.is_met).map(|need| need.key).collect();
    let time = |at: Option<grantry_oauth::time::Timestamp>| at.map(moment::iso);
    let published = listing.published.as_ref().map(|published| published.saved_at);
    let mut object = Map::new();
    object.insert("client_id".to_owned(), json!(found.client_id));
    object.insert("listing".to_owned(), json!(found.listing));
    object.extend(picture(&content).into_iter().map(|(name, value)| (name.to_owned(), value)));
    object.insert("saved_at".to_owned(), json!(time(listing.saved_at())));
    object.insert("published_at".to_owned(), json!(time(published)));
    object.insert("has_unpublished_changes".to_owned(), json!(listing.has_changes()));
    object.insert("missing".to_owned(), json!(missing));
    let said = |value: &Value| match value {
        Value::String(text) => shown(text),
        Value::Array(list) => {
            let entry = |one: &Value| one.as_str().map_or_else(|| one.to_string(), shown);
            list.iter().map(entry).collect::<Vec<_>>().join(", ")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    };
    let facts: Vec<(&str, String)> = picture(&content)
        .into_iter()
        .map(|(name, value)| (name, said(&value)))
        .chain([("listing", found.listing.to_string()), ("missing", missing.join(", "))])
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let title = shelf::title(&listing.version.details.name, &content.title);
    Ok(Answer::new(Value::Object(object)).line(shown(title)).facts(&facts))
}

async fn set(app: &App, found: &StoredApp, file: &Path) -> anyhow::Result<Answer> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let raw: RawListing = toml::from_str(&text).with_context(|| file.display().to_string())?;
    let of = (&found.account_id, &found.id);
    let changed = edit::save(app, &Origin::command(), of, &raw, None).await;
    let changed = changed.map_err(|why| not_done("nothing was saved", why))?;
    let said = if changed {
        "The draft is saved; `grantry listing publish` shows it."
    } else {
        "The draft says that already."
    };
    Ok(Answer::new(json!({ "client_id": found.client_id, "changed": changed })).line(said))
}

/// Shows an app in the store. `grantry app publish` does it, too, whether the listing is complete or not.
pub(super) async fn publish(app: &App, found: &StoredApp, insist: Insist) -> anyhow::Result<Answer> {
    let client_id = &found.client_id;
    let of = (&found.account_id, &found.id);
    let published = match publish::publish(app, &Origin::command(), of, insist).await {
        Err(Refused::OtherState) => Err(anyhow!(
            "{client_id} is not approved, so it cannot be published: `grantry app approve {client_id}` first"
        )),
        other => other.map_err(|why| not_done("nothing was published", why)),
    }?;
    let url = app.public_url.link(&shelf::path(client_id));
    let object = json!({
        "client_id": client_id,
        "state": published.state,
        "listing": published.listing,
        "url": url,
    });
    let line = format!("{client_id} is {} and {}: {url}", published.state, published.listing);
    Ok(Answer::new(object).line(line))
}

async fn unpublish(app: &App, found: &StoredApp) -> anyhow::Result<Answer> {
    let of = (&found.account_id, &found.id);
    let taken = publish::unpublish(app, &Origin::command(), of).await;
    let taken = taken.map_err(|why| not_done("nothing was changed", why))?;
    let object = json!({ "client_id": found.client_id, "state": taken.state, "listing": taken.listing });
    Ok(Answer::new(object).line(format!("{} is not in the store; it is {}.", found.client_id, taken.listing)))
}
