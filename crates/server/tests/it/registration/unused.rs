//! Apps that registered themselves and that nobody uses.

use std::time::Duration;

use grantry::config::Unused;
use grantry::registration::unused::tidy;
use grantry_testkit::World;
use grantry_testkit::http::Client;
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

// security: R05, C07
#[tokio::test]
async fn an_operator_sees_who_registered_itself_and_suspends_or_deletes_it() {
    let world = with(Unused::Observe).await;
    let operator = world.operator().await;
    let acme = world.developer("ACME").await;
    let registered_by_hand =
        world.store_app(&acme, "TOOL", "https://tool.example/callback", &["reservations.read"]).await;
    let hostile = registered(&world, &said(&json!({ "client_name": "<b>Evil</b>" }))).await;
    let other = registered(&world, &said(&json!({ "client_name": "Plain" }))).await;
    let client_id = hostile["client_id"].as_str().expect("a client ID");
    let mut browser = world.signed_in(&operator.admin).await;
    let page = browser.gets("/admin/machine-apps").await;
    assert!(page.says("<b>Evil</b>") && page.says("Plain") && page.says("By itself"), "{}", page.body);
    assert!(!page.body.contains("<b>Evil</b>") && !page.body.contains("ACME-AC-TOOL"));
    assert!(page.says("Every app here is used.") && page.says("is noted once in the trail"), "{}", page.body);
    let found = browser.gets("/admin/machine-apps?q=evil&kind=open").await;
    assert!(found.body.contains(client_id) && !found.says("Plain"), "{}", found.body);
    assert!(browser.gets("/admin/machine-apps?kind=token").await.says("No app here"));

    let decides = async |browser: &mut Client, client_id: &str, decision: &str, confirm: &str| {
        let form = browser.gets("/admin/machine-apps").await.form("Suspend");
        let form = form.with("client_id", client_id).with("decision", decision).with("confirm", confirm);
        browser.submits(&form).await
    };
    let suspended = decides(&mut browser, client_id, "suspend", "").await;
    assert!(suspended.says("The app is suspended."), "{}", suspended.body);
    let known = async || world.app().cached.find_app(client_id).await.expect("a read");
    assert!(!known().await.expect("the app").is_active());
    assert!(decides(&mut browser, client_id, "resume", "").await.says("The app works again."));
    assert!(known().await.expect("the app").is_active());
    let unsure = decides(&mut browser, client_id, "delete", "").await;
    assert_eq!(unsure.status, 422);
    assert!(unsure.says("Nothing was deleted.") && known().await.is_some(), "{}", unsure.body);
    assert!(decides(&mut browser, client_id, "delete", "true").await.says("The app is deleted."));
    assert!(known().await.is_none_or(|gone| !gone.is_active()));
    for foreign in [registered_by_hand.client_id.as_str(), "SELF-DC-NOBODY", client_id] {
        assert_eq!(decides(&mut browser, foreign, "delete", "true").await.status, 404, "{foreign}");
    }
    world.later(31 * DAY);
    browser = world.signed_in(&operator.admin).await;
    let page = browser.gets("/admin/machine-apps?kind=unused").await;
    assert!(page.says("Nobody uses one of these apps.") && page.says("Plain"), "{}", page.body);
    assert!(page.body.contains(other["client_id"].as_str().expect("a client ID")));
}
