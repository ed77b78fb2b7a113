//! Accounts and their people: members, invitations, roles, the trail; for operators every account of the server.
//!
//! The files named by verbs and nouns hold the use-cases, which pages, the identity API and commands call alike.

pub mod api;
pub mod create;
pub mod disable;
pub mod edit;
pub mod invitations;
mod letters;
pub mod members;
pub mod pages;
pub mod people;
mod refused;
pub mod roles;
pub mod suspend;

pub use create::{RawAccount, create, create_with_admin};
pub use people::{Made, RawPerson};
pub use refused::Refused;
pub use roles::Access;

use grantry_oauth::display_text;
use grantry_store::audit::{ActorKind, Origin};
use grantry_store::id::PersonId;

use crate::apps::Fault;
use crate::sign_in::password_rules::Weakness;

/// Longest name of an account or a person, in letters.
pub const LONGEST_NAME: usize = 100;

/// A name that somebody typed, or the fault of its field.
fn name(field: &'static str, raw: &str) -> Result<String, Fault> {
    display_text::register(raw, LONGEST_NAME).map_err(|why| {
        Fault::new(field, format!("apps-fault-text-{}", why.key())).with("limit", LONGEST_NAME)
    })
}

/// The fault of a password that cannot be chosen.
fn weak(weakness: Weakness) -> Fault {
    let key = match weakness {
        Weakness::TooShort => "fault-password-short",
        Weakness::TooLong => "fault-password-long",
        Weakness::Common => "fault-password-common",
        Weakness::Personal => "fault-password-personal",
    };
    Fault::new("password", key)
}

/// Who acts, when it is a person.
fn person(origin: &Origin) -> Option<PersonId> {
    (origin.actor.kind == ActorKind::Person).then(|| PersonId::parse(&origin.actor.id)).flatten()
}
