//! Client programs in three languages, around libraries that nobody here wrote, go the whole way unchanged.

use std::sync::Arc;
use std::time::{Duration, Instant};

use grantry::sign_in::back_channel::tell_due;
use grantry_testkit::foreign::{Credentials, ForeignApi, ForeignClient, Language};
use grantry_testkit::http::send;
use grantry_testkit::world::AppWish;
use grantry_testkit::{Farm, Form, World, loopback, relying_party};
use openidconnect::core::{CoreClient, CoreDeviceAuthorizationResponse, CoreProviderMetadata};
use openidconnect::{
    ClientId, DeviceAuthorizationUrl, IssuerUrl, Nonce, OAuth2TokenResponse as _, Scope, TokenResponse as _,
};

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
        post_logout_redirect_uri: "",
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
        post_logout_redirect_uri: "",
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
        post_logout_redirect_uri: "",
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

/// A program signs a person in, and out again through the issuer.
async fn signs_out(language: Language, back_channel: bool) {
    let farm = Farm::new().await;
    let world = World::setup().beside(&farm).start().await;
    let acme = world.developer("ACME").await;
    let hotel = world.customer("HOTL").await;
    let (redirect_uri, bye) = ("https://tool.example/callback", "https://tool.example/bye");
    let mut wish = AppWish::store("TOOL").returning_to(redirect_uri).asking_for(&["reservations.read"]);
    wish.raw.post_logout_uris = vec![bye.to_owned()];
    wish.raw.backchannel_logout_uri = farm.url("/logged-out");
    let app = world.registers(&acme, wish).await;
    let credentials = Credentials {
        issuer: world.issuer(),
        client_id: &app.client_id,
        client_secret: &app.client_secret,
        redirect_uri,
        scope: "openid offline_access reservations.read",
        post_logout_redirect_uri: bye,
        options: &["LOGOUT"],
    };
    let mut program = ForeignClient::start(language, &credentials).await;
    let mut person = world.signed_in(&hotel.admin).await;
    let session = person.cookie("grantry-session").expect("a session").to_owned();
    let consent = person.opens(&program.authorize_url).await;
    let back = person.posts(&consent.form("Allow").pressing("Allow")).await;
    let got = program.hears(back.location()).await;
    assert_eq!(got["id_token"]["sub"], hotel.admin.id.as_str());

    let left = person.gets(got["logout_url"].as_str().expect("where to sign out")).await;
    assert_eq!(left.status, 303, "nobody is asked who comes with an ID token: {}", left.body);
    assert!(left.location().starts_with(&format!("{bye}?state=")), "{}", left.location());
    let mut said = left.location().to_owned();
    if back_channel {
        tell_due(world.app()).await.expect("the store answers");
        let posted = farm.requests().pop().expect("the app was told");
        let body = posted.split("\r\n\r\n").nth(1).expect("a body").as_bytes();
        let token = url::form_urlencoded::parse(body).find(|(name, _)| name == "logout_token");
        said = format!("{said}\n{}", token.expect("a logout token").1);
    }
    let done = program.hears(&said).await;
    assert_eq!(done["signed_out"], true, "{done}");
    program.ends(&done).await;
    person.carries("grantry-session", &session);
    assert_ne!(person.gets("/account/logout").await.status, 200, "the session has ended");
}

// security: S09
#[tokio::test]
async fn a_certified_library_of_node_signs_a_person_out() {
    signs_out(Language::Node, false).await;
}

// security: S09
#[tokio::test]
async fn a_certified_library_of_python_signs_a_person_out_and_understands_the_logout_token() {
    signs_out(Language::Python, true).await;
}

// security: T19
#[tokio::test]
async fn a_library_of_rust_on_a_device_without_a_browser() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let hotel = world.customer("HOTL").await;
    let mut wish = AppWish::store("TV").public().asking_for(&["reservations.read"]);
    wish.raw.device_grant = Some(true);
    let app = world.registers(&acme, wish).await;
    let calls = relying_party::calls(&Arc::new(loopback::client()));
    let issuer = IssuerUrl::new(world.issuer().to_owned()).expect("a URL");
    // The library's own metadata does not name this endpoint.
    let announced = world.get("/.well-known/openid-configuration").await.json();
    let device = announced["device_authorization_endpoint"].as_str().expect("announced").to_owned();
    let metadata = CoreProviderMetadata::discover_async(issuer, &calls).await.expect("metadata");
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(app.client_id.clone()), None)
        .set_device_authorization_url(DeviceAuthorizationUrl::new(device).expect("a URL"));
    let begun = client.exchange_device_code().add_scope(Scope::new("offline_access".to_owned()));
    let begun: CoreDeviceAuthorizationResponse = begun
        .add_scope(Scope::new("reservations.read".to_owned()))
        .request_async(&calls)
        .await
        .expect("a device may begin");
    let page = begun.verification_uri_complete().expect("an address with the code").secret();

    let mut person = world.signed_in(&hotel.admin).await;
    let code = person.opens(page.strip_prefix(world.issuer()).expect("on this host")).await;
    let consent = person.submits(&code.form("Continue")).await;
    let done = person.submits(&consent.form("Allow").pressing("Allow")).await;
    assert!(done.says("Your device is connected"), "{}", done.body);

    let poll = client.exchange_device_access_token(&begun).expect("a token endpoint");
    // The person has decided, so that the library need not wait.
    let tokens = poll.request_async(&calls, |_| std::future::ready(()), None).await.expect("tokens");
    let id_token = tokens.id_token().expect("an ID token");
    let claims = id_token.claims(&client.id_token_verifier(), |_: Option<&Nonce>| Ok(()));
    assert_eq!(claims.expect("it verifies").subject().as_str(), hotel.admin.id.as_str());
    let refresh = tokens.refresh_token().expect("a refresh token");
    let refreshed = client.exchange_refresh_token(refresh).expect("a token endpoint");
    let refreshed = refreshed.request_async(&calls).await.expect("refreshed");
    assert_ne!(refreshed.access_token().secret(), tokens.access_token().secret());
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
