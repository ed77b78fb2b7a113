//! The server's public keys: kept as long as the server allows, asked for again when a token names one that is not among
//! them.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use grantry_oauth::jose::{Jwks, PublicKey};
use http::{HeaderMap, header};
use reqwest::Client;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::Error;
use crate::fetch::{TIME, json};

/// For so long after an attempt nobody asks again, whatever tokens name: a stranger's token must not become a request of
/// ours.
const COOL_DOWN: Duration = Duration::from_secs(10);

/// How long keys are kept when the server does not say.
const LIFE: Duration = Duration::from_secs(300);

/// The keys of one server.
#[derive(Debug)]
pub(crate) struct Keys {
    client: Client,
    url: String,
    known: ArcSwapOption<Known>,
    /// When it was last tried to read them; held while somebody does.
    tried: Mutex<Instant>,
}

#[derive(Debug)]
struct Known {
    keys: Arc<Jwks>,
    until: Instant,
}

/// What of the discovery document matters here.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

impl Keys {
    /// Finds out where the keys are, and reads them.
    pub(crate) async fn connect(client: Client, issuer: &str) -> Result<Self, Error> {
        let url = format!("{issuer}/.well-known/openid-configuration");
        let (discovery, _) = json::<Discovery>(client.get(&url), &url, TIME).await?;
        // OIDC Discovery §4.3: exactly the same, or somebody else's keys would be taken for theirs.
        if discovery.issuer != issuer {
            let why = format!("it is the document of {}", discovery.issuer);
            return Err(Error::Unreachable { url, why });
        }
        let keys = Self {
            client,
            url: discovery.jwks_uri,
            known: ArcSwapOption::empty(),
            tried: Mutex::new(Instant::now()),
        };
        keys.read().await?;
        Ok(keys)
    }

    /// The keys as they are known. When their time is over, one caller asks for them again and the others go on with what
    /// there is; keys that cannot be read again stay good, because a server that is away takes nothing back.
    pub(crate) async fn current(&self) -> Arc<Jwks> {
        match self.known.load_full() {
            Some(known) if Instant::now() < known.until => Arc::clone(&known.keys),
            Some(known) => match self.tried.try_lock() {
                Ok(mut tried) if tried.elapsed() >= COOL_DOWN => {
                    self.try_again(&mut tried).await;
                    self.known
                        .load_full()
                        .map_or_else(|| Arc::clone(&known.keys), |new| Arc::clone(&new.keys))
                }
                Ok(_) | Err(_) => Arc::clone(&known.keys),
            },
            None => Arc::default(),
        }
    }

    /// The keys once more, for a token whose key is not among `seen`; `None` when there are no others.
    pub(crate) async fn others(&self, seen: &Arc<Jwks>) -> Option<Arc<Jwks>> {
        let mut tried = self.tried.lock().await;
        let newer = |known: Option<Arc<Known>>| known.filter(|known| !Arc::ptr_eq(&known.keys, seen));
        if newer(self.known.load_full()).is_none() && tried.elapsed() >= COOL_DOWN {
            self.try_again(&mut tried).await;
        }
        newer(self.known.load_full()).map(|known| Arc::clone(&known.keys))
    }

    async fn try_again(&self, tried: &mut Instant) {
        if let Err(error) = self.read().await {
            tracing::warn!(%error, "the keys of the identity server could not be read: {error}");
        }
        *tried = Instant::now();
    }

    async fn read(&self) -> Result<(), Error> {
        let (set, headers) = json::<Set>(self.client.get(&self.url), &self.url, TIME).await?;
        // Keys of a kind that is not known here are somebody else's business.
        let keys = Arc::new(Jwks::new(set.keys.iter().filter_map(PublicKey::from_json)));
        self.known.store(Some(Arc::new(Known { keys, until: Instant::now() + life(&headers) })));
        Ok(())
    }
}

/// How long an answer may be kept (RFC 9111 §5.2.2).
fn life(headers: &HeaderMap) -> Duration {
    let said = headers.get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut directives = said.split(',').map(str::trim);
    if directives.clone().any(|directive| matches!(directive, "no-cache" | "no-store")) {
        return Duration::ZERO;
    }
    let seconds = directives.find_map(|directive| directive.strip_prefix("max-age=")?.parse().ok());
    seconds.map_or(LIFE, Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kept_as_long_as_the_server_allows() {
        let life = |said: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(said) = said {
                headers.insert(header::CACHE_CONTROL, http::HeaderValue::from_static(said));
            }
            life(&headers).as_secs()
        };
        assert_eq!(life(Some("public, max-age=3600")), 3600);
        assert_eq!(life(Some("no-cache")), 0);
        assert_eq!(life(Some("max-age=60, no-store")), 0);
        assert_eq!(life(Some("max-age=soon")), 300);
        assert_eq!(life(None), 300);
    }
}
