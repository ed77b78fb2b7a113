//! Stories about the store: writing a listing, publishing it, finding the app, and everything that takes it out again.

mod public;
mod speed;
mod vanishing;
mod writing;

use grantry::apps::standing::{Decision, decide};
use grantry::storefront::publish::{self, Insist};
use grantry::storefront::{RawListing, edit};
use grantry_store::audit::Origin;
use grantry_testkit::World;
use grantry_testkit::world::{AppWish, RegisteredApp, Tenant};

/// A store app with a privacy policy.
pub(crate) async fn app(world: &World, of: &Tenant, code: &str, name: &str) -> RegisteredApp {
    let wish = AppWish::store(code).named(name).asking_for(&["reservations.read", "payments.manage"]);
    let mut wish = wish.returning_to("https://app.example/callback");
    wish.raw.policy_uri = "https://app.example/privacy".to_owned();
    wish.raw.tos_uri = "https://app.example/terms".to_owned();
    world.registers(of, wish).await
}

/// What its owner says of it.
pub(crate) fn listing(short: &str, long: &str, category: &str) -> RawListing {
    RawListing {
        short_description: short.to_owned(),
        long_description: long.to_owned(),
        categories: vec![category.to_owned()],
        languages: vec!["en, de".to_owned()],
        pricing: "Free".to_owned(),
        website: "https://app.example/".to_owned(),
        support: "help@app.example".to_owned(),
        guide_url: "https://app.example/guide".to_owned(),
        landing_url: "https://app.example/start".to_owned(),
        ..RawListing::default()
    }
}

/// Approved by the operator, and published as it is.
pub(crate) async fn publishes(world: &World, of: &Tenant, app: &RegisteredApp, says: &RawListing) {
    let (server, origin) = (world.app(), Origin::command());
    let of = (&of.id, &app.id);
    edit::save(server, &origin, of, says, None).await.expect("a listing is saved");
    decide(server, &origin, &app.client_id, Decision::Approve).await.expect("the app is approved");
    publish::publish(server, &origin, of, Insist::AsItIs).await.expect("the listing is published");
}
