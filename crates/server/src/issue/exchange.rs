//! The authorization code grant: a code becomes tokens, once.

use grantry_oauth::Error;
use grantry_oauth::access_token::LIFETIME;
use grantry_oauth::grant::authorization_code as rules;
use grantry_oauth::grant::{self, Consequence, Refused, refresh_token};
use grantry_oauth::scope::ScopeSet;
use grantry_oauth::secret::{self, TokenKind};
use grantry_store::Tx;
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::code::Code;
use grantry_store::connection::EndReason;
use grantry_store::grant::GrantState;
use grantry_store::refresh_token::NewRefreshToken;

use super::access::{Bearer, Reach, mint};
use super::person::{self, Beside};
use super::{Failed, Given};
use crate::app::App;
use crate::cached::{KnownApp, KnownCatalogue};
use crate::consent::trial;

/// Gives tokens for a code to an app that has authenticated and may use the grant.
///
/// # Errors
/// `invalid_grant` for a code that is not good, or is not this app's; what must become of it has happened then.
pub async fn exchange(
    app: &App,
    known: &KnownApp,
    request: &rules::Request,
    origin: &Origin,
) -> Result<Given, Failed> {
    if !secret::is_well_formed(TokenKind::Code, &request.code) {
        return Err(rules::unknown().error.into());
    }
    let now = app.clock.now();
    let catalogue = app.cached.catalogue().await?;
    let refresh = secret::mint(TokenKind::Refresh, app.random.bytes());
    let desk = Desk { app, known, catalogue: &catalogue, request, origin };
    let refresh_hash = secret::hash(refresh.expose());
    let taken = app.store.write(now, |tx| async move { desk.take(&tx, refresh_hash).await }).await?;
    let Taken { code, state, subject, reach, refreshes } = *taken?;

    let roles = person::roles_in_token(app, &state, &reach.scopes).await?;
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    let name = person::name(app, &known.client, &state, subject);
    let bearer = Bearer {
        client: &known.client,
        owner: person::owner(&state, (subject, &name), &roles),
        account_code: &state.account.code,
        is_test: code.redirect_uri == trial::callback(app),
    };
    let access_token = mint(app, &catalogue.rules, bearer, &reach, now).await?;
    let beside = Beside { nonce: code.nonce.as_deref(), access_token: &access_token };
    let id_token = person::id_token(app, &known.client, (&state, subject), &reach.scopes, beside).await?;
    Ok(Given {
        access_token,
        expires_in: LIFETIME.as_secs(),
        scopes: reach.scopes,
        refresh_token: refreshes.then(|| refresh.expose().clone()),
        id_token,
    })
}

/// Everything that the transaction looks at.
#[derive(Clone, Copy)]
struct Desk<'a> {
    app: &'a App,
    known: &'a KnownApp,
    catalogue: &'a KnownCatalogue,
    request: &'a rules::Request,
    origin: &'a Origin,
}

/// A code that was used up, for this.
struct Taken {
    code: Code,
    state: GrantState,
    subject: grant::Subject,
    reach: Reach,
    refreshes: bool,
}

impl Desk<'_> {
    /// Uses the code up and keeps the refresh token. A refusal is not an error of the transaction: what it did to the
    /// code, or to the tokens that an earlier use gave, must stay done.
    async fn take(
        self,
        tx: &Tx,
        refresh_hash: [u8; 32],
    ) -> Result<Result<Box<Taken>, Error>, grantry_store::Error> {
        let hash = secret::hash(&self.request.code);
        let code = match tx.consume_code(&hash, &self.known.app.id).await? {
            Some(code) => code,
            None => match tx.find_code(&hash).await? {
                Some(code) => code,
                None => return Ok(Err(rules::unknown().error)),
            },
        };
        if let Err(Refused { error, consequence }) =
            rules::check(&code.rules_row(), self.request, &self.known.client, tx.now())
        {
            if consequence == Consequence::EndGrant
                && tx.end_grant(&code.grant_id, EndReason::CodeReplayed).await?
            {
                self.note_replay(tx, &code).await?;
            }
            return Ok(Err(error));
        }
        let Some(state) = tx.find_grant(&code.grant_id).await? else {
            return Ok(Err(rules::unknown().error));
        };
        let decided = self.decide(&state);
        let (subject, reach, refreshes) = match decided {
            Ok(decided) => decided,
            Err(error) => return Ok(Err(error)),
        };
        self.note_session(tx, &state, subject).await?;
        if refreshes {
            let expires_at = tx.now() + refresh_token::ABSOLUTE;
            let dpop_jkt = code.dpop_jkt.clone();
            let grant_id = code.grant_id.clone();
            let new = NewRefreshToken { hash: refresh_hash, grant_id, dpop_jkt, expires_at };
            tx.insert_refresh_token(&new).await?;
        }
        Ok(Ok(Box::new(Taken { code, state, subject, reach, refreshes })))
    }

    /// Whether what the grant hangs on still stands, and how much of it the tokens get.
    fn decide(self, state: &GrantState) -> Result<(grant::Subject, Reach, bool), Error> {
        let subject = state.standing().subject()?;
        let granted = ScopeSet::parse(&state.grant.scopes).unwrap_or_default();
        let current = grant::current_scopes(&granted, &self.known.client, subject);
        let asked = &self.request.resource;
        let reach = Reach::new(&self.catalogue.rules, &current, &state.grant.resource, asked)?;
        Ok((subject, reach, current.contains("offline_access")))
    }

    /// An app that wants to know when the session ends, in which somebody has just signed in to it.
    async fn note_session(
        self,
        tx: &Tx,
        state: &GrantState,
        subject: grant::Subject,
    ) -> Result<(), grantry_store::Error> {
        let wants = self.known.version.details.backchannel_logout_uri.is_some();
        let signs_in = subject == grant::Subject::Person
            && ScopeSet::parse(&state.grant.scopes).is_ok_and(|scopes| scopes.contains("openid"));
        match &state.grant.session_sid {
            Some(sid) if wants && signs_in => {
                let name = person::name(self.app, &self.known.client, state, subject);
                tx.note_session_app(sid, &self.known.app.id, &name).await
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn note_replay(self, tx: &Tx, code: &Code) -> Result<(), grantry_store::Error> {
        let Some(state) = tx.find_grant(&code.grant_id).await? else { return Ok(()) };
        let object = Object::new(ObjectKind::Grant, code.grant_id.as_str(), &self.known.app.client_id);
        tx.audit(self.origin, &Entry::new(&state.account.id, Action::CodeReplayed, object)).await
    }
}
