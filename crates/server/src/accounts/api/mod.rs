//! The identity API, version 1: users, roles and invitations of the account that an access token opens.

pub mod invitations;
pub mod users;

use grantry_store::id::PersonId;
use http::StatusCode;
use serde_json::json;

use super::Refused;
use super::roles::ROLES;
use crate::web::{Answer, Caller, Problem, Words, json};

/// The scopes with one of which users and invitations may be read.
pub const READ: &[&str] = &["identity:account-users.read", "identity:account-users.manage"];

/// The scope with which they may be changed.
pub const MANAGE: &[&str] = &["identity:account-users.manage"];

/// `GET /api/v1/roles`
///
/// # Errors
/// None of its own.
pub async fn roles(_: Caller) -> Answer {
    Ok(json::answer(StatusCode::OK, &json!({ "roles": ROLES })))
}

/// Whether this token may change who belongs to the account.
fn may_change(caller: &Caller) -> Result<(), Problem> {
    if caller.may_administer() { Ok(()) } else { Err(Problem::forbidden()) }
}

/// The person that a path names.
fn subject(id: &str) -> Result<PersonId, Problem> {
    PersonId::parse(id).ok_or_else(Problem::not_found)
}

/// The API answers 422 where a page would show a conflict.
fn problem(refused: &Refused, words: Words) -> Problem {
    let (field, key) = match refused {
        Refused::LastAdmin => ("isAccountAdmin", "accounts-fault-last-admin"),
        Refused::NotYours => ("firstName", "accounts-fault-not-yours"),
        Refused::Faults(_)
        | Refused::Missing
        | Refused::LastOperator
        | Refused::OtherState
        | Refused::OtherPerson
        | Refused::TooMany(_)
        | Refused::Busy(_)
        | Refused::Store(_)
        | Refused::Unwritten(_) => return refused.problem(words),
    };
    Problem::invalid(vec![(field.to_owned(), words.get(key))])
}
