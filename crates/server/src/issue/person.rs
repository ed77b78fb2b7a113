//! The person behind a grant, as tokens and userinfo know them: roles in the account, and an ID token.

use grantry_oauth::access_token::Owner;
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

/// The roles, where the scopes let a token say them.
pub(super) async fn roles_in_token(
    app: &App,
    state: &GrantState,
    scopes: &ScopeSet,
) -> Result<Vec<String>, Error> {
    if scopes.contains("profile") { roles(app, state).await } else { Ok(Vec::new()) }
}

/// In whose name a token of this grant speaks.
pub(super) fn owner<'a>(state: &'a GrantState, subject: Subject, roles: &'a [&'a str]) -> Owner<'a> {
    let grant_id = state.grant.id.as_str();
    match (subject, &state.person) {
        (Subject::Person, Some(person)) => Owner::Person {
            grant_id,
            person_id: person.id.as_str(),
            auth_time: state.grant.auth_time,
            email: &person.email,
            roles,
        },
        (Subject::Person, None) | (Subject::Connection, _) => {
            Owner::Connection { grant_id, connection_id: state.grant.connection_id.as_str() }
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
    let person = state.person.as_ref().filter(|_| subject == Subject::Person && scopes.contains("openid"));
    let Some(person) = person else { return Ok(None) };
    let sid = state.grant.session_sid.as_ref();
    let amr = match sid {
        Some(sid) => app.store.reader().find_session_amr(sid).await?.unwrap_or_default(),
        None => String::new(),
    };
    let amr: Vec<&str> = amr.split_whitespace().collect();
    let token = IdToken {
        issuer: app.issuer(),
        client_id: &client.client_id,
        person_id: person.id.as_str(),
        account_code: &state.account.code,
        auth_time: state.grant.auth_time,
        amr: &amr,
        session_id: sid.map(SessionId::as_str),
        nonce: beside.nonce,
        access_token: Some(beside.access_token),
        issued_at: app.clock.now(),
    };
    Ok(Some(token.sign(&*app.keys.signer(client.id_token_alg).await?)?))
}
