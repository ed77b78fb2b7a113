//! The endpoints of OAuth and OpenID Connect: what programs and browsers call by the RFCs' names.

pub mod answer;
pub mod authorize;
pub mod browser;
mod call;
mod client;
pub mod device;
pub mod end_session;
pub mod failures;
pub mod introspection;
pub mod metadata;
pub mod par;
pub mod preflight;
pub mod refusal;
pub mod register;
mod request_source;
pub mod revocation;
pub mod revocations;
pub mod token;
pub mod userinfo;
