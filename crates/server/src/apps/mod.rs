//! Apps of an account: registering, editing, secrets, deleting. The files named by verbs are for pages, API and commands alike.

pub mod api;
pub mod create_link;
pub mod details;
pub mod edit;
pub mod fault;
mod limits;
pub mod logo;
mod own;
pub mod pages;
pub mod picture;
pub mod protocol;
pub mod redirect_check;
mod refused;
pub mod register;
pub mod remove;
pub mod requests;
pub mod secrets;
pub mod sector;
pub mod split;
pub mod standing;
pub mod try_out;
pub mod versions;
pub mod webhook;

pub use details::RawApp;
pub use fault::{Fault, Faults};
pub(crate) use limits::spend;
pub use limits::{APPS_PER_ACCOUNT, SECRETS_PER_APP};
pub use own::Own;
pub use refused::Refused;
pub use versions::Versions;

use grantry_store::app::App as StoredApp;
use grantry_store::audit::{Object, ObjectKind};

/// The app as the trail names it.
#[must_use]
pub fn object(app: &StoredApp) -> Object {
    Object::new(ObjectKind::App, app.id.as_str(), app.client_id.as_str())
}
