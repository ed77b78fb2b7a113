//! Why a use-case of accounts changed nothing, and how pages and API answers say so.

use grantry_store::Error;
use http::StatusCode;

use crate::apps::{Fault, Faults};
use crate::sign_in::Busy;
use crate::web::{Problem, Words};

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
    /// The account is in that state already.
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

impl Refused {
    /// The refusal as pages and API answers give it.
    #[must_use]
    pub fn problem(&self, words: Words) -> Problem {
        match self {
            Self::Faults(faults) => Problem::invalid(faults.texts(words)),
            Self::Missing => Problem::not_found(),
            Self::LastAdmin => Problem::new(StatusCode::CONFLICT, "last-admin"),
            Self::LastOperator => Problem::new(StatusCode::CONFLICT, "last-operator"),
            Self::OtherState => Problem::new(StatusCode::CONFLICT, "other-state"),
            Self::NotYours => Problem::new(StatusCode::CONFLICT, "not-yours"),
            Self::OtherPerson => Problem::new(StatusCode::FORBIDDEN, "other-person"),
            Self::TooMany(seconds) => Problem::too_many(*seconds),
            Self::Busy(busy) => (*busy).into(),
            Self::Store(error) => error.clone().into(),
            Self::Unwritten(error) => Problem::internal(format!("{error:#}")),
        }
    }

    /// What a form shows: the faults of its fields, or a refusal as one of `field`.
    ///
    /// # Errors
    /// The problem, when it is nothing that typing something else would change.
    pub fn into_faults(self, field: &'static str, words: Words) -> Result<Faults, Problem> {
        match self {
            Self::Faults(faults) => Ok(faults),
            Self::TooMany(_) => Ok(Fault::new(field, "accounts-fault-too-many").into()),
            Self::Missing
            | Self::LastAdmin
            | Self::LastOperator
            | Self::OtherState
            | Self::NotYours
            | Self::OtherPerson
            | Self::Busy(_)
            | Self::Store(_)
            | Self::Unwritten(_) => Err(self.problem(words)),
        }
    }
}
