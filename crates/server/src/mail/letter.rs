//! From what a mail says to its subject, text and HTML.

use askama::Template;

use crate::config::{Accent, Branding};
use crate::web::Words;

/// A mail, written and addressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub recipient: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// What one message says; all look alike.
pub(super) struct Letter {
    pub(super) subject: String,
    /// Who is greeted.
    pub(super) name: String,
    pub(super) lines: Vec<String>,
    pub(super) button: Button,
    /// Said below the button.
    pub(super) notes: Vec<String>,
}

/// The one thing to do.
#[derive(Clone)]
pub(super) struct Button {
    pub(super) label: String,
    pub(super) url: String,
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Text<'a> {
    greeting: &'a str,
    lines: &'a [String],
    button: &'a Button,
    notes: &'a [String],
    reason: &'a str,
    help: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    subject: &'a str,
    platform: &'a str,
    locale: &'static str,
    greeting: &'a str,
    lines: &'a [String],
    button: &'a Button,
    notes: &'a [String],
    link_alone: &'a str,
    reason: &'a str,
    help: Option<&'a str>,
    accent: Accent,
    ink: Accent,
}

/// Longest subject, in letters. Names in it are cut before.
const SUBJECT: usize = 150;

impl Letter {
    pub(super) fn write(
        self,
        recipient: &str,
        branding: &Branding,
        words: Words,
    ) -> Result<Mail, askama::Error> {
        let subject: String = one_line(&self.subject).chars().take(SUBJECT).collect();
        let greeting = words.with("mail-hello", "name", &self.name);
        let reason = words.with("mail-reason", "platform", &branding.name);
        let help = branding.support.as_ref().map(|support| words.with("mail-help", "support", support));
        let (lines, notes, button) = (&self.lines, &self.notes, &self.button);
        let text = Text { greeting: &greeting, lines, button, notes, reason: &reason, help: help.as_deref() };
        let html = Html {
            subject: &subject,
            platform: &branding.name,
            locale: words.tag(),
            greeting: &greeting,
            lines,
            button,
            notes,
            link_alone: &words.get("mail-link-alone"),
            reason: &reason,
            help: help.as_deref(),
            accent: branding.accent,
            ink: branding.accent.ink(),
        };
        let (text, html) = (text.render()?, html.render()?);
        Ok(Mail { recipient: recipient.to_owned(), subject, text, html })
    }
}

/// Longest name inside a mail, in letters.
const NAME: usize = 80;

/// A name that somebody chose, fit for a sentence in a mail: on one line, not too long, without letters that turn the
/// text around or hide in it, and with no address that a mail program would make a link of.
pub(super) fn name(chosen: &str) -> String {
    let plain = one_line(chosen).replace("://", ": //").replace("www.", "www .");
    let mut short: String = plain.chars().take(NAME).collect();
    if short.len() < plain.len() {
        short.push('…');
    }
    short
}

/// Without line breaks, control characters and invisible or turning letters; runs of space become one.
fn one_line(text: &str) -> String {
    let visible: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let visible: String = visible.chars().filter(|letter| !is_hidden(*letter)).collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Zero-width letters, marks that change the direction of text, and separators of lines.
fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}
