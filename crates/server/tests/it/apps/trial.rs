//! *Try it out*: the real flow with this server in the place of the app, for the app's own account alone.

use grantry_testkit::World;
use grantry_testkit::http::{Client, Form, Reply};
use grantry_testkit::world::RegisteredApp;

use super::{developer, page_of};

/// Runs an app's flow up to the callback.
async fn runs(world: &World, admin: &mut Client, app: &RegisteredApp, answer: &str) -> Reply {
    let page = admin.opens(&page_of(world, &app.client_id).await).await;
    let consent = admin.submits(&page.form("Run it now")).await;
    assert!(consent.says("ACME"), "{} {}", consent.status, consent.body);
    let back = admin.posts(&consent.form(answer).pressing(answer)).await;
    assert!(back.location().starts_with(&world.url("/apps/try/callback?")), "{}", back.location());
    admin.follows(back).await
}

#[tokio::test]
async fn a_developer_sees_code_tokens_and_userinfo_of_the_real_flow() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let app = world.store_app(&acme, "MYAPP", "https://app.example/callback", &["reservations.read"]).await;
    let code = runs(&world, &mut admin, &app, "Allow").await;
    assert!(code.body.contains("grc_") && code.says("Exchange the code for tokens"));
    let form = code.form("Exchange the code for tokens");
    let tokens = admin.posts(&form).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    assert_eq!(tokens.header("cache-control"), Some("no-store"));
    for words in ["Access token", "ID token", "Refresh token", "Userinfo", "\"client_id\": \"ACME-AC-MYAPP\""]
    {
        assert!(tokens.says(words), "{words} is missing: {}", tokens.body);
    }
    assert!(tokens.body.contains("grr_") && tokens.says("reservations.read"));
    assert!(tokens.says(&format!("\"sub\": \"{}\"", acme.admin.id)));
    assert_eq!(admin.posts(&form).await.status, 400, "a code works once");
    let connected = admin.opens("/apps/connected-apps").await;
    assert!(connected.says("MYAPP"), "the trial made a real connection");
}

#[tokio::test]
async fn a_trial_that_is_cancelled_shows_what_the_app_would_get() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let app = world.store_app(&acme, "MYAPP", "https://app.example/callback", &[]).await;
    let page = runs(&world, &mut admin, &app, "Cancel").await;
    assert!(page.says("access_denied") && !page.body.contains("grc_"));
}

// security: C03, T04, W05
#[tokio::test]
async fn the_answer_of_a_trial_is_of_use_only_in_the_browser_that_began() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let app = world.store_app(&acme, "MYAPP", "https://app.example/callback", &[]).await;
    let code = runs(&world, &mut admin, &app, "Allow").await;
    let stolen = code.form("Exchange the code for tokens");
    let callback = format!(
        "/apps/try/callback?code={}&state={}",
        stolen.value("code").expect("a code"),
        stolen.value("state").expect("a state")
    );

    let rival = world.developer("BETA").await;
    let mut beta = world.signed_in(&rival.admin).await;
    assert_eq!(beta.opens(&callback).await.status, 404, "another account's app");
    let token = world.app().form_key.token(beta.cookie("grantry-browser").expect("a browser cookie"));
    assert_eq!(beta.posts(&stolen.clone().with("form_token", &token)).await.status, 404);

    // The same person in another browser has another verifier.
    let mut elsewhere = world.signed_in(&acme.admin).await;
    let page = elsewhere.opens(&callback).await;
    let refused = elsewhere.posts(&page.form("Exchange the code for tokens")).await;
    assert_eq!(refused.status, 400);
    assert!(refused.says("invalid_grant") && !refused.body.contains("eyJ"));
}

// security: A01
#[tokio::test]
async fn no_app_can_ask_for_the_callback_of_trials() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let app = world.store_app(&acme, "MYAPP", "https://app.example/callback", &[]).await;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", &app.client_id)
        .append_pair("redirect_uri", &world.url("/apps/try/callback"))
        .append_pair("scope", "openid")
        .append_pair("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        .append_pair("code_challenge_method", "S256")
        .finish();
    let page = admin.gets(&format!("/connect/authorize?{query}")).await;
    assert!(page.status >= 400 && page.header("location").is_none(), "{}", page.status);
}

// security: W05, C08
#[tokio::test]
async fn only_an_admin_of_the_own_account_begins_a_trial() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let app = world.store_app(&acme, "MYAPP", "https://app.example/callback", &[]).await;
    let path = format!("{}/try", page_of(&world, &app.client_id).await);
    let rival = world.developer("BETA").await;
    let member = world.member(&acme, "Bob Brown").await;
    for (person, status) in [(&rival.admin, 404), (&member, 403)] {
        let mut client = world.signed_in(person).await;
        client.gets("/").await;
        let token = world.app().form_key.token(client.cookie("grantry-browser").expect("a browser cookie"));
        let reply = client.posts(&Form::by_hand(&path).with("form_token", &token)).await;
        assert_eq!(reply.status, status, "{}", person.email);
    }
    assert_eq!(admin.opens("/apps/try/callback?state=nonsense").await.status, 400);
}

#[tokio::test]
async fn a_custom_app_is_tried_out_by_its_own_credentials() {
    let world = World::new().await;
    let (acme, mut admin) = developer(&world).await;
    let app = world.custom_app(&acme, "ROBOT", &["folios.read"]).await;
    let page = admin.opens(&page_of(&world, &app.client_id).await).await;
    let tokens = admin.posts(&page.form("Run it now")).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    assert!(tokens.says("folios.read") && tokens.says("\"sub\": \"ACME-SP-ROBOT\""));
    assert!(!tokens.says("Refresh token") && !tokens.says("Userinfo"));
}
