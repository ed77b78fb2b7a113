//! HTTP stories: a real server on a free port, driven over a real socket.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a broken test world ends the test")]

mod front;
mod words;
mod world;
