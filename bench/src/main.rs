//! Measures Grantry on loopback against a bare handler that does nothing but sign, and prints the ratios.

mod bare;
mod browse;
mod check;
mod commits;
mod disk;
mod http;
mod load;
mod platform;
mod report;
mod run;
mod workload;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "grantry-bench")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves tokens that are signed and nothing else: what this machine could do at best.
    Bare {
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
    },
    /// Sends one request over and over to an address of this machine.
    Load(LoadArguments),
    /// Writes to a new store, alone and many at once, and compares with a loop that writes and syncs.
    Commits {
        /// An empty PostgreSQL database; SQLite unless given.
        #[arg(long)]
        database: Option<String>,
        /// Measured time of each line.
        #[arg(long, default_value_t = 2)]
        seconds: u64,
    },
    /// Starts the bare handler and a Grantry on an empty folder, measures both, prints the table of ratios.
    Run(RunArguments),
}

#[derive(Debug, clap::Args)]
struct LoadArguments {
    /// For example http://127.0.0.1:8080/connect/token
    url: url::Url,
    /// A form body makes it a POST.
    #[arg(long)]
    body: Option<String>,
    /// For example SDXE-SP-LOAD:grs_…, sent as Basic.
    #[arg(long)]
    basic: Option<String>,
    #[arg(long, default_value_t = 16)]
    connections: usize,
    #[arg(long, default_value_t = 3)]
    seconds: u64,
}

#[derive(Debug, Clone, clap::Args)]
struct RunArguments {
    /// The release binary to measure; the one beside this program unless given.
    #[arg(long)]
    grantry: Option<PathBuf>,
    /// Where Grantry keeps its data during the run; a new folder beside the binary unless given.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Measured time of each cell of the table.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64])]
    connections: Vec<usize>,
    /// Also writes the figures as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Fails when client credentials or the durable code exchange miss what the project promises.
    #[arg(long)]
    check: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Bare { listen } => bare::serve(listen).await,
        Command::Load(arguments) => load_once(arguments).await,
        Command::Commits { database, seconds } => commits::measure(database, seconds)
            .await
            .and_then(|table| Ok(write!(std::io::stdout(), "{table}")?)),
        Command::Run(arguments) => run::run(arguments).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "grantry-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn load_once(arguments: LoadArguments) -> anyhow::Result<()> {
    let mut call = http::Call::get(arguments.url.path());
    if let Some(body) = arguments.body {
        call = http::Call::form(arguments.url.path(), body);
    }
    if let Some((id, secret)) = arguments.basic.as_deref().and_then(|pair| pair.split_once(':')) {
        call = call.basic(id, secret);
    }
    let plan = load::Plan {
        address: load::loopback(&arguments.url)?,
        connections: arguments.connections,
        time: Duration::from_secs(arguments.seconds),
        most: usize::MAX,
    };
    let outcome = load::run(&plan, load::Source::Same(call)).await?;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{:.0} requests/s, p50 {:.2} ms, p99 {:.2} ms, {} errors{}",
        outcome.per_second(),
        outcome.percentile(50),
        outcome.percentile(99),
        outcome.errors,
        outcome.first_error.map(|error| format!(" (first: {error})")).unwrap_or_default()
    )?;
    Ok(())
}
