//! Tokens: how they are made, and whether one that comes back is still good.

mod access;
mod client_credentials;
mod device;
mod exchange;
mod living;
mod opaque;
mod opened;
mod person;
pub mod proof;
mod refresh;
mod revoke;
mod token_exchange;

pub use client_credentials::client_credentials;
pub use device::{device_code, wait};
pub use exchange::exchange;
pub use living::{Dead, Holder, Living, NotAdmitted};
pub use person::{about, asked, name, roles};
pub use refresh::refresh;
pub use revoke::revoke;
pub use token_exchange::token_exchange;

use grantry_oauth::compat::Preset;
use grantry_oauth::grant::Asker;
use grantry_oauth::jose::KeyError;
use grantry_oauth::scope::ScopeSet;
use grantry_store::audit::Origin;

use crate::app::App;
use crate::cached::KnownApp;
use crate::config::CompatPreset;
use crate::keys;

/// Who asks for tokens: an app that has authenticated, and the key that it proved.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    pub known: &'a KnownApp,
    /// The thumbprint of the key of a DPoP proof; the access token is bound to it.
    pub jkt: Option<&'a str>,
    /// Who did it and from where, for the trail.
    pub origin: &'a Origin,
}

impl<'a> Asking<'a> {
    fn rules(&self) -> Asker<'a> {
        Asker { client: &self.known.client, jkt: self.jkt }
    }
}

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
