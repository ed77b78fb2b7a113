//! The trail as people read it: the account's own, and for operators the server's.

mod export;
pub mod pages;
