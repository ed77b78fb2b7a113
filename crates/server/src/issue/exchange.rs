//! The authorization code grant: a code becomes tokens, once.

use grantry_oauth::Error;
use grantry_oauth::grant::authorization_code as rules;
use grantry_oauth::grant::{Consequence, Refused};
use grantry_oauth::secret::{self, TokenKind};
use grantry_store::Tx;
use grantry_store::audit::{Action, Entry, Object, ObjectKind};
use grantry_store::code::Code;
use grantry_store::connection::EndReason;

use super::opened::{self, Opened, Opening, Said};
use super::{Asking, Failed, Given};
use crate::app::App;
use crate::consent::trial;

/// Gives tokens for a code to an app that has authenticated and may use the grant.
///
/// # Errors
/// `invalid_grant` for a code that is not good, or is not this app's; what must become of it has happened then.
pub async fn exchange(app: &App, asking: Asking<'_>, request: &rules::Request) -> Result<Given, Failed> {
    if !secret::is_well_formed(TokenKind::Code, &request.code) {
        return Err(rules::unknown().error.into());
    }
    let catalogue = app.cached.catalogue().await?;
    let refresh = opened::fresh(app);
    let desk = Desk { opening: Opening { app, asking, catalogue: &catalogue, refresh: &refresh }, request };
    let taken = app.store.write(app.clock.now(), |tx| async move { desk.take(&tx).await }).await?;
    let (code, opened) = *taken?;
    let said = Said { nonce: code.nonce, is_test: code.redirect_uri == trial::callback(app) };
    desk.opening.give(opened, said).await
}

/// Everything that the transaction looks at.
#[derive(Clone, Copy)]
struct Desk<'a> {
    opening: Opening<'a>,
    request: &'a rules::Request,
}

impl Desk<'_> {
    /// Uses the code up and keeps the refresh token. A refusal is not an error of the transaction: what it did to the
    /// code, or to the tokens that an earlier use gave, must stay done.
    async fn take(self, tx: &Tx) -> Result<Result<Box<(Code, Opened)>, Error>, grantry_store::Error> {
        let (hash, asking) = (secret::hash(&self.request.code), self.opening.asking);
        let code = match tx.consume_code(&hash, &asking.known.app.id).await? {
            Some(code) => code,
            None => match tx.find_code(&hash).await? {
                Some(code) => code,
                None => return Ok(Err(rules::unknown().error)),
            },
        };
        if let Err(Refused { error, consequence }) =
            rules::check(&code.rules_row(), self.request, asking.rules(), tx.now())
        {
            if consequence == Consequence::EndGrant
                && tx.end_grant(&code.grant_id, EndReason::CodeReplayed).await?
            {
                note_replay(tx, &code, asking).await?;
            }
            return Ok(Err(error));
        }
        let Some(state) = tx.find_grant(&code.grant_id).await? else {
            return Ok(Err(rules::unknown().error));
        };
        let opened = self.opening.open(tx, state, &self.request.resource).await?;
        Ok(opened.map(|opened| Box::new((code, opened))))
    }
}

async fn note_replay(tx: &Tx, code: &Code, asking: Asking<'_>) -> Result<(), grantry_store::Error> {
    let Some(state) = tx.find_grant(&code.grant_id).await? else { return Ok(()) };
    let object = Object::new(ObjectKind::Grant, code.grant_id.as_str(), &asking.known.app.client_id);
    tx.audit(asking.origin, &Entry::new(&state.account.id, Action::CodeReplayed, object)).await
}
