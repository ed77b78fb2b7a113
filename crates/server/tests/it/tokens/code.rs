//! The code exchange: once, by the right app, with everything that it was bound to.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use grantry_store::connection::ConnectionKind;
use grantry_testkit::world::AppWish;
use grantry_testkit::{World, each_engine};
use tokio::task::JoinSet;

use super::desk::{CALLBACK, Desk, EVERYTHING, claims, exchange, header, refusal, text};

// security: T01, K01, K02, T15
#[tokio::test]
async fn a_code_becomes_an_access_token_an_id_token_and_a_refresh_token() {
    let desk = Desk::new().await;
    let granted = desk.granted(EVERYTHING).await;
    let code = desk.code(&desk.app, &granted).await;
    let reply = desk.exchanges(&desk.app, &code).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let body = reply.json();
    assert_eq!(text(&body, "scope"), EVERYTHING);
    let access = claims(text(&body, "access_token"));
    assert_eq!(text(&access, "sub"), desk.hotel.admin.id.as_str());
    assert!(text(&access, "jti").starts_with(granted.grant.as_str()), "its id names the grant");
    assert_eq!(
        (text(&access, "account_code"), text(&access, "email")),
        ("HOTL", desk.hotel.admin.email.as_str())
    );
    assert_eq!(text(&access, "role"), "AccountAdmin");

    let id_token = text(&body, "id_token");
    assert_eq!((text(&header(id_token), "typ"), text(&header(id_token), "alg")), ("JWT", "ES256"));
    let id = claims(id_token);
    assert_eq!((text(&id, "sub"), text(&id, "aud")), (text(&access, "sub"), desk.app.client_id.as_str()));
    assert_eq!((text(&id, "nonce"), text(&id, "sid")), ("n-1", granted.sid.as_str()));
    assert_eq!((text(&id, "iss"), id["amr"].clone()), (desk.world.issuer(), serde_json::json!(["pwd"])));
    assert!(id["auth_time"].is_i64() && id["at_hash"].is_string());

    let refresh = text(&body, "refresh_token");
    assert!(refresh.starts_with("grr_") && !refresh.contains('.'), "opaque");
    assert!(desk.is_active(&desk.app, refresh).await);
}

// security: T11, K01
#[tokio::test]
async fn what_was_not_granted_is_not_given() {
    let desk = Desk::new().await;
    let plain = desk.tokens("reservations.read").await;
    assert!(plain.get("id_token").is_none() && plain.get("refresh_token").is_none());
    let access = claims(text(&plain, "access_token"));
    assert!(access.get("email").is_none() && access.get("role").is_none());

    let granted = desk.granted("openid folios.read").await;
    let code = desk.code(&desk.app, &granted).await;
    let mut wider = exchange(&code);
    wider.push(("scope", "openid email offline_access folios.read folios.manage"));
    let reply = desk.asks(&desk.app, &wider).await.json();
    assert_eq!(text(&reply, "scope"), "openid folios.read", "a scope at the exchange changes nothing");
    assert!(reply.get("refresh_token").is_none());
}

// security: T04, T05
#[tokio::test]
async fn whatever_does_not_fit_burns_the_code_of_the_app_that_sends_it() {
    let desk = Desk::new().await;
    let granted = desk.granted(EVERYTHING).await;
    let other = "bBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    for (name, value) in [
        ("redirect_uri", Some("https://app.example/callback/")),
        ("redirect_uri", Some("https://app.example/other")),
        ("redirect_uri", None),
        ("code_verifier", Some(other)),
        ("code_verifier", Some("short")),
        ("code_verifier", Some("")),
        ("code_verifier", None),
    ] {
        let code = desk.code(&desk.app, &granted).await;
        let mut form = exchange(&code);
        form.retain(|(key, _)| *key != name);
        form.extend(value.map(|value| (name, value)));
        let wrong = refusal(&desk.asks(&desk.app, &form).await);
        assert_eq!(wrong, (400, "invalid_grant".to_owned()), "{name} {value:?}");
        let again = refusal(&desk.exchanges(&desk.app, &code).await);
        assert_eq!(again, (400, "invalid_grant".to_owned()), "burnt by {name} {value:?}");
        let state = desk.world.app().store.reader().find_grant(&granted.grant).await.expect("a read");
        if state.is_some_and(|state| state.grant.ended_at.is_some()) {
            // A second try looks like a replay; the grant goes with it.
            break;
        }
    }
}

// security: T04
#[tokio::test]
async fn a_challenge_that_was_not_sent_cannot_be_answered() {
    let desk = Desk::new().await;
    let wish = AppWish::store("OLD").compatible().returning_to(CALLBACK).asking_for(&["reservations.read"]);
    let old = desk.world.registers(&desk.developer, wish).await;
    let granted =
        desk.granted_by(&desk.hotel.admin, &old, ConnectionKind::Account, "reservations.read").await;
    let bare = desk.code_with(&old, &granted, None).await;
    // RFC 9700 §2.1.1: the downgrade is refused.
    assert_eq!(refusal(&desk.exchanges(&old, &bare).await), (400, "invalid_grant".to_owned()));
    let granted =
        desk.granted_by(&desk.hotel.admin, &old, ConnectionKind::Account, "reservations.read").await;
    let bare = desk.code_with(&old, &granted, None).await;
    let mut form = exchange(&bare);
    form.retain(|(name, _)| *name != "code_verifier");
    assert_eq!(desk.asks(&old, &form).await.status, 200);
}

// security: T04
#[tokio::test]
async fn another_app_can_neither_use_nor_burn_a_code() {
    let desk = Desk::new().await;
    let wish = AppWish::store("THIEF").returning_to(CALLBACK).asking_for(&["reservations.read"]);
    let thief = desk.world.registers(&desk.developer, wish).await;
    let public = desk.public_app().await;
    let granted = desk.granted(EVERYTHING).await;
    let code = desk.code(&desk.app, &granted).await;
    for app in [&thief, &public] {
        assert_eq!(refusal(&desk.exchanges(app, &code).await), (400, "invalid_grant".to_owned()));
    }
    // Its own name with the victim's ID, and the victim's with its own secret.
    let mut mixed = exchange(&code);
    mixed.push(("client_id", &desk.app.client_id));
    assert_eq!(refusal(&desk.asks(&thief, &mixed).await), (400, "invalid_request".to_owned()));
    mixed.push(("client_secret", &thief.client_secret));
    let form = super::desk::encoded(&mixed);
    let reply = desk.world.post("/connect/token", &[super::desk::FORM], &form).await;
    assert_eq!(refusal(&reply), (401, "invalid_client".to_owned()));
    assert_eq!(desk.exchanges(&desk.app, &code).await.status, 200, "the right app still can");
}

// security: T01
#[tokio::test]
async fn a_code_lives_for_a_minute_and_only_as_a_whole() {
    let desk = Desk::new().await;
    let granted = desk.granted(EVERYTHING).await;
    let code = desk.code(&desk.app, &granted).await;
    let bad = (400, "invalid_grant".to_owned());
    for wrong in [
        &code[..code.len() - 1],
        &format!("{code}0"),
        &code.to_lowercase(),
        "grc_",
        "x",
        &code.replace("grc_", "grr_"),
    ] {
        assert_eq!(refusal(&desk.exchanges(&desk.app, wrong).await), bad, "{wrong}");
    }
    desk.world.later(Duration::from_secs(59));
    assert_eq!(desk.exchanges(&desk.app, &code).await.status, 200);
    let late = desk.code(&desk.app, &granted).await;
    desk.world.later(Duration::from_secs(61));
    assert_eq!(refusal(&desk.exchanges(&desk.app, &late).await), bad);
}

// security: T02
#[tokio::test]
async fn a_code_that_comes_back_takes_what_it_gave_with_it() {
    let desk = Desk::new().await;
    let granted = desk.granted(EVERYTHING).await;
    let code = desk.code(&desk.app, &granted).await;
    let first = desk.exchanges(&desk.app, &code).await.json();
    let (access, refresh) = (text(&first, "access_token"), text(&first, "refresh_token"));
    assert_eq!(desk.userinfo(access).await.status, 200);
    desk.world.later(Duration::from_secs(30));
    assert_eq!(refusal(&desk.exchanges(&desk.app, &code).await), (400, "invalid_grant".to_owned()));
    assert_eq!(desk.userinfo(access).await.status, 401);
    assert!(!desk.is_active(&desk.app, access).await && !desk.is_active(&desk.app, refresh).await);
    assert_eq!(refusal(&desk.refreshes(&desk.app, refresh).await), (400, "invalid_grant".to_owned()));
}

// security: T02, T03
#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_who_race_with_one_code_one_wins_and_its_tokens_are_dead_afterwards() {
    each_engine(async |engine| {
        let desk = Arc::new(Desk::with(World::setup().on(engine)).await);
        for round in 0..5 {
            let granted = desk.granted(EVERYTHING).await;
            let code = desk.code(&desk.app, &granted).await;
            let mut racers = JoinSet::new();
            for _ in 0..16 {
                let (desk, code) = (Arc::clone(&desk), code.clone());
                racers.spawn(async move { desk.exchanges(&desk.app, &code).await });
            }
            let replies = racers.join_all().await;
            let (won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
            assert_eq!((won.len(), lost.len()), (1, 15), "round {round}");
            let errors: HashSet<_> = lost.iter().map(refusal).collect();
            assert_eq!(errors, HashSet::from([(400, "invalid_grant".to_owned())]));
            let tokens = won[0].json();
            assert_eq!(desk.userinfo(text(&tokens, "access_token")).await.status, 401, "round {round}");
            assert!(!desk.is_active(&desk.app, text(&tokens, "access_token")).await);
            assert_eq!(desk.refreshes(&desk.app, text(&tokens, "refresh_token")).await.status, 400);
        }
    })
    .await;
}

// security: T17
#[tokio::test]
async fn the_token_is_narrowed_to_the_resource_that_the_exchange_asks_for() {
    let desk = Desk::new().await;
    let granted = desk.granted(EVERYTHING).await;
    let code = desk.code(&desk.app, &granted).await;
    let own = format!("{}/resources", desk.world.issuer());
    let mut form = exchange(&code);
    form.push(("resource", &own));
    let body = desk.asks(&desk.app, &form).await.json();
    let access = claims(text(&body, "access_token"));
    assert_eq!(access["aud"], serde_json::json!([own]));
    assert_eq!(
        text(&access, "scope"),
        "openid profile email offline_access",
        "nothing of what it may do elsewhere"
    );
    let code = desk.code(&desk.app, &granted).await;
    let mut form = exchange(&code);
    form.push(("resource", "https://evil.example"));
    assert_eq!(refusal(&desk.asks(&desk.app, &form).await), (400, "invalid_target".to_owned()));
}
