//! Pairwise subjects: each sector knows a person by a name of its own, in every token and answer.

use grantry::apps::{Refused, register};
use grantry_testkit::farm::Farm;
use grantry_testkit::world::{AppWish, RegisteredApp};
use grantry_testkit::{Form, World};
use serde_json::{Value, json};

const ASKED: &str = "openid email offline_access reservations.read";

fn wish(code: &str, redirect_uri: &str) -> AppWish {
    let mut wish = AppWish::store(code).returning_to(redirect_uri).asking_for(&["reservations.read"]);
    "ES256".clone_into(&mut wish.raw.id_token_alg);
    wish
}

fn pairwise(mut wish: AppWish) -> AppWish {
    "pairwise".clone_into(&mut wish.raw.subject_type);
    wish
}

fn subject(token: &str) -> String {
    use base64::Engine as _;
    let part = token.split('.').nth(1).expect("three parts");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64url");
    let claims: Value = serde_json::from_slice(&bytes).expect("JSON");
    claims["sub"].as_str().expect("a sub").to_owned()
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap_or_else(|| panic!("no {name} in {tokens}"))
}

/// What an app calls the person of its tokens, the same wherever one looks.
async fn everywhere(world: &World, app: &RegisteredApp, tokens: &Value) -> String {
    let name = subject(text(tokens, "id_token"));
    assert_eq!(subject(text(tokens, "access_token")), name);
    let bearer = format!("Bearer {}", text(tokens, "access_token"));
    let userinfo = world.send("GET", "/connect/userinfo", &[("Authorization", &bearer)], "").await;
    assert_eq!(userinfo.json()["sub"], name.as_str(), "{}", userinfo.body);
    for token in ["access_token", "refresh_token"] {
        let form = Form::by_hand("/connect/introspect")
            .with("token", text(tokens, token))
            .with("client_id", &app.client_id)
            .with("client_secret", &app.client_secret);
        let told = world.client().posts(&form).await.json();
        assert_eq!((&told["active"], &told["sub"]), (&Value::Bool(true), &Value::from(name.as_str())));
    }
    let form = Form::by_hand("/connect/token")
        .with("grant_type", "refresh_token")
        .with("refresh_token", text(tokens, "refresh_token"))
        .with("client_id", &app.client_id)
        .with("client_secret", &app.client_secret);
    let again = world.client().posts(&form).await.json();
    assert_eq!(subject(text(&again, "id_token")), name);
    assert_eq!(subject(text(&again, "access_token")), name);
    name
}

// security: K10, U01
#[tokio::test]
async fn two_apps_of_two_sectors_cannot_tell_that_their_user_is_the_same() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let hotel = world.customer("HOTL").await;
    let person = &hotel.admin;
    let mut names = Vec::new();
    for (code, uri, own) in [
        ("ONE", "https://one.example/cb", true),
        ("TWO", "https://two.example/cb", true),
        ("ALSO", "https://one.example/also", true),
        ("OPEN", "https://one.example/open", false),
    ] {
        let wish = wish(code, uri);
        let app = world.registers(&acme, if own { pairwise(wish) } else { wish }).await;
        let tokens = world.tokens_for(person, &app, uri, ASKED).await;
        names.push(everywhere(&world, &app, &tokens).await);
    }
    let [one, two, also, open] = names.try_into().expect("four apps");
    assert_ne!(one, two);
    assert_eq!(one, also, "one host is one sector");
    assert_eq!(open, person.id.as_str());
    assert!(one != open && two != open);
    let uuid = |text: &str| text.len() == 36 && text.bytes().filter(|b| *b == b'-').count() == 4;
    assert!(uuid(&one) && uuid(&two));
}

// security: S09, A16
#[tokio::test]
async fn a_hint_names_a_person_as_the_app_knows_them() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let hotel = world.customer("HOTL").await;
    let uri = "https://one.example/cb";
    let mut wish = pairwise(wish("ONE", uri));
    wish.raw.post_logout_uris.push("https://one.example/bye".to_owned());
    let app = world.registers(&acme, wish).await;
    let tokens = world.tokens_for(&hotel.admin, &app, uri, "openid").await;
    let hint = text(&tokens, "id_token");
    let mut browser = world.signed_in(&hotel.admin).await;
    let request = |more: &str| {
        format!(
            "/connect/authorize?response_type=code&client_id={}&redirect_uri=https%3A%2F%2Fone.example%2Fcb\
             &scope=openid&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
             &prompt=none{more}",
            app.client_id
        )
    };
    let mine = browser.opens(&request(&format!("&id_token_hint={hint}"))).await;
    assert!(mine.location().contains("code="), "{}", mine.location());
    let bob = world.member(&hotel, "Bob Brown").await;
    let mut other = world.signed_in(&bob).await;
    let theirs = other.opens(&request(&format!("&id_token_hint={hint}"))).await;
    assert!(theirs.location().contains("error=login_required"), "{}", theirs.location());

    // OIDC Core §5.5.1: so does a `sub` that is asked for, in the word that this app has for the person.
    let known = subject(hint);
    for (sub, expected) in [(known.as_str(), "code="), (hotel.admin.id.as_str(), "error=login_required")] {
        let wish = json!({ "id_token": { "sub": { "value": sub } } }).to_string();
        let wish: String = url::form_urlencoded::byte_serialize(wish.as_bytes()).collect();
        let asked = browser.opens(&request(&format!("&claims={wish}"))).await;
        assert!(asked.location().contains(expected), "{sub}: {}", asked.location());
    }

    let out = format!(
        "/connect/endsession?id_token_hint={hint}&post_logout_redirect_uri=https%3A%2F%2Fone.example%2Fbye"
    );
    let asked = other.gets(&out).await;
    assert!(asked.says("Sign out?"), "another person is asked: {}", asked.body);
    let left = browser.gets(&out).await;
    assert_eq!((left.status, left.location()), (303, "https://one.example/bye"));
}

// security: R08
#[tokio::test]
async fn several_hosts_are_one_sector_only_by_a_list_that_has_all_of_them() {
    let farm = Farm::new().await;
    let world = World::setup().beside(&farm).start().await;
    let acme = world.developer("ACME").await;
    let hotel = world.customer("HOTL").await;
    let (one, two) = ("https://one.example/cb", "https://two.example/cb");
    let fault = async |list: &str| {
        let mut wish = pairwise(wish("BOTH", one).returning_to(two));
        list.clone_into(&mut wish.raw.sector_identifier_uri);
        let owner = world.app().store.reader().find_account_by_code("ACME").await.expect("a read");
        let owner = owner.expect("the account");
        let origin = world.origin_of(&acme.admin).await;
        let made = Box::pin(register::register(world.app(), &origin, &owner, wish.kind, &wish.raw)).await;
        match made {
            Err(Refused::Faults(faults)) => {
                let words = grantry::web::Words::english();
                let (field, text) = faults.texts(words).swap_remove(0);
                assert_eq!(field, "sector_identifier_uri");
                text
            }
            other => panic!("{other:?}"),
        }
    };
    assert!(fault("").await.contains("redirect URIs on one host"));
    assert!(fault(&farm.url("/missing")).await.contains("404"));
    assert!(fault(&farm.inside_url("/list")).await.contains("not publicly reachable"));
    assert!(fault(&farm.url("/ok")).await.contains("JSON list"));
    let short = farm.publishes("/short", &json!([one]));
    assert!(fault(&short).await.contains(two));
    let object = farm.publishes("/object", &json!({ "a": 1 }));
    assert!(fault(&object).await.contains("JSON list"));
    assert_eq!(farm.trap.connections(), 0);

    let list = farm.publishes("/list", &json!([one, two, "https://x.example/"]));
    let mut wish = pairwise(wish("BOTH", one).returning_to(two));
    wish.raw.sector_identifier_uri = list;
    let app = world.registers(&acme, wish).await;
    let person = &hotel.admin;
    let from_one = world.tokens_for(person, &app, one, "openid").await;
    let from_two = world.tokens_for(person, &app, two, "openid").await;
    assert_eq!(subject(text(&from_one, "id_token")), subject(text(&from_two, "id_token")));
}
