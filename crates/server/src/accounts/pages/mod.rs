//! The pages of accounts and their people, and what these pages share.

pub mod invitation;
pub mod member;
pub mod members;
pub mod operator;
pub mod settings;
pub mod switch;

use axum::extract::FromRequestParts;
use axum::extract::Path;
use grantry_store::account::{Account, AccountKind, AccountState};
use grantry_store::id::InvitationId;
use http::request::Parts;

use crate::apps::Faults;
use crate::web::{Problem, Words};

/// A fault as the forms show it.
#[derive(Debug, Clone)]
struct FaultLine {
    name: String,
    text: String,
}

/// The faults of a form.
#[derive(Debug, Clone, Default)]
struct FaultLines(Vec<FaultLine>);

impl FaultLines {
    fn new(faults: &Faults, words: Words) -> Self {
        let lines = faults.texts(words).into_iter().map(|(name, text)| FaultLine { name, text });
        Self(lines.collect())
    }

    /// What is said of a field; empty when nothing is.
    fn of(&self, name: &str) -> &str {
        self.0.iter().find(|fault| fault.name == name).map_or("", |fault| &fault.text)
    }

    fn list(&self) -> &[FaultLine] {
        &self.0
    }
}

/// A status: a word, a colour, an icon.
#[derive(Debug, Clone)]
struct Badge {
    word: String,
    tone: &'static str,
    icon: &'static str,
}

fn state_badge(account: &Account, words: Words) -> Badge {
    let (key, tone, icon) = match account.state {
        AccountState::Active => ("accounts-state-active", "good", "check-circle"),
        AccountState::Suspended => ("accounts-state-suspended", "bad", "pause"),
    };
    Badge { word: words.get(key), tone, icon }
}

fn kind_word(kind: AccountKind, words: Words) -> String {
    words.get(&format!("accounts-kind-{kind}"))
}

/// The invitation that a URL names; whether the account has it, the use-case finds out.
#[derive(Debug)]
pub struct Invited(InvitationId);

impl<S: Send + Sync> FromRequestParts<S> for Invited {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let named = Path::<String>::from_request_parts(parts, state).await;
        let id = named.ok().and_then(|Path(id)| InvitationId::parse(&id));
        id.map(Self).ok_or_else(Problem::not_found)
    }
}
