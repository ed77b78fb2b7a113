//! `POST /connect/revocation`: an app gives a token back, and what hangs on it ends at once.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use grantry_oauth::presented;
use grantry_store::flow_event::FlowStage;
use http::StatusCode;

use super::call::Call;
use super::client::Caller;
use super::refusal::Refusal;
use crate::app::App;
use crate::issue;

/// Answers a revocation request: 200 without a body once it is done (RFC 7009 §2.2).
pub async fn take_back(State(app): State<Arc<App>>, call: Call) -> Response {
    let mut caller = Caller::new(&app, &call, FlowStage::Revocation);
    let result = respond(&app, &mut caller).await;
    caller.answer(result)
}

async fn respond(app: &App, caller: &mut Caller<'_>) -> Result<Response, Refusal> {
    caller.identify().await?;
    let known = caller.authenticate().await?;
    let token = presented::read(&caller.call.form)?;
    issue::revoke(app, &known, token, &caller.origin(&known)).await?;
    Ok(StatusCode::OK.into_response())
}
