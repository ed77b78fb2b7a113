//! *Try it out*: an authorization that this server begins for the developer, and that comes back to this server.

use grantry_oauth::Error;
use grantry_oauth::authorize::read_pushed;
use grantry_oauth::client::Client;
use grantry_oauth::parameters::Parameters;
use grantry_oauth::redirect_uri::RedirectUri;

use crate::app::App;
use crate::cached::KnownApp;
use crate::sign_in::pending::{self, Begun};

/// Where the answer of a trial goes. No request from outside can name it: it is registered for no app.
const CALLBACK: &str = "/apps/try/callback";

/// What a trial asks for.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// Separated by spaces.
    pub scope: &'a str,
    /// Comes back with the answer: what binds it to the browser that began.
    pub state: &'a str,
    pub nonce: &'a str,
    /// S256 of a verifier that stays here.
    pub code_challenge: &'a str,
}

/// Why no trial began.
#[derive(Debug, thiserror::Error)]
pub enum NotBegun {
    /// The request is one that the app could not send either.
    #[error(transparent)]
    Refused(#[from] Error),
    #[error(transparent)]
    Store(#[from] grantry_store::Error),
}

/// The redirect URI of every trial; the token request must repeat it.
#[must_use]
pub fn callback(app: &App) -> String {
    format!("{}{CALLBACK}", app.issuer())
}

/// Begins a trial of an app and says where the developer's browser goes. Consent is always asked, and only an admin of
/// the app's own account can give it, whoever else opens that URL. The caller has checked that this is such an admin.
///
/// # Errors
/// [`NotBegun`].
pub async fn begin(app: &App, known: &KnownApp, trial: Trial<'_>) -> Result<String, NotBegun> {
    let callback = callback(app);
    let client =
        Client { redirect_uris: vec![RedirectUri::from_stored(callback.clone())], ..known.client.clone() };
    let asked = [
        ("response_type", "code"),
        ("client_id", known.app.client_id.as_str()),
        ("redirect_uri", callback.as_str()),
        ("scope", trial.scope),
        ("state", trial.state),
        ("nonce", trial.nonce),
        ("code_challenge", trial.code_challenge),
        ("code_challenge_method", "S256"),
        ("prompt", "consent"),
    ];
    let parameters = Parameters::new(asked.map(|(name, value)| (name.to_owned(), value.to_owned())))?;
    let catalogue = app.cached.catalogue().await?;
    // This server is as good a source as the app itself, so no browser need bring what it says.
    let request = read_pushed(&parameters, &client, &catalogue.rules)?;
    Ok(pending::begin(app, known, &request, (Begun::AsTrial, None)).await?)
}
