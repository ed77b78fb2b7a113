//! `grantry serve`: the server, until it is asked to stop.

use std::io::Write as _;

use crate::config::Config;
use crate::ops::logging;
use crate::start::{self, Settings};

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    logging::start(&config.log)?;
    let running = start::start(Settings::new(config)).await?;
    say(&format!("Grantry serves on {}", running.app.issuer()));
    if let Some(address) = running.app.ops_address {
        say(&format!("Operations (health, figures, mailbox) on http://{address}"));
    }
    asked_to_stop().await?;
    running.stop().await;
    Ok(())
}

/// A line for whoever started the server; it goes on when nobody reads.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
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
