//! The public keys of apps: registered as they are, or fetched from where the app says that they are.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use grantry_oauth::Timestamp;
use grantry_oauth::jose::{ClientKeys, KeySetProblem};
use quick_cache::sync::Cache;
use tokio::sync::Mutex;

use super::KnownApp;
use crate::app::App;
use crate::outbound::{Limits, OutboundError};

/// Fetched keys are not asked for again before this.
const FRESH: Duration = Duration::from_mins(10);
/// Fetched keys are used no longer than this, also while nobody answers: a key that its owner took back must end.
const KEPT: Duration = Duration::from_hours(1);
/// Calls to one address within [`WINDOW`], whoever asks for them: a stranger can make up keys that nobody knows. More than one,
/// because an app whose keys were fetched a moment ago may sign with its next key now.
const CALLS: usize = 3;
const WINDOW: Duration = Duration::from_secs(60);
/// Most addresses of which something is kept.
const MOST: usize = 2_000;

/// Why an app has no keys.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub enum NoKeys {
    #[error("the app has registered neither keys nor an address of its keys")]
    Unregistered,
    #[error("the app's keys could not be fetched: {0}")]
    Fetch(#[from] OutboundError),
    #[error("the app's keys could not be read: {0}")]
    Set(#[from] KeySetProblem),
}

/// What was fetched, by address.
#[derive(Debug)]
pub struct AppKeys {
    places: Cache<String, Arc<Place>>,
}

/// One address.
#[derive(Debug, Default)]
struct Place {
    /// What was found there last.
    held: ArcSwapOption<Held>,
    /// Locked while the keys are fetched: many who need them at once cause one call.
    tried: Mutex<Tried>,
}

#[derive(Debug)]
struct Held {
    keys: Arc<ClientKeys>,
    at: Timestamp,
}

#[derive(Debug, Default)]
struct Tried {
    /// The last [`CALLS`] calls, the oldest first.
    at: VecDeque<Timestamp>,
    failed: Option<NoKeys>,
}

impl Tried {
    /// Whether the server may call again; then this counts as a call.
    fn spend(&mut self, now: Timestamp) -> bool {
        self.at.retain(|at| now.since(*at) < WINDOW);
        let may = self.at.len() < CALLS;
        if may {
            self.at.push_back(now);
        }
        may
    }
}

impl Default for AppKeys {
    fn default() -> Self {
        Self { places: Cache::new(MOST) }
    }
}

impl AppKeys {
    /// The keys of an app that should verify a token. A token of a key that is not among those of before makes the server
    /// look again: its owner may have added it a moment ago (OIDC Core §10.1.1).
    ///
    /// # Errors
    /// See [`NoKeys`].
    pub async fn find(&self, app: &App, known: &KnownApp, token: &str) -> Result<Arc<ClientKeys>, NoKeys> {
        if let Some(keys) = &known.keys {
            return Ok(Arc::clone(keys));
        }
        let Some(url) = &known.version.details.jwks_uri else { return Err(NoKeys::Unregistered) };
        let place = match self.places.get(url) {
            Some(place) => place,
            None => {
                let place = Arc::<Place>::default();
                self.places.insert(url.clone(), Arc::clone(&place));
                place
            }
        };
        // Who has a good key does not wait for a fetch that somebody with another one has caused.
        if let Some(keys) = place.fresh(app.clock.now(), token) {
            return Ok(keys);
        }
        place.look_again(app, url, token).await
    }
}

impl Place {
    /// The keys, as long as they need not be fetched anew for this token.
    fn fresh(&self, now: Timestamp, token: &str) -> Option<Arc<ClientKeys>> {
        let held = self.held.load_full().filter(|held| now.since(held.at) < FRESH)?;
        held.keys.has_key_for(token).then(|| Arc::clone(&held.keys))
    }

    async fn look_again(&self, app: &App, url: &str, token: &str) -> Result<Arc<ClientKeys>, NoKeys> {
        let mut tried = self.tried.lock().await;
        let now = app.clock.now();
        // Somebody else may have fetched them meanwhile.
        if let Some(keys) = self.fresh(now, token) {
            return Ok(keys);
        }
        if tried.spend(now) {
            match fetch(app, url).await {
                Ok(keys) => {
                    self.held.store(Some(Arc::new(Held { keys: Arc::new(keys), at: now })));
                    tried.failed = None;
                }
                Err(why) => tried.failed = Some(why),
            }
        }
        match (self.held.load_full(), tried.failed) {
            (Some(held), _) if now.since(held.at) < KEPT => Ok(Arc::clone(&held.keys)),
            (_, why) => Err(why.unwrap_or(NoKeys::Unregistered)),
        }
    }
}

async fn fetch(app: &App, url: &str) -> Result<ClientKeys, NoKeys> {
    let fetched = app.outbound.get(url, Limits::DOCUMENT).await?;
    Ok(ClientKeys::parse(&fetched.body)?)
}
