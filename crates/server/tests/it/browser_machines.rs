//! What people see in a browser of programs that registered themselves.

use grantry_testkit::relying_party::Callback;
use grantry_testkit::{Browser, Theme};
use serde_json::json;

use crate::registration::{authorize, open, registered};

#[tokio::test]
async fn a_stranger_is_marked_at_consent_and_its_faults_wait_for_a_person() {
    let world = open().start().await;
    let hotel = world.customer("HOTL").await;
    let callback = Callback::listens().await;
    let redirect_uri = callback.redirect_uri();
    let said = json!({ "client_name": "Assistant", "redirect_uris": [redirect_uri] });
    let mine = registered(&world, &said).await;
    let client_id = mine["client_id"].as_str().expect("a client ID");
    let to = [("redirect_uri", redirect_uri.as_str())];
    let browser = Browser::open().await;
    world.signs_in_quietly(&hotel.admin, &browser).await;
    browser.goes_to(world.url(&authorize(client_id, &to))).await;
    browser.sees("A program that calls itself Assistant wants access to").await;
    for (width, theme) in [(360, Theme::Light), (1280, Theme::Dark)] {
        browser.screenshot("consent-stranger", width, theme).await;
        browser.has_no_accessibility_violations().await;
    }
    let wrong = [to[0], ("scope", "reservations.read")];
    browser.goes_to(world.url(&authorize(client_id, &wrong))).await;
    browser.sees("The app’s request is not complete").await;
    for (width, theme) in [(360, Theme::Light), (360, Theme::Dark), (1280, Theme::Light), (1280, Theme::Dark)]
    {
        browser.screenshot("held", width, theme).await;
        browser.scrolls_only_down().await;
        browser.has_no_accessibility_violations().await;
    }
    browser.follows("Back to the app").await;
    browser.arrives_at(&redirect_uri).await;
    assert!(browser.url().await.contains("error=invalid_scope"));
    let posted = [to[0], ("scope", "reservations.read"), ("response_mode", "form_post")];
    browser.goes_to(world.url(&authorize(client_id, &posted))).await;
    browser.presses("Back to the app").await;
    browser.arrives_at(&redirect_uri).await;
}
