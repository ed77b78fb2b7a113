//! Parses the command line, runs it, turns the outcome into an exit code.

use std::io::Write as _;
use std::process::ExitCode;

use grantry::cli;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run(cli::Arguments::read()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "grantry: {error:#}");
            ExitCode::FAILURE
        }
    }
}
