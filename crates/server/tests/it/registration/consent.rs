//! What people see of apps that registered themselves, and what nobody gets without being asked.

use grantry_testkit::http::Reply;
use serde_json::json;

use super::{CALLBACK, app_of, authorize, by_token, initial_token, open, registered, said, sends};

// security: C01, C02, A19
#[tokio::test]
async fn consent_says_that_nobody_has_checked_the_app_and_where_the_person_is_sent() {
    let world = open().configured(|config| {
        config.review.unlisted = grantry::config::Unlisted::OwnAndTest;
    });
    let world = world.start().await;
    let hotel = world.customer("HOTL").await;
    let mine = registered(&world, &said(&json!({ "client_name": "Innkeeper" }))).await;
    let client_id = mine["client_id"].as_str().expect("a client ID");
    let mut ann = world.signed_in(&hotel.admin).await;
    let page = ann.opens(&authorize(client_id, &[])).await;
    assert_eq!(page.status, 200, "it needs no approval: {}", page.body);
    assert!(page.says("A program that calls itself"), "{}", page.body);
    assert!(page.says("Nobody has checked this app or who makes it"));
    assert!(page.body.contains("tool.example"));
    assert!(!page.says("Reviewed by") && !page.says("Made by"), "whatever it calls itself");
    assert!(page.says("Call tools"));
}

// security: C02, A14, A19
#[tokio::test]
async fn the_same_person_is_asked_again_every_time() {
    let world = open().start().await;
    let hotel = world.customer("HOTL").await;
    let mine = registered(&world, &said(&json!({}))).await;
    let client_id = mine["client_id"].as_str().expect("a client ID");
    let mut ann = world.signed_in(&hotel.admin).await;
    for _ in 0..2 {
        let page = ann.opens(&authorize(client_id, &[])).await;
        assert!(page.says("A program that calls itself"), "{}", page.body);
        let back = ann.posts(&page.form("Allow").pressing("Allow")).await;
        assert!(back.location().starts_with(&format!("{CALLBACK}?code=")), "{}", back.location());
    }
    let silent = ann.opens(&authorize(client_id, &[("prompt", "none")])).await;
    assert!(silent.location().contains("error=consent_required"), "{}", silent.location());
}

// security: T11
#[tokio::test]
async fn it_gets_what_is_meant_for_machines_and_nothing_else_whatever_it_asks_for() {
    let world = open().start().await;
    let hotel = world.customer("HOTL").await;
    let app = app_of(&world, &registered(&world, &said(&json!({}))).await).await;
    let asked = "openid mcp:tools reservations.read identity:clients.manage nonsense";
    let tokens = world.tokens_for(&hotel.admin, &app, CALLBACK, asked).await;
    assert_eq!(tokens["scope"], "openid mcp:tools");
}

fn is_held(reply: &Reply) -> bool {
    reply.status == 400 && reply.header("location").is_none() && reply.says("Back to the app")
}

// security: A20, A14
#[tokio::test]
async fn a_fault_of_a_strangers_request_sends_nobody_anywhere_by_itself() {
    let world = open().start().await;
    let mine = registered(&world, &said(&json!({}))).await;
    let client_id = mine["client_id"].as_str().expect("a client ID");
    for changes in [
        [("scope", "reservations.read")],
        [("response_type", "token")],
        [("code_challenge", "")],
        [("response_mode", "fragment")],
        [("prompt", "sometimes")],
    ] {
        let reply = world.get(&authorize(client_id, &changes)).await;
        assert!(is_held(&reply), "{changes:?}: {} {}", reply.status, reply.body);
        assert!(reply.says("tool.example"), "it says where");
        assert!(reply.body.contains("error=") && reply.body.contains("state=xyz"), "a person may go on");
    }
    let posted = [("scope", "reservations.read"), ("response_mode", "form_post")];
    let reply = world.get(&authorize(client_id, &posted)).await;
    assert!(is_held(&reply), "{}", reply.body);
    assert!(!reply.body.contains("<script nonce"), "nothing posts itself");
    assert_eq!(reply.form("Back to the app").action, CALLBACK);
    // In a frame that nobody sees, there is nobody who could go on.
    let silent =
        world.get(&authorize(client_id, &[("prompt", "none"), ("scope", "reservations.read")])).await;
    assert!(silent.location().contains("error=invalid_scope"), "{}", silent.body);
}

// security: A20, A04
#[tokio::test]
async fn an_app_that_somebody_vouches_for_is_told_as_ever() {
    let world = by_token().start().await;
    let (_, token) = initial_token(&world, None).await;
    let reply = sends(&world, "POST", "/connect/register", &token, &said(&json!({})).to_string()).await;
    let client_id = reply.json()["client_id"].as_str().expect("a client ID").to_owned();
    let refused = world.get(&authorize(&client_id, &[("scope", "reservations.read")])).await;
    assert!(refused.location().contains("error=invalid_scope"), "{}", refused.body);
    let acme = world.developer("ACME").await;
    let app = world.store_app(&acme, "TOOL", CALLBACK, &["reservations.read"]).await;
    let refused = world.get(&authorize(&app.client_id, &[("scope", "folios.read")])).await;
    assert!(refused.location().contains("error=invalid_scope"), "{}", refused.body);
}

// security: A20
#[tokio::test]
async fn a_person_who_says_no_sends_a_stranger_the_answer() {
    let world = open().start().await;
    let hotel = world.customer("HOTL").await;
    let mine = registered(&world, &said(&json!({}))).await;
    let mut ann = world.signed_in(&hotel.admin).await;
    let page = ann.opens(&authorize(mine["client_id"].as_str().expect("a client ID"), &[])).await;
    let back = ann.posts(&page.form("Allow").pressing("Cancel")).await;
    assert!(back.location().contains("error=access_denied"), "{}", back.location());
}

// security: C07, C08
#[tokio::test]
async fn nobody_approves_what_can_describe_itself_otherwise_tomorrow() {
    use grantry::apps::Refused;
    use grantry::apps::standing::{Decision, decide};
    let world = open().start().await;
    let mine = registered(&world, &said(&json!({}))).await;
    let client_id = mine["client_id"].as_str().expect("a client ID");
    let origin = grantry_store::audit::Origin::command();
    let approved = decide(world.app(), &origin, client_id, Decision::Approve).await;
    assert!(matches!(approved, Err(Refused::Faults(_))), "{approved:?}");
    decide(world.app(), &origin, client_id, Decision::Suspend).await.expect("anybody can be stopped");
    assert_eq!(world.get(&authorize(client_id, &[])).await.status, 400);
}
