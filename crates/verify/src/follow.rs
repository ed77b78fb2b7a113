//! The revocation feed: a task that hears what was revoked, and what becomes of tokens while it hears nothing.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use grantry_oauth::Timestamp;
use grantry_oauth::access_token::{self, Claims};
use reqwest::Client;
use serde::Deserialize;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use url::form_urlencoded;

use crate::Error;
use crate::fetch::{TIME, json};

/// The longest that a call waits for news.
const LONGEST_WAIT: u64 = 25;

/// The pause after a failed call; it doubles up to the second.
const PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(5)];

/// What happens to tokens while the feed cannot be heard. There is no default: somebody has to decide what is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenBlind {
    /// Tokens are accepted until they expire, within the hour, as without a feed: the API stays up when the identity
    /// server is down.
    Accept,
    /// When nothing was heard for this long, requests are answered 503 until something is heard again: a revoked token
    /// is never accepted for longer.
    RefuseAfter(Duration),
}

/// How to follow the feed.
#[derive(Clone, Debug)]
pub struct Feed {
    secret: Hidden,
    when_blind: WhenBlind,
}

/// A secret that no log shows.
#[derive(Clone)]
struct Hidden(String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(hidden)")
    }
}

impl Feed {
    /// The secret is one of the API: `grantry api secret add NAME`, the same as for introspection.
    #[must_use]
    pub fn new(secret: impl Into<String>, when_blind: WhenBlind) -> Self {
        Self { secret: Hidden(secret.into()), when_blind }
    }
}

/// Whether tokens are good, as far as was heard.
#[derive(Debug)]
pub(crate) struct Follower {
    heard: Arc<Heard>,
    when_blind: WhenBlind,
    task: JoinHandle<()>,
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the feed says about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Good,
    Revoked,
    Unknown,
}

#[derive(Debug, Default)]
struct Heard {
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By kind and name: tokens issued up to which second are revoked, and when all of them are dead.
    revoked: HashMap<(Kind, String), (i64, i64)>,
    at: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Grant,
    Token,
    App,
    Account,
}

#[derive(Deserialize)]
struct Answer {
    cursor: String,
    complete: bool,
    revocations: Vec<Revocation>,
}

#[derive(Deserialize)]
struct Revocation {
    kind: Kind,
    id: String,
    issued_until: i64,
    until: i64,
}

/// Where the feed is, and who asks.
struct Caller {
    client: Client,
    url: String,
    audience: String,
    secret: String,
    wait: u64,
}

impl Follower {
    /// Hears everything that matters now, and goes on from there.
    pub(crate) async fn connect(
        client: Client,
        issuer: &str,
        audience: &str,
        feed: Feed,
    ) -> Result<Self, Error> {
        let wait = match feed.when_blind {
            WhenBlind::Accept => LONGEST_WAIT,
            // Twice within the time, or silence of the feed would look like its end.
            WhenBlind::RefuseAfter(time) => (time.as_secs() / 2).clamp(1, LONGEST_WAIT),
        };
        let caller = Caller {
            client,
            url: format!("{issuer}/api/v1/revocations"),
            audience: audience.to_owned(),
            secret: feed.secret.0,
            wait,
        };
        let heard = Arc::<Heard>::default();
        let mut cursor = None;
        while !caller.hear(&heard, &mut cursor).await? {}
        let task = tokio::spawn(follow(caller, Arc::clone(&heard), cursor));
        Ok(Self { heard, when_blind: feed.when_blind, task })
    }

    /// Whether a token that verifies was revoked.
    pub(crate) fn standing(&self, claims: &Claims) -> Standing {
        let state = self.heard.state.read().unwrap_or_else(PoisonError::into_inner);
        let revoked = |kind, name: &str| {
            let found = state.revoked.get(&(kind, name.to_owned()));
            found.is_some_and(|(issued_until, _)| claims.issued_at.seconds() <= *issued_until)
        };
        let grant = claims.grant_id().is_some_and(|grant| revoked(Kind::Grant, grant));
        if grant
            || access_token::lineage(&claims.jti).any(|jti| revoked(Kind::Token, jti))
            || revoked(Kind::App, &claims.client_id)
            || revoked(Kind::Account, &claims.account_code)
        {
            return Standing::Revoked;
        }
        match self.when_blind {
            WhenBlind::RefuseAfter(time) if state.at.is_none_or(|at| at.elapsed() > time) => {
                Standing::Unknown
            }
            WhenBlind::RefuseAfter(_) | WhenBlind::Accept => Standing::Good,
        }
    }
}

impl Caller {
    /// One call; says whether everything was heard.
    async fn hear(&self, heard: &Heard, cursor: &mut Option<String>) -> Result<bool, Error> {
        let target = match cursor {
            None => self.url.clone(),
            Some(cursor) => {
                let query = form_urlencoded::Serializer::new(String::new())
                    .append_pair("since", cursor)
                    .append_pair("wait", &self.wait.to_string())
                    .finish();
                format!("{}?{query}", self.url)
            }
        };
        let request = self.client.get(target).basic_auth(&self.audience, Some(&self.secret));
        let time = TIME + Duration::from_secs(self.wait);
        let (answer, _) = json::<Answer>(request, &self.url, time).await?;
        let complete = answer.complete;
        *cursor = Some(answer.cursor.clone());
        heard.take(answer, crate::verifier::now());
        Ok(complete)
    }
}

impl Heard {
    fn take(&self, answer: Answer, now: Timestamp) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.revoked.retain(|_, (_, until)| *until >= now.seconds());
        for Revocation { kind, id, issued_until, until } in answer.revocations {
            let kept = state.revoked.entry((kind, id)).or_insert((issued_until, until));
            *kept = (kept.0.max(issued_until), kept.1.max(until));
        }
        if answer.complete {
            state.at = Some(Instant::now());
        }
    }
}

/// Hears for ever. What was heard stays while the server is away.
async fn follow(caller: Caller, heard: Arc<Heard>, mut cursor: Option<String>) {
    let [shortest, longest] = PAUSES;
    let mut pause = shortest;
    loop {
        match caller.hear(&heard, &mut cursor).await {
            Ok(_) => pause = shortest,
            Err(error) => {
                tracing::warn!(%error, "the revocation feed could not be heard: {error}");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(longest);
            }
        }
    }
}
