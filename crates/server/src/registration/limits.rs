//! How often strangers may make the server remember or fetch something.

use std::net::IpAddr;
use std::time::Duration;

use grantry_store::Error;

use super::Refused;
use crate::app::App;
use crate::web::caller::network;

/// What is counted, and how much of it there may be in a window.
#[derive(Debug)]
pub(super) struct Rule {
    name: &'static str,
    from_source: i64,
    from_everybody: i64,
    window: Duration,
}

/// Registrations, good ones and bad ones. A test suite or an office registers dozens in a row.
pub(super) const REGISTRATIONS: Rule =
    Rule { name: "register", from_source: 120, from_everybody: 3000, window: Duration::from_secs(600) };

/// Documents that are fetched because somebody named them in a request.
pub(super) const DOCUMENTS: Rule =
    Rule { name: "document", from_source: 60, from_everybody: 1500, window: Duration::from_secs(600) };

/// Documents of one host, whoever names them: nobody makes this server a burden for another.
pub(super) const DOCUMENTS_OF_HOST: Rule =
    Rule { name: "document-host", from_source: 120, from_everybody: 1500, window: Duration::from_secs(600) };

impl Rule {
    /// Counts one more, unless there were too many lately: what is refused is not written.
    ///
    /// # Errors
    /// [`Refused::TooMany`], or the store's.
    pub(super) async fn spend(&self, app: &App, source: &str) -> Result<(), Refused> {
        let now = app.clock.now();
        let keys = [
            (format!("{}:{source}", self.name), self.from_source),
            (format!("{}:", self.name), self.from_everybody),
        ];
        let reader = app.store.reader();
        for (key, most) in &keys {
            let Some(counted) = reader.find_throttle(key).await? else { continue };
            let ends = counted.window_started_at + self.window;
            if counted.failures >= *most && now < ends {
                return Err(Refused::TooMany(ends.since(now).as_secs().max(1)));
            }
        }
        let window = self.window;
        let counting = app.store.write(now, |tx| async move {
            for (key, _) in &keys {
                tx.count_failure(key, window).await?;
            }
            Ok::<_, Error>(())
        });
        Ok(counting.await?)
    }
}

/// Where a request came from.
pub(super) fn source(ip: Option<IpAddr>) -> String {
    ip.map(network).map(|ip| ip.to_string()).unwrap_or_default()
}
