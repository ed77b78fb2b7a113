//! `grantry config`: whether the configuration can be used, and everything that can be configured.

use clap::Subcommand;
use serde_json::json;

use super::answer::Answer;
use crate::config::{self, DataFlags};
use crate::listen;
use crate::mail::Smtp;
use crate::outbound::{Dns, Outbound};
use crate::web::branding::Branding;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Read the configuration as a start would, and say what is wrong with it
    Check,
    /// Print every setting, as Markdown
    Reference,
}

impl Verb {
    pub(super) fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        match self {
            Self::Check => check(data),
            Self::Reference => {
                let page = config::markdown();
                Ok(Answer::new(json!({ "markdown": page })).line(page.trim_end()))
            }
        }
    }
}

fn check(data: &DataFlags) -> anyhow::Result<Answer> {
    let config = data.load()?;
    // What a start would read besides: pictures, certificates, the mail server's address.
    Branding::new(&config.branding)?;
    listen::acceptor(&config.tls)?;
    Smtp::new(&config.mail, &config.public_url())?;
    Outbound::new(&config.outbound, Dns::System)?;
    let listen: Vec<String> = config.server.listen.iter().map(ToString::to_string).collect();
    let database = if config.server.database.is_some() { "PostgreSQL" } else { "SQLite" };
    let (issuer, data) = (config.public_url(), config.server.data.display().to_string());
    let object = json!({
        "public_url": issuer.as_str(),
        "listen": listen,
        "ops_listen": config.server.ops_listen.to_string(),
        "data": data,
        "database": database,
    });
    Ok(Answer::new(object).line("The configuration can be used.").facts(&[
        ("Public URL", issuer.to_string()),
        ("Listens on", listen.join(", ")),
        ("Operations", config.server.ops_listen.to_string()),
        ("Data", data),
        ("Database", database.to_owned()),
    ]))
}
