//! Why a use-case of apps changed nothing, and how pages and API answers say so.

use grantry_store::Error;
use http::StatusCode;

use super::{Fault, Faults};
use crate::web::{Problem, Words};

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
    /// Reviewers look at a version that asks for less. It can be withdrawn.
    #[error("the app is under review; withdraw the submission to ask for more")]
    UnderReview,
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

impl Refused {
    /// The refusal as pages and API answers give it.
    #[must_use]
    pub fn problem(&self, words: Words) -> Problem {
        match self {
            Self::Faults(faults) => {
                let mut problem = Problem::invalid(faults.texts(words));
                if faults.is_conflict() {
                    problem.status = StatusCode::CONFLICT;
                }
                problem
            }
            Self::Missing => Problem::not_found(),
            Self::Full(limit) => {
                let detail = words.with("apps-refused-full", "limit", limit);
                Problem::new(StatusCode::CONFLICT, "not-done").detail(detail)
            }
            Self::NeedsDeveloperAccount => Problem::new(StatusCode::FORBIDDEN, "developers-only"),
            Self::Changed => conflict(words.get("apps-refused-changed")),
            Self::LastSecret => conflict(words.get("apps-refused-last-secret")),
            Self::AlreadyCreated => conflict(words.get("apps-refused-already-created")),
            Self::OtherState => conflict(words.get("apps-refused-other-state")),
            Self::UnderReview => conflict(words.get("apps-refused-under-review")),
            Self::TooMany(seconds) => Problem::too_many(*seconds),
            Self::Store(error) => error.clone().into(),
        }
    }

    /// What a form shows: the faults of its fields, or a refusal as one of `field`.
    ///
    /// # Errors
    /// The problem, when it is nothing that typing something else would change.
    pub fn into_faults(self, field: &'static str, words: Words) -> Result<Faults, Problem> {
        match self {
            Self::Faults(faults) => Ok(faults),
            Self::Full(limit) => Ok(Fault::new(field, "apps-refused-full").with("limit", limit).into()),
            Self::Changed => Ok(Fault::new(field, "apps-refused-changed").into()),
            Self::UnderReview => Ok(Fault::new(field, "apps-refused-under-review").into()),
            Self::TooMany(_) => Ok(Fault::new(field, "apps-refused-too-many").into()),
            Self::Missing
            | Self::NeedsDeveloperAccount
            | Self::LastSecret
            | Self::AlreadyCreated
            | Self::OtherState
            | Self::Store(_) => Err(self.problem(words)),
        }
    }
}

fn conflict(detail: String) -> Problem {
    Problem::new(StatusCode::CONFLICT, "not-done").detail(detail)
}
