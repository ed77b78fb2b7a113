//! What an error of PostgreSQL means.

use crate::{Error, FOREIGN_KEY};
use deadpool_postgres::{PoolError, TimeoutType};
use std::error::Error as Cause;
use tokio_postgres::error::{DbError, SqlState};

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(answer) = error.as_db_error() {
            return meaning(answer);
        }
        let lost = error.is_closed() || error.source().is_some_and(<dyn Cause>::is::<std::io::Error>);
        if lost { Error::Unavailable(causes(&error)) } else { Error::Corrupt(causes(&error)) }
    }
}

/// By SQLSTATE; its first two characters are a class.
fn meaning(answer: &DbError) -> Error {
    // The detail of an error holds values, the message does not.
    let text = || format!("{} ({})", answer.message(), answer.code().code());
    let code = answer.code();
    if *code == SqlState::UNIQUE_VIOLATION {
        return match answer.constraint() {
            Some(name) => Error::Conflict(name.to_owned()),
            None => Error::Corrupt(text()),
        };
    }
    if *code == SqlState::FOREIGN_KEY_VIOLATION {
        return Error::Conflict(FOREIGN_KEY.to_owned());
    }
    // A serialization failure or deadlock; a lock or an answer that took too long.
    if code.code().starts_with("40")
        || [SqlState::LOCK_NOT_AVAILABLE, SqlState::QUERY_CANCELED].contains(code)
    {
        return Error::Busy;
    }
    // Wrong data, constraints or statements are ours. Everything else is the server's: connections, space, memory,
    // a stop, a standby that does not write.
    match code.code().get(..2) {
        Some("22" | "23" | "42") => Error::Corrupt(text()),
        _ => Error::Unavailable(text()),
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Timeout(TimeoutType::Wait) => Error::Busy,
            PoolError::Backend(error) => Error::Unavailable(causes(&error)),
            other @ (PoolError::Timeout(_)
            | PoolError::Closed
            | PoolError::NoRuntimeSpecified
            | PoolError::PostCreateHook(_)) => Error::Unavailable(other.to_string()),
        }
    }
}

/// An error with what caused it.
pub(super) fn causes(error: &dyn Cause) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
