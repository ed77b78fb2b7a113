//! Apps that registered themselves and that nobody uses.

use std::time::Duration;

use grantry::config::Unused;
use grantry::registration::unused::tidy;
use grantry_testkit::World;
use serde_json::{Value, json};

use super::{CALLBACK, app_of, open, registered, said};

const DAY: Duration = Duration::from_secs(86_400);

async fn with(unused: Unused) -> World {
    open()
        .configured(|config| {
            config.registration.unused = unused;
            config.registration.unused_after = 30 * DAY;
        })
        .start()
        .await
}

async fn is_there(world: &World, registration: &Value) -> bool {
    let client_id = registration["client_id"].as_str().expect("a client ID");
    world.app().store.reader().find_app_by_client_id(client_id).await.expect("a store").is_some()
}

#[tokio::test]
async fn what_nobody_uses_is_removed_and_what_somebody_uses_stays() {
    let world = with(Unused::Remove).await;
    let hotel = world.customer("HOTL").await;
    let (dead, alive) =
        (registered(&world, &said(&json!({}))).await, registered(&world, &said(&json!({}))).await);
    let app = app_of(&world, &alive).await;
    world.tokens_for(&hotel.admin, &app, CALLBACK, "openid mcp:tools offline_access").await;
    assert_eq!(tidy(world.app()).await, Ok(0));
    world.later(31 * DAY);
    // Its refresh token still works, so it is not unused.
    assert_eq!(tidy(world.app()).await, Ok(1));
    assert_eq!((is_there(&world, &dead).await, is_there(&world, &alive).await), (false, true));
    world.later(200 * DAY);
    assert_eq!(tidy(world.app()).await, Ok(1));
    assert!(!is_there(&world, &alive).await, "with its connection and everything else");
}

#[tokio::test]
async fn by_default_somebody_is_told_once_and_nothing_is_removed() {
    assert_eq!(grantry::config::Registration::default().unused, Unused::Observe);
    let world = with(Unused::Observe).await;
    let dead = registered(&world, &said(&json!({}))).await;
    world.later(31 * DAY);
    assert_eq!(tidy(world.app()).await, Ok(1));
    assert_eq!(tidy(world.app()).await, Ok(0));
    assert!(is_there(&world, &dead).await);
    let world = with(Unused::Keep).await;
    registered(&world, &said(&json!({}))).await;
    world.later(31 * DAY);
    assert_eq!(tidy(world.app()).await, Ok(0));
}
