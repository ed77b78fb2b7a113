//! `grantry admin`: the way in for the first operator.

use anyhow::bail;
use clap::Subcommand;
use serde_json::json;

use super::answer::Answer;
use super::open;
use crate::config::DataFlags;
use crate::sign_in::first_operator_link;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Print the one-time link that makes the first operator
    Link,
}

impl Verb {
    pub(super) async fn run(self, data: &DataFlags) -> anyhow::Result<Answer> {
        let Self::Link = self;
        let app = open(data).await?;
        match first_operator_link(&app).await? {
            Some(url) => Ok(Answer::new(json!({ "url": url })).line(url)),
            None => bail!(
                "there is an operator already: sign in at {}/account/login, or make another one with \
                 `grantry user create --account CODE --admin`",
                app.issuer()
            ),
        }
    }
}
