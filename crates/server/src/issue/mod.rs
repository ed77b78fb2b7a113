//! Tokens: how they are made, and whether one that comes back is still good.

mod access;
mod client_credentials;
mod exchange;
mod living;
mod opaque;
mod person;
mod refresh;
mod revoke;

pub use client_credentials::client_credentials;
pub use exchange::exchange;
pub use living::{Dead, Holder, Living};
pub use person::{name, roles};
pub use refresh::refresh;
pub use revoke::revoke;

use grantry_oauth::compat::Preset;
use grantry_oauth::jose::KeyError;
use grantry_oauth::scope::ScopeSet;

use crate::app::App;
use crate::config::CompatPreset;
use crate::keys;

/// What a token request gives.
#[derive(Debug)]
pub struct Given {
    pub access_token: String,
    /// Seconds.
    pub expires_in: u64,
    pub scopes: ScopeSet,
    pub refresh_token: Option<String>,
    pub id_token: Option<String>,
}

/// Why nothing is given.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    #[error(transparent)]
    Refused(#[from] grantry_oauth::Error),
    #[error(transparent)]
    Store(#[from] grantry_store::Error),
    #[error(transparent)]
    Keys(#[from] keys::Error),
}

impl From<KeyError> for Failed {
    fn from(error: KeyError) -> Self {
        Self::Keys(error.into())
    }
}

/// Whose spelling tokens and userinfo follow here.
#[must_use]
pub fn preset(app: &App) -> Preset {
    match app.config.compat.preset {
        CompatPreset::None => Preset::None,
        CompatPreset::Seed => Preset::Seed,
    }
}
