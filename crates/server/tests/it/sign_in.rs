//! Signing in and out.

use grantry_testkit::World;
use grantry_testkit::world::PASSWORD;

// security: S01, S02, S03, A11
#[tokio::test]
async fn a_developer_signs_in_and_out_again() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut ada = world.client();
    let form = ada.form("/account/login", "Sign in").await;
    let fixed = "fixed-by-somebody-else-000000000";
    ada.carries("grantry-session", fixed);
    let email = format!(" {} ", acme.admin.email.to_uppercase());
    let entered = ada.posts(&form.with("email", &email).with("password", PASSWORD)).await;
    assert_eq!((entered.status, entered.location()), (303, "/apps/store-apps"));
    let session = ada.cookie("grantry-session").expect("a session").to_owned();
    assert_ne!(session, fixed);
    assert_eq!(session.len(), 32, "192 bits");

    let leave = ada.form("/account/logout", "Sign out").await;
    let left = ada.posts(&leave).await;
    assert_eq!((left.status, left.location()), (303, "/account/login"));
    assert_eq!(ada.cookie("grantry-session"), None);
    ada.carries("grantry-session", &session);
    assert_eq!(ada.gets("/account/login").await.status, 200, "the old cookie is worth nothing any more");
}
