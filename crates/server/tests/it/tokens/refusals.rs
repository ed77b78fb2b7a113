//! Several hundred bad token requests: each gets a registered error, tells the app's owner, and repeats nothing.

use std::time::Duration;

use grantry_testkit::http::Reply;
use grantry_testkit::world::RegisteredApp;

use super::desk::{CALLBACK, Desk, EVERYTHING, FORM, VERIFIER, basic, encoded, exchange, refusal, text};

/// What every refusal is like, whatever was sent. `secrets`: what was sent and must not come back.
fn is_plain(reply: &Reply, sent: &str, secrets: &[&str]) {
    let body = reply.json();
    let names: Vec<&String> = body.as_object().expect("an object").keys().collect();
    assert_eq!(names, ["error", "error_description"], "{sent}");
    // RFC 6749 §5.2
    let words = text(&body, "error_description");
    assert!(words.is_ascii() && !words.contains(['"', '\\']), "{sent}: {words}");
    for secret in secrets.iter().filter(|secret| secret.len() > 5) {
        assert!(!reply.body.contains(*secret), "{sent}: {}", reply.body);
    }
    assert!(!reply.body.contains("evil") && !reply.body.contains(".rs:"), "{sent}: {}", reply.body);
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{sent}");
    assert_eq!(reply.header("content-type"), Some("application/json"), "{sent}");
    assert_eq!((reply.header("set-cookie"), reply.header("location")), (None, None), "{sent}");
}

/// Sends one bad request of a known app and checks answer and record.
async fn refused(desk: &Desk, app: &RegisteredApp, form: &[(&str, &str)], error: &str) {
    let sent = format!("{form:?} by {}", app.client_id);
    let reply = desk.asks(app, form).await;
    assert_eq!(refusal(&reply), (400, error.to_owned()), "{sent}");
    let mut secrets = vec![app.client_secret.as_str()];
    secrets.extend(form.iter().filter(|(name, _)| *name != "grant_type").map(|(_, value)| *value));
    is_plain(&reply, &sent, &secrets);

    let (server, id) = (desk.world.app(), reply.header("x-request-id").expect("a request id"));
    server.flow_log.flush(server).await;
    let reader = server.store.reader();
    let owner = if app.id == desk.custom.id { &desk.hotel.id } else { &desk.developer.id };
    let told = reader.find_flow_event(owner, id).await.expect("a read").unwrap_or_else(|| panic!("{sent}"));
    assert_eq!((told.error.as_str(), told.stage.as_str()), (error, "token"), "{sent}");
    assert!(!told.hint.contains("grs_") && !told.detail.contains("grs_"), "{sent}: {told:?}");
}

/// The owner is told of so many in an hour, and failures are counted by the minute.
fn an_hour_later(desk: &Desk) {
    desk.world.later(Duration::from_hours(1));
}

/// Spellings near a token: cut, extended, changed in one place.
fn near(token: &str) -> Vec<String> {
    let mut near: Vec<String> = (1..token.len()).step_by(3).map(|end| token[..end].to_owned()).collect();
    near.extend(["x", "=", ".", "0", "evil"].map(|more| format!("{token}{more}")));
    near.extend([" ", "x", "0"].map(|more| format!("{more}{token}")));
    near.push(token.to_uppercase());
    near.push(token.replacen('_', "-", 1));
    near.push(token[4..].to_owned());
    for at in [5, token.len() / 2, token.len() - 1] {
        let other = if token.as_bytes()[at] == b'a' { 'b' } else { 'a' };
        near.push(format!("{}{other}{}", &token[..at], &token[at + 1..]));
    }
    near.retain(|other| other != token);
    near
}

// security: T10, T20, W10
#[tokio::test]
async fn a_grant_that_is_not_the_apps_or_nobodys_gets_its_own_word() {
    let desk = Desk::new().await;
    let public = desk.public_app().await;
    for grant in [
        "password",
        "implicit",
        "evil",
        "AUTHORIZATION_CODE",
        "authorization_code ",
        " authorization_code",
        "authorization-code",
        "authorization_code\0",
        "refresh_token,authorization_code",
        "refreshtoken",
        "code",
        "none",
        "null",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "urn:openid:params:grant-type:ciba",
        "<script>evil</script>",
        "'; drop table app --",
        "\u{202e}evil",
    ] {
        for app in [&desk.app, &desk.custom, &public] {
            an_hour_later(&desk);
            let form =
                [("grant_type", grant), ("username", "evil"), ("password", "evil-password"), ("code", "x")];
            refused(&desk, app, &form, "unsupported_grant_type").await;
        }
    }
    for app in [&desk.app, &desk.custom, &public] {
        an_hour_later(&desk);
        refused(&desk, app, &[("code", "x")], "invalid_request").await;
        refused(&desk, app, &[("grant_type", "")], "invalid_request").await;
    }
    for app in [&desk.app, &public] {
        refused(&desk, app, &[("grant_type", "client_credentials")], "unauthorized_client").await;
    }
    for grant in ["authorization_code", "refresh_token"] {
        let form = [("grant_type", grant), ("code", "grc_evil"), ("refresh_token", "grr_evil")];
        refused(&desk, &desk.custom, &form, "unauthorized_client").await;
    }
    for scope in ["folios.read", "reservations.read folios.read", "openid", "offline_access", "*", "\"evil\""]
    {
        an_hour_later(&desk);
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        refused(&desk, &desk.custom, &form, "invalid_scope").await;
    }
    for resource in ["https://evil.example/", "evil", "javascript:evil"] {
        an_hour_later(&desk);
        let form = [("grant_type", "client_credentials"), ("resource", resource)];
        refused(&desk, &desk.custom, &form, "invalid_target").await;
    }
}

// security: T01, T02, T04, T05, T16, T20
#[tokio::test]
async fn nothing_but_the_whole_living_code_of_the_app_is_a_code() {
    let desk = Desk::new().await;
    let granted = desk.granted(EVERYTHING).await;
    let code = desk.code(&desk.app, &granted).await;
    let tokens = desk.tokens(EVERYTHING).await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let public = desk.public_app().await;
    let mut strangers = near(&code);
    strangers.extend([access, refresh, "grc_", "evil", "\0", "<script>evil</script>"].map(str::to_owned));
    for stranger in &strangers {
        an_hour_later(&desk);
        refused(&desk, &desk.app, &exchange(stranger), "invalid_grant").await;
    }
    for app in [&desk.app, &public] {
        an_hour_later(&desk);
        let missing = [("grant_type", "authorization_code"), ("code_verifier", VERIFIER)];
        refused(&desk, app, &missing, "invalid_request").await;
    }
    // None of them has cost the app its code.
    let code = desk.code(&desk.app, &granted).await;
    refused(&desk, &public, &exchange(&code), "invalid_grant").await;
    assert_eq!(desk.exchanges(&desk.app, &code).await.status, 200);
    refused(&desk, &desk.app, &exchange(&code), "invalid_grant").await;

    let verifiers = near(VERIFIER).into_iter().chain([VERIFIER.repeat(4), CALLBACK.to_owned()]);
    for verifier in verifiers.filter(|verifier| !verifier.is_empty()) {
        an_hour_later(&desk);
        let code = desk.code(&desk.app, &granted).await;
        let mut form = exchange(&code);
        form[3] = ("code_verifier", &verifier);
        refused(&desk, &desk.app, &form, "invalid_grant").await;
    }
}

// security: T11, T12, T16, T17, T20
#[tokio::test]
async fn nothing_but_the_whole_living_refresh_token_of_the_app_is_one() {
    let desk = Desk::new().await;
    let tokens = desk.tokens(EVERYTHING).await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let code = desk.code(&desk.app, &desk.granted(EVERYTHING).await).await;
    let public = desk.public_app().await;
    let form = |token| [("grant_type", "refresh_token"), ("refresh_token", token)];
    let mut strangers = near(refresh);
    strangers.extend([access, &code, "grr_", "evil", "\0", "<script>evil</script>"].map(str::to_owned));
    for stranger in &strangers {
        an_hour_later(&desk);
        refused(&desk, &desk.app, &form(stranger), "invalid_grant").await;
    }
    refused(&desk, &public, &form(refresh), "invalid_grant").await;
    refused(&desk, &desk.app, &[("grant_type", "refresh_token")], "invalid_request").await;
    for scope in ["reservations.manage", "reservations.read payments.manage", "openid evil", "*", "\"evil\""]
    {
        an_hour_later(&desk);
        let wider = [form(refresh).as_slice(), &[("scope", scope)]].concat();
        refused(&desk, &desk.app, &wider, "invalid_scope").await;
    }
    for resource in ["https://evil.example/", "evil", "javascript:evil"] {
        an_hour_later(&desk);
        let wider = [form(refresh).as_slice(), &[("resource", resource)]].concat();
        refused(&desk, &desk.app, &wider, "invalid_target").await;
    }
    assert_eq!(
        desk.refreshes(&desk.app, refresh).await.status,
        200,
        "none of them has cost the app its token"
    );
}

// security: T06, T07, T08, T20
#[tokio::test]
async fn whoever_does_not_prove_to_be_the_app_learns_nothing() {
    let desk = Desk::new().await;
    let (id, secret) = (desk.custom.client_id.as_str(), desk.custom.client_secret.as_str());
    let own = encoded(&[("grant_type", "client_credentials")]);
    let mut pairs: Vec<(String, String)> =
        near(secret).into_iter().map(|wrong| (id.to_owned(), wrong)).collect();
    pairs.extend(near(id).into_iter().map(|wrong| (wrong, secret.to_owned())));
    pairs.push((id.to_owned(), desk.app.client_secret.clone()));
    pairs.push((desk.app.client_id.clone(), secret.to_owned()));
    pairs.push(("evil".to_owned(), "evil-secret".to_owned()));
    assert!(pairs.len() > 50, "only {}", pairs.len());
    for (id, secret) in &pairs {
        let header = basic(id, secret);
        let in_header = desk.world.post("/connect/token", &[FORM, ("Authorization", &header)], &own).await;
        let body = format!("{own}&{}", encoded(&[("client_id", id), ("client_secret", secret)]));
        let in_body = desk.world.post("/connect/token", &[FORM], &body).await;
        for reply in [in_header, in_body] {
            assert_eq!(refusal(&reply), (401, "invalid_client".to_owned()), "{id} {secret}");
            is_plain(&reply, id, &[secret]);
        }
        an_hour_later(&desk);
    }
    let good = basic(id, secret);
    let half = format!("Basic {}", &good[6..good.len() / 2]);
    for header in ["Basic", "Basic ", "Basic evil", "Basic %%%", "Bearer evil", "Digest evil", "evil", &half]
    {
        let reply = desk.world.post("/connect/token", &[FORM, ("Authorization", header)], &own).await;
        assert_eq!(refusal(&reply), (401, "invalid_client".to_owned()), "{header}");
        is_plain(&reply, header, &[secret]);
        an_hour_later(&desk);
    }
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", "", "evil"] {
        let headers = [("Content-Type", kind), ("Authorization", good.as_str())];
        let reply = desk.world.post("/connect/token", &headers, &own).await;
        assert_eq!(refusal(&reply), (400, "invalid_request".to_owned()), "{kind}");
        is_plain(&reply, kind, &[secret]);
    }
}

// security: A05, T20
#[tokio::test]
async fn a_parameter_that_comes_twice_is_refused_in_every_grant() {
    let desk = Desk::new().await;
    let code = desk.code(&desk.app, &desk.granted(EVERYTHING).await).await;
    let tokens = desk.tokens(EVERYTHING).await;
    let refresh = text(&tokens, "refresh_token");
    let forms = [exchange(&code), vec![("grant_type", "refresh_token"), ("refresh_token", refresh)]];
    for form in &forms {
        for (name, value) in form {
            an_hour_later(&desk);
            for second in [*value, "", "evil"] {
                let twice = [form.as_slice(), &[(*name, second)]].concat();
                refused(&desk, &desk.app, &twice, "invalid_request").await;
            }
        }
        for other in ["scope", "state", "evil"] {
            an_hour_later(&desk);
            let twice = [form.as_slice(), &[(other, "x"), (other, "y")]].concat();
            refused(&desk, &desk.app, &twice, "invalid_request").await;
        }
    }
    let once = desk.code(&desk.app, &desk.granted(EVERYTHING).await).await;
    assert_eq!(desk.exchanges(&desk.app, &once).await.status, 200);
}
