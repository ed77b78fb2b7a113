//! When things were last used: noted in memory on the hot path, written in batches.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use grantry_oauth::time::Timestamp;
use grantry_store::id::{ApiSecretId, AppId, ConnectionId, SecretId};

use crate::app::App;

/// Last uses that are not written yet. A crash loses at most one period of them, and nothing depends on that.
#[derive(Debug, Default)]
pub struct Touched {
    sessions: Mutex<HashMap<[u8; 32], Timestamp>>,
    secrets: Mutex<HashMap<SecretId, Timestamp>>,
    api_secrets: Mutex<HashMap<ApiSecretId, Timestamp>>,
    refresh_tokens: Mutex<HashMap<[u8; 32], Timestamp>>,
    connections: Mutex<HashMap<ConnectionId, Timestamp>>,
    machine_apps: Mutex<HashMap<AppId, Timestamp>>,
}

impl Touched {
    pub fn session(&self, id_hash: [u8; 32], now: Timestamp) {
        note(&self.sessions, &id_hash, now);
    }

    pub fn secret(&self, id: &SecretId, now: Timestamp) {
        note(&self.secrets, id, now);
    }

    pub fn api_secret(&self, id: &ApiSecretId, now: Timestamp) {
        note(&self.api_secrets, id, now);
    }

    pub fn refresh_token(&self, hash: [u8; 32], now: Timestamp) {
        note(&self.refresh_tokens, &hash, now);
    }

    pub fn connection(&self, id: &ConnectionId, now: Timestamp) {
        note(&self.connections, id, now);
    }

    /// An app that registered itself: it is kept as long as it is used.
    pub fn machine_app(&self, id: &AppId, now: Timestamp) {
        note(&self.machine_apps, id, now);
    }

    /// Writes what was noted. What cannot be written is noted again, for the next time.
    pub async fn flush(&self, app: &App) {
        let sessions = take(&self.sessions);
        let secrets = take(&self.secrets);
        let api_secrets = take(&self.api_secrets);
        let refresh_tokens = take(&self.refresh_tokens);
        let connections = take(&self.connections);
        let machine_apps = take(&self.machine_apps);
        let noted = sessions.len() + secrets.len() + api_secrets.len() + refresh_tokens.len();
        let noted = noted + connections.len() + machine_apps.len();
        if noted == 0 {
            return;
        }
        let (s, c, a, r, k) = (&sessions, &secrets, &api_secrets, &refresh_tokens, &connections);
        let m = &machine_apps;
        let written = app
            .store
            .write(app.clock.now(), |tx| async move {
                tx.touch_sessions(s).await?;
                tx.touch_secrets(c).await?;
                tx.touch_api_secrets(a).await?;
                tx.touch_refresh_tokens(r).await?;
                tx.touch_connections(k).await?;
                tx.touch_machine_apps(m).await
            })
            .await;
        if let Err(error) = written {
            tracing::warn!(%error, "the times of last use could not be written: {error}");
            put_back(&self.sessions, sessions);
            put_back(&self.secrets, secrets);
            put_back(&self.api_secrets, api_secrets);
            put_back(&self.refresh_tokens, refresh_tokens);
            put_back(&self.connections, connections);
            put_back(&self.machine_apps, machine_apps);
        }
    }
}

fn lock<K>(noted: &Mutex<HashMap<K, Timestamp>>) -> MutexGuard<'_, HashMap<K, Timestamp>> {
    noted.lock().unwrap_or_else(PoisonError::into_inner)
}

fn note<K: Eq + Hash + Clone>(noted: &Mutex<HashMap<K, Timestamp>>, key: &K, now: Timestamp) {
    let mut noted = lock(noted);
    match noted.get_mut(key) {
        Some(at) => *at = now.max(*at),
        None => {
            noted.insert(key.clone(), now);
        }
    }
}

fn take<K>(noted: &Mutex<HashMap<K, Timestamp>>) -> Vec<(K, Timestamp)> {
    std::mem::take(&mut *lock(noted)).into_iter().collect()
}

fn put_back<K: Eq + Hash + Clone>(noted: &Mutex<HashMap<K, Timestamp>>, list: Vec<(K, Timestamp)>) {
    for (key, at) in list {
        note(noted, &key, at);
    }
}
