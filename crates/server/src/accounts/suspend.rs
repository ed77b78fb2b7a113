//! Suspending an account, and resuming it: nothing of a suspended one works, and nothing of it is lost.

use grantry_store::account::{Account, AccountState};
use grantry_store::audit::{Action, Entry, Origin};
use grantry_store::id::AccountId;

use super::{Refused, create};
use crate::app::App;

/// Suspends an account, but never the last in which somebody can operate the server.
///
/// # Errors
/// An account that is missing or suspended already, or the last operator account.
pub async fn suspend(app: &App, origin: &Origin, id: &AccountId) -> Result<Account, Refused> {
    set_state(app, origin, id, AccountState::Suspended).await
}

/// Resumes a suspended account.
///
/// # Errors
/// An account that is missing or not suspended.
pub async fn resume(app: &App, origin: &Origin, id: &AccountId) -> Result<Account, Refused> {
    set_state(app, origin, id, AccountState::Active).await
}

async fn set_state(
    app: &App,
    origin: &Origin,
    id: &AccountId,
    state: AccountState,
) -> Result<Account, Refused> {
    app.store
        .write(app.clock.now(), |tx| async move {
            let account = tx.find_account(id).await?.ok_or(Refused::Missing)?;
            // A server may be filled from the command line before anybody operates it.
            let operated = tx.operator_exists().await?;
            if !tx.set_account_state(id, state).await? {
                return Err(Refused::OtherState);
            }
            if operated && !tx.operator_exists().await? {
                return Err(Refused::LastOperator);
            }
            let action = match state {
                AccountState::Suspended => Action::AccountSuspended,
                AccountState::Active => Action::AccountResumed,
            };
            tx.audit(origin, &Entry::new(id, action, create::object(&account))).await?;
            Ok(Account { state, ..account })
        })
        .await
}
