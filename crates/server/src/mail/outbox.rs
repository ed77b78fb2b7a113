//! From the outbox to the mail server: written with what makes it due, sent afterwards, tried again when it fails.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use grantry_oauth::time::Timestamp;
use grantry_store::id::MailId;
use grantry_store::outbox_mail::{NewMail, OutboxMail};
use tokio::sync::{Notify, watch};

use super::{Mail, Message, Smtp, write};
use crate::app::App;
use crate::config::{Config, PublicUrl};
use crate::web::Words;

/// What leaves the outbox, and how.
#[derive(Debug)]
pub struct Post {
    smtp: Option<Smtp>,
    due: Notify,
}

/// How long one node has a mail to itself while it sends it.
const LEASE: Duration = Duration::from_secs(120);

/// Mails looked at in one go.
const BATCH: u32 = 20;

/// How often the outbox is looked at without being told: mails of other nodes, and those that are tried again.
const LOOK: Duration = Duration::from_secs(15);

/// The wait after each failed attempt; after the last one the mail is given up. Two days in all.
const WAITS_MINUTES: [u64; 9] = [1, 5, 15, 60, 180, 360, 720, 720, 720];

impl Post {
    /// # Errors
    /// A mail server that is configured wrong.
    pub fn new(config: &Config, public_url: &PublicUrl) -> anyhow::Result<Self> {
        Ok(Self { smtp: Smtp::new(&config.mail, public_url)?, due: Notify::new() })
    }

    /// Whether mails leave this machine. Without a mail server they stay in the mailbox page.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        self.smtp.is_some()
    }

    /// Tells that a transaction with a mail was committed.
    pub fn hurry(&self) {
        self.due.notify_one();
    }

    /// Writes a message, ready for [`grantry_store::Tx::insert_mail`]. Pure: do it before the transaction.
    ///
    /// # Errors
    /// None in practice: a template that cannot be written to memory.
    pub fn write(
        &self,
        app: &App,
        message: &impl Message,
        recipient: &str,
        words: Words,
    ) -> anyhow::Result<NewMail> {
        let mail = write(message, recipient, &app.config.branding, words).context("writing a mail")?;
        Ok(NewMail {
            id: MailId::new(app.clock.now(), app.random.bytes()),
            recipient: mail.recipient,
            subject: mail.subject,
            body_text: mail.text,
            body_html: mail.html,
        })
    }
}

/// Sends what is due, until the server stops.
pub async fn dispatch(app: Arc<App>, mut stopping: watch::Receiver<bool>) {
    let Some(smtp) = &app.post.smtp else { return };
    loop {
        if let Err(error) = send_due(&app, smtp, &stopping).await {
            tracing::warn!(%error, "the outbox could not be read: {error}");
        }
        tokio::select! {
            () = app.post.due.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
            _ = stopping.changed() => {}
        }
        if *stopping.borrow_and_update() {
            return;
        }
    }
}

async fn send_due(
    app: &App,
    smtp: &Smtp,
    stopping: &watch::Receiver<bool>,
) -> Result<(), grantry_store::Error> {
    loop {
        let due = app.store.reader().list_due_mail(app.clock.now(), BATCH).await?;
        if due.is_empty() {
            return Ok(());
        }
        for mail in due {
            if *stopping.borrow() {
                return Ok(());
            }
            send(app, smtp, &mail).await?;
        }
    }
}

/// One attempt. A crash in the middle sends the mail again after the lease: twice is better than never.
async fn send(app: &App, smtp: &Smtp, mail: &OutboxMail) -> Result<(), grantry_store::Error> {
    let now = app.clock.now();
    let until = now + LEASE;
    if !app.store.write(now, |tx| async move { tx.claim_mail(mail, until).await }).await? {
        return Ok(());
    }
    let written = Mail {
        recipient: mail.recipient.clone(),
        subject: mail.subject.clone(),
        text: mail.body_text.clone(),
        html: mail.body_html.clone(),
    };
    let sent = smtp.send(mail.id.as_str(), mail.created_at, &written).await;
    let now = app.clock.now();
    app.store
        .write(now, |tx| async move {
            match sent {
                Ok(()) => tx.mail_sent(&mail.id).await.map(|_| ()),
                Err(refused) => {
                    let again = if refused.forever { None } else { next_attempt(mail.attempts, now) };
                    tracing::warn!(mail = %mail.id, gives_up = again.is_none(), "a mail was not sent");
                    tx.mail_failed(&mail.id, &refused.said, again).await.map(|_| ())
                }
            }
        })
        .await
}

fn next_attempt(attempts_before: i64, now: Timestamp) -> Option<Timestamp> {
    let minutes = WAITS_MINUTES.get(usize::try_from(attempts_before).ok()?)?;
    Some(now + Duration::from_secs(minutes * 60))
}
