//! `POST /connect/par`: an app says what it will ask for before it sends a browser (RFC 9126).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use grantry_oauth::authorize::read_pushed;
use grantry_oauth::dpop::pushed_key;
use grantry_oauth::pushed;
use grantry_oauth::request_object::{Carrier, carrier};
use grantry_oauth::secret;
use grantry_store::flow_event::FlowStage;
use grantry_store::pushed_request::NewPushedRequest;
use http::StatusCode;
use serde::Serialize;

use super::call::Call;
use super::client::Caller;
use super::refusal::Refusal;
use super::request_source::open;
use crate::app::App;

/// RFC 9126 §2.2.
#[derive(Serialize)]
struct Body {
    request_uri: String,
    expires_in: u64,
}

/// Answers a pushed request: 201 with the name under which a browser finds it.
pub async fn receive(State(app): State<Arc<App>>, call: Call) -> Response {
    let mut caller = Caller::new(&app, &call, FlowStage::Pushed);
    let result = respond(&app, &mut caller).await;
    caller.answer(result)
}

async fn respond(app: &App, caller: &mut Caller<'_>) -> Result<Response, Refusal> {
    caller.identify().await?;
    let known = caller.authenticate().await?;
    let form = &caller.call.form;
    pushed::check(form)?;
    let parameters = match carrier(form)? {
        Carrier::Value(object) => open(app, object, form, &known).await?,
        Carrier::Plain | Carrier::Reference(_) | Carrier::Pushed(_) => {
            pushed::parameters(form, &known.client.client_id)?
        }
    };
    let catalogue = app.cached.catalogue().await?;
    let mut request = read_pushed(&parameters, &known.client, &catalogue.rules)?;
    // RFC 9449 §10.1: a proof that comes with it names the key as well as the parameter does.
    let proved = caller.prove(&known).await?;
    request.dpop_jkt = pushed_key(request.dpop_jkt.take(), proved)?;
    // 192 random bits: a name that nobody guesses is all that binds the browser to what was pushed (RFC 9126 §7.1).
    let (id, now) = (app.random.token(), app.clock.now());
    let json =
        serde_json::to_string(&request).map_err(|why| grantry_store::Error::Corrupt(why.to_string()))?;
    let new = NewPushedRequest {
        id_hash: secret::hash(&id),
        app_id: known.app.id.clone(),
        request: json,
        expires_at: now + pushed::LIFETIME,
    };
    app.store.write(now, |tx| async move { tx.insert_pushed_request(&new).await }).await?;
    let body = Body { request_uri: pushed::uri(&id), expires_in: pushed::LIFETIME.as_secs() };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}
