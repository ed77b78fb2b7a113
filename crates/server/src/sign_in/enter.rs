//! Signing in: from an address and a password to a session.

use grantry_store::account::AccountKind;
use grantry_store::audit::{Actor, Origin};

use super::pending::Pending;
use super::session::{Fresh, Place};
use super::{Refused, authenticate};
use crate::app::App;

/// What was typed, and where.
#[derive(Debug)]
pub struct SignIn<'a> {
    pub email: &'a str,
    pub password: &'a str,
    pub place: Place<'a>,
    /// The authorization that waits for this.
    pub pending: Option<&'a Pending>,
}

/// A session that has begun.
#[derive(Debug)]
pub struct Entered {
    /// What the session cookie carries from now on.
    pub cookie: String,
    /// The kind of account that the dashboard shows first; `None` for somebody without one.
    pub account: Option<AccountKind>,
    /// The pending authorization was another browser's, or over, before the sign-in was.
    pub too_late: bool,
}

/// Signs somebody in. The session is new, and the one that this browser had ends.
///
/// # Errors
/// [`Refused`].
pub async fn sign_in(app: &App, asked: &SignIn<'_>, origin: &Origin) -> Result<Entered, Refused> {
    let proven = authenticate(app, (asked.email, asked.password), &asked.place.browser, origin).await?;
    let person = &proven.person;
    let now = app.clock.now();
    let fresh = Fresh::new(app, (&person.id, &person.email), &asked.place);
    let origin = &Origin { actor: Actor::person(person), ..origin.clone() };
    let (settled, begun, pending) = (&proven, &fresh, asked.pending);
    app.store
        .write(now, |tx| async move {
            settled.settle(&tx).await?;
            let account = begun.begin(&tx, origin).await?;
            let noted = match pending {
                Some(pending) => tx.note_sign_in(pending.in_browser(), &person.id, now).await?,
                None => true,
            };
            Ok(Entered { cookie: begun.cookie.clone(), account, too_late: !noted })
        })
        .await
}
