//! How people get in: sign-in and sign-out, sign-up, passwords and their links, sessions, the first operator.

mod address;
mod attempts;
mod authenticate;
pub mod end_session;
mod enter;
pub mod pages;
mod passwords;
pub mod pending;
pub mod session;

pub use address::Address;
pub use attempts::Wait;
pub use authenticate::{Refused, authenticate};
pub use enter::{Entered, SignIn, sign_in};
pub use passwords::{Busy, Checked, Passwords};
