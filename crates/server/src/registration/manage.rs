//! A program looks at its registration, replaces it or takes it back (RFC 7592), by the token that it got for that.

use grantry_oauth::registration::ClientMetadata;
use grantry_oauth::secret::{self, Secret, TokenKind};
use grantry_oauth::time::Timestamp;
use grantry_oauth::{Error, ErrorCode};
use grantry_store::app::App as StoredApp;
use grantry_store::app_version::AppVersion;
use grantry_store::audit::{Actor, Origin};
use grantry_store::machine::MachineApp;
use serde_json::{Map, Value};

use super::metadata::{self, Said};
use super::{Asking, Refused, change, check};
use crate::app::App;
use crate::apps::{edit, logo, remove};
use grantry_store::machine::MachineOrigin;

/// A registration, for whoever proved to hold its token.
#[derive(Debug)]
pub struct Registration {
    pub app: StoredApp,
    version: AppVersion,
    machine: MachineApp,
    token_hash: [u8; 32],
}

/// What became of a replacement. The old token is of no use any more.
#[derive(Debug)]
pub struct Replaced {
    pub client_id: String,
    pub issued_at: Timestamp,
    /// Of an app that had none before.
    pub client_secret: Option<Secret<String>>,
    pub registration_token: Secret<String>,
    pub metadata: Map<String, Value>,
}

/// What RFC 7592 §2.2 forbids in a replacement: the server alone says it.
const NOT_THEIRS: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

impl Registration {
    /// Finds the registration of a client ID for a token. Whatever is wrong, the answer is the same: a token says nothing
    /// about other clients, nor about those that are gone.
    ///
    /// # Errors
    /// [`Refused::BadToken`], or the store's.
    pub async fn find(app: &App, client_id: &str, token: Option<&str>) -> Result<Self, Refused> {
        let token = token.ok_or(Refused::NoToken)?;
        if !secret::is_well_formed(TokenKind::RegistrationAccess, token) {
            return Err(Refused::BadToken);
        }
        let token_hash = secret::hash(token);
        let reader = app.store.reader();
        let found = reader.find_app_by_registration_token(client_id, &token_hash).await?;
        let found = found.ok_or(Refused::BadToken)?;
        let machine = reader.find_machine_app(&found.id).await?.ok_or(Refused::BadToken)?;
        let (app, version) = edit::find(app, &found.account_id, &found.id).await?;
        Ok(Self { app, version, machine, token_hash })
    }

    /// Everything that is registered, as RFC 7591 names it.
    #[must_use]
    pub fn metadata(&self) -> Map<String, Value> {
        metadata::registered(&self.version.details, &Said::parse(&self.machine.said))
    }

    /// Puts what the program says now in the place of all that it said before: what is left out is gone, or has its
    /// default again. It is checked as strictly as a new registration.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn replace(
        self,
        app: &App,
        asking: Asking<'_>,
        body: &Map<String, Value>,
    ) -> Result<Replaced, Refused> {
        self.check_identity(app, body).await?;
        let metadata = ClientMetadata::read(body)?;
        let said = Said::new(&metadata)?;
        let catalogue = app.cached.catalogue().await?;
        let name = metadata::fallback_name(&metadata.redirect_uris);
        let raw = metadata::raw(app, &catalogue, metadata, &name);
        let mut checked = Box::pin(check(app, asking, &raw, Some(&self.version.details))).await?;
        if self.machine.origin == MachineOrigin::Token
            && logo::complete(app, &self.app.account_id, &mut checked.details).await.is_err()
        {
            checked.details.logo_source_url = None;
        }
        let metadata = metadata::registered(&checked.details, &said);
        let registration_token = secret::mint(TokenKind::RegistrationAccess, app.random.bytes());
        let turn = (self.token_hash, secret::hash(registration_token.expose()));
        let origin = self.origin(asking);
        let (client_id, issued_at, id) =
            (self.app.client_id.clone(), self.app.created_at, self.app.id.clone());
        let mut change = change(app, &origin, (&self.app, self.version), checked);
        let client_secret = change.as_mut().and_then(edit::Change::take_secret);
        let said = said.text();
        let saving = app.store.write(app.clock.now(), |tx| async move {
            // First, and once: of two replacements with one token one is made.
            if !tx.turn_registration_token(&id, (&turn.0, &turn.1), &said).await? {
                return Err(Refused::BadToken);
            }
            if let Some(change) = &change {
                change.save(&tx).await?;
                tx.prune_versions(&id).await?;
            }
            Ok(())
        });
        Box::pin(saving).await?;
        Ok(Replaced { client_id, issued_at, client_secret, registration_token, metadata })
    }

    /// RFC 7592 §2.2: the body names the client itself, and its secret if any; nobody sets either.
    async fn check_identity(&self, app: &App, body: &Map<String, Value>) -> Result<(), Refused> {
        let invalid = |description| Err(Error::new(ErrorCode::InvalidClientMetadata, description).into());
        if body.get("client_id").and_then(Value::as_str) != Some(self.app.client_id.as_str()) {
            return invalid("client_id must be the one of this registration");
        }
        if NOT_THEIRS.iter().any(|name| body.contains_key(*name)) {
            return invalid("the body holds a member that only the server may say");
        }
        let Some(said) = body.get("client_secret").filter(|said| !said.is_null()) else { return Ok(()) };
        let said = Secret::new(said.as_str().unwrap_or_default().to_owned());
        let known = app.cached.find_app(&self.app.client_id).await?;
        let secrets = known.as_ref().map(|known| known.secrets.as_slice()).unwrap_or_default();
        match grantry_oauth::client_auth::find_secret(&said, secrets, app.clock.now()) {
            Ok(_) => Ok(()),
            Err(_) => invalid("client_secret is not the one that was given to this client"),
        }
    }

    /// Deletes the app, with everything that was given to it (RFC 7592 §2.3).
    ///
    /// # Errors
    /// The store's.
    pub async fn remove(self, app: &App, asking: Asking<'_>) -> Result<(), Refused> {
        let origin = self.origin(asking);
        remove::remove(app, &origin, (&self.app.account_id, &self.app.id)).await?;
        Ok(())
    }

    /// The app acts for itself.
    fn origin(&self, asking: Asking<'_>) -> Origin {
        Origin { actor: Actor::app(&self.app.id, &self.app.client_id), ..asking.origin.clone() }
    }
}
