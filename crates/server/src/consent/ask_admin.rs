//! *Ask an admin*: the wish is kept, and everybody who can grant it gets a mail.

use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::connection_request::NewConnectionRequest;
use grantry_store::id::ConnectionRequestId;
use grantry_store::person::Person;
use grantry_store::{Error, Reader};
use serde_json::json;

use super::standing::Standing;
use crate::app::App;
use crate::mail::AskToConnect;
use crate::sign_in::pending::Pending;
use crate::web::Words;

/// Where an admin finds the wishes of the account's members.
const WISHES: &str = "/apps/connected-apps";

/// Why nobody was asked.
#[derive(Debug, thiserror::Error)]
pub enum NotAsked {
    #[error(transparent)]
    Store(#[from] Error),
    #[error("a mail could not be written: {0}")]
    Mail(anyhow::Error),
}

/// Asks the admins, once: a wish that waits is not sent again.
///
/// # Errors
/// [`NotAsked`].
pub async fn ask_admin(
    app: &App,
    pending: &Pending,
    (standing, person): (&Standing, &Person),
    origin: &Origin,
) -> Result<(), NotAsked> {
    let (known, now) = (&pending.app, app.clock.now());
    let account = &standing.account;
    let wish = NewConnectionRequest {
        id: ConnectionRequestId::new(now, app.random.bytes()),
        account_id: account.id.clone(),
        app_id: known.app.id.clone(),
        person_id: person.id.clone(),
        scopes: pending.request.scopes.to_string(),
    };
    let mut mails = Vec::new();
    for admin in app.store.reader().list_admins(&account.id).await? {
        let message = AskToConnect {
            name: admin.full_name(),
            person: person.full_name(),
            email: person.email.clone(),
            app: known.version.details.name.clone(),
            publisher: known.owner.name.clone(),
            account: account.name.clone(),
            url: format!("{}{WISHES}", app.issuer()),
        };
        let words = Words::preferred(admin.locale.as_deref());
        mails.push(app.post.write(app, &message, &admin.email, words).map_err(NotAsked::Mail)?);
    }
    let (wish, mails) = (&wish, &mails);
    let asking = app.store.write(now, |tx| async move {
        if !tx.insert_connection_request(wish).await? {
            return Ok::<_, Error>(());
        }
        for mail in mails {
            tx.insert_mail(mail).await?;
        }
        let object = Object::new(ObjectKind::ConnectionRequest, wish.id.as_str(), &known.app.client_id);
        let detail = json!({ "app": known.version.details.name, "scopes": wish.scopes });
        tx.audit(origin, &Entry::new(&account.id, Action::ConnectionRequested, object).with(detail)).await?;
        Ok(())
    });
    asking.await?;
    app.post.hurry();
    Ok(())
}

/// Whether this person waits for an admin's answer about this app.
///
/// # Errors
/// The store's.
pub async fn is_waiting(
    reader: &Reader,
    pending: &Pending,
    (standing, person): (&Standing, &Person),
) -> Result<bool, Error> {
    let wishes = reader.list_connection_requests(&standing.account.id).await?;
    Ok(wishes.iter().any(|wish| wish.app_id == pending.app.app.id && wish.person_id == person.id))
}
