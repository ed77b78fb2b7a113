//! Whether what a grant hangs on still stands: looked at on every exchange, refresh, introspection and userinfo call.

use crate::error::{Error, ErrorCode};

/// How the person who granted is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PersonStanding {
    /// May sign in, and is a member of the account.
    Active,
    /// Disabled, by the server or in the account.
    Disabled,
    /// No member of the account any more, or erased.
    Gone,
}

/// Everything that a grant hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The grant or its connection was ended.
    pub ended: bool,
    /// The app exists and is not suspended.
    pub client_active: bool,
    /// The account is not suspended.
    pub account_active: bool,
    /// The person.
    pub person: PersonStanding,
    /// The grant is the account's, not only the person's: an account admin gave it to an app that keeps its tokens on
    /// its own server. What another member gave, and what lies on a person's device, ends with the person.
    pub outlives_person: bool,
}

/// For whom a new token speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The person: `sub` is theirs.
    Person,
    /// The account's connection, its person being gone: `sub` is the connection's own, and there is no ID token and no
    /// OIDC scope but `offline_access`.
    Connection,
}

impl Standing {
    /// For whom a new token speaks.
    ///
    /// # Errors
    /// `invalid_grant` when nothing may be issued any more; the hint says why.
    pub fn subject(&self) -> Result<Subject, Error> {
        let ended = |hint: &str| {
            Err(Error::new(ErrorCode::InvalidGrant, "what was granted has ended").with_hint(hint))
        };
        if self.ended {
            return ended("the connection was ended");
        }
        if !self.client_active {
            return ended("the app is suspended or deleted");
        }
        if !self.account_active {
            return ended("the account is suspended");
        }
        match (self.person, self.outlives_person) {
            (PersonStanding::Active, _) => Ok(Subject::Person),
            (PersonStanding::Disabled | PersonStanding::Gone, true) => Ok(Subject::Connection),
            (PersonStanding::Disabled, false) => ended("the user was disabled"),
            (PersonStanding::Gone, false) => ended("the user has no access to the account any more"),
        }
    }

    /// Whether a token that speaks for `subject` is still good. A person's token ends with the person, even when the
    /// grant outlives them: the next refresh brings one that speaks for the connection.
    #[must_use]
    pub fn keeps(&self, subject: Subject) -> bool {
        match (self.subject(), subject) {
            (Ok(Subject::Person), _) | (Ok(Subject::Connection), Subject::Connection) => true,
            (Ok(Subject::Connection), Subject::Person) | (Err(_), _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Standing = Standing {
        ended: false,
        client_active: true,
        account_active: true,
        person: PersonStanding::Active,
        outlives_person: false,
    };

    // security: T14
    #[test]
    fn every_end_is_an_end() {
        assert_eq!(GOOD.subject(), Ok(Subject::Person));
        let ends = [
            Standing { ended: true, ..GOOD },
            Standing { client_active: false, ..GOOD },
            Standing { account_active: false, ..GOOD },
            Standing { person: PersonStanding::Disabled, ..GOOD },
            Standing { person: PersonStanding::Gone, ..GOOD },
        ];
        let mut hints = std::collections::BTreeSet::new();
        for standing in ends {
            let error = standing.subject().expect_err("ended");
            assert_eq!(error.code, ErrorCode::InvalidGrant);
            assert!(hints.insert(error.hint), "each reason has its own words");
            assert!(!standing.keeps(Subject::Person) && !standing.keeps(Subject::Connection));
        }
    }

    // security: T14
    #[test]
    fn what_an_admin_gave_for_the_account_outlives_them_but_their_own_tokens_do_not() {
        for person in [PersonStanding::Disabled, PersonStanding::Gone] {
            let standing = Standing { person, outlives_person: true, ..GOOD };
            assert_eq!(standing.subject(), Ok(Subject::Connection));
            assert!(standing.keeps(Subject::Connection));
            assert!(!standing.keeps(Subject::Person));
            assert!(Standing { ended: true, ..standing }.subject().is_err());
        }
    }
}
