//! The gallery: every page of the route table in a browser, phone and desk, light and dark, seen by axe-core.
//!
//! A new page needs one arm in [`hang`]: how one gets there, with data as it is in life. The pictures are in
//! `target/screenshots`; look at them before a page is called done.

use grantry::accounts::members::RawMember;
use grantry::accounts::{Access, invitations};
use grantry::routes::{self, Guard, Kind, Route};
use grantry::web::Words;
use grantry_store::id::{AppId, ConnectionId, SubmissionId};
use grantry_testkit::world::{AppWish, Person, Tenant};
use grantry_testkit::{Browser, Theme, World};
use http::Method;

use crate::connecting::{CALLBACK, CHALLENGE};

const LOOKS: [(u32, Theme); 4] =
    [(360, Theme::Light), (360, Theme::Dark), (1280, Theme::Light), (1280, Theme::Dark)];

/// A platform in the middle of its life.
struct Scene {
    world: World,
    developer: Tenant,
    operator: Tenant,
    connection: ConnectionId,
    store_app: AppId,
    custom_app: AppId,
    /// An app that waits for approval.
    submission: SubmissionId,
    /// Another server, just installed.
    fresh: World,
    /// The sample platform, with apps in its store.
    shop: World,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let developer = world.developer("ALEF").await;
        let operator = world.operator().await;
        let publisher = world.developer("BETH").await;
        let wish = AppWish::store("CONCIERGE").named("Concierge for Guests").asking_for(&[
            "reservations.read",
            "folios.read",
            "payments.manage",
        ]);
        let concierge = world.registers(&publisher, wish.returning_to("https://concierge.example/cb")).await;
        let asked = ["reservations.read", "folios.read", "payments.manage"];
        let connection = world.connects(&developer, &concierge, &asked).await;
        let custom_app = world.custom_app(&developer, "NIGHTLY", &["reports.read"]).await.id;
        let wish = AppWish::store("CHECKIN").named("Early Check-in").asking_for(&asked);
        let checkin = world
            .registers(
                &developer,
                wish.returning_to("https://checkin.example/oauth/callback")
                    .returning_to("http://localhost:8000/cb"),
            )
            .await;
        let hotel = world.customer("HOTL").await;
        world.connects(&hotel, &checkin, &asked).await;
        let store_app = checkin.id.clone();
        let member = world.member(&developer, "Mia Member").await;
        world.wishes(&developer, &member, &concierge).await;
        invites(&world, &developer, INVITED).await;
        let submission = world.waits_for_approval(&developer, &checkin).await;
        let shop = World::new().await;
        grantry::demo::fill(shop.app(), "http://127.0.0.1:1/callback").await.expect("a sample platform");
        let fresh = World::new().await;
        Self { world, developer, operator, connection, store_app, custom_app, submission, fresh, shop }
    }

    async fn signs_up(&self, browser: &Browser) {
        self.shows(browser, "/account/register-dev-account").await;
        for (field, text) in [
            ("First name", "Noa"),
            ("Last name", "Levi"),
            ("Company or account name", "Harbour Apps"),
            ("E-mail", "noa@harbour.example"),
            ("Password", "eleven green tram stops"),
        ] {
            browser.types(field, text).await;
        }
        browser.presses("Create account").await;
        browser.sees("Check your mail").await;
    }

    async fn shows(&self, browser: &Browser, path: &str) {
        browser.goes_to(self.world.url(path)).await;
    }
}

/// Somebody whom the developer account has invited.
const INVITED: &str = "ines@newcomer.example";

async fn invites(world: &World, tenant: &Tenant, email: &str) {
    let app = world.app();
    let account = app.store.reader().find_account(&tenant.id).await.expect("a store").expect("an account");
    let raw = RawMember { email, access: Access::default(), words: Words::english() };
    let origin = world.origin_of(&tenant.admin).await;
    invitations::create(app, &origin, &account, &raw).await.expect("an invitation");
}

/// Goes to the page of a route, and says under which name its pictures hang; none when nobody has said how.
async fn hang(scene: &Scene, browser: &Browser, path: &str) -> Option<&'static str> {
    let name = match path {
        "/" => {
            scene.shows(browser, "/").await;
            "landing"
        }
        "/account/login" => {
            scene.shows(browser, "/account/login").await;
            "sign-in"
        }
        "/account/register-dev-account" => {
            scene.shows(browser, path).await;
            "sign-up"
        }
        "/account/confirm-email/{token}" => {
            scene.signs_up(browser).await;
            browser.goes_to(&scene.world.mail_link("noa@harbour.example").await).await;
            "sign-up-confirm"
        }
        "/account/reset-password" => {
            scene.shows(browser, path).await;
            "reset-password"
        }
        "/account/set-password/{token}" => {
            let email = &scene.developer.admin.email;
            scene.shows(browser, "/account/reset-password").await;
            browser.types("E-mail", email).await;
            browser.presses("Send the link").await;
            browser.sees("Check your mail").await;
            browser.goes_to(&scene.world.mail_link(email).await).await;
            "set-password"
        }
        "/account/first-operator/{token}" => {
            let link = grantry::sign_in::first_operator_link(scene.fresh.app()).await.expect("the store");
            browser.goes_to(&link.expect("nobody operates it yet")).await;
            "first-operator"
        }
        "/account/profile/name" => {
            scene.shows(browser, path).await;
            "profile-name"
        }
        "/account/profile" => {
            scene.world.signed_in(&scene.developer.admin).await;
            scene.shows(browser, path).await;
            "profile"
        }
        "/account/profile/activity" => {
            scene.shows(browser, path).await;
            "profile-activity"
        }
        "/account/logout" => {
            scene.world.signs_in_quietly(&scene.developer.admin, browser).await;
            scene.shows(browser, "/account/logout").await;
            "sign-out"
        }
        "/device" => {
            scene.shows(browser, "/device?user_code=BCDF-GHJK").await;
            "device"
        }
        "/device/done" => {
            scene.shows(browser, path).await;
            "device-done"
        }
        "/apps/store-apps" => {
            scene.shows(browser, path).await;
            "store-apps"
        }
        "/apps/profiles" => {
            scene.shows(browser, path).await;
            "profiles"
        }
        "/apps/store-apps/create" => {
            scene.shows(browser, path).await;
            "store-app-new"
        }
        "/apps/store-apps/{app}" => {
            scene.shows(browser, &format!("/apps/store-apps/{}", scene.store_app)).await;
            "store-app"
        }
        "/apps/refused-requests" => {
            let client_id = "ALEF-AC-CHECKIN";
            let evil = format!("/connect/authorize?client_id={client_id}&redirect_uri=https://evil.example/");
            scene.world.get(&evil).await;
            scene.shows(browser, path).await;
            browser.sees(client_id).await;
            "refused-requests"
        }
        // Sends the browser on to the app's page.
        "/apps/store-apps/{app}/secrets" => {
            scene.shows(browser, &format!("/apps/store-apps/{}/secrets", scene.store_app)).await;
            "store-app-at-its-secrets"
        }
        "/apps/custom-apps/{app}/secrets" => {
            scene.shows(browser, &format!("/apps/custom-apps/{}/secrets", scene.custom_app)).await;
            "custom-app-at-its-secrets"
        }
        "/apps/store-apps/{app}/webhook" => {
            let path = format!("/apps/store-apps/{}/webhook", scene.store_app);
            scene.shows(browser, &path).await;
            browser.types("url", "https://checkin.example/events").await;
            browser.presses("Create webhook").await;
            browser.presses("I have stored it").await;
            browser.presses("Send a test").await;
            browser.sees("webhook.test").await;
            scene.shows(browser, &path).await;
            "webhook"
        }
        // Sends the browser on to the webhook's page.
        "/apps/store-apps/{app}/webhook/secret" => {
            scene.shows(browser, &format!("/apps/store-apps/{}/webhook/secret", scene.store_app)).await;
            "webhook-at-its-secret"
        }
        "/apps/store-apps/{app}/edit" => {
            scene.shows(browser, &format!("/apps/store-apps/{}/edit", scene.store_app)).await;
            "store-app-edit"
        }
        "/apps/try/callback" => {
            scene.shows(browser, &format!("/apps/store-apps/{}", scene.store_app)).await;
            browser.presses("Run it now").await;
            browser.presses("Allow").await;
            browser.sees("Exchange the code for tokens").await;
            "try-callback"
        }
        "/apps/connected-apps/create" => {
            scene.shows(browser, "/apps/connected-apps/create?clientCode=TAP&clientName=Tap").await;
            browser.presses("Close").await;
            "custom-app-new"
        }
        "/apps/custom-apps/{app}" => {
            scene.shows(browser, &format!("/apps/custom-apps/{}", scene.custom_app)).await;
            "custom-app"
        }
        "/apps/custom-apps/{app}/edit" => {
            scene.shows(browser, &format!("/apps/custom-apps/{}/edit", scene.custom_app)).await;
            "custom-app-edit"
        }
        "/apps/connected-apps" => {
            scene.shows(browser, "/apps/connected-apps").await;
            "connected-apps"
        }
        "/apps/connected-apps/connection/{id}" => {
            scene.shows(browser, &format!("/apps/connected-apps/connection/{}", scene.connection)).await;
            "connection"
        }
        "/connect/authorize" => {
            scene.shows(browser, "/connect/authorize?client_id=ALEF-AC-NOBODY").await;
            "refused"
        }
        // One of many looks of this page: the others hang beside it, from browser_consent.rs.
        "/connect/authorize/{id}" => {
            let world = &scene.world;
            let app = world.store_app(&scene.developer, "ROOM", CALLBACK, &["reservations.read"]).await;
            world.signs_in_quietly(&scene.developer.admin, browser).await;
            let query = format!("client_id={}&redirect_uri={CALLBACK}&response_type=code", app.client_id);
            let pkce = format!("code_challenge={CHALLENGE}&code_challenge_method=S256");
            scene.shows(browser, &format!("/connect/authorize?{query}&{pkce}&scope=reservations.read")).await;
            "consent-own-app"
        }
        "/connect/endsession" => {
            scene.world.signs_in_quietly(&scene.developer.admin, browser).await;
            scene.shows(browser, "/connect/endsession").await;
            "end-session"
        }
        "/apps/store-apps/{app}/submit" => {
            scene.shows(browser, &format!("/apps/store-apps/{}/submit", scene.store_app)).await;
            "submit"
        }
        path if path.starts_with("/review") => return reviewers(scene, browser, path).await,
        path if path.starts_with("/store") => return store(scene, browser, path).await,
        path if path.starts_with("/apps/store-apps/{app}/listing") => {
            scene.shows(browser, &path.replace("{app}", scene.store_app.as_str())).await;
            if path.ends_with("preview") { "listing-preview" } else { "listing-empty" }
        }
        path if path.starts_with("/account/") || path.starts_with("/admin/") => {
            return accounts(scene, browser, path).await;
        }
        _ => return None,
    };
    Some(name)
}

/// The store, as it is on a platform that has one.
async fn store(scene: &Scene, browser: &Browser, path: &str) -> Option<&'static str> {
    let (path, name) = match path {
        "/store" => ("/store", "store"),
        "/store/search" => ("/store/search?q=gests", "store-search"),
        "/store/categories/{category}" => ("/store/categories/customer-care", "store-category"),
        "/store/apps/{app}" => ("/store/apps/seas-checkin", "store-app-page"),
        _ => return None,
    };
    browser.goes_to(scene.shop.url(path)).await;
    Some(name)
}

/// The pages of accounts and of the operator.
async fn accounts(scene: &Scene, browser: &Browser, path: &str) -> Option<&'static str> {
    let (path, name) = match path {
        "/account/members" => (path.to_owned(), "members"),
        "/account/members/{member}" => (format!("/account/members/{}", scene.developer.admin.id), "member"),
        "/account/invitation/{token}" => {
            let link = scene.world.mail_link(INVITED).await;
            browser.goes_to(&link).await;
            return Some("invitation");
        }
        "/account/settings" => (path.to_owned(), "settings"),
        "/account/audit" => (path.to_owned(), "audit"),
        "/admin/accounts" => (path.to_owned(), "operator-accounts"),
        "/admin/accounts/create" => (path.to_owned(), "operator-create-account"),
        "/admin/accounts/{account}" => {
            (format!("/admin/accounts/{}", scene.developer.id), "operator-account")
        }
        "/admin/machine-apps" => (path.to_owned(), "operator-machine-apps"),
        "/admin/scopes" => (path.to_owned(), "operator-scopes"),
        _ => return None,
    };
    scene.shows(browser, &path).await;
    Some(name)
}

/// The reviewers' desk.
async fn reviewers(scene: &Scene, browser: &Browser, path: &str) -> Option<&'static str> {
    let name = match path {
        "/review" => "review-queue",
        "/review/{submission}" => "review-submission",
        "/review/{submission}/record" => "review-record",
        _ => return None,
    };
    scene.shows(browser, &path.replace("{submission}", scene.submission.as_str())).await;
    Some(name)
}

async fn pictures(browser: &Browser, name: &str) {
    for (width, theme) in LOOKS {
        let file = browser.screenshot(name, width, theme).await;
        let bytes = std::fs::metadata(&file).map(|file| file.len()).unwrap_or_default();
        assert!(bytes > 1000, "{} is no picture", file.display());
        browser.scrolls_only_down().await;
        browser.has_no_accessibility_violations().await;
    }
    browser.shows_no_dialog().await;
}

/// A part of the gallery, small enough for one test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Doors,
    Apps,
    Account,
    Operator,
}

impl Room {
    fn of(row: &Route) -> Self {
        match row.guard {
            Guard::Open | Guard::Door | Guard::Bearer(_) => Self::Doors,
            Guard::Operator | Guard::Reviewer => Self::Operator,
            Guard::SignedIn | Guard::Member | Guard::Admin if row.path.starts_with("/apps/") => Self::Apps,
            Guard::SignedIn | Guard::Member | Guard::Admin => Self::Account,
        }
    }
}

/// Pictures every page of a room.
async fn gallery_of(room: Room) {
    let scene = Scene::new().await;
    let browser = Browser::open().await;
    let mut missing = Vec::new();
    for row in routes::table(scene.world.app()).rows() {
        // A record in JSON is downloaded, not looked at.
        let is_page = matches!(row.kind, Kind::Page | Kind::Public) && !row.path.ends_with(".json");
        if row.method != Method::GET || !is_page || Room::of(row) != room {
            continue;
        }
        browser.forgets_cookies().await;
        match row.guard {
            Guard::Open | Guard::Door | Guard::Bearer(_) => {}
            Guard::SignedIn | Guard::Member | Guard::Admin => {
                scene.world.signs_in_quietly(&scene.developer.admin, &browser).await;
            }
            Guard::Operator | Guard::Reviewer => {
                scene.world.signs_in_quietly(&scene.operator.admin, &browser).await;
            }
        }
        match hang(&scene, &browser, row.path).await {
            Some(name) => pictures(&browser, name).await,
            None => missing.push(row.path),
        }
    }
    assert!(missing.is_empty(), "add these pages to the gallery:\n{}", missing.join("\n"));
}

#[tokio::test]
async fn every_door_is_pictured_and_accessible() {
    Box::pin(gallery_of(Room::Doors)).await;
}

#[tokio::test]
async fn every_page_of_the_apps_section_is_pictured_and_accessible() {
    Box::pin(gallery_of(Room::Apps)).await;
}

#[tokio::test]
async fn every_page_of_an_account_is_pictured_and_accessible() {
    Box::pin(gallery_of(Room::Account)).await;
}

#[tokio::test]
async fn every_page_of_the_operator_is_pictured_and_accessible() {
    Box::pin(gallery_of(Room::Operator)).await;
}

/// A listing as its owner sees it when it is written, and in the store of somebody who has connected the app.
#[tokio::test]
async fn a_listing_that_is_public_is_pictured_and_accessible() {
    let world = World::new().await;
    grantry::demo::fill(world.app(), "http://127.0.0.1:1/callback").await.expect("a sample platform");
    let browser = Browser::open().await;
    let reader = world.app().store.reader();
    let signs_in = async |email: &str| {
        let found = reader.find_person_by_email(email).await.expect("the store").expect("somebody");
        let person = Person { id: found.id, name: found.first_name, email: found.email };
        world.signs_in_quietly(&person, &browser).await;
    };
    signs_in("dana@seaside.example").await;
    let app = reader.find_app_by_client_id("SEAS-AC-CHECKIN").await.expect("the store").expect("the app");
    browser.goes_to(world.url(&format!("/apps/store-apps/{}/listing", app.id))).await;
    browser.sees("In the store").await;
    pictures(&browser, "listing").await;
    browser.types("Title", "Something else").await;
    browser.presses("Save draft").await;
    browser.sees("must begin with Quick Check-in").await;
    pictures(&browser, "listing-refused").await;

    browser.forgets_cookies().await;
    signs_in("alma@aurora.example").await;
    browser.goes_to(world.url("/store/apps/seas-nightkey")).await;
    browser.sees("You continue at seaside.example").await;
    pictures(&browser, "store-app-signed-in").await;
}

/// What a page looks like when something went wrong, and the pages that no line of the table stands for.
#[tokio::test]
async fn every_other_sight_is_pictured_and_accessible() {
    let scene = Scene::new().await;
    let browser = Browser::open().await;

    scene.shows(&browser, "/account/login").await;
    browser.types("E-mail", &scene.developer.admin.email).await;
    browser.types("Password", "not the password").await;
    browser.presses("Sign in").await;
    browser.sees("password").await;
    pictures(&browser, "sign-in-refused").await;

    let app = scene.world.store_app(&scene.developer, "ROOM", CALLBACK, &["reservations.read"]).await;
    let query = format!("client_id={}&redirect_uri={CALLBACK}&response_type=code", app.client_id);
    let pkce = format!("code_challenge={CHALLENGE}&code_challenge_method=S256");
    scene.shows(&browser, &format!("/connect/authorize?{query}&{pkce}&scope=reservations.read")).await;
    browser.sees("to continue to").await;
    pictures(&browser, "sign-in-for-an-app").await;

    scene.shows(&browser, "/account/set-password/none").await;
    browser.sees("does not work any more").await;
    pictures(&browser, "link-gone").await;

    scene.shows(&browser, "/account/register-dev-account").await;
    browser.runs("document.querySelector('form').noValidate = true", vec![]).await;
    browser.types("E-mail", "nobody").await;
    browser.types("Password", "short").await;
    browser.runs("document.querySelector('form').submit()", vec![]).await;
    browser.sees("5 things need your attention").await;
    pictures(&browser, "sign-up-refused").await;

    scene.shows(&browser, "/store").await;
    browser.sees("There are no apps yet").await;
    pictures(&browser, "store-empty").await;
    scene.shows(&browser, "/store/search?q=zither").await;
    browser.sees("Nothing found").await;
    pictures(&browser, "store-nothing-found").await;

    scene.shows(&browser, "/nothing/here").await;
    browser.sees("There is nothing here").await;
    pictures(&browser, "not-found").await;

    scene.shows(&browser, "/account/reset-password").await;
    browser.types("E-mail", &scene.developer.admin.email).await;
    browser.runs("document.querySelector('form').submit()", vec![]).await;
    browser.sees("is on its way").await;
    pictures(&browser, "reset-password-sent").await;

    browser.goes_to(format!("http://{}/mailbox", scene.world.ops_address())).await;
    pictures(&browser, "mailbox").await;
    browser.follows("Choose a new password for Innkeeper").await;
    pictures(&browser, "mailbox-mail").await;
}
