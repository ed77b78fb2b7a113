//! Who is calling: the browser, the signed-in person, the account they are working in.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use grantry_store::account::{Account, AccountKind};
use grantry_store::audit::{self, Origin};
use grantry_store::member::Member;
use grantry_store::person::Person;
use grantry_store::session::Session;
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
    /// SHA-256 of this browser's own cookie: what pending authorizations are bound to.
    pub browser_hash: [u8; 32],
    /// Hidden field of every form, bound to this browser.
    pub form_token: String,
    pub flash: Option<&'static str>,
    pub actor: Option<Actor>,
}

/// A signed-in person. Handlers behind a guard take this as an argument.
#[derive(Debug, Clone)]
pub struct Actor {
    pub person: Person,
    pub session: Session,
    /// The account that the dashboard shows now.
    pub account: Option<Current>,
    /// Every account that the person may use.
    pub memberships: Vec<Current>,
    /// Accounts that they belong to and that the platform has suspended.
    pub suspended: Vec<Account>,
}

/// One account that a person belongs to, and what they may do there.
#[derive(Debug, Clone)]
pub struct Current {
    pub account: Account,
    pub member: Member,
}

impl Actor {
    /// The current account; guards have made sure that there is one.
    ///
    /// # Errors
    /// A 403 problem for a person without any account.
    pub fn current(&self) -> Result<&Current, Problem> {
        self.account.as_ref().ok_or_else(|| Problem::new(http::StatusCode::FORBIDDEN, "no-account"))
    }

    /// What to say of the accounts that the platform has suspended.
    #[must_use]
    pub fn suspended_words(&self, app: &App, words: Words) -> Option<String> {
        if self.suspended.is_empty() {
            return None;
        }
        let names: Vec<&str> = self.suspended.iter().map(|account| account.name.as_str()).collect();
        let (accounts, platform) = (names.join(", "), app.brand().name);
        Some(words.with2("problem-account-suspended-who", ("accounts", &accounts), ("platform", &platform)))
    }

    /// Whether the person administers the current account.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.account.as_ref().is_some_and(|current| current.member.is_admin)
    }

    /// Whether the person administers an operator account that is the current one.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.account
            .as_ref()
            .is_some_and(|current| current.member.is_admin && current.account.kind == AccountKind::Operator)
    }
}

impl Actor {
    /// Whether the person reviews apps in an operator account that is the current one: with that privilege, or as its
    /// admin.
    #[must_use]
    pub fn is_reviewer(&self) -> bool {
        self.account.as_ref().is_some_and(|current| {
            current.account.kind == AccountKind::Operator
                && (current.member.is_reviewer || current.member.is_admin)
        })
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
            flash: self.flash.map(|key| page::Flash { kind: "good", text: self.words.get(key) }),
            actor: self.actor.as_ref().map(page::PageActor::from),
        }
    }

    /// Who did it and from where, for the trail.
    #[must_use]
    pub fn origin(&self) -> Origin {
        let actor = match &self.actor {
            Some(actor) => audit::Actor::person(&actor.person),
            None => audit::Actor::anonymous(),
        };
        Origin { actor, ip: self.ip_text(), request_id: self.request_id.clone() }
    }

    /// The caller's address as text; empty when unknown.
    #[must_use]
    pub fn ip_text(&self) -> String {
        self.ip.map(|ip| ip.to_string()).unwrap_or_default()
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
