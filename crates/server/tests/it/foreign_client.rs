//! Client programs in three languages, around libraries that nobody here wrote, go the whole way unchanged.

use grantry_testkit::World;
use grantry_testkit::foreign::{Credentials, ForeignClient, Language};
use grantry_testkit::world::AppWish;

/// Discovery, code, refresh and userinfo, with a person who allows it in between.
async fn goes_the_whole_way(language: Language) {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let hotel = world.customer("HOTL").await;
    let redirect_uri = "https://tool.example/callback";
    let wish = AppWish::store("TOOL").returning_to(redirect_uri).asking_for(&["reservations.read"]);
    // The one without PKCE is what this profile is for.
    let wish = if language == Language::Ruby { wish.compatible() } else { wish };
    let app = world.registers(&acme, wish).await;

    let credentials = Credentials {
        issuer: world.issuer(),
        client_id: &app.client_id,
        client_secret: &app.client_secret,
        redirect_uri,
        scope: "openid profile email offline_access reservations.read",
    };
    let program = ForeignClient::start(language, &credentials).await;
    let mut person = world.signed_in(&hotel.admin).await;
    let consent = person.opens(&program.authorize_url).await;
    let back = person.posts(&consent.form("Allow").pressing("Allow")).await;
    assert!(back.location().starts_with(redirect_uri), "{}", back.location());

    let got = program.receives(back.location()).await;
    let subject = hotel.admin.id.as_str();
    assert_eq!(got["id_token"]["sub"], subject);
    assert_eq!(got["id_token"]["iss"], world.issuer());
    assert_eq!(got["userinfo"]["sub"], subject);
    assert_eq!(got["userinfo"]["email"], hotel.admin.email.as_str());
    assert_ne!(got["refreshed"]["access_token"], got["token"]["access_token"]);
    assert!(got["token"]["refresh_token"].is_string(), "offline access gives a refresh token: {got}");
}

#[tokio::test]
async fn a_certified_library_of_node() {
    goes_the_whole_way(Language::Node).await;
}

#[tokio::test]
async fn a_certified_library_of_python_that_compares_issuer_and_nonce() {
    goes_the_whole_way(Language::Python).await;
}

#[tokio::test]
async fn a_library_of_ruby_without_pkce_that_sends_its_secret_in_the_body() {
    goes_the_whole_way(Language::Ruby).await;
}
