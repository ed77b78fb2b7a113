//! Apps as their owners register them, and the secrets they are given.

use grantry_oauth::secret::{TokenKind, hash, last_four, mint};
use grantry_store::Error;
use grantry_store::app::{AppAccess, AppKind, NewApp};
use grantry_store::app_version::{AppDetails, ClientType, NewVersion, PiiMode, Profile};
use grantry_store::id::{AppId, SecretId, VersionId};
use grantry_store::secret::NewSecret;

use super::{Tenant, World};

/// What somebody wants of a new app.
#[derive(Debug, Clone)]
pub struct AppWish {
    pub kind: AppKind,
    pub code: String,
    /// Everything the owner can say; the wishes below are short ways to it.
    pub details: AppDetails,
}

impl AppWish {
    /// A confidential store app that may keep a person's reservations in view.
    #[must_use]
    pub fn store(code: &str) -> Self {
        Self::new(AppKind::Store, code)
    }

    /// A confidential custom app.
    #[must_use]
    pub fn custom(code: &str) -> Self {
        Self::new(AppKind::Custom, code)
    }

    fn new(kind: AppKind, code: &str) -> Self {
        let details = AppDetails {
            name: format!("{code} app"),
            logo_id: None,
            logo_source_url: None,
            client_type: ClientType::Confidential,
            profile: Profile::Standard,
            require_pkce: true,
            auth_method: "client_secret_basic".to_owned(),
            pii_mode: PiiMode::Retrieve,
            id_token_alg: "RS256".to_owned(),
            jwks: None,
            jwks_uri: None,
            policy_uri: None,
            tos_uri: None,
            initiate_login_uri: None,
            backchannel_logout_uri: None,
            redirect_uris: Vec::new(),
            post_logout_uris: Vec::new(),
            cors_origins: Vec::new(),
            scopes: Vec::new(),
        };
        Self { kind, code: code.to_owned(), details }
    }

    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.details.name);
        self
    }

    #[must_use]
    pub fn returning_to(mut self, redirect_uri: &str) -> Self {
        self.details.redirect_uris.push(redirect_uri.to_owned());
        self
    }

    #[must_use]
    pub fn asking_for(mut self, scopes: &[&str]) -> Self {
        self.details.scopes.extend(scopes.iter().map(|scope| (*scope).to_owned()));
        self
    }

    /// With the profile `compatible`, in which PKCE may be left out.
    #[must_use]
    pub fn compatible(mut self) -> Self {
        self.details.profile = Profile::Compatible;
        self.details.require_pkce = false;
        self
    }

    /// A public app: it runs on people's devices and has no secret.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.details.client_type = ClientType::Public;
        "none".clone_into(&mut self.details.auth_method);
        self
    }
}

/// An app with its first secret.
#[derive(Debug, Clone)]
pub struct RegisteredApp {
    pub id: AppId,
    pub client_id: String,
    /// Empty for a public app.
    pub client_secret: String,
}

impl World {
    /// A store app with this code, redirect URI and scopes.
    pub async fn store_app(
        &self,
        of: &Tenant,
        code: &str,
        redirect_uri: &str,
        scopes: &[&str],
    ) -> RegisteredApp {
        self.registers(of, AppWish::store(code).returning_to(redirect_uri).asking_for(scopes)).await
    }

    /// A custom app with this code and scopes.
    pub async fn custom_app(&self, of: &Tenant, code: &str, scopes: &[&str]) -> RegisteredApp {
        self.registers(of, AppWish::custom(code).asking_for(scopes)).await
    }

    /// An app as it is wished for, live at once.
    ///
    /// # Panics
    /// When its code is taken.
    pub async fn registers(&self, of: &Tenant, wish: AppWish) -> RegisteredApp {
        let app = self.app();
        let now = app.clock.now();
        let id = AppId::new(now, app.random.bytes());
        let mark = match wish.kind {
            AppKind::Store => "AC",
            AppKind::Custom => "SP",
        };
        let client_id = format!("{}-{mark}-{}", of.code, wish.code);
        let by = Some(of.admin.id.clone());
        let new = NewApp {
            id: id.clone(),
            account_id: of.id.clone(),
            kind: wish.kind,
            code: wish.code,
            client_id: client_id.clone(),
            access: AppAccess::Scope,
            created_by: by.clone(),
        };
        let is_public = wish.details.client_type == ClientType::Public;
        let version = VersionId::new(now, app.random.bytes());
        let first = NewVersion {
            id: version.clone(),
            app_id: id.clone(),
            details: wish.details,
            created_by: by.clone(),
        };
        let client_secret = if is_public {
            String::new()
        } else {
            mint(TokenKind::ClientSecret, app.random.bytes()).expose().clone()
        };
        let secret = (!is_public).then(|| NewSecret {
            id: SecretId::new(now, app.random.bytes()),
            app_id: id.clone(),
            description: "The first".to_owned(),
            hash: hash(&client_secret),
            hint: last_four(&client_secret),
            created_by: by,
            expires_at: None,
        });
        let app_id = id.clone();
        let made = app.store.write(now, |tx| async move {
            tx.insert_app(&new).await?;
            tx.insert_version(&first).await?;
            tx.make_version_live(&app_id, &version).await?;
            if let Some(secret) = &secret {
                tx.insert_secret(secret).await?;
            }
            Ok(())
        });
        made.await.unwrap_or_else(|error: Error| panic!("app {client_id}: {error}"));
        RegisteredApp { id, client_id, client_secret }
    }
}
