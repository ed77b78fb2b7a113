//! The app behind a call: who it says it is, whether that is so, and what its owner should know when it is not.

use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse as _, Response};
use grantry_oauth::client::AuthMethod;
use grantry_oauth::client_assertion::{Audience, Proved, Unproved};
use grantry_oauth::client_auth::{self, BASIC_CHALLENGE, Credential, Means, Presented};
use grantry_oauth::secret;
use grantry_oauth::{Error, ErrorCode, client_document};
use grantry_store::audit::{Actor, Origin};
use grantry_store::flow_event::{FlowStage, NewFlowEvent};
use grantry_store::id::SecretId;
use http::{HeaderValue, header};
use serde_json::json;

use super::call::Call;
use super::refusal::Refusal;
use crate::app::App;
use crate::cached::KnownApp;
use crate::issue::proof::{next_nonce, nonce_for, prove, supply};
use crate::registration::Asking;
use crate::registration::document::{self, NotResolved};

/// A call with the app that it names, proved or not.
#[derive(Debug)]
pub(super) struct Caller<'a> {
    app: &'a App,
    pub(super) call: &'a Call,
    stage: FlowStage,
    presented: Option<Presented>,
    known: Option<Arc<KnownApp>>,
    /// What the next proof should repeat.
    next_nonce: Option<String>,
}

/// The reason that is written down when an app sends its credentials twice: accepted, but worth knowing.
const IN_BOTH: &str =
    "the client ID and secret came twice, in the Authorization header and in the body: once is enough";

impl<'a> Caller<'a> {
    pub(super) fn new(app: &'a App, call: &'a Call, stage: FlowStage) -> Self {
        Self { app, call, stage, presented: None, known: None, next_nonce: None }
    }

    /// Reads who the program says it is.
    pub(super) async fn identify(&mut self) -> Result<&Presented, Refusal> {
        let presented = client_auth::read(self.call.authorization(), &self.call.form);
        if let Ok(presented) = &presented {
            self.known = self.find(&presented.client_id).await?;
        }
        // RFC 6749 §3.2. Refused only now, so that the owner of the app learns of it.
        self.call.form.check_single()?;
        Ok(self.presented.insert(presented?))
    }

    /// The app of a client ID. One that describes itself at its client ID is looked at anew when what it said is no longer
    /// fresh: it may have other keys by now. One that nobody has met is read where something can begin with it; elsewhere
    /// it has nothing that it could ask about.
    async fn find(&self, client_id: &str) -> Result<Option<Arc<KnownApp>>, Refusal> {
        let (app, visitor) = (self.app, &self.call.visitor);
        let known = app.cached.find_app(client_id).await?;
        let begins = matches!(self.stage, FlowStage::Token | FlowStage::Pushed);
        let describes_itself = app.config.cimd.enabled && client_document::is_url(client_id);
        if !describes_itself || (known.is_none() && !begins) {
            return Ok(known);
        }
        let origin = visitor.origin();
        let asking = Asking { origin: &origin, ip: visitor.ip };
        match Box::pin(document::resolve(app, asking, client_id)).await {
            Ok(known) => Ok(Some(known)),
            Err(NotResolved::Refused(error)) => {
                let hint = error.hint.as_deref().map(short).unwrap_or_default();
                let request_id = &visitor.request_id;
                tracing::info!(%request_id, hint, "no app: {}", error.description);
                Err(Error { code: ErrorCode::InvalidClient, ..error }.into())
            }
            Err(NotResolved::TooMany(seconds)) => Err(Refusal::wait(Duration::from_secs(seconds))),
            Err(NotResolved::Store(error)) => Err(error.into()),
        }
    }

    /// Lets the program prove it. Unknown, suspended and wrong look alike, in words and in time.
    pub(super) async fn authenticate(&self) -> Result<Arc<KnownApp>, Refusal> {
        let unknown = || Error::new(ErrorCode::InvalidClient, "client authentication failed");
        let presented = self.presented.as_ref().ok_or_else(unknown)?;
        let known = self.known.as_ref();
        let active = known.filter(|known| known.is_active());
        let keys = match (&presented.credential, active) {
            (Credential::Assertion(text), Some(known))
                if known.client.auth_method == AuthMethod::PrivateKeyJwt =>
            {
                let found = self.app.app_keys.find(self.app, known, text).await;
                Some(found.map_err(|why| unknown().with_hint(why.to_string()))?)
            }
            (Credential::Assertion(_) | Credential::Secret(_) | Credential::None, _) => None,
        };
        let endpoint = format!("{}{}", self.app.issuer(), self.call.path);
        let means = Means {
            secrets: known.map(|known| known.secrets.as_slice()).unwrap_or_default(),
            keys: keys.as_deref(),
            audience: Audience { issuer: self.app.issuer(), endpoint: &endpoint },
        };
        let client = active.map(|known| &known.client);
        let now = self.app.clock.now();
        let proved = client_auth::verify(presented, client, means, now).map_err(|error| {
            let suspended = known.is_some() && active.is_none();
            if suspended { error.with_hint("the app or its account is suspended") } else { error }
        })?;
        let active = active.cloned().ok_or_else(unknown)?;
        if let Some(assertion) = &proved.assertion {
            self.use_up(&active, assertion).await?;
        }
        if let Some(secret) = proved.secret_id.and_then(SecretId::parse) {
            self.app.touched.secret(&secret, now);
        }
        if active.client.provenance.is_self_declared() {
            self.app.touched.machine_app(&active.app.id, now);
        }
        if proved.in_both {
            self.note("accepted", IN_BOTH, None);
        }
        Ok(active)
    }

    /// RFC 7523 §3, point 7: an assertion proves something once, on whatever node.
    async fn use_up(&self, known: &KnownApp, assertion: &Proved) -> Result<(), Refusal> {
        let (hash, expires_at) = (secret::hash(&assertion.jti), assertion.expires_at);
        let using = self.app.store.write(self.app.clock.now(), |tx| async move {
            tx.use_assertion(&known.app.id, &hash, expires_at).await
        });
        if using.await? { Ok(()) } else { Err(client_auth::unproved(Unproved::Replayed).into()) }
    }

    /// Like [`Caller::authenticate`], for what a public app, which proves nothing, may not do.
    pub(super) async fn authenticate_confidential(&self) -> Result<Arc<KnownApp>, Refusal> {
        let known = self.authenticate().await?;
        if known.client.auth_method == AuthMethod::None {
            let error = Error::new(ErrorCode::InvalidClient, "client authentication failed");
            return Err(error.with_hint("a public app cannot prove who it is, which is needed here").into());
        }
        Ok(known)
    }

    /// The thumbprint of the key of the call's DPoP proof, if it has one; after the app has proved who it is, so that
    /// nobody else's proofs are kept.
    pub(super) async fn prove(&mut self, known: &KnownApp) -> Result<Option<String>, Refusal> {
        let Some(proof) = prove(self.app, self.call.place(), None).await? else { return Ok(None) };
        self.next_nonce = next_nonce(self.app, &proof);
        if !known.client.may_prove_with(proof.alg) {
            let error = Error::new(
                ErrorCode::InvalidDpopProof,
                "the DPoP proof has an algorithm that this app may not use",
            );
            return Err(error.with_hint("the profile fapi2 takes PS256, ES256 and EdDSA").into());
        }
        Ok(Some(proof.jkt))
    }

    /// Who acts, for the trail.
    pub(super) fn origin(&self, known: &KnownApp) -> Origin {
        Origin {
            actor: Actor::app(&known.app.id, &known.app.client_id),
            ip: self.call.visitor.ip_text(),
            request_id: self.call.visitor.request_id.clone(),
        }
    }

    /// The answer: the response, or the refusal with everything that follows from it. A browser of an origin that the
    /// app registered may read either.
    pub(super) fn answer(&self, result: Result<Response, Refusal>) -> Response {
        let mut response = match result {
            Ok(response) => response,
            Err(refusal) => self.refuse(refusal).into_response(),
        };
        if let Some(nonce) = &self.next_nonce {
            supply(nonce, &mut response);
        }
        if let Some(known) = &self.known {
            allow_origin(self.call.origin.as_ref(), known, &mut response);
        }
        response
    }

    fn refuse(&self, mut refusal: Refusal) -> Refusal {
        let visitor = &self.call.visitor;
        if let Some(cause) = &refusal.cause {
            tracing::error!(request_id = %visitor.request_id, %cause, "request failed: {cause}");
            return refusal;
        }
        if refusal.error.code == ErrorCode::InvalidClient && self.call.authorization.is_some() {
            // RFC 6749 §5.2
            refusal.challenge = Some(HeaderValue::from_static(BASIC_CHALLENGE));
        }
        refusal.dpop_nonce = nonce_for(self.app, refusal.error.code);
        let is_public = self.known.as_ref().is_some_and(|known| known.client.auth_method == AuthMethod::None);
        let code = refusal.error.code;
        // An app that has proved who it is may fail as often as its users' tokens do.
        if code == ErrorCode::InvalidClient || (code == ErrorCode::InvalidGrant && is_public) {
            let client_id = self.presented.as_ref().map_or("", |presented| presented.client_id.as_str());
            if let Some(time) = self.app.failures.note(client_id, visitor.ip, self.app.clock.now()) {
                return Refusal::wait(time);
            }
        }
        // RFC 8628 §3.5, RFC 9449 §8: steps of a flow that goes well are nothing to tell an owner.
        if matches!(code, ErrorCode::AuthorizationPending | ErrorCode::SlowDown | ErrorCode::UseDpopNonce) {
            return refusal;
        }
        let Error { code, description, hint } = &refusal.error;
        self.note(code.as_str(), description, hint.as_deref());
        refusal
    }

    /// Tells the owner of the app, if it is known which.
    fn note(&self, error: &str, description: &'static str, hint: Option<&str>) {
        let Some(known) = &self.known else { return };
        let visitor = &self.call.visitor;
        let detail = json!({
            "ip": visitor.ip_text(),
            "grant_type": self.call.form.get("grant_type").map(short),
            "user_agent": visitor.user_agent,
        });
        let event = NewFlowEvent {
            request_id: visitor.request_id.clone(),
            account_id: known.app.account_id.clone(),
            app_id: Some(known.app.id.clone()),
            stage: self.stage,
            error: error.to_owned(),
            hint: short(hint.unwrap_or(description)),
            detail: detail.to_string(),
        };
        self.app.flow_log.note(event, description, self.app.clock.now());
    }
}

/// The beginning of a text that came from outside.
fn short(text: &str) -> String {
    text.chars().take(300).collect()
}

/// Lets the script of a page read an answer, if the app registered the page's origin. Never with credentials: cookies
/// mean nothing to programs.
pub(super) fn allow_origin(origin: Option<&HeaderValue>, known: &KnownApp, response: &mut Response) {
    let Some(origin) = origin else { return };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if known.version.details.cors_origins.iter().any(|ours| ours.as_bytes() == origin.as_bytes()) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        let readable = HeaderValue::from_static("www-authenticate, dpop-nonce, retry-after, x-request-id");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, readable);
    }
}
