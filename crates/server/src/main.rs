//! Parses the command line, runs it, turns the outcome into an exit code.

use std::io::Write as _;
use std::process::ExitCode;

use grantry::cli;

#[tokio::main]
async fn main() -> ExitCode {
    match Box::pin(cli::run(cli::Arguments::read())).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "grantry: {}", said(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes; what a sentence ends with already is not said again.
fn said(error: &anyhow::Error) -> String {
    let mut said = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if said.ends_with(&cause) {
            continue;
        }
        if !said.is_empty() {
            said.push_str(": ");
        }
        said.push_str(&cause);
    }
    said
}
