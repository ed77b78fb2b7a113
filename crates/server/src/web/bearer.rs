//! Who calls the REST API: an app with an access token of ours, for a person or for itself.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use grantry_oauth::bearer::{self, Refused};
use grantry_oauth::grant::Subject;
use grantry_oauth::parameters::Parameters;
use grantry_oauth::scope::ScopeSet;
use grantry_oauth::{Error, ErrorCode};
use grantry_store::account::Account;
use grantry_store::audit::{self, Origin};
use grantry_store::id::AppId;
use grantry_store::member::Member;
use grantry_store::person::Person;
use http::request::Parts;
use http::{StatusCode, header};
use url::form_urlencoded;

use super::{Problem, Visitor};
use crate::app::App;
use crate::issue::proof::{Place, nonce_for};
use crate::issue::{Holder, Living, NotAdmitted};

/// Whoever holds the access token of a request. Handlers behind [`crate::routes::Guard::Bearer`] take this as an
/// argument.
#[derive(Debug, Clone)]
pub struct Caller(Arc<Facts>);

/// What an access token tells, looked at afresh for this request.
#[derive(Debug)]
pub struct Facts {
    /// The account that the token opens: nothing of another one may be shown or changed.
    pub account: Account,
    /// For whom the app acts; `None` when it acts for itself, or for the account alone.
    pub person: Option<Person>,
    /// The app acts for itself: it belongs to the account, whose admin gave it its scopes.
    pub is_own_app: bool,
    /// What that person is in the account.
    pub member: Option<Member>,
    pub scopes: ScopeSet,
    pub client_id: String,
    pub app_id: AppId,
    /// The token was made while somebody tried an app out.
    pub is_test: bool,
    /// What the next DPoP proof should repeat.
    pub(super) next_nonce: Option<String>,
}

impl std::ops::Deref for Caller {
    type Target = Facts;
    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl Caller {
    /// Looks at the token of a request and at what it allows; `any_of` names the scopes that would do, the smallest
    /// first, and none for a route that needs none.
    pub(super) async fn find(app: &App, parts: &Parts, any_of: &[&str]) -> Result<Self, Problem> {
        let mut sent = parts.headers.get_all(header::AUTHORIZATION).iter();
        let authorization = match (sent.next(), sent.next()) {
            (first, None) => first.and_then(|value| value.to_str().ok()),
            (_, Some(_)) => {
                let error = Error::new(ErrorCode::InvalidRequest, "the Authorization header was sent twice");
                return Err(problem(Refused::from(error)));
            }
        };
        let query = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let query = Parameters::new(query.map(|(name, value)| (name.into_owned(), value.into_owned())));
        let query = query.map_err(|error| problem(error.into()))?;
        let shown = bearer::read(authorization, &query, None).map_err(problem)?;
        let place = Place { headers: &parts.headers, method: &parts.method, path: parts.uri.path() };
        let living = match Living::admit(app, shown, place).await {
            Ok(living) => living,
            Err(NotAdmitted::Unknown(error)) => return Err(error.into()),
            Err(NotAdmitted::Refused(refused)) => {
                let nonce = refused.error.as_ref().and_then(|error| nonce_for(app, error.code));
                let mut problem = problem(refused);
                problem.dpop_nonce = nonce;
                return Err(problem);
            }
        };
        let told = |refused| {
            let mut problem = problem(refused);
            problem.dpop_nonce.clone_from(&living.next_nonce);
            problem
        };
        // RFC 9068 §4: a token that is for another API only is not for this one.
        if !living.claims.is_for(app.cached.catalogue().await?.rules.own_resource()) {
            let error = Error::new(ErrorCode::InvalidToken, "the access token is for another API");
            return Err(told(error.into()));
        }
        if !any_of.is_empty() {
            bearer::require_scope(&living.claims.scopes, any_of).map_err(told)?;
        }
        Ok(Self(Arc::new(Facts::new(living))))
    }

    /// Who did it and from where, for the trail: the person, or the app itself.
    #[must_use]
    pub fn origin(&self, visitor: &Visitor) -> Origin {
        let actor = match &self.person {
            Some(person) => audit::Actor::person(person),
            None => audit::Actor::app(&self.app_id, &self.client_id),
        };
        Origin { actor, ip: visitor.ip_text(), request_id: visitor.request_id.clone() }
    }
}

impl Facts {
    fn new(living: Living) -> Self {
        let Living { claims, holder, next_nonce } = living;
        let account = holder.account().clone();
        let is_own_app = matches!(holder, Holder::App(_));
        let (person, member, app_id) = match holder {
            Holder::App(app) => (None, None, app.app.id.clone()),
            Holder::Grant(state, Subject::Person) => (state.person, state.member, state.grant.app_id),
            Holder::Grant(state, Subject::Connection) => (None, None, state.grant.app_id),
        };
        Self {
            account,
            person,
            is_own_app,
            member,
            scopes: claims.scopes,
            client_id: claims.client_id,
            app_id,
            is_test: claims.is_test,
            next_nonce,
        }
    }

    /// Whether what only admins may do may be done with this token: for a person that person must be one, and the
    /// account's own app got its scope from one. A connection whose person has left reads and changes nothing.
    #[must_use]
    pub fn may_administer(&self) -> bool {
        self.is_own_app || self.member.as_ref().is_some_and(|member| member.is_admin)
    }
}

/// A refusal in the words of RFC 6750, inside the API's own form of problems. The missing scope is named: whoever
/// writes the client can then ask for it.
fn problem(refused: Refused) -> Problem {
    let status = StatusCode::from_u16(refused.http_status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let kind = match status {
        StatusCode::FORBIDDEN => "missing-scope",
        StatusCode::UNAUTHORIZED => "no-token",
        _ => "bad-request",
    };
    let mut problem = Problem::new(status, kind);
    problem.challenge = Some(refused.challenge());
    problem.scope.clone_from(&refused.scope);
    if let Some(error) = refused.error {
        problem.code = Some(error.code.as_str().to_owned());
        problem.cause = error.hint;
        let scope = refused.scope.map(|scope| format!(": {scope}")).unwrap_or_default();
        problem.detail = Some(format!("{}{scope}", error.description));
    }
    problem
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>();
        caller.cloned().ok_or_else(|| Problem::internal("route has no guard that asks for a token"))
    }
}
