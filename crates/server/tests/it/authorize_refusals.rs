//! Several hundred bad authorization requests: each is a page or an error for the app, tells its owner, and leaks nothing.

use std::time::Duration;

use grantry_store::app::AppState::{Active, Suspended};
use grantry_store::app_version::Profile;
use grantry_testkit::http::Reply;
use grantry_testkit::world::AppWish;

use crate::authorize::{posts, told_to_the_owner};
use crate::connecting::{Back, CALLBACK, STATE, Scene, is_page};

/// A parameter, a value that no app may send (an empty one leaves the parameter out), and the error it gets.
const FAULTS: [(&str, &str, &str); 89] = [
    ("response_type", "", "invalid_request"),
    ("response_type", "token", "unsupported_response_type"),
    ("response_type", "id_token", "unsupported_response_type"),
    ("response_type", "none", "unsupported_response_type"),
    ("response_type", "CODE", "unsupported_response_type"),
    ("response_type", "code ", "unsupported_response_type"),
    ("response_type", " code", "unsupported_response_type"),
    ("response_type", "code token", "unsupported_response_type"),
    ("response_type", "code id_token", "unsupported_response_type"),
    ("response_type", "id_token token", "unsupported_response_type"),
    ("response_type", "code id_token token", "unsupported_response_type"),
    ("response_type", "code code", "unsupported_response_type"),
    ("response_type", "code,token", "unsupported_response_type"),
    ("response_type", "code\0", "unsupported_response_type"),
    ("response_type", "<script>evil</script>", "unsupported_response_type"),
    ("response_mode", "fragment", "invalid_request"),
    ("response_mode", "Query", "invalid_request"),
    ("response_mode", "FORM_POST", "invalid_request"),
    ("response_mode", "form_post ", "invalid_request"),
    ("response_mode", "web_message", "invalid_request"),
    ("response_mode", "evil", "invalid_request"),
    ("code_challenge_method", "plain", "invalid_request"),
    ("code_challenge_method", "PLAIN", "invalid_request"),
    ("code_challenge_method", "s256", "invalid_request"),
    ("code_challenge_method", "S256 ", "invalid_request"),
    ("code_challenge_method", "S512", "invalid_request"),
    ("code_challenge_method", "none", "invalid_request"),
    ("code_challenge_method", "", "invalid_request"),
    ("code_challenge", "", "invalid_request"),
    ("code_challenge", "tooshort", "invalid_request"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c", "invalid_request"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMM", "invalid_request"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=", "invalid_request"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", "invalid_request"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw/cM", "invalid_request"),
    ("code_challenge", " E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "invalid_request"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c\u{e4}", "invalid_request"),
    ("scope", "no.such.scope", "invalid_scope"),
    ("scope", "reservations.read no.such.scope", "invalid_scope"),
    ("scope", "openid rates.read", "invalid_scope"),
    ("scope", "Reservations.read", "invalid_scope"),
    ("scope", "OPENID", "invalid_scope"),
    ("scope", "reservations.*", "invalid_scope"),
    ("scope", "*", "invalid_scope"),
    ("scope", "reservations.read,openid", "invalid_scope"),
    ("scope", "openid\treservations.read", "invalid_scope"),
    ("scope", "openid\nreservations.read", "invalid_scope"),
    ("scope", "openid \"quoted\"", "invalid_scope"),
    ("scope", "openid back\\slash", "invalid_scope"),
    ("scope", "openid evil\u{202e}", "invalid_scope"),
    ("scope", "openid \u{e4}", "invalid_scope"),
    ("scope", "openid\0", "invalid_scope"),
    ("scope", "<script>evil</script>", "invalid_scope"),
    ("scope", "'; drop table app --", "invalid_scope"),
    ("resource", "https://evil.example/", "invalid_target"),
    ("resource", "api", "invalid_target"),
    ("resource", "evil", "invalid_target"),
    ("resource", "https://evil.example/#fragment", "invalid_target"),
    ("resource", "javascript:evil", "invalid_target"),
    ("resource", "/relative/evil", "invalid_target"),
    ("prompt", "sometimes", "invalid_request"),
    ("prompt", "NONE", "invalid_request"),
    ("prompt", "none login", "invalid_request"),
    ("prompt", "login none", "invalid_request"),
    ("prompt", "none consent", "invalid_request"),
    ("prompt", "none select_account", "invalid_request"),
    ("prompt", "login,consent", "invalid_request"),
    ("prompt", "create", "invalid_request"),
    ("prompt", "login\0", "invalid_request"),
    ("prompt", "<script>evil</script>", "invalid_request"),
    ("max_age", "-1", "invalid_request"),
    ("max_age", "+1", "invalid_request"),
    ("max_age", "1.5", "invalid_request"),
    ("max_age", "1e3", "invalid_request"),
    ("max_age", " 1", "invalid_request"),
    ("max_age", "1 ", "invalid_request"),
    ("max_age", "0x10", "invalid_request"),
    ("max_age", "soon", "invalid_request"),
    ("max_age", "\u{663}", "invalid_request"),
    ("max_age", "99999999999999999999999", "invalid_request"),
    ("max_age", "1;evil", "invalid_request"),
    ("scope", "reservations.read\u{a0}", "invalid_scope"),
    ("scope", "reservations.read;openid", "invalid_scope"),
    ("scope", "reservations.read+openid", "invalid_scope"),
    ("scope", "reservations.read%20openid", "invalid_scope"),
    ("scope", "reservations.manage.", "invalid_scope"),
    ("scope", "reservations", "invalid_scope"),
    ("scope", "read", "invalid_scope"),
    ("scope", "openid openid.evil", "invalid_scope"),
];

/// What every refused answer leaves out, whatever was sent.
fn leaks_nothing(reply: &Reply, sent: &str) {
    let location = reply.header("location").unwrap_or_default();
    for text in [reply.body.as_str(), location] {
        assert!(!text.contains("evil") && !text.contains("<script>e"), "{sent}: {text}");
        assert!(!text.contains("panicked") && !text.contains(".rs:"), "{sent}: {text}");
    }
    assert!(!location.contains("code="), "{sent}: {location}");
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{sent}");
    assert_eq!(reply.header("referrer-policy"), Some("no-referrer"), "{sent}");
}

/// Asks by GET and by POST, and looks at what is alike for every refusal.
async fn asks(scene: &Scene, query: &str, code: &str) -> [Reply; 2] {
    let replies = [scene.world.get(&format!("/connect/authorize?{query}")).await, posts(scene, query).await];
    for reply in &replies {
        leaks_nothing(reply, query);
        let told = told_to_the_owner(scene, reply).await.unwrap_or_else(|| panic!("{query}: nobody is told"));
        assert_eq!(told.error, code, "{query}");
        assert!(!told.hint.is_empty(), "{query}");
    }
    // The owner is told of so many in an hour.
    scene.world.later(Duration::from_hours(1));
    replies
}

// security: A04, A07, A08, A10, T20
#[tokio::test]
async fn whatever_is_wrong_behind_a_trusted_redirect_uri_goes_back_to_the_app_in_a_registered_word() {
    let mut asked = 0;
    for profile in [Profile::Standard, Profile::Compatible] {
        let scene = Scene::new().await;
        scene.edits(|details| details.profile = profile).await;
        for (name, value, code) in FAULTS {
            // In this profile a confidential app may leave PKCE out.
            if profile == Profile::Compatible && name == "code_challenge" && value.is_empty() {
                continue;
            }
            for reply in asks(&scene, &scene.query(&[(name, value)]), code).await {
                let back = Back::to_the_app(&reply);
                assert_eq!(back.error(scene.world.issuer()), code, "{name}={value}");
                let words = back.get("error_description");
                assert!(words.is_ascii() && !words.contains(['"', '\\']), "RFC 6749 §4.1.2.1: {words}");
                asked += 1;
            }
            let form_post = scene.query(&[("response_mode", "form_post"), (name, value)]);
            if name != "response_mode" {
                let reply = scene.world.get(&format!("/connect/authorize?{form_post}")).await;
                leaks_nothing(&reply, &form_post);
                let form = reply.form(CALLBACK);
                assert_eq!(
                    (form.value("error"), form.value("state")),
                    (Some(code), Some(STATE)),
                    "{form_post}"
                );
                asked += 1;
            }
        }
    }
    assert!(asked > 500, "only {asked} requests");
}

// security: A01, A04
#[tokio::test]
async fn every_change_of_a_single_character_makes_a_redirect_uri_a_stranger() {
    let scene = Scene::new().await;
    let mut near = Vec::new();
    for at in 0..CALLBACK.len() {
        near.push(CALLBACK[..at].to_owned());
        for put in ["/", ".", "@", "\\", "%2e", "\t", "*"] {
            near.push(format!("{}{put}{}", &CALLBACK[..at], &CALLBACK[at..]));
        }
        let swapped = CALLBACK.as_bytes()[at] as char;
        let other = if swapped.is_lowercase() { swapped.to_ascii_uppercase() } else { 'x' };
        near.push(format!("{}{other}{}", &CALLBACK[..at], &CALLBACK[at + 1..]));
    }
    near.extend(["/", "?", "#", "/..", "&", ";", "%00", " ", "\n"].map(|end| format!("{CALLBACK}{end}")));
    near.retain(|uri| !uri.is_empty());
    assert!(near.len() > 250, "only {}", near.len());
    for uri in near {
        let query = scene.query(&[("redirect_uri", &uri)]);
        let reply = scene.world.get(&format!("/connect/authorize?{query}")).await;
        is_page(&reply, 400, "unauthorized_client");
        leaks_nothing(&reply, &query);
        let told = told_to_the_owner(&scene, &reply).await.expect("the owner is told");
        assert!(told.hint.contains(uri.trim()), "{uri}: {}", told.hint);
        scene.world.later(Duration::from_hours(1));
    }
}

// security: A04, A05
#[tokio::test]
async fn who_is_no_client_of_this_endpoint_gets_a_page() {
    let scene = Scene::new().await;
    let good = scene.app.client_id.clone();
    let robot = scene.world.custom_app(&scene.acme, "ROBOT", &["reservations.read"]).await.client_id;
    let wish = AppWish::store("GONE").returning_to(CALLBACK).asking_for(&["reservations.read"]);
    let gone = scene.world.registers(&scene.acme, wish).await;
    let app = scene.world.app();
    let id = gone.id.clone();
    let suspended =
        app.store.write(app.clock.now(), |tx| async move { tx.set_app_state(&id, Active, Suspended).await });
    let suspended: Result<bool, grantry_store::Error> = suspended.await;
    assert!(suspended.expect("a state is set"));
    let long = "A".repeat(4000);
    let strangers = [
        good.to_lowercase(),
        format!(" {good}"),
        format!("{good} "),
        format!("{good}\0"),
        format!("{good}%00"),
        format!("{good}'--"),
        good[..good.len() - 1].to_owned(),
        format!("{good}X"),
        "evil".to_owned(),
        "https://evil.example/client.json".to_owned(),
        "<script>evil</script>".to_owned(),
        long,
        robot,
        gone.client_id,
    ];
    for client_id in strangers {
        for redirect_uri in [CALLBACK, "https://evil.example/", "javascript:evil"] {
            let query = scene.query(&[("client_id", &client_id), ("redirect_uri", redirect_uri)]);
            for reply in
                [scene.world.get(&format!("/connect/authorize?{query}")).await, posts(&scene, &query).await]
            {
                is_page(&reply, 400, "unauthorized_client");
                leaks_nothing(&reply, &query);
            }
        }
    }
}
