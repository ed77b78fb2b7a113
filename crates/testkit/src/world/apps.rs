//! Apps as their owners register them, through the use-case that page, API and command line call.

use grantry::apps::{RawApp, register};
use grantry_store::app::AppKind;
use grantry_store::audit::{Actor, Origin};
use grantry_store::id::AppId;

use super::{Person, Tenant, World};

/// What somebody wants of a new app.
#[derive(Debug, Clone)]
pub struct AppWish {
    pub kind: AppKind,
    /// Everything the owner can say; the wishes below are short ways to it.
    pub raw: RawApp,
}

impl AppWish {
    /// A confidential store app.
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
        let raw = RawApp {
            code: code.to_owned(),
            name: format!("{code} app"),
            secret_description: "The first".to_owned(),
            ..RawApp::default()
        };
        Self { kind, raw }
    }

    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.raw.name);
        self
    }

    /// With a logo to be fetched; the world must be beside a farm.
    #[must_use]
    pub fn with_logo(mut self, url: &str) -> Self {
        url.clone_into(&mut self.raw.logo_url);
        self
    }

    #[must_use]
    pub fn returning_to(mut self, redirect_uri: &str) -> Self {
        self.raw.redirect_uris.push(redirect_uri.to_owned());
        self
    }

    #[must_use]
    pub fn asking_for(mut self, scopes: &[&str]) -> Self {
        self.raw.scopes.extend(scopes.iter().map(|scope| (*scope).to_owned()));
        self
    }

    /// With links to its privacy policy and terms.
    #[must_use]
    pub fn with_links(mut self, policy: &str, terms: &str) -> Self {
        policy.clone_into(&mut self.raw.policy_uri);
        terms.clone_into(&mut self.raw.tos_uri);
        self
    }

    /// With the profile `compatible`, in which PKCE may be left out.
    #[must_use]
    pub fn compatible(mut self) -> Self {
        "compatible".clone_into(&mut self.raw.profile);
        self
    }

    /// A public app: it runs on people's devices and has no secret.
    #[must_use]
    pub fn public(mut self) -> Self {
        "public".clone_into(&mut self.raw.client_type);
        self
    }
}

/// An app with its first secret.
#[derive(Debug, Clone)]
pub struct RegisteredApp {
    pub id: AppId,
    pub client_id: String,
    pub name: String,
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

    /// An app as it is wished for, registered by the account's admin.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn registers(&self, of: &Tenant, wish: AppWish) -> RegisteredApp {
        let owner = self.account(of).await;
        let origin = self.origin_of(&of.admin).await;
        let made = Box::pin(register::register(self.app(), &origin, &owner, wish.kind, &wish.raw)).await;
        let made = made.unwrap_or_else(|refused| panic!("app {}: {refused:?}", wish.raw.code));
        RegisteredApp {
            id: made.app_id,
            client_id: made.client_id,
            name: made.details.name,
            client_secret: made.client_secret.map(|secret| secret.expose().clone()).unwrap_or_default(),
        }
    }

    /// Who acts, for tests that call a use-case themselves.
    ///
    /// # Panics
    /// When the person is gone.
    pub async fn origin_of(&self, person: &Person) -> Origin {
        let found = self.app().store.reader().find_person(&person.id).await.expect("the store answers");
        let actor = Actor::person(&found.expect("the person is there"));
        Origin { actor, ip: "127.0.0.1".to_owned(), request_id: String::new() }
    }
}
