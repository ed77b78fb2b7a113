//! The command line: what `grantry` understands, one file per noun.

mod serve;

use clap::{Parser, Subcommand};

use crate::config::{DataFlags, ServeFlags};

/// An open-platform server: third parties register apps, customers connect them, reviewers approve them.
#[derive(Debug, Parser)]
#[command(name = "grantry", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    data: DataFlags,
    #[command(flatten)]
    serve: ServeFlags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves; what `grantry` alone does, too.
    Serve(ServeFlags),
}

/// Runs what was asked for.
///
/// # Errors
/// What went wrong, in words for whoever typed the command.
pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { command, data, serve } = arguments;
    match command {
        None => serve::run(data.load_with(&serve)?).await,
        Some(Command::Serve(flags)) => serve::run(data.load_with(&flags)?).await,
    }
}
