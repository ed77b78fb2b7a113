//! Mails: what they say, the outbox they wait in, and how they leave.

mod letter;
mod messages;
#[cfg(test)]
mod tests;

pub use letter::Mail;
pub use messages::{
    AddedToAccount, AlreadyKnown, AskToConnect, ConfirmEmail, Invitation, Message, PasswordReset,
    SetPassword, write,
};
