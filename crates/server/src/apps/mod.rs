//! Apps of an account: registering, editing, secrets, deleting. The files named by verbs are for pages, API and commands alike.

pub mod details;
pub mod edit;
pub mod fault;
mod limits;
pub mod logo;
pub mod redirect_check;
pub mod register;
pub mod remove;
pub mod secrets;
pub mod standing;

pub use details::RawApp;
pub use fault::{Fault, Faults};
pub use limits::{APPS_PER_ACCOUNT, SECRETS_PER_APP};

use grantry_store::Error;
use grantry_store::app::App as StoredApp;
use grantry_store::audit::{Object, ObjectKind};

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// What was typed; every fault at once.
    #[error("some fields need another look")]
    Faults(Faults),
    /// There is no such app or secret, or it is somebody else's.
    #[error("there is no such app")]
    Missing,
    /// The account or the app has as many as it may have.
    #[error("the limit of {0} is reached")]
    Full(i64),
    /// Customer accounts connect store apps and register custom apps only.
    #[error("store apps belong to developer accounts")]
    NeedsDeveloperAccount,
    /// Somebody else saved the app since the form was opened.
    #[error("the app was changed meanwhile")]
    Changed,
    /// The secret is the last one that works, and nobody said that it may go.
    #[error("this is the last secret that works")]
    LastSecret,
    /// The form was sent before; its secret was shown then.
    #[error("this secret was already created")]
    AlreadyCreated,
    /// An app that is not approved is not published; one that is not suspended is not resumed.
    #[error("the app is in another state")]
    OtherState,
    /// Too many outward calls for this account; try again after so many seconds.
    #[error("too many checks; try again in {0} seconds")]
    TooMany(u64),
    /// The store's.
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<Faults> for Refused {
    fn from(faults: Faults) -> Self {
        Self::Faults(faults)
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Faults(fault.into())
    }
}

/// The app as the trail names it.
fn object(app: &StoredApp) -> Object {
    Object::new(ObjectKind::App, app.id.as_str(), app.client_id.as_str())
}
