//! Whether this server should get requests: it is not stopping, and what it needs answers.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use tokio::time::timeout;

/// How long one check may take.
const PATIENCE: Duration = Duration::from_secs(1);

type Ask = dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync;

/// One thing that must be well, such as the database.
pub struct Check {
    name: &'static str,
    ask: Box<Ask>,
}

impl Check {
    /// `ask` says in a few words what is wrong; it is shown to operators.
    pub fn new<F>(name: &'static str, ask: F) -> Self
    where
        F: Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync + 'static,
    {
        Self { name, ask: Box::new(ask) }
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Check({})", self.name)
    }
}

/// All checks, and whether the server is about to stop.
#[derive(Debug, Default)]
pub struct Readiness {
    leaving: AtomicBool,
    checks: Vec<Check>,
}

/// What `/readyz` says.
pub(super) struct Report {
    pub(super) ready: bool,
    pub(super) lines: String,
}

impl Readiness {
    #[must_use]
    pub fn new(checks: Vec<Check>) -> Self {
        Self { leaving: AtomicBool::new(false), checks }
    }

    /// The first step of a stop: who sends requests here is told to go elsewhere, while all are still served.
    pub fn leave(&self) {
        self.leaving.store(true, Ordering::Release);
    }

    pub(super) async fn report(&self) -> Report {
        let asked = self.checks.iter().map(|check| async {
            match timeout(PATIENCE, (check.ask)()).await {
                Ok(found) => (check.name, found),
                Err(_) => (check.name, Err("no answer in time".to_owned())),
            }
        });
        let found = join_all(asked).await;
        let leaving = self.leaving.load(Ordering::Acquire);
        let mut lines = if leaving { "server: stopping\n".to_owned() } else { String::new() };
        for (name, found) in &found {
            lines.push_str(&format!("{name}: {}\n", found.as_ref().err().map_or("ok", String::as_str)));
        }
        Report { ready: !leaving && found.iter().all(|(_, found)| found.is_ok()), lines }
    }
}
