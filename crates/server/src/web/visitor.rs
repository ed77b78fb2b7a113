//! Who is calling: the browser, the signed-in person, the account they are working in.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use grantry_oauth::time::Timestamp;
use http::request::Parts;

use super::{Page, Problem, Words, assets::Assets, page};
use crate::app::App;

/// Facts about the caller that every page has, signed in or not.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub words: Words,
    pub request_id: String,
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
    /// SHA-256 (hex) of this browser's own cookie: what pending authorizations are bound to.
    pub browser_hash: String,
    /// Hidden field of every form; bound to the session, or to the browser before sign-in.
    pub form_token: String,
    pub flash: Option<&'static str>,
    pub actor: Option<Actor>,
}

/// A signed-in person. Handlers behind a guard take this as an argument.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The person's `sub`.
    pub person_id: String,
    pub email: String,
    pub name: String,
    pub session_hash: String,
    /// The session's public identifier (`sid` of ID tokens).
    pub sid: String,
    pub auth_time: Timestamp,
    /// The account that the dashboard shows now.
    pub account: Option<Current>,
    pub memberships: Vec<Current>,
}

/// One account that a person belongs to, and what they may do there.
#[derive(Debug, Clone)]
pub struct Current {
    pub id: String,
    pub code: String,
    pub name: String,
    pub kind: String,
    pub is_admin: bool,
    pub is_reviewer: bool,
}

impl Actor {
    /// The current account; guards have made sure that there is one.
    ///
    /// # Errors
    /// A 403 problem for a person without any account.
    pub fn account(&self) -> Result<&Current, Problem> {
        self.account.as_ref().ok_or_else(|| Problem::new(http::StatusCode::FORBIDDEN, "no-account"))
    }
}

impl Current {
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.kind == "operator"
    }
}

impl Visitor {
    /// The frame of a page: layouts read everything from it.
    #[must_use]
    pub fn page(&self, app: &App, title: String, section: &'static str) -> Page {
        Page {
            title,
            section,
            t: self.words,
            locale: self.words.tag(),
            assets: Assets::embedded(),
            brand: app.brand(),
            form_token: self.form_token.clone(),
            request_id: self.request_id.clone(),
            flash: self.flash.map(|key| page::Flash { kind: "success", text: self.words.get(key) }),
            actor: self.actor.as_ref().map(page::PageActor::from),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::internal("route has no guard"))
    }
}

impl<S: Sync> FromRequestParts<S> for Actor {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let visitor = parts.extensions.get::<Visitor>();
        visitor
            .and_then(|v| v.actor.clone())
            .ok_or_else(|| Problem::internal("route's guard admits anonymous callers"))
    }
}
