//! `POST /connect/token`: tokens for a code, a refresh token, a device or another token, or for an app itself.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use grantry_oauth::client::GrantType;
use grantry_oauth::grant::token_exchange::ACCESS_TOKEN;
use grantry_oauth::grant::{Asker, TokenRequest, check_allowed, check_proof};
use grantry_oauth::scope::ScopeSet;
use grantry_store::flow_event::FlowStage;
use http::{HeaderValue, header};
use serde::Serialize;

use super::call::Call;
use super::client::Caller;
use super::refusal::Refusal;
use crate::app::App;
use crate::issue::{self, Asking, Given};
use crate::ops::{Counter, Metrics};

/// RFC 6749 §5.1, OIDC Core §3.1.3.3.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    access_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_token_type: Option<&'static str>,
    expires_in: u64,
    token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    scope: &'a ScopeSet,
}

/// Answers a token request.
pub async fn give(State(app): State<Arc<App>>, call: Call) -> Response {
    let mut caller = Caller::new(&app, &call, FlowStage::Token);
    let mut grant = None;
    let result = respond(&app, &mut caller, &mut grant).await;
    app.token_meter.note(grant, result.is_ok());
    caller.answer(result)
}

async fn respond(
    app: &App,
    caller: &mut Caller<'_>,
    grant: &mut Option<GrantType>,
) -> Result<Response, Refusal> {
    caller.identify().await?;
    let known = caller.authenticate().await?;
    let request = TokenRequest::parse(&caller.call.form)?;
    *grant = Some(request.grant_type());
    check_allowed(&known.client, request.grant_type())?;
    let proved = caller.prove(&known).await?;
    let jkt = proved.as_deref();
    check_proof(Asker { client: &known.client, jkt })?;
    let origin = caller.origin(&known);
    let asking = Asking { known: &known, jkt, origin: &origin };
    let given = match &request {
        TokenRequest::ClientCredentials(request) => issue::client_credentials(app, asking, request).await?,
        TokenRequest::RefreshToken(request) => issue::refresh(app, asking, request).await?,
        TokenRequest::AuthorizationCode(request) => issue::exchange(app, asking, request).await?,
        TokenRequest::DeviceCode(request) => issue::device_code(app, asking, request).await?,
        TokenRequest::TokenExchange(request) => issue::token_exchange(app, asking, request).await?,
    };
    body(&given, &request, jkt.is_some())
}

fn body(given: &Given, request: &TokenRequest, is_bound: bool) -> Result<Response, Refusal> {
    let body = Body {
        id_token: given.id_token.as_deref(),
        access_token: &given.access_token,
        expires_in: given.expires_in,
        // RFC 8693 §2.2.1
        issued_token_type: matches!(request, TokenRequest::TokenExchange(_)).then_some(ACCESS_TOKEN),
        // RFC 9449 §5. Some programs copy it into the Authorization header as it is.
        token_type: if is_bound { "DPoP" } else { "Bearer" },
        refresh_token: given.refresh_token.as_deref(),
        scope: &given.scopes,
    };
    let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let text = serde_json::to_vec(&body).map_err(|error| grantry_store::Error::Corrupt(error.to_string()))?;
    Ok(([json], text).into_response())
}

/// How many token requests of each grant went well and how many did not.
#[derive(Debug)]
pub struct TokenMeter {
    /// Given, and refused.
    of_grant: [(GrantType, Counter, Counter); 5],
    unreadable: Counter,
}

impl TokenMeter {
    #[must_use]
    pub fn new(metrics: &Metrics) -> Self {
        let counter = |grant, outcome| {
            let labels = [("grant", grant), ("outcome", outcome)];
            metrics.counter("grantry_tokens_total", "Token requests, by grant and outcome.", &labels)
        };
        Self {
            of_grant: GrantType::ALL
                .map(|grant| (grant, counter(grant.as_str(), "given"), counter(grant.as_str(), "refused"))),
            unreadable: counter("none", "refused"),
        }
    }

    /// A request of this grant, if it came so far that the grant was read, went well or did not.
    fn note(&self, grant: Option<GrantType>, given: bool) {
        let found = self.of_grant.iter().find(|(known, ..)| Some(*known) == grant);
        let counter = match found {
            Some((_, good, _)) if given => good,
            Some((_, _, refused)) => refused,
            None => &self.unreadable,
        };
        counter.inc();
    }
}
