//! HTTP stories: a real server on a free port, driven over a real socket.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a broken test world ends the test"
)]

mod accounts;
mod apps;
mod authorize;
mod authorize_refusals;
mod back_channel;
mod browser_accounts;
mod browser_apps;
mod browser_consent;
mod browser_gallery;
mod browser_machines;
mod browser_main_story;
mod browser_review;
mod browser_store;
mod claims;
mod clients_api;
mod commands;
mod connecting;
mod connections;
mod consent;
mod consent_accounts;
mod demo;
mod discovery;
mod end_session;
mod fapi;
mod fapi2_story;
mod foreign_client;
mod foreign_client_mcp;
mod front;
mod logs;
mod mailbox;
mod pairwise;
mod process;
mod profile;
mod pushed;
mod registration;
mod relying_party;
mod request_objects;
mod review;
mod sigkill;
mod sign_in;
mod sign_in_pending;
mod sign_up;
mod storefront;
mod tokens;
mod walk;
mod words;
