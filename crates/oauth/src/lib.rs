//! The rules of OAuth 2.x and OpenID Connect as pure functions: no I/O, no clock, no storage.

pub mod time;
