//! The first page: what this server is, and where to go.

use grantry_store::account::AccountKind;

pub mod pages;

/// The first useful page of somebody who works in an account of this kind.
#[must_use]
pub fn first_path(account: Option<AccountKind>) -> &'static str {
    match account {
        Some(AccountKind::Operator | AccountKind::Developer) => "/apps/store-apps",
        Some(AccountKind::Customer | AccountKind::SelfRegistered) => "/apps/connected-apps",
        None => "/account/profile",
    }
}
