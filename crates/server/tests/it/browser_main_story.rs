//! The main job, end to end, in browsers: a developer signs up and registers a store app, a customer's admin connects it,
//! the app gets tokens that verify, and disconnecting ends them at once. Once with JavaScript, once without.

use grantry_testkit::relying_party::{Callback, RelyingParty, Tokens};
use grantry_testkit::world::{PASSWORD, RegisteredApp, Tenant};
use grantry_testkit::{Browser, Form, World};

/// Two browsers: the developer's, and the customer's.
async fn browsers(with_javascript: bool) -> (Browser, Browser) {
    let open = || async {
        if with_javascript { Browser::open().await } else { Browser::open().without_javascript().await }
    };
    (open().await, open().await)
}

const SCOPES: [(&str, &str); 4] = [
    ("Read reservations reservations.read", "reservations.read"),
    ("Modify, check in/out, cancel reservations reservations.manage", "reservations.manage"),
    ("Read users identity:account-users.read", "identity:account-users.read"),
    ("Manage payments Sensitive payments.manage", "payments.manage"),
];

/// Signs up, confirms by the mailed link, registers the app, and notes what the secret dialog shows.
async fn registers(world: &World, browser: &Browser, callback: &Callback) -> (String, String) {
    browser.goes_to(world.url("/account/register-dev-account")).await;
    browser.types("First name", "Ana").await;
    browser.types("Last name", "Lima").await;
    browser.types("Company or account name", "Harbour Apps").await;
    browser.types("E-mail", "ana@harbour.example").await;
    browser.types("Password", "eleven green tram stops").await;
    browser.presses("Create account").await;
    browser.sees("Check your mail").await;
    browser.goes_to(world.mail_link("ana@harbour.example").await).await;
    browser.presses("Confirm and sign in").await;
    browser.arrives_at("/apps/store-apps").await;

    browser.follows("Add a new store app").await;
    browser.types("Client code", "MYAPP").await;
    browser.types("Client name", "Tidy Rooms").await;
    browser.types("Redirect URIs 1", &callback.redirect_uri()).await;
    browser.types("Redirect URIs 2", "http://localhost:8000/callback").await;
    browser.types("Description of your secret", "Production").await;
    for (label, _) in SCOPES {
        browser.ticks(label).await;
    }
    browser.presses("Review").await;
    browser.sees("Look at everything once more").await;
    browser.presses("Save").await;
    browser.sees("Client secret created").await;
    let client_id = browser.reads(".slip div:first-child dd span").await;
    let client_secret = browser.reads(".slip div:last-child dd span").await;
    assert!(client_id.ends_with("-AC-MYAPP") && client_secret.starts_with("grs_"), "{client_id}");
    (client_id, client_secret)
}

/// The customer's admin is sent here by the app, signs in, reads what it wants, and allows it.
async fn connects(browser: &Browser, party: &RelyingParty, hotel: &Tenant, fresh: bool) {
    let asked: Vec<&str> =
        ["openid", "email", "offline_access"].into_iter().chain(SCOPES.map(|(_, scope)| scope)).collect();
    browser.goes_to(party.authorize_url(&asked)).await;
    browser.sees("Tidy Rooms").await;
    browser.types("E-mail", &hotel.admin.email).await;
    browser.types("Password", PASSWORD).await;
    browser.presses("Sign in").await;
    if fresh {
        browser.sees("Tidy Rooms by Harbour Apps wants access to HOTL Hotels").await;
        browser.sees("Manage payments").await;
        browser.sees("Stay connected when you are away").await;
        browser.shows_no_dialog().await;
        browser.presses("Allow").await;
    }
    browser.arrives_at(&party.callback().redirect_uri()).await;
}

/// What the app can do with its tokens.
async fn verifies(world: &World, party: &RelyingParty, tokens: &Tokens, hotel: &Tenant) -> Tokens {
    assert_eq!(party.verifies_id_token(tokens)["sub"], hotel.admin.id.as_str());
    let audience = format!("{}/resources", world.issuer());
    let access = party.verifies_access_token(&tokens.access_token, &audience).await;
    assert_eq!(access.expect("it verifies by the published keys")["account_code"], "HOTL");
    let refresh_token = tokens.refresh_token.as_deref().expect("offline access");
    let fresh = party.refreshes(refresh_token).await.expect("the refresh token is good");
    let userinfo = party.asks_userinfo(&fresh.access_token).await.expect("userinfo answers");
    assert_eq!(userinfo["email"], hotel.admin.email.as_str());
    let me = users_me(world, &fresh.access_token).await;
    assert_eq!(me.status, 200, "{}", me.body);
    assert_eq!(me.json()["email"], hotel.admin.email.as_str());
    fresh
}

async fn users_me(world: &World, token: &str) -> grantry_testkit::Reply {
    let bearer = format!("Bearer {token}");
    world.send("GET", "/api/v1/users/me", &[("Authorization", &bearer)], "").await
}

/// Every door closes at once.
async fn is_refused_everywhere(world: &World, party: &RelyingParty, app: &RegisteredApp, tokens: &Tokens) {
    let refresh_token = tokens.refresh_token.as_deref().expect("offline access");
    assert_eq!(party.refreshes(refresh_token).await.expect_err("it has ended").error, "invalid_grant");
    assert_eq!(party.asks_userinfo(&tokens.access_token).await.expect_err("it has ended").0, 401);
    assert_eq!(users_me(world, &tokens.access_token).await.status, 401);
    let question = Form::by_hand("/connect/introspect")
        .with("token", &tokens.access_token)
        .with("client_id", &app.client_id)
        .with("client_secret", &app.client_secret);
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    let told = world.post("/connect/introspect", &kind, &question.encoded()).await;
    assert_eq!((told.status, told.body.as_str()), (200, r#"{"active":false}"#));
}

async fn the_main_job(with_javascript: bool) {
    let world = World::new().await;
    let hotel = world.customer("HOTL").await;
    let (developer, customer) = browsers(with_javascript).await;
    let callback = Callback::listens().await;
    let (client_id, client_secret) = registers(&world, &developer, &callback).await;
    let party = RelyingParty::discovers(callback, world.issuer(), &client_id, &client_secret).await;

    connects(&customer, &party, &hotel, true).await;
    let tokens = party.exchanges_the_code().await.expect("the code is good");
    let tokens = verifies(&world, &party, &tokens, &hotel).await;

    // Remembered: after a fresh sign-in nothing is asked again.
    customer.forgets_cookies().await;
    connects(&customer, &party, &hotel, false).await;
    party.exchanges_the_code().await.expect("the code is good");

    customer.goes_to(world.url("/apps/connected-apps")).await;
    customer.follows("Tidy Rooms").await;
    customer.follows("Disconnect").await;
    customer.types("Type “Tidy Rooms” to confirm", "Tidy Rooms").await;
    customer.presses_beside("Type “Tidy Rooms” to confirm", "Disconnect").await;
    customer.sees("The app is disconnected.").await;
    let found = world.app().cached.find_app(&client_id).await.expect("the store").expect("the app");
    let app =
        RegisteredApp { id: found.app.id.clone(), client_id, name: "Tidy Rooms".to_owned(), client_secret };
    is_refused_everywhere(&world, &party, &app, &tokens).await;
    developer.shows_no_dialog().await;
}

// security: C01, C02, U04
#[tokio::test]
async fn a_developer_registers_an_app_and_a_customer_connects_and_disconnects_it() {
    the_main_job(true).await;
}

// security: C01, U04
#[tokio::test]
async fn the_main_job_needs_no_javascript() {
    the_main_job(false).await;
}
