//! The testkit does what it promises, so that a story that passes has happened.

#![expect(clippy::unwrap_used, reason = "a broken fixture ends the test")]

mod browser;
mod database;
mod farm;
mod world;
