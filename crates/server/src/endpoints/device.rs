//! `POST /connect/deviceauthorization`: a device begins to wait for somebody who has a browser (RFC 8628 §3.1).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use grantry_oauth::client::GrantType;
use grantry_oauth::grant::check_allowed;
use grantry_oauth::grant::device_code::{LIFETIME, PAUSE, Wish};
use grantry_oauth::metadata::DEVICE_PATH;
use grantry_store::flow_event::FlowStage;
use serde::Serialize;

use super::call::Call;
use super::client::Caller;
use super::refusal::Refusal;
use crate::app::App;
use crate::issue;

/// RFC 8628 §3.2.
#[derive(Serialize)]
struct Body<'a> {
    device_code: &'a str,
    user_code: String,
    verification_uri: &'a str,
    verification_uri_complete: String,
    expires_in: u64,
    interval: u64,
}

/// Answers a device authorization request.
pub async fn begin(State(app): State<Arc<App>>, call: Call) -> Response {
    let mut caller = Caller::new(&app, &call, FlowStage::Authorize);
    let result = respond(&app, &mut caller).await;
    caller.answer(result)
}

async fn respond(app: &App, caller: &mut Caller<'_>) -> Result<Response, Refusal> {
    caller.identify().await?;
    let known = caller.authenticate().await?;
    check_allowed(&known.client, GrantType::DeviceCode)?;
    let catalogue = app.cached.catalogue().await?;
    let wish = Wish::read(&caller.call.form, &known.client, &catalogue.rules)?;
    let (device_code, user_code) = issue::wait(app, &known, &wish).await?;
    let page = format!("{}{DEVICE_PATH}", app.issuer());
    let body = Body {
        device_code: device_code.expose(),
        user_code: user_code.to_string(),
        verification_uri: &page,
        verification_uri_complete: format!("{page}?user_code={user_code}"),
        expires_in: LIFETIME.as_secs(),
        interval: PAUSE.as_secs(),
    };
    Ok(Json(body).into_response())
}
