//! Editing an app: a new version that is live at once, and what follows from a changed client type.

use grantry_oauth::secret::Secret;
use grantry_store::Tx;
use grantry_store::app::App as StoredApp;
use grantry_store::app_version::{AppDetails, AppVersion, ClientType, NewVersion};
use grantry_store::audit::{Action, Entry, Origin};
use grantry_store::connection::EndReason;
use grantry_store::id::{AccountId, AppId, VersionId};
use grantry_store::secret::NewSecret;
use serde_json::{Map, Value, json};

use super::details::{self, Checked, RawApp, Terms};
use super::protocol::uses_secret;
use super::register::{is_by_person, person};
use super::{Refused, logo, object, secrets, sector};
use crate::app::App;

/// What became of an edit.
#[derive(Debug)]
pub struct Edited {
    pub app: StoredApp,
    pub details: AppDetails,
    /// False when everything was as before; then nothing was written.
    pub changed: bool,
    /// The first secret of an app that had none before: it was public, or proved by its keys who it is.
    pub client_secret: Option<Secret<String>>,
}

/// An app of the account with its live version.
///
/// # Errors
/// [`Refused::Missing`], or the store's.
pub async fn find(app: &App, account: &AccountId, id: &AppId) -> Result<(StoredApp, AppVersion), Refused> {
    let reader = app.store.reader();
    let found = reader.find_app(account, id).await?.ok_or(Refused::Missing)?;
    let live = found.live_version_id.as_ref().ok_or(Refused::Missing)?;
    let version = reader.find_version(account, id, live).await?.ok_or(Refused::Missing)?;
    Ok((found, version))
}

/// Saves what was typed as the version that counts. With `based_on`, the number of the version that the form showed,
/// somebody else's change in between is not overwritten.
///
/// # Errors
/// The faults of what was typed, an app that the account does not have, a change in between.
pub async fn edit(
    app: &App,
    origin: &Origin,
    (account, id): (&AccountId, &AppId),
    raw: &RawApp,
    based_on: Option<i64>,
) -> Result<Edited, Refused> {
    let (found, before) = find(app, account, id).await?;
    if based_on.is_some_and(|number| number != before.number) {
        return Err(Refused::Changed);
    }
    let catalogue = app.cached.catalogue().await?;
    let terms = Terms {
        kind: found.kind,
        catalogue: &catalogue,
        preset: app.config.compat.preset,
        by_person: is_by_person(origin),
        by_machine: false,
        before: Some(&before.details),
    };
    let mut checked = details::check(raw, &terms)?;
    Box::pin(sector::check(app, account, &checked.details, Some(&before.details))).await?;
    logo::complete(app, account, &mut checked.details).await?;
    if checked.details == before.details {
        return Ok(Edited { app: found, details: checked.details, changed: false, client_secret: None });
    }
    let may_need = uses_secret(&checked.details) && !uses_secret(&before.details);
    let has_secret = may_need
        && app.store.reader().list_secrets(account, id).await?.iter().any(|old| old.revoked_at.is_none());
    let mut change = Change::new(app, origin, (found, before), checked);
    if has_secret {
        change.keep_secrets();
    }
    let (client_secret, now) = (change.take_secret(), app.clock.now());
    let (found, details) = (change.app.clone(), change.version.details.clone());
    app.store.write(now, |tx| async move { change.save(&tx).await }).await?;
    Ok(Edited { app: found, details, changed: true, client_secret })
}

/// A checked edit on its way into the store.
#[derive(Debug)]
pub struct Change {
    app: StoredApp,
    before: AppVersion,
    version: NewVersion,
    secret: Option<NewSecret>,
    client_secret: Option<Secret<String>>,
    origin: Origin,
}

impl Change {
    /// Prepares to put checked details in the place of a version.
    #[must_use]
    pub fn new(
        app: &App,
        origin: &Origin,
        (found, before): (StoredApp, AppVersion),
        checked: Checked,
    ) -> Self {
        let details = checked.details;
        let gains_secret = uses_secret(&details) && !uses_secret(&before.details);
        let minted = gains_secret.then(|| secrets::mint(app, origin, &found.id, checked.secret_description));
        let (client_secret, secret) = minted.unzip();
        let version = NewVersion {
            id: VersionId::new(app.clock.now(), app.random.bytes()),
            app_id: found.id.clone(),
            details,
            created_by: person(origin),
        };
        Self { app: found, before, version, secret, client_secret, origin: origin.clone() }
    }

    /// Makes no new secret: the app has one from before, which works again.
    fn keep_secrets(&mut self) {
        (self.secret, self.client_secret) = (None, None);
    }

    /// The first secret of an app that used none before. It is nowhere else.
    pub fn take_secret(&mut self) -> Option<Secret<String>> {
        self.client_secret.take()
    }

    /// Saves it in a transaction of the caller.
    ///
    /// # Errors
    /// [`Refused::Missing`] and [`Refused::Changed`] for an app that is not as it was found, or the store's.
    pub async fn save(&self, tx: &Tx) -> Result<(), Refused> {
        let Self { app, before, version, secret, origin, client_secret: _ } = self;
        if !tx.lock_app(&app.account_id, &app.id).await? {
            return Err(Refused::Missing);
        }
        let now_live = tx.find_app(&app.account_id, &app.id).await?.and_then(|app| app.live_version_id);
        if now_live.as_ref() != Some(&before.id) {
            return Err(Refused::Changed);
        }
        tx.insert_version(version).await?;
        tx.make_version_live(&app.id, &version.id).await?;
        let detail = difference(&before.details, &version.details);
        let entry = Entry::new(&app.account_id, Action::AppUpdated, object(app)).with(detail);
        tx.audit(origin, &entry).await?;
        if before.details.client_type == ClientType::Confidential
            && version.details.client_type == ClientType::Public
        {
            self.forget_secrets(tx).await?;
        }
        if let Some(secret) = secret {
            tx.insert_secret(secret).await?;
            tx.audit(origin, &secrets::created(&app.account_id, secret, &app.client_id)).await?;
        }
        Ok(())
    }

    /// What a program that keeps secrets was given is not for one that cannot: its secrets and refresh tokens end.
    async fn forget_secrets(&self, tx: &Tx) -> Result<(), Refused> {
        let Self { app, origin, .. } = self;
        tx.end_grants_of_app(&app.id, EndReason::AppBecamePublic).await?;
        let by = person(origin);
        let of = (&app.account_id, &app.id);
        for secret in tx.list_secrets(of.0, of.1).await?.iter().filter(|s| s.revoked_at.is_none()) {
            tx.revoke_secret(of, &secret.id, by.as_ref(), true).await?;
            tx.audit(origin, &secrets::revoked(of.0, secret, &app.client_id)).await?;
        }
        Ok(())
    }
}

/// What an app says of itself, for the trail.
pub(super) fn picture(details: &AppDetails) -> Map<String, Value> {
    let picture = json!({
        "name": details.name,
        "logo_url": details.logo_source_url,
        "client_type": details.client_type.as_str(),
        "profile": details.profile.as_str(),
        "require_pkce": details.require_pkce,
        "auth_method": details.auth_method,
        "pii_mode": details.pii_mode.as_str(),
        "id_token_alg": details.id_token_alg,
        "dpop_bound": details.dpop_bound,
        "device_grant": details.device_grant,
        "token_exchange": details.token_exchange,
        "jwks": details.jwks,
        "jwks_uri": details.jwks_uri,
        "userinfo_alg": details.userinfo_alg,
        "request_object_alg": details.request_object_alg,
        "auth_alg": details.auth_alg,
        "default_max_age": details.default_max_age,
        "request_uris": details.request_uris,
        "require_par": details.require_par,
        "policy_uri": details.policy_uri,
        "tos_uri": details.tos_uri,
        "initiate_login_uri": details.initiate_login_uri,
        "backchannel_logout_uri": details.backchannel_logout_uri,
        "subject_type": details.subject_type.as_str(),
        "sector_identifier_uri": details.sector_identifier_uri,
        "redirect_uris": details.redirect_uris,
        "post_logout_uris": details.post_logout_uris,
        "cors_origins": details.cors_origins,
        "scopes": details.scopes,
    });
    match picture {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

/// What changed: each field with its value before and after.
fn difference(before: &AppDetails, after: &AppDetails) -> Value {
    let old = picture(before);
    let changed = picture(after).into_iter().filter_map(|(field, now)| {
        let was = old.get(&field).cloned().unwrap_or(Value::Null);
        (was != now).then(|| (field, json!({ "before": was, "after": now })))
    });
    Value::Object(changed.collect())
}
