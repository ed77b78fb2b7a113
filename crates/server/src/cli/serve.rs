//! `grantry serve`: the server, until it is asked to stop.

use std::io::Write as _;

use crate::config::Config;
use crate::ops::logging;
use crate::sign_in::first_operator_link;
use crate::start::{self, Settings};

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    logging::start(&config.log)?;
    let running = start::start(Settings::new(config)).await?;
    say(&format!("Grantry serves on {}", running.app.issuer()));
    match first_operator_link(&running.app).await {
        Ok(Some(link)) => say(&format!(
            "Nobody operates this server yet. Open this link to set it up (24 hours, once): {link}"
        )),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the link for the first operator could not be made: {error}"),
    }
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
