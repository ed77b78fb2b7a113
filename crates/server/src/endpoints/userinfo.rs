//! `GET` and `POST /connect/userinfo`: what an app may know of the person who signed in with it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use grantry_oauth::bearer::{self, Refused};
use grantry_oauth::claims::sign_userinfo;
use grantry_oauth::grant::Subject;
use grantry_oauth::parameters::Parameters;
use grantry_oauth::scope::ScopeSet;
use grantry_oauth::{Error, ErrorCode};
use grantry_store::grant::GrantState;
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::call::{only, parameters};
use super::client::allow_origin;
use super::refusal::Refusal;
use crate::app::App;
use crate::issue::proof::{Place, nonce_for, supply};
use crate::issue::{self, Holder, Living, NotAdmitted};
use crate::keys;
use crate::web::{Visitor, guard};

/// Answers a userinfo request.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, request: Request) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let (mut client_id, mut next_nonce) = (None, None);
    let answered = match respond(&app, request, (&mut client_id, &mut next_nonce)).await {
        Ok(claims) => written(&app, claims, client_id.as_deref()).await,
        Err(refusal) => Err(refusal),
    };
    let mut response = answered.unwrap_or_else(|mut refusal| {
        refusal.dpop_nonce = nonce_for(&app, refusal.error.code);
        if let Some(cause) = &refusal.cause {
            tracing::error!(request_id = %visitor.request_id, %cause, "request failed: {cause}");
        }
        refusal.into_response()
    });
    if let Some(nonce) = next_nonce {
        supply(&nonce, &mut response);
    }
    if let (Some(client_id), Some(_)) = (&client_id, &origin)
        && let Ok(Some(known)) = app.cached.find_app(client_id).await
    {
        allow_origin(origin.as_ref(), &known, &mut response);
    }
    response
}

async fn respond(
    app: &App,
    request: Request,
    (client_id, next_nonce): (&mut Option<String>, &mut Option<String>),
) -> Result<Map<String, Value>, Refusal> {
    let (parts, body) = request.into_parts();
    let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let query = Parameters::new(query.map(|(name, value)| (name.into_owned(), value.into_owned())))?;
    // OIDC Core §5.3.1: POST may carry the token in a form.
    let form = if parts.method == Method::POST && guard::is_form(&parts.headers) {
        Some(parameters(app, body).await?)
    } else {
        None
    };
    let authorization = only(&parts.headers, &header::AUTHORIZATION)?;
    let authorization = authorization.map(|value| value.to_str().unwrap_or_default());
    let shown = bearer::read(authorization, &query, form.as_ref()).map_err(refused)?;
    let place = Place { headers: &parts.headers, method: &parts.method, path: parts.uri.path() };
    let living = match Living::admit(app, shown, place).await {
        Ok(living) => living,
        Err(NotAdmitted::Refused(why)) => return Err(refused(why)),
        Err(NotAdmitted::Unknown(error)) => return Err(error.into()),
    };
    *client_id = Some(living.claims.client_id.clone());
    next_nonce.clone_from(&living.next_nonce);
    claims_of(app, &living).await
}

/// The claims that a living access token gives.
///
/// # Errors
/// A token that gives none.
pub async fn claims_of(app: &App, living: &Living) -> Result<Map<String, Value>, Refusal> {
    claims(app, person_of(living).map_err(refused)?, living).await
}

/// The grant of a person's token that may be used here.
fn person_of(living: &Living) -> Result<&GrantState, Refused> {
    let none = ScopeSet::default();
    let (state, scopes) = match &living.holder {
        Holder::Grant(state, Subject::Person) => (Some(state), &living.claims.scopes),
        // Whoever speaks for no person has no claims to show, whatever was granted once.
        Holder::Grant(_, Subject::Connection) | Holder::App(_) => (None, &none),
    };
    bearer::require_scope(scopes, &["openid"])?;
    state.map(AsRef::as_ref).ok_or_else(Refused::no_token)
}

async fn claims(app: &App, state: &GrantState, living: &Living) -> Result<Map<String, Value>, Refusal> {
    let gone = || grantry_store::Error::Corrupt("a grant that stands has no person or no app".to_owned());
    let known = app.cached.find_app(&living.claims.client_id).await?.ok_or_else(gone)?;
    let (scopes, preset) = (&living.claims.scopes, issue::preset(app));
    let names = issue::asked(state)?.userinfo;
    let made = issue::about(app, &known.client, state, |facts| {
        let mut claims = facts.userinfo(scopes, preset);
        claims.extend(facts.named(&names, preset));
        claims
    });
    Ok(made.await?.ok_or_else(gone)?)
}

/// The claims as the app wants them: JSON, or signed (OIDC Core §5.3.2).
async fn written(
    app: &App,
    claims: Map<String, Value>,
    client_id: Option<&str>,
) -> Result<Response, Refusal> {
    let known = match client_id {
        Some(client_id) => app.cached.find_app(client_id).await?,
        None => None,
    };
    let Some((known, alg)) = known.as_ref().and_then(|known| Some((known, known.client.userinfo_alg?)))
    else {
        return Ok(Json(claims).into_response());
    };
    let key = app.keys.signer(alg).await?;
    let signed = sign_userinfo(claims, (app.issuer(), &known.client.client_id), &key);
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/jwt"))];
    Ok((kind, signed.map_err(keys::Error::from)?).into_response())
}

/// RFC 6750 §3: the challenge says everything; a body repeats it for those who look there.
fn refused(refused: Refused) -> Refusal {
    let status = StatusCode::from_u16(refused.http_status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let challenge = HeaderValue::from_str(&refused.challenge()).ok();
    let missing = || Error::new(ErrorCode::InvalidToken, "an access token is needed");
    let error = refused.error.unwrap_or_else(missing);
    let mut refusal = Refusal::from(error);
    (refusal.status, refusal.challenge) = (status, challenge);
    refusal
}
