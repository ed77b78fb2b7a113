//! Client programs in three languages, around libraries that nobody here wrote, go the whole way unchanged.

use std::time::{Duration, Instant};

use grantry_testkit::foreign::{Credentials, ForeignApi, ForeignClient, Language};
use grantry_testkit::http::send;
use grantry_testkit::world::AppWish;
use grantry_testkit::{Form, World};

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
        options: &[],
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

// security: D01, D02
#[tokio::test]
async fn a_certified_library_of_node_with_proofs_where_nonces_are_required() {
    let world = World::setup().configured(|config| config.dpop.require_nonce = true).start().await;
    let acme = world.developer("ACME").await;
    let hotel = world.customer("HOTL").await;
    let redirect_uri = "https://tool.example/callback";
    let mut wish = AppWish::store("TOOL").returning_to(redirect_uri).asking_for(&["reservations.read"]);
    wish.raw.dpop_bound = Some(true);
    let app = world.registers(&acme, wish).await;
    let credentials = Credentials {
        issuer: world.issuer(),
        client_id: &app.client_id,
        client_secret: &app.client_secret,
        redirect_uri,
        scope: "openid offline_access reservations.read",
        options: &["DPOP"],
    };
    let program = ForeignClient::start(Language::Node, &credentials).await;
    let mut person = world.signed_in(&hotel.admin).await;
    let consent = person.opens(&program.authorize_url).await;
    let back = person.posts(&consent.form("Allow").pressing("Allow")).await;
    let got = program.receives(back.location()).await;
    assert_eq!(got["userinfo"]["sub"], hotel.admin.id.as_str());
    for tokens in ["token", "refreshed"] {
        // The library writes it in small letters.
        assert_eq!(got[tokens]["token_type"], "dpop", "{got}");
    }
}

// security: T19
#[tokio::test]
async fn a_certified_library_of_node_on_a_device_without_a_browser() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let hotel = world.customer("HOTL").await;
    let mut wish = AppWish::store("TV").asking_for(&["reservations.read"]);
    wish.raw.device_grant = Some(true);
    let app = world.registers(&acme, wish).await;
    let credentials = Credentials {
        issuer: world.issuer(),
        client_id: &app.client_id,
        client_secret: &app.client_secret,
        redirect_uri: "",
        scope: "openid offline_access reservations.read",
        options: &["DEVICE", "DPOP"],
    };
    let program = ForeignClient::start(Language::Node, &credentials).await;
    let mut person = world.signed_in(&hotel.admin).await;
    let code = person.opens(&program.authorize_url).await;
    let consent = person.submits(&code.form("Continue")).await;
    let done = person.submits(&consent.form("Allow").pressing("Allow")).await;
    assert!(done.says("Your device is connected"), "{}", done.body);
    let got = program.receives("decided").await;
    assert_eq!(got["userinfo"]["sub"], hotel.admin.id.as_str());
    assert_eq!(got["refreshed"]["token_type"], "dpop", "{got}");
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

/// The API of an example lets a good token in, and nobody else; and hears at once that one was revoked.
async fn an_example_follows_the_feed(language: Language) {
    let world = World::new().await;
    let hotel = world.customer("HOTL").await;
    let app = world.custom_app(&hotel, "OWN", &["reservations.read", "rates.read"]).await;
    let api = ForeignApi::start(language, world.issuer(), &world.api_secret("api").await).await;
    let asks = async |token: &str| {
        let authorization = format!("Bearer {token}");
        let reply = send(api.address, "GET", "/", &[("Authorization", &authorization)], b"").await;
        (reply.status, reply.body)
    };
    let token = world.token_of(&app, "reservations.read").await;
    let other = world.token_of(&app, "reservations.read").await;
    assert_eq!(asks(&token).await, (200, "HOTL-SP-OWN for HOTL".to_owned()));
    assert_eq!(asks(&world.token_of(&app, "rates.read").await).await.0, 403, "another scope");
    let (message, _) = token.rsplit_once('.').expect("three parts");
    assert_eq!(asks(&format!("{message}.AAAA")).await.0, 401);
    assert_eq!(send(api.address, "GET", "/", &[], b"").await.status, 401);

    let form = Form::by_hand("/connect/revocation")
        .with("token", &token)
        .with("client_id", &app.client_id)
        .with("client_secret", &app.client_secret);
    assert_eq!(world.client().posts(&form).await.status, 200);
    let revoked = Instant::now();
    while asks(&token).await.0 != 401 {
        assert!(revoked.elapsed() < Duration::from_secs(1), "still accepted");
    }
    assert_eq!(asks(&other).await.0, 200);
}

// security: U03
#[tokio::test]
async fn an_api_in_node_refuses_a_revoked_token_within_a_second() {
    an_example_follows_the_feed(Language::Node).await;
}

// security: U03
#[tokio::test]
async fn an_api_in_python_refuses_a_revoked_token_within_a_second() {
    an_example_follows_the_feed(Language::Python).await;
}
