//! `grantry account`: making and listing accounts.

use anyhow::anyhow;
use clap::Subcommand;
use grantry_store::account::{AccountFilter, AccountKind, AccountState, AccountSummary};
use grantry_store::audit::Origin;
use grantry_store::page::{LARGEST_PAGE, PageRequest};
use serde_json::{Value, json};

use super::answer::{Answer, Table, faults, shown};
use super::{account, open, open_or_make};
use crate::accounts::{self, RawAccount, Refused, suspend};
use crate::app::App;
use crate::config::DataFlags;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Make an account without members
    Create {
        /// Four to eight letters and digits, never changed or used again; chosen when left out
        #[arg(long, value_name = "CODE", default_value = "")]
        code: String,
        /// What people call it
        #[arg(long)]
        name: String,
        /// What it is for: developer, customer or operator
        #[arg(long, value_parser = kind)]
        kind: AccountKind,
    },
    /// List accounts
    List {
        /// Only accounts of this kind
        #[arg(long, value_parser = kind)]
        kind: Option<AccountKind>,
        /// Only accounts whose code or name contains this
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
    },
    /// Stop an account: nothing of it works until it is resumed, nothing is deleted
    Suspend {
        #[arg(value_name = "CODE")]
        code: String,
    },
    /// Let a suspended account work again
    Resume {
        #[arg(value_name = "CODE")]
        code: String,
    },
}

fn kind(word: &str) -> Result<AccountKind, String> {
    let found = AccountKind::parse(word).filter(|kind| *kind != AccountKind::SelfRegistered);
    found.ok_or_else(|| "it is developer, customer or operator".to_owned())
}

impl Verb {
    pub(super) async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        match self {
            Self::Create { code, name, kind } => {
                let app = open_or_make(data).await?;
                create(&app, RawAccount { code: &code, name: &name, kind }).await
            }
            Self::Suspend { code } => stand(&*open(data).await?, &code, AccountState::Suspended).await,
            Self::Resume { code } => stand(&*open(data).await?, &code, AccountState::Active).await,
            Self::List { kind, search } => list(&*open(data).await?, AccountFilter { kind, search }).await,
        }
    }
}

/// A refusal of a use-case in the words of the command line.
pub(super) fn refused(what: &str, why: Refused) -> anyhow::Error {
    if let Refused::Faults(found) = &why {
        return faults(what, found, flag);
    }
    anyhow!(why).context(what.to_owned())
}

/// The flag of a field, for messages.
fn flag(field: &str) -> String {
    match field {
        "first_name" | "last_name" => "--name".to_owned(),
        "password" => "the password".to_owned(),
        other => format!("--{other}"),
    }
}

async fn create(app: &App, raw: RawAccount<'_>) -> anyhow::Result<Answer> {
    let made = accounts::create(app, &Origin::command(), raw).await;
    let made = made.map_err(|why| refused("the account was not made", why))?;
    let object = json!({ "id": made.id, "code": made.code, "name": made.name, "kind": made.kind });
    Ok(Answer::new(object).line(format!(
        "Made the {} account {}, {}.",
        made.kind,
        made.code,
        shown(&made.name)
    )))
}

async fn stand(app: &App, code: &str, wanted: AccountState) -> anyhow::Result<Answer> {
    let found = account(app, code).await?;
    let origin = Origin::command();
    let done = match wanted {
        AccountState::Suspended => suspend::suspend(app, &origin, &found.id).await,
        AccountState::Active => suspend::resume(app, &origin, &found.id).await,
    };
    let done = done.map_err(|why| refused("nothing was changed", why))?;
    let said = match done.state {
        AccountState::Suspended => "is suspended",
        AccountState::Active => "works again",
    };
    Ok(Answer::new(json!({ "code": done.code, "state": done.state })).line(format!("{} {said}.", done.code)))
}

async fn list(app: &App, filter: AccountFilter) -> anyhow::Result<Answer> {
    let mut found: Vec<AccountSummary> = Vec::new();
    let mut page = PageRequest::first(LARGEST_PAGE);
    loop {
        let next = app.store.reader().list_accounts(&filter, &page).await?;
        found.extend(next.items);
        if next.next.is_none() {
            break;
        }
        page.after = next.next;
    }
    let mut table = Table::new(&["code", "name", "kind", "state", "members", "apps", "connections"]);
    for one in &found {
        table.row([
            one.account.code.clone(),
            shown(&one.account.name),
            one.account.kind.to_string(),
            one.account.state.to_string(),
            one.members.to_string(),
            one.apps.to_string(),
            one.connections.to_string(),
        ]);
    }
    let object = json!({ "accounts": found.iter().map(object).collect::<Vec<_>>() });
    Ok(Answer::new(object).table(&table, "No accounts."))
}

fn object(one: &AccountSummary) -> Value {
    json!({
        "id": one.account.id,
        "code": one.account.code,
        "name": one.account.name,
        "kind": one.account.kind,
        "state": one.account.state,
        "members": one.members,
        "apps": one.apps,
        "connections": one.connections,
    })
}
