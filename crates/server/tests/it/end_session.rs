//! `/connect/endsession`: who is asked, what ends, and that nobody is sent anywhere that is not registered.

use grantry_oauth::id_token::IdToken;
use grantry_oauth::jose::Alg;
use grantry_testkit::http::Client;
use grantry_testkit::world::Person;

use crate::connecting::{Scene, is_page};

const BYE: &str = "https://tool.example/bye";

struct Leaving {
    scene: Scene,
    ada: Client,
    /// The app's ID token of the person who is signed in.
    hint: String,
}

impl Leaving {
    async fn new() -> Self {
        let scene = Scene::new().await;
        scene.edits(|details| details.post_logout_uris.push(BYE.to_owned())).await;
        let ada = scene.ada().await;
        let hint = Self::hint(&scene, &scene.hotel.admin).await;
        Self { scene, ada, hint }
    }

    /// An ID token that was issued long ago.
    async fn hint(scene: &Scene, person: &Person) -> String {
        let app = scene.world.app();
        let key = app.keys.signer(Alg::Rs256).await.expect("a key");
        let token = IdToken {
            issuer: app.issuer(),
            client_id: &scene.app.client_id,
            person_id: person.id.as_str(),
            account_code: "HOTL",
            auth_time: grantry_oauth::Timestamp(0),
            amr: &[],
            session_id: None,
            nonce: None,
            access_token: None,
            issued_at: grantry_oauth::Timestamp(0),
            asked: None,
        };
        token.sign(&key).expect("signed")
    }

    fn query(pairs: &[(&str, &str)]) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }

    fn url(pairs: &[(&str, &str)]) -> String {
        format!("/connect/endsession?{}", Self::query(pairs))
    }

    async fn is_signed_in(&mut self) -> bool {
        self.ada.gets("/account/logout").await.status == 200
    }
}

// security: S09
#[tokio::test]
async fn the_app_of_the_person_signs_them_out_and_gets_them_back_with_the_state() {
    for by_form in [false, true] {
        let mut leaving = Leaving::new().await;
        let session = leaving.ada.cookie("grantry-session").expect("a session").to_owned();
        let state = "a&b=\"<c>";
        let asked =
            [("id_token_hint", leaving.hint.as_str()), ("post_logout_redirect_uri", BYE), ("state", state)];
        let left = if by_form {
            let form =
                [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "cross-site")];
            let body = Leaving::query(&asked);
            let posted = leaving.scene.world.post("/connect/endsession", &form, &body).await;
            assert_eq!((posted.status, posted.header("set-cookie")), (303, None));
            leaving.ada.gets(posted.location()).await
        } else {
            leaving.ada.gets(&Leaving::url(&asked)).await
        };
        assert_eq!(left.status, 303);
        assert_eq!(left.location(), "https://tool.example/bye?state=a%26b%3D%22%3Cc%3E");
        leaving.ada.carries("grantry-session", &session);
        assert!(!leaving.is_signed_in().await, "the session has ended on the server");
    }
}

// security: S09
#[tokio::test]
async fn without_proof_the_person_is_asked_and_goes_nowhere_else() {
    let mut leaving = Leaving::new().await;
    let bob = leaving.scene.world.member(&leaving.scene.hotel, "Bob Brown").await;
    let bobs = Leaving::hint(&leaving.scene, &bob).await;
    let forged = format!("{}AAAA", &leaving.hint[..leaving.hint.len() - 4]);
    let hint = leaving.hint.clone();
    for (pairs, back) in [
        (vec![], false),
        (vec![("post_logout_redirect_uri", BYE)], false),
        (vec![("client_id", "ACME-AC-TOOL"), ("post_logout_redirect_uri", BYE)], false),
        (vec![("id_token_hint", forged.as_str()), ("post_logout_redirect_uri", BYE)], false),
        (vec![("id_token_hint", "garbage"), ("post_logout_redirect_uri", BYE)], false),
        (
            vec![
                ("id_token_hint", hint.as_str()),
                ("client_id", "ACME-AC-OTHER"),
                ("post_logout_redirect_uri", BYE),
            ],
            false,
        ),
        (vec![("id_token_hint", bobs.as_str()), ("post_logout_redirect_uri", BYE)], true),
    ] {
        leaving.ada = leaving.scene.ada().await;
        let page = leaving.ada.gets(&Leaving::url(&pairs)).await;
        is_page(&page, 200, "Sign out?");
        assert!(page.says("Signed in as admin@hotl.example"));
        let policy = page.header("content-security-policy").expect("a policy");
        assert_eq!(policy.contains("form-action 'self' https:;"), back, "{pairs:?}: {policy}");
        let stayed = leaving.ada.posts(&page.form("Sign out").pressing("Stay signed in")).await;
        assert_eq!((stayed.status, stayed.location()), (303, "/"));
        assert!(leaving.is_signed_in().await);
        let left = leaving.ada.posts(&page.form("Sign out").pressing("Sign out")).await;
        assert_eq!(left.location(), if back { BYE } else { "/account/login" }, "{pairs:?}");
        assert!(!leaving.is_signed_in().await);
    }
}

// security: S09, A01
#[tokio::test]
async fn a_logout_is_no_open_redirector() {
    let mut leaving = Leaving::new().await;
    let hint = leaving.hint.clone();
    for uri in [
        "https://tool.example/bye/",
        "https://tool.example/bye?x=1",
        "https://tool.example/Bye",
        "https://TOOL.example/bye",
        "https://tool.example:443/bye",
        "https://tool.example/callback",
        "https://tool.example/x/../bye",
        "https://tool.example/%2e/bye",
        "https://tool.example@evil.example/bye",
        "https://evil.example/bye",
        "https://evil.example/?x=https://tool.example/bye",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        " https://tool.example/bye",
        "https://tool.example/bye\t",
        "",
    ] {
        leaving.ada = leaving.scene.ada().await;
        let asked = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", uri), ("state", "s")];
        let left = leaving.ada.gets(&Leaving::url(&asked)).await;
        assert_eq!((left.status, left.location()), (303, "/account/login"), "{uri:?}");
        // Nobody is signed in any more: the same answer.
        let left = leaving.ada.gets(&Leaving::url(&asked)).await;
        assert_eq!((left.status, left.location()), (303, "/account/login"), "{uri:?}");
    }
    let page = leaving.scene.ada().await.gets("/connect/endsession").await;
    let mut ada = leaving.scene.ada().await;
    let own = ada.gets("/connect/endsession").await.form("Sign out");
    for (name, value) in
        [("post_logout_redirect_uri", "https://evil.example/"), ("then", "https://evil.example/")]
    {
        let tampered = own.clone().pressing("Sign out").with(name, value);
        let left = ada.posts(&tampered).await;
        assert_eq!((left.status, left.location()), (303, "/account/login"));
    }
    assert_eq!(page.status, 200);
}

// security: A05
#[tokio::test]
async fn nothing_may_be_sent_twice_or_at_any_length() {
    let leaving = Leaving::new().await;
    for name in ["id_token_hint", "post_logout_redirect_uri", "state", "client_id"] {
        let twice = format!("/connect/endsession?{name}=a&{name}=b");
        is_page(&leaving.scene.world.get(&twice).await, 400, "invalid_request");
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        let body = format!("{name}=a&{name}=b");
        let posted = leaving.scene.world.post("/connect/endsession", &form, &body).await;
        is_page(&posted, 400, "invalid_request");
    }
    let long = format!("/connect/endsession?state={}", "x".repeat(17 * 1024));
    is_page(&leaving.scene.world.get(&long).await, 414, "too much");
}

// security: C07
#[tokio::test]
async fn a_suspended_app_gets_nobody_back() {
    let mut leaving = Leaving::new().await;
    let app = leaving.scene.world.app();
    let id = leaving.scene.app.id.clone();
    let suspended: Result<_, grantry_store::Error> = app
        .store
        .write(app.clock.now(), |tx| async move {
            use grantry_store::app::AppState::{Active, Suspended};
            tx.set_app_state(&id, Active, Suspended).await
        })
        .await;
    assert_eq!(suspended, Ok(true));
    let asked = [("id_token_hint", leaving.hint.as_str()), ("post_logout_redirect_uri", BYE)];
    let left = leaving.ada.gets(&Leaving::url(&asked)).await;
    assert_eq!(left.location(), "/account/login");
}

// security: S09
#[tokio::test]
async fn who_should_go_to_an_address_that_is_not_registered_is_told_why_they_stay_and_so_is_the_owner() {
    let mut leaving = Leaving::new().await;
    let hint = leaving.hint.clone();
    let asked =
        [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "https://tool.example/other")];
    let page = leaving.ada.opens(&Leaving::url(&asked)).await;
    assert!(page.says("You are signed out. The app wanted to take you to an address"), "{}", page.body);
    assert!(!leaving.is_signed_in().await);
    let app = leaving.scene.world.app();
    app.flow_log.flush(app).await;
    let page = grantry_store::page::PageRequest::from_token(None, 10);
    let events =
        app.store.reader().list_flow_events(&leaving.scene.acme.id, &page).await.expect("events").items;
    let event = events.first().expect("one event");
    assert_eq!((event.stage.as_str(), event.error.as_str()), ("end_session", "invalid_request"));
    assert!(event.hint.contains("https://tool.example/other"), "{}", event.hint);
}
