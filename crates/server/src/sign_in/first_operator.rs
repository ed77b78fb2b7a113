//! The first operator: a link that is printed at the start, because a server must not come with a known password.
//!
//! The link is derived from the master key and the day, so that every start, every node and `grantry admin link` print
//! the same one on the same day; only its hash is stored. It works for 24 hours, once, and not at all once somebody
//! can administer an operator account.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantry_store::Error;
use grantry_store::account::AccountKind;
use grantry_store::action_token::{ActionKind, NewActionToken};
use grantry_store::audit::Origin;

use super::register::{self, Newcomer, NotMade, Opening};
use super::session::Place;
use super::{Busy, Entered, link};
use crate::app::App;

const VALID_FOR: Duration = Duration::from_hours(24);

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// How many links a day may have: a second one is needed only when the first was used and its operator is gone again.
const MOST_A_DAY: u32 = 32;

/// The link that makes the first operator; `None` when there is one, or when a day's links have all been used.
///
/// # Errors
/// The store's.
pub async fn first_operator_link(app: &App) -> Result<Option<String>, Error> {
    if app.store.reader().operator_exists().await? {
        return Ok(None);
    }
    let now = app.clock.now();
    for number in 0..MOST_A_DAY {
        let token = token(app, now.seconds().div_euclid(DAY_SECONDS), number);
        if make(app, &token).await? || is_usable(app, &token).await? {
            return Ok(Some(format!("{}/account/first-operator/{token}", app.issuer())));
        }
    }
    Ok(None)
}

fn token(app: &App, day: i64, number: u32) -> String {
    let purpose = format!("first operator link {day} {number}");
    URL_SAFE_NO_PAD.encode(app.master_key.derive(&purpose).as_ref())
}

/// `false` when this link was made before.
async fn make(app: &App, token: &str) -> Result<bool, Error> {
    let now = app.clock.now();
    let new = &NewActionToken {
        hash: link::hash(token),
        kind: ActionKind::OperatorSetup,
        person_id: None,
        account_id: None,
        data: "{}".to_owned(),
        expires_at: now + VALID_FOR,
    };
    match app.store.write(now, |tx| async move { tx.insert_action_token(new).await }).await {
        Ok(()) => Ok(true),
        Err(why) if why.is_conflict("action_token_pkey") => Ok(false),
        Err(why) => Err(why),
    }
}

/// Whether a link still makes an operator.
///
/// # Errors
/// The store's.
pub async fn is_usable(app: &App, token: &str) -> Result<bool, Error> {
    let reader = app.store.reader();
    let found =
        reader.find_action_token(&link::hash(token), ActionKind::OperatorSetup, app.clock.now()).await?;
    Ok(found.is_some() && !reader.operator_exists().await?)
}

/// Why there is no operator now.
#[derive(Debug, thiserror::Error)]
pub enum NotSetUp {
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    NotMade(#[from] NotMade),
}

/// Uses the link: makes the operator account, its first admin, and signs them in. Whoever holds the link has seen the
/// server's own output, so the address needs no confirmation.
///
/// # Errors
/// [`NotSetUp`].
pub async fn set_up(
    app: &App,
    token: &str,
    newcomer: Newcomer,
    (place, origin): (&Place<'_>, &Origin),
) -> Result<Entered, NotSetUp> {
    let sign_up = newcomer.seal(app).await?;
    let opening =
        Opening { link: (link::hash(token), ActionKind::OperatorSetup), kind: AccountKind::Operator };
    Ok(register::open(app, &sign_up, opening, (place, origin)).await?)
}
