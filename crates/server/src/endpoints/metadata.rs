//! Discovery and the public keys: documents that are made when something changes, and sent as they are.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use axum::extract::State;
use axum::response::Response;
use grantry_oauth::jose::Alg;
use grantry_oauth::metadata::{Metadata, Offer};
use grantry_oauth::protected_resource::ProtectedResource;
use http::{HeaderMap, HeaderValue, header};

use crate::app::App;
use crate::cached::KnownCatalogue;
use crate::config::RegistrationMode;
use crate::web::document::Document;
use crate::web::{Problem, Words};

/// The discovery document, with the catalogue that it was made of.
#[derive(Debug, Default)]
pub struct Discovery {
    made: ArcSwapOption<(Arc<KnownCatalogue>, Document)>,
}

impl Discovery {
    async fn document(&self, app: &App) -> Result<Document, grantry_store::Error> {
        let catalogue = app.cached.catalogue().await?;
        if let Some(made) = self.made.load().as_ref()
            && Arc::ptr_eq(&made.0, &catalogue)
        {
            return Ok(made.1.clone());
        }
        let document = Document::json(&Metadata::new(Offer {
            issuer: app.issuer(),
            catalogue: &catalogue.rules,
            // A key that is missing is made when it is first needed.
            id_token_algs: &Alg::ALL,
            ui_locales: &Words::tags(),
            registration: app.config.registration.mode != RegistrationMode::Off,
            documents: app.config.cimd.enabled,
        }));
        self.made.store(Some(Arc::new((catalogue, document.clone()))));
        Ok(document)
    }
}

/// `/.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`: one document under both names.
pub async fn discovery(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    Ok(app.discovery.document(&app).await?.answer(&headers))
}

/// `/.well-known/oauth-protected-resource/resources`: who gives tokens for this server's own API.
pub async fn own_api(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let catalogue = app.cached.catalogue().await?;
    let resource = ProtectedResource::new(catalogue.rules.own_resource(), app.issuer());
    let name = app.config.branding.name.as_str();
    Ok(Document::json(&resource.named(name)).answer(&headers))
}

/// The public keys.
pub async fn keys(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let ring = app.keys.published().await.map_err(Problem::internal)?;
    let mut response = ring.document.answer(&headers);
    if !ring.is_complete() {
        // The first seconds of a server: a key that comes now signs at once, so nobody may keep the set without it.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    Ok(response)
}
