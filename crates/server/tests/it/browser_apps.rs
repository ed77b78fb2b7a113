//! Registering an app in a browser: from the empty list to the first tokens, with JavaScript and without.

use grantry_testkit::{Browser, Farm, Theme, World};

const LOOKS: [(u32, Theme); 4] =
    [(360, Theme::Light), (360, Theme::Dark), (1280, Theme::Light), (1280, Theme::Dark)];

async fn pictures(browser: &Browser, name: &str) {
    for (width, theme) in LOOKS {
        browser.screenshot(name, width, theme).await;
        browser.scrolls_only_down().await;
        browser.has_no_accessibility_violations().await;
    }
}

const SCOPES: [&str; 4] = [
    "Read reservations reservations.read",
    "Modify, check in/out, cancel reservations reservations.manage",
    "Read folios, including charges and payments folios.read",
    "Manage payments Sensitive payments.manage",
];

#[tokio::test]
async fn a_developer_registers_an_app_and_tries_it_out() {
    let farm = Farm::new().await;
    let world = World::setup().beside(&farm).start().await;
    let acme = world.developer("ACME").await;
    let browser = Browser::open().await;
    world.signs_in_quietly(&acme.admin, &browser).await;
    browser.goes_to(world.url("/apps/store-apps")).await;
    browser.sees("Offer your app to every account").await;
    pictures(&browser, "store-apps-empty").await;
    browser.follows("Add a new store app").await;

    // What is typed shows at once on the consent page beside it, and the server says what it finds.
    browser.types("Client code", "myapp").await;
    browser.types("Client name", "My App").await;
    assert!(browser.reads(".preview h2").await.starts_with("My App by ACME Software wants access to"));
    assert_eq!(browser.reads("#consent-logo").await, "M");
    browser.types("Logo URL", &farm.url("/logo.png")).await;
    browser.types("Redirect URIs 1", &farm.url("/callback")).await;
    let host = farm.url("").trim_start_matches("https://").trim_end_matches('/').to_owned();
    assert!(browser.reads(".preview .consent-goes").await.contains(&host), "where the browser goes: {host}");
    browser.sees("The logo is good").await;
    browser.types("Redirect URIs 2", "http://localhost:8000/callback").await;
    browser.sees("Can be called (status 200)").await;
    browser.types("Description of your secret", "Production").await;
    browser.sees("Only on the user’s own device").await;
    for scope in SCOPES {
        browser.ticks(scope).await;
    }
    assert!(browser.reads(".preview .consent-may").await.contains("Manage payments"));
    browser.sees("4 chosen").await;
    pictures(&browser, "store-app-filled").await;

    browser.presses("Review").await;
    browser.sees("Look at everything once more").await;
    pictures(&browser, "store-app-review").await;
    browser.presses("Save").await;
    browser.sees("Client secret created").await;
    pictures(&browser, "client-secret-created").await;

    // The secret is not lost by accident: Close waits for the tick.
    browser.presses("Close").await;
    browser.sees("Client secret created").await;
    browser.ticks("I have stored it").await;
    browser.presses("Close").await;
    browser.sees("Compared character by character").await;
    browser.sees_no("grs_").await;
    browser.shows_no_dialog().await;

    browser.presses("Run it now").await;
    browser.presses("Allow").await;
    browser.presses("Exchange the code for tokens").await;
    browser.sees("What the userinfo endpoint answers").await;
    pictures(&browser, "tried-out").await;
}

#[tokio::test]
async fn the_same_works_without_javascript() {
    let farm = Farm::new().await;
    let world = World::setup().beside(&farm).start().await;
    let acme = world.developer("ACME").await;
    let browser = Browser::open().without_javascript().await;
    world.signs_in_quietly(&acme.admin, &browser).await;
    browser.goes_to(world.url("/apps/store-apps/create")).await;
    browser.types("Client code", "my app").await;
    browser.types("Client name", "My App").await;
    browser.types("Redirect URIs 1", &farm.url("/callback")).await;
    browser.types("Redirect URIs 2", "http://app.example/callback").await;
    for scope in SCOPES {
        browser.ticks(scope).await;
    }
    browser.presses("Review").await;

    // Both faults at once, each beside its field, nothing lost.
    browser.sees("2 things need your attention").await;
    browser.sees("“MY APP” cannot be a client code").await;
    browser.sees("must use https").await;
    assert_eq!(browser.value("Client name").await, "My App");
    browser.types("Client code", "MYAPP").await;
    browser.types("Redirect URIs 2", "http://localhost:8000/callback").await;
    browser.presses("Review").await;
    browser.sees("Can be called (status 200)").await;
    browser.presses("Save").await;
    browser.sees("Client secret created").await;
    browser.sees("ACME-AC-MYAPP").await;
    browser.presses("Close").await;

    // A second secret, in a dialog that opens without a script, and the first one goes.
    browser.follows("Add another secret").await;
    browser.types("Description of your secret", "New server").await;
    browser.presses("Create secret").await;
    browser.sees("Client secret created").await;
    browser.presses("Close").await;
    browser.sees("New server").await;
    browser.presses("Edit").await;
    browser.types("Client name", "My better App").await;
    browser.presses("Save").await;
    browser.sees("Your changes are live").await;
    browser.sees("My better App").await;
}
