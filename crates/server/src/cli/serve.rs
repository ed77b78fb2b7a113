//! `grantry serve`: the server, until it is asked to stop.

use std::io::Write as _;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::answer::{SOFT, STRONG};
use crate::config::Config;
use crate::ops::logging;
use crate::sign_in::first_operator_link;
use crate::start::{self, Running, Settings};

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    logging::start(&config.log)?;
    let running = start::start(Settings::new(config)).await?;
    let stop = Stop::listen()?;
    greet(&running).await?;
    stop.asked().await;
    running.stop().await;
    Ok(())
}

/// What whoever started the server wants to know. Each address stands in a line of its own, after its label.
async fn greet(running: &Running) -> anyhow::Result<()> {
    let app = &running.app;
    say(&format!("{STRONG}Grantry{STRONG:#} {} serves on {}", env!("CARGO_PKG_VERSION"), app.issuer()));
    say("");
    if let Some(link) = first_operator_link(app).await? {
        fact("First operator", &link);
        fact(
            "",
            &format!("{SOFT}(makes the account that operates this server; works once, for 24 hours){SOFT:#}"),
        );
    }
    fact("Dashboard", &format!("{}/", app.issuer()));
    fact("Developers", &format!("{}/account/register-dev-account", app.issuer()));
    if let Some(mailbox) = app.mailbox_url() {
        fact(
            "Mailbox",
            &format!("{mailbox}  {SOFT}(mails wait there: no mail server is configured){SOFT:#}"),
        );
    }
    if let Some(address) = app.ops_address {
        fact("Operations", &format!("http://{address}  {SOFT}(/healthz, /readyz, /metrics){SOFT:#}"));
    }
    fact("Data", &where_data_is(&app.config));
    say("");
    Ok(())
}

fn where_data_is(config: &Config) -> String {
    let dir = config.server.data.display();
    if config.server.database.is_some() { format!("PostgreSQL; keys in {dir}") } else { dir.to_string() }
}

pub(super) fn fact(label: &str, value: &str) {
    say(&format!("  {label:14}  {value}"));
}

/// A line for whoever started the server; it goes on when nobody reads.
pub(super) fn say(line: &str) {
    let mut out = anstream::stdout();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// The signals that end a server in order. Listened for before the server says that it serves: who reads that may ask
/// it to stop at once.
pub(super) struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    pub(super) fn listen() -> anyhow::Result<Self> {
        let (terminate, interrupt) = (SignalKind::terminate(), SignalKind::interrupt());
        Ok(Self { terminate: signal(terminate)?, interrupt: signal(interrupt)? })
    }

    pub(super) async fn asked(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
