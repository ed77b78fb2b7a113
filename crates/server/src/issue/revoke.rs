//! Revocation by the app that holds a token: a refresh token takes its whole grant along, an access token ends alone.

use grantry_oauth::access_token::{Claims, Invalid};
use grantry_oauth::presented::Shape;
use grantry_oauth::revocation::{Effect, Found, decide};
use grantry_oauth::secret;
use grantry_store::Tx;
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::connection::EndReason;
use grantry_store::id::{AccountId, GrantId};

use super::{Failed, Living};
use crate::app::App;
use crate::cached::KnownApp;

/// Ends a token of an app that has authenticated. What is unknown or dead is as good as revoked.
///
/// # Errors
/// `invalid_grant` for another app's token, `unsupported_token_type` for what is no token.
pub async fn revoke(app: &App, known: &KnownApp, token: &str, origin: &Origin) -> Result<(), Failed> {
    let client_id = known.app.client_id.as_str();
    match Shape::of(token) {
        Shape::Refresh => {
            let Some((_, state)) = app.store.reader().find_refresh_token(&secret::hash(token)).await? else {
                return Ok(());
            };
            let found = Found::Refresh { client_id: &state.client_id, grant_id: state.grant.id.as_str() };
            match decide(client_id, found)? {
                Effect::EndGrant { .. } => end_grant(app, &state.grant.id, &state.account.id, origin).await,
                Effect::Nothing | Effect::EndToken { .. } => Ok(()),
            }
        }
        Shape::Jwt | Shape::Access => {
            let verified = Living::read(app, token);
            end_token(app, known, verified.as_ref().map_err(|invalid| *invalid), origin).await
        }
        Shape::NoToken => Ok(decide(client_id, Found::NoToken).map(|_| ())?),
        Shape::Foreign => Ok(decide(client_id, Found::Nothing).map(|_| ())?),
    }
}

async fn end_grant(app: &App, grant: &GrantId, account: &AccountId, origin: &Origin) -> Result<(), Failed> {
    let ended = app.store.write(app.clock.now(), |tx| async move {
        if tx.end_grant(grant, EndReason::Revoked).await? {
            note(&tx, account, Object::new(ObjectKind::Grant, grant.as_str(), "refresh token"), origin)
                .await?;
        }
        Ok::<_, grantry_store::Error>(())
    });
    Ok(ended.await?)
}

async fn end_token(
    app: &App,
    known: &KnownApp,
    verified: Result<&Claims, Invalid>,
    origin: &Origin,
) -> Result<(), Failed> {
    let effect = decide(&known.app.client_id, Found::Access(verified))?;
    let Effect::EndToken { jti, expires_at } = effect else { return Ok(()) };
    let grant = verified.ok().and_then(Claims::grant_id).and_then(GrantId::parse);
    let state = match &grant {
        Some(grant) => match app.store.reader().find_grant(grant).await? {
            Some(state) => Some(state),
            // Swept: nothing of it is good any more.
            None => return Ok(()),
        },
        None => None,
    };
    let account = state.as_ref().map_or(&known.owner.id, |state| &state.account.id);
    let grant = grant.as_ref();
    let ended = app.store.write(app.clock.now(), |tx| async move {
        if tx.revoke_token(jti, grant, expires_at).await? {
            let object = Object::new(ObjectKind::Grant, grant.map_or("", |id| id.as_str()), "access token");
            note(&tx, account, object, origin).await?;
        }
        Ok::<_, grantry_store::Error>(())
    });
    Ok(ended.await?)
}

async fn note(
    tx: &Tx,
    account: &AccountId,
    object: Object,
    origin: &Origin,
) -> Result<(), grantry_store::Error> {
    tx.audit(origin, &Entry::new(account, Action::TokenRevoked, object)).await
}
