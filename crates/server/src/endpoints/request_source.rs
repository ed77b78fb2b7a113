//! Where the parameters of an authorization request come from: they are here, in a request object, or were pushed before.

use std::net::IpAddr;

use grantry_oauth::authorize::AuthorizeRequest;
use grantry_oauth::parameters::Parameters;
use grantry_oauth::request_object::{self, Carrier};
use grantry_oauth::{Error, pushed, secret};

use crate::app::App;
use crate::cached::KnownApp;
use crate::outbound::Limits;
use crate::registration;

/// What was found.
pub(super) enum Found {
    /// Parameters that nobody has checked.
    Parameters(Parameters),
    /// A request that was checked when it was pushed, and the hash of its name.
    Pushed(Box<AuthorizeRequest>, [u8; 32]),
}

/// Why nothing was found.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotFound {
    #[error(transparent)]
    Refused(#[from] Error),
    /// Too many documents were fetched lately because somebody named them; so many seconds remain.
    #[error("too many")]
    TooMany(u64),
    #[error(transparent)]
    Store(#[from] grantry_store::Error),
}

/// Finds the parameters of a request that a browser brought.
///
/// # Errors
/// A request object or name that is not good.
pub(super) async fn find(
    app: &App,
    given: &Parameters,
    known: &KnownApp,
    ip: Option<IpAddr>,
) -> Result<Found, NotFound> {
    match request_object::carrier(given)? {
        Carrier::Plain => Ok(Found::Parameters(given.clone())),
        Carrier::Value(object) => Ok(Found::Parameters(open(app, object, given, known).await?)),
        Carrier::Reference(uri) => {
            request_object::check_reference(&known.client, uri)?;
            if known.client.provenance.is_anybody() {
                // Anybody may have registered the address, and anybody can send browsers here with it.
                spend(app, ip).await?;
            }
            let fetched = app.outbound.get(uri, Limits::DOCUMENT).await;
            let fetched = fetched.map_err(|why| request_object::unfetched(why.to_string()))?;
            let object = String::from_utf8_lossy(&fetched.body);
            Ok(Found::Parameters(open(app, object.trim(), given, known).await?))
        }
        Carrier::Pushed(id) => {
            let (hash, now) = (secret::hash(id), app.clock.now());
            let found = app.store.reader().find_pushed_request(&hash, &known.app.id, now).await?;
            let json = found.ok_or_else(pushed::unknown)?.request;
            let request = serde_json::from_str(&json)
                .map_err(|why| grantry_store::Error::Corrupt(format!("a pushed request: {why}")))?;
            Ok(Found::Pushed(Box::new(request), hash))
        }
    }
}

async fn spend(app: &App, ip: Option<IpAddr>) -> Result<(), NotFound> {
    match registration::spend_document(app, ip).await {
        Ok(()) => Ok(()),
        Err(registration::Refused::TooMany(seconds)) => Err(NotFound::TooMany(seconds)),
        Err(registration::Refused::Store(error)) => Err(error.into()),
        Err(_) => Err(grantry_store::Error::Busy.into()),
    }
}

/// Opens a request object of an app.
///
/// # Errors
/// `invalid_request_object`.
pub(super) async fn open(
    app: &App,
    object: &str,
    outside: &Parameters,
    known: &KnownApp,
) -> Result<Parameters, Error> {
    let keys = if request_object::needs_keys(object) {
        let found = app.app_keys.find(app, known, object).await;
        Some(found.map_err(|why| request_object::unreadable(why.to_string()))?)
    } else {
        None
    };
    let around = (app.issuer(), outside);
    request_object::open(object, &known.client, keys.as_deref(), around, app.clock.now())
}
