//! What OpenID's tests of dynamic clients register, and what must come of it.

use std::time::Duration;

use grantry::sign_in::back_channel::tell_due;
use grantry_oauth::client_assertion::TYPE;
use grantry_oauth::jose::Alg;
use grantry_testkit::client_key::ClientKey;
use grantry_testkit::http::{Form, Reply};
use grantry_testkit::{Farm, World};
use serde_json::{Value, json};

use super::{CALLBACK, CHALLENGE, app_of, authorize, open, registered, registers, said};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

async fn beside_a_farm() -> (Farm, World) {
    let farm = Farm::new().await;
    let world = open().beside(&farm).start().await;
    (farm, world)
}

fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object[name].as_str().unwrap_or_else(|| panic!("no {name} in {object}"))
}

fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let part = token.split('.').nth(1).expect("three parts");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

// security: R05, R06, K09
#[tokio::test]
async fn everything_that_the_suite_registers_is_taken_and_repeated() {
    let (farm, world) = beside_a_farm().await;
    let list = farm.publishes("/sector.json", &json!([CALLBACK]));
    let all = json!({
        "request_uris": ["https://tool.example/r.jwt#GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM"],
        "sector_identifier_uri": list, "subject_type": "pairwise",
        "initiate_login_uri": "https://tool.example/login",
        "backchannel_logout_uri": "https://tool.example/bc", "backchannel_logout_session_required": true,
        "post_logout_redirect_uris": ["https://tool.example/bye"],
        "id_token_signed_response_alg": "PS256", "userinfo_signed_response_alg": "RS256",
        "request_object_signing_alg": "ES256", "token_endpoint_auth_signing_alg": "ES256",
        "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": farm.url("/jwks.json"),
        "require_pushed_authorization_requests": true, "dpop_bound_access_tokens": true,
        "default_max_age": 3600, "require_auth_time": true,
        "logo_uri": "https://tool.example/logo.png", "policy_uri": "https://tool.example/privacy",
        "tos_uri": "https://tool.example/terms", "contacts": ["certification@oidf.example"],
    });
    let answer = registered(&world, &said(&all)).await;
    for (name, value) in all.as_object().expect("an object") {
        assert_eq!(answer[name], *value, "{name}");
    }
    let known = world.app().cached.find_app(text(&answer, "client_id")).await.expect("a read").expect("it");
    assert_eq!(
        known.client.sector().as_deref(),
        list.split('/').nth(2).and_then(|host| host.split(':').next())
    );
    assert_eq!(known.client.default_max_age, Some(Duration::from_secs(3600)));
    assert!(known.client.needs_par() && known.client.needs_dpop());
    assert_eq!(known.client.auth_algs(), [Alg::Es256]);
    let plain = registered(&world, &said(&json!({}))).await;
    for absent in ["default_max_age", "require_auth_time", "backchannel_logout_uri", "request_uris"] {
        assert!(plain.get(absent).is_none(), "{absent}");
    }
}

// security: R05, R06, R07
#[tokio::test]
async fn what_cannot_be_honoured_is_refused_by_its_name() {
    let (farm, world) = beside_a_farm().await;
    for (name, value) in [
        ("request_uris", json!(["http://tool.example/r.jwt"])),
        ("request_uris", json!([farm.inside_url("/r.jwt").replace("https", "javascript")])),
        ("request_uris", json!(["https://tool.example/r#a/b"])),
        ("subject_type", json!("private")),
        ("initiate_login_uri", json!("http://tool.example/login")),
        ("backchannel_logout_uri", json!("http://tool.example/bc")),
        ("backchannel_logout_uri", json!("https://127.0.0.1/bc")),
        ("userinfo_signed_response_alg", json!("HS256")),
        ("userinfo_signed_response_alg", json!("none")),
        ("request_object_signing_alg", json!("HS256")),
        ("token_endpoint_auth_signing_alg", json!("HS256")),
        ("token_endpoint_auth_signing_alg", json!("none")),
        ("default_max_age", json!(-1)),
        ("default_max_age", json!("60")),
        ("require_auth_time", json!("yes")),
        ("sector_identifier_uri", json!("http://tool.example/sector.json")),
    ] {
        let reply = registers(&world, &said(&json!({ name: value }))).await;
        let answer = reply.json();
        assert_eq!(
            (reply.status, &answer["error"]),
            (400, &json!("invalid_client_metadata")),
            "{name} {value}"
        );
        assert!(text(&answer, "error_description").starts_with(name), "{name}: {}", reply.body);
    }
    for protection in ["id_token_encrypted_response_alg", "userinfo_encrypted_response_alg"] {
        let reply = registers(&world, &said(&json!({ protection: "RSA-OAEP" }))).await;
        assert_eq!(reply.json()["error"], "invalid_client_metadata", "{protection}");
    }
}

// security: R08
#[tokio::test]
async fn a_sector_must_list_every_redirect_uri_whatever_the_subjects_are() {
    let (farm, world) = beside_a_farm().await;
    let bad = farm.publishes("/bad.json", &json!(["https://tool.example/other"]));
    let good = farm.publishes("/good.json", &json!([CALLBACK, "https://tool.example/more"]));
    for subjects in ["public", "pairwise"] {
        for list in [bad.clone(), farm.url("/missing"), farm.inside_url("/list.json")] {
            let asked = said(&json!({ "sector_identifier_uri": list, "subject_type": subjects }));
            let reply = registers(&world, &asked).await;
            assert_eq!(reply.status, 400, "{subjects} {list}: {}", reply.body);
            assert_eq!(reply.json()["error"], "invalid_client_metadata");
        }
        let asked = said(&json!({ "sector_identifier_uri": good, "subject_type": subjects }));
        assert_eq!(registers(&world, &asked).await.status, 201);
    }
    assert_eq!(farm.trap.connections(), 0);
}

// security: R08
#[tokio::test]
async fn nobody_makes_the_server_fetch_without_end_by_registering() {
    let (farm, world) = beside_a_farm().await;
    let mut status = 0;
    for _ in 0..100 {
        let asked = said(&json!({ "sector_identifier_uri": farm.url("/missing") }));
        status = registers(&world, &asked).await.status;
        if status == 429 {
            break;
        }
    }
    assert_eq!(status, 429);
    assert!(farm.connections() <= 60, "{}", farm.connections());
}

/// A request object of a self-registered app, signed or not.
fn object(world: &World, client_id: &str) -> Value {
    let now = world.app().clock.now().seconds();
    json!({
        "iss": client_id, "aud": world.issuer(), "nbf": now, "exp": now + 60, "client_id": client_id,
        "response_type": "code", "redirect_uri": CALLBACK, "scope": "openid", "state": "inside",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    })
}

// security: A18, J01
#[tokio::test]
async fn a_registered_address_of_request_objects_is_read_and_no_other() {
    let (farm, world) = beside_a_farm().await;
    let key = ClientKey::new(Alg::Rs256);
    let uri = farm.url("/r.jwt");
    let asked = json!({
        "request_uris": [format!("{uri}#registered")], "request_object_signing_alg": "RS256",
        "jwks": serde_json::from_str::<Value>(&key.jwks()).expect("JSON"),
    });
    let app = registered(&world, &said(&asked)).await;
    let client_id = text(&app, "client_id");
    farm.puts("/r.jwt", &key.signs(&object(&world, client_id)));
    let goes = async |uri: &str| {
        let path = authorize(client_id, &[("request_uri", uri), ("redirect_uri", ""), ("state", "")]);
        world.get(&path).await
    };
    let taken = |reply: &Reply| reply.status == 303 && reply.location().starts_with("/connect/authorize/");
    assert!(taken(&goes(&uri).await));
    assert!(taken(&goes(&format!("{uri}#other-hash")).await), "the fragment is a hash, not a place");
    let before = farm.connections();
    for other in [farm.url("/other.jwt"), format!("{uri}?x=1"), farm.inside_url("/r.jwt")] {
        assert_eq!(goes(&other).await.status, 400, "{other}");
    }
    assert_eq!(farm.connections(), before);
    let mut status = 0;
    for _ in 0..100 {
        status = goes(&uri).await.status;
        if status == 429 {
            break;
        }
    }
    assert_eq!(status, 429, "whoever sends browsers here does not decide how often the server calls");
}

// security: S10
#[tokio::test]
async fn a_self_registered_app_is_told_of_the_end_of_a_session() {
    let (farm, world) = beside_a_farm().await;
    let hotel = world.customer("HOTL").await;
    let asked =
        json!({ "backchannel_logout_uri": farm.url("/bc"), "backchannel_logout_session_required": true });
    let app = registered(&world, &said(&asked)).await;
    let app = app_of(&world, &app).await;
    let tokens = world.tokens_for(&hotel.admin, &app, CALLBACK, "openid").await;
    let sid = claims(text(&tokens, "id_token"))["sid"].clone();
    let reader = world.app().store.reader();
    let sessions = reader.list_sessions(&hotel.admin.id, world.app().clock.now()).await.expect("a read");
    let session = sessions.into_iter().find(|session| session.sid.as_str() == sid).expect("the session");
    let origin = world.origin_of(&hotel.admin).await;
    grantry::sign_in::end_session::end_session(world.app(), &origin, &session).await.expect("ended");
    tell_due(world.app()).await.expect("told");
    let posts: Vec<String> = farm.requests().into_iter().filter(|it| it.starts_with("POST /bc")).collect();
    let token = posts[0].rsplit("logout_token=").next().expect("a token");
    assert_eq!(claims(token)["sid"], sid);
    assert_eq!(claims(token)["aud"], app.client_id.as_str());
}

// security: T18, R08
#[tokio::test]
async fn an_app_that_changes_its_keys_refreshes_with_the_new_one_at_once() {
    let (farm, world) = beside_a_farm().await;
    let hotel = world.customer("HOTL").await;
    let (old, new) = (ClientKey::new(Alg::Rs256), ClientKey::new(Alg::Rs256));
    farm.puts("/jwks.json", &old.jwks());
    let asked =
        json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": farm.url("/jwks.json") });
    let app = registered(&world, &said(&asked)).await;
    let client_id = text(&app, "client_id").to_owned();
    let mut browser = world.signed_in(&hotel.admin).await;
    let page = browser.opens(&authorize(&client_id, &[("scope", "openid offline_access")])).await;
    let back = browser.posts(&page.form("Allow").pressing("Allow")).await;
    let back = url::Url::parse(back.location()).expect("the app's address");
    let code = back.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
    let posts = async |key: &ClientKey, jti: &str, further: &[(&str, &str)]| {
        let assertion = key.assertion(&client_id, world.issuer(), (world.app().clock.now(), jti));
        let mut form = Form::by_hand("/connect/token")
            .with("client_assertion_type", TYPE)
            .with("client_assertion", &assertion);
        for (name, value) in further {
            form = form.with(name, value);
        }
        world.client().posts(&form).await
    };
    let exchange = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let tokens = posts(&old, "1", &exchange).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    let refresh = tokens.json();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", text(&refresh, "refresh_token"))];
    farm.puts("/jwks.json", &new.jwks());
    let reply = posts(&new, "2", &refresh).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(posts(&old, "3", &refresh).await.status, 401, "the old one is gone");
}

// security: A15
#[tokio::test]
async fn the_oldest_sign_in_that_an_app_registers_counts_where_its_request_says_nothing() {
    let (_farm, world) = beside_a_farm().await;
    let hotel = world.customer("HOTL").await;
    let app = registered(&world, &said(&json!({ "default_max_age": 60 }))).await;
    let client_id = text(&app, "client_id");
    let mut browser = world.signed_in(&hotel.admin).await;
    assert!(browser.opens(&authorize(client_id, &[])).await.says("Allow"));
    world.later(Duration::from_secs(61));
    assert!(browser.opens(&authorize(client_id, &[])).await.says("Password"));
    let lenient = browser.opens(&authorize(client_id, &[("max_age", "3600")])).await;
    assert!(lenient.says("Allow"), "{}", lenient.body);
}
