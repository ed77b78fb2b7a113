//! Stories about apps: registering, reviewing, secrets, editing, deleting, and everything hostile that can be typed.

mod custom;
mod hostile;
mod outward;
mod refusals;
mod register;
mod secrets;
mod trial;
mod webhook;

use grantry_oauth::secret;
use grantry_testkit::World;
use grantry_testkit::http::{Client, Form, Reply};
use grantry_testkit::world::Tenant;

/// The form for a new store app, with all that must be typed.
async fn filled(admin: &mut Client) -> Form {
    let form = admin.form("/apps/store-apps/create", "Review").await;
    form.with("client_code", "myapp")
        .with("client_name", "My App")
        .with_all("redirect_uri", &["https://app.example/callback"])
        .ticking("scope", "reservations.read")
        .pressing("Review")
}

/// Goes through review and saves.
async fn saved(admin: &mut Client, form: &Form) -> Reply {
    let review = admin.posts(form).await;
    assert_eq!(review.status, 200, "{}", review.body);
    admin.posts(&review.form("Save").pressing("Save")).await
}

/// The secret on the page that shows it.
fn secret_on(page: &Reply) -> String {
    assert!(page.body.contains("grs_"), "no secret: {} {}", page.status, page.body);
    let at = page.body.find("grs_").unwrap_or_default();
    let secret: String =
        page.body[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    assert!(secret::is_well_formed(secret::TokenKind::ClientSecret, &secret), "{secret}");
    secret
}

/// Whether the token endpoint would take this secret now.
async fn works(world: &World, client_id: &str, wanted: &str) -> bool {
    let app = world.app().cached.find_app(client_id).await.expect("the store answers");
    let now = world.app().clock.now();
    let hash = secret::hash(wanted);
    app.is_some_and(|app| {
        let works = |at: Option<grantry_oauth::time::Timestamp>| at.is_none_or(|at| at.0 > now.0);
        app.secrets.iter().any(|kept| secret::equal(&kept.hash, &hash) && works(kept.expires_at))
    })
}

async fn developer(world: &World) -> (Tenant, Client) {
    let acme = world.developer("ACME").await;
    let admin = world.signed_in(&acme.admin).await;
    (acme, admin)
}

/// Where the page of an app with this client ID is.
async fn page_of(world: &World, client_id: &str) -> String {
    let found = world.app().store.reader().find_app_by_client_id(client_id).await.expect("the store answers");
    let app = found.expect("the app exists");
    let kind = if client_id.contains("-AC-") { "store-apps" } else { "custom-apps" };
    format!("/apps/{kind}/{}", app.id)
}
