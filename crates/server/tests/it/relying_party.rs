//! An app written with another library: it discovers, sends a person here, and checks everything that it gets.

use std::time::Duration;

use grantry_testkit::relying_party::{Callback, RelyingParty, Tokens};
use grantry_testkit::world::{AppWish, Person, RegisteredApp};
use grantry_testkit::{World, loopback};

const SCOPES: [&str; 4] = ["openid", "email", "offline_access", "reservations.read"];

struct Scene {
    world: World,
    hanna: Person,
    app: RegisteredApp,
    party: RelyingParty,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let acme = world.developer("ACME").await;
        let hotel = world.customer("HOTL").await;
        let callback = Callback::listens().await;
        let wish = AppWish::store("TOOL").returning_to(&callback.redirect_uri());
        let app = world.registers(&acme, wish.asking_for(&["reservations.read"])).await;
        let party =
            RelyingParty::discovers(callback, world.issuer(), &app.client_id, &app.client_secret).await;
        Self { world, hanna: hotel.admin, app, party }
    }

    /// Hanna allows what the app asks for, and her browser calls the app back.
    async fn connects(&self) {
        let mut hanna = self.world.signed_in(&self.hanna).await;
        let consent = hanna.opens(&self.party.authorize_url(&SCOPES)).await;
        let back = hanna.posts(&consent.form("Allow").pressing("Allow")).await;
        let arrived = loopback::client().get(back.location()).send().await.expect("the app answers");
        assert_eq!(arrived.status(), 200);
    }

    async fn tokens(&self) -> Tokens {
        self.connects().await;
        self.party.exchanges_the_code().await.expect("the code is good")
    }
}

// security: K01, K02, K07, A10
#[tokio::test]
async fn it_verifies_what_it_gets_by_published_keys() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let id = scene.party.verifies_id_token(&tokens);
    assert_eq!(id["sub"], scene.hanna.id.as_str());
    let audience = format!("{}/resources", scene.world.issuer());
    let access = scene.party.verifies_access_token(&tokens.access_token, &audience).await;
    let access = access.expect("the access token verifies");
    assert_eq!(access["sub"], scene.hanna.id.as_str());
    assert_eq!(access["client_id"], scene.app.client_id.as_str());
    assert_eq!(access["account_code"], "HOTL");
    let elsewhere = scene.party.verifies_access_token(&tokens.access_token, "https://other.example").await;
    assert!(elsewhere.is_err(), "a token is for its audience only");
    let userinfo = scene.party.library_asks_userinfo(&tokens).await;
    assert_eq!(userinfo["email"], scene.hanna.email.as_str());
}

// security: T12
#[tokio::test]
async fn it_refreshes_and_its_first_access_token_ends_by_time() {
    let scene = Scene::new().await;
    let tokens = scene.tokens().await;
    let refresh = tokens.refresh_token.as_deref().expect("offline access");
    scene.world.later(Duration::from_secs(3601));
    let (status, challenge) = scene.party.asks_userinfo(&tokens.access_token).await.expect_err("it is over");
    assert_eq!(status, 401);
    assert!(challenge.contains("invalid_token"), "{challenge}");
    let again = scene.party.refreshes(refresh).await.expect("the refresh token is good");
    let userinfo = scene.party.asks_userinfo(&again.access_token).await.expect("the new one works");
    assert_eq!(userinfo["sub"], scene.hanna.id.as_str());
    let refused = scene.party.refreshes("grr_nonsense").await.expect_err("not a token");
    assert_eq!(refused.error, "invalid_grant");
}
