//! Parses the command line, runs it, turns the outcome into an exit code.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use grantry::clock::Clock;
use grantry::start;

/// An open-platform server: third parties register apps, customers connect them, reviewers approve them.
#[derive(Debug, Parser)]
#[command(name = "grantry", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Serves; what `grantry` alone does, too.
    Serve(Serve),
}

#[derive(Debug, Clone, clap::Args)]
struct Serve {
    /// Address of the public listener; may be given several times.
    #[arg(long, env = "GRANTRY_LISTEN", value_delimiter = ',', default_values = ["127.0.0.1:8080", "[::1]:8080"])]
    listen: Vec<SocketAddr>,
    /// The issuer: scheme, host and port that browsers and apps use.
    #[arg(long, env = "GRANTRY_PUBLIC_URL")]
    public_url: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    let Command::Serve(serve) = arguments.command.unwrap_or(Command::Serve(arguments.serve));
    match run(serve).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "grantry: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(serve: Serve) -> anyhow::Result<()> {
    let settings = start::Settings {
        listen: serve.listen,
        public_url: serve.public_url,
        brand_name: "Grantry".to_owned(),
        clock: Clock::system(),
    };
    let running = start::start(settings).await?;
    let _ = writeln!(std::io::stdout(), "Grantry serves on {}", running.app.public_url);
    asked_to_stop().await?;
    running.stop().await;
    Ok(())
}

async fn asked_to_stop() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        outcome = tokio::signal::ctrl_c() => outcome?,
    }
    Ok(())
}
