//! From "Add a new store app" to the client secret, and what a second try of each step does.

use grantry_store::app::AppKind;
use grantry_store::audit::AuditFilter;
use grantry_store::page::PageRequest;
use grantry_testkit::{Farm, World};

use super::{developer, filled, page_of, saved, secret_on, works};

// security: R04, W08
#[tokio::test]
async fn an_admin_registers_a_store_app_and_sees_its_secret_once() {
    let farm = Farm::new().await;
    let world = World::setup().beside(&farm).start().await;
    let (acme, mut admin) = developer(&world).await;

    let empty = admin.opens("/apps/store-apps").await;
    assert!(empty.says("My store apps") && empty.says("Add a new store app"));
    let page = admin.opens("/apps/store-apps/create").await;
    for word in ["Client code", "Client name", "Logo URL", "Redirect URIs", "Secrets", "Scopes", "Core API"] {
        assert!(page.says(word), "the form lacks {word}");
    }
    let callback = farm.url("/callback");
    let logo = farm.url("/logo.png");
    let form = filled(&mut admin)
        .await
        .with("logo_url", &logo)
        .with_all("redirect_uri", &[&callback, "http://localhost:8000/callback", ""])
        .with("secret_description", "Production");
    let review = admin.posts(&form).await;
    assert_eq!(review.status, 200, "{}", review.body);
    assert!(review.says("Review your app") && review.says("ACME-AC-MYAPP"));
    assert!(review.says("Can be called (status 200)"));
    assert!(review.says("Only on the user’s own device"));
    assert!(review.body.contains("/logos/"), "the review shows our copy of the logo");

    let again = admin.posts(&review.form("Save").pressing("Back")).await;
    assert_eq!(again.form("Review").values("redirect_uri").first(), Some(&callback.as_str()));

    let created = admin.posts(&review.form("Save").pressing("Save")).await;
    assert_eq!(created.status, 200, "{}", created.body);
    assert_eq!(created.header("cache-control"), Some("no-store"));
    assert!(created.says("Client secret created") && created.says("ACME-AC-MYAPP"));
    assert!(created.says("I have stored it") && created.says("Try it out"));
    let secret = secret_on(&created);
    assert!(works(&world, "ACME-AC-MYAPP", &secret).await);
    let logos = farm.requests().iter().filter(|request| request.contains("logo.png")).count();
    assert_eq!(logos, 1, "the logo is fetched once, at the review");

    // Sending the same form again makes nothing and shows nothing.
    let page = admin.submits(&review.form("Save").pressing("Save")).await;
    assert!(page.says("This app is saved already") && page.says("ACME-AC-MYAPP"), "{}", page.body);
    assert!(!page.body.contains(&secret));
    // Neither does another form with that code, also with an id that we did not seal.
    let stolen = review.form("Save").pressing("Save").with("app_seal", "x");
    let other = admin.posts(&stolen).await;
    assert_eq!(other.status, 409);
    assert!(other.says("was already used") && !other.body.contains("grs_"));
    let reader = world.app().store.reader();
    assert_eq!(reader.count_apps(&acme.id, AppKind::Store).await, Ok(1));

    let list = admin.opens("/apps/store-apps").await;
    assert!(list.says("My App") && list.says("ACME-AC-MYAPP") && list.says("No connected accounts"));
    let page = admin.opens(&page_of(&world, "ACME-AC-MYAPP").await).await;
    assert!(page.says("Production") && page.says(&format!("…{}", &secret[secret.len() - 4..])));
    assert!(page.says("Can be called (status 200)"));
    for page in [&list, &page] {
        assert!(!page.body.contains(&secret), "the secret is shown a second time");
    }

    let trail = reader.list_audit(Some(&acme.id), &AuditFilter::default(), &PageRequest::first(50)).await;
    let trail = trail.expect("a trail").items;
    let actions: Vec<_> = trail.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(actions.get(..2), Some(["secret.created", "app.created"].as_slice()));
    assert!(!format!("{trail:?}").contains(&secret), "the trail holds the secret");
}

// security: W08
#[tokio::test]
async fn the_logo_is_served_from_our_origin_as_another_picture() {
    let farm = Farm::new().await;
    let world = World::setup().beside(&farm).start().await;
    let (_, mut admin) = developer(&world).await;
    for file in ["/logo.png", "/logo.jpg", "/logo.webp"] {
        let form = filled(&mut admin).await.with("logo_url", &farm.url(file));
        let review = admin.posts(&form).await;
        assert!(review.body.contains("/logos/"), "{file}: {}", review.body);
        let at = review.body.find("/logos/").unwrap_or_default();
        let path: String = review.body[at..].chars().take_while(|c| *c != '"').collect();
        let logo = world.get(&path).await;
        assert_eq!(logo.status, 200);
        assert!(logo.bytes.starts_with(b"\x89PNG"), "{file} is served as it came");
        assert_eq!(logo.header("content-type"), Some("image/png"));
        assert_eq!(logo.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(logo.header("content-security-policy"), Some("default-src 'none'; sandbox"));
        assert_eq!(logo.header("cache-control"), Some("public, max-age=31536000, immutable"));
    }
    assert_eq!(world.get("/logos/0000").await.status, 404);
}

// security: R03
#[tokio::test]
async fn a_code_belongs_to_one_app_of_its_account_for_ever_and_tells_nothing_of_others() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let other = world.developer("BETA").await;
    let mut beta = world.signed_in(&other.admin).await;
    world.store_app(&other, "MYAPP", "https://secret.example/cb", &[]).await;

    let form = filled(&mut admin).await.with_all("redirect_uri", &["http://localhost/cb"]);
    assert_eq!(saved(&mut admin, &form).await.status, 200, "another account's code is free here");
    let taken = admin.posts(&form.clone().with("client_code", "MyApp")).await;
    assert_eq!(taken.status, 409);
    assert!(taken.says("The client code MYAPP was already used"));
    assert!(!taken.body.contains("secret.example") && !taken.body.contains("BETA"));

    let page = admin.opens(&page_of(&world, "ACME-AC-MYAPP").await).await;
    let deleted = admin.posts(&page.form("Delete app").with("confirm", "My App")).await;
    assert_eq!(deleted.location(), "/apps/store-apps");
    assert_eq!(admin.posts(&form).await.status, 409, "a deleted app keeps its code");
    assert_eq!(world.app().store.reader().count_apps(&acme.id, AppKind::Store).await, Ok(0));
    assert_eq!(beta.opens(&page_of(&world, "BETA-AC-MYAPP").await).await.status, 200);
}

// security: C08
#[tokio::test]
async fn only_account_admins_see_or_send_the_registration_form() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let form = filled(&mut admin).await;
    let bob = world.member(&acme, "Bob Brown").await;
    let mut bob = world.signed_in(&bob).await;
    let refused = bob.opens("/apps/store-apps/create").await;
    assert_eq!(refused.status, 403);
    assert!(refused.says("Only account admins can do this") && refused.says(&acme.admin.email));
    let token = world.app().form_key.token(bob.cookie("grantry-browser").expect("a browser cookie"));
    let sent = bob.posts(&form.with("form_token", &token).with("step", "save")).await;
    assert_eq!(sent.status, 403);
    assert_eq!(world.app().store.reader().count_apps(&acme.id, AppKind::Store).await, Ok(0));
}

#[tokio::test]
async fn a_customer_account_is_sent_to_a_developer_account() {
    let world = World::new().await;
    let hotel = world.customer("HOTL").await;
    let mut admin = world.signed_in(&hotel.admin).await;
    for path in ["/apps/store-apps", "/apps/store-apps/create"] {
        let page = admin.opens(path).await;
        assert_eq!(page.status, 403, "{path}");
        assert!(page.says("Store apps need a developer account"));
    }
}

#[tokio::test]
async fn a_public_app_has_no_secret() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let form = filled(&mut admin)
        .await
        .with("client_type", "public")
        .with_all("redirect_uri", &["com.example.app:/callback", "http://127.0.0.1/cb"]);
    let created = saved(&mut admin, &form).await;
    let page = admin.follows(created).await;
    assert!(page.says("Your app is registered") && page.says("a public app runs on people’s devices"));
    assert!(!page.body.contains("grs_") && !page.says("Add another secret"));
    let found = world.app().cached.find_app("ACME-AC-MYAPP").await.expect("a store").expect("an app");
    assert!(found.secrets.is_empty() && found.client.needs_pkce());
    assert_eq!(found.owner.id, acme.id);
}

// security: R10
#[tokio::test]
async fn fields_that_the_form_does_not_have_change_nothing() {
    let world = World::new().await;
    let (_, mut admin) = developer(&world).await;
    let other = world.developer("BETA").await;
    let mut form = filled(&mut admin).await.with_all("redirect_uri", &["http://localhost/cb"]);
    for (name, value) in [
        ("account_id", other.id.as_str()),
        ("account", "BETA"),
        ("client_id", "BETA-AC-MYAPP"),
        ("kind", "custom"),
        ("state", "suspended"),
        ("listing", "published"),
        ("approved", "true"),
        ("is_first_party", "true"),
        ("logo_id", "0000"),
        ("logo_seal", "x"),
    ] {
        form = form.with(name, value);
    }
    let review = admin.posts(&form).await;
    let mut save = review.form("Save").pressing("Save");
    for name in ["account_id", "client_id", "listing", "state"] {
        save = save.with(name, "published");
    }
    assert_eq!(admin.posts(&save).await.status, 200);
    let app = world.app().cached.find_app("ACME-AC-MYAPP").await.expect("a store").expect("an app");
    assert_eq!(app.owner.code, "ACME");
    assert_eq!((app.app.state.as_str(), app.app.listing.as_str()), ("active", "unlisted"));
    assert_eq!(app.version.details.logo_id, None);
}
