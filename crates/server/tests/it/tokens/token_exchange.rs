//! Token exchange: smaller tokens for the app itself and for one behind it, and never more than was shown.

use std::time::Duration;

use grantry_store::app::AppState;
use grantry_store::connection::ConnectionKind;
use grantry_testkit::http::Reply;
use grantry_testkit::proof::ProofKey;
use grantry_testkit::world::{AppWish, RegisteredApp, Tenant};
use serde_json::{Value, json};

use super::desk::{CALLBACK, Desk, EVERYTHING, claims, exchange, refusal, text};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// An app that may exchange tokens.
async fn exchanger(desk: &Desk, of: &Tenant, code: &str, scopes: &[&str]) -> RegisteredApp {
    let mut wish = AppWish::store(code).returning_to(CALLBACK).asking_for(scopes);
    wish.raw.token_exchange = Some(true);
    "ES256".clone_into(&mut wish.raw.id_token_alg);
    desk.world.registers(of, wish).await
}

fn form<'a>(token: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let subject = [("grant_type", GRANT), ("subject_token", token), ("subject_token_type", ACCESS_TOKEN)];
    [&subject[..], more].concat()
}

async fn exchanges(desk: &Desk, app: &RegisteredApp, token: &str, more: &[(&str, &str)]) -> Reply {
    desk.asks(app, &form(token, more)).await
}

// security: T19, T11
#[tokio::test]
async fn an_app_behind_gets_a_token_of_the_same_person_with_its_own_scopes_that_says_who_acts() {
    let desk = Desk::new().await;
    let back = exchanger(&desk, &desk.developer, "BACK", &["folios.read", "payments.read"]).await;
    let front = desk.tokens(EVERYTHING).await;
    let token = text(&front, "access_token");
    desk.world.later(Duration::from_secs(600));
    let reply = exchanges(&desk, &back, token, &[]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let given = reply.json();
    assert_eq!(text(&given, "issued_token_type"), ACCESS_TOKEN);
    assert_eq!((text(&given, "token_type"), text(&given, "scope")), ("Bearer", "folios.read"));
    let left = given["expires_in"].as_u64().expect("a time");
    assert!((2999..=3000).contains(&left), "it ends with the token that was shown: {left}");
    for absent in ["refresh_token", "id_token"] {
        assert!(given.get(absent).is_none(), "{absent}");
    }
    let (old, new) = (claims(token), claims(text(&given, "access_token")));
    assert_eq!(new["exp"], old["exp"]);
    assert_eq!((&new["sub"], &new["account_code"]), (&old["sub"], &old["account_code"]));
    assert_eq!((text(&new, "client_id"), &new["act"]), ("SDXE-AC-BACK", &json!({ "sub": "SDXE-AC-BACK" })));
    assert!(desk.is_active(&back, text(&given, "access_token")).await);
    assert!(!desk.is_active(&desk.app, text(&given, "access_token")).await, "it is not the other app's");
    assert_eq!(desk.userinfo(text(&given, "access_token")).await.status, 403, "nothing about the person");
}

// security: T17, T19
#[tokio::test]
async fn an_app_makes_its_own_token_smaller_for_one_api() {
    let desk = Desk::new().await;
    let app =
        exchanger(&desk, &desk.developer, "WIDE", &["reservations.read", "payment:invoices.read"]).await;
    let scopes = "openid offline_access reservations.read payment:invoices.read";
    let granted = desk.granted_by(&desk.hotel.admin, &app, ConnectionKind::Account, scopes).await;
    let front = desk.exchanges(&app, &desk.code(&app, &granted).await).await.json();
    let token = text(&front, "access_token");
    let payment = exchanges(&desk, &app, token, &[("audience", "payment")]).await.json();
    let said = claims(text(&payment, "access_token"));
    assert_eq!((&said["aud"], text(&said, "scope")), (&json!(["payment"]), "payment:invoices.read"));
    assert!(said.get("act").is_none(), "it acts for itself");
    let less = exchanges(&desk, &app, token, &[("scope", "reservations.read")]).await.json();
    assert_eq!(text(&less, "scope"), "reservations.read");
    // What is small stays small.
    let again = exchanges(&desk, &app, text(&payment, "access_token"), &[]).await;
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(text(&again.json(), "scope"), "payment:invoices.read");
    let wider =
        exchanges(&desk, &app, text(&payment, "access_token"), &[("scope", "reservations.read")]).await;
    assert_eq!(refusal(&wider), (400, "invalid_scope".to_owned()));
    for (name, value) in
        [("audience", "evil"), ("resource", "https://evil.example/"), ("audience", "api.evil")]
    {
        let refused = exchanges(&desk, &app, token, &[(name, value)]).await;
        assert_eq!(refusal(&refused), (400, "invalid_target".to_owned()), "{name}={value}");
    }
}

// security: T19
#[tokio::test]
async fn strangers_public_apps_and_apps_without_the_permission_get_nothing() {
    let desk = Desk::new().await;
    let rival = desk.world.developer("RIVL").await;
    let stranger = exchanger(&desk, &rival, "SPY", &["folios.read", "reservations.read"]).await;
    let back = exchanger(&desk, &desk.developer, "BACK", &["folios.read"]).await;
    let public = desk.public_app().await;
    let front = desk.tokens(EVERYTHING).await;
    let token = text(&front, "access_token");
    let refused =
        async |app: &RegisteredApp, token: &str| refusal(&exchanges(&desk, app, token, &[]).await).1;
    assert_eq!(refused(&stranger, token).await, "invalid_request");
    assert_eq!(refused(&public, token).await, "unauthorized_client");
    assert_eq!(refused(&desk.app, token).await, "unauthorized_client");
    for (why, wrong) in [
        ("an ID token", text(&front, "id_token")),
        ("a refresh token", text(&front, "refresh_token")),
        ("garbage", "ey.ey.ey"),
        ("a cut token", &token[..token.len() - 2]),
    ] {
        assert_eq!(refused(&back, wrong).await, "invalid_request", "{why}");
    }
    let own = desk.asks(&desk.custom, &[("grant_type", "client_credentials")]).await.json();
    let stranger_says = exchanges(&desk, &stranger, text(&own, "access_token"), &[]).await;
    assert_eq!(refusal(&stranger_says).1, "invalid_request");
    let (one, two) =
        (exchanges(&desk, &stranger, token, &[]).await, exchanges(&desk, &stranger, "ey.ey.ey", &[]).await);
    assert_eq!(one.body, two.body, "a stranger does not learn that the token is good");
    let given = exchanges(&desk, &back, token, &[]).await.json();
    assert_eq!(refused(&back, text(&given, "access_token")).await, "invalid_request", "one step, no chain");
}

// security: T19, T14
#[tokio::test]
async fn an_exchanged_token_dies_with_everything_that_it_hangs_on() {
    let desk = Desk::new().await;
    let back = exchanger(&desk, &desk.developer, "BACK", &["folios.read"]).await;
    let fresh = async || {
        let front = desk.tokens(EVERYTHING).await;
        let given = exchanges(&desk, &back, text(&front, "access_token"), &[]).await.json();
        (front, text(&given, "access_token").to_owned())
    };
    let (front, behind) = fresh().await;
    assert!(desk.is_active(&back, &behind).await);
    let refresh = text(&front, "refresh_token");
    desk.calls("/connect/revocation", &desk.app, &[("token", refresh)]).await;
    assert!(!desk.is_active(&back, &behind).await, "the grant ended");
    assert_eq!(
        refusal(&exchanges(&desk, &back, text(&front, "access_token"), &[]).await).1,
        "invalid_request"
    );

    let (front, behind) = fresh().await;
    let suspended = async |app: &RegisteredApp, from, to| {
        let id = app.id.clone();
        desk.changes(|tx| async move { tx.set_app_state(&id, from, to).await }).await;
    };
    suspended(&desk.app, AppState::Active, AppState::Suspended).await;
    assert!(!desk.is_active(&back, &behind).await, "the app that it was given to ended");
    suspended(&desk.app, AppState::Suspended, AppState::Active).await;
    assert!(desk.is_active(&back, &behind).await);
    desk.calls("/connect/revocation", &back, &[("token", &behind)]).await;
    assert!(!desk.is_active(&back, &behind).await, "its own app took it back");
    assert_eq!(
        desk.userinfo(text(&front, "access_token")).await.status,
        200,
        "the other one is as good as before"
    );
    let revoked = text(&front, "access_token");
    desk.calls("/connect/revocation", &desk.app, &[("token", revoked)]).await;
    assert_eq!(refusal(&exchanges(&desk, &back, revoked, &[]).await).1, "invalid_request", "a dead token");
    desk.world.later(Duration::from_secs(3601));
    let (front, _) = fresh().await;
    desk.world.later(Duration::from_secs(3601));
    assert_eq!(
        refusal(&exchanges(&desk, &back, text(&front, "access_token"), &[]).await).1,
        "invalid_request"
    );
}

// security: D02, T19
#[tokio::test]
async fn a_bound_token_is_exchanged_by_its_key_alone_and_stays_bound() {
    let desk = Desk::new().await;
    let app = exchanger(&desk, &desk.developer, "WIDE", &["reservations.read"]).await;
    let key = ProofKey::new();
    let granted =
        desk.granted_by(&desk.hotel.admin, &app, ConnectionKind::Account, "openid reservations.read").await;
    let code = desk.code(&app, &granted).await;
    let bound: Value = desk.proves(&app, &exchange(&code), &desk.token_proof(&key)).await.json();
    let token = text(&bound, "access_token");
    assert_eq!(refusal(&exchanges(&desk, &app, token, &[]).await).1, "invalid_request");
    let thief = desk.proves(&app, &form(token, &[]), &desk.token_proof(&ProofKey::new())).await;
    assert_eq!(refusal(&thief).1, "invalid_request");
    let given = desk.proves(&app, &form(token, &[]), &desk.token_proof(&key)).await.json();
    assert_eq!(claims(text(&given, "access_token"))["cnf"]["jkt"], key.thumbprint());
    assert_eq!(text(&given, "token_type"), "DPoP");
}

// security: U03, T19
#[tokio::test]
async fn a_token_that_is_revoked_takes_along_what_was_exchanged_for_it_and_not_the_other_way_round() {
    let desk = Desk::new().await;
    let app = exchanger(&desk, &desk.developer, "WIDE", &["reservations.read", "folios.read"]).await;
    let back = exchanger(&desk, &desk.developer, "BACK", &["folios.read"]).await;
    let scopes = "openid offline_access reservations.read folios.read";
    let granted = desk.granted_by(&desk.hotel.admin, &app, ConnectionKind::Account, scopes).await;
    let front = desk.exchanges(&app, &desk.code(&app, &granted).await).await.json();
    let first = text(&front, "access_token").to_owned();
    let exchanged = async |who: &RegisteredApp, token: &str| {
        let reply = exchanges(&desk, who, token, &[]).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        text(&reply.json(), "access_token").to_owned()
    };
    let second = exchanged(&app, &first).await;
    let third = exchanged(&back, &second).await;
    let other = exchanged(&app, &first).await;
    let revoked = async |who: &RegisteredApp, token: &str| {
        assert_eq!(desk.calls("/connect/revocation", who, &[("token", token)]).await.status, 200);
    };
    revoked(&app, &second).await;
    assert!(!desk.is_active(&back, &third).await, "it hangs on the one before");
    assert!(desk.is_active(&app, &first).await && desk.is_active(&app, &other).await);
    assert_eq!(refusal(&exchanges(&desk, &back, &third, &[]).await).0, 400);
    revoked(&app, &first).await;
    assert!(!desk.is_active(&app, &other).await);
    assert_eq!(desk.userinfo(&other).await.status, 401);
    let again = [("grant_type", "refresh_token"), ("refresh_token", text(&front, "refresh_token"))];
    let again = desk.asks(&app, &again).await.json();
    let mut token = text(&again, "access_token").to_owned();
    for _ in 0..4 {
        token = exchanged(&app, &token).await;
    }
    assert_eq!(refusal(&exchanges(&desk, &app, &token, &[]).await).1, "invalid_request", "often enough");
}
