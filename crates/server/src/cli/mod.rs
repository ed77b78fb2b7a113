//! The command line: what `grantry` understands, one file per noun.
//!
//! Commands call the same use-cases as pages, on the same data, also while a server runs on it. What they find or do is
//! an `answer::Answer`; what goes wrong is an error, which `main` prints.

mod account;
mod admin;
mod answer;
mod api;
mod app;
mod app_fields;
mod config;
mod database;
mod demo;
mod doctor;
mod keys;
mod listing;
mod registration;
mod review;
mod scopes;
mod secret;
mod serve;
mod user;
mod webhook;

use std::sync::Arc;

use anyhow::bail;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use grantry_store::account::Account;
use grantry_store::{Role, Target};

use crate::app::App;
use crate::config::{Config, DataFlags, DemoFlags, ServeFlags};
use crate::start::{self, Settings, target};

/// An open-platform server: third parties register apps, customers connect them, reviewers approve them.
#[derive(Debug, Parser)]
#[command(name = "grantry", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    data: DataFlags,
    #[command(flatten, next_help_heading = "Options of serve, also without its name")]
    serve: ServeFlags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve; `grantry` alone does that, too
    Serve(ServeFlags),
    /// Serve a sample platform with a sample app, on this machine only and made anew at each start
    Demo(DemoFlags),
    /// Accounts: developers', customers' and operators'
    Account(Noun<account::Verb>),
    /// People
    User(Noun<user::Verb>),
    /// Apps: store apps and custom apps of any account
    App(Box<Noun<app::Verb>>),
    /// Submissions of apps, and what is decided about them
    Review(Noun<review::Verb>),
    /// What store apps say of themselves in the store
    Listing(Noun<listing::Verb>),
    /// Client secrets of an app
    Secret(Noun<secret::Verb>),
    /// Webhooks of apps
    Webhook(Noun<webhook::Verb>),
    /// The scope catalogue
    Scopes(Noun<scopes::Verb>),
    /// APIs of the catalogue
    Api(Noun<api::Verb>),
    /// Programs that register themselves
    Registration(Noun<registration::Verb>),
    /// Signing keys
    Keys(Noun<keys::Verb>),
    /// Bring the database up to date
    Migrate(Alone<database::Migrate>),
    /// Copy the database to a file, also while a server runs
    Backup(Alone<database::Backup>),
    /// Put a backup into an empty data directory while no server runs
    Restore(Alone<database::Restore>),
    /// Look at everything that a server needs, and say what to do about the rest
    Doctor(Form),
    /// The configuration
    Config(Noun<config::Verb>),
    /// The way in for the first operator
    Admin(Noun<admin::Verb>),
}

/// A noun with what can be done about it.
#[derive(Debug, Args)]
struct Noun<V: Subcommand> {
    #[command(subcommand)]
    verb: V,
    #[command(flatten)]
    form: Form,
}

/// What is done about everything at once.
#[derive(Debug, Args)]
struct Alone<A: Args> {
    #[command(flatten)]
    what: A,
    #[command(flatten)]
    form: Form,
}

/// How the answer is wanted.
#[derive(Debug, Clone, Copy, Args)]
struct Form {
    /// Answer one JSON object
    #[arg(long, global = true)]
    json: bool,
}

impl Arguments {
    /// Reads the command line of this process. What cannot be read ends the process with exit code 2, `--help` and
    /// `--version` with 0.
    #[must_use]
    pub fn read() -> Self {
        let mut command = Self::command();
        let matches = command.get_matches_mut();
        let read = Self::from_arg_matches(&matches).and_then(|arguments| {
            if arguments.command.is_some() && arguments.serve != ServeFlags::default() {
                let said = "--listen, --ops-listen and --public-url belong behind `serve`";
                return Err(command.error(ErrorKind::ArgumentConflict, said));
            }
            Ok(arguments)
        });
        read.unwrap_or_else(|error| error.exit())
    }
}

/// Runs what was asked for.
///
/// # Errors
/// What went wrong, in words for whoever typed the command.
pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { command, data, serve } = arguments;
    let (answer, form) = match command {
        None => return serve::run(data.load_with(&serve)?).await,
        Some(Command::Serve(flags)) => return serve::run(data.load_with(&flags)?).await,
        Some(Command::Demo(flags)) => return demo::run(&data, &flags).await,
        Some(Command::Account(noun)) => (noun.verb.run(&data).await?, noun.form),
        Some(Command::User(noun)) => (noun.verb.run(&data).await?, noun.form),
        // Everything about an app in one future is too much for the stack.
        Some(Command::App(noun)) => (Box::pin(noun.verb.run(&data)).await?, noun.form),
        Some(Command::Review(noun)) => (Box::pin(noun.verb.run(&data)).await?, noun.form),
        Some(Command::Listing(noun)) => (Box::pin(noun.verb.run(&data)).await?, noun.form),
        Some(Command::Secret(noun)) => (noun.verb.run(&data).await?, noun.form),
        Some(Command::Webhook(noun)) => (Box::pin(noun.verb.run(&data)).await?, noun.form),
        Some(Command::Scopes(noun)) => (noun.verb.run(&data).await?, noun.form),
        Some(Command::Api(noun)) => (noun.verb.run(&data).await?, noun.form),
        Some(Command::Registration(noun)) => (noun.verb.run(&data).await?, noun.form),
        Some(Command::Keys(noun)) => (noun.verb.run(&data).await?, noun.form),
        Some(Command::Migrate(alone)) => (alone.what.run(&data).await?, alone.form),
        Some(Command::Backup(alone)) => (alone.what.run(&data).await?, alone.form),
        Some(Command::Restore(alone)) => (alone.what.run(&data).await?, alone.form),
        Some(Command::Doctor(form)) => (doctor::run(&data).await, form),
        Some(Command::Config(noun)) => (noun.verb.run(&data)?, noun.form),
        Some(Command::Admin(noun)) => (noun.verb.run(&data).await?, noun.form),
    };
    answer.print(form.json)
}

/// What a command works with, beside a running server or without one. There must be something already: a mistyped
/// directory would answer with an empty list, or with a backup of nothing.
async fn open(data: &DataFlags) -> anyhow::Result<Arc<App>> {
    let config = data.load()?;
    let place = target(&config);
    if !database::exists(&place).await? {
        match place {
            Target::Sqlite { dir } => bail!(
                "there is no Grantry data in {}; name another directory with --data, or make an account first",
                dir.display()
            ),
            Target::Postgres { .. } => bail!("there is no Grantry data in this PostgreSQL database"),
        }
    }
    opened(config).await
}

/// The same for a command that begins something: it makes the database where there is none.
async fn open_or_make(data: &DataFlags) -> anyhow::Result<Arc<App>> {
    opened(data.load()?).await
}

async fn opened(config: Config) -> anyhow::Result<Arc<App>> {
    let port = config.first_port();
    start::open(Settings::new(config), Role::Command, (port, None)).await
}

/// The account with a code.
async fn account(app: &App, code: &str) -> anyhow::Result<Account> {
    let code = code.to_uppercase();
    let found = app.store.reader().find_account_by_code(&code).await?;
    found.ok_or_else(|| anyhow::anyhow!("there is no account {code}; `grantry account list` shows all"))
}
