//! Whoever or whatever is disabled, suspended or disconnected: every door closes with the next request.

use grantry_store::account::AccountState;
use grantry_store::app::AppState;
use grantry_store::connection::{ConnectionKind, EndReason};
use grantry_store::member::MemberState;
use grantry_store::person::PersonState;
use grantry_testkit::each_engine;
use grantry_testkit::world::{AppWish, Person};
use serde_json::Value;

use super::desk::{CALLBACK, Desk, EVERYTHING, Granted, claims, refusal, text};

/// What can happen to what a grant hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    PersonDisabled,
    MemberDisabled,
    MemberRemoved,
    AccountSuspended,
    AppSuspended,
    DeveloperSuspended,
    Disconnected,
    AppDeleted,
}

const BLOWS: [Blow; 8] = [
    Blow::PersonDisabled,
    Blow::MemberDisabled,
    Blow::MemberRemoved,
    Blow::AccountSuspended,
    Blow::AppSuspended,
    Blow::DeveloperSuspended,
    Blow::Disconnected,
    Blow::AppDeleted,
];

async fn strike(desk: &Desk, blow: Blow, person: &Person, granted: &Granted) {
    let (hotel, developer, app) = (desk.hotel.id.clone(), desk.developer.id.clone(), desk.app.id.clone());
    let (person, connection) = (person.id.clone(), granted.connection.clone());
    desk.changes(|tx| async move {
        match blow {
            Blow::PersonDisabled => tx.set_person_state(&person, PersonState::Disabled).await.map(|_| ()),
            Blow::MemberDisabled => {
                tx.set_member_state(&hotel, &person, MemberState::Disabled).await.map(|_| ())
            }
            Blow::MemberRemoved => tx.remove_member(&hotel, &person, None).await.map(|_| ()),
            Blow::AccountSuspended => tx.set_account_state(&hotel, AccountState::Suspended).await.map(|_| ()),
            Blow::AppSuspended => {
                tx.set_app_state(&app, AppState::Active, AppState::Suspended).await.map(|_| ())
            }
            Blow::DeveloperSuspended => {
                tx.set_account_state(&developer, AccountState::Suspended).await.map(|_| ())
            }
            Blow::Disconnected => {
                tx.end_connection(&hotel, &connection, None, EndReason::Disconnected).await.map(|_| ())
            }
            Blow::AppDeleted => tx.delete_app(&developer, &app, None).await.map(|_| ()),
        }
    })
    .await;
}

/// Lets the next story begin: with another member, but with the same accounts and app.
async fn recover(desk: &Desk) {
    let (hotel, developer, app) = (desk.hotel.id.clone(), desk.developer.id.clone(), desk.app.id.clone());
    desk.changes(|tx| async move {
        tx.set_account_state(&hotel, AccountState::Active).await?;
        tx.set_account_state(&developer, AccountState::Active).await?;
        tx.set_app_state(&app, AppState::Suspended, AppState::Active).await
    })
    .await;
}

/// A member with tokens, and a code that was not exchanged yet.
async fn story(desk: &Desk, name: &str, kind: ConnectionKind) -> (Person, Granted, Value, String) {
    let bob = desk.world.member(&desk.hotel, name).await;
    let granted = desk.granted_by(&bob, &desk.app, kind, EVERYTHING).await;
    let tokens = desk.exchanges(&desk.app, &desk.code(&desk.app, &granted).await).await.json();
    let waiting = desk.code(&desk.app, &granted).await;
    (bob, granted, tokens, waiting)
}

// security: T14, U01, U02, C07
#[tokio::test]
async fn nothing_of_a_personal_connection_outlives_what_it_hangs_on() {
    each_engine(async |engine| {
        let desk = Desk::on(engine).await;
        for blow in BLOWS {
            let name = format!("{blow:?} Builder");
            let (bob, granted, tokens, waiting) = story(&desk, &name, ConnectionKind::Personal).await;
            let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
            assert_eq!(desk.userinfo(access).await.status, 200, "{blow:?}");
            strike(&desk, blow, &bob, &granted).await;
            assert_eq!(desk.userinfo(access).await.status, 401, "userinfo after {blow:?}");
            // A suspended or deleted app is nobody any more; a disabled user is no reason to doubt the app.
            let is_nobody = matches!(blow, Blow::AppSuspended | Blow::DeveloperSuspended | Blow::AppDeleted);
            let error = if is_nobody { (401, "invalid_client") } else { (400, "invalid_grant") };
            let error = (error.0, error.1.to_owned());
            assert_eq!(refusal(&desk.refreshes(&desk.app, refresh).await), error, "refresh after {blow:?}");
            assert_eq!(refusal(&desk.exchanges(&desk.app, &waiting).await), error, "code after {blow:?}");
            if !is_nobody {
                assert!(!desk.is_active(&desk.app, access).await, "introspection after {blow:?}");
                assert!(!desk.is_active(&desk.app, refresh).await, "introspection after {blow:?}");
            }
            recover(&desk).await;
        }
    })
    .await;
}

// security: T14
#[tokio::test]
async fn an_accounts_connection_goes_on_without_the_person_who_made_it() {
    let desk = Desk::new().await;
    for blow in [Blow::PersonDisabled, Blow::MemberDisabled, Blow::MemberRemoved] {
        let name = format!("{blow:?} Builder");
        let (bob, granted, tokens, _) = story(&desk, &name, ConnectionKind::Account).await;
        strike(&desk, blow, &bob, &granted).await;
        assert_eq!(
            desk.userinfo(text(&tokens, "access_token")).await.status,
            401,
            "{blow:?}: it spoke for Bob"
        );
        let reply = desk.refreshes(&desk.app, text(&tokens, "refresh_token")).await;
        assert_eq!(reply.status, 200, "{blow:?}: {}", reply.body);
        let body = reply.json();
        assert!(body.get("id_token").is_none());
        assert_eq!(text(&body, "scope"), "offline_access reservations.read folios.read");
        let access = text(&body, "access_token");
        assert_eq!(text(&claims(access), "sub"), granted.connection.as_str());
        assert_ne!(text(&claims(access), "sub"), bob.id.as_str());
        assert!(desk.is_active(&desk.app, access).await);
        assert_eq!(desk.userinfo(access).await.status, 403, "there is nobody to tell of");
    }
}

// security: T14, T11
#[tokio::test]
async fn a_scope_that_the_app_gave_up_is_in_no_later_token() {
    let desk = Desk::new().await;
    let tokens = desk.tokens(EVERYTHING).await;
    let app = desk.world.app();
    let known = app.cached.find_app(&desk.app.client_id).await.expect("a read").expect("the app");
    let mut details = known.version.details.clone();
    details.scopes.retain(|scope| scope != "folios.read");
    let version = grantry_store::app_version::NewVersion {
        id: grantry_store::id::VersionId::new(app.clock.now(), app.random.bytes()),
        app_id: desk.app.id.clone(),
        details,
        created_by: None,
    };
    desk.changes(|tx| async move {
        tx.insert_version(&version).await?;
        tx.make_version_live(&version.app_id, &version.id).await
    })
    .await;
    let body = desk.refreshes(&desk.app, text(&tokens, "refresh_token")).await.json();
    assert_eq!(text(&body, "scope"), "openid profile email offline_access reservations.read");
}

// security: T14, K10
#[tokio::test]
async fn who_comes_back_finds_the_doors_open_again() {
    let desk = Desk::new().await;
    let (bob, granted, tokens, _) = story(&desk, "Bob Builder", ConnectionKind::Personal).await;
    strike(&desk, Blow::PersonDisabled, &bob, &granted).await;
    let id = bob.id.clone();
    desk.changes(|tx| async move { tx.set_person_state(&id, PersonState::Active).await }).await;
    assert_eq!(desk.userinfo(text(&tokens, "access_token")).await.status, 200);
    assert_eq!(desk.refreshes(&desk.app, text(&tokens, "refresh_token")).await.status, 200);
}

// security: T14, C08
#[tokio::test]
async fn what_a_member_joined_ends_with_them_and_what_an_admin_gave_goes_on_but_administers_nothing() {
    const ASKED: &str = "offline_access identity:account-users.manage";
    let desk = Desk::new().await;
    let world = &desk.world;
    let staff = AppWish::store("STAFF").returning_to(CALLBACK).asking_for(&["identity:account-users.manage"]);
    let staff = world.registers(&desk.developer, staff).await;
    let phone = AppWish::store("PHONE").public().returning_to(CALLBACK);
    let phone = phone.asking_for(&["identity:account-users.manage"]);
    let phone = world.registers(&desk.developer, phone).await;
    let ada = &desk.hotel.admin;
    let bob = &world.member(&desk.hotel, "Bob Builder").await;
    // The last admin cannot be disabled.
    world.joins(&world.person("Cy Second", "cy@hotl.example").await, &desk.hotel, true).await;
    let of_ada = world.tokens_for(ada, &staff, CALLBACK, ASKED).await;
    let of_ada_on_a_phone = world.tokens_for(ada, &phone, CALLBACK, ASKED).await;
    let of_bob = world.tokens_for(bob, &staff, CALLBACK, ASKED).await;
    let (hotel, ada_id, bob_id) = (desk.hotel.id.clone(), ada.id.clone(), bob.id.clone());
    desk.changes(|tx| async move {
        tx.set_member_state(&hotel, &ada_id, MemberState::Disabled).await?;
        tx.set_member_state(&hotel, &bob_id, MemberState::Disabled).await
    })
    .await;

    let ended = (400, "invalid_grant".to_owned());
    assert_eq!(refusal(&desk.refreshes(&staff, text(&of_bob, "refresh_token")).await), ended, "a member's");
    let on_a_phone = desk.refreshes(&phone, text(&of_ada_on_a_phone, "refresh_token")).await;
    assert_eq!(refusal(&on_a_phone), ended, "what lies on a device goes with the person");

    let reply = desk.refreshes(&staff, text(&of_ada, "refresh_token")).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let bearer = format!("Bearer {}", text(&reply.json(), "access_token"));
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    assert_eq!(world.send("GET", "/api/v1/users", &headers, "").await.status, 200, "it still reads");
    let user = format!("/api/v1/users/{}", ada.id.as_str());
    for (method, path, body) in [
        ("POST", "/api/v1/account/invitations", r#"{"email":"eve@evil.example","isAccountAdmin":true}"#),
        ("PATCH", user.as_str(), r#"[{"op":"replace","path":"/enabled","value":true}]"#),
    ] {
        assert_eq!(world.send(method, path, &headers, body).await.status, 403, "{method} {path}");
    }
}
