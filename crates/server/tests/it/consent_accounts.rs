//! Who may connect for which account: admins, members by policy, members who ask, people with several accounts.

use grantry_store::account::ConnectPolicy;
use grantry_store::connection::ConnectionKind;
use grantry_store::connection_request::ConnectionRequest;

use crate::connecting::{Back, Scene, by_hand};

const WIDER: (&str, &str) = ("scope", "openid profile reservations.read payments.manage");

async fn wishes(scene: &Scene) -> Vec<ConnectionRequest> {
    let reader = scene.world.app().store.reader();
    reader.list_connection_requests(&scene.hotel.id).await.expect("wishes can be read")
}

// security: C08
#[tokio::test]
async fn a_member_without_privilege_sees_whom_to_ask_and_asks_once() {
    let scene = Scene::new().await;
    let bob = scene.world.member(&scene.hotel, "Bob Brown").await;
    let mut bobs = scene.signed_in(&bob).await;
    let page = bobs.opens(&scene.url(&[])).await;
    assert!(page.says("Ask an admin to connect Tidy Rooms"), "{}", page.body);
    assert!(page.says("Ada HOTL") && page.says("admin@hotl.example"));
    assert!(page.says("Read reservations"), "what it asks for is shown");
    let ask = page.form("Ask an admin").pressing("Ask an admin");
    for _ in 0..2 {
        let asked = bobs.submits(&ask).await;
        assert!(asked.says("Your admins have been asked"), "{}", asked.body);
    }
    let [wish] = &wishes(&scene).await[..] else { panic!("one wish") };
    assert_eq!((wish.email.as_str(), wish.client_id.as_str()), ("bob@hotl.example", "ACME-AC-TOOL"));
    assert_eq!(wish.scopes, "openid profile reservations.read");
    let mails = scene.world.mails_to("admin@hotl.example").await;
    assert_eq!(mails.len(), 1, "asked once");
    assert!(mails[0].subject.contains("Bob Brown") && mails[0].subject.contains("Tidy Rooms"));
    assert_eq!(scene.trail(&scene.hotel).await, ["connection.requested"]);

    let page = bobs.opens(&scene.url(&[])).await;
    let back = bobs.posts(&page.form("Back to Tidy Rooms").pressing("Back to Tidy Rooms")).await;
    assert_eq!(Back::to_the_app(&back).error(scene.world.issuer()), "access_denied");
}

// security: C08
#[tokio::test]
async fn a_member_without_privilege_cannot_allow_by_hand_either() {
    let scene = Scene::new().await;
    let bob = scene.world.member(&scene.hotel, "Bob Brown").await;
    let mut bobs = scene.signed_in(&bob).await;
    let page = bobs.opens(&scene.url(&[])).await;
    let forged = by_hand(&page, "allow").with("account", scene.hotel.id.as_str());
    let again = bobs.posts(&forged.with("person", bob.id.as_str())).await;
    assert!(again.location().starts_with("/connect/authorize/"), "{}", again.location());
    let chosen = by_hand(&page, "").with("account", scene.acme.id.as_str());
    let again = bobs.submits(&chosen).await;
    assert!(again.says("Ask an admin to connect"), "an account of others cannot be chosen");
    assert_eq!(scene.standing(&bob).await, []);
    let quiet = bobs.opens(&scene.url(&[("prompt", "none")])).await;
    assert_eq!(Back::to_the_app(&quiet).error(scene.world.issuer()), "consent_required");
}

#[tokio::test]
async fn once_an_admin_has_connected_the_app_its_members_may_use_it() {
    let scene = Scene::new().await;
    let issuer = scene.world.issuer().to_owned();
    let bob = scene.world.member(&scene.hotel, "Bob Brown").await;
    let mut bobs = scene.signed_in(&bob).await;
    let page = bobs.opens(&scene.url(&[])).await;
    bobs.submits(&page.form("Ask an admin").pressing("Ask an admin")).await;

    scene.connects(&mut scene.ada().await, &[]).await.code(&issuer);
    assert_eq!(wishes(&scene).await, [], "the wish is granted");
    let page = bobs.opens(&scene.url(&[])).await;
    assert!(page.says("has connected it already"), "{}", page.body);
    let allowed = Back::to_the_app(&bobs.posts(&page.form("Allow").pressing("Allow")).await);
    let (_, state) = scene.stored(allowed.code(&issuer)).await;
    assert_eq!(state.connection_kind, ConnectionKind::Account);
    assert_eq!(state.grant.person_id.as_ref(), Some(&bob.id));
    Back::to_the_app(&bobs.opens(&scene.url(&[])).await).code(&issuer);
    let wider = bobs.opens(&scene.url(&[WIDER])).await;
    assert!(wider.says("Ask an admin to connect"), "more than the admin gave is not his to give");
}

#[tokio::test]
async fn where_the_policy_lets_them_members_connect_for_themselves() {
    let scene = Scene::new().await;
    let issuer = scene.world.issuer().to_owned();
    let bob = scene.world.member(&scene.hotel, "Bob Brown").await;
    let mut bobs = scene.signed_in(&bob).await;
    scene.policy(ConnectPolicy::AllowList).await;
    assert!(bobs.opens(&scene.url(&[])).await.says("Ask an admin"), "no admin has allowed it");
    scene.policy(ConnectPolicy::Anyone).await;
    let page = bobs.opens(&scene.url(&[])).await;
    assert!(page.says("It is connected for you alone"), "{}", page.body);
    let allowed = Back::to_the_app(&bobs.posts(&page.form("Allow").pressing("Allow")).await);
    let (_, state) = scene.stored(allowed.code(&issuer)).await;
    assert_eq!(state.connection_kind, ConnectionKind::Personal);
    assert_eq!(scene.standing(&scene.hotel.admin).await, [], "it is nobody else's");
    Back::to_the_app(&bobs.opens(&scene.url(&[])).await).code(&issuer);

    // The admin's connection beside it takes nothing away, and a yes to the one is remembered beside the other.
    scene.connects(&mut scene.ada().await, &[("scope", "openid reservations.manage")]).await.code(&issuer);
    Back::to_the_app(&bobs.opens(&scene.url(&[])).await).code(&issuer);
    scene.policy(ConnectPolicy::AllowList).await;
    let page = bobs.opens(&scene.url(&[WIDER])).await;
    assert!(page.says("It is connected for you alone"), "an admin has allowed the app");
    scene.policy(ConnectPolicy::Admins).await;
    Back::to_the_app(&bobs.opens(&scene.url(&[])).await).code(&issuer);
    assert!(bobs.opens(&scene.url(&[WIDER])).await.says("Ask an admin"));
}

// security: A15
#[tokio::test]
async fn who_has_several_accounts_chooses_one_and_can_choose_again() {
    let scene = Scene::new().await;
    let issuer = scene.world.issuer().to_owned();
    let other = scene.world.customer("PENS").await;
    scene.world.joins(&scene.hotel.admin, &other, true).await;
    let mut ada = scene.ada().await;
    let page = ada.opens(&scene.url(&[])).await;
    assert!(page.says("Choose an account"), "{}", page.body);
    let form = page.form("Cancel");
    assert!(form.offers("account", scene.hotel.id.as_str()) && form.offers("account", other.id.as_str()));
    let forged = form.clone().with("account", scene.acme.id.as_str());
    assert!(ada.submits(&forged).await.says("Choose an account"), "not one of hers");
    let consent = ada.submits(&form.clone().with("account", other.id.as_str())).await;
    assert!(consent.says("wants access to <b><bdi>PENS Hotels</bdi></b>"), "{}", consent.body);
    let again = ada.opens(&format!("{}?choose=true", consent.form("Allow").action)).await;
    let consent = ada.submits(&again.form("Cancel").with("account", scene.hotel.id.as_str())).await;
    assert!(consent.says("wants access to <b><bdi>HOTL Hotels</bdi></b>"));
    let allowed = ada.posts(&consent.form("Allow").pressing("Allow")).await;
    let (_, state) = scene.stored(Back::to_the_app(&allowed).code(&issuer)).await;
    assert_eq!(state.grant.account_id, scene.hotel.id);

    let page = ada.opens(&scene.url(&[])).await;
    let cancelled = ada.posts(&page.form("Cancel").pressing("Cancel")).await;
    assert_eq!(Back::to_the_app(&cancelled).error(&issuer), "access_denied");
    let page = ada.opens(&scene.url(&[])).await;
    let known = ada.submits(&page.form("Cancel").with("account", scene.hotel.id.as_str())).await;
    Back::to_the_app(&known).code(&issuer);
}

#[tokio::test]
async fn another_person_has_not_chosen_the_account_that_the_one_before_chose() {
    let scene = Scene::new().await;
    let other = scene.world.customer("PENS").await;
    let bob = scene.world.member(&scene.hotel, "Bob Brown").await;
    for person in [&scene.hotel.admin, &bob] {
        scene.world.joins(person, &other, true).await;
    }
    let mut client = scene.ada().await;
    let page = client.opens(&scene.url(&[])).await;
    let consent = client.submits(&page.form("Cancel").with("account", other.id.as_str())).await;
    let path = consent.form("Allow").action;
    let session = scene.signed_in(&bob).await;
    client.carries("grantry-session", session.cookie("grantry-session").expect("a session"));
    assert!(client.opens(&path).await.says("Choose an account"));
}

#[tokio::test]
async fn who_belongs_to_no_account_is_told_so_and_can_go_back() {
    let scene = Scene::new().await;
    let nomad = scene.world.person("Nina Nomad", "nina@nowhere.example").await;
    let mut ninas = scene.signed_in(&nomad).await;
    let page = ninas.opens(&scene.url(&[])).await;
    assert!(page.says("You belong to no account"), "{}", page.body);
    let back = ninas.posts(&page.form("Back to Tidy Rooms").pressing("Back to Tidy Rooms")).await;
    assert_eq!(Back::to_the_app(&back).error(scene.world.issuer()), "access_denied");
}

#[tokio::test]
async fn who_lost_the_privilege_between_page_and_click_is_not_an_admin_any_more() {
    let scene = Scene::new().await;
    let bob = scene.world.person("Bob Brown", "bob@hotl.example").await;
    scene.world.joins(&bob, &scene.hotel, true).await;
    let mut bobs = scene.signed_in(&bob).await;
    let page = bobs.opens(&scene.url(&[])).await;
    let app = scene.world.app();
    let (account, id) = (scene.hotel.id.clone(), bob.id.clone());
    let changed: Result<_, grantry_store::Error> = app
        .store
        .write(app.clock.now(), |tx| async move { tx.set_member_admin(&account, &id, false).await })
        .await;
    changed.expect("the privilege is taken");
    let again = bobs.submits(&page.form("Allow").pressing("Allow")).await;
    assert!(again.says("Ask an admin to connect"), "{}", again.body);
    assert_eq!(scene.standing(&bob).await, []);
}
