//! Who reviews: members of the operator account with that privilege, and its admins; never their own apps.

use grantry_store::account::AccountKind;
use grantry_store::id::{AccountId, PersonId};
use grantry_store::submission::QueuedSubmission;
use grantry_store::{Error, Reader};

use super::Refused;
use crate::web::{Actor, Problem};

/// Somebody who reviews.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewer {
    pub person: PersonId,
    /// The operator account in which they do.
    pub account: AccountId,
}

impl Reviewer {
    /// The reviewer that a signed-in person is; the guard has made sure of it.
    ///
    /// # Errors
    /// A problem for a person without any account.
    pub fn of(actor: &Actor) -> Result<Self, Problem> {
        let account = actor.current()?.account.id.clone();
        Ok(Self { person: actor.person.id.clone(), account })
    }

    /// Whether this reviewer may decide about a submission: nobody does about an app of an account that they belong to.
    /// All who review belong to the operator account, so about its own apps everybody else than the submitter does.
    ///
    /// # Errors
    /// The store's.
    pub async fn may_decide(&self, reader: &Reader, found: &QueuedSubmission) -> Result<bool, Error> {
        if found.submission.submitted_by.as_ref() == Some(&self.person) {
            return Ok(false);
        }
        match found.account_kind {
            AccountKind::Operator => Ok(true),
            AccountKind::Developer | AccountKind::Customer | AccountKind::SelfRegistered => {
                Ok(reader.find_member(&found.account_id, &self.person).await?.is_none())
            }
        }
    }

    /// Makes sure that this reviewer may decide.
    ///
    /// # Errors
    /// [`Refused::OwnApp`], or the store's.
    pub(super) async fn check(&self, reader: &Reader, found: &QueuedSubmission) -> Result<(), Refused> {
        if self.may_decide(reader, found).await? { Ok(()) } else { Err(Refused::OwnApp) }
    }
}
