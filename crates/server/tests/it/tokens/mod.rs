//! Stories of tokens: how they are got, what they are good for, and how they end.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "an answer that lacks something ends the test")]

mod bearer;
mod client_assertion;
mod client_credentials;
mod code;
mod desk;
mod device;
mod dpop;
mod introspection;
mod metadata;
mod refresh;
mod refusals;
mod resource;
mod revocation;
mod revocations;
mod rotation;
mod standing;
mod take_turns;
mod token_endpoint;
mod token_exchange;
mod two_nodes;
mod userinfo;
