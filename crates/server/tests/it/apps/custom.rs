//! Custom apps: from the form, and from a create link that a developer sent.

use grantry_testkit::World;

use super::{developer, page_of, secret_on, works};

#[tokio::test]
async fn a_customer_follows_a_create_link_and_gets_an_app_of_its_own() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let made = world.custom_app(&acme, "REPORTS", &["folios.read", "reservations.read"]).await;
    let page = admin.opens(&page_of(&world, &made.client_id).await).await;
    assert!(page.says("Copy create link"));
    let at = page.body.find("/apps/connected-apps/create?").expect("the link");
    let link: String = page.body[at..].chars().take_while(|c| *c != '<').collect();
    let link = link.replace("&#38;", "&").replace("&amp;", "&");

    let hotel = world.customer("HOTL").await;
    let mut customer = world.signed_in(&hotel.admin).await;
    let page = customer.opens(&link).await;
    assert!(page.says("Create client from Link") && page.says("Nothing has been created"));
    let form = page.form("Review");
    assert_eq!(form.value("client_code"), Some("REPORTS"));
    assert_eq!(form.values("scope"), ["folios.read", "reservations.read"]);
    for absent in ["Logo URL", "Redirect URIs", "Client type"] {
        assert!(!page.says(absent), "a custom app has no {absent}");
    }
    let review = customer.posts(&form.pressing("Review")).await;
    assert!(review.says("HOTL-SP-REPORTS"));
    let created = customer.posts(&review.form("Save").pressing("Save")).await;
    assert!(created.says("Client secret created") && created.says("client_credentials"));
    assert!(works(&world, "HOTL-SP-REPORTS", &secret_on(&created)).await);
    let page = customer.opens(&page_of(&world, "HOTL-SP-REPORTS").await).await;
    assert!(page.says("HOTL-SP-REPORTS") && !page.says("Copy create link"));
}

// security: R10
#[tokio::test]
async fn a_link_cannot_tick_what_lets_an_app_manage_apps() {
    let world = World::new().await;
    let hotel = world.customer("HOTL").await;
    let mut admin = world.signed_in(&hotel.admin).await;
    let link = "/apps/connected-apps/create?clientCode=X&clientName=X&secret=s\
        &clientScopes=%5B%22identity:clients.manage%22,%22no.such.scope%22%5D&piiMode=Hide";
    let page = admin.opens(link).await;
    assert!(page.says("The link asks for scopes that do not exist here: no.such.scope"));
    let form = page.form("Review");
    assert_eq!(form.values("scope"), Vec::<&str>::new());
    assert_eq!(form.value("pii_mode"), Some("hide"));
    // The admin can, deliberately.
    let form = form.ticking("scope", "identity:clients.manage").pressing("Review");
    let review = admin.posts(&form).await;
    assert!(review.says("Manage clients"));
    let created = admin.posts(&review.form("Save").pressing("Save")).await;
    assert_eq!(created.status, 200);
    let app = world.app().cached.find_app("HOTL-SP-X").await.expect("a store").expect("an app");
    assert_eq!(app.client.scopes.to_string(), "identity:clients.manage");
}

#[tokio::test]
async fn nothing_internal_is_on_offer_for_a_store_app() {
    let world = World::new().await;
    let (_, mut admin) = developer(&world).await;
    let form = admin.form("/apps/store-apps/create", "Review").await;
    assert!(form.offers("scope", "reservations.read"));
    assert!(!form.offers("scope", "identity:clients.manage"));
}
