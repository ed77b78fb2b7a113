//! A world remembers people and apps on both engines, and forgets everything with its end.

use std::time::Duration;

use grantry_testkit::world::AppWish;
use grantry_testkit::{World, each_engine};

#[tokio::test]
async fn people_sign_in_and_apps_are_registered_on_both_engines() {
    each_engine(async |engine| {
        let world = World::on(engine).await;
        let acme = world.developer("ACME").await;
        let bob = world.member(&acme, "Bob Brown").await;
        let app = world.registers(&acme, AppWish::store("TOOL").returning_to("https://a.example/cb")).await;
        assert_eq!(app.client_id, "ACME-AC-TOOL");
        let found = world.app().store.reader().find_registered_app(&app.client_id).await.unwrap().unwrap();
        assert_eq!(found.version.details.redirect_uris, ["https://a.example/cb"]);
        assert_eq!(found.secrets.len(), 1);
        let mut client = world.signed_in(&bob).await;
        assert_eq!(client.gets("/").await.location(), "/apps/store-apps");
        world.later(Duration::from_secs(3600));
        assert_eq!(world.ops("/healthz").await.status, 200);
    })
    .await;
}
