//! The rules of OAuth 2.x and OpenID Connect as pure functions.
//!
//! No I/O, no async, no clock, no SQL, no HTTP framework: time and random bytes are arguments, answers are values.
//! The words here are those of the RFCs (client, grant, resource owner); the product's words live in the server.

#![warn(missing_docs)]

pub mod access_token;
pub mod answer;
pub mod authorize;
pub mod bearer;
pub mod catalogue;
pub mod claims;
pub mod claims_request;
pub mod client;
pub mod client_assertion;
pub mod client_auth;
pub mod client_document;
pub mod client_id;
pub mod compat;
pub mod display_text;
pub mod dpop;
pub mod end_session;
pub mod error;
#[cfg(test)]
mod examples;
pub mod grant;
pub mod id_token;
pub mod interaction;
pub mod introspection;
pub mod jose;
pub mod logout_token;
pub mod metadata;
mod one_or_many;
pub mod parameters;
pub mod pkce;
pub mod presented;
pub mod protected_resource;
pub mod pushed;
pub mod redirect_uri;
pub mod registration;
pub mod request_object;
pub mod revocation;
pub mod scope;
pub mod secret;
pub mod subject;
pub mod time;
pub mod user_code;

pub use error::{Error, ErrorCode};
pub use time::Timestamp;
