//! The trail as people read it: their own, their account's, and for operators the server's and anybody's.

mod export;
pub mod pages;

use grantry_store::audit::Trail;
use grantry_store::id::{AccountId, PersonId};

/// Whose trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owner {
    Server,
    Account(AccountId),
    /// Their sign-ins and passwords.
    Person(PersonId),
}

impl Owner {
    pub(crate) fn trail(&self) -> Trail<'_> {
        match self {
            Self::Server => Trail::Server,
            Self::Account(id) => Trail::Account(id),
            Self::Person(id) => Trail::Person(id),
        }
    }
}
