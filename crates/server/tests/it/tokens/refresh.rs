//! Refreshing: reusable for apps that keep a secret, rotating for those that cannot, and always looked at afresh.

use std::sync::Arc;
use std::time::Duration;

use grantry_store::connection::ConnectionKind;
use grantry_testkit::world::{AppWish, RegisteredApp};
use grantry_testkit::{World, each_engine};
use serde_json::Value;
use tokio::task::JoinSet;

use super::desk::{CALLBACK, Desk, EVERYTHING, claims, refusal, text};

const BAD: (u16, &str) = (400, "invalid_grant");

fn is_bad(reply: &grantry_testkit::Reply) -> bool {
    let (status, error) = refusal(reply);
    (status, error.as_str()) == BAD
}

/// The first tokens of a public app.
async fn tokens_of(desk: &Desk, app: &RegisteredApp) -> Value {
    let scopes = "openid offline_access reservations.read";
    let granted = desk.granted_by(&desk.hotel.admin, app, ConnectionKind::Account, scopes).await;
    let reply = desk.exchanges(app, &desk.code(app, &granted).await).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

// security: T12, T15
#[tokio::test]
async fn an_app_that_keeps_a_secret_keeps_its_refresh_token_too() {
    let desk = Desk::new().await;
    let first = desk.tokens(EVERYTHING).await;
    let refresh = text(&first, "refresh_token");
    let first_id = claims(text(&first, "id_token"));
    for _ in 0..3 {
        desk.world.later(Duration::from_secs(10));
        let reply = desk.refreshes(&desk.app, refresh).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let body = reply.json();
        assert_eq!((text(&body, "refresh_token"), text(&body, "scope")), (refresh, EVERYTHING));
        assert_ne!(text(&body, "access_token"), text(&first, "access_token"));
        let id = claims(text(&body, "id_token"));
        for same in ["iss", "sub", "aud", "auth_time", "sid"] {
            assert_eq!(id[same], first_id[same], "{same}");
        }
        assert!(id.get("nonce").is_none());
    }
}

// security: T11
#[tokio::test]
async fn one_answer_may_have_fewer_scopes_and_never_more() {
    let desk = Desk::new().await;
    let first = desk.tokens("openid offline_access reservations.read").await;
    let refresh = text(&first, "refresh_token");
    let ask = async |scope| {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("scope", scope)];
        desk.asks(&desk.app, &form).await
    };
    assert_eq!(text(&ask("reservations.read").await.json(), "scope"), "reservations.read");
    assert_eq!(
        text(&ask("").await.json(), "scope"),
        "openid offline_access reservations.read",
        "the grant is whole"
    );
    for beyond in ["folios.read", "email", "reservations.read folios.manage"] {
        assert_eq!(refusal(&ask(beyond).await), (400, "invalid_scope".to_owned()), "{beyond}");
    }
}

// security: T12, T16
#[tokio::test]
async fn another_app_or_half_a_token_gets_nothing_and_breaks_nothing() {
    let desk = Desk::new().await;
    let wish = AppWish::store("THIEF").returning_to(CALLBACK).asking_for(&["reservations.read"]);
    let thief = desk.world.registers(&desk.developer, wish).await;
    let public = desk.public_app().await;
    let first = desk.tokens(EVERYTHING).await;
    let refresh = text(&first, "refresh_token");
    assert!(is_bad(&desk.refreshes(&thief, refresh).await));
    assert!(is_bad(&desk.refreshes(&public, refresh).await));
    for cut in 1..refresh.len() {
        let token = &refresh[..cut];
        assert!(is_bad(&desk.refreshes(&desk.app, token).await), "{token}");
        if cut % 10 == 0 {
            assert!(!desk.is_active(&desk.app, token).await, "{token}");
        }
    }
    for changed in [
        format!("{refresh}0"),
        format!("{refresh} "),
        refresh.to_uppercase(),
        refresh.replace("grr_", "grc_"),
    ] {
        assert!(is_bad(&desk.refreshes(&desk.app, &changed).await), "{changed}");
        assert!(!desk.is_active(&desk.app, &changed).await, "{changed}");
    }
    assert_eq!(desk.refreshes(&desk.app, refresh).await.status, 200);
}

// security: T12, T13
#[tokio::test]
async fn a_public_apps_token_is_replaced_by_each_use_and_an_old_one_ends_the_family() {
    each_engine(async |engine| {
        let desk = Desk::on(engine).await;
        let public = desk.public_app().await;
        let first = tokens_of(&desk, &public).await;
        let one = text(&first, "refresh_token").to_owned();
        let two = desk.refreshes(&public, &one).await.json();
        let two = text(&two, "refresh_token").to_owned();
        let three = desk.refreshes(&public, &two).await.json();
        let (three, access) =
            (text(&three, "refresh_token").to_owned(), text(&three, "access_token").to_owned());
        assert!(one != two && two != three && one != three);
        // In the same second: the order is by the chain, not by the clock.
        assert!(is_bad(&desk.refreshes(&public, &one).await), "its successor was used, so it had arrived");
        assert!(is_bad(&desk.refreshes(&public, &three).await), "the family has ended");
        assert_eq!(desk.userinfo(&access).await.status, 401);
    })
    .await;
}

// security: T12
#[tokio::test]
async fn a_lost_answer_may_be_asked_for_again_for_ten_seconds_and_is_the_same() {
    let desk = Desk::new().await;
    let public = desk.public_app().await;
    let first = tokens_of(&desk, &public).await;
    let one = text(&first, "refresh_token").to_owned();
    let two = text(&desk.refreshes(&public, &one).await.json(), "refresh_token").to_owned();
    desk.world.later(Duration::from_secs(9));
    let again = text(&desk.refreshes(&public, &one).await.json(), "refresh_token").to_owned();
    assert_eq!(again, two);
    assert_eq!(desk.refreshes(&public, &two).await.status, 200);

    let first = tokens_of(&desk, &public).await;
    let one = text(&first, "refresh_token").to_owned();
    let two = text(&desk.refreshes(&public, &one).await.json(), "refresh_token").to_owned();
    desk.world.later(Duration::from_secs(11));
    assert!(is_bad(&desk.refreshes(&public, &one).await), "too late");
    assert!(is_bad(&desk.refreshes(&public, &two).await), "and the family is gone");
}

// security: T12
#[tokio::test(flavor = "multi_thread")]
async fn fifty_who_refresh_with_one_token_get_one_successor() {
    each_engine(async |engine| {
        let desk = Arc::new(Desk::with(World::setup().on(engine)).await);
        let public = desk.public_app().await;
        let first = tokens_of(&desk, &public).await;
        let one = text(&first, "refresh_token").to_owned();
        let mut racers = JoinSet::new();
        for _ in 0..50 {
            let (desk, public, one) = (Arc::clone(&desk), public.clone(), one.clone());
            racers.spawn(async move { desk.refreshes(&public, &one).await });
        }
        let mut next: Vec<String> = Vec::new();
        for reply in racers.join_all().await {
            assert_eq!(reply.status, 200, "{}", reply.body);
            next.push(text(&reply.json(), "refresh_token").to_owned());
        }
        next.dedup();
        assert_eq!(next.len(), 1);
        assert_eq!(desk.refreshes(&public, &next[0]).await.status, 200);
    })
    .await;
}

// security: T12
#[tokio::test]
async fn a_refresh_token_ends_when_nobody_uses_it_and_after_half_a_year_in_any_case() {
    let desk = Desk::new().await;
    let day = Duration::from_hours(24);
    let idle = desk.tokens(EVERYTHING).await;
    let idle = text(&idle, "refresh_token");
    desk.world.later(day * 89);
    assert_eq!(desk.refreshes(&desk.app, idle).await.status, 200);
    let app = desk.world.app();
    app.touched.flush(app).await;
    desk.world.later(day * 89);
    assert_eq!(desk.refreshes(&desk.app, idle).await.status, 200, "use moves the idle end");
    app.touched.flush(app).await;
    desk.world.later(day * 3);
    assert!(is_bad(&desk.refreshes(&desk.app, idle).await), "180 days are the end");

    let unused = desk.tokens(EVERYTHING).await;
    desk.world.later(day * 91);
    assert!(is_bad(&desk.refreshes(&desk.app, text(&unused, "refresh_token")).await));
}

// security: T13
#[tokio::test(flavor = "multi_thread")]
async fn once_a_revocation_is_answered_no_refresh_that_raced_with_it_leaves_a_living_token() {
    each_engine(async |engine| {
        let desk = Arc::new(Desk::with(World::setup().on(engine)).await);
        let public = desk.public_app().await;
        for app in [&desk.app.clone(), &public] {
            for round in 0..25 {
                let first = tokens_of(&desk, app).await;
                let token = text(&first, "refresh_token").to_owned();
                let refreshing = {
                    let (desk, app, token) = (Arc::clone(&desk), app.clone(), token.clone());
                    tokio::spawn(async move { desk.refreshes(&app, &token).await })
                };
                let revoking = {
                    let (desk, app, token) = (Arc::clone(&desk), app.clone(), token.clone());
                    tokio::spawn(async move {
                        desk.calls("/connect/revocation", &app, &[("token", &token)]).await
                    })
                };
                let (refreshed, revoked) =
                    (refreshing.await.expect("no panic"), revoking.await.expect("no panic"));
                assert_eq!(revoked.status, 200, "{}", revoked.body);
                let mut tokens = vec![first];
                if refreshed.status == 200 {
                    tokens.push(refreshed.json());
                }
                for tokens in &tokens {
                    assert_eq!(
                        desk.userinfo(text(tokens, "access_token")).await.status,
                        401,
                        "round {round}"
                    );
                    assert!(
                        is_bad(&desk.refreshes(app, text(tokens, "refresh_token")).await),
                        "round {round}"
                    );
                }
            }
        }
    })
    .await;
}
