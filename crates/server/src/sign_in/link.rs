//! Links that let somebody do one thing once: what they carry, and what is kept of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantry_store::action_token::{ActionKind, NewActionToken};
use grantry_store::id::PersonId;
use grantry_store::{Error, Tx};
use std::time::Duration;

use super::session::id_hash;
use super::{Busy, Wait};
use crate::app::App;

/// Why somebody who asked for a link by mail gets an answer that says so. Whether the address is known is never one.
#[derive(Debug, thiserror::Error)]
pub enum NotMailed {
    /// Too many were asked for from one source.
    #[error("too many mails were asked for")]
    TooMany(Wait),
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    Store(#[from] Error),
    #[error(transparent)]
    Unwritten(#[from] anyhow::Error),
}

/// A link about to be made: its row goes into the transaction that makes it due.
#[derive(Debug)]
pub struct Link {
    /// The whole address, as mails write it.
    pub url: String,
    new: NewActionToken,
}

/// What a link carries, as it is kept: SHA-256.
#[must_use]
pub fn hash(token: &str) -> [u8; 32] {
    id_hash(token)
}

impl Link {
    /// A link whose last part is 256 random bits.
    #[must_use]
    pub fn new(app: &App, path: &str, kind: ActionKind, valid_for: Duration) -> Self {
        let token = URL_SAFE_NO_PAD.encode(app.random.bytes::<32>());
        let new = NewActionToken {
            hash: hash(&token),
            kind,
            person_id: None,
            account_id: None,
            data: "{}".to_owned(),
            expires_at: app.clock.now() + valid_for,
        };
        Self { url: format!("{}{path}/{token}", app.issuer()), new }
    }

    /// For this person: unused ones of the same kind die when this one is made.
    #[must_use]
    pub fn of(mut self, person: &PersonId) -> Self {
        self.new.person_id = Some(person.clone());
        self
    }

    /// With what else the action needs.
    #[must_use]
    pub fn with(mut self, data: &impl serde::Serialize) -> Self {
        self.new.data = serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned());
        self
    }

    /// Makes it.
    ///
    /// # Errors
    /// The store's.
    pub async fn make(&self, tx: &Tx) -> Result<(), Error> {
        if self.new.person_id.is_some() {
            tx.delete_action_tokens(self.new.kind, self.new.person_id.as_ref()).await?;
        }
        tx.insert_action_token(&self.new).await
    }
}
