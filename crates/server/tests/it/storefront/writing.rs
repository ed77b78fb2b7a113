//! Writing a listing: by the page, by a program, and what the trail says of it.

use grantry::apps::standing::{Decision, decide};
use grantry_store::audit::{AuditFilter, Origin};
use grantry_store::page::PageRequest;
use grantry_testkit::http::{Form, Reply};
use grantry_testkit::world::{AppWish, RegisteredApp, Tenant};
use grantry_testkit::{Farm, World};
use serde_json::{Value, json};

/// A world with a farm, and an app with a logo and a privacy policy that nobody has approved yet.
async fn beside(farm: &Farm) -> (World, Tenant, RegisteredApp) {
    let world = World::setup().beside(farm).start().await;
    let acme = world.developer("ACME").await;
    let wish = AppWish::store("TOOL").named("Tidy Tool").with_logo(&farm.url("/logo.png"));
    let mut wish = wish.returning_to(&farm.url("/callback")).asking_for(&["reservations.read"]);
    wish.raw.policy_uri = farm.url("/privacy");
    let tool = world.registers(&acme, wish).await;
    (world, acme, tool)
}

fn filled(form: Form, farm: &Farm) -> Form {
    form.with("short_description", "Keeps everything tidy")
        .with("long_description", "It tidies.\n\n- quickly\n- quietly")
        .ticking("category", "operations")
        .with("support", "help@app.example")
        .with("landing_url", &farm.url("/start"))
        .with("screenshot_url-1", &farm.url("/logo.jpg"))
        .with("screenshot_caption-1", "A tidy room")
        .pressing("Save draft")
}

async fn approves(world: &World, app: &RegisteredApp) {
    let decided = decide(world.app(), &Origin::command(), &app.client_id, Decision::Approve).await;
    decided.expect("the app is approved");
}

/// What the trail of an account says was done with listings, oldest first.
async fn trail(world: &World, of: &Tenant) -> Vec<String> {
    let (filter, page) = (AuditFilter::default(), PageRequest::first(100));
    let rows = world.app().store.reader().list_audit(&of.id, &filter, &page).await.expect("a trail");
    let actions = rows.items.iter().rev().map(|row| row.action.as_str().to_owned());
    actions.filter(|action| action.starts_with("listing.") || action.ends_with("published")).collect()
}

#[tokio::test]
async fn an_owner_writes_a_listing_previews_it_publishes_changes_at_once_and_takes_it_back() {
    let farm = Farm::new().await;
    let (world, acme, tool) = beside(&farm).await;
    let mut admin = world.signed_in(&acme.admin).await;
    let path = format!("/apps/store-apps/{}/listing", tool.id);
    let public = "/store/apps/acme-tool";

    let empty = admin.gets(&path).await;
    assert!(
        empty.says("A short description") && empty.says("must be approved by Innkeeper"),
        "{}",
        empty.body
    );
    let saved = admin.submits(&filled(empty.form("Save draft"), &farm)).await;
    assert!(saved.says("The draft is saved"), "{}", saved.body);
    let preview = admin.gets(&format!("{path}/preview")).await;
    for words in [
        "This is a preview",
        "Tidy Tool",
        "Keeps everything tidy",
        "quietly",
        "Not reviewed by Innkeeper yet",
    ] {
        assert!(preview.says(words), "{words}: {}", preview.body);
    }
    assert!(preview.body.contains("noindex") && preview.header("cache-control") == Some("no-store"));
    assert_eq!(world.get(public).await.status, 404, "a draft is nobody else's");

    let publish = Form::by_hand(&format!("{path}/publish"));
    let token = saved.form("Save draft").value("form_token").expect("a token").to_owned();
    let refused = admin.posts(&publish.clone().with("form_token", &token)).await;
    assert_eq!(refused.status, 409, "nobody has approved the app");
    approves(&world, &tool).await;
    let page = admin.gets(&path).await;
    let published = admin.submits(&page.form(&format!("{path}/publish"))).await;
    assert!(published.says("Customers find the app in the store now"), "{}", published.body);
    assert!(world.get(public).await.says("Keeps everything tidy"));

    let fetched = farm.requests().len();
    let form =
        published.form("Save draft").with("short_description", "Keeps all tidy").pressing("Save draft");
    let changed = admin.submits(&form).await;
    assert!(changed.says("with changes that are not published"), "{}", changed.body);
    assert_eq!(farm.requests().len(), fetched, "the screenshot is not fetched again");
    assert!(world.get(public).await.says("Keeps everything tidy"), "until it is published");
    admin.submits(&changed.form(&format!("{path}/publish"))).await;
    assert!(world.get(public).await.says("Keeps all tidy"), "without another approval");

    let page = admin.gets(&path).await;
    let taken = admin.submits(&page.form(&format!("{path}/unpublish"))).await;
    assert!(taken.says("not in the store any more"), "{}", taken.body);
    assert_eq!(world.get(public).await.status, 404);
    assert_eq!(
        taken.form("Save draft").value("short_description"),
        Some("Keeps all tidy"),
        "the draft stays"
    );
    let done = ["listing.updated", "app.published", "listing.updated", "app.published", "app.unpublished"];
    assert_eq!(trail(&world, &acme).await, done);
}

// security: W08, R02
#[tokio::test]
async fn what_cannot_be_saved_is_said_beside_its_field_and_nothing_typed_is_lost() {
    let farm = Farm::new().await;
    let (world, acme, tool) = beside(&farm).await;
    let mut admin = world.signed_in(&acme.admin).await;
    let path = format!("/apps/store-apps/{}/listing", tool.id);
    let form = filled(admin.gets(&path).await.form("Save draft"), &farm);
    for (field, typed, reason) in [
        ("title", "Another name", "must begin with Tidy Tool"),
        ("short_description", &"x".repeat(121), "at most 120 characters"),
        ("languages", "en, klingon!", "is not a language tag"),
        ("landing_url", "javascript:alert(1)", "begins with https://"),
        ("support", "nobody@", "is not an e-mail address"),
        ("screenshot_url-1", &farm.url("/bomb.png"), "more than 3840 pixels"),
        ("screenshot_url-1", &farm.url("/html.png"), "not a PNG, JPEG or WebP picture"),
        ("screenshot_url-1", &farm.url("/logo.svg"), "not a PNG, JPEG or WebP picture"),
        ("screenshot_url-1", &farm.url("/elsewhere"), "redirects elsewhere"),
        ("screenshot_url-1", &farm.inside_url("/logo.png"), "not publicly reachable"),
        ("screenshot_url-1", "https://169.254.169.254/latest", ""),
        ("screenshot_caption-1", "", "Say what is on this screenshot"),
    ] {
        let page = admin.posts(&form.clone().with(field, typed)).await;
        assert_eq!(page.status, 422, "{field} {typed}");
        let fault = format!("id=\"f-{field}-fault\"");
        assert!(page.body.contains(&fault) && page.says(reason), "{field} {typed}: {}", page.body);
        let again = page.form("Save draft");
        assert_eq!(again.value(field), Some(typed), "what was typed stays");
        assert!(again.value("support").is_some());
    }
    assert_eq!(farm.trap.connections(), 0, "nothing inside was called");

    // Two browsers: the second to save is told.
    let stale =
        admin.gets(&path).await.form("Save draft").with("short_description", "Mine").pressing("Save draft");
    admin.posts(&form).await;
    let page = admin.posts(&stale).await;
    assert!(page.status == 422 && page.says("Somebody else saved this app"), "{}", page.body);
    assert_eq!(page.form("Save draft").value("short_description"), Some("Mine"));
    approves(&world, &tool).await;
    let page = admin.gets(&path).await;
    let bare = page.form("Save draft").with("support", "").without("category").pressing("Save draft");
    let page = admin.submits(&bare).await;
    let refused = admin.posts(&page.form(&format!("{path}/publish"))).await;
    assert!(refused.status == 422 && refused.says("Say where customers get help"), "{}", refused.body);
    assert!(refused.says("Choose at least one category"));
}

struct Program<'w> {
    world: &'w World,
    bearer: String,
}

impl Program<'_> {
    async fn asks(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let mut headers = vec![("Authorization", self.bearer.as_str())];
        let body = body.map(|body| {
            headers.push(("Content-Type", "application/json"));
            body.to_string()
        });
        self.world.send(method, path, &headers, &body.unwrap_or_default()).await
    }
}

// security: W05
#[tokio::test]
async fn a_program_writes_and_publishes_the_listing_of_its_accounts_app_and_of_no_other() {
    let farm = Farm::new().await;
    let (world, acme, tool) = beside(&farm).await;
    let of = async |tenant: &Tenant| {
        let keeper = world.custom_app(tenant, "KEEPER", &["identity:clients.manage"]).await;
        format!("Bearer {}", world.token_of(&keeper, "identity:clients.manage").await)
    };
    let program = Program { world: &world, bearer: of(&acme).await };
    let rival = Program { world: &world, bearer: of(&world.developer("RIVL").await).await };
    let path = format!("/api/v1/clients/{}/listing", tool.client_id);
    let empty = program.asks("GET", &path, None).await.json();
    let needed = ["shortDescription", "longDescription", "categories", "support", "landingUrl"];
    assert_eq!((&empty["listing"], &empty["missing"]), (&json!("unlisted"), &json!(needed)));

    let says = json!({
        "shortDescription": "Keeps everything tidy", "longDescription": "It tidies.", "categories": ["operations"],
        "languages": ["en"], "support": "help@app.example", "landingUrl": farm.url("/start"),
        "screenshots": [{ "url": farm.url("/logo.webp"), "caption": "A tidy room" }],
    });
    let put = program.asks("PUT", &path, Some(says.clone())).await;
    assert_eq!((put.status, &put.json()["missing"]), (200, &json!([])), "{}", put.body);
    assert_eq!(put.json()["screenshots"], says["screenshots"]);
    assert_eq!(put.json()["hasUnpublishedChanges"], true);
    let wrong = json!({ "categories": ["nowhere"], "screenshots": [{ "url": farm.url("/missing"), "caption": "x" }] });
    let refused = program.asks("PUT", &path, Some(wrong)).await;
    assert!(refused.status == 422 && refused.json()["fields"]["categories"].is_string(), "{}", refused.body);
    let wrong = json!({ "screenshots": [{ "url": farm.url("/missing"), "caption": "x" }] });
    let refused = program.asks("PUT", &path, Some(wrong)).await;
    assert!(refused.json()["fields"]["screenshots[0].url"].is_string(), "{}", refused.body);
    assert_eq!(program.asks("PUT", &path, Some(json!({ "listing": "published" }))).await.status, 422);

    let publish = format!("{path}/publish");
    assert_eq!(program.asks("POST", &publish, None).await.status, 409);
    approves(&world, &tool).await;
    let published = program.asks("POST", &publish, None).await.json();
    assert_eq!(published["listing"], "published");
    assert_eq!(published["url"], world.url("/store/apps/acme-tool"));
    for (method, path) in [("GET", &path), ("POST", &publish), ("POST", &format!("{path}/unpublish"))] {
        assert_eq!(rival.asks(method, path, None).await.status, 404, "{method} {path}");
    }
    assert_eq!(rival.asks("PUT", &path, Some(says)).await.status, 404);
    assert_eq!(world.get("/store/apps/acme-tool").await.status, 200);
    let custom = "/api/v1/clients/ACME-SP-KEEPER/listing";
    assert_eq!(program.asks("GET", custom, None).await.status, 404, "a custom app has none");
    let taken = program.asks("POST", &format!("{path}/unpublish"), None).await.json();
    assert_eq!((&taken["listing"], &taken["url"]), (&json!("approved"), &Value::Null));
}
