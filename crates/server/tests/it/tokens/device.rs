//! The device grant: a device shows a code, a person types it elsewhere, and the device gets what was allowed, once.

use std::sync::Arc;
use std::time::Duration;

use grantry_testkit::http::{Client, Reply};
use grantry_testkit::proof::ProofKey;
use grantry_testkit::world::{AppWish, RegisteredApp};
use grantry_testkit::{World, each_engine};
use serde_json::Value;
use tokio::task::JoinSet;

use super::desk::{Desk, claims, refusal, text};

const BEGIN: &str = "/connect/deviceauthorization";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const SCOPES: &str = "openid offline_access reservations.read";

/// A television's app, which has no redirect URI at all.
async fn television(desk: &Desk) -> RegisteredApp {
    let mut wish = AppWish::store("TV").named("Lobby TV").public().asking_for(&["reservations.read"]);
    wish.raw.device_grant = Some(true);
    "ES256".clone_into(&mut wish.raw.id_token_alg);
    desk.world.registers(&desk.developer, wish).await
}

async fn begins(desk: &Desk, app: &RegisteredApp) -> Value {
    let reply = desk.calls(BEGIN, app, &[("scope", SCOPES)]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

async fn polls(desk: &Desk, app: &RegisteredApp, begun: &Value) -> Reply {
    let form = [("grant_type", GRANT), ("device_code", text(begun, "device_code"))];
    desk.asks(app, &form).await
}

/// The code typed into the page, as far as the consent page.
async fn types(client: &mut Client, code: &str) -> Reply {
    let form = client.form("/device", "Continue").await.with("user_code", code);
    client.submits(&form).await
}

async fn allows(desk: &Desk, begun: &Value) -> Reply {
    let mut ada = desk.world.signed_in(&desk.hotel.admin).await;
    let page = types(&mut ada, text(begun, "user_code")).await;
    ada.submits(&page.form("Allow").pressing("Allow")).await
}

// security: T19
#[tokio::test]
async fn a_device_gets_tokens_after_somebody_typed_its_code_and_allowed_it() {
    each_engine(async |engine| {
        let desk = Desk::on(engine).await;
        let tv = television(&desk).await;
        let begun = begins(&desk, &tv).await;
        let uri = text(&begun, "verification_uri");
        assert_eq!(uri, desk.world.url("/device"));
        let complete = format!("{uri}?user_code={}", text(&begun, "user_code"));
        assert_eq!(text(&begun, "verification_uri_complete"), complete);
        assert_eq!((begun["expires_in"].as_u64(), begun["interval"].as_u64()), (Some(600), Some(5)));
        let pending = polls(&desk, &tv, &begun).await;
        assert_eq!(refusal(&pending), (400, "authorization_pending".to_owned()));
        assert_eq!(pending.header("cache-control"), Some("no-store"));

        let mut ada = desk.world.signed_in(&desk.hotel.admin).await;
        let typed = text(&begun, "user_code").to_lowercase().replace('-', " ");
        let page = types(&mut ada, &typed).await;
        assert!(page.says("Lobby TV") && page.says(text(&begun, "user_code")), "{}", page.body);
        assert!(page.says("on a device of your own"), "{}", page.body);
        let done = ada.submits(&page.form("Allow").pressing("Allow")).await;
        assert!(done.says("Your device is connected"), "{}", done.body);

        desk.world.later(Duration::from_secs(5));
        let reply = polls(&desk, &tv, &begun).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let tokens = reply.json();
        assert_eq!(text(&tokens, "scope"), SCOPES);
        let id = claims(text(&tokens, "id_token"));
        assert_eq!(text(&id, "sub"), desk.hotel.admin.id.as_str());
        assert!(
            id.get("sid").is_none() && id.get("nonce").is_none(),
            "no browser of the device has a session"
        );
        assert_eq!(desk.userinfo(text(&tokens, "access_token")).await.status, 200);
        assert_eq!(desk.refreshes(&tv, text(&tokens, "refresh_token")).await.status, 200);
        assert_eq!(refusal(&polls(&desk, &tv, &begun).await).1, "invalid_grant", "once");
    })
    .await;
}

// security: T19
#[tokio::test]
async fn a_device_that_is_refused_or_too_late_or_asks_too_often_is_told_so() {
    let desk = Desk::new().await;
    let tv = television(&desk).await;
    let begun = begins(&desk, &tv).await;
    assert_eq!(refusal(&polls(&desk, &tv, &begun).await).1, "authorization_pending");
    assert_eq!(refusal(&polls(&desk, &tv, &begun).await).1, "slow_down");
    desk.world.later(Duration::from_secs(5));
    assert_eq!(refusal(&polls(&desk, &tv, &begun).await).1, "slow_down", "ten seconds by now");
    desk.world.later(Duration::from_secs(15));
    assert_eq!(refusal(&polls(&desk, &tv, &begun).await).1, "authorization_pending");

    let mut ada = desk.world.signed_in(&desk.hotel.admin).await;
    let page = types(&mut ada, text(&begun, "user_code")).await;
    let done = ada.submits(&page.form("Cancel").with("decision", "cancel")).await;
    assert!(done.says("Your device is not connected"), "{}", done.body);
    assert_eq!(refusal(&polls(&desk, &tv, &begun).await), (400, "access_denied".to_owned()));
    assert!(types(&mut ada, text(&begun, "user_code")).await.says("No device shows this code"));

    let late = begins(&desk, &tv).await;
    let page = types(&mut ada, text(&late, "user_code")).await;
    desk.world.later(Duration::from_secs(601));
    assert_eq!(refusal(&polls(&desk, &tv, &late).await), (400, "expired_token".to_owned()));
    let done = ada.submits(&page.form("Allow").pressing("Allow")).await;
    assert_eq!(done.status, 410, "a yes that comes too late gives nothing: {}", done.body);
    assert_eq!(refusal(&polls(&desk, &tv, &late).await).1, "expired_token");
}

// security: T19, C03, C04
#[tokio::test]
async fn a_link_with_the_code_in_it_does_nothing_by_itself() {
    let desk = Desk::new().await;
    let tv = television(&desk).await;
    let begun = begins(&desk, &tv).await;
    let link = text(&begun, "verification_uri_complete").to_owned();
    let path = link.strip_prefix(desk.world.issuer()).expect("our own");
    // Somebody who has connected the app before is lured by a link: there are two more pages before anything happens.
    allows(&desk, &begins(&desk, &tv).await).await;
    let mut ada = desk.world.signed_in(&desk.hotel.admin).await;
    let page = ada.opens(path).await;
    assert!(page.says("Go on only if you can see the code"), "{}", page.body);
    let form = page.form("Continue");
    let consent = ada.submits(&form).await;
    assert!(consent.says("Allow") && consent.says(text(&begun, "user_code")), "{}", consent.body);
    desk.world.later(Duration::from_secs(5));
    assert_eq!(refusal(&polls(&desk, &tv, &begun).await).1, "authorization_pending");

    let typed = ada.posts(&form).await;
    let mut victim = desk.world.signed_in(&desk.hotel.admin).await;
    let elsewhere = victim.opens(typed.location()).await;
    assert_eq!(elsewhere.status, 410, "who has not typed it cannot consent to it: {}", elsewhere.body);

    let other_site = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", "https://evil.example"),
        ("Sec-Fetch-Site", "cross-site"),
    ];
    let body = format!("user_code={}", text(&begun, "user_code"));
    assert_eq!(ada.sends("POST", "/device", &other_site, &body).await.status, 403);
    let script = ada.opens("/device?user_code=%22%3E%3Cscript%3E").await;
    assert!(!script.body.contains("<script>"), "{}", script.body);
}

// security: T19
#[tokio::test]
async fn codes_cannot_be_guessed_without_end() {
    let desk = Desk::new().await;
    let tv = television(&desk).await;
    let mut guesser = desk.world.signed_in(&desk.hotel.admin).await;
    let form = guesser.form("/device", "Continue").await;
    for n in 0..20 {
        let tried = guesser.posts(&form.clone().with("user_code", &guess(n))).await;
        assert_eq!(tried.status, 422, "guess {n}");
        assert!(tried.says(&guess(n)), "what was typed stays");
    }
    let begun = begins(&desk, &tv).await;
    let right = form.clone().with("user_code", text(&begun, "user_code"));
    let waits = guesser.posts(&right).await;
    assert_eq!(waits.status, 429, "the right one, too");
    assert!(waits.header("retry-after").is_some());
    desk.world.later(Duration::from_secs(11));
    assert_eq!(guesser.posts(&right).await.status, 303, "after the wait it works");
    for nonsense in ["", "12345678", "BCDF", "'; drop table"] {
        assert_eq!(guesser.posts(&form.clone().with("user_code", nonsense)).await.status, 422, "{nonsense}");
    }
}

/// A code that no device shows, but by a chance of one in ten million.
fn guess(n: usize) -> String {
    let letter = |at: usize| char::from(b"BCDFGHJKLMNPQRSTVWXZ"[at % 20]);
    format!("{}{}BC-DFGH", letter(n), letter(n / 20))
}

// security: T19, T04
#[tokio::test]
async fn a_device_code_is_its_apps_alone_and_is_cut_or_changed_for_nobody() {
    let desk = Desk::new().await;
    let tv = television(&desk).await;
    let mut wish = AppWish::store("OTHER").public().asking_for(&["reservations.read"]);
    wish.raw.device_grant = Some(true);
    let other = desk.world.registers(&desk.developer, wish).await;
    let begun = begins(&desk, &tv).await;
    allows(&desk, &begun).await;
    let code = text(&begun, "device_code").to_owned();
    assert_eq!(refusal(&polls(&desk, &other, &begun).await).1, "invalid_grant");
    assert_eq!(refusal(&polls(&desk, &desk.app, &begun).await).1, "unauthorized_client");
    let cut = code[..code.len() - 1].to_owned();
    for wrong in [cut, format!("{code}0"), code.to_uppercase(), code.replace("grd_", "grc_"), "x".to_owned()]
    {
        let form = [("grant_type", GRANT), ("device_code", wrong.as_str())];
        assert_eq!(refusal(&desk.asks(&tv, &form).await).1, "invalid_grant", "{wrong}");
    }
    let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", "x")];
    assert_eq!(refusal(&desk.asks(&desk.app, &form).await).1, "invalid_grant", "it is no authorization code");
    assert!(!desk.is_active(&desk.app, &code).await);
    assert_eq!(polls(&desk, &tv, &begun).await.status, 200, "the right app gets it all the same");
}

// security: T19, T10, T11, T17
#[tokio::test]
async fn only_apps_for_devices_may_ask_and_only_for_what_they_registered() {
    let desk = Desk::new().await;
    let tv = television(&desk).await;
    let refused =
        async |app: &RegisteredApp, form: &[(&str, &str)]| refusal(&desk.calls(BEGIN, app, form).await).1;
    assert_eq!(refused(&desk.app, &[("scope", "openid")]).await, "unauthorized_client");
    assert_eq!(refused(&desk.custom, &[]).await, "unauthorized_client");
    assert_eq!(refused(&tv, &[("scope", "folios.read")]).await, "invalid_scope");
    assert_eq!(refused(&tv, &[("scope", "openid"), ("scope", "email")]).await, "invalid_request");
    let evil = [("scope", "openid"), ("resource", "https://evil.example/")];
    assert_eq!(refused(&tv, &evil).await, "invalid_target");
    let nobody = [("client_id", "SDXE-AC-NOBODY")];
    let reply = desk.world.post(BEGIN, &[super::desk::FORM], &super::desk::encoded(&nobody)).await;
    assert_eq!(refusal(&reply), (401, "invalid_client".to_owned()));
}

// security: T19
#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_polls_at_once_one_gets_the_tokens() {
    each_engine(async |engine| {
        let desk = Arc::new(Desk::with(World::setup().on(engine)).await);
        let tv = television(&desk).await;
        let begun = begins(&desk, &tv).await;
        allows(&desk, &begun).await;
        let mut racers = JoinSet::new();
        for _ in 0..16 {
            let (desk, tv, begun) = (Arc::clone(&desk), tv.clone(), begun.clone());
            racers.spawn(async move { polls(&desk, &tv, &begun).await.status });
        }
        let given = racers.join_all().await.into_iter().filter(|status| *status == 200).count();
        assert_eq!(given, 1);
    })
    .await;
}

// security: T19, T14
#[tokio::test]
async fn an_app_that_is_no_longer_for_devices_or_was_disconnected_gets_nothing() {
    let desk = Desk::new().await;
    let tv = television(&desk).await;
    let begun = begins(&desk, &tv).await;
    allows(&desk, &begun).await;
    let (hotel, app) = (desk.hotel.id.clone(), tv.id.clone());
    let person = desk.hotel.admin.id.clone();
    let standing = desk.world.app().store.reader().list_standing_connections(&app, &hotel, &person).await;
    let connection = standing.expect("a read").remove(0).connection.id;
    desk.changes(|tx| async move {
        let reason = grantry_store::connection::EndReason::Disconnected;
        tx.end_connection(&hotel, &connection, None, reason).await
    })
    .await;
    assert_eq!(refusal(&polls(&desk, &tv, &begun).await), (400, "invalid_grant".to_owned()));
}

// security: D02, T19
#[tokio::test]
async fn a_device_with_a_key_gets_tokens_that_are_bound_to_it() {
    let desk = Desk::new().await;
    let tv = television(&desk).await;
    let key = ProofKey::new();
    let begun = begins(&desk, &tv).await;
    allows(&desk, &begun).await;
    let form = [("grant_type", GRANT), ("device_code", text(&begun, "device_code"))];
    let tokens = desk.proves(&tv, &form, &desk.token_proof(&key)).await.json();
    assert_eq!(text(&tokens, "token_type"), "DPoP");
    assert_eq!(claims(text(&tokens, "access_token"))["cnf"]["jkt"], key.thumbprint());
    let refused = desk.refreshes(&tv, text(&tokens, "refresh_token")).await;
    assert_eq!(refusal(&refused).1, "invalid_grant", "the refresh token, too");
}
