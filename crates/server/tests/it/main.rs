//! HTTP stories: a real server on a free port, driven over a real socket.

mod front;
mod process;
mod sign_in;
mod words;
