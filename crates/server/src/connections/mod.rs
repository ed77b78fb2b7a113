//! Connections: which apps an account has connected, and how that ends.

pub mod api;
pub mod ask;
pub mod disconnect;
pub mod pages;

use grantry_store::Error;

/// Why nothing was ended or decided.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// There is no such connection or wish, it is another account's, or it has ended already.
    #[error("there is no such connection")]
    Missing,
    /// Only account admins may, and whoever made a personal connection.
    #[error("only account admins can do this")]
    NotAllowed,
    /// The store's.
    #[error(transparent)]
    Store(#[from] Error),
}
