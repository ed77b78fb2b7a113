//! `POST /connect/introspect`: whether a token is good now, for the API or the app whose business it is.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use grantry_oauth::catalogue::Api;
use grantry_oauth::client_auth::Credential;
use grantry_oauth::grant::Subject;
use grantry_oauth::grant::refresh_token::IDLE;
use grantry_oauth::introspection::{self as rules, INACTIVE};
use grantry_oauth::presented::{self, Shape};
use grantry_oauth::scope::ScopeSet;
use grantry_oauth::secret::{self, TokenKind};
use grantry_oauth::{Error, ErrorCode};
use grantry_store::flow_event::FlowStage;
use http::{HeaderValue, header};
use serde::Serialize;

use super::call::Call;
use super::client::Caller;
use super::refusal::Refusal;
use crate::app::App;
use crate::cached::KnownCatalogue;
use crate::issue::{self, Dead, Holder, Living};

/// Answers an introspection request.
pub async fn tell(State(app): State<Arc<App>>, call: Call) -> Response {
    let mut caller = Caller::new(&app, &call, FlowStage::Introspection);
    let result = respond(&app, &mut caller).await;
    caller.answer(result)
}

async fn respond(app: &App, caller: &mut Caller<'_>) -> Result<Response, Refusal> {
    let presented = caller.identify().await?;
    // Which way it goes depends on what was sent alone, so its time tells nothing about what exists.
    if let Credential::Secret(secret) = &presented.credential
        && secret.expose().starts_with(TokenKind::ApiSecret.prefix())
    {
        let (name, hash) = (presented.client_id.clone(), secret::hash(secret.expose()));
        let catalogue = app.cached.catalogue().await?;
        let api = authenticate_api(app, &catalogue, &name, hash).await?;
        let token = presented::read(&caller.call.form)?;
        return answer(app, rules::Caller::Api(api), token).await;
    }
    // RFC 7662 §2.1: whoever asks must say who they are.
    let known = caller.authenticate_confidential().await?;
    let token = presented::read(&caller.call.form)?;
    answer(app, rules::Caller::Client(&known.client.client_id), token).await
}

/// The API of this name, if the secret is one of its.
pub(super) async fn authenticate_api<'c>(
    app: &App,
    catalogue: &'c KnownCatalogue,
    name: &str,
    hash: [u8; 32],
) -> Result<&'c Api, Refusal> {
    let found = app.store.reader().find_api_secret(&hash).await?.filter(|secret| secret.api_name == name);
    let api = catalogue.rules.apis().iter().find(|api| api.name == name);
    match (found, api) {
        (Some(secret), Some(api)) => {
            app.touched.api_secret(&secret.id, app.clock.now());
            Ok(api)
        }
        (Some(_), None) | (None, _) => {
            Err(Error::new(ErrorCode::InvalidClient, "client authentication failed").into())
        }
    }
}

async fn answer(app: &App, caller: rules::Caller<'_>, token: &str) -> Result<Response, Refusal> {
    match Shape::of(token) {
        Shape::Jwt | Shape::Access => match Living::find(app, token).await {
            Ok(living) => {
                let email = match &living.holder {
                    Holder::Grant(state, Subject::Person) => state.person.as_ref().map(|p| p.email.as_str()),
                    Holder::Grant(_, Subject::Connection) | Holder::App(_) => None,
                };
                written(caller.access(&living.claims, email))
            }
            Err(Dead::Invalid(_) | Dead::Ended(_)) => Ok(inactive()),
            Err(Dead::Unknown(error)) => Err(error.into()),
        },
        Shape::Refresh => refresh(app, caller, token).await,
        Shape::NoToken | Shape::Foreign => Ok(inactive()),
    }
}

async fn refresh(app: &App, caller: rules::Caller<'_>, token: &str) -> Result<Response, Refusal> {
    let now = app.clock.now();
    let Some((row, state)) = app.store.reader().find_refresh_token(&secret::hash(token)).await? else {
        return Ok(inactive());
    };
    let ends = row.expires_at.min(row.last_used_at + IDLE);
    let subject = match state.standing().subject() {
        Ok(subject) if row.revoked_at.is_none() && row.rotation.is_none() && ends > now => subject,
        Ok(_) | Err(_) => return Ok(inactive()),
    };
    let Some(known) = app.cached.find_app(&state.client_id).await? else { return Ok(inactive()) };
    let granted = ScopeSet::parse(&state.grant.scopes).unwrap_or_default();
    written(caller.refresh(rules::Refresh {
        issuer: app.issuer(),
        subject: &issue::name(app, &known.client, &state, subject),
        client_id: &state.client_id,
        scopes: &granted,
        account_code: &state.account.code,
        issued_at: row.created_at,
        expires_at: ends,
        jkt: row.dpop_jkt.as_deref(),
    }))
}

fn written(active: Option<impl Serialize>) -> Result<Response, Refusal> {
    let Some(active) = active else { return Ok(inactive()) };
    let text =
        serde_json::to_vec(&active).map_err(|error| grantry_store::Error::Corrupt(error.to_string()))?;
    Ok(json(text))
}

fn inactive() -> Response {
    json(INACTIVE.as_bytes().to_vec())
}

fn json(text: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response()
}
