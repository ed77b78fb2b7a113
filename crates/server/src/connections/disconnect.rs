//! Disconnecting: one transaction ends the connection, its grants, its refresh tokens and unused codes. What was issued
//! before is refused by the next introspection, userinfo or API call.

use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::connection::{Connection, ConnectionKind, EndReason};
use grantry_store::id::{AccountId, AppId, ConnectionId, PersonId};
use grantry_store::{Error, Tx};
use serde_json::json;

use super::NotDone;
use crate::app::App;

/// Who wants to disconnect within an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By<'a> {
    /// `None` when an app acts for the account.
    pub person: Option<&'a PersonId>,
    /// Whether that person, or that app, may do what account admins may.
    pub is_admin: bool,
}

impl By<'_> {
    /// An admin ends every connection of the account, other members only what they connected for themselves.
    #[must_use]
    pub fn may_end(&self, connection: &Connection) -> bool {
        let own = connection.kind == ConnectionKind::Personal
            && self.person.is_some()
            && connection.granted_by.as_ref() == self.person;
        self.is_admin || own
    }
}

/// Ends a connection of the account, by one of its people.
///
/// # Errors
/// [`NotDone`].
pub async fn by_account(
    app: &App,
    origin: &Origin,
    (account, connection): (&AccountId, &ConnectionId),
    by: By<'_>,
) -> Result<(), NotDone> {
    app.store
        .write(app.clock.now(), |tx| async move {
            let found = tx.find_connection(account, connection).await?.ok_or(NotDone::Missing)?;
            if !by.may_end(&found) {
                return Err(NotDone::NotAllowed);
            }
            if !tx.end_connection(account, connection, by.person, EndReason::Disconnected).await? {
                return Err(NotDone::Missing);
            }
            record(&tx, origin, account, &found).await?;
            Ok(())
        })
        .await
}

/// Ends a customer's connection of an app, by the account that owns the app.
///
/// # Errors
/// [`NotDone`].
pub async fn by_owner(
    app: &App,
    origin: &Origin,
    (owner, of): (&AccountId, &AppId),
    connection: &ConnectionId,
    by: Option<&PersonId>,
) -> Result<(), NotDone> {
    app.store
        .write(app.clock.now(), |tx| async move {
            let found = tx.find_connection_of_app((owner, of), connection).await?.ok_or(NotDone::Missing)?;
            if !tx.end_connection_of_app((owner, of), connection, by).await? {
                return Err(NotDone::Missing);
            }
            // Both trails tell it: the customer's, whose connection it was, and the owner's, whose people did it.
            record(&tx, origin, &found.account_id, &found).await?;
            if found.account_id != *owner {
                record(&tx, origin, owner, &found).await?;
            }
            Ok(())
        })
        .await
}

/// Takes back what a person has allowed an app, in whatever account: a personal connection ends, an account's stays for
/// the others.
///
/// # Errors
/// [`NotDone`].
pub async fn withdraw(
    app: &App,
    origin: &Origin,
    person: &PersonId,
    connection: &ConnectionId,
) -> Result<(), NotDone> {
    app.store
        .write(app.clock.now(), |tx| async move {
            let account = tx.withdraw_consent(person, connection).await?.ok_or(NotDone::Missing)?;
            let object = Object::new(ObjectKind::Connection, connection.as_str(), "");
            tx.audit(origin, &Entry::new(&account, Action::ConsentWithdrawn, object)).await?;
            Ok(())
        })
        .await
}

async fn record(tx: &Tx, origin: &Origin, account: &AccountId, ended: &Connection) -> Result<(), Error> {
    let app = tx.find_registered_app_by_id(&ended.app_id).await?;
    let client_id = app.map(|found| found.app.client_id).unwrap_or_default();
    let object = Object::new(ObjectKind::Connection, ended.id.as_str(), client_id);
    let detail = json!({ "kind": ended.kind.as_str(), "account": ended.account_id.as_str() });
    tx.audit(origin, &Entry::new(account, Action::ConnectionEnded, object).with(detail)).await
}
