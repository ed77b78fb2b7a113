//! What an account has connected: seeing it, ending it, from both sides and through the REST API.

use grantry_testkit::world::{AppWish, RegisteredApp, Tenant};
use grantry_testkit::{Form, World};

struct Scene {
    world: World,
    /// The hotel that has connected the app.
    hotel: Tenant,
    publisher: Tenant,
    app: RegisteredApp,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let hotel = world.customer("HOTL").await;
        let publisher = world.developer("ACME").await;
        let scopes = ["reservations.read", "payments.manage"];
        let app = world.store_app(&publisher, "TOOL", "https://tool.example/cb", &scopes).await;
        Self { world, hotel, publisher, app }
    }

    /// An access token of the hotel's own program.
    async fn token(&self, of: &RegisteredApp, scope: &str) -> String {
        let body = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope={scope}",
            of.client_id, of.client_secret
        );
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        let reply = self.world.post("/connect/token", &kind, &body).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()["access_token"].as_str().expect("a token").to_owned()
    }
}

// security: U04
#[tokio::test]
async fn an_admin_sees_what_an_app_may_do_and_disconnects_it_by_its_name() {
    let scene = Scene::new().await;
    let asked = ["reservations.read", "payments.manage"];
    let connection = scene.world.connects(&scene.hotel, &scene.app, &asked).await;
    let mut admin = scene.world.signed_in(&scene.hotel.admin).await;
    let list = admin.gets("/apps/connected-apps").await;
    assert!(list.says(&scene.app.name) && list.says("2 permissions"), "{}", list.body);
    let page = format!("/apps/connected-apps/connection/{connection}");
    let shown = admin.gets(&page).await;
    assert!(shown.says("Manage payments") && shown.says("Read reservations"), "{}", shown.body);

    assert!(!shown.says("What you allowed it yourself"), "nothing about a person was asked for");

    let form = shown.form("Disconnect");
    let other = admin.posts(&form.clone().with("confirm", "Another name")).await;
    assert_eq!(other.status, 422);
    assert!(other.says("Nothing was disconnected"));
    assert_eq!(admin.gets(&page).await.status, 200, "it stands");

    let ended = admin.posts(&form.clone().with("confirm", &scene.app.name)).await;
    assert_eq!((ended.status, ended.location()), (303, "/apps/connected-apps"));
    let list = admin.gets("/apps/connected-apps").await;
    assert!(list.says("The app is disconnected.") && list.says("No app is connected"), "{}", list.body);
    let again = admin.posts(&form.with("confirm", &scene.app.name)).await;
    assert_eq!(again.status, 404, "it ends once");
}

// security: W05
#[tokio::test]
async fn a_connection_is_nothing_to_another_account_and_members_end_only_their_own() {
    let scene = Scene::new().await;
    let (world, hotel) = (&scene.world, &scene.hotel);
    let member = world.member(hotel, "Mia Member").await;
    let shared = world.connects(hotel, &scene.app, &["reservations.read"]).await;
    let own = world.connects_personally(hotel, &member, &scene.app, &["reservations.read"]).await;
    let path = |id: &str| format!("/apps/connected-apps/connection/{id}");
    let ends = |id: &str| format!("{}/disconnect", path(id));

    let other = world.customer("OTHR").await;
    let mut stranger = world.signed_in(&other.admin).await;
    assert_eq!(stranger.gets(&path(shared.as_str())).await.status, 404);
    let token = stranger
        .gets("/apps/connected-apps")
        .await
        .form("/account/logout")
        .value("form_token")
        .map(str::to_owned);
    let token = token.expect("a token");
    let forged =
        Form::by_hand(&ends(shared.as_str())).with("form_token", &token).with("confirm", &scene.app.name);
    assert_eq!(stranger.posts(&forged).await.status, 404);

    let mut mia = world.signed_in(&member).await;
    let page = mia.gets(&path(shared.as_str())).await;
    assert!(page.status == 200 && !page.says("Disconnect this app?"));
    let token = page.form("/account/logout").value("form_token").expect("a token").to_owned();
    let forged =
        Form::by_hand(&ends(shared.as_str())).with("form_token", &token).with("confirm", &scene.app.name);
    assert_eq!(mia.posts(&forged).await.status, 403);
    let page = mia.gets(&path(own.as_str())).await;
    let ended = mia.posts(&page.form("Disconnect").with("confirm", &scene.app.name)).await;
    assert_eq!(ended.status, 303);
    assert_eq!(mia.gets(&path(shared.as_str())).await.status, 200, "the account's own stands");
}

#[tokio::test]
async fn the_owner_of_an_app_disconnects_a_customer_and_both_trails_tell_it() {
    let scene = Scene::new().await;
    let (world, hotel) = (&scene.world, &scene.hotel);
    let connection = world.connects(hotel, &scene.app, &["reservations.read"]).await;
    let mut owner = world.signed_in(&scene.publisher.admin).await;
    let token = owner
        .gets("/apps/connected-apps")
        .await
        .form("/account/logout")
        .value("form_token")
        .map(str::to_owned);
    let path = format!("/apps/store-apps/{}/connections/{connection}/disconnect", scene.app.id);
    let form = Form::by_hand(&path).with("form_token", &token.expect("a token"));
    assert_eq!(owner.posts(&form).await.status, 303);
    assert_eq!(owner.posts(&form).await.status, 404, "it ends once");
    let first = grantry_store::page::PageRequest::first(10);
    for account in [&hotel.id, &scene.publisher.id] {
        let filter = grantry_store::audit::AuditFilter {
            action_prefix: "connection.ended".to_owned(),
            ..Default::default()
        };
        let reader = world.app().store.reader();
        let rows = reader.list_audit(Some(account), &filter, &first).await.expect("a trail");
        assert_eq!(rows.items.len(), 1);
        assert_eq!(rows.items[0].actor.label, scene.publisher.admin.email);
    }
}

#[tokio::test]
async fn an_admin_dismisses_a_wish_and_a_member_sees_only_his_own() {
    let scene = Scene::new().await;
    let (world, hotel) = (&scene.world, &scene.hotel);
    let mia = world.member(hotel, "Mia Member").await;
    let max = world.member(hotel, "Max Member").await;
    world.wishes(hotel, &mia, &scene.app).await;
    let seen = world.signed_in(&max).await.gets("/apps/connected-apps").await;
    assert!(!seen.says(&mia.email));
    let mut admin = world.signed_in(&hotel.admin).await;
    let list = admin.gets("/apps/connected-apps").await;
    assert!(list.says(&mia.email));
    let form = list.form("Dismiss");
    assert_eq!(admin.posts(&form).await.status, 303);
    assert!(!admin.gets("/apps/connected-apps").await.says("Waiting for an admin"));
    assert_eq!(admin.posts(&form).await.status, 404, "it is decided");
}

// security: W05
#[tokio::test]
async fn the_accounts_own_program_lists_and_ends_connections_with_the_scope_for_it() {
    let scene = Scene::new().await;
    let (world, hotel) = (&scene.world, &scene.hotel);
    let connection = world.connects(hotel, &scene.app, &["reservations.read"]).await;
    let program = world.custom_app(hotel, "ROBOT", &["identity:clients.manage", "reservations.read"]).await;
    let weak = format!("Bearer {}", scene.token(&program, "reservations.read").await);
    let refused = world.send("GET", "/api/v1/connected-apps", &[("Authorization", &weak)], "").await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("identity:clients.manage"), "{}", refused.body);

    let strong = format!("Bearer {}", scene.token(&program, "identity:clients.manage").await);
    let authorized = [("Authorization", strong.as_str())];
    let list = world.send("GET", "/api/v1/connected-apps", &authorized, "").await;
    assert_eq!(list.json()["connections"][0]["clientId"], scene.app.client_id.as_str());

    let other = world.customer("OTHR").await;
    let foreign = world.connects(&other, &scene.app, &["reservations.read"]).await;
    let path = |id: &str| format!("/api/v1/connected-apps/{id}");
    assert_eq!(world.send("DELETE", &path(foreign.as_str()), &authorized, "").await.status, 404);
    assert_eq!(world.send("DELETE", &path(connection.as_str()), &authorized, "").await.status, 204);
    assert_eq!(world.send("DELETE", &path(connection.as_str()), &authorized, "").await.status, 404);
    let list = world.send("GET", "/api/v1/connected-apps", &authorized, "").await;
    assert_eq!(list.json()["connections"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn a_person_opens_a_connected_app_from_its_page_and_the_app_begins_the_sign_in() {
    let world = World::new().await;
    let hotel = world.customer("HOTL").await;
    let publisher = world.developer("ACME").await;
    let mut wish = AppWish::store("TOOL").returning_to("https://tool.example/cb");
    "https://tool.example/start?from=store".clone_into(&mut wish.raw.initiate_login_uri);
    let app = world.registers(&publisher, wish.asking_for(&["reservations.read"])).await;
    let connection = world.connects(&hotel, &app, &["reservations.read"]).await;
    let mut admin = world.signed_in(&hotel.admin).await;
    let page = format!("/apps/connected-apps/connection/{connection}");
    let shown = admin.gets(&page).await;
    assert!(shown.says("Open TOOL app"), "{}", shown.body);
    // OIDC Core §4: who sends the browser, and nothing about whom.
    let issuer = url::form_urlencoded::byte_serialize(world.issuer().as_bytes()).collect::<String>();
    let target = format!("https://tool.example/start?from=store&iss={issuer}");
    assert!(shown.says(&target), "{}", shown.body);
    assert!(!shown.body.contains("login_hint"));

    let reader = world.app().store.reader();
    let owner = reader.find_app_by_client_id(&app.client_id).await.expect("a read").expect("the app");
    let (active, suspended) = (grantry_store::app::AppState::Active, grantry_store::app::AppState::Suspended);
    let stopped = world.app().store.write(world.app().clock.now(), |tx| async move {
        tx.set_app_state(&owner.id, active, suspended).await
    });
    let stopped: Result<bool, grantry_store::Error> = stopped.await;
    assert!(stopped.expect("the store answers"));
    let shown = admin.gets(&page).await;
    assert!(!shown.says("Open TOOL app"), "nothing of a suspended app works");
}
