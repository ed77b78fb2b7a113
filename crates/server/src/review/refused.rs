//! Why a use-case of the approval changed nothing, and how pages and commands say so.

use grantry_store::Error;
use http::StatusCode;

use crate::apps::{self, Fault, Faults};
use crate::web::{Problem, Words};

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// What was typed, or what the app lacks; every fault at once.
    #[error("some things are missing")]
    Faults(Faults),
    /// There is no such app or submission, or it is somebody else's.
    #[error("there is no such submission")]
    Missing,
    /// Custom apps, and apps that registered themselves, are not approved.
    #[error("only store apps that somebody registered are reviewed")]
    NotReviewable,
    /// Everything that is wanted is live already.
    #[error("nothing waits for approval")]
    NothingToSubmit,
    /// A submission of the app waits already.
    #[error("the app is submitted already")]
    AlreadySubmitted,
    /// The submission was decided or withdrawn meanwhile.
    #[error("the submission does not wait for a decision any more")]
    Closed,
    /// The developer took something out, or somebody else is on it by now.
    #[error("the submission was changed meanwhile")]
    Changed,
    /// Another reviewer is on it, by this name.
    #[error("another reviewer is on it")]
    Taken,
    /// It is an app of an account that the reviewer belongs to, or one that they submitted themselves.
    #[error("reviewers do not decide about their own apps")]
    OwnApp,
    /// A check says that this must change first.
    #[error("a check fails")]
    ChecksFail,
    /// Too many outward calls for this account; try again after so many seconds.
    #[error("too many checks; try again in {0} seconds")]
    TooMany(u64),
    /// A mail could not be written.
    #[error("a mail could not be written: {0}")]
    Mail(anyhow::Error),
    /// The store's.
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Faults(fault.into())
    }
}

impl From<apps::Refused> for Refused {
    fn from(refused: apps::Refused) -> Self {
        match refused {
            apps::Refused::Faults(faults) => Self::Faults(faults),
            apps::Refused::Missing => Self::Missing,
            apps::Refused::UnderReview => Self::AlreadySubmitted,
            apps::Refused::TooMany(seconds) => Self::TooMany(seconds),
            apps::Refused::Store(error) => Self::Store(error),
            apps::Refused::Full(_)
            | apps::Refused::NeedsDeveloperAccount
            | apps::Refused::Changed
            | apps::Refused::LastSecret
            | apps::Refused::AlreadyCreated
            | apps::Refused::OtherState => Self::Changed,
        }
    }
}

impl Refused {
    /// The refusal as pages give it.
    #[must_use]
    pub fn problem(&self, words: Words) -> Problem {
        let key = match self {
            Self::Faults(faults) => return Problem::invalid(faults.texts(words)),
            Self::Missing => return Problem::not_found(),
            Self::TooMany(seconds) => return Problem::too_many(*seconds),
            Self::Mail(cause) => return Problem::internal(cause),
            Self::Store(error) => return error.clone().into(),
            Self::OwnApp => {
                let detail = words.get("review-refused-own-app");
                return Problem::new(StatusCode::FORBIDDEN, "forbidden").detail(detail);
            }
            Self::NotReviewable => "review-refused-not-reviewable",
            Self::NothingToSubmit => "review-refused-nothing",
            Self::AlreadySubmitted => "review-refused-already",
            Self::Closed => "review-refused-closed",
            Self::Changed => "review-refused-changed",
            Self::Taken => "review-refused-taken",
            Self::ChecksFail => "review-refused-checks",
        };
        Problem::new(StatusCode::CONFLICT, "not-done").detail(words.get(key))
    }

    /// What a form shows: the faults of its fields, or a refusal as one of `field`.
    ///
    /// # Errors
    /// The problem, when it is nothing that typing something else would change.
    pub fn into_faults(self, field: &'static str, words: Words) -> Result<Faults, Problem> {
        match self {
            Self::Faults(faults) => Ok(faults),
            Self::ChecksFail => Ok(Fault::new(field, "review-refused-checks").into()),
            Self::TooMany(_) => Ok(Fault::new(field, "apps-refused-too-many").into()),
            Self::Missing
            | Self::NotReviewable
            | Self::NothingToSubmit
            | Self::AlreadySubmitted
            | Self::Closed
            | Self::Changed
            | Self::Taken
            | Self::OwnApp
            | Self::Mail(_)
            | Self::Store(_) => Err(self.problem(words)),
        }
    }
}
