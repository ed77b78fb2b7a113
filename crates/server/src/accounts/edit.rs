//! What an account's admins decide about it: its name, and who may connect apps.

use grantry_store::account::{Account, ConnectPolicy};
use grantry_store::audit::{Action, Entry, Origin};
use grantry_store::id::AccountId;
use serde_json::json;

use super::{Refused, create, name};
use crate::app::App;

/// Renames an account and sets who may connect apps. Saving what is there already changes nothing.
///
/// # Errors
/// The fault of `name`, or an account that is missing.
pub async fn edit(
    app: &App,
    origin: &Origin,
    id: &AccountId,
    (raw_name, policy): (&str, ConnectPolicy),
) -> Result<Account, Refused> {
    let name = &name("name", raw_name)?;
    app.store
        .write(app.clock.now(), |tx| async move {
            let before = tx.find_account(id).await?.ok_or(Refused::Missing)?;
            let after = Account { name: name.clone(), connect_policy: policy, ..before.clone() };
            if after != before {
                tx.update_account(id, name, policy).await?;
                let detail = json!({ "before": picture(&before), "after": picture(&after) });
                let entry = Entry::new(id, Action::AccountUpdated, create::object(&after)).with(detail);
                tx.audit(origin, &entry).await?;
            }
            Ok(after)
        })
        .await
}

fn picture(account: &Account) -> serde_json::Value {
    json!({ "name": account.name, "connect_policy": account.connect_policy.as_str() })
}
