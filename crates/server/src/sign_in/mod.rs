//! How people prove who they are: passwords, sessions.

mod passwords;
pub mod session;

pub use passwords::{Busy, Checked, Passwords};
