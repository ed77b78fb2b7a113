//! Choosing a password: by a mailed link, for the first time or again, or knowing the old one.

use std::time::Duration;

use grantry_store::action_token::ActionKind;
use grantry_store::audit::{Action, Actor, Entry, Object, ObjectKind, Origin};
use grantry_store::person::{Person, PersonState};
use grantry_store::{Error, Tx};
use serde::{Deserialize, Serialize};

use super::attempts::{self, MAIL_FROM_SOURCE, MAIL_TO_ADDRESS, PASSWORD_OF_ADDRESS};
use super::even::Evenly;
use super::link::{self, Link, NotMailed};
use super::password_rules::{Weakness, judge};
use super::session::{Fresh, Place};
use super::{Address, Busy, Entered, Refused, authenticate};
use crate::app::App;
use crate::mail;
use crate::web::{Words, visitor};

/// A link for a forgotten password.
pub const RESET_VALID_FOR: Duration = Duration::from_hours(1);

/// A link for somebody who never had a password.
pub const FIRST_VALID_FOR: Duration = Duration::from_hours(7 * 24);

const PATH: &str = "/account/set-password";

/// What the link remembers.
#[derive(Debug, Serialize, Deserialize)]
struct Data {
    /// The folded address that the link was mailed to: using it proves that the address is the person's.
    email_key: String,
}

/// Why a password was not set.
#[derive(Debug, thiserror::Error)]
pub enum NotSet {
    /// The link was used, replaced, or is too old.
    #[error("the link does not work any more")]
    Gone,
    #[error("the password cannot be chosen")]
    Weak(Weakness),
    /// The current password was not right, or tried too often.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl From<Busy> for NotSet {
    fn from(busy: Busy) -> Self {
        Self::Refused(busy.into())
    }
}

impl From<Error> for NotSet {
    fn from(error: Error) -> Self {
        Self::Refused(error.into())
    }
}

/// A link with which this person chooses a password: put it into a mail and [`Link::make`] it in the transaction that
/// writes the mail.
#[must_use]
pub fn link(app: &App, person: (&grantry_store::id::PersonId, &Address), valid_for: Duration) -> Link {
    let (id, address) = person;
    let data = Data { email_key: address.key().to_owned() };
    Link::new(app, PATH, ActionKind::SetPassword, valid_for).of(id).with(&data)
}

/// Somebody forgot the password: mails a link, if the address is somebody's who may sign in. The answer is the same,
/// and comes at the same time, if not.
///
/// # Errors
/// Too many mails asked for from one source, or the store's.
pub async fn ask_for_link(
    app: &App,
    address: &Address,
    words: Words,
    origin: &Origin,
) -> Result<(), NotMailed> {
    let evenly = Evenly::begin();
    let asked = ask(app, address, words, origin).await;
    evenly.end().await;
    asked
}

async fn ask(app: &App, address: &Address, words: Words, origin: &Origin) -> Result<(), NotMailed> {
    let source = MAIL_FROM_SOURCE.key(&attempts::source(&origin.ip));
    let recipient = MAIL_TO_ADDRESS.key(address.key());
    let found = app.store.reader().find_person_by_email(address.key()).await?;
    let letter = match found.filter(|person| person.state == PersonState::Active) {
        Some(person) => {
            let link = link(app, (&person.id, address), RESET_VALID_FOR);
            let words = person.locale.as_deref().map_or(words, |chosen| Words::preferred(Some(chosen)));
            let message = mail::PasswordReset {
                name: person.full_name(),
                url: link.url.clone(),
                valid_for: RESET_VALID_FOR,
            };
            let mail = app.post.write(app, &message, &person.email, words)?;
            Some((person, link, mail))
        }
        None => None,
    };
    let (source, recipient, letter) = (source.as_str(), recipient.as_str(), letter.as_ref());
    app.store
        .write(app.clock.now(), |tx| async move {
            MAIL_FROM_SOURCE.count(&tx, source).await?.map_err(NotMailed::TooMany)?;
            // Too many to one address are silently not written: a mailbox must not be filled by strangers.
            let room = MAIL_TO_ADDRESS.count(&tx, recipient).await?.is_ok();
            if let Some((person, link, mail)) = letter.filter(|_| room) {
                link.make(&tx).await?;
                tx.insert_mail(mail).await?;
                let about = Object::new(ObjectKind::Person, person.id.as_str(), &person.email);
                let entry = Entry::new(&person.id, Action::PasswordResetRequested, about);
                tx.audit(origin, &entry).await?;
            }
            Ok::<_, NotMailed>(())
        })
        .await?;
    app.post.hurry();
    Ok(())
}

/// Whose password a link sets, if it still does.
///
/// # Errors
/// The store's.
pub async fn find(app: &App, token: &str) -> Result<Option<Person>, Error> {
    let reader = app.store.reader();
    let found =
        reader.find_action_token(&link::hash(token), ActionKind::SetPassword, app.clock.now()).await?;
    let Some(person) = found.and_then(|found| found.person_id) else { return Ok(None) };
    let person = reader.find_person(&person).await?;
    Ok(person.filter(|person| person.state == PersonState::Active))
}

/// Whether somebody has a password already.
///
/// # Errors
/// The store's.
pub async fn has_one(app: &App, person: &Person) -> Result<bool, Error> {
    let Some(address) = Address::parse(&person.email) else { return Ok(false) };
    let login = app.store.reader().find_login(address.key()).await?;
    Ok(login.is_some_and(|login| login.password_hash.is_some()))
}

/// Sets a password by a link, ends every session of the person and begins one here. The address is confirmed by it.
///
/// # Errors
/// [`NotSet`].
pub async fn set_by_link(
    app: &App,
    token: &str,
    password: &str,
    place: Place<'_>,
    origin: &Origin,
) -> Result<Entered, NotSet> {
    let person = find(app, token).await?.ok_or(NotSet::Gone)?;
    judge_for(app, password, &person).map_err(NotSet::Weak)?;
    let password_hash = app.passwords.hash(password, &app.random).await?;
    let fresh = Fresh::new(app, (&person.id, &person.email), &place);
    let origin = &Origin { actor: Actor::person(&person), ..origin.clone() };
    let (hash, person, fresh, password_hash) = (&link::hash(token), &person, &fresh, password_hash.as_str());
    let place = &place;
    app.store
        .write(app.clock.now(), |tx| async move {
            let used = tx.consume_action_token(hash, ActionKind::SetPassword).await?.ok_or(NotSet::Gone)?;
            if let Ok(Data { email_key }) = serde_json::from_str(&used.data) {
                tx.verify_email(&person.id, &email_key).await?;
                tx.clear_throttle(&PASSWORD_OF_ADDRESS.key(&email_key)).await?;
            }
            tx.set_password(&person.id, password_hash).await?;
            tx.delete_action_tokens(ActionKind::SetPassword, Some(&person.id)).await?;
            tx.end_sessions(&person.id, None).await?;
            tx.forget_other_browsers(&person.id, &place.browser).await?;
            note_change(&tx, person, origin).await?;
            let account = fresh.begin(&tx, origin).await?;
            Ok(Entered { cookie: fresh.cookie.clone(), account, too_late: false })
        })
        .await
}

/// Changes the password of somebody who is signed in and knows the current one; the person's other sessions end, and
/// no other browser is known for them any more.
///
/// # Errors
/// [`NotSet`].
pub async fn change(
    app: &App,
    actor: &visitor::Actor,
    (current, new): (&str, &str),
    (browser, origin): (&[u8; 32], &Origin),
) -> Result<(), NotSet> {
    let person = &actor.person;
    let proven = authenticate(app, (&person.email, current), browser, origin).await?;
    judge_for(app, new, person).map_err(NotSet::Weak)?;
    let hash = app.passwords.hash(new, &app.random).await?;
    let (proven, hash, session) = (&proven, hash.as_str(), &actor.session);
    app.store
        .write(app.clock.now(), |tx| async move {
            proven.settle(&tx).await?;
            tx.set_password(&person.id, hash).await?;
            tx.delete_action_tokens(ActionKind::SetPassword, Some(&person.id)).await?;
            tx.end_sessions(&person.id, Some(&session.sid)).await?;
            tx.forget_other_browsers(&person.id, browser).await?;
            note_change(&tx, person, origin).await
        })
        .await?;
    Ok(())
}

fn judge_for(app: &App, password: &str, person: &Person) -> Result<(), Weakness> {
    let about = [&person.email, &person.first_name, &person.last_name, &app.config.branding.name];
    judge(password, &about.map(String::as_str))
}

async fn note_change(tx: &Tx, person: &Person, origin: &Origin) -> Result<(), Error> {
    let about = Object::new(ObjectKind::Person, person.id.as_str(), &person.email);
    tx.audit(origin, &Entry::new(&person.id, Action::PasswordChanged, about)).await
}
