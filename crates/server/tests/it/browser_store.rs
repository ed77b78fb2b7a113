//! The store in browsers: a developer writes a listing and publishes it, a customer finds the app by a mistyped word and
//! goes to it. Once with JavaScript, once without.

use grantry::apps::standing::{Decision, decide};
use grantry_store::audit::Origin;
use grantry_testkit::world::AppWish;
use grantry_testkit::{Browser, Farm, World};

async fn browser(farm: &Farm, with_javascript: bool) -> Browser {
    let browser = Browser::open().trusting(farm);
    if with_javascript { browser.await } else { browser.without_javascript().await }
}

async fn the_story(with_javascript: bool) {
    let farm = Farm::new().await;
    let world = World::setup().beside(&farm).start().await;
    let acme = world.developer("ACME").await;
    let mut wish = AppWish::store("ROOMS")
        .named("Tidy Rooms")
        .with_logo(&farm.url("/logo.png"))
        .returning_to(&farm.url("/callback"))
        .asking_for(&["reservations.read", "payments.manage"]);
    wish.raw.policy_uri = farm.url("/privacy");
    let rooms = world.registers(&acme, wish).await;

    let developer = browser(&farm, with_javascript).await;
    world.signs_in_quietly(&acme.admin, &developer).await;
    developer.goes_to(world.url(&format!("/apps/store-apps/{}", rooms.id))).await;
    developer.follows("Store listing").await;
    developer.sees("the app must be approved by Innkeeper").await;
    developer.types("Short description", "Every room ready when the guest is").await;
    developer
        .types("Long description", "Rooms are cleaned in the order of arrivals.\n\n- No lists on paper")
        .await;
    developer.ticks("Operations").await;
    developer.types("Landing page", &farm.url("/start")).await;
    developer.types("Support", "help@app.example").await;
    developer.types("Address of screenshot 1", &farm.url("/logo.jpg")).await;
    developer.types("Caption of screenshot 1", "The plan of the day").await;
    developer.presses("Save and preview").await;
    developer.sees("This is a preview of what is saved").await;
    developer.sees("No lists on paper").await;
    developer.follows("Back to the listing").await;

    decide(world.app(), &Origin::command(), &rooms.client_id, Decision::Approve).await.expect("approved");
    developer.goes_to(world.url(&format!("/apps/store-apps/{}/listing", rooms.id))).await;
    developer.presses("Publish").await;
    developer.sees("Customers find the app in the store now").await;
    developer.shows_no_dialog().await;

    let customer = browser(&farm, with_javascript).await;
    customer.goes_to(world.url("/store")).await;
    customer.types("Search apps", "tdiy rooms").await;
    customer.presses("Search").await;
    customer.sees("One app").await;
    customer.follows("Tidy Rooms").await;
    customer.arrives_at("/store/apps/acme-rooms").await;
    customer.sees("Reviewed by Innkeeper").await;
    customer.sees("Manage payments").await;
    if with_javascript {
        customer.has_no_accessibility_violations().await;
    }
    customer.follows("Connect").await;
    customer.arrives_at(&farm.url("/start")).await;
}

// security: C02
#[tokio::test]
async fn a_customer_finds_by_a_mistyped_word_what_a_developer_published() {
    the_story(true).await;
}

#[tokio::test]
async fn the_store_needs_no_javascript() {
    the_story(false).await;
}
