//! Mails: what they say, the outbox they wait in, and how they leave.

mod letter;
pub mod mailbox;
mod messages;
mod outbox;
mod smtp;
#[cfg(test)]
mod tests;

pub use letter::Mail;
pub use messages::{
    AddedToAccount, AlreadyKnown, AskToConnect, ConfirmEmail, ConnectionsStay, Invitation, Message,
    PasswordReset, ReviewNews, ReviewWhat, SetPassword, write,
};
pub use outbox::{Post, dispatch};
pub use smtp::{Refused, Smtp};
