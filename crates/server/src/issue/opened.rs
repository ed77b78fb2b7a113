//! A grant that was opened a moment ago, by a code or by a device: its first tokens.

use grantry_oauth::Error;
use grantry_oauth::access_token::LIFETIME;
use grantry_oauth::grant::{self, refresh_token};
use grantry_oauth::scope::ScopeSet;
use grantry_oauth::secret::{self, Secret, TokenKind};
use grantry_store::Tx;
use grantry_store::grant::GrantState;
use grantry_store::refresh_token::NewRefreshToken;

use super::access::{Bearer, Reach, mint};
use super::person::{self, Beside};
use super::{Asking, Failed, Given};
use crate::app::App;
use crate::cached::KnownCatalogue;

/// Who opens a grant, and what with.
#[derive(Clone, Copy)]
pub(super) struct Opening<'a> {
    pub(super) app: &'a App,
    pub(super) asking: Asking<'a>,
    pub(super) catalogue: &'a KnownCatalogue,
    /// The refresh token that is kept, if one is granted.
    pub(super) refresh: &'a Secret<String>,
}

/// A grant that stands, and how much of it the first tokens get.
pub(super) struct Opened {
    state: GrantState,
    subject: grant::Subject,
    reach: Reach,
    refreshes: bool,
}

/// What the first tokens say beside what was granted.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) nonce: Option<String>,
    pub(super) is_test: bool,
}

/// A refresh token, made before the transaction that keeps its hash.
pub(super) fn fresh(app: &App) -> Secret<String> {
    secret::mint(TokenKind::Refresh, app.random.bytes())
}

impl Opening<'_> {
    /// Looks whether what the grant hangs on still stands, and keeps the refresh token. A refusal is not an error of
    /// the transaction: what it did to what was presented must stay done.
    pub(super) async fn open(
        self,
        tx: &Tx,
        state: GrantState,
        asked: &[String],
    ) -> Result<Result<Opened, Error>, grantry_store::Error> {
        let opened = match self.decide(state, asked) {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(error)),
        };
        self.note_session(tx, &opened).await?;
        if opened.refreshes {
            let new = NewRefreshToken {
                hash: secret::hash(self.refresh.expose()),
                grant_id: opened.state.grant.id.clone(),
                dpop_jkt: refresh_token::bound_to(self.asking.rules()),
                expires_at: tx.now() + refresh_token::ABSOLUTE,
            };
            tx.insert_refresh_token(&new).await?;
        }
        Ok(Ok(opened))
    }

    /// An app that wants to know when the session ends, in which somebody has just signed in to it.
    async fn note_session(self, tx: &Tx, opened: &Opened) -> Result<(), grantry_store::Error> {
        let Opened { state, subject, reach, .. } = opened;
        let known = self.asking.known;
        let wants = known.version.details.backchannel_logout_uri.is_some();
        let signs_in = *subject == grant::Subject::Person && reach.scopes.contains("openid");
        match &state.grant.session_sid {
            Some(sid) if wants && signs_in => {
                let name = person::name(self.app, &known.client, state, *subject);
                tx.note_session_app(sid, &known.app.id, &name).await
            }
            Some(_) | None => Ok(()),
        }
    }

    fn decide(self, state: GrantState, asked: &[String]) -> Result<Opened, Error> {
        let subject = state.standing().subject()?;
        let granted = ScopeSet::parse(&state.grant.scopes).unwrap_or_default();
        let current = grant::current_scopes(&granted, &self.asking.known.client, subject);
        let reach = Reach::new(&self.catalogue.rules, &current, &state.grant.resource, asked)?;
        Ok(Opened { state, subject, reach, refreshes: current.contains("offline_access") })
    }

    /// Makes the tokens, once the transaction is kept.
    pub(super) async fn give(self, opened: Opened, said: Said) -> Result<Given, Failed> {
        let app = self.app;
        let Opened { state, subject, reach, refreshes } = opened;
        let client = &self.asking.known.client;
        let roles = person::roles_in_token(app, &state, &reach.scopes).await?;
        let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
        let name = person::name(app, client, &state, subject);
        let bearer = Bearer {
            client,
            owner: person::owner(&state, (subject, &name), &roles),
            account_code: &state.account.code,
            jkt: self.asking.jkt,
            actor: None,
            parent: None,
            is_test: said.is_test,
            lifetime: LIFETIME,
        };
        let access_token = mint(app, &self.catalogue.rules, bearer, &reach, app.clock.now()).await?;
        let beside = Beside { nonce: said.nonce.as_deref(), access_token: &access_token };
        let id_token = person::id_token(app, client, (&state, subject), &reach.scopes, beside).await?;
        Ok(Given {
            access_token,
            expires_in: LIFETIME.as_secs(),
            scopes: reach.scopes,
            refresh_token: refreshes.then(|| self.refresh.expose().clone()),
            id_token,
        })
    }
}
