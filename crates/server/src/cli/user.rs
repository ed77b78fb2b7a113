//! `grantry user`: making people members of accounts.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::{Args, Subcommand};
use grantry_store::audit::Origin;
use grantry_store::member::{MemberDetail, MemberFilter, MemberState};
use grantry_store::person::{Person, PersonState};
use serde_json::json;
use zeroize::Zeroizing;

use super::account::refused;
use super::answer::{Answer, Table, shown};
use super::{account, open, open_or_make};
use crate::accounts::{RawPerson, disable, people};
use crate::app::App;
use crate::config::DataFlags;
use crate::sign_in::{Address, set_password};
use crate::web::Words;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Make somebody a member of an account, active at once; an e-mail that has a sign-in gains the membership
    Create(Create),
    /// List the members of an account
    List {
        /// The code of the account
        #[arg(long, value_name = "CODE")]
        account: String,
        /// Only those whose name or e-mail contains this
        #[arg(long, value_name = "TEXT", default_value = "")]
        search: String,
    },
    /// Disable somebody everywhere: their sessions end, they cannot sign in, and apps get nothing for them
    Disable(Known),
    /// Let somebody in again who was disabled
    Enable(Known),
    /// Mail somebody a link to choose a new password
    Reset(Known),
}

/// Somebody who has a sign-in.
#[derive(Debug, Args)]
pub(super) struct Known {
    #[arg(value_name = "EMAIL")]
    email: String,
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The address they sign in with
    #[arg(long)]
    email: String,
    /// First and last name
    #[arg(long, value_name = "FIRST LAST")]
    name: String,
    /// The code of the account
    #[arg(long, value_name = "CODE")]
    account: String,
    /// They administer the account
    #[arg(long)]
    admin: bool,
    /// Read the password from standard input; without it a mail lets them choose one
    #[arg(long)]
    password_stdin: bool,
    /// Further OpenID Connect claims: a file with one JSON object
    #[arg(long, value_name = "FILE")]
    claims: Option<PathBuf>,
}

impl Verb {
    pub(super) async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        match self {
            Self::Create(wanted) => wanted.run(data).await,
            Self::List { account, search } => list(&*open(data).await?, &account, search).await,
            Self::Disable(known) => stand(&*open(data).await?, &known.email, PersonState::Disabled).await,
            Self::Enable(known) => stand(&*open(data).await?, &known.email, PersonState::Active).await,
            Self::Reset(known) => reset(&*open(data).await?, &known.email).await,
        }
    }
}

impl Create {
    async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        let password = if self.password_stdin { Some(password()?) } else { None };
        let claims = match &self.claims {
            Some(file) => {
                let text = std::fs::read_to_string(file);
                Some(text.with_context(|| format!("reading {}", file.display()))?)
            }
            None => None,
        };
        let name = self.name.trim();
        let (first_name, last_name) = name.split_once(char::is_whitespace).unwrap_or((name, ""));
        let app = open_or_make(data).await?;
        let account = account(&app, &self.account).await?;
        let raw = RawPerson {
            email: &self.email,
            first_name,
            last_name,
            is_admin: self.admin,
            password: password.as_ref().map(|password| password.as_str()),
            claims: claims.as_deref(),
            words: Words::english(),
        };
        let made = people::create(&app, &Origin::command(), &account, raw).await;
        let made = made.map_err(|why| refused("nobody was made a member", why))?;
        let object = json!({
            "id": made.person_id,
            "email": made.email,
            "account": account.code,
            "admin": self.admin,
            "new": made.is_new,
            "mailed": made.mailed,
        });
        let role = if self.admin { "an account admin" } else { "a member" };
        let mut answer = Answer::new(object).line(format!(
            "{} is {role} of {} {}.",
            made.email,
            account.code,
            shown(&account.name)
        ));
        if !made.is_new {
            answer = answer.line("They had a sign-in before: name and password are as they were.");
        }
        if made.mailed && app.post.is_sent() {
            answer = answer.line("A mail to them is on its way.");
        } else if made.mailed {
            answer =
                answer.line("No mail server is configured: the mail to them waits in the server's mailbox.");
        }
        Ok(answer)
    }
}

async fn list(app: &App, code: &str, search: String) -> anyhow::Result<Answer> {
    let account = account(app, code).await?;
    let filter = MemberFilter { search, limit: i64::MAX, ..MemberFilter::default() };
    let members = app.store.reader().list_members(&account.id, &filter).await?;
    let mut table = Table::new(&["e-mail", "name", "privileges", "state"]);
    let state = |one: &MemberDetail| match (one.person.state, one.member.state) {
        (PersonState::Active, MemberState::Active) => "active",
        (PersonState::Disabled, _) | (_, MemberState::Disabled) => "disabled",
    };
    for one in &members {
        let role = if one.member.is_admin { "account admin" } else { "member" };
        let cells = [one.person.email.clone(), shown(&one.person.full_name()), role.to_owned()];
        let [email, name, role] = cells;
        table.row([email, name, role, state(one).to_owned()]);
    }
    let objects = members.iter().map(|one| {
        json!({
            "id": one.person.id,
            "email": one.person.email,
            "name": one.person.full_name(),
            "admin": one.member.is_admin,
            "state": state(one),
        })
    });
    let object = json!({ "account": account.code, "users": objects.collect::<Vec<_>>() });
    Ok(Answer::new(object).table(&table, "Nobody."))
}

/// The person with an e-mail address.
async fn find(app: &App, email: &str) -> anyhow::Result<(Person, Address)> {
    let address = Address::parse(email).with_context(|| format!("{email} is no e-mail address"))?;
    let found = app.store.reader().find_person_by_email(address.key()).await?;
    let person = found.with_context(|| format!("nobody has a sign-in with {email}"))?;
    Ok((person, address))
}

async fn stand(app: &App, email: &str, wanted: PersonState) -> anyhow::Result<Answer> {
    let (person, _) = find(app, email).await?;
    let origin = Origin::command();
    let (done, said) = match wanted {
        PersonState::Disabled => (disable::disable(app, &origin, &person).await, "is disabled"),
        PersonState::Active => (disable::enable(app, &origin, &person).await, "can sign in again"),
    };
    done.map_err(|why| refused("nothing was changed", why))?;
    let object = json!({ "id": person.id, "email": person.email, "state": wanted });
    Ok(Answer::new(object).line(format!("{} {said}.", person.email)))
}

async fn reset(app: &App, email: &str) -> anyhow::Result<Answer> {
    let (person, address) = find(app, email).await?;
    ensure!(
        person.state == PersonState::Active,
        "{} is disabled; `grantry user enable` lets them in again",
        person.email
    );
    set_password::ask_for_link(app, &address, Words::english(), &Origin::command()).await?;
    let object = json!({ "id": person.id, "email": person.email, "mailed": true });
    let said = if app.post.is_sent() {
        "A mail to them is on its way."
    } else {
        "No mail server is configured: the mail to them waits in the server's mailbox."
    };
    Ok(Answer::new(object).line(said))
}

/// What standard input holds, without the line's end.
fn password() -> anyhow::Result<Zeroizing<String>> {
    let mut stdin = io::stdin();
    ensure!(
        !stdin.is_terminal(),
        "--password-stdin reads a pipe or a file, because a terminal would show the password: \
         grantry user create … --password-stdin < FILE"
    );
    let mut text = Zeroizing::new(String::new());
    stdin.read_to_string(&mut text).context("reading the password")?;
    let end = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(end);
    Ok(text)
}
