//! *Try it out*: the real flow of an app, run by its own account's admin, with this server in the place of the app.
//!
//! What the app would remember meanwhile is derived from the browser's cookie and the state, so that nothing is kept and
//! an answer is of use only in the browser that began.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantry_oauth::grant::{authorization_code, client_credentials};
use grantry_oauth::scope::ScopeSet;
use grantry_store::audit::Origin;
use grantry_store::id::AppId;
use serde_json::Value;

use super::requests;
use crate::app::App;
use crate::cached::KnownApp;
use crate::consent::trial::{self, NotBegun, Trial};
use crate::endpoints::userinfo;
use crate::issue::{self, Asking, Failed, Given, Living};

/// What came of a trial.
#[derive(Debug)]
pub struct Outcome {
    pub given: Given,
    /// What the access token says, when it says anything.
    pub access_claims: Option<Value>,
    /// What the ID token says.
    pub id_claims: Option<Value>,
    /// What the userinfo endpoint answers, or the code of its refusal.
    pub userinfo: Option<Result<Value, String>>,
}

/// Begins the code flow of a store app and says where the browser goes. The caller has checked that an admin of the
/// app's own account acts.
///
/// # Errors
/// A request that the app could not send either.
pub async fn begin(app: &App, known: &KnownApp, browser: &[u8; 32]) -> Result<String, NotBegun> {
    let state = format!("{}.{}", known.app.id, app.random.token());
    let kept = Kept::new(app, browser, &state);
    let wanted = Trial {
        scope: &requests::scope(app, &known.version.details.scopes).await?,
        state: &state,
        nonce: &kept.nonce,
        code_challenge: &requests::challenge(&kept.verifier),
    };
    trial::begin(app, known, wanted).await
}

/// The app whose trial a state belongs to.
#[must_use]
pub fn app_of(state: &str) -> Option<AppId> {
    AppId::parse(state.split_once('.')?.0)
}

/// Exchanges the code of a trial, as the app would with its secret.
///
/// # Errors
/// A code that is not good, or not one of this browser.
pub async fn exchange(
    app: &App,
    known: &KnownApp,
    (browser, state): (&[u8; 32], &str),
    code: &str,
    origin: &Origin,
) -> Result<Outcome, Failed> {
    let request = authorization_code::Request {
        code: code.to_owned(),
        redirect_uri: Some(trial::callback(app)),
        code_verifier: Some(Kept::new(app, browser, state).verifier),
        resource: Vec::new(),
    };
    let given = issue::exchange(app, Asking { known, jkt: None, origin }, &request).await?;
    let claims = match Living::find(app, &given.access_token).await {
        Ok(living) => userinfo::claims_of(app, &living).await,
        Err(dead) => Err(dead.into()),
    };
    let claims = claims.map(Value::from).map_err(|refusal| refusal.error.code.as_str().to_owned());
    Ok(Outcome { userinfo: Some(claims), ..Outcome::of(given) })
}

/// Gets a token for a custom app, as the app would with its secret.
///
/// # Errors
/// Scopes that the app may not have any more.
pub async fn credentials(app: &App, known: &KnownApp, origin: &Origin) -> Result<Outcome, Failed> {
    let request = client_credentials::Request { scope: ScopeSet::default(), resource: Vec::new() };
    Ok(Outcome::of(issue::client_credentials(app, Asking { known, jkt: None, origin }, &request).await?))
}

impl Outcome {
    fn of(given: Given) -> Self {
        Self {
            access_claims: claims(&given.access_token),
            id_claims: given.id_token.as_deref().and_then(claims),
            userinfo: None,
            given,
        }
    }
}

/// What an app would keep in the browser's session between its two requests.
struct Kept {
    verifier: String,
    nonce: String,
}

impl Kept {
    fn new(app: &App, browser: &[u8; 32], state: &str) -> Self {
        let bound = format!("{} {state}", URL_SAFE_NO_PAD.encode(browser));
        // 43 characters of base64: what RFC 7636 §4.1 asks of a verifier at least.
        let verifier = app.form_key.seal("trial-verifier", &bound);
        Self { verifier, nonce: app.form_key.seal("trial-nonce", &bound) }
    }
}

/// What a JWT says, to be shown; it was made a moment ago by this server.
fn claims(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}
