//! The public pages: what everybody sees, what programs read, and what may be kept.

use grantry_testkit::http::Reply;
use grantry_testkit::{Farm, World};

use super::{app, listing, publishes};
use grantry::storefront::RawShot;

/// The titles of a list, in its order.
fn titles(page: &Reply) -> Vec<String> {
    let cards = page.body.split("class=\"shelf-card\"").skip(1);
    let title = |card: &str| {
        let (_, rest) = card.split_once("<h3>")?;
        let (_, rest) = rest.split_once("<bdi>")?;
        Some(rest.split_once("</bdi>")?.0.to_owned())
    };
    cards.filter_map(title).collect()
}

// security: W02, C05
#[tokio::test]
async fn an_app_in_the_store_says_who_makes_it_what_it_may_do_and_where_connect_leads() {
    let farm = Farm::new().await;
    let world = World::setup().beside(&farm).start().await;
    let acme = world.developer("ACME").await;
    let checkin = app(&world, &acme, "QUICK_CHECKIN", "Quick Check-in").await;
    let mut says = listing(
        "Guests check in <b>early</b>",
        "First paragraph.\n\n- one\n- two <script>alert(1)</script>",
        "customer-care",
    );
    let url = farm.url("/logo.png");
    says.screenshots = vec![RawShot { url, caption: "The day’s arrivals".to_owned() }];
    publishes(&world, &acme, &checkin, &says).await;

    let path = "/store/apps/acme-quick-checkin";
    let page = world.get(path).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for words in [
        "Quick Check-in",
        "ACME Software",
        "Reviewed by Innkeeper",
        "Guests check in <b>early</b>",
        "First paragraph.",
        "two <script>alert(1)</script>",
        "English, German",
        "Read reservations",
        "You continue at app.example.",
        "The day’s arrivals",
    ] {
        assert!(page.says(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains("<script>alert"));
    let sensitive = page.body.find("Manage payments").expect("the sensitive permission");
    assert!(sensitive < page.body.find("Read reservations").expect("the other"), "sensitive first");
    assert!(page.body.contains("href=\"https://app.example/start\""), "the landing page");
    assert!(!page.body.contains("/connect/authorize"), "never straight to an authorization");
    let canonical = format!("<link rel=\"canonical\" href=\"{}\">", world.url(path));
    assert!(page.body.contains(&canonical) && page.body.contains("property=\"og:title\""), "{}", page.body);
    assert!(
        page.body.contains("name=\"description\" content=\"Guests check in &#60;b&#62;early"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("noindex"));

    let at = page.body.find("/store/screenshots/").expect("a screenshot");
    let shot: String = page.body[at..].chars().take_while(|c| *c != '"').collect();
    let shot = world.get(&shot).await;
    assert_eq!((shot.status, shot.header("content-type")), (200, Some("image/png")));
    assert!(shot.header("cache-control").is_some_and(|kept| kept.contains("immutable")));
    assert_eq!(farm.trap.connections(), 0);

    for elsewhere in
        ["/store/apps/ACME-QUICK-CHECKIN", "/store/apps/acme-quick_checkin", "/store/apps/acme-x"]
    {
        assert_eq!(world.get(elsewhere).await.status, 404, "{elsewhere}");
    }
}

// security: S02, W02
#[tokio::test]
async fn caches_may_keep_what_strangers_see_and_nothing_that_is_somebodys() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let tool = app(&world, &acme, "TOOL", "Tool").await;
    publishes(&world, &acme, &tool, &listing("Short", "Long", "payments")).await;
    for path in ["/store", "/store/apps/acme-tool", "/store/search?q=tool", "/store/categories/payments"] {
        let page = world.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.header("cache-control"), Some("public, no-cache"), "{path}");
        assert_eq!(page.header("vary"), Some("accept-language, cookie"), "{path}");
        assert!(page.header("set-cookie").is_none(), "{path}: a cookie would be handed to others");
        assert!(!page.body.contains("form_token"), "{path}");
        let tag = page.header("etag").expect("a tag").to_owned();
        let again = world.send("GET", path, &[("If-None-Match", &tag)], "").await;
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
        let german = [("If-None-Match", tag.as_str()), ("Accept-Language", "de")];
        assert_eq!(world.send("GET", path, &german, "").await.status, 200, "{path}: another language");

        let own = world.signed_in(&acme.admin).await.gets(path).await;
        assert_eq!(own.header("cache-control"), Some("no-store"), "{path}");
        assert!(own.header("etag").is_none(), "{path}");
        assert_ne!(own.body, page.body);
    }
    let missing = world.get("/store/apps/acme-nothing").await;
    assert_eq!((missing.status, missing.header("cache-control")), (404, Some("no-store")));
}

#[tokio::test]
async fn customers_find_an_app_by_mistyped_words_and_by_category_page_by_page() {
    let world = World::new().await;
    assert!(world.get("/store").await.says("There are no apps yet"));
    let acme = world.developer("ACME").await;
    for n in 1..=30 {
        let one = app(&world, &acme, &format!("LOCK{n}"), &format!("Lock {n}")).await;
        publishes(&world, &acme, &one, &listing("Opens doors", "", "devices")).await;
        world.later(std::time::Duration::from_secs(1));
    }
    let keys = app(&world, &acme, "KEYS", "Schlüsselkasten").await;
    publishes(&world, &acme, &keys, &listing("Für die Rezeption", "Passt zu jedem Lock.", "sales")).await;

    let front = world.get("/store").await;
    assert_eq!(titles(&front).first().map(String::as_str), Some("Schlüsselkasten"), "{}", front.body);
    assert_eq!(titles(&front).len(), 12);
    assert!(front.says("See all 31 apps") && front.body.contains("/store/categories/devices"));
    assert!(!front.body.contains("/store/categories/payments"), "an empty category is not offered");

    for question in ["schlusselkasten", "schl%C3%BCsselkasten", "SCHLUSEL", "rezpetion", "rezeption+lock"] {
        let found = world.get(&format!("/store/search?q={question}")).await;
        assert_eq!(titles(&found), ["Schlüsselkasten"], "{question}");
    }
    let first = world.get("/store/search?q=lock").await;
    assert_eq!((titles(&first).len(), titles(&first)[0].as_str()), (24, "Lock 30"));
    assert!(first.says("31 apps") && first.says("Page 1 of 2") && first.body.contains("noindex"));
    assert!(first.body.contains("/store/search?q=lock&#38;page=2"), "{}", first.body);
    let second = world.get("/store/search?q=lock&page=2").await;
    assert_eq!(titles(&second).last().map(String::as_str), Some("Schlüsselkasten"), "long text comes last");
    let narrowed = world.get("/store/search?q=lock&category=sales").await;
    assert_eq!(titles(&narrowed), ["Schlüsselkasten"]);
    let shelf = world.get("/store/categories/devices?page=2").await;
    assert_eq!((titles(&shelf).len(), shelf.says("Devices and access")), (6, true));
    let none = world.get("/store/search?q=nothing+like+it").await;
    assert!(none.says("Nothing found") && none.status == 200);
    assert_eq!(world.get("/store/categories/nowhere").await.status, 404);
    let german = world.send("GET", "/store/categories/devices", &[("Accept-Language", "de")], "").await;
    assert!(german.says("Geräte und Zutritt"), "{}", german.body);
}

#[tokio::test]
async fn programs_read_the_store_as_a_feed_and_search_engines_as_a_map() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    for n in 1..=101 {
        let one = app(&world, &acme, &format!("N{n}"), &format!("Number {n}")).await;
        publishes(&world, &acme, &one, &listing("Short", "Long", "payments")).await;
        world.later(std::time::Duration::from_secs(1));
    }
    let first = world.get("/store/feed.json").await;
    assert_eq!(first.header("cache-control"), Some("public, no-cache"));
    assert_eq!(first.header("access-control-allow-origin"), Some("*"));
    let tag = first.header("etag").expect("a tag").to_owned();
    assert_eq!(world.send("GET", "/store/feed.json", &[("If-None-Match", &tag)], "").await.status, 304);
    let feed = first.json();
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(feed["items"].as_array().map(Vec::len), Some(100));
    let newest = &feed["items"][0];
    assert_eq!(newest["title"], "Number 101");
    assert_eq!(newest["url"], world.url("/store/apps/acme-n101"));
    assert_eq!(newest["tags"], serde_json::json!(["Payments"]));
    assert_eq!(newest["_app"]["client_id"], "ACME-AC-N101");
    assert_eq!(newest["_app"]["connect_url"], "https://app.example/start");
    assert_eq!(newest["_app"]["scopes"], serde_json::json!(["payments.manage", "reservations.read"]));
    let next = feed["next_url"].as_str().expect("there is more").replace(world.issuer(), "");
    let rest = world.get(&next).await.json();
    assert_eq!(rest["items"][0]["title"], "Number 1");
    assert!(rest.get("next_url").is_none());
    assert_eq!(
        world.get("/store/feed.json?after=%00~x").await.status,
        200,
        "a forged place is the beginning"
    );

    let map = world.get("/sitemap.xml").await;
    assert_eq!(map.header("content-type"), Some("application/xml"));
    for path in ["/store", "/store/categories/payments", "/store/apps/acme-n1", "/store/apps/acme-n101"] {
        assert!(map.body.contains(&format!("<loc>{}</loc>", world.url(path))), "{path}");
    }
    let robots = world.get("/robots.txt").await;
    assert!(robots.body.contains("Disallow: /\n") && robots.body.contains(&world.url("/sitemap.xml")));
}

#[tokio::test]
async fn an_account_that_has_connected_an_app_sees_that_instead_of_connect() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let (hotel, other) = (world.customer("HOTL").await, world.customer("OTHR").await);
    let tool = app(&world, &acme, "TOOL", "Tool").await;
    publishes(&world, &acme, &tool, &listing("Short", "Long", "payments")).await;
    let connection = world.connects(&hotel, &tool, &["reservations.read"]).await;
    let path = "/store/apps/acme-tool";
    let page = world.signed_in(&hotel.admin).await.gets(path).await;
    let link = format!("/apps/connected-apps/connection/{connection}");
    assert!(page.says("Connected") && page.body.contains(&link), "{}", page.body);
    assert!(!page.body.contains("https://app.example/start"));
    let page = world.signed_in(&other.admin).await.gets(path).await;
    assert!(!page.body.contains(&link) && page.body.contains("https://app.example/start"));
}
