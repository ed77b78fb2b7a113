//! Discovery, driven: every value of every member that is announced is used and works, a member that no test here knows
//! fails, and what is not announced is refused.

mod authorizing;
mod clients;
mod refused;
mod stage;
mod tokens;

use serde_json::Value;

use self::stage::{Endpoint, Stage};

/// The values of a member, as text.
fn values(member: &Value) -> Vec<String> {
    match member {
        Value::Array(list) => list.iter().flat_map(values).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Bool(flag) => vec![flag.to_string()],
        Value::Null | Value::Number(_) | Value::Object(_) => panic!("{member} is no list, text or flag"),
    }
}

/// Uses one announced value. Each branch leads to requests that fail if what it says is not so.
async fn drive(stage: &Stage, member: &str, value: &str) {
    match member {
        "issuer" => stage.issuer(value).await,
        "authorization_endpoint" => stage.authorization_endpoint().await,
        "token_endpoint" => stage.token_endpoint().await,
        "userinfo_endpoint" => stage.userinfo_endpoint().await,
        "jwks_uri" => stage.jwks_uri().await,
        "introspection_endpoint" => stage.introspection_endpoint().await,
        "revocation_endpoint" => stage.revocation_endpoint().await,
        "end_session_endpoint" => stage.end_session_endpoint().await,
        "device_authorization_endpoint" => stage.device_authorization_endpoint().await,
        "registration_endpoint" => stage.registration_endpoint().await,
        "pushed_authorization_request_endpoint" => stage.pushed_authorization_request_endpoint().await,
        "require_pushed_authorization_requests" => stage.without_pushing(value).await,
        // All of them at once, in the test below: a person is asked about them on one page.
        "scopes_supported" | "claims_supported" => {}
        "response_types_supported" => stage.response_type(value).await,
        "response_modes_supported" => stage.response_mode(value).await,
        "grant_types_supported" => stage.grant_type(value).await,
        "code_challenge_methods_supported" => stage.code_challenge_method(value).await,
        "dpop_signing_alg_values_supported" => stage.proof_alg(value).await,
        "prompt_values_supported" => stage.prompt(value).await,
        "subject_types_supported" => stage.subject_type(value).await,
        "id_token_signing_alg_values_supported" => stage.id_token_alg(value).await,
        "userinfo_signing_alg_values_supported" => stage.userinfo_alg(value).await,
        "request_object_signing_alg_values_supported" => stage.request_object_alg(value).await,
        "token_endpoint_auth_methods_supported" => stage.auth_method(Endpoint::Token, value).await,
        "token_endpoint_auth_signing_alg_values_supported" => stage.auth_alg(Endpoint::Token, value).await,
        "introspection_endpoint_auth_methods_supported" => {
            stage.auth_method(Endpoint::Introspection, value).await;
        }
        "introspection_endpoint_auth_signing_alg_values_supported" => {
            stage.auth_alg(Endpoint::Introspection, value).await;
        }
        "revocation_endpoint_auth_methods_supported" => stage.auth_method(Endpoint::Revocation, value).await,
        "revocation_endpoint_auth_signing_alg_values_supported" => {
            stage.auth_alg(Endpoint::Revocation, value).await;
        }
        "claim_types_supported" => stage.claim_type(value).await,
        "ui_locales_supported" => stage.ui_locale(value).await,
        "authorization_response_iss_parameter_supported" => stage.iss_in_answers(value).await,
        "client_id_metadata_document_supported" => stage.client_id_document(value).await,
        "backchannel_logout_supported" | "backchannel_logout_session_supported" => {
            stage.back_channel_logout(value).await;
        }
        "claims_parameter_supported" => stage.claims_parameter(value).await,
        "request_parameter_supported" => stage.request_parameter(value).await,
        "request_uri_parameter_supported" => stage.request_uri_parameter(value).await,
        "require_request_uri_registration" => stage.unregistered_request_uri(value).await,
        other => panic!("{other} is announced, and nothing here drives it"),
    }
}

// security: K09, K07, K08, A07, A10, A17, P01, R05, R09
#[tokio::test]
async fn every_announced_value_is_used_and_works() {
    let stage = Stage::everything().await;
    let document = stage.document.as_object().expect("an object").clone();
    assert!(document.len() > 30, "{} members", document.len());
    for (member, announced) in &document {
        let values = values(announced);
        assert!(!values.is_empty(), "{member} announces nothing");
        for value in values {
            // The name of what fails, beside what failed.
            println!("{member}: {value}");
            Box::pin(drive(&stage, member, &value)).await;
        }
    }
}

// security: K09, T11
#[tokio::test]
async fn every_announced_scope_can_be_asked_for_and_every_announced_claim_comes() {
    let stage = Stage::everything().await;
    stage.every_scope().await;
    stage.every_claim().await;
}

// security: K09, R05, R09
#[tokio::test]
async fn what_an_operator_switched_off_is_neither_announced_nor_there() {
    let stage = Stage::plain().await;
    assert!(stage.document.get("registration_endpoint").is_none());
    assert_eq!(stage.document["client_id_metadata_document_supported"], false);
    stage.client_id_document("false").await;
    let body = r#"{"redirect_uris":["https://tool.example/callback"]}"#;
    let json = [("Content-Type", "application/json")];
    assert_eq!(stage.scene.world.post("/connect/register", &json, body).await.status, 404);
    // Everything else is announced as ever.
    let all = Stage::everything().await;
    for (member, announced) in all.document.as_object().expect("an object") {
        let switched = ["registration_endpoint", "client_id_metadata_document_supported"];
        let at = announced.as_str().is_some_and(|url| url.starts_with("http"));
        if !switched.contains(&member.as_str()) && !at {
            assert_eq!(&stage.document[member], announced, "{member}");
        }
    }
}

// security: K09, A07, A08, A10, T10, K03, D01, T18
#[tokio::test]
async fn what_is_not_announced_is_refused() {
    let stage = Stage::everything().await;
    refused::at_the_authorization_endpoint(&stage).await;
    refused::at_the_token_endpoint(&stage).await;
    refused::at_registration(&stage).await;
}
