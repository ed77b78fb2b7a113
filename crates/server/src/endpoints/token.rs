//! `POST /connect/token`: tokens for a code, for a refresh token, or for an app itself.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use grantry_oauth::client::GrantType;
use grantry_oauth::grant::{TokenRequest, check_allowed};
use grantry_oauth::scope::ScopeSet;
use grantry_store::flow_event::FlowStage;
use http::{HeaderValue, header};
use serde::Serialize;

use super::call::Call;
use super::client::Caller;
use super::refusal::Refusal;
use crate::app::App;
use crate::issue::{self, Given};
use crate::ops::{Counter, Metrics};

/// RFC 6749 §5.1, OIDC Core §3.1.3.3.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    access_token: &'a str,
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
    let known = caller.authenticate()?;
    let request = TokenRequest::parse(&caller.call.form)?;
    *grant = Some(request.grant_type());
    check_allowed(&known.client, request.grant_type())?;
    let given = match request {
        TokenRequest::ClientCredentials(request) => issue::client_credentials(app, &known, &request).await?,
        TokenRequest::RefreshToken(request) => {
            issue::refresh(app, &known, &request, &caller.origin(&known)).await?
        }
        TokenRequest::AuthorizationCode(request) => {
            issue::exchange(app, &known, &request, &caller.origin(&known)).await?
        }
    };
    body(&given)
}

fn body(given: &Given) -> Result<Response, Refusal> {
    let body = Body {
        id_token: given.id_token.as_deref(),
        access_token: &given.access_token,
        expires_in: given.expires_in,
        // Some programs copy it into the Authorization header as it is.
        token_type: "Bearer",
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
    of_grant: [(GrantType, Counter, Counter); 3],
    unreadable: Counter,
}

impl TokenMeter {
    #[must_use]
    pub fn new(metrics: &Metrics) -> Self {
        let counter = |grant, outcome| {
            let labels = [("grant", grant), ("outcome", outcome)];
            metrics.counter("grantry_tokens_total", "Token requests, by grant and outcome.", &labels)
        };
        let grants = [GrantType::AuthorizationCode, GrantType::RefreshToken, GrantType::ClientCredentials];
        Self {
            of_grant: grants
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
