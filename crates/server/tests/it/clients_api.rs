//! `/api/v1/clients`: an account's own program manages the account's apps.

use grantry_testkit::http::Reply;
use grantry_testkit::world::{RegisteredApp, Tenant};
use grantry_testkit::{Form, World};
use serde_json::{Value, json};

struct Program<'w> {
    world: &'w World,
    bearer: String,
}

impl<'w> Program<'w> {
    /// The account's own program, which an admin has given the scope.
    async fn of(world: &'w World, tenant: &Tenant) -> Self {
        let app = world.custom_app(tenant, "KEEPER", &["identity:clients.manage", "reports.read"]).await;
        let token = token(world, &app).await.json()["access_token"].as_str().expect("a token").to_owned();
        Self { world, bearer: format!("Bearer {token}") }
    }

    async fn asks(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let mut headers = vec![("Authorization", self.bearer.as_str())];
        let body = body.map(|body| {
            headers.push(("Content-Type", "application/json"));
            body.to_string()
        });
        self.world.send(method, path, &headers, &body.unwrap_or_default()).await
    }
}

async fn token(world: &World, app: &RegisteredApp) -> Reply {
    let form = Form::by_hand("/connect/token")
        .with("grant_type", "client_credentials")
        .with("client_id", &app.client_id)
        .with("client_secret", &app.client_secret);
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    world.post("/connect/token", &kind, &form.encoded()).await
}

// security: R04, R06
#[tokio::test]
async fn a_program_registers_an_app_changes_it_adds_and_revokes_secrets_and_deletes_it() {
    let world = World::new().await;
    let hotel = world.customer("HOTL").await;
    let program = Program::of(&world, &hotel).await;
    let wish = json!({
        "clientCode": "night", "clientName": "Night audit", "scopes": ["reports.read"],
        "secretDescription": "production",
    });
    let made = program.asks("POST", "/api/v1/clients", Some(wish.clone())).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    assert_eq!(made["clientId"], "HOTL-SP-NIGHT");
    let night = RegisteredApp {
        client_id: "HOTL-SP-NIGHT".to_owned(),
        client_secret: made["clientSecret"].as_str().expect("a secret").to_owned(),
        ..world.custom_app(&hotel, "OTHER", &[]).await
    };
    assert_eq!(token(&world, &night).await.status, 200);
    let again = program.asks("POST", "/api/v1/clients", Some(wish)).await;
    assert_eq!(again.status, 409, "{}", again.body);
    assert!(again.json()["fields"]["clientCode"].is_string(), "{}", again.body);

    let path = "/api/v1/clients/HOTL-SP-NIGHT";
    let changed = program.asks("PATCH", path, Some(json!({"clientName": "Night and day"}))).await;
    assert_eq!((changed.status, changed.json()["clientName"].as_str()), (200, Some("Night and day")));
    assert_eq!(changed.json()["scopes"], json!(["reports.read"]), "what was not said stays");
    let fixed = program.asks("PATCH", path, Some(json!({"clientCode": "DAY"}))).await;
    assert_eq!(fixed.status, 422);

    let added = program.asks("POST", &format!("{path}/secrets"), Some(json!({"description": "next"}))).await;
    assert_eq!(added.status, 201);
    let list = program.asks("GET", &format!("{path}/secrets"), None).await.json();
    assert_eq!(list["secrets"].as_array().map(Vec::len), Some(2));
    assert!(!list.to_string().contains("grs_"), "a secret is shown once");
    assert_eq!(token(&world, &night).await.status, 200, "the old one goes on working");
    let old = list["secrets"].as_array().expect("a list").iter().find(|s| s["description"] == "production");
    let old = format!("{path}/secrets/{}", old.expect("the first")["id"].as_str().expect("an id"));
    assert_eq!(program.asks("DELETE", &old, None).await.status, 204);
    assert_eq!(token(&world, &night).await.status, 401);
    let last = format!("{path}/secrets/{}", added.json()["id"].as_str().expect("an id"));
    assert_eq!(program.asks("DELETE", &last, None).await.status, 409, "the last one asks");
    assert_eq!(program.asks("DELETE", &format!("{last}?last=true"), None).await.status, 204);

    assert_eq!(program.asks("DELETE", path, None).await.status, 204);
    assert_eq!(program.asks("GET", path, None).await.status, 404);
}

// security: W05, R10
#[tokio::test]
async fn a_program_reaches_no_other_account_and_sets_nothing_that_is_not_its_own() {
    let world = World::new().await;
    let hotel = world.customer("HOTL").await;
    let other = world.customer("OTHR").await;
    let program = Program::of(&world, &hotel).await;
    let foreign = world.custom_app(&other, "THEIRS", &["reports.read"]).await;
    let path = format!("/api/v1/clients/{}", foreign.client_id);
    for (method, path, body) in [
        ("GET", path.clone(), None),
        ("PATCH", path.clone(), Some(json!({"clientName": "Mine"}))),
        ("DELETE", path.clone(), None),
        ("GET", format!("{path}/secrets"), None),
        ("POST", format!("{path}/secrets"), Some(json!({"description": "mine"}))),
        ("DELETE", format!("{path}/secrets/sec_none"), None),
    ] {
        assert_eq!(program.asks(method, &path, body).await.status, 404, "{method} {path}");
    }
    for field in ["state", "listing", "approved", "accountId", "account_id", "clientId", "access", "owner"] {
        let mut wish = json!({"clientCode": "SLY", "clientName": "Sly", "secretDescription": "s"});
        wish[field] = json!("published");
        let refused = program.asks("POST", "/api/v1/clients", Some(wish)).await;
        assert_eq!(refused.status, 422, "{field}: {}", refused.body);
    }
    let greedy = json!({
        "clientCode": "SLY", "clientName": "Sly", "secretDescription": "s", "scopes": ["identity:clients.manage"],
    });
    let refused = program.asks("POST", "/api/v1/clients", Some(greedy)).await;
    assert_eq!(refused.status, 422, "an app cannot hand on what an admin gave it: {}", refused.body);
    let store = json!({"kind": "store", "clientCode": "SLY", "clientName": "Sly", "secretDescription": "s"});
    assert_eq!(
        program.asks("POST", "/api/v1/clients", Some(store)).await.status,
        403,
        "a customer has no store apps"
    );
}

// security: T11, R10
#[tokio::test]
async fn a_program_hands_out_and_gets_hold_of_only_what_it_may_do_itself() {
    let world = World::new().await;
    let hotel = world.customer("HOTL").await;
    let program = Program::of(&world, &hotel).await;
    let strong = world.custom_app(&hotel, "STRONG", &["payments.manage"]).await;
    let weak = world.custom_app(&hotel, "WEAK", &["reports.read"]).await;
    let of = |app: &RegisteredApp| format!("/api/v1/clients/{}", app.client_id);
    let scopes = json!({"scopes": ["reports.read", "payments.manage"]});
    let new = json!({
        "clientCode": "SLY", "clientName": "Sly", "secretDescription": "s", "scopes": ["payments.manage"],
    });
    for (method, path, body) in [
        ("POST", "/api/v1/clients".to_owned(), new),
        ("PATCH", of(&weak), scopes.clone()),
        ("PATCH", "/api/v1/clients/HOTL-SP-KEEPER".to_owned(), scopes),
        ("PATCH", of(&strong), json!({"clientName": "Mine"})),
        ("POST", format!("{}/secrets", of(&strong)), json!({"description": "mine"})),
    ] {
        let refused = program.asks(method, &path, Some(body)).await;
        assert_eq!(refused.status, 403, "{method} {path}: {}", refused.body);
        assert!(refused.body.contains("payments.manage"), "{}", refused.body);
    }
    let added =
        program.asks("POST", &format!("{}/secrets", of(&weak)), Some(json!({"description": "n"}))).await;
    assert_eq!(added.status, 201, "{}", added.body);
}
