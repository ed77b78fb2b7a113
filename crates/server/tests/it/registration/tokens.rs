//! `grantry registration token`: the tokens with which programs may register themselves.

use grantry_testkit::World;
use serde_json::json;

use super::{by_token, said, sends};
use crate::commands::{Console, field, text};

// security: R05
#[test]
fn a_token_is_made_listed_without_itself_and_revoked() {
    let console = Console::with_developer();
    let made = console.answers(&[
        "registration",
        "token",
        "create",
        "--description",
        "Partner",
        "--uses",
        "2",
        "--expires",
        "2999-12-31",
    ]);
    assert!(field(&made, "token").starts_with("gri_"));
    let listed = console.answers(&["registration", "token", "list"]);
    assert_eq!(listed["tokens"][0]["description"], "Partner");
    assert_eq!(listed["tokens"][0]["uses_left"], 2);
    assert_eq!(listed["tokens"][0]["expires_at"], "3000-01-01T00:00:00Z");
    assert!(!listed.to_string().contains("gri_"));
    let said = text(&console.runs(&["registration", "token", "create"]).stdout);
    assert!(said.contains("gri_") && said.contains("Registration is off"), "{said}");
    console.answers(&["registration", "token", "revoke", field(&made, "id")]);
    let refused = console.is_refused(&["registration", "token", "revoke", field(&made, "id")]);
    assert!(refused.contains("no working token"), "{refused}");
    let refused = console.is_refused(&["registration", "token", "create", "--expires", "1999-01-01"]);
    assert!(refused.contains("--expires"), "{refused}");
}

#[test]
fn apps_that_registered_themselves_are_listed_for_operators() {
    let console = Console::with_developer();
    let listed = console.answers(&["registration", "apps", "--unused", "--origin", "document"]);
    assert_eq!(listed, json!({ "apps": [], "complete": true }));
    let said = text(&console.runs(&["registration", "apps"]).stdout);
    assert!(said.contains("No app registered itself."), "{said}");
    let refused = console.runs(&["registration", "apps", "--origin", "heaven"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("token, open or document"), "{refused:?}");
}

#[tokio::test]
async fn what_tokens_register_is_counted_and_written_down() {
    let world: World = by_token().start().await;
    let (created, token) = super::initial_token(&world, None).await;
    let body = said(&json!({})).to_string();
    assert_eq!(sends(&world, "POST", "/connect/register", &token, &body).await.status, 201);
    let app = world.app();
    let tokens = grantry::registration::tokens::list(app).await.expect("a list");
    assert_eq!((tokens[0].id.clone(), tokens[0].apps), (created.id, 1));
    let owner = app.store.reader().find_account_by_code("SELF").await.expect("a store").expect("the account");
    let page = grantry_store::page::PageRequest::first(10);
    let filter = grantry_store::audit::AuditFilter::default();
    let trail = app.store.reader().list_audit(Some(&owner.id), &filter, &page).await.expect("a trail");
    let actions: Vec<&str> = trail.items.iter().rev().map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["registration_token.created", "app.created", "secret.created"]);
}

#[test]
fn the_metadata_of_an_api_is_printed_with_the_place_where_it_belongs() {
    let console = Console::with_developer();
    let catalogue = "[[api]]\nname = \"mcp\"\ndisplay_name = \"Assistant tools\"\nresource = [\"https://api.example/mcp\"]\n\
        [[api.scope]]\nname = \"mcp:tools\"\ndisplay_name = \"Call tools\"\nmachine = true\n\
        [[api.scope]]\nname = \"mcp:admin\"\ndisplay_name = \"Administer\"\n";
    let file = console.folder.path().join("catalogue.toml");
    std::fs::write(&file, catalogue).expect("a file");
    console.answers(&["scopes", "import", &file.display().to_string()]);
    let told = console.answers(&["api", "metadata", "mcp"]);
    let resource = &told["resources"][0];
    assert_eq!(resource["location"], "https://api.example/.well-known/oauth-protected-resource/mcp");
    assert_eq!(
        resource["document"],
        json!({
            "resource": "https://api.example/mcp", "authorization_servers": ["http://localhost:8080"],
            "scopes_supported": ["mcp:tools"], "bearer_methods_supported": ["header"],
            "resource_name": "Assistant tools",
        })
    );
    assert!(field(resource, "challenge").starts_with("Bearer scope=\"mcp:tools\", resource_metadata="));
    let said = text(&console.runs(&["api", "metadata", "mcp"]).stdout);
    assert!(said.contains("WWW-Authenticate: Bearer"), "{said}");
    let said = text(&console.runs(&["api", "metadata", "rendering"]).stdout);
    assert!(said.contains("has no address"), "{said}");
    assert!(console.is_refused(&["api", "metadata", "nobody"]).contains("there is no API nobody"));
}

// security: K09
#[tokio::test]
async fn the_servers_own_api_says_who_gives_tokens_for_it() {
    let world = World::new().await;
    let document = world.get("/.well-known/oauth-protected-resource/resources").await;
    assert_eq!((document.status, document.header("access-control-allow-origin")), (200, Some("*")));
    assert_eq!(document.json()["resource"], world.url("/resources"));
    assert_eq!(document.json()["authorization_servers"], json!([world.issuer()]));
}
