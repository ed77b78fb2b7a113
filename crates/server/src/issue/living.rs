//! Access tokens that come back: signature, time, revocation, and whether everything they hang on still stands.

use std::sync::Arc;

use grantry_oauth::access_token::{Claims, Invalid};
use grantry_oauth::bearer::{self, Refused, Scheme, Shown};
use grantry_oauth::grant::Subject;
use grantry_oauth::presented::Shape;
use grantry_oauth::{Error, ErrorCode};
use grantry_store::account::Account;
use grantry_store::grant::GrantState;
use grantry_store::id::GrantId;

use super::proof::{Place, next_nonce, prove};
use super::{Failed, opaque};
use crate::app::App;
use crate::cached::KnownApp;

/// An access token that is good at this moment.
#[derive(Debug)]
pub struct Living {
    pub claims: Claims,
    pub holder: Holder,
    /// What the next proof of whoever presents it should repeat.
    pub next_nonce: Option<String>,
}

/// In whose name a token speaks.
#[derive(Debug)]
pub enum Holder {
    /// An app, for itself, in its own account.
    App(Arc<KnownApp>),
    /// What somebody granted to an app.
    Grant(Box<GrantState>, Subject),
}

/// Why a token is not good.
#[derive(Debug)]
pub enum Dead {
    /// It never was one, or its time is over.
    Invalid(Invalid),
    /// It was revoked, or what it hangs on has ended; the reason is not for whoever presents it.
    Ended(&'static str),
    /// Nobody can say now.
    Unknown(grantry_store::Error),
}

/// Why whoever presents a token at a resource of this server is not let in.
#[derive(Debug)]
pub enum NotAdmitted {
    Refused(Refused),
    /// Nobody can say now.
    Unknown(grantry_store::Error),
}

impl From<Refused> for NotAdmitted {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<grantry_store::Error> for Dead {
    fn from(error: grantry_store::Error) -> Self {
        Self::Unknown(error)
    }
}

impl Dead {
    /// What a caller is told who presents it.
    ///
    /// # Errors
    /// The store's, when nobody can say whether the token is good.
    pub fn refusal(self) -> Result<Error, grantry_store::Error> {
        match self {
            Self::Invalid(invalid) => Ok(invalid.into()),
            Self::Ended(why) => {
                Ok(Error::new(ErrorCode::InvalidToken, "the access token is not valid any more")
                    .with_hint(why))
            }
            Self::Unknown(error) => Err(error),
        }
    }
}

impl Holder {
    /// The account that the token opens.
    #[must_use]
    pub fn account(&self) -> &Account {
        match self {
            Self::App(app) => &app.owner,
            Self::Grant(state, _) => &state.account,
        }
    }
}

impl Living {
    /// What a token says, if this server made it and its time is not over. Whether it still stands is not looked at.
    pub(super) fn read(app: &App, token: &str) -> Result<Claims, Invalid> {
        let now = app.clock.now();
        match Shape::of(token) {
            Shape::Access => opaque::read(app, token, now),
            Shape::Jwt | Shape::Refresh | Shape::NoToken | Shape::Foreign => {
                Claims::verify(app.keys.ring().public(), app.issuer(), token, now)
            }
        }
    }

    /// Looks at a token that somebody presents. Asked on every call: what was revoked or disabled a moment ago, on
    /// whatever node, is dead now.
    ///
    /// # Errors
    /// See [`Dead`].
    pub async fn find(app: &App, token: &str) -> Result<Self, Dead> {
        let claims = Self::read(app, token).map_err(Dead::Invalid)?;
        let holder = match claims.grant_id() {
            Some(grant) => granted(app, &claims, grant).await?,
            None => own(app, &claims).await?,
        };
        Ok(Self { claims, holder, next_nonce: None })
    }
}

impl Living {
    /// Lets in whoever presents a token as it is bound: by itself, or with a proof of its key for this very request.
    ///
    /// # Errors
    /// See [`NotAdmitted`].
    pub async fn admit(app: &App, shown: Shown<'_>, place: Place<'_>) -> Result<Self, NotAdmitted> {
        let told = |error: Error| Refused::from(error).with_scheme(shown.scheme);
        let mut living = match Self::find(app, shown.token).await {
            Ok(living) => living,
            Err(dead) => return Err(dead.refusal().map_or_else(NotAdmitted::Unknown, |e| told(e).into())),
        };
        let proof = match shown.scheme {
            Scheme::Bearer => None,
            Scheme::Dpop => match prove(app, place, Some(shown.token)).await {
                Ok(None) => {
                    let error = Error::new(ErrorCode::InvalidDpopProof, "a DPoP proof is needed");
                    return Err(told(error).into());
                }
                Ok(proof) => proof,
                Err(Failed::Refused(error)) => return Err(told(error).into()),
                Err(Failed::Store(error)) => return Err(NotAdmitted::Unknown(error)),
                Err(Failed::Keys(error)) => {
                    let error = grantry_store::Error::Corrupt(error.to_string());
                    return Err(NotAdmitted::Unknown(error));
                }
            },
        };
        let proved = proof.as_ref().map(|proof| proof.jkt.as_str());
        bearer::check_binding(shown.scheme, living.claims.jkt.as_deref(), proved)?;
        living.next_nonce = proof.as_ref().and_then(|proof| next_nonce(app, proof));
        Ok(living)
    }
}

async fn granted(app: &App, claims: &Claims, grant: &str) -> Result<Holder, Dead> {
    let id = GrantId::parse(grant).ok_or(Dead::Ended("its grant has no such name"))?;
    let found = app.store.reader().find_grant_of_token(&id, &claims.jti).await?;
    let state = found.ok_or(Dead::Ended("it was revoked, or its grant is forgotten"))?;
    // Whatever name the app knew the person by when the token was made: the connection's own is never a person's.
    let connection = state.grant.connection_id.as_str() == claims.subject;
    let subject = if connection { Subject::Connection } else { Subject::Person };
    if !state.standing().keeps(subject) {
        return Err(Dead::Ended("its connection, app, account or user does not stand any more"));
    }
    // An exchanged token ends with either app.
    if claims.client_id != state.client_id {
        let acting = app.cached.find_app(&claims.client_id).await?;
        if !acting.is_some_and(|acting| acting.is_active() && acting.client.token_exchange) {
            return Err(Dead::Ended("the app that exchanged it does not stand any more"));
        }
    }
    Ok(Holder::Grant(Box::new(state), subject))
}

async fn own(app: &App, claims: &Claims) -> Result<Holder, Dead> {
    let known = app.cached.find_app(&claims.client_id).await?;
    let known =
        known.filter(|known| known.is_active()).ok_or(Dead::Ended("its app does not stand any more"))?;
    if app.store.reader().is_token_revoked(&claims.jti).await? {
        return Err(Dead::Ended("it was revoked"));
    }
    Ok(Holder::App(known))
}
