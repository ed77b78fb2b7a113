//! What mails say: one struct for each, filled by the use-case that sends it.

use std::time::Duration;

use super::letter::{Button, Letter, Mail, name};
use crate::config::Branding;
use crate::web::Words;

/// A message that can be written to somebody.
pub trait Message {
    #[doc(hidden)]
    fn says(&self, platform: &str, words: Words) -> Says;
}

/// What a message says; only this module can look inside.
pub struct Says(Letter);

impl std::fmt::Debug for Says {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Says")
    }
}

/// Writes a message in the recipient's language. Pure: do it before the transaction.
///
/// # Errors
/// None in practice: a template that cannot be written to memory.
pub fn write(
    message: &impl Message,
    recipient: &str,
    branding: &Branding,
    words: Words,
) -> Result<Mail, askama::Error> {
    message.says(&branding.name, words).0.write(recipient, branding, words)
}

/// To somebody who signs up with a new address.
#[derive(Debug)]
pub struct ConfirmEmail {
    pub name: String,
    pub account: String,
    pub url: String,
    pub valid_for: Duration,
}

impl Message for ConfirmEmail {
    fn says(&self, platform: &str, words: Words) -> Says {
        Says(Letter {
            subject: words.with("mail-confirm-subject", "platform", platform),
            name: name(&self.name),
            lines: vec![words.with("mail-confirm-line", "account", name(&self.account))],
            button: Button { label: words.get("mail-confirm-button"), url: self.url.clone() },
            notes: vec![validity(words, self.valid_for), words.get("mail-not-you")],
        })
    }
}

/// To somebody who signs up with an address that has a sign-in: the page does not tell, this mail does.
#[derive(Debug)]
pub struct AlreadyKnown {
    pub name: String,
    /// The sign-in page.
    pub url: String,
}

impl Message for AlreadyKnown {
    fn says(&self, platform: &str, words: Words) -> Says {
        Says(Letter {
            subject: words.with("mail-known-subject", "platform", platform),
            name: name(&self.name),
            lines: vec![words.with("mail-known-line", "platform", platform)],
            button: Button { label: words.get("mail-known-button"), url: self.url.clone() },
            notes: vec![words.get("mail-known-note")],
        })
    }
}

/// To somebody whom an operator, or a command, made a member without a password.
#[derive(Debug)]
pub struct SetPassword {
    pub name: String,
    pub account: String,
    pub url: String,
    pub valid_for: Duration,
}

impl Message for SetPassword {
    fn says(&self, platform: &str, words: Words) -> Says {
        Says(Letter {
            subject: words.with("mail-set-password-subject", "platform", platform),
            name: name(&self.name),
            lines: vec![words.with("mail-set-password-line", "account", name(&self.account))],
            button: Button { label: words.get("mail-set-password-button"), url: self.url.clone() },
            notes: vec![validity(words, self.valid_for)],
        })
    }
}

/// To somebody whom an account admin invites.
#[derive(Debug)]
pub struct Invitation {
    /// The invited person, or their address where the name is not known.
    pub name: String,
    pub inviter: String,
    pub account: String,
    pub url: String,
    pub valid_for: Duration,
}

impl Message for Invitation {
    fn says(&self, platform: &str, words: Words) -> Says {
        let (inviter, account) = (name(&self.inviter), name(&self.account));
        let values = [("inviter", inviter.as_str()), ("account", &account), ("platform", platform)];
        Says(Letter {
            subject: words.all("mail-invitation-subject", &values),
            name: name(&self.name),
            lines: vec![words.all("mail-invitation-line", &values)],
            button: Button { label: words.get("mail-invitation-button"), url: self.url.clone() },
            notes: vec![validity(words, self.valid_for), words.get("mail-invitation-note")],
        })
    }
}

/// To somebody who forgot the password.
#[derive(Debug)]
pub struct PasswordReset {
    pub name: String,
    pub url: String,
    pub valid_for: Duration,
}

impl Message for PasswordReset {
    fn says(&self, platform: &str, words: Words) -> Says {
        Says(Letter {
            subject: words.with("mail-reset-subject", "platform", platform),
            name: name(&self.name),
            lines: vec![words.get("mail-reset-line")],
            button: Button { label: words.get("mail-reset-button"), url: self.url.clone() },
            notes: vec![validity(words, self.valid_for), words.get("mail-not-you")],
        })
    }
}

/// To somebody with a sign-in whom an admin made a member of one more account.
#[derive(Debug)]
pub struct AddedToAccount {
    pub name: String,
    pub inviter: String,
    pub account: String,
    pub url: String,
}

impl Message for AddedToAccount {
    fn says(&self, platform: &str, words: Words) -> Says {
        let (inviter, account) = (name(&self.inviter), name(&self.account));
        let values = [("inviter", inviter.as_str()), ("account", &account), ("platform", platform)];
        Says(Letter {
            subject: words.with("mail-added-subject", "account", &account),
            name: name(&self.name),
            lines: vec![words.all("mail-added-line", &values)],
            button: Button { label: words.get("mail-added-button"), url: self.url.clone() },
            notes: Vec::new(),
        })
    }
}

/// To an account's admins, when somebody goes who connected apps for the account.
#[derive(Debug)]
pub struct ConnectionsStay {
    /// The admin.
    pub name: String,
    /// Who is gone.
    pub member: String,
    pub email: String,
    pub account: String,
    /// Names of the apps.
    pub apps: Vec<String>,
    pub url: String,
}

impl Message for ConnectionsStay {
    fn says(&self, _platform: &str, words: Words) -> Says {
        const MOST: usize = 20;
        let [member, email, account] = [&self.member, &self.email, &self.account].map(|chosen| name(chosen));
        let mut apps: Vec<String> = self.apps.iter().take(MOST).map(|app| name(app)).collect();
        if self.apps.len() > MOST {
            apps.push("…".to_owned());
        }
        let apps = apps.join(", ");
        let values = [("member", member.as_str()), ("email", &email), ("account", &account), ("apps", &apps)];
        Says(Letter {
            subject: words.all("mail-stay-subject", &values),
            name: name(&self.name),
            lines: vec![words.all("mail-stay-line", &values), words.all("mail-stay-apps", &values)],
            button: Button { label: words.get("mail-stay-button"), url: self.url.clone() },
            notes: Vec::new(),
        })
    }
}

/// To an account admin whom a member asks to connect an app.
#[derive(Debug)]
pub struct AskToConnect {
    /// The admin.
    pub name: String,
    /// Who asks.
    pub person: String,
    pub email: String,
    pub app: String,
    pub publisher: String,
    pub account: String,
    pub url: String,
}

impl Message for AskToConnect {
    fn says(&self, _platform: &str, words: Words) -> Says {
        let [person, email, app, publisher, account] =
            [&self.person, &self.email, &self.app, &self.publisher, &self.account].map(|chosen| name(chosen));
        let values = [
            ("person", person.as_str()),
            ("email", &email),
            ("app", &app),
            ("publisher", &publisher),
            ("account", &account),
        ];
        Says(Letter {
            subject: words.all("mail-ask-subject", &values),
            name: name(&self.name),
            lines: vec![words.all("mail-ask-line", &values)],
            button: Button { label: words.get("mail-ask-button"), url: self.url.clone() },
            notes: vec![words.get("mail-ask-note")],
        })
    }
}

/// What happened to a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewWhat {
    Submitted,
    Commented,
    ChangesRequested,
    Approved,
    Rejected,
}

impl ReviewWhat {
    fn key(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Commented => "commented",
            Self::ChangesRequested => "changes",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

/// To reviewers and to the admins of the account that owns an app: what happened to its submission.
#[derive(Debug)]
pub struct ReviewNews {
    pub what: ReviewWhat,
    pub name: String,
    pub app: String,
    pub publisher: String,
    /// One of the usual reasons, in words; may be empty.
    pub reason: String,
    /// Somebody's own words; may be empty.
    pub said: String,
    pub url: String,
}

impl Message for ReviewNews {
    fn says(&self, platform: &str, words: Words) -> Says {
        let (app, publisher) = (name(&self.app), name(&self.publisher));
        let values = [("app", app.as_str()), ("publisher", &publisher), ("platform", platform)];
        let what = self.what.key();
        let mut lines = vec![words.all(&format!("mail-review-{what}-line"), &values)];
        lines.extend([&self.reason, &self.said].into_iter().filter(|said| !said.is_empty()).cloned());
        Says(Letter {
            subject: words.all(&format!("mail-review-{what}-subject"), &values),
            name: name(&self.name),
            lines,
            button: Button { label: words.get("mail-review-button"), url: self.url.clone() },
            notes: Vec::new(),
        })
    }
}

/// How long a link works, in whole days or hours.
fn validity(words: Words, span: Duration) -> String {
    const DAY: u64 = 24;
    let hours = span.as_secs().div_ceil(3600);
    let (key, count) = if hours > DAY && hours.is_multiple_of(DAY) {
        ("mail-days", hours / DAY)
    } else {
        ("mail-hours", hours)
    };
    words.count(key, i64::try_from(count).unwrap_or(i64::MAX))
}
