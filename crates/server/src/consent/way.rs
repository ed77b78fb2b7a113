//! Who may connect an app to an account, and whose the connection is then.

use grantry_store::account::{AccountKind, ConnectPolicy};
use grantry_store::app::Listing;
use grantry_store::connection::ConnectionKind;

use crate::config::Unlisted;

/// What decides.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Whether the person administers the account.
    pub is_admin: bool,
    /// Who else may connect apps there.
    pub policy: ConnectPolicy,
    /// Whether the app may be connected to this account at all; see [`is_open_to`].
    pub open: bool,
    /// An admin has connected the app for the account.
    pub connected: bool,
    /// A connection that stands, and has everything that is asked for.
    pub covering: Option<ConnectionKind>,
}

/// How the person may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The connection of this kind that stands is enough.
    Join(ConnectionKind),
    /// A connection of this kind is made, or gets more scopes.
    Connect(ConnectionKind),
}

/// Why the person may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoWay {
    /// Only an admin of the account may.
    AskAdmin,
    /// Nobody of this account may, before the app is approved.
    NotReviewed,
}

/// Finds the way.
///
/// # Errors
/// Why there is none.
pub fn way(facts: &Facts) -> Result<Way, NoWay> {
    if let Some(kind) = facts.covering {
        return Ok(Way::Join(kind));
    }
    if !facts.open {
        return Err(NoWay::NotReviewed);
    }
    if facts.is_admin {
        return Ok(Way::Connect(ConnectionKind::Account));
    }
    match facts.policy {
        ConnectPolicy::Anyone => Ok(Way::Connect(ConnectionKind::Personal)),
        // An admin allows an app by connecting it.
        ConnectPolicy::AllowList if facts.connected => Ok(Way::Connect(ConnectionKind::Personal)),
        ConnectPolicy::AllowList | ConnectPolicy::Admins => Err(NoWay::AskAdmin),
    }
}

/// Whether an app may be connected before it is approved: by everybody, or by its own account and those who review it.
#[must_use]
pub fn is_open_to(unlisted: Unlisted, listing: Listing, kind: AccountKind, is_own: bool) -> bool {
    let reviewed = match listing {
        Listing::Approved | Listing::Published => true,
        Listing::Unlisted => false,
    };
    reviewed || is_own || kind == AccountKind::Operator || unlisted == Unlisted::AnyWithWarning
}

#[cfg(test)]
mod tests {
    use super::*;
    use ConnectPolicy::{Admins, AllowList, Anyone};
    use ConnectionKind::{Account, Personal};

    fn facts(is_admin: bool, policy: ConnectPolicy, connected: bool) -> Facts {
        Facts { is_admin, policy, open: true, connected, covering: None }
    }

    #[test]
    fn an_admin_connects_for_the_account_and_a_member_for_himself_where_the_policy_lets_him() {
        for policy in [Admins, Anyone, AllowList] {
            for connected in [false, true] {
                assert_eq!(way(&facts(true, policy, connected)), Ok(Way::Connect(Account)));
            }
        }
        for (policy, connected, expected) in [
            (Admins, false, Err(NoWay::AskAdmin)),
            (Admins, true, Err(NoWay::AskAdmin)),
            (Anyone, false, Ok(Way::Connect(Personal))),
            (AllowList, false, Err(NoWay::AskAdmin)),
            (AllowList, true, Ok(Way::Connect(Personal))),
        ] {
            assert_eq!(way(&facts(false, policy, connected)), expected, "{policy:?} {connected}");
        }
    }

    #[test]
    fn what_an_admin_has_connected_its_members_may_use_without_asking_again() {
        for (is_admin, kind) in [(false, Account), (true, Account), (false, Personal)] {
            let covered = Facts { covering: Some(kind), ..facts(is_admin, Admins, true) };
            assert_eq!(way(&covered), Ok(Way::Join(kind)));
            let closed = Facts { open: false, ..covered };
            assert_eq!(way(&closed), Ok(Way::Join(kind)), "what stands is ended by disconnecting");
        }
    }

    // security: C07
    #[test]
    fn an_app_that_is_closed_to_the_account_is_connected_by_nobody_of_it() {
        for is_admin in [true, false] {
            let closed = Facts { open: false, ..facts(is_admin, Anyone, false) };
            assert_eq!(way(&closed), Err(NoWay::NotReviewed));
        }
    }

    // security: C07
    #[test]
    fn an_unapproved_app_is_open_to_all_or_to_its_own_account_and_the_operator() {
        use AccountKind::{Customer, Developer, Operator};
        let strict = |listing, kind, own| is_open_to(Unlisted::OwnAndTest, listing, kind, own);
        assert!(strict(Listing::Unlisted, Developer, true), "its own account");
        assert!(strict(Listing::Unlisted, Operator, false), "who reviews it");
        assert!(!strict(Listing::Unlisted, Customer, false));
        assert!(!strict(Listing::Unlisted, Developer, false), "another developer");
        for listing in [Listing::Approved, Listing::Published] {
            assert!(strict(listing, Customer, false));
        }
        assert!(is_open_to(Unlisted::AnyWithWarning, Listing::Unlisted, Customer, false));
    }
}
