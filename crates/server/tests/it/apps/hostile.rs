//! What must not be registered: lying names, addresses that are not what they look like, at create and at update alike.

use grantry_testkit::World;
use grantry_testkit::http::{Client, Form};

use super::{developer, filled, page_of};

/// Addresses that no field of an app takes.
const URIS: [&str; 32] = [
    "http://app.example/cb",
    "http://localhost.evil.test/cb",
    "http://127.0.0.1.nip.io/cb",
    "http://localhost@evil.example/cb",
    "https://good@evil.example/cb",
    "https://good@mid@evil.example/cb",
    "https://good\\@evil.example/cb",
    "https://evil\\.good.example/cb",
    "https://app.example/cb#fragment",
    "https://app.example/*",
    "https://*.example/cb",
    "https://app.example*/cb",
    "https://app.example/cb/..;/evil",
    "https://app.example/%2e%2e/evil",
    "https://app.example/./cb",
    "https://App.example/cb",
    "https://app.example:443/cb",
    "https://8.8.8.8/cb",
    "https://134744072/cb",
    "https://[2001:4860:4860::8888]/cb",
    "//app.example/cb",
    "app.example/cb",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "\u{1}javascript:alert(1)",
    "java\nscript:alert(1)",
    "\tjavascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://app.example/x",
    "https://b\u{fc}cher.example/cb",
];

/// The fields that take an address, and the name of the fault in each.
const FIELDS: [(&str, &str); 6] = [
    ("redirect_uri", "redirect_uri-1"),
    ("post_logout_uri", "post_logout_uri-1"),
    ("cors_origin", "cors_origin-1"),
    ("logo_url", "logo_url"),
    ("policy_uri", "policy_uri"),
    ("tos_uri", "tos_uri"),
];

/// Sends the form with each hostile address in each field; every time it comes back, the fault beside the field and
/// what was typed still there.
async fn refuses_hostile_addresses(admin: &mut Client, form: &Form) {
    for (field, fault) in FIELDS {
        for uri in URIS {
            let page = admin.posts(&form.clone().with_all(field, &[uri])).await;
            assert_eq!(page.status, 422, "{field} = {uri:?}");
            assert!(page.body.contains(&format!("id=\"f-{fault}-fault\"")), "{field} = {uri:?}");
            let back = page.form(&form.action);
            assert!(back.values(field).contains(&uri), "{field} = {uri:?} is lost");
            assert!(!page.body.contains("<script>alert"), "{field} = {uri:?} is repeated as it is");
            assert_eq!(page.header("location"), None);
        }
    }
}

// security: R01
#[tokio::test]
async fn no_field_takes_a_hostile_address_at_create() {
    let world = World::new().await;
    let (_, mut admin) = developer(&world).await;
    let form = filled(&mut admin).await;
    refuses_hostile_addresses(&mut admin, &form).await;
}

// security: R01, R06
#[tokio::test]
async fn no_field_takes_a_hostile_address_at_update() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    world.store_app(&acme, "MYAPP", "https://app.example/callback", &["reservations.read"]).await;
    let page = page_of(&world, "ACME-AC-MYAPP").await;
    let form = admin.form(&format!("{page}/edit"), "Save").await;
    refuses_hostile_addresses(&mut admin, &form).await;
    let app = world.app().cached.find_app("ACME-AC-MYAPP").await.expect("a store").expect("an app");
    assert_eq!(app.version.number, 1, "nothing was saved");
}

// security: C01
#[tokio::test]
async fn names_that_lie_are_refused_and_long_ones_too() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    world.store_app(&acme, "OLD", "https://app.example/callback", &[]).await;
    let page = page_of(&world, "ACME-AC-OLD").await;
    let update = admin.form(&format!("{page}/edit"), "Save").await;
    let create = filled(&mut admin).await;
    let long = "a".repeat(200);
    let piled = format!("a{}", "\u{301}".repeat(12));
    for name in [
        "",
        "\u{3000}",
        "My\u{202e}ppA",
        "My\u{200b}App",
        "MyApp\u{feff}",
        "\u{2066}MyApp\u{2069}",
        "My\nApp",
        "My\u{0}App",
        &piled,
        &long,
    ] {
        for form in [&create, &update] {
            let page = admin.posts(&form.clone().with("client_name", name)).await;
            assert_eq!(page.status, 422, "{name:?}");
            assert!(page.body.contains("id=\"f-client_name-fault\""), "{name:?}");
        }
    }
}

#[tokio::test]
async fn a_name_that_looks_like_a_page_is_shown_as_text() {
    let world = World::new().await;
    let (_, mut admin) = developer(&world).await;
    let name = "<img src=x onerror=alert(1)>\"'</title>{{7*7}}";
    let form = filled(&mut admin).await.with("client_name", name);
    let form = form.with_all("redirect_uri", &["http://localhost/cb"]);
    let review = admin.posts(&form).await;
    let created = admin.posts(&review.form("Save").pressing("Save")).await;
    let home = page_of(&world, "ACME-AC-MYAPP").await;
    let mut pages = vec![review, created];
    for path in ["/apps/store-apps".to_owned(), home.clone(), format!("{home}/edit")] {
        pages.push(admin.opens(&path).await);
    }
    for page in pages {
        assert_eq!(page.status, 200);
        assert!(page.says(name), "the name is not shown as it was typed");
        assert!(!page.body.contains("<img src=x") && !page.body.contains("'</title>"), "it became HTML");
    }
}

#[tokio::test]
async fn a_form_that_is_refused_keeps_everything_that_was_typed() {
    let world = World::new().await;
    let (_, mut admin) = developer(&world).await;
    let form = filled(&mut admin)
        .await
        .with("client_code", "9lives")
        .with("pii_mode", "hide")
        .with("client_type", "public")
        .with("profile", "compatible")
        .with("secret_description", "Test server")
        .with_all("redirect_uri", &["https://app.example/a", "", "https://app.example/b"])
        .with_all("post_logout_uri", &["https://app.example/bye"])
        .with_all("cors_origin", &["https://app.example"])
        .with("policy_uri", "https://app.example/privacy")
        .with("tos_uri", "https://app.example/terms")
        .without("require_pkce")
        .ticking("scope", "folios.read");
    let page = admin.posts(&form).await;
    assert_eq!(page.status, 422);
    assert!(page.says("One thing needs your attention"));
    let back = page.form("Review");
    for name in [
        "client_code",
        "client_name",
        "pii_mode",
        "client_type",
        "profile",
        "secret_description",
        "policy_uri",
        "tos_uri",
        "require_pkce",
    ] {
        assert_eq!(back.value(name), form.value(name), "{name}");
    }
    for name in ["redirect_uri", "post_logout_uri", "cors_origin", "scope"] {
        for value in form.values(name) {
            assert!(back.values(name).contains(&value), "{name} lost {value}");
        }
    }
}
