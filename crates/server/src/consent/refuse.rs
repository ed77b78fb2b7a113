//! Saying no: the request is over, nothing is remembered, the app may ask again.

use grantry_store::Error;
use grantry_store::audit::{Action, Entry, Object, ObjectKind, Origin};
use grantry_store::id::AccountId;
use serde_json::json;

use crate::app::App;
use crate::sign_in::pending::{Begun, Pending};

/// Ends a request. `account`: for which it was, as far as that was known. `false` when it had been decided.
///
/// # Errors
/// The store's.
pub async fn refuse(
    app: &App,
    pending: &Pending,
    account: Option<&AccountId>,
    origin: &Origin,
) -> Result<bool, Error> {
    let known = &pending.app;
    let refusing = app.store.write(app.clock.now(), |tx| async move {
        if tx.decide_authorization_request(pending.in_browser()).await?.is_none() {
            return Ok(false);
        }
        if let Begun::ByDevice(device) = pending.begun {
            tx.decide_device_authorization(&device.hash, None).await?;
        }
        if let Some(account) = account {
            let object = Object::new(ObjectKind::App, known.app.id.as_str(), &known.app.client_id);
            let detail = json!({ "app": known.version.details.name, "scopes": pending.request.scopes });
            tx.audit(origin, &Entry::new(account, Action::ConsentRefused, object).with(detail)).await?;
        }
        Ok::<_, Error>(true)
    });
    refusing.await
}
