//! What the owner of an app finds out about the requests that were refused to it.

use grantry_testkit::World;

use super::{developer, page_of};

#[tokio::test]
async fn the_id_on_an_error_page_leads_the_owner_to_the_exact_reason_and_nobody_else() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let app = world.store_app(&acme, "MYAPP", "https://app.example/callback", &[]).await;
    let home = page_of(&world, &app.client_id).await;
    let page = admin.gets("/apps/refused-requests").await;
    assert!(page.says("Nothing was refused"), "{}", page.body);

    let id = app.client_id.as_str();
    let asked = format!("/connect/authorize?client_id={id}&redirect_uri=https://other.example/&state=secret");
    let refused = world.get(&asked).await;
    assert_eq!(refused.status, 400);
    let request = refused.header("x-request-id").expect("a request id").to_owned();
    let wrong = format!("grant_type=client_credentials&client_id={id}&client_secret=grs_wrong");
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(world.post("/connect/token", &kind, &wrong).await.status, 401);

    let page = admin.gets(&home).await;
    assert!(page.says("Refused requests") && page.body.contains(&request), "{}", page.body);
    let all = admin.gets(&format!("/apps/refused-requests?app={}", app.id)).await;
    assert!(all.says("Authorization endpoint") && all.says("Token endpoint"), "{}", all.body);
    assert!(all.body.contains("invalid_client") && all.body.contains(id));
    assert!(!all.body.contains("grs_wrong") && !all.body.contains("state"), "{}", all.body);

    let search = format!("/apps/refused-requests?request=%20{request}");
    let one = admin.gets(&search).await;
    assert!(one.body.contains("redirect_uri") && !one.body.contains("invalid_client"), "{}", one.body);
    assert!(one.body.contains("https://other.example/"), "what was sent instead: {}", one.body);
    let unknown = admin.gets("/apps/refused-requests?request=nothing").await;
    assert!(unknown.says("No such request"), "{}", unknown.body);

    let rival = world.developer("RIVL").await;
    let mut eve = world.signed_in(&rival.admin).await;
    assert!(eve.gets(&search).await.says("No such request"));
    assert_eq!(eve.gets(&format!("/apps/refused-requests?app={}", app.id)).await.status, 404);
}
