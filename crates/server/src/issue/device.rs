//! The device grant: a device begins to wait, asks again and again, and gets tokens once somebody has allowed it.

use grantry_oauth::Error;
use grantry_oauth::grant::device_code::{self as rules, PAUSE, Poll, Wish};
use grantry_oauth::secret::{self, Secret, TokenKind};
use grantry_oauth::user_code::UserCode;
use grantry_store::Tx;
use grantry_store::device_authorization::NewDeviceAuthorization;

use super::opened::{self, Opened, Opening, Said};
use super::{Asking, Failed, Given};
use crate::app::App;
use crate::cached::KnownApp;

/// How often another user code is tried when one is taken: with a million devices that wait, one of 25,000 is.
const TRIES: usize = 5;

/// Lets a device of an app wait, and says what the device keeps to itself and what it shows.
///
/// # Errors
/// The store's.
pub async fn wait(app: &App, known: &KnownApp, wish: &Wish) -> Result<(Secret<String>, UserCode), Failed> {
    let now = app.clock.now();
    let device_code = secret::mint(TokenKind::DeviceCode, app.random.bytes());
    for _ in 0..TRIES {
        let user_code = UserCode::new(app.random.bytes());
        let new = &NewDeviceAuthorization {
            device_hash: secret::hash(device_code.expose()),
            user_code: user_code.letters(),
            app_id: known.app.id.clone(),
            scopes: wish.scopes.to_string(),
            resource: wish.resource.clone(),
            pause: PAUSE,
            expires_at: now + rules::LIFETIME,
        };
        if app.store.write(now, |tx| async move { tx.insert_device_authorization(new).await }).await? {
            return Ok((device_code, user_code));
        }
    }
    Err(grantry_store::Error::Busy.into())
}

/// Gives tokens to a device that was allowed; the app has authenticated and may use the grant.
///
/// # Errors
/// `authorization_pending` and `slow_down` while nobody has decided; `access_denied`, `expired_token` and
/// `invalid_grant` when nothing will come of it any more.
pub async fn device_code(app: &App, asking: Asking<'_>, request: &rules::Request) -> Result<Given, Failed> {
    if !secret::is_well_formed(TokenKind::DeviceCode, &request.device_code) {
        return Err(rules::unknown().into());
    }
    let catalogue = app.cached.catalogue().await?;
    let refresh = opened::fresh(app);
    let opening = Opening { app, asking, catalogue: &catalogue, refresh: &refresh };
    let taking = app.store.write(app.clock.now(), |tx| async move { take(&tx, opening, request).await });
    let opened = taking.await??;
    opening.give(opened, Said::default()).await
}

/// Uses an allowed one up, or remembers that the device asked. A refusal is not an error of the transaction.
async fn take(
    tx: &Tx,
    opening: Opening<'_>,
    request: &rules::Request,
) -> Result<Result<Opened, Error>, grantry_store::Error> {
    let hash = secret::hash(&request.device_code);
    let Some(device) = tx.find_device_authorization(&hash).await? else { return Ok(Err(rules::unknown())) };
    match rules::check(&device.rules_row(), opening.asking.rules(), tx.now()) {
        Poll::Take => {}
        Poll::Wait(error, pause) => {
            tx.note_poll(&hash, pause).await?;
            return Ok(Err(error));
        }
        Poll::Over(error) => return Ok(Err(error)),
    }
    if !tx.consume_device_authorization(&hash).await? {
        return Ok(Err(rules::unknown()));
    }
    let state = match &device.grant_id {
        Some(grant) => tx.find_grant(grant).await?,
        None => None,
    };
    match state {
        Some(state) => opening.open(tx, state, &request.resource).await,
        None => Ok(Err(rules::unknown())),
    }
}
