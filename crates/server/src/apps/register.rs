//! Registering an app: the app, its first version, live at once, and its first secret.

use grantry_oauth::client_id::{AccountCode, ClientCode, ClientId, ClientKind};
use grantry_oauth::secret::Secret;
use grantry_store::account::{Account, AccountKind};
use grantry_store::app::{AppAccess, AppKind, NewApp};
use grantry_store::app_version::{AppDetails, NewVersion};
use grantry_store::audit::{Action, ActorKind, Entry, Object, ObjectKind, Origin};
use grantry_store::id::{AppId, PersonId, VersionId};
use grantry_store::secret::NewSecret;
use grantry_store::{Error, Tx};

use super::details::{self, Checked, RawApp, Terms};
use super::fault::CODE_TAKEN;
use super::protocol::uses_secret;
use super::{APPS_PER_ACCOUNT, Fault, Refused, edit, logo, secrets, sector};
use crate::app::App;

/// An app that was just registered. The secret is nowhere else and cannot be shown again.
#[derive(Debug)]
pub struct Registered {
    pub app_id: AppId,
    pub client_id: String,
    pub details: AppDetails,
    /// Absent for an app that proves in another way who it is, or not at all.
    pub client_secret: Option<Secret<String>>,
}

/// What refuses a code that was used before, perhaps by the same form.
const CODE_CONSTRAINTS: [&str; 3] = ["app_account_id_kind_code_key", "app_client_id_key", "app_pkey"];

/// Registers an app for `owner`.
///
/// # Errors
/// The faults of what was typed (a code that was used before among them), a full account, a customer's store app.
pub async fn register(
    app: &App,
    origin: &Origin,
    owner: &Account,
    kind: AppKind,
    raw: &RawApp,
) -> Result<Registered, Refused> {
    let mut checked = check(app, origin, owner, kind, raw).await?;
    logo::complete(app, &owner.id, &mut checked.details).await?;
    let Checked { code: Some(code), details, secret_description } = checked else {
        return Err(Fault::new("client_code", "apps-fault-code-empty").into());
    };
    let now = app.clock.now();
    let new = NewApp {
        id: raw.id.clone().unwrap_or_else(|| AppId::new(now, app.random.bytes())),
        account_id: owner.id.clone(),
        kind,
        code: code.as_str().to_owned(),
        client_id: client_id(owner, kind, &code)?,
        access: AppAccess::Scope,
        created_by: person(origin),
    };
    let version = NewVersion {
        id: VersionId::new(now, app.random.bytes()),
        app_id: new.id.clone(),
        details,
        created_by: person(origin),
    };
    let minted =
        uses_secret(&version.details).then(|| secrets::mint(app, origin, &new.id, secret_description));
    let registered = Registered {
        app_id: new.id.clone(),
        client_id: new.client_id.clone(),
        details: version.details.clone(),
        client_secret: None,
    };
    let (client_secret, secret) = minted.unzip();
    let (code, origin) = (code.as_str().to_owned(), origin.clone());
    let saved = app.store.write(now, |tx| async move {
        if tx.count_apps(&new.account_id, kind).await? >= APPS_PER_ACCOUNT {
            return Err(Refused::Full(APPS_PER_ACCOUNT));
        }
        Ok(save(&tx, &origin, (&new, &version), secret.as_ref()).await?)
    });
    saved.await.map_err(|refused| explained(refused, &code))?;
    Ok(Registered { client_secret, ..registered })
}

/// Saves an app with its first version, live at once, and its first secret, in a transaction of the caller.
///
/// # Errors
/// The store's; a code that was used before is a conflict.
pub async fn save(
    tx: &Tx,
    origin: &Origin,
    (new, version): (&NewApp, &NewVersion),
    secret: Option<&NewSecret>,
) -> Result<(), Error> {
    tx.insert_app(new).await?;
    tx.insert_version(version).await?;
    tx.make_version_live(&new.id, &version.id).await?;
    let object = Object::new(ObjectKind::App, new.id.as_str(), new.client_id.as_str());
    let entry = Entry::new(&new.account_id, Action::AppCreated, object);
    tx.audit(origin, &entry.with(edit::picture(&version.details).into())).await?;
    if let Some(secret) = secret {
        tx.insert_secret(secret).await?;
        tx.audit(origin, &secrets::created(&new.account_id, secret, &new.client_id)).await?;
    }
    Ok(())
}

/// Everything that [`register`] checks before it writes; the review page shows what comes of it.
///
/// # Errors
/// As [`register`].
pub async fn check(
    app: &App,
    origin: &Origin,
    owner: &Account,
    kind: AppKind,
    raw: &RawApp,
) -> Result<Checked, Refused> {
    if kind == AppKind::Store && owner.kind == AccountKind::Customer {
        return Err(Refused::NeedsDeveloperAccount);
    }
    let catalogue = app.cached.catalogue().await?;
    let terms = Terms {
        kind,
        catalogue: &catalogue,
        preset: app.config.compat.preset,
        by_person: is_by_person(origin),
        by_machine: false,
        before: None,
    };
    let checked = details::check(raw, &terms)?;
    if let Some(code) = &checked.code {
        // Only so that the form says it early: the constraint is what decides. Deleted apps count.
        let client_id = client_id(owner, kind, code)?;
        if app.store.reader().find_app_by_client_id(&client_id).await?.is_some() {
            return Err(taken(code.as_str()).into());
        }
    }
    Box::pin(sector::check(app, &owner.id, &checked.details, None)).await?;
    Ok(checked)
}

/// Who acts, when it is a person.
#[must_use]
pub fn person(origin: &Origin) -> Option<PersonId> {
    (origin.actor.kind == ActorKind::Person).then(|| PersonId::parse(&origin.actor.id)).flatten()
}

/// A person or somebody at the server's command line acts, not an app.
pub(super) fn is_by_person(origin: &Origin) -> bool {
    matches!(origin.actor.kind, ActorKind::Person | ActorKind::Command)
}

/// What a refusal of the store means for the form: a code is never used again, also when its app is deleted.
fn explained(refused: Refused, code: &str) -> Refused {
    match refused {
        Refused::Store(Error::Conflict(constraint)) if CODE_CONSTRAINTS.contains(&constraint.as_str()) => {
            taken(code).into()
        }
        Refused::Faults(_)
        | Refused::Missing
        | Refused::Full(_)
        | Refused::NeedsDeveloperAccount
        | Refused::Changed
        | Refused::LastSecret
        | Refused::AlreadyCreated
        | Refused::OtherState
        | Refused::UnderReview
        | Refused::TooMany(_)
        | Refused::Store(_) => refused,
    }
}

fn taken(code: &str) -> Fault {
    Fault::new("client_code", CODE_TAKEN).about(code)
}

fn client_id(owner: &Account, kind: AppKind, code: &ClientCode) -> Result<String, Refused> {
    let account = AccountCode::parse(&owner.code)
        .map_err(|problem| Error::Corrupt(format!("account code {}: {problem}", owner.code)))?;
    let kind = match kind {
        AppKind::Store => ClientKind::Store,
        AppKind::Custom => ClientKind::Custom,
    };
    Ok(ClientId::new(&account, kind, code).as_str().to_owned())
}
