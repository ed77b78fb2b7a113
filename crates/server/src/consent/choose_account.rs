//! Choosing the account that an app is connected to.

use grantry_store::Error;
use grantry_store::id::AccountId;

use super::next::usable;
use crate::app::App;
use crate::sign_in::pending::Pending;
use crate::web::visitor::Actor;

/// Remembers the choice for this request. `false` when it is not one of the person's accounts, or the request is over.
///
/// # Errors
/// The store's.
pub async fn choose_account(
    app: &App,
    pending: &Pending,
    actor: &Actor,
    account: &AccountId,
) -> Result<bool, Error> {
    if !usable(pending, actor).iter().any(|current| current.account.id == *account) {
        return Ok(false);
    }
    let person = &actor.person.id;
    let choosing = app.store.write(app.clock.now(), |tx| async move {
        tx.choose_account(pending.in_browser(), person, account).await
    });
    choosing.await
}
