//! Whether somebody knows the password of an address: checked slowly, evenly, and not too often.

use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::person::{Login, Person, PersonState};
use grantry_store::{Error, Tx};

use super::attempts::{Guess, Wait};
use super::{Address, Busy, Checked};
use crate::app::App;

/// Why somebody was not let in.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No such address, no or another password, or a disabled person: which of them, nobody is told.
    #[error("the address and the password do not belong together")]
    Wrong,
    /// Too many attempts; try again later.
    #[error("too many attempts")]
    TooMany(Wait),
    /// Too many passwords are being checked.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store's.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Somebody who proved to know their password.
#[derive(Debug)]
pub struct Proven {
    pub person: Person,
    guess: Guess,
    rehashed: Option<(String, String)>,
}

/// Checks a password, typed in the browser with this hash. Every way of asking for one comes through here, so that all
/// of them count together.
///
/// An address that nobody has, a wrong password and a disabled person take the same steps and the same time.
///
/// # Errors
/// [`Refused`].
pub async fn authenticate(
    app: &App,
    (email, password): (&str, &str),
    browser: &[u8; 32],
    origin: &Origin,
) -> Result<Proven, Refused> {
    let address = Address::parse(email);
    let key = address.as_ref().map_or("", Address::key);
    let counted = if address.is_some() { key } else { email };
    let known = app.store.reader().is_known_browser(key, browser).await?;
    let guess = Guess::new(&counted.to_lowercase(), &origin.ip, known.then_some(browser));
    let (counted, now) = (&guess, app.clock.now());
    app.store.write(now, |tx| async move { counted.count(&tx).await?.map_err(Refused::TooMany) }).await?;
    let login = app.store.reader().find_login(key).await?;
    let stored = login.as_ref().and_then(|login| login.password_hash.as_deref());
    let checked = app.passwords.check(password, stored, &app.random).await?;
    match (login, checked) {
        (Some(Login { person, password_hash }), Checked::Right { rehashed })
            if person.state == PersonState::Active =>
        {
            Ok(Proven { person, guess, rehashed: password_hash.zip(rehashed) })
        }
        (login, Checked::Right { .. } | Checked::Wrong) => {
            note_failure(app, login.as_ref(), &guess, origin).await?;
            Err(Refused::Wrong)
        }
    }
}

async fn note_failure(app: &App, login: Option<&Login>, guess: &Guess, origin: &Origin) -> Result<(), Error> {
    // What was typed into the field is not written down: now and then it is a password.
    let person = login.map(|login| &login.person);
    let (id, email) = person.map_or(("", ""), |person| (person.id.as_str(), person.email.as_str()));
    let object = &Object::new(ObjectKind::Person, id, email);
    app.store
        .write(app.clock.now(), |tx| async move {
            guess.was_wrong(&tx).await?;
            tx.audit(origin, &Entry::new(None, Action::SignInFailed, object.clone())).await?;
            if let Some(person) = person {
                tx.audit(origin, &Entry::new(&person.id, Action::SignInFailed, object.clone())).await?;
            }
            Ok(())
        })
        .await
}

impl Proven {
    /// Remembers in the transaction that follows that the password was right: earlier attempts are forgotten, and a
    /// hash with weaker parameters is replaced.
    ///
    /// # Errors
    /// The store's.
    pub async fn settle(&self, tx: &Tx) -> Result<(), Error> {
        self.guess.was_right(tx).await?;
        if let Some((old, new)) = &self.rehashed {
            tx.rehash_password(&self.person.id, old, new).await?;
        }
        Ok(())
    }
}
