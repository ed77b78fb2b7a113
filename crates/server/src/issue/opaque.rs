//! Opaque access tokens: what a JWT would say, sealed so that this server alone can read it. Nothing is stored for one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantry_oauth::Timestamp;
use grantry_oauth::access_token::{AccessToken, Claims, Invalid};
use grantry_oauth::jose::VerifyError;
use grantry_oauth::secret::TokenKind;

use super::Failed;
use crate::app::App;
use crate::keys;

const CONTEXT: &str = "access token";

/// The token on the wire.
pub(super) fn write(app: &App, token: &AccessToken<'_>) -> Result<String, Failed> {
    let sealed =
        app.keys.handles().seal(CONTEXT, &token.to_json()?, &app.random).map_err(keys::Error::from)?;
    let mut text = TokenKind::Access.prefix().to_owned();
    URL_SAFE_NO_PAD.encode_string(sealed, &mut text);
    Ok(text)
}

/// Opens a token that somebody presents. A cut, longer or changed one does not open.
pub(super) fn read(app: &App, text: &str, now: Timestamp) -> Result<Claims, Invalid> {
    let forged = || Invalid::Forged(VerifyError::BadSignature);
    let sealed = text.strip_prefix(TokenKind::Access.prefix()).and_then(|t| URL_SAFE_NO_PAD.decode(t).ok());
    let json = sealed.and_then(|sealed| app.keys.handles().open(CONTEXT, &sealed).ok()).ok_or_else(forged)?;
    Claims::from_json(&json, app.issuer(), now)
}
