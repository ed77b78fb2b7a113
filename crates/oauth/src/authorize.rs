//! The authorization request: numbered checks in the order that decides how an error may travel.
//!
//! 1. The client is known and may use this endpoint.
//! 2. The redirect URI is one of the client's: from here on a [`ReturnTo`] exists, and errors go back to the client.
//! 3. No parameter is sent twice.
//! 4. Request objects were opened before; an app that must push its requests has done so.
//! 5. Response type and mode.
//! 6. PKCE.
//! 7. Resource, then scope.
//! 8. Prompt, `max_age`, state, nonce, the DPoP key and claims.
//!
//! An error before step 2 is done has no `ReturnTo`, so it cannot be redirected: it becomes a page.

use serde::{Deserialize, Serialize};

use crate::answer::{ResponseMode, ReturnTo};
use crate::catalogue::Catalogue;
use crate::claims_request::ClaimsRequest;
use crate::client::{Client, GrantType};
use crate::dpop;
use crate::error::{Error, ErrorCode};
use crate::parameters::Parameters;
use crate::pkce::Challenge;
use crate::redirect_uri::Destination;
use crate::scope::ScopeSet;

/// Longest `state` or `nonce`; FAPI 2.0's suite sends 384, ASVS asks for a bound.
const ECHO_LIMIT_BYTES: usize = 4096;

/// `prompt` (OIDC Core §3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// Show nothing.
    pub none: bool,
    /// Ask for credentials again.
    pub login: bool,
    /// Ask for consent again.
    pub consent: bool,
    /// Let the person choose.
    pub select_account: bool,
}

/// A request that passed every check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizeRequest {
    /// The client.
    pub client_id: String,
    /// Where the answer goes.
    pub return_to: ReturnTo,
    /// What is asked for: OIDC scopes and registered API scopes.
    pub scopes: ScopeSet,
    /// The S256 challenge.
    pub code_challenge: Option<String>,
    /// To be repeated in the ID token.
    pub nonce: Option<String>,
    /// What may or must be shown.
    pub prompt: Prompt,
    /// Oldest acceptable sign-in, in seconds.
    pub max_age: Option<u64>,
    /// What the person probably types.
    pub login_hint: Option<String>,
    /// An earlier ID token, unverified here.
    pub id_token_hint: Option<String>,
    /// Preferred languages.
    pub ui_locales: Option<String>,
    /// The APIs that the tokens are for (RFC 8707).
    pub resource: Vec<String>,
    /// The thumbprint of the key that the code is bound to (RFC 9449 §10).
    #[serde(default)]
    pub dpop_jkt: Option<String>,
    /// Claims that are asked for one by one.
    #[serde(default)]
    pub claims: Option<ClaimsRequest>,
}

/// What came of reading a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Go on with the person.
    Valid(Box<AuthorizeRequest>),
    /// Tell the client.
    SendBack(ReturnTo, Error),
    /// Tell the person; nothing proves that the redirect URI is the client's.
    ShowPage(Error),
}

/// Reads a request that a browser brought. `client` is what the server found under the request's `client_id`; suspended
/// clients are absent.
#[must_use]
pub fn read(parameters: &Parameters, client: Option<&Client>, catalogue: &Catalogue) -> Reading {
    let (client, return_to) = match trusted(parameters, client) {
        Ok(trusted) => trusted,
        Err(error) => return Reading::ShowPage(error),
    };
    // 4. RFC 9126 §6: what a browser brought anybody can have written.
    let checked = match parameters.check_single() {
        Ok(()) if client.needs_par() => {
            Err(Error::new(ErrorCode::InvalidRequest, "this app must push its requests first"))
        }
        other => other,
    };
    match checked.and_then(|()| details(parameters, client, catalogue, &return_to)) {
        Ok(request) => Reading::Valid(Box::new(request)),
        Err(error) => Reading::SendBack(return_to, error),
    }
}

/// Reads a request that the client pushed itself (RFC 9126 §2.1): the same checks, and the client hears of every fault.
///
/// # Errors
/// The first check that fails.
pub fn read_pushed(
    parameters: &Parameters,
    client: &Client,
    catalogue: &Catalogue,
) -> Result<AuthorizeRequest, Error> {
    let (_, return_to) = trusted(parameters, Some(client)).map_err(|error| {
        // The client has just proved who it is: what is wrong is in the request.
        let known = client.may_use(GrantType::AuthorizationCode);
        if known { Error { code: ErrorCode::InvalidRequest, ..error } } else { error }
    })?;
    details(parameters, client, catalogue, &return_to)
}

/// What becomes of a request that could not be read because of what is around it, such as a request object that is
/// broken. RFC 6749 §4.1.2.1: the client is told, if the parameters beside it name one of its redirect URIs.
#[must_use]
pub fn refuse(parameters: &Parameters, client: Option<&Client>, error: Error) -> Reading {
    match trusted(parameters, client) {
        Ok((_, return_to)) => Reading::SendBack(return_to, error),
        Err(_) => Reading::ShowPage(error),
    }
}

/// Checks 1 and 2: errors here become a page.
fn trusted<'c>(parameters: &Parameters, client: Option<&'c Client>) -> Result<(&'c Client, ReturnTo), Error> {
    let refuse = |code, description, hint: &str| Err(Error::new(code, description).with_hint(hint));
    // 1. The client.
    if parameters.is_twice("client_id") || parameters.is_twice("redirect_uri") {
        let description = "client_id or redirect_uri was sent twice";
        return refuse(
            ErrorCode::InvalidRequest,
            description,
            "neither of two values is better than the other",
        );
    }
    let client_id = parameters.require("client_id", "client_id is missing")?;
    let Some(client) = client.filter(|client| client.client_id == client_id) else {
        return refuse(ErrorCode::UnauthorizedClient, "this app is not known here", client_id);
    };
    if !client.may_use(GrantType::AuthorizationCode) {
        let description = "this app does not connect through the browser";
        return refuse(ErrorCode::UnauthorizedClient, description, "custom apps use client credentials only");
    }
    // 2. The redirect URI. RFC 9700 §2.1: exact comparison; a missing one is never guessed.
    let requested = parameters.require("redirect_uri", "redirect_uri is missing")?;
    let Some(registered) = client.find_redirect_uri(requested) else {
        let description = "redirect_uri is not registered for this app";
        return refuse(ErrorCode::UnauthorizedClient, description, requested);
    };
    let mode = match parameters.get("response_mode") {
        Some("form_post") if registered.destination() != Destination::PrivateUse => ResponseMode::FormPost,
        // An unusable mode is refused in check 5; the refusal itself travels in the query.
        Some(_) | None => ResponseMode::Query,
    };
    let state = parameters.get("state").filter(|s| s.len() <= ECHO_LIMIT_BYTES).map(str::to_owned);
    Ok((client, ReturnTo { uri: requested.to_owned(), mode, state }))
}

/// Checks 3 and 5 to 8: errors here go back to the client.
fn details(
    parameters: &Parameters,
    client: &Client,
    catalogue: &Catalogue,
    return_to: &ReturnTo,
) -> Result<AuthorizeRequest, Error> {
    let refuse = |code, description| Err(Error::new(code, description));
    // 3. RFC 6749 §3.1
    parameters.check_single()?;
    // 4. OIDC Core §3.1.2.6: a request object that nobody opened is refused, never ignored.
    if parameters.get("request").is_some() || parameters.get("request_uri").is_some() {
        return refuse(ErrorCode::InvalidRequestObject, "a request object cannot be in another one");
    }
    // 5. RFC 9700 §2.1.2: codes only, so that no token ever travels through the browser.
    match parameters.get("response_type") {
        Some("code") => {}
        Some(_) => return refuse(ErrorCode::UnsupportedResponseType, "response_type must be code"),
        None => return refuse(ErrorCode::InvalidRequest, "response_type is missing"),
    }
    match (parameters.get("response_mode"), return_to.mode()) {
        (None | Some("query"), _) | (Some("form_post"), ResponseMode::FormPost) => {}
        // A form that posts to another scheme than http would run whatever that scheme runs.
        (Some("form_post"), ResponseMode::Query) => {
            return refuse(ErrorCode::InvalidRequest, "response_mode form_post needs an http redirect_uri");
        }
        (Some(_), _) => {
            return refuse(ErrorCode::InvalidRequest, "response_mode must be query or form_post");
        }
    }
    // 6. PKCE.
    let method = parameters.get("code_challenge_method");
    let challenge = Challenge::read(parameters.get("code_challenge"), method)?;
    if challenge.is_none() && client.needs_pkce() {
        return refuse(ErrorCode::InvalidRequest, "code_challenge is required");
    }
    // 7. Resource and scope.
    let resource = catalogue.check_resources(parameters.all("resource"))?;
    let scopes = scopes(parameters, client, catalogue, &resource)?;
    // 8. The rest. What is echoed is echoed whole or not at all.
    let too_long = |name| parameters.get(name).is_some_and(|value| value.len() > ECHO_LIMIT_BYTES);
    if too_long("state") || too_long("nonce") {
        return refuse(ErrorCode::InvalidRequest, "state and nonce may have 4096 bytes at most");
    }
    let claims = parameters.get("claims").map(ClaimsRequest::parse).transpose()?;
    Ok(AuthorizeRequest {
        client_id: client.client_id.clone(),
        return_to: return_to.clone(),
        scopes,
        code_challenge: challenge.map(|c| c.as_str().to_owned()),
        nonce: parameters.owned("nonce"),
        prompt: prompt(parameters)?,
        // OpenID Connect Registration §2: `default_max_age` counts where the request does not say.
        max_age: max_age(parameters)?.or(client.default_max_age.map(|age| age.as_secs())),
        login_hint: hint(parameters, "login_hint", 254),
        id_token_hint: hint(parameters, "id_token_hint", 4096),
        ui_locales: hint(parameters, "ui_locales", 200),
        resource,
        dpop_jkt: dpop_jkt(parameters)?,
        claims,
    })
}

/// RFC 9449 §10: one that no key can have would make the code useless, so it is told now.
fn dpop_jkt(parameters: &Parameters) -> Result<Option<String>, Error> {
    match parameters.get("dpop_jkt") {
        Some(jkt) if !dpop::is_thumbprint(jkt) => {
            Err(Error::new(ErrorCode::InvalidRequest, "dpop_jkt must be the thumbprint of a key"))
        }
        jkt => Ok(jkt.map(str::to_owned)),
    }
}

/// The scopes that a client asks for, or their default.
pub(crate) fn scopes(
    parameters: &Parameters,
    client: &Client,
    catalogue: &Catalogue,
    resource: &[String],
) -> Result<ScopeSet, Error> {
    let invalid = |description| Error::new(ErrorCode::InvalidScope, description);
    let asked = ScopeSet::parse(parameters.get("scope").unwrap_or_default())
        .map_err(|_| invalid("scope has a character that is not allowed"))?;
    if asked.is_empty() {
        // RFC 6749 §3.3: the default, or a refusal when there is none.
        let default = catalogue.default_scopes(resource).intersection(&client.scopes);
        return if default.is_empty() { Err(invalid("scope is missing")) } else { Ok(default) };
    }
    let foreign = asked.api().difference(&client.scopes);
    if !foreign.is_empty() && client.provenance.is_self_declared() {
        // RFC 6749 §3.3: a request may be ignored in part. A program that has never heard of this server asks for all
        // that an API or the discovery document names; consent and the token's answer say what it gets.
        let rest = asked.difference(&foreign);
        return if rest.is_empty() {
            Err(invalid("no scope that was asked for is given to apps that register themselves")
                .with_hint(foreign.to_string()))
        } else {
            Ok(rest)
        };
    }
    if !foreign.is_empty() {
        return Err(invalid("a scope is not registered for this app").with_hint(foreign.to_string()));
    }
    let retired = asked.api().iter().find(|scope| catalogue.find_scope(scope).is_none()).map(str::to_owned);
    match retired {
        Some(scope) => Err(invalid("a scope does not exist any more").with_hint(scope)),
        None => Ok(asked),
    }
}

fn prompt(parameters: &Parameters) -> Result<Prompt, Error> {
    let mut prompt = Prompt::default();
    for word in parameters.get("prompt").unwrap_or_default().split(' ').filter(|w| !w.is_empty()) {
        match word {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            "select_account" => prompt.select_account = true,
            _ => {
                let error = Error::new(ErrorCode::InvalidRequest, "prompt has an unknown value");
                return Err(error.with_hint(word));
            }
        }
    }
    // OIDC Core §3.1.2.1: none stands alone.
    if prompt.none && (prompt.login || prompt.consent || prompt.select_account) {
        return Err(Error::new(ErrorCode::InvalidRequest, "prompt none cannot be combined"));
    }
    Ok(prompt)
}

/// A hint may always be ignored, so one that is longer than any honest one is: it would be kept while the person decides.
fn hint(parameters: &Parameters, name: &str, limit_bytes: usize) -> Option<String> {
    parameters.get(name).filter(|value| value.len() <= limit_bytes).map(str::to_owned)
}

fn max_age(parameters: &Parameters) -> Result<Option<u64>, Error> {
    let Some(text) = parameters.get("max_age") else { return Ok(None) };
    // Digits only: `parse` alone would take a plus sign.
    match text.parse() {
        Ok(seconds) if text.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(seconds)),
        Ok(_) | Err(_) => {
            let error = Error::new(ErrorCode::InvalidRequest, "max_age must be a number of seconds");
            Err(error.with_hint(text))
        }
    }
}

impl AuthorizeRequest {
    /// Whether an ID token is asked for.
    #[must_use]
    pub fn is_openid(&self) -> bool {
        self.scopes.contains("openid")
    }

    /// What the person is asked to allow: the scopes, and those whose claims are asked for one by one.
    #[must_use]
    pub fn consent_scopes(&self) -> ScopeSet {
        match &self.claims {
            Some(claims) if self.is_openid() => self.scopes.union(&claims.scopes()),
            Some(_) | None => self.scopes.clone(),
        }
    }

    /// Whether a refresh token is asked for.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.scopes.contains("offline_access")
    }
}

#[cfg(test)]
#[path = "authorize_tests.rs"]
mod tests;
