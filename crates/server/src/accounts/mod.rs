//! Accounts and their people: members, invitations, roles, the trail; for operators every account of the server.
//!
//! The files named by verbs and nouns hold the use-cases, which pages, the identity API and commands call alike.

pub mod create;
pub mod edit;
pub mod invitations;
mod letters;
pub mod members;
pub mod people;
pub mod roles;
pub mod suspend;

pub use create::{RawAccount, create, create_with_admin};
pub use people::{Made, RawPerson};
pub use roles::Access;

use grantry_oauth::display_text;
use grantry_store::Error;
use grantry_store::audit::{ActorKind, Origin};
use grantry_store::id::PersonId;

use crate::apps::{Fault, Faults};
use crate::sign_in::Busy;
use crate::sign_in::password_rules::Weakness;

/// Longest name of an account or a person, in letters.
pub const LONGEST_NAME: usize = 100;

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// What was typed; every fault at once.
    #[error("some fields need another look")]
    Faults(Faults),
    /// There is no such account, member or invitation, or it is somebody else's.
    #[error("there is nothing of this name")]
    Missing,
    /// Nobody else administers the account.
    #[error("the last account admin stays; make somebody else an account admin first")]
    LastAdmin,
    /// Without this account nobody could operate the server.
    #[error("the last operator account stays")]
    LastOperator,
    /// The account or the invitation is in that state already.
    #[error("nothing to change")]
    OtherState,
    /// The name of somebody who is also a member of other accounts is theirs to change.
    #[error("the person belongs to other accounts, too")]
    NotYours,
    /// An invitation is for somebody else than who is signed in.
    #[error("the invitation is for another address")]
    OtherPerson,
    /// Too many people were invited; try again after so many seconds.
    #[error("too many invitations; try again in {0} seconds")]
    TooMany(u64),
    /// Too many passwords are being hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store's.
    #[error(transparent)]
    Store(#[from] Error),
    /// A mail could not be written.
    #[error(transparent)]
    Unwritten(#[from] anyhow::Error),
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

/// A name that somebody typed, or the fault of its field.
fn name(field: &'static str, raw: &str) -> Result<String, Fault> {
    display_text::register(raw, LONGEST_NAME).map_err(|why| {
        Fault::new(field, format!("apps-fault-text-{}", why.key())).with("limit", LONGEST_NAME)
    })
}

/// The fault of a password that cannot be chosen.
fn weak(weakness: Weakness) -> Fault {
    let key = match weakness {
        Weakness::TooShort => "fault-password-short",
        Weakness::TooLong => "fault-password-long",
        Weakness::Common => "fault-password-common",
        Weakness::Personal => "fault-password-personal",
    };
    Fault::new("password", key)
}

/// Who acts, when it is a person.
fn person(origin: &Origin) -> Option<PersonId> {
    (origin.actor.kind == ActorKind::Person).then(|| PersonId::parse(&origin.actor.id)).flatten()
}
