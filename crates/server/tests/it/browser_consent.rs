//! The consent page in a browser: how it looks, that it works without JavaScript, and that no name breaks out of its place.

use grantry_testkit::world::Tenant;
use grantry_testkit::{Browser, Theme};

use crate::connecting::Scene;

const LOOKS: [(u32, Theme); 4] =
    [(360, Theme::Light), (360, Theme::Dark), (1280, Theme::Light), (1280, Theme::Dark)];

async fn pictures(browser: &Browser, name: &str) {
    for (width, theme) in LOOKS {
        browser.screenshot(name, width, theme).await;
        browser.scrolls_only_down().await;
        browser.has_no_accessibility_violations().await;
    }
}

async fn asks(scene: &Scene, browser: &Browser, changes: &[(&str, &str)]) {
    browser.goes_to(scene.world.url(&scene.url(changes))).await;
}

#[tokio::test]
async fn the_consent_page_and_its_neighbours_are_pictured() {
    let scene = Scene::new().await;
    let browser = Browser::open().await;
    scene.world.signs_in_quietly(&scene.hotel.admin, &browser).await;
    let wide = "openid profile email offline_access reservations.read reservations.manage payments.manage";
    asks(&scene, &browser, &[("scope", wide)]).await;
    browser.sees("wants access to").await;
    pictures(&browser, "consent").await;

    let bob = scene.world.member(&scene.hotel, "Bob Brown").await;
    browser.forgets_cookies().await;
    scene.world.signs_in_quietly(&bob, &browser).await;
    asks(&scene, &browser, &[]).await;
    pictures(&browser, "consent-ask-admin").await;
    browser.presses("Ask an admin").await;
    browser.sees("Your admins have been asked").await;
    pictures(&browser, "consent-asked").await;

    let other: Tenant = scene.world.customer("PENS").await;
    scene.world.joins(&bob, &other, true).await;
    asks(&scene, &browser, &[]).await;
    browser.sees("Choose an account").await;
    pictures(&browser, "consent-accounts").await;
}
