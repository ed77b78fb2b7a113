//! Initial access tokens: with one, a program may register itself where not everybody may.

use grantry_oauth::display_text;
use grantry_oauth::secret::{self, Secret, TokenKind};
use grantry_oauth::time::Timestamp;
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::id::RegistrationTokenId;
use grantry_store::machine::{NewRegistrationToken, RegistrationToken};
use serde_json::json;

use super::own_account;
use crate::app::App;
use crate::apps::details::DESCRIPTION_LIMIT;
use crate::apps::{Fault, Refused};

/// What an operator wants of a new token.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Whom it is for.
    pub description: String,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// How many apps it may register; `None` for any number.
    pub uses: Option<u32>,
}

/// A token that was just made. It is nowhere else and cannot be shown again.
#[derive(Debug)]
pub struct Created {
    pub id: RegistrationTokenId,
    pub token: Secret<String>,
}

/// Makes a token.
///
/// # Errors
/// A description that cannot be shown, or the store's.
pub async fn create(app: &App, origin: &Origin, wanted: &Wanted) -> Result<Created, Refused> {
    let description = display_text::register(&wanted.description, DESCRIPTION_LIMIT).map_err(|why| {
        Fault::new("description", format!("apps-fault-text-{}", why.key())).with("limit", DESCRIPTION_LIMIT)
    })?;
    let now = app.clock.now();
    let token = secret::mint(TokenKind::InitialAccess, app.random.bytes());
    let new = NewRegistrationToken {
        id: RegistrationTokenId::new(now, app.random.bytes()),
        hash: secret::hash(token.expose()),
        description,
        expires_at: wanted.expires_at,
        uses_left: wanted.uses.map(i64::from),
    };
    let (id, owner) = (new.id.clone(), own_account(app).await?);
    let making = app.store.write(now, |tx| async move {
        tx.insert_registration_token(&new).await?;
        let object = Object::new(ObjectKind::RegistrationToken, new.id.as_str(), &new.description);
        let entry = Entry::new(&owner.id, Action::RegistrationTokenCreated, object);
        tx.audit(origin, &entry.with(json!({ "uses": new.uses_left }))).await?;
        Ok::<_, Refused>(())
    });
    making.await?;
    Ok(Created { id, token })
}

/// All of them, the newest first.
///
/// # Errors
/// The store's.
pub async fn list(app: &App) -> Result<Vec<RegistrationToken>, grantry_store::Error> {
    app.store.reader().list_registration_tokens().await
}

/// Revokes a token. What it registered goes on working.
///
/// # Errors
/// [`Refused::Missing`] when there is none that works, or the store's.
pub async fn revoke(app: &App, origin: &Origin, id: &RegistrationTokenId) -> Result<(), Refused> {
    let owner = own_account(app).await?;
    let revoking = app.store.write(app.clock.now(), |tx| async move {
        if !tx.revoke_registration_token(id).await? {
            return Err(Refused::Missing);
        }
        let object = Object::new(ObjectKind::RegistrationToken, id.as_str(), id.as_str());
        tx.audit(origin, &Entry::new(&owner.id, Action::RegistrationTokenRevoked, object)).await?;
        Ok(())
    });
    revoking.await
}
