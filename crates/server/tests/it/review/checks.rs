//! The checks: each has an app that passes it, and one that does not.

use std::collections::BTreeMap;

use grantry::apps::{RawApp, versions};
use grantry::review::checks::{Calls, Subject, run};
use grantry_store::Error;
use grantry_store::app::Listing;

use super::Scene;

/// What each check finds of the app as it is: `name` or `name of a path` → `verdict finding`.
async fn findings(scene: &Scene) -> BTreeMap<String, String> {
    let found = versions::find(scene.server(), &scene.acme.id, &scene.app.id).await.expect("the app");
    let subject = Subject { app: &found.app, details: &found.live.details, approved: None };
    let checks = run(scene.server(), subject, Calls::All).await.expect("the checks run");
    let line = |check: &grantry_store::submission_check::SubmissionCheck| {
        let path = url::Url::parse(&check.subject).map(|url| url.path().to_owned()).unwrap_or_default();
        let name = format!("{} {path}", check.name);
        (name.trim().to_owned(), format!("{} {}", check.verdict, check.finding))
    };
    checks.iter().map(line).collect()
}

async fn with(scene: &Scene, change: impl FnOnce(&mut RawApp)) -> BTreeMap<String, String> {
    scene.edits(change).await.expect("an edit");
    findings(scene).await
}

#[tokio::test]
async fn every_address_is_called_and_gets_its_own_verdict() {
    let scene = Scene::new().await;
    let found = findings(&scene).await;
    for (check, verdict) in [
        ("redirect /a", "pass reachable"),
        ("callable", "pass one"),
        ("policy /privacy", "pass reachable"),
        ("terms /terms", "pass reachable"),
    ] {
        assert_eq!(found.get(check).map(String::as_str), Some(verdict), "{check}: {found:?}");
    }
    let farm = &scene.farm;
    let found = with(&scene, |raw| {
        raw.redirect_uris = vec![
            farm.url("/error"),
            farm.url("/elsewhere"),
            farm.untrusted_url("/cb"),
            farm.inside_url("/cb"),
        ];
        raw.policy_uri = farm.url("/missing");
        raw.tos_uri = farm.untrusted_url("/terms");
    })
    .await;
    for (check, verdict) in [
        ("redirect /error", "warn server-error"),
        ("redirect /elsewhere", "warn redirects"),
        ("policy /missing", "fail no-page"),
        ("terms /terms", "fail bad-certificate"),
        ("callable", "pass one"),
    ] {
        assert_eq!(found.get(check).map(String::as_str), Some(verdict), "{check}: {found:?}");
    }
    let found = with(&scene, |raw| raw.redirect_uris = vec![farm.untrusted_url("/cb")]).await;
    assert_eq!(found.get("redirect /cb").map(String::as_str), Some("fail bad-certificate"));
    assert_eq!(found.get("callable").map(String::as_str), Some("fail none"));
    let found = with(&scene, |raw| raw.redirect_uris = vec![farm.inside_url("/cb")]).await;
    assert_eq!(found.get("redirect /cb").map(String::as_str), Some("warn not-public"));
    assert_eq!(farm.trap.connections(), 0, "nothing inside was called");
}

#[tokio::test]
async fn the_use_of_an_app_is_what_shows_that_it_works() {
    let scene = Scene::new().await;
    let found = findings(&scene).await;
    for check in ["flow", "refresh", "reconnect"] {
        assert_eq!(found.get(check).map(String::as_str), Some("warn never"), "{check}: {found:?}");
    }
    assert_eq!(found.get("scopes"), None, "nobody has connected it, so its scopes say nothing");
    scene.edits(|raw| raw.scopes.push("folios.read".to_owned())).await.expect("an edit");
    let callback = scene.farm.url("/a");
    let wanted = "openid offline_access reservations.read";
    let given = scene.world.tokens_for(&scene.hotel.admin, &scene.app, &callback, wanted).await;
    let found = findings(&scene).await;
    assert_eq!(found.get("flow").map(String::as_str), Some("pass seen"));
    assert_eq!(found.get("scopes").map(String::as_str), Some("warn unused"));
    scene.world.later(std::time::Duration::from_secs(120));
    let refresh = grantry_testkit::Form::by_hand("/connect/token")
        .with("grant_type", "refresh_token")
        .with("refresh_token", given["refresh_token"].as_str().expect("a refresh token"))
        .with("client_id", &scene.app.client_id)
        .with("client_secret", &scene.app.client_secret);
    assert_eq!(scene.world.client().posts(&refresh).await.status, 200);
    let server = scene.server();
    let hash = grantry_oauth::secret::hash(given["refresh_token"].as_str().expect("a refresh token"));
    let used = [(hash, server.clock.now())];
    // What the server does every minute.
    let noted =
        server.store.write(server.clock.now(), |tx| async move { tx.touch_refresh_tokens(&used).await });
    let noted: Result<_, Error> = noted.await;
    noted.expect("a use is noted");
    assert_eq!(findings(&scene).await.get("refresh").map(String::as_str), Some("pass seen"));
    let mut ada = scene.world.signed_in(&scene.hotel.admin).await;
    let list = ada.gets("/apps/connected-apps").await;
    let at = list.body.find("/apps/connected-apps/connection/").expect("the app is connected");
    let home: String = list.body[at..].chars().take_while(|c| *c != '"').collect();
    let form = ada.form(&home, &format!("{home}/disconnect")).await.with("confirm", "Tidy TOOL");
    assert_eq!(ada.posts(&form).await.status, 303);
    scene.world.later(std::time::Duration::from_secs(5));
    let everything = "reservations.read folios.read";
    scene.world.tokens_for(&scene.hotel.admin, &scene.app, &callback, everything).await;
    let found = findings(&scene).await;
    assert_eq!(found.get("reconnect").map(String::as_str), Some("pass seen"));
    assert_eq!(found.get("scopes").map(String::as_str), Some("pass used"));
}

#[tokio::test]
async fn logos_names_and_sensitive_scopes_are_looked_at() {
    let scene = Scene::new().await;
    let found = findings(&scene).await;
    assert_eq!(found.get("name").map(String::as_str), Some("pass own"));
    assert_eq!(found.get("sensitive").map(String::as_str), Some("pass none"));
    assert!(found.get("logo").is_some_and(|found| found != "fail none"), "{found:?}");
    assert!(found.contains_key("contrast"));
    let rival = scene.world.developer("RIVL").await;
    let wish = super::complete(&scene.farm, "OTHER").named("Night Audit");
    let other = scene.world.registers(&rival, wish).await;
    let named = async |name: &str| {
        with(&scene, |raw| name.clone_into(&mut raw.name)).await.get("name").cloned().unwrap_or_default()
    };
    assert_eq!(named("Night Audit").await, "pass own", "nobody knows an app that is not approved");
    let server = scene.server();
    let approved = server
        .store
        .write(server.clock.now(), |tx| async move { tx.set_listing(&other.id, Listing::Approved).await });
    let approved: Result<bool, Error> = approved.await;
    approved.expect("approved");
    assert_eq!(named("Night Audit").await, "fail same");
    assert_eq!(named("Nіght  Аudit").await, "fail same", "Cyrillic letters of the same shape");
    assert_eq!(named("Night Audits").await, "warn near");
    assert_eq!(named("Innkeeper Official").await, "warn platform");
    let found = with(&scene, |raw| {
        raw.logo_url.clear();
        raw.scopes.push("payments.manage".to_owned());
    })
    .await;
    assert_eq!(found.get("logo").map(String::as_str), Some("fail none"));
    assert_eq!(found.get("sensitive").map(String::as_str), Some("warn some"));
}

#[tokio::test]
async fn what_must_be_there_is_named_by_field_before_anybody_looks() {
    let scene = Scene::new().await;
    let edited = scene.edits(|raw| {
        raw.logo_url.clear();
        raw.policy_uri.clear();
        raw.tos_uri.clear();
        raw.scopes.push("payments.manage".to_owned());
    });
    edited.await.expect("an edit");
    let mut admin = scene.developer().await;
    let form = admin.form(&format!("{}/submit", scene.home()), "Submit for approval").await;
    let refused = admin.posts(&form).await;
    assert_eq!(refused.status, 422);
    for words in ["no logo", "privacy policy", "no link to its terms", "Say in the note"] {
        assert!(refused.says(words), "{words}: {}", refused.body);
    }
    for field in ["edit#f-logo_url", "edit#f-policy_uri", "edit#f-tos_uri"] {
        assert!(refused.body.contains(field), "{field}");
    }
}
