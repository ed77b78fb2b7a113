//! Consent: what an account, through one of its members, lets an app do; from the waiting request to the code.

pub mod allow;
pub mod ask_admin;
pub mod choose_account;
pub mod next;
pub mod pages;
pub mod refuse;
mod screen;
pub mod standing;
pub mod trial;
pub mod way;
