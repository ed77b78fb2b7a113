//! `grantry user`: making people members of accounts.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::{Args, Subcommand};
use grantry_store::audit::Origin;
use serde_json::json;
use zeroize::Zeroizing;

use super::account::refused;
use super::answer::{Answer, shown};
use super::{account, open_or_make};
use crate::accounts::{RawPerson, people};
use crate::config::DataFlags;
use crate::web::Words;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Make somebody a member of an account, active at once; an e-mail that has a sign-in gains the membership
    Create(Create),
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
        let Self::Create(wanted) = self;
        wanted.run(data).await
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
