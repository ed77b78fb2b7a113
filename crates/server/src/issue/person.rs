//! The person behind a grant, as tokens and userinfo know them: roles in the account, and an ID token.

use std::borrow::Cow;

use grantry_oauth::access_token::Owner;
use grantry_oauth::claims::PersonFacts;
use grantry_oauth::claims_request::ClaimsRequest;
use grantry_oauth::client::Client;
use grantry_oauth::grant::Subject;
use grantry_oauth::id_token::IdToken;
use grantry_oauth::scope::ScopeSet;
use grantry_store::Error;
use grantry_store::grant::GrantState;
use grantry_store::id::SessionId;

use super::Failed;
use crate::app::App;

/// What the role of an account admin is called.
const ADMIN: &str = "AccountAdmin";

/// The roles that a person has in the account of a grant, each once: an admin has them all, and needs no other.
///
/// # Errors
/// The store's.
pub async fn roles(app: &App, state: &GrantState) -> Result<Vec<String>, Error> {
    let Some(member) = &state.member else { return Ok(Vec::new()) };
    if member.is_admin {
        return Ok(vec![ADMIN.to_owned()]);
    }
    let all = app.store.reader().list_roles(&member.account_id, &member.person_id).await?;
    let mut roles: Vec<String> = all.into_iter().map(|role| role.role).collect();
    roles.sort_unstable();
    roles.dedup();
    Ok(roles)
}

/// What the server knows about the person of a grant, by the name that the client knows them by, for whoever makes claims
/// of it; `None` when the person is gone.
///
/// # Errors
/// The store's.
pub async fn about<T>(
    app: &App,
    client: &Client,
    state: &GrantState,
    make: impl FnOnce(&PersonFacts<'_>) -> T,
) -> Result<Option<T>, Error> {
    let Some(person) = &state.person else { return Ok(None) };
    let roles = roles(app, state).await?;
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    let further = serde_json::from_str(&person.claims).unwrap_or_default();
    Ok(Some(make(&PersonFacts {
        person_id: &app.subjects.of(client, person.id.as_str()),
        email: &person.email,
        email_verified: person.email_verified,
        first_name: &person.first_name,
        last_name: &person.last_name,
        locale: person.locale.as_deref(),
        updated_at: person.updated_at,
        account_code: &state.account.code,
        roles: &roles,
        further: &further,
    })))
}

/// The claims that were asked for one by one when this was granted.
///
/// # Errors
/// What is stored is damaged.
pub fn asked(state: &GrantState) -> Result<ClaimsRequest, Error> {
    let stored = state.grant.claims.as_deref().map(serde_json::from_str).transpose();
    let asked: Option<ClaimsRequest> =
        stored.map_err(|why| Error::Corrupt(format!("asked claims: {why}")))?;
    Ok(asked.unwrap_or_default())
}

/// The roles, where the scopes let a token say them.
pub(super) async fn roles_in_token(
    app: &App,
    state: &GrantState,
    scopes: &ScopeSet,
) -> Result<Vec<String>, Error> {
    if scopes.contains("profile") { roles(app, state).await } else { Ok(Vec::new()) }
}

/// What the app calls whoever a token of this grant speaks for: `sub`.
#[must_use]
pub fn name<'a>(app: &App, client: &Client, state: &'a GrantState, subject: Subject) -> Cow<'a, str> {
    match (subject, &state.person) {
        (Subject::Person, Some(person)) => app.subjects.of(client, person.id.as_str()),
        (Subject::Person, None) | (Subject::Connection, _) => state.grant.connection_id.as_str().into(),
    }
}

/// In whose name a token of this grant speaks.
pub(super) fn owner<'a>(
    state: &'a GrantState,
    (subject, name): (Subject, &'a str),
    roles: &'a [&'a str],
) -> Owner<'a> {
    let grant_id = state.grant.id.as_str();
    match (subject, &state.person) {
        (Subject::Person, Some(person)) => Owner::Person {
            grant_id,
            person_id: name,
            auth_time: state.grant.auth_time,
            email: &person.email,
            roles,
        },
        (Subject::Person, None) | (Subject::Connection, _) => {
            Owner::Connection { grant_id, connection_id: name }
        }
    }
}

/// What an ID token needs beside the grant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beside<'a> {
    pub(super) nonce: Option<&'a str>,
    pub(super) access_token: &'a str,
}

/// The ID token of a grant; `None` when `openid` was not granted or no person is left to speak of.
pub(super) async fn id_token(
    app: &App,
    client: &Client,
    (state, subject): (&GrantState, Subject),
    scopes: &ScopeSet,
    beside: Beside<'_>,
) -> Result<Option<String>, Failed> {
    if state.person.is_none() || subject != Subject::Person || !scopes.contains("openid") {
        return Ok(None);
    }
    let sid = state.grant.session_sid.as_ref();
    let amr = match sid {
        Some(sid) => app.store.reader().find_session_amr(sid).await?.unwrap_or_default(),
        None => String::new(),
    };
    let amr: Vec<&str> = amr.split_whitespace().collect();
    let names = asked(state)?.id_token;
    let asked = if names.is_empty() {
        None
    } else {
        about(app, client, state, |facts| facts.named(&names, super::preset(app))).await?
    };
    let token = IdToken {
        issuer: app.issuer(),
        client_id: &client.client_id,
        person_id: &name(app, client, state, subject),
        account_code: &state.account.code,
        auth_time: state.grant.auth_time,
        amr: &amr,
        session_id: sid.map(SessionId::as_str),
        nonce: beside.nonce,
        access_token: Some(beside.access_token),
        asked: asked.as_ref(),
        issued_at: app.clock.now(),
    };
    Ok(Some(token.sign(&*app.keys.signer(client.id_token_alg).await?)?))
}
