//! How people get in: sign-in and sign-out, sign-up, passwords and their links, sessions, the first operator.

pub mod account_code;
mod address;
mod attempts;
mod authenticate;
pub mod back_channel;
pub mod choose_language;
pub mod device;
pub mod end_session;
mod enter;
mod even;
pub mod first_operator;
pub mod link;
pub mod pages;
pub mod password_rules;
mod passwords;
pub mod pending;
pub mod register;
pub mod rename;
pub mod session;
pub mod set_password;

pub use address::Address;
pub use attempts::{Wait, count_device_code};
pub use authenticate::{Refused, authenticate};
pub use enter::{Entered, SignIn, sign_in};
pub use first_operator::first_operator_link;
pub use passwords::{Busy, Checked, Passwords};
