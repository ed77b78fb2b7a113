//! `POST /account/switch`: which of their accounts the dashboard shows to somebody.

use std::sync::Arc;

use axum::extract::State;
use grantry_store::Error;

use crate::app::App;
use crate::landing;
use crate::web::{Actor, Answer, Form, Problem, page};

/// `POST /account/switch`
///
/// # Errors
/// 404 for an account that the person may not use.
pub async fn switch(State(app): State<Arc<App>>, actor: Actor, form: Form) -> Answer {
    let wanted = actor.memberships.iter().find(|one| one.account.id.as_str() == form.get("account"));
    let account = &wanted.ok_or_else(Problem::not_found)?.account;
    let session = &actor.session.id_hash;
    app.store
        .write(app.clock.now(), |tx| async move {
            tx.show_account(session, &account.id).await?;
            Ok::<_, Error>(())
        })
        .await?;
    Ok(page::see_other(landing::first_path(Some(account.kind))))
}
