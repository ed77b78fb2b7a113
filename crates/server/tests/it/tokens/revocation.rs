//! Revocation: an app gives back its own tokens, and what hangs on them ends at once.

use grantry_testkit::World;
use grantry_testkit::world::AppWish;

use super::desk::{CALLBACK, Desk, EVERYTHING, FORM, encoded, refusal, text};

// security: U03
#[tokio::test]
async fn a_refresh_token_takes_every_token_of_its_grant_along() {
    let desk = Desk::new().await;
    let tokens = desk.tokens(EVERYTHING).await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let more = desk.refreshes(&desk.app, refresh).await.json();
    let another = desk.tokens(EVERYTHING).await;
    let reply = desk.calls("/connect/revocation", &desk.app, &[("token", refresh)]).await;
    assert_eq!(
        (reply.status, reply.body.as_str(), reply.header("cache-control")),
        (200, "", Some("no-store"))
    );
    for dead in [access, text(&more, "access_token")] {
        assert_eq!(desk.userinfo(dead).await.status, 401);
        assert!(!desk.is_active(&desk.app, dead).await);
    }
    assert_eq!(refusal(&desk.refreshes(&desk.app, refresh).await), (400, "invalid_grant".to_owned()));
    assert_eq!(desk.userinfo(text(&another, "access_token")).await.status, 200, "another grant goes on");
    let again = desk.calls("/connect/revocation", &desk.app, &[("token", refresh)]).await;
    assert_eq!(again.status, 200, "what is gone is as good as revoked");
}

// security: U03
#[tokio::test]
async fn an_access_token_ends_alone() {
    let desk = Desk::new().await;
    let tokens = desk.tokens(EVERYTHING).await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let reply = desk
        .calls("/connect/revocation", &desk.app, &[("token", access), ("token_type_hint", "refresh_token")])
        .await;
    assert_eq!(reply.status, 200);
    assert_eq!(desk.userinfo(access).await.status, 401);
    let next = desk.refreshes(&desk.app, refresh).await.json();
    assert_eq!(desk.userinfo(text(&next, "access_token")).await.status, 200);

    let own = desk.asks(&desk.custom, &[("grant_type", "client_credentials")]).await.json();
    let own = text(&own, "access_token");
    assert!(desk.is_active(&desk.custom, own).await);
    assert_eq!(desk.calls("/connect/revocation", &desk.custom, &[("token", own)]).await.status, 200);
    assert!(!desk.is_active(&desk.custom, own).await);
}

// security: U03
#[tokio::test]
async fn nobody_revokes_what_is_anothers_and_what_is_unknown_is_fine() {
    let desk = Desk::new().await;
    let wish = AppWish::store("OTHER").returning_to(CALLBACK).asking_for(&["reservations.read"]);
    let other = desk.world.registers(&desk.developer, wish).await;
    let public = desk.public_app().await;
    let tokens = desk.tokens(EVERYTHING).await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    for app in [&other, &public] {
        for token in [access, refresh] {
            let reply = desk.calls("/connect/revocation", app, &[("token", token)]).await;
            assert_eq!(refusal(&reply), (400, "invalid_grant".to_owned()));
        }
    }
    let bare = desk.world.post("/connect/revocation", &[FORM], &encoded(&[("token", refresh)])).await;
    assert_eq!(refusal(&bare), (401, "invalid_client".to_owned()));
    for unknown in ["nonsense", "ey.ey.ey", "grr_unknown", &refresh[..refresh.len() - 1]] {
        let reply = desk.calls("/connect/revocation", &desk.app, &[("token", unknown)]).await;
        assert_eq!(reply.status, 200, "{unknown}");
    }
    let code = desk.code(&desk.app, &desk.granted(EVERYTHING).await).await;
    for other in [text(&tokens, "id_token"), &code] {
        let reply = desk.calls("/connect/revocation", &desk.app, &[("token", other)]).await;
        assert_eq!(refusal(&reply), (400, "unsupported_token_type".to_owned()), "{other}");
    }
    assert_eq!(desk.userinfo(access).await.status, 200, "nothing of it was revoked");
    assert_eq!(desk.refreshes(&desk.app, refresh).await.status, 200);
}

// security: U03
#[tokio::test]
async fn what_was_revoked_is_in_the_trail_of_the_account_it_was_about() {
    use grantry_store::audit::{Action, AuditFilter};
    use grantry_store::page::PageRequest;
    let desk = Desk::with(World::setup()).await;
    let tokens = desk.tokens(EVERYTHING).await;
    desk.calls("/connect/revocation", &desk.app, &[("token", text(&tokens, "access_token"))]).await;
    desk.calls("/connect/revocation", &desk.app, &[("token", text(&tokens, "refresh_token"))]).await;
    let page = PageRequest::from_token(None, 100);
    let filter = AuditFilter { action_prefix: "token.".to_owned(), ..AuditFilter::default() };
    let rows = desk.world.app().store.reader().list_audit(Some(&desk.hotel.id), &filter, &page).await;
    let rows = rows.expect("the trail").items;
    assert_eq!(rows.len(), 2);
    assert!(
        rows.iter().all(|row| row.action == Action::TokenRevoked && row.actor.label == desk.app.client_id)
    );
    assert!(!format!("{rows:?}").contains(text(&tokens, "refresh_token")));
}
