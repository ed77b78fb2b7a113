//! Whether somebody knows the password of an address: checked slowly, evenly, and not too often.

use grantry_oauth::time::Timestamp;
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::person::{Login, Person, PersonState};
use grantry_store::{Error, Tx};

use super::attempts::{self, PASSWORD_FROM_SOURCE, PASSWORD_OF_ADDRESS, Wait};
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
    address: String,
    rehashed: Option<(String, String)>,
}

/// Checks a password. Every way of asking for one comes through here, so that all of them count together.
///
/// An address that nobody has, a wrong password and a disabled person take the same steps and the same time.
///
/// # Errors
/// [`Refused`].
pub async fn authenticate(
    app: &App,
    email: &str,
    password: &str,
    origin: &Origin,
) -> Result<Proven, Refused> {
    let address = Address::parse(email);
    let key = address.as_ref().map_or("", Address::key);
    let counted = if address.is_some() { key } else { email };
    let counted = PASSWORD_OF_ADDRESS.key(&counted.to_lowercase());
    let source = PASSWORD_FROM_SOURCE.key(&attempts::source(&origin.ip));
    let now = app.clock.now();
    let (counted_key, source_key) = (counted.as_str(), source.as_str());
    app.store
        .write(now, |tx| async move {
            if let Some(wait) = PASSWORD_FROM_SOURCE.check(&tx, source_key, now).await? {
                return Err(Refused::TooMany(wait));
            }
            attempts::count_password(&tx, counted_key).await?.map_err(Refused::TooMany)
        })
        .await?;
    let login = app.store.reader().find_login(key).await?;
    let stored = login.as_ref().and_then(|login| login.password_hash.as_deref());
    let checked = app.passwords.check(password, stored, &app.random).await?;
    match (login, checked) {
        (Some(Login { person, password_hash }), Checked::Right { rehashed })
            if person.state == PersonState::Active =>
        {
            Ok(Proven { person, address: counted, rehashed: password_hash.zip(rehashed) })
        }
        (login, Checked::Right { .. } | Checked::Wrong) => {
            note_failure(app, now, login.as_ref(), (source_key, origin)).await?;
            Err(Refused::Wrong)
        }
    }
}

async fn note_failure(
    app: &App,
    now: Timestamp,
    login: Option<&Login>,
    (source, origin): (&str, &Origin),
) -> Result<(), Error> {
    // What was typed into the field is not written down: now and then it is a password.
    let object = match login {
        Some(Login { person, .. }) => Object::new(ObjectKind::Person, person.id.as_str(), &person.email),
        None => Object::new(ObjectKind::Person, "", ""),
    };
    app.store
        .write(now, |tx| async move {
            attempts::count_wrong_password(&tx, source).await?;
            tx.audit(origin, &Entry::new(None, Action::SignInFailed, object)).await
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
        tx.clear_throttle(&self.address).await?;
        if let Some((old, new)) = &self.rehashed {
            tx.rehash_password(&self.person.id, old, new).await?;
        }
        Ok(())
    }
}
