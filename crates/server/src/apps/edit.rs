//! Editing an app: a new version that is live at once or, for what an approved app wants more, a draft; and what follows
//! from a changed client type.

use grantry_oauth::secret::Secret;
use grantry_store::Tx;
use grantry_store::app::App as StoredApp;
use grantry_store::app_version::{AppDetails, AppVersion, ClientType, NewVersion, VersionState};
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::connection::EndReason;
use grantry_store::id::{AccountId, AppId, VersionId};
use grantry_store::secret::NewSecret;
use grantry_store::submission::{Closing, SubmissionState};
use serde_json::{Map, Value, json};

use super::details::{self, Checked, RawApp, Terms};
use super::protocol::uses_secret;
use super::register::{is_by_person, person};
use super::versions::{self, Plan, Versions, Waiting};
use super::{Refused, logo, object, secrets, sector};
use crate::app::App;

/// What became of an edit.
#[derive(Debug)]
pub struct Edited {
    pub app: StoredApp,
    /// What is live now.
    pub details: AppDetails,
    /// What waits to become live.
    pub waiting: Option<AppDetails>,
    /// Whether what is live is something else than before.
    pub changed_live: bool,
    /// Whether what waits is something else than before.
    pub changed_waiting: bool,
    /// The first secret of an app that had none before: it was public, or proved by its keys who it is.
    pub client_secret: Option<Secret<String>>,
}

impl Edited {
    /// False when everything was as before; then nothing was written.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.changed_live || self.changed_waiting
    }
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

/// Saves what was typed. It is the version that counts at once, but for what widens an approved app: that is kept as a
/// draft. With `based_on`, the number of the version that the form showed, somebody else's change in between is not
/// overwritten.
///
/// # Errors
/// The faults of what was typed, an app that the account does not have, a change in between, a submission that waits.
pub async fn edit(
    app: &App,
    origin: &Origin,
    (account, id): (&AccountId, &AppId),
    raw: &RawApp,
    based_on: Option<i64>,
) -> Result<Edited, Refused> {
    let versions = versions::find(app, account, id).await?;
    let latest = versions.latest();
    if based_on.is_some_and(|number| number != latest.number) {
        return Err(Refused::Changed);
    }
    let catalogue = app.cached.catalogue().await?;
    let terms = Terms {
        kind: versions.app.kind,
        catalogue: &catalogue,
        preset: app.config.compat.preset,
        by_person: is_by_person(origin),
        by_machine: false,
        before: Some(&latest.details),
    };
    let mut checked = details::check(raw, &terms)?;
    Box::pin(sector::check(app, account, &checked.details, Some(&latest.details))).await?;
    logo::complete(app, account, &mut checked.details).await?;
    if checked.details == latest.details {
        let Versions { app, live, waiting } = versions;
        return Ok(Edited {
            app,
            details: live.details,
            waiting: waiting.map(|waiting| waiting.details),
            changed_live: false,
            changed_waiting: false,
            client_secret: None,
        });
    }
    let of_live = Terms { before: Some(&versions.live.details), ..terms };
    let is_coherent = |details: &AppDetails| details::check(&RawApp::of(details), &of_live).is_ok();
    let plan = versions::plan(&versions, &checked.details, app.config.review.harmless, is_coherent)?;
    let before = &versions.live.details;
    let may_need = plan.live.as_ref().is_some_and(uses_secret) && !uses_secret(before);
    let has_secret = may_need
        && app.store.reader().list_secrets(account, id).await?.iter().any(|old| old.revoked_at.is_none());
    let mut change = Change::of(app, origin, versions, plan, checked.secret_description);
    if has_secret {
        change.keep_secrets();
    }
    let client_secret = change.take_secret();
    let edited = change.outcome(client_secret);
    Box::pin(app.store.write(app.clock.now(), |tx| async move { change.save(&tx).await })).await?;
    Ok(edited)
}

/// A checked edit on its way into the store.
#[derive(Debug)]
pub struct Change {
    versions: Versions,
    live: Option<NewVersion>,
    waiting: NextWaiting,
    secret: Option<NewSecret>,
    client_secret: Option<Secret<String>>,
    origin: Origin,
}

#[derive(Debug)]
enum NextWaiting {
    Same,
    Next(Box<NewVersion>),
    Gone,
}

impl Change {
    /// Prepares to put checked details in the place of the live version of an app that is never reviewed.
    #[must_use]
    pub fn new(
        app: &App,
        origin: &Origin,
        (found, before): (StoredApp, AppVersion),
        checked: Checked,
    ) -> Self {
        let versions = Versions { app: found, live: before, waiting: None };
        let plan = Plan { live: Some(checked.details), waiting: Waiting::Same };
        Self::of(app, origin, versions, plan, checked.secret_description)
    }

    fn of(app: &App, origin: &Origin, versions: Versions, plan: Plan, secret_description: String) -> Self {
        let id = &versions.app.id;
        let version = |details| NewVersion {
            id: VersionId::new(app.clock.now(), app.random.bytes()),
            app_id: id.clone(),
            details,
            created_by: person(origin),
        };
        let gains_secret =
            plan.live.as_ref().is_some_and(uses_secret) && !uses_secret(&versions.live.details);
        let minted = gains_secret.then(|| secrets::mint(app, origin, id, secret_description));
        let (client_secret, secret) = minted.unzip();
        let waiting = match plan.waiting {
            Waiting::Same => NextWaiting::Same,
            Waiting::Next(details) => NextWaiting::Next(Box::new(version(*details))),
            Waiting::Gone => NextWaiting::Gone,
        };
        let live = plan.live.map(version);
        Self { versions, live, waiting, secret, client_secret, origin: origin.clone() }
    }

    /// Makes no new secret: the app has one from before, which works again.
    fn keep_secrets(&mut self) {
        (self.secret, self.client_secret) = (None, None);
    }

    /// The first secret of an app that used none before. It is nowhere else.
    pub fn take_secret(&mut self) -> Option<Secret<String>> {
        self.client_secret.take()
    }

    /// What there is once this is saved.
    fn outcome(&self, client_secret: Option<Secret<String>>) -> Edited {
        let Versions { app, live, waiting } = &self.versions;
        let now_waiting = match &self.waiting {
            NextWaiting::Same => waiting.as_ref().map(|version| version.details.clone()),
            NextWaiting::Next(next) => Some(next.details.clone()),
            NextWaiting::Gone => None,
        };
        Edited {
            app: app.clone(),
            details: self.live.as_ref().map_or(&live.details, |next| &next.details).clone(),
            waiting: now_waiting,
            changed_live: self.live.is_some(),
            changed_waiting: !matches!(self.waiting, NextWaiting::Same),
            client_secret,
        }
    }

    /// Saves it in a transaction of the caller.
    ///
    /// # Errors
    /// [`Refused::Missing`] and [`Refused::Changed`] for an app that is not as it was found, or the store's.
    pub async fn save(&self, tx: &Tx) -> Result<(), Refused> {
        let Self { versions, live, secret, origin, .. } = self;
        let Versions { app, live: before, waiting } = versions;
        if !tx.lock_app(&app.account_id, &app.id).await? {
            return Err(Refused::Missing);
        }
        let now = tx.find_app(&app.account_id, &app.id).await?.ok_or(Refused::Missing)?;
        let is_same = now.live_version_id.as_ref() == Some(&before.id)
            && now.draft_version_id.as_ref() == waiting.as_ref().map(|waiting| &waiting.id)
            && now.listing == app.listing;
        if !is_same {
            return Err(Refused::Changed);
        }
        if let Some(version) = live {
            tx.insert_version(version).await?;
            tx.make_version_live(&app.id, &version.id).await?;
            let detail = difference(&before.details, &version.details);
            let entry = Entry::new(&app.account_id, Action::AppUpdated, object(app)).with(detail);
            tx.audit(origin, &entry).await?;
            Box::pin(follow(tx, origin, app, (&before.details, &version.details))).await?;
        }
        if let Some(secret) = secret {
            tx.insert_secret(secret).await?;
            tx.audit(origin, &secrets::created(&app.account_id, secret, &app.client_id)).await?;
        }
        Box::pin(self.save_waiting(tx)).await
    }

    async fn save_waiting(&self, tx: &Tx) -> Result<(), Refused> {
        let Self { versions, waiting: next, origin, .. } = self;
        let Versions { app, live, waiting: before } = versions;
        let next = match next {
            NextWaiting::Same => return Ok(()),
            NextWaiting::Next(next) => Some(next.as_ref()),
            NextWaiting::Gone => None,
        };
        if let Some(next) = next {
            tx.insert_version(next).await?;
            let was = before.as_ref().map_or(&live.details, |version| &version.details);
            let detail = difference(was, &next.details);
            let entry = Entry::new(&app.account_id, Action::DraftSaved, object(app)).with(detail);
            tx.audit(origin, &entry).await?;
        }
        if let Some(before) = before {
            self.replace_waiting(tx, before, next).await?;
        }
        tx.set_draft_version(&app.id, next.map(|next| &next.id)).await?;
        Ok(())
    }

    /// Puts another version, or none, in the place of a draft or of what was submitted.
    async fn replace_waiting(
        &self,
        tx: &Tx,
        before: &AppVersion,
        next: Option<&NewVersion>,
    ) -> Result<(), Refused> {
        let (app, origin) = (&self.versions.app, &self.origin);
        // A draft that was submitted since, or the other way round, is not what this edit was about.
        let standing = tx.find_version(&app.account_id, &app.id, &before.id).await?;
        if standing.is_none_or(|version| version.state != before.state) {
            return Err(Refused::Changed);
        }
        tx.set_version_state(&app.id, &before.id, VersionState::Dropped).await?;
        let open = match before.state {
            VersionState::Submitted => tx.find_open_submission(&app.id).await?,
            VersionState::Draft
            | VersionState::Live
            | VersionState::Superseded
            | VersionState::Rejected
            | VersionState::Dropped => None,
        };
        match (open, next) {
            (Some(open), Some(next)) => {
                tx.set_version_state(&app.id, &next.id, VersionState::Submitted).await?;
                if !tx.move_submission(&open.id, &before.id, &next.id).await? {
                    return Err(Refused::Changed);
                }
            }
            (Some(open), None) => {
                let closing = Closing {
                    state: SubmissionState::Withdrawn,
                    version_id: before.id.clone(),
                    base_version_id: None,
                    only_of: None,
                    by: person(origin),
                    template: String::new(),
                    reason: String::new(),
                };
                if !tx.close_submission(&open.id, &closing).await? {
                    return Err(Refused::Changed);
                }
                let what = Object::new(ObjectKind::Submission, open.id.as_str(), &app.client_id);
                let entry = Entry::new(&app.account_id, Action::SubmissionWithdrawn, what);
                tx.audit(origin, &entry.with(json!({ "submission": open.number }))).await?;
            }
            (None, Some(_)) => {}
            (None, None) => {
                let entry = Entry::new(&app.account_id, Action::DraftDiscarded, object(app));
                tx.audit(origin, &entry.with(json!({ "version": before.number }))).await?;
            }
        }
        Ok(())
    }
}

/// What follows when a version takes the place of another: what a program that keeps secrets was given is not for one
/// that cannot, so its secrets and refresh tokens end.
///
/// # Errors
/// The store's.
pub async fn follow(
    tx: &Tx,
    origin: &Origin,
    app: &StoredApp,
    (before, after): (&AppDetails, &AppDetails),
) -> Result<(), Refused> {
    let became_public =
        before.client_type == ClientType::Confidential && after.client_type == ClientType::Public;
    if !became_public {
        return Ok(());
    }
    tx.end_grants_of_app(&app.id, EndReason::AppBecamePublic).await?;
    let by = person(origin);
    let of = (&app.account_id, &app.id);
    for secret in tx.list_secrets(of.0, of.1).await?.iter().filter(|s| s.revoked_at.is_none()) {
        tx.revoke_secret(of, &secret.id, by.as_ref(), true).await?;
        tx.audit(origin, &secrets::revoked(of.0, secret, &app.client_id)).await?;
    }
    Ok(())
}

/// What an app says of itself, for the trail.
#[must_use]
pub fn picture(details: &AppDetails) -> Map<String, Value> {
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
#[must_use]
pub fn difference(before: &AppDetails, after: &AppDetails) -> Value {
    let old = picture(before);
    let changed = picture(after).into_iter().filter_map(|(field, now)| {
        let was = old.get(&field).cloned().unwrap_or(Value::Null);
        (was != now).then(|| (field, json!({ "before": was, "after": now })))
    });
    Value::Object(changed.collect())
}
