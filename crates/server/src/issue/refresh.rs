//! The refresh grant: a new access token for what still stands. Confidential apps keep their token, and nothing is written.

use grantry_oauth::access_token::LIFETIME;
use grantry_oauth::grant::refresh_token::{self as rules, Next};
use grantry_oauth::grant::{Consequence, Refused};
use grantry_oauth::secret::{self, TokenKind};
use grantry_store::audit::{Action, Entry, Object, ObjectKind};
use grantry_store::connection::EndReason;
use grantry_store::grant::GrantState;
use grantry_store::refresh_token::{RefreshToken, Successor};

use super::access::{Bearer, Reach, mint};
use super::person::{self, Beside};
use super::{Asking, Failed, Given};
use crate::app::App;
use crate::keys::{self, Sealer};

/// What a sealed successor is sealed as.
const CONTEXT: &str = "refresh token";

/// Gives a new access token for a refresh token to an app that has authenticated and may use the grant.
///
/// # Errors
/// `invalid_grant` for a token that is not good, or is not this app's, and when what it hangs on has ended.
pub async fn refresh(app: &App, asking: Asking<'_>, request: &rules::Request) -> Result<Given, Failed> {
    if !secret::is_well_formed(TokenKind::Refresh, &request.refresh_token) {
        return Err(rules::unknown().error.into());
    }
    let hash = secret::hash(&request.refresh_token);
    let (state, refresh, refresh_token) = match attempt(app, asking, request, hash).await? {
        Attempt::Done(done) => *done,
        // Another request with the same token was faster: now it is one that has a successor, or was revoked.
        Attempt::Overtaken => match attempt(app, asking, request, hash).await? {
            Attempt::Done(done) => *done,
            Attempt::Overtaken => return Err(grantry_store::Error::Busy.into()),
        },
    };

    let (now, known) = (app.clock.now(), asking.known);
    let catalogue = app.cached.catalogue().await?;
    let reach = Reach::new(&catalogue.rules, &refresh.scopes, &state.grant.resource, &request.resource)?;
    let subject = refresh.subject;
    let roles = person::roles_in_token(app, &state, &reach.scopes).await?;
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    let name = person::name(app, &known.client, &state, subject);
    let bearer = Bearer {
        client: &known.client,
        owner: person::owner(&state, (subject, &name), &roles),
        account_code: &state.account.code,
        jkt: asking.jkt,
        actor: None,
        parent: None,
        is_test: false,
        lifetime: LIFETIME,
    };
    let access_token = mint(app, &catalogue.rules, bearer, &reach, now).await?;
    // OIDC Core §12.2: no nonce in a refreshed ID token.
    let beside = Beside { nonce: None, access_token: &access_token };
    let id_token = person::id_token(app, &known.client, (&state, subject), &reach.scopes, beside).await?;
    app.touched.connection(&state.grant.connection_id, now);
    Ok(Given {
        access_token,
        expires_in: LIFETIME.as_secs(),
        scopes: reach.scopes,
        refresh_token: Some(refresh_token),
        id_token,
    })
}

enum Attempt {
    Done(Box<(GrantState, rules::Refresh, String)>),
    Overtaken,
}

async fn attempt(
    app: &App,
    asking: Asking<'_>,
    request: &rules::Request,
    hash: [u8; 32],
) -> Result<Attempt, Failed> {
    let now = app.clock.now();
    let found = app.store.reader().find_refresh_token(&hash).await?;
    let (token, state) = found.ok_or_else(|| rules::unknown().error)?;
    let row = token.rules_row(&state, rules::IDLE)?;
    let refresh = match rules::check(&row, &state.standing(), request, asking.rules(), now) {
        Ok(refresh) => refresh,
        Err(Refused { error, consequence }) => {
            if consequence == Consequence::EndGrant {
                end_family(app, asking, &state).await?;
            }
            return Err(error.into());
        }
    };
    let presented = &request.refresh_token;
    let next = match refresh.next {
        Next::Same => {
            app.touched.refresh_token(hash, now);
            presented.clone()
        }
        Next::Successor => successor(presented, &token)?,
        Next::Rotate => match rotate(app, presented, hash).await? {
            Some(next) => next,
            None => return Ok(Attempt::Overtaken),
        },
    };
    Ok(Attempt::Done(Box::new((state, refresh, next))))
}

/// RFC 9700 §4.14.2: whoever presents an old token may have stolen it, or may be the one it was stolen from.
async fn end_family(app: &App, asking: Asking<'_>, state: &GrantState) -> Result<(), Failed> {
    let Asking { known, origin, .. } = asking;
    let object = Object::new(ObjectKind::Grant, state.grant.id.as_str(), &known.app.client_id);
    let entry = &Entry::new(&state.account.id, Action::RefreshReplayed, object);
    app.store
        .write(app.clock.now(), |tx| async move {
            if tx.end_grant(&state.grant.id, EndReason::RefreshReplayed).await? {
                tx.audit(origin, entry).await?;
            }
            Ok::<_, grantry_store::Error>(())
        })
        .await?;
    Ok(())
}

/// Puts a new token in the place of the presented one; `None` when it was rotated or revoked in this moment.
async fn rotate(app: &App, presented: &str, hash: [u8; 32]) -> Result<Option<String>, Failed> {
    let next = secret::mint(TokenKind::Refresh, app.random.bytes());
    let sealer = Sealer::of_token(presented).map_err(keys::Error::from)?;
    let sealed = sealer.seal(CONTEXT, next.expose().as_bytes(), &app.random).map_err(keys::Error::from)?;
    let successor = &Successor { hash: secret::hash(next.expose()), sealed };
    let rotate = |tx: grantry_store::Tx| async move { tx.rotate_refresh_token(&hash, successor).await };
    let rotated = app.store.write(app.clock.now(), rotate).await?;
    Ok(rotated.then(|| next.expose().clone()))
}

/// The token that an earlier answer, lost on its way, carried.
fn successor(presented: &str, token: &RefreshToken) -> Result<String, Failed> {
    let lost = || grantry_store::Error::Corrupt("a refresh token has no successor that opens".to_owned());
    let rotation = token.rotation.as_ref().ok_or_else(lost)?;
    let sealer = Sealer::of_token(presented).map_err(keys::Error::from)?;
    let plain = sealer.open(CONTEXT, &rotation.successor_sealed).map_err(|_| lost())?;
    Ok(String::from_utf8(plain.to_vec()).map_err(|_| lost())?)
}
