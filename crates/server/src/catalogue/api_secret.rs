//! Secrets of APIs: with one, an API asks at the introspection endpoint about tokens that are meant for it.

use grantry_oauth::display_text;
use grantry_oauth::secret::{self, Secret, TokenKind};
use grantry_store::Error;
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::id::ApiSecretId;
use grantry_store::secret::{ApiSecret, NewApiSecret};
use serde_json::json;

use crate::app::App;

/// Characters in a description.
const DESCRIPTION_LIMIT: usize = 100;

/// A secret that was just made. It is nowhere else and cannot be shown again.
#[derive(Debug)]
pub struct Added {
    pub id: ApiSecretId,
    pub secret: Secret<String>,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("there is no API {0:?} in the catalogue")]
    NoApi(String),
    #[error("the description cannot be used: {0}")]
    Description(#[from] display_text::Problem),
    #[error("no API has this secret, or it is revoked already")]
    NoSecret,
    #[error(transparent)]
    Store(#[from] Error),
}

/// Gives an API another secret; those it has go on working.
///
/// # Errors
/// [`Refused`]
pub async fn add(app: &App, origin: &Origin, api: &str, description: &str) -> Result<Added, Refused> {
    let minted = secret::mint(TokenKind::ApiSecret, app.random.bytes());
    let now = app.clock.now();
    let new = NewApiSecret {
        id: ApiSecretId::new(now, app.random.bytes()),
        api_name: api.to_owned(),
        description: display_text::register(description, DESCRIPTION_LIMIT)?,
        hash: secret::hash(minted.expose()),
        hint: secret::last_four(minted.expose()),
    };
    exists(app, api).await?;
    let kept = &new;
    app.store
        .write(now, |tx| async move {
            tx.insert_api_secret(kept).await?;
            let object = Object::new(ObjectKind::ApiSecret, kept.id.as_str(), &kept.description);
            let detail = json!({ "api": kept.api_name, "hint": kept.hint });
            tx.audit(origin, &Entry::new(None, Action::ApiSecretCreated, object).with(detail)).await
        })
        .await?;
    Ok(Added { id: new.id, secret: minted })
}

/// The secrets of an API, revoked ones included.
///
/// # Errors
/// [`Refused`]
pub async fn list(app: &App, api: &str) -> Result<Vec<ApiSecret>, Refused> {
    exists(app, api).await?;
    Ok(app.store.reader().list_api_secrets(api).await?)
}

/// Revokes a secret at once.
///
/// # Errors
/// [`Refused`]
pub async fn revoke(app: &App, origin: &Origin, id: &ApiSecretId) -> Result<(), Refused> {
    app.store
        .write(app.clock.now(), |tx| async move {
            if !tx.revoke_api_secret(id).await? {
                return Err(Refused::NoSecret);
            }
            let object = Object::new(ObjectKind::ApiSecret, id.as_str(), "");
            Ok(tx.audit(origin, &Entry::new(None, Action::ApiSecretRevoked, object)).await?)
        })
        .await
}

async fn exists(app: &App, api: &str) -> Result<(), Refused> {
    let apis = app.store.reader().list_apis().await?;
    if apis.iter().any(|known| known.name == api) { Ok(()) } else { Err(Refused::NoApi(api.to_owned())) }
}
