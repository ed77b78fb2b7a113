//! Signing in while an authorization waits.

use grantry_oauth::authorize::{self, Reading};
use grantry_oauth::parameters::Parameters;
use grantry_store::Error;
use grantry_store::authorization_request::{AuthorizationRequest, NewAuthorizationRequest};
use grantry_testkit::world::{AppWish, PASSWORD, Tenant};
use grantry_testkit::{Client, Farm, World};
use std::time::Duration;

const CALLBACK: &str = "https://concierge.example/callback";

/// A platform with an app, and a browser that the app has sent to connect.
struct Scene {
    world: World,
    hotel: Tenant,
    guest: Client,
    id: String,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let acme = world.developer("ACME").await;
        let hotel = world.customer("HOTL").await;
        let wish = AppWish::store("CONCIERGE").named("<b>Concierge").asking_for(&["reservations.read"]);
        let app = world.registers(&acme, wish.returning_to(CALLBACK)).await;
        let mut guest = world.client();
        guest.gets("/").await;
        let id = waits(&world, &app.client_id, &guest).await;
        Self { world, hotel, guest, id }
    }

    fn login(&self) -> String {
        format!("/account/login?request={}", self.id)
    }

    async fn found(&self) -> Option<AuthorizationRequest> {
        let (reader, now) = (self.world.app().store.reader(), self.world.app().clock.now());
        let hash = grantry::sign_in::session::id_hash(&self.id);
        reader.find_authorization_request(&hash, now).await.expect("the store")
    }
}

/// Keeps an authorization request that this browser has claimed.
async fn waits(world: &World, client_id: &str, browser: &Client) -> String {
    let app = world.app();
    let known = app.cached.find_app(client_id).await.expect("the store").expect("the app");
    let catalogue = app.cached.catalogue().await.expect("the store");
    let pairs = [
        ("client_id", client_id),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid reservations.read"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
        ("login_hint", "admin@hotl.example"),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let parameters = Parameters::new(pairs).expect("parameters");
    let read = authorize::read(&parameters, Some(&known.client), &catalogue.rules);
    let request = match read {
        Reading::Valid(request) => Some(request),
        Reading::SendBack(..) | Reading::ShowPage(_) => None,
    };
    let request = request.expect("a request without faults");
    let id = app.random.token();
    let hash = grantry::sign_in::session::id_hash;
    let new = NewAuthorizationRequest {
        id_hash: hash(&id),
        app_id: known.app.id.clone(),
        request: serde_json::to_string(&request).expect("JSON"),
        pushed_hash: None,
        expires_at: app.clock.now() + Duration::from_secs(600),
    };
    let browser = hash(browser.cookie("grantry-browser").expect("a browser cookie"));
    let new = &new;
    let kept = app.store.write(app.clock.now(), |tx| async move {
        tx.insert_authorization_request(new).await?;
        tx.claim_authorization_request((&new.id_hash, &browser), new.expires_at).await
    });
    assert_eq!(kept.await, Ok::<_, Error>(true));
    id
}

// security: A11, C05
#[tokio::test]
async fn the_page_says_where_the_person_continues_and_goes_on_there() {
    let mut scene = Scene::new().await;
    let page = scene.guest.gets(&scene.login()).await;
    assert_eq!(page.status, 200);
    assert!(page.says("to continue to") && page.body.contains("&#60;b&#62;Concierge"), "the name, escaped");
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("form-action 'self' https:;"), "{policy}");
    let form = page.form("Sign in");
    assert_eq!(form.value("email"), Some("admin@hotl.example"), "what the app expects");
    let wrong = scene.guest.posts(&form.clone().with("password", "guess")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.says("to continue to"), "a mistake keeps the app on the page");
    assert!(
        wrong.header("content-security-policy").is_some_and(|p| p.contains("form-action 'self' https:;"))
    );

    let entered = scene.guest.posts(&form.with("password", PASSWORD)).await;
    assert_eq!((entered.status, entered.location()), (303, &*format!("/connect/authorize/{}", scene.id)));
    let found = scene.found().await.expect("it still waits");
    assert_eq!(found.person_id.as_ref(), Some(&scene.hotel.admin.id));
    assert!(found.signed_in_at.is_some());
}

#[tokio::test]
async fn somebody_who_is_signed_in_can_still_sign_in_for_an_app() {
    let mut scene = Scene::new().await;
    let other = scene.world.signed_in(&scene.hotel.admin).await;
    scene.guest.carries("grantry-session", other.cookie("grantry-session").expect("a session"));
    let form = scene.guest.form(&scene.login(), "Sign in").await.with("password", PASSWORD);
    assert_eq!(scene.guest.posts(&form).await.status, 303);
    assert!(scene.found().await.is_some_and(|found| found.signed_in_at.is_some()));
}

// security: C03
#[tokio::test]
async fn an_authorization_of_another_browser_or_of_yesterday_is_over() {
    let mut scene = Scene::new().await;
    let mut stranger = scene.world.client();
    let over = stranger.gets(&scene.login()).await;
    assert_eq!(over.status, 410);
    assert!(over.says("Start again from the app") && !over.says("Concierge"));
    let form = stranger.form("/account/login", "Sign in").await.with("email", &scene.hotel.admin.email);
    let form = form.with("password", PASSWORD).with("request", &scene.id);
    assert_eq!(stranger.posts(&form).await.status, 410, "another browser cannot sign in for it");
    assert_eq!(stranger.cookie("grantry-session"), None);
    assert!(scene.found().await.is_some_and(|found| found.person_id.is_none()));

    let form = scene.guest.form(&scene.login(), "Sign in").await.with("password", PASSWORD);
    scene.world.later(Duration::from_secs(601));
    assert_eq!(scene.guest.posts(&form).await.status, 410);
    for id in ["none", "%00", &"x".repeat(5000)] {
        assert_eq!(scene.guest.gets(&format!("/account/login?request={id}")).await.status, 410);
    }
}

#[tokio::test]
async fn a_new_password_goes_on_to_the_app_in_the_same_browser() {
    let mut scene = Scene::new().await;
    let page = scene.guest.gets(&scene.login()).await;
    let link = format!("/account/reset-password?request={}", scene.id);
    assert!(page.body.contains(&link), "forgotten passwords do not lose the app");
    let form = scene.guest.form(&link, "Send the link").await.with("email", &scene.hotel.admin.email);
    scene.guest.posts(&form).await;
    let link = scene.world.mail_link(&scene.hotel.admin.email).await;
    let set = scene.guest.form(&link, "Save and sign in").await.with("password", "a quiet harbour at dawn");
    assert_eq!(scene.guest.posts(&set).await.location(), format!("/connect/authorize/{}", scene.id));
}

#[tokio::test]
async fn the_sign_in_page_says_to_which_app_one_continues_with_its_logo_its_privacy_policy_and_its_terms() {
    let farm = Farm::new().await;
    let world = World::setup().beside(&farm).start().await;
    let acme = world.developer("ACME").await;
    let mut wish = AppWish::store("CONCIERGE").named("Concierge").asking_for(&["reservations.read"]);
    wish = wish.returning_to(CALLBACK).with_logo(&farm.url("/logo.png"));
    "https://concierge.example/privacy".clone_into(&mut wish.raw.policy_uri);
    "https://concierge.example/terms".clone_into(&mut wish.raw.tos_uri);
    let app = world.registers(&acme, wish).await;
    let mut guest = world.client();
    guest.gets("/").await;
    let id = waits(&world, &app.client_id, &guest).await;
    let page = guest.gets(&format!("/account/login?request={id}")).await;
    assert_eq!(page.status, 200);
    assert!(page.says("to continue to") && page.says("Concierge"), "{}", page.body);
    for link in ["https://concierge.example/privacy", "https://concierge.example/terms"] {
        let at = page.body.find(link).unwrap_or_else(|| panic!("{link} is missing: {}", page.body));
        let rest = page.body[at..].split('>').next().unwrap_or_default();
        assert!(rest.contains("noopener"), "{rest}");
    }
    // The logo is ours to serve: no other site learns who signs in.
    assert!(page.body.contains("src=\"/logos/"), "{}", page.body);
    let plain = world.client().gets("/account/login").await;
    assert!(!plain.says("to continue to"));
}
