//! Client secrets of an app: adding one beside the others, and revoking one.

use grantry_oauth::secret::{self, Secret, TokenKind};
use grantry_oauth::time::Timestamp;
use grantry_store::Error;
use grantry_store::app_version::ClientType;
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::id::{AccountId, AppId, SecretId};
use grantry_store::secret::{AppSecret, NewSecret, SecretChange};
use serde_json::json;

use super::details::{DESCRIPTION_LIMIT, text_fault};
use super::register::person;
use super::{Fault, Faults, Refused, SECRETS_PER_APP, edit};
use crate::app::App;
use crate::web::moment;

/// What was typed about a new secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawSecret {
    /// `secret_description`
    pub description: String,
    /// `secret_expires`: a day such as `2027-01-31`, the last on which it works; empty for never.
    pub expires: String,
    /// The id that the form carries, so that sending it twice makes one secret.
    pub id: Option<SecretId>,
}

/// A secret that was just made. It is nowhere else and cannot be shown again.
#[derive(Debug)]
pub struct Added {
    pub id: SecretId,
    pub client_id: String,
    pub name: String,
    pub client_secret: Secret<String>,
}

/// Gives an app another secret; those it has go on working.
///
/// # Errors
/// The faults of what was typed, an app that the account does not have, a full or public app, a form sent twice.
pub async fn add(
    app: &App,
    origin: &Origin,
    (account, id): (&AccountId, &AppId),
    raw: &RawSecret,
) -> Result<Added, Refused> {
    let (found, version) = edit::find(app, account, id).await?;
    let now = app.clock.now();
    let mut faults = Faults::default();
    if version.details.client_type == ClientType::Public {
        faults.push(Fault::new("secret_description", "apps-fault-secret-public"));
    }
    let description = grantry_oauth::display_text::register(&raw.description, DESCRIPTION_LIMIT)
        .unwrap_or_else(|why| {
            faults.push(text_fault("secret_description", why, DESCRIPTION_LIMIT));
            String::new()
        });
    let expires_at = end_of_day(&raw.expires, now).unwrap_or_else(|fault| {
        faults.push(fault);
        None
    });
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let (client_secret, mut new) = mint(app, origin, id, description);
    new.expires_at = expires_at;
    if let Some(id) = &raw.id {
        new.id = id.clone();
    }
    let added =
        Added { id: new.id.clone(), client_id: found.client_id, name: version.details.name, client_secret };
    let (account, client_id, origin) = (account.clone(), added.client_id.clone(), origin.clone());
    let saved = app.store.write(now, |tx| async move {
        if !tx.lock_app(&account, &new.app_id).await? {
            return Err(Refused::Missing);
        }
        let secrets = tx.list_secrets(&account, &new.app_id).await?;
        let standing = secrets.iter().filter(|secret| secret.revoked_at.is_none()).count();
        if i64::try_from(standing).unwrap_or(i64::MAX) >= SECRETS_PER_APP {
            return Err(Refused::Full(SECRETS_PER_APP));
        }
        tx.insert_secret(&new).await?;
        tx.audit(&origin, &created(&account, &new, &client_id)).await?;
        Ok(())
    });
    match saved.await {
        Ok(()) => Ok(added),
        Err(Refused::Store(Error::Conflict(constraint))) if constraint == "app_secret_pkey" => {
            Err(Refused::AlreadyCreated)
        }
        Err(refused) => Err(refused),
    }
}

/// Revokes a secret: no token is given for it from now on. The last one that works goes only when `even_the_last`.
///
/// # Errors
/// A secret that the account's app does not have or that is revoked already, or the last one.
pub async fn revoke(
    app: &App,
    origin: &Origin,
    (account, id): (&AccountId, &AppId),
    secret: &SecretId,
    even_the_last: bool,
) -> Result<(), Refused> {
    let (account, id, wanted) = (account.clone(), id.clone(), secret.clone());
    let (by, origin) = (person(origin), origin.clone());
    let revoking = app.store.write(app.clock.now(), |tx| async move {
        match tx.revoke_secret((&account, &id), &wanted, by.as_ref(), even_the_last).await? {
            SecretChange::Missing => return Err(Refused::Missing),
            SecretChange::LastOne => return Err(Refused::LastSecret),
            SecretChange::Done => {}
        }
        let app = tx.find_app(&account, &id).await?.ok_or(Refused::Missing)?;
        let secrets = tx.list_secrets(&account, &id).await?;
        let secret = secrets.iter().find(|secret| secret.id == wanted).ok_or(Refused::Missing)?;
        tx.audit(&origin, &revoked(&account, secret, &app.client_id)).await?;
        Ok(())
    });
    revoking.await
}

/// Makes a secret of 256 random bits, and what is kept of it.
pub fn mint(app: &App, origin: &Origin, app_id: &AppId, description: String) -> (Secret<String>, NewSecret) {
    let minted = secret::mint(TokenKind::ClientSecret, app.random.bytes());
    let kept = NewSecret {
        id: new_id(app),
        app_id: app_id.clone(),
        description,
        hash: secret::hash(minted.expose()),
        hint: secret::last_four(minted.expose()),
        created_by: person(origin),
        expires_at: None,
    };
    (minted, kept)
}

/// The id of a secret that is about to be made.
#[must_use]
pub fn new_id(app: &App) -> SecretId {
    SecretId::new(app.clock.now(), app.random.bytes())
}

pub(super) fn created<'a>(account: &'a AccountId, secret: &NewSecret, client_id: &str) -> Entry<'a> {
    let detail = json!({
        "client_id": client_id,
        "description": secret.description,
        "hint": secret.hint,
        "expires_at": secret.expires_at.map(moment::iso),
    });
    let object = Object::new(ObjectKind::Secret, secret.id.as_str(), secret.description.as_str());
    Entry::new(account, Action::SecretCreated, object).with(detail)
}

pub(super) fn revoked<'a>(account: &'a AccountId, secret: &AppSecret, client_id: &str) -> Entry<'a> {
    let detail = json!({ "client_id": client_id, "description": secret.description, "hint": secret.hint });
    let object = Object::new(ObjectKind::Secret, secret.id.as_str(), secret.description.as_str());
    Entry::new(account, Action::SecretRevoked, object).with(detail)
}

/// The moment after the last of a day, in UTC; absent for an empty text.
pub fn end_of_day(text: &str, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || Fault::new("secret_expires", "apps-fault-expires").about(text);
    let day: jiff::civil::Date = text.parse().map_err(|_| wrong())?;
    let next = day.tomorrow().ok().and_then(|day| jiff::tz::TimeZone::UTC.to_timestamp(day.into()).ok());
    let end = Timestamp(next.ok_or_else(wrong)?.as_millisecond());
    if end.0 <= now.0 {
        return Err(Fault::new("secret_expires", "apps-fault-expired").about(text));
    }
    Ok(Some(end))
}
