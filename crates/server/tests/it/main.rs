//! HTTP stories: a real server on a free port, driven over a real socket.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a broken test world ends the test")]

mod browser_gallery;
mod commands;
mod connections;
mod front;
mod process;
mod profile;
mod sign_in;
mod sign_up;
mod tokens;
mod walk;
mod words;
