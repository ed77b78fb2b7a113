//! The token endpoint as such: what it takes, who may call it, how it refuses.

use grantry_store::id::AppId;
use grantry_store::page::PageRequest;
use serde_json::json;

use super::desk::{Desk, FORM, basic, encoded, refusal};

const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];

// security: T06
#[tokio::test]
async fn it_takes_a_posted_form_and_nothing_else() {
    let desk = Desk::new().await;
    let (id, secret) = (desk.custom.client_id.as_str(), desk.custom.client_secret.as_str());
    let basic = basic(id, secret);
    let world = &desk.world;
    let good = world.post("/connect/token", &[FORM, ("Authorization", &basic)], &encoded(&OWN)).await;
    assert_eq!(good.status, 200, "{}", good.body);

    let json =
        json!({ "grant_type": "client_credentials", "client_id": id, "client_secret": secret }).to_string();
    let sent = world.post("/connect/token", &[("Content-Type", "application/json")], &json).await;
    assert_eq!(refusal(&sent), (400, "invalid_request".to_owned()));
    assert_eq!(world.get("/connect/token").await.status, 405);

    let all = [OWN.as_slice(), &[("client_id", id), ("client_secret", secret)]].concat();
    for query in [encoded(&all), format!("client_id={id}"), "x=1".to_owned()] {
        let sent =
            world.post(&format!("/connect/token?{query}"), &[FORM, ("Authorization", &basic)], "").await;
        assert_eq!(refusal(&sent), (400, "invalid_request".to_owned()), "{query}");
    }
    let large = format!("{}&pad={}", encoded(&OWN), "x".repeat(65 * 1024));
    let sent = world.post("/connect/token", &[FORM, ("Authorization", &basic)], &large).await;
    assert_eq!(refusal(&sent), (413, "invalid_request".to_owned()));
    let many = (0..10_000).map(|n| format!("p{n}=&")).collect::<String>();
    let sent = world.post("/connect/token", &[FORM, ("Authorization", &basic)], &many).await;
    assert!(matches!(sent.status, 400 | 413), "{}", sent.status);
}

// security: A05
#[tokio::test]
async fn a_parameter_that_comes_twice_is_refused_before_anything_is_tried() {
    let desk = Desk::new().await;
    let (id, secret) = (desk.custom.client_id.as_str(), desk.custom.client_secret.as_str());
    for twice in
        ["grant_type=client_credentials", "scope=reservations.read", &format!("client_id={id}"), "unknown=1"]
    {
        let credentials = encoded(&[("client_id", id), ("client_secret", secret)]);
        let form =
            format!("grant_type=client_credentials&scope=reservations.read&unknown=1&{credentials}&{twice}");
        let reply = desk.world.post("/connect/token", &[FORM], &form).await;
        assert_eq!(refusal(&reply), (400, "invalid_request".to_owned()), "{twice}");
    }
}

// security: T07
#[tokio::test]
async fn credentials_come_in_the_header_or_the_body_and_twice_only_when_they_are_the_same() {
    let desk = Desk::new().await;
    let (id, secret) = (desk.custom.client_id.as_str(), desk.custom.client_secret.as_str());
    let good = basic(id, secret);
    let ask = async |authorization: Option<&str>, more: &[(&str, &str)]| {
        let mut headers = vec![FORM];
        headers.extend(authorization.map(|value| ("Authorization", value)));
        let reply = desk.world.post("/connect/token", &headers, &encoded(&[&OWN, more].concat())).await;
        if reply.status == 200 { (200, String::new()) } else { refusal(&reply) }
    };
    let given = (200, String::new());
    assert_eq!(ask(Some(&good), &[]).await, given);
    assert_eq!(ask(None, &[("client_id", id), ("client_secret", secret)]).await, given);
    assert_eq!(ask(Some(&good), &[("client_id", id)]).await, given);
    assert_eq!(ask(Some(&good), &[("client_id", id), ("client_secret", secret)]).await, given);
    let unpadded = good.trim_end_matches('=').replacen("Basic", "basic", 1);
    assert_eq!(ask(Some(&unpadded), &[]).await, given);

    let mixed = (400, "invalid_request".to_owned());
    assert_eq!(ask(Some(&good), &[("client_id", &desk.app.client_id)]).await, mixed);
    assert_eq!(ask(Some(&good), &[("client_secret", "another")]).await, mixed);
    let wrong = basic(id, "grs_wrong");
    assert_eq!(
        ask(Some(&wrong), &[("client_id", id), ("client_secret", secret)]).await,
        mixed,
        "neither is tried"
    );

    let unproved = (401, "invalid_client".to_owned());
    assert_eq!(ask(None, &[("client_id", id)]).await, unproved, "no secret");
    assert_eq!(ask(None, &[("client_id", id), ("client_secret", "")]).await, unproved, "an empty secret");
    assert_eq!(ask(Some("Bearer abc"), &[]).await, unproved);
    assert_eq!(ask(Some("Basic %%%"), &[]).await, unproved);
    let double = [FORM, ("Authorization", good.as_str()), ("Authorization", good.as_str())];
    let reply = desk.world.post("/connect/token", &double, &encoded(&OWN)).await;
    assert_eq!(refusal(&reply), mixed, "two headers");
}

// security: T07
#[tokio::test]
async fn a_public_app_proves_nothing_and_cannot_be_proved_by_a_secret() {
    let desk = Desk::new().await;
    let public = desk.public_app().await;
    let form =
        [("grant_type", "refresh_token"), ("refresh_token", "grr_x"), ("client_id", &public.client_id)];
    let ask = async |more: &[(&str, &str)]| {
        refusal(&desk.world.post("/connect/token", &[FORM], &encoded(&[&form, more].concat())).await)
    };
    assert_eq!(ask(&[]).await, (400, "invalid_grant".to_owned()), "it is known by its ID alone");
    assert_eq!(ask(&[("client_secret", &desk.app.client_secret)]).await, (401, "invalid_client".to_owned()));
    let own = [("grant_type", "client_credentials"), ("client_id", public.client_id.as_str())];
    let reply = desk.world.post("/connect/token", &[FORM], &encoded(&own)).await;
    assert_eq!(refusal(&reply), (400, "unauthorized_client".to_owned()));
}

// security: T08
#[tokio::test]
async fn an_unknown_app_and_a_wrong_secret_get_the_same_answer() {
    let desk = Desk::new().await;
    let id = desk.custom.client_id.as_str();
    let mut answers = Vec::new();
    for (id, secret) in
        [(id, "grs_wrong"), (id, desk.app.client_secret.as_str()), ("NOPE-SP-NONE", "grs_wrong")]
    {
        let header = basic(id, secret);
        let in_header =
            desk.world.post("/connect/token", &[FORM, ("Authorization", &header)], &encoded(&OWN)).await;
        assert_eq!(in_header.header("www-authenticate"), Some(r#"Basic realm="grantry", charset="UTF-8""#));
        let body = [OWN.as_slice(), &[("client_id", id), ("client_secret", secret)]].concat();
        let in_body = desk.world.post("/connect/token", &[FORM], &encoded(&body)).await;
        assert_eq!(in_body.header("www-authenticate"), None);
        assert_eq!((in_header.status, in_body.status), (401, 401));
        answers.extend([in_header.body, in_body.body]);
    }
    let expected = r#"{"error":"invalid_client","error_description":"client authentication failed"}"#;
    assert!(answers.iter().all(|body| body == expected), "{answers:?}");
}

// security: T08
#[tokio::test]
async fn time_does_not_tell_which_apps_there_are() {
    let desk = Desk::new().await;
    let known = basic(&desk.custom.client_id, "grs_wrong");
    let unknown = basic("NOPE-SP-NONE", "grs_wrong");
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..100 {
        for (header, times) in [&known, &unknown].into_iter().zip(&mut times) {
            let began = tokio::time::Instant::now();
            desk.world.post("/connect/token", &[FORM, ("Authorization", header)], &encoded(&OWN)).await;
            times.push(began.elapsed());
        }
    }
    let [known, unknown] = times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    });
    // A look into the database, or a slow hash, would show as a multiple.
    assert!((0.5..2.0).contains(&(known / unknown)), "known {known} s, unknown {unknown} s");
}

// security: T09, T20
#[tokio::test]
async fn every_answer_forbids_caching_and_repeats_nothing_of_the_request() {
    let desk = Desk::new().await;
    let own = desk.asks(&desk.custom, &OWN).await;
    let refused = desk.asks(&desk.custom, &[("grant_type", "<script>password</script>")]).await;
    assert_eq!(refusal(&refused), (400, "unsupported_grant_type".to_owned()));
    assert!(!refused.body.contains("<script") && !refused.body.contains("password"));
    for reply in [own, refused] {
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("pragma"), Some("no-cache"));
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(reply.header("set-cookie"), None);
    }
}

// security: T10
#[tokio::test]
async fn each_app_uses_its_own_grants_only_and_nobody_the_others() {
    let desk = Desk::new().await;
    let cases = [
        (&desk.app, "client_credentials", "unauthorized_client"),
        (&desk.custom, "authorization_code", "unauthorized_client"),
        (&desk.custom, "refresh_token", "unauthorized_client"),
        (&desk.app, "password", "unsupported_grant_type"),
        (&desk.app, "implicit", "unsupported_grant_type"),
        (&desk.app, "urn:ietf:params:oauth:grant-type:device_code", "unauthorized_client"),
        (&desk.app, "urn:ietf:params:oauth:grant-type:token-exchange", "unauthorized_client"),
        (&desk.app, "", "invalid_request"),
    ];
    for (app, grant, error) in cases {
        let form = [
            ("grant_type", grant),
            ("code", "x"),
            ("refresh_token", "x"),
            ("username", "a"),
            ("password", "b"),
            ("device_code", "x"),
            ("subject_token", "x"),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ];
        assert_eq!(
            refusal(&desk.asks(app, &form).await),
            (400, error.to_owned()),
            "{grant} by {}",
            app.client_id
        );
    }
}

// security: T08
#[tokio::test]
async fn a_suspended_app_or_account_is_nobody_and_comes_back() {
    use grantry_store::account::AccountState;
    use grantry_store::app::AppState;
    let desk = Desk::new().await;
    let ask = async || desk.asks(&desk.custom, &OWN).await.status;
    assert_eq!(ask().await, 200);
    let id: AppId = desk.custom.id.clone();
    desk.changes(|tx| async move { tx.set_app_state(&id, AppState::Active, AppState::Suspended).await })
        .await;
    assert_eq!(ask().await, 401);
    let id = desk.custom.id.clone();
    desk.changes(|tx| async move { tx.set_app_state(&id, AppState::Suspended, AppState::Active).await })
        .await;
    assert_eq!(ask().await, 200);
    let account = desk.hotel.id.clone();
    desk.changes(|tx| async move { tx.set_account_state(&account, AccountState::Suspended).await }).await;
    assert_eq!(ask().await, 401);
}

// security: U02
#[tokio::test]
async fn too_many_failures_of_one_client_from_one_address_are_told_to_wait_while_the_right_secret_still_works()
 {
    let desk = Desk::new().await;
    let wrong = basic(&desk.custom.client_id, "grs_wrong");
    let fail =
        async || desk.world.post("/connect/token", &[FORM, ("Authorization", &wrong)], &encoded(&OWN)).await;
    for _ in 0..60 {
        assert_eq!(fail().await.status, 401);
    }
    let told = fail().await;
    assert_eq!(refusal(&told), (429, "temporarily_unavailable".to_owned()));
    let wait: u64 = told.header("retry-after").and_then(|text| text.parse().ok()).expect("how long");
    assert!((1..=60).contains(&wait));
    assert_eq!(desk.asks(&desk.custom, &OWN).await.status, 200, "nobody locks an app out");
    desk.world.later(std::time::Duration::from_secs(61));
    assert_eq!(fail().await.status, 401, "a minute later it is counted anew");
}

// security: T08
#[tokio::test]
async fn the_owner_learns_why_and_a_flood_is_written_down_only_so_often() {
    let desk = Desk::new().await;
    let wrong = basic(&desk.custom.client_id, "grs_wrong");
    let mut ids = Vec::new();
    for _ in 0..30 {
        let reply =
            desk.world.post("/connect/token", &[FORM, ("Authorization", &wrong)], &encoded(&OWN)).await;
        ids.push(reply.header("x-request-id").expect("an id").to_owned());
    }
    let both = [
        OWN.as_slice(),
        &[("client_id", &desk.custom.client_id), ("client_secret", &desk.custom.client_secret)],
    ];
    assert_eq!(desk.asks(&desk.custom, &both.concat()).await.status, 200);
    let app = desk.world.app();
    app.flow_log.flush(app).await;
    let page = PageRequest::from_token(None, 100);
    let events = app.store.reader().list_flow_events(&desk.hotel.id, &page).await.expect("the events").items;
    let (failures, noted): (Vec<_>, Vec<_>) =
        events.into_iter().partition(|event| event.error == "invalid_client");
    assert_eq!(failures.len(), 10);
    assert!(failures.iter().all(|event| ids.contains(&event.request_id)));
    assert!(failures[0].hint.contains("typing error"), "{}", failures[0].hint);
    assert_eq!(noted.len(), 1);
    assert!(noted[0].hint.contains("once is enough"), "{}", noted[0].hint);
    let text = format!("{failures:?}{noted:?}");
    assert!(!text.contains(&desk.custom.client_secret) && !text.contains("grs_"), "no secret is kept");
}

// security: W03
#[tokio::test]
async fn a_script_of_a_registered_origin_may_read_the_answer_and_no_other() {
    let desk = Desk::new().await;
    let mut wish =
        grantry_testkit::world::AppWish::store("SPA").public().returning_to("https://spa.example/cb");
    wish.raw.cors_origins.push("https://spa.example".to_owned());
    let spa = desk.world.registers(&desk.developer, wish.asking_for(&["reservations.read"])).await;
    for path in ["/connect/token", "/connect/revocation", "/connect/userinfo"] {
        let asked = [("Origin", "https://spa.example"), ("Access-Control-Request-Method", "POST")];
        let reply = desk.world.send("OPTIONS", path, &asked, "").await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (204, Some("*")), "{path}");
        assert!(
            reply.header("access-control-allow-headers").is_some_and(|names| names.contains("authorization"))
        );
        assert_eq!(reply.header("access-control-allow-credentials"), None);
    }
    let form = encoded(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", "grr_x"),
        ("client_id", &spa.client_id),
    ]);
    for (origin, allowed) in [("https://spa.example", true), ("https://evil.example", false), ("null", false)]
    {
        let reply = desk.world.post("/connect/token", &[FORM, ("Origin", origin)], &form).await;
        assert_eq!(reply.header("access-control-allow-origin"), allowed.then_some(origin));
        assert_eq!(reply.header("vary"), Some("origin"));
        assert_eq!(reply.header("access-control-allow-credentials"), None);
    }
}

#[tokio::test]
async fn tokens_are_counted_by_grant_and_outcome() {
    let desk = Desk::new().await;
    desk.asks(&desk.custom, &OWN).await;
    desk.asks(&desk.app, &OWN).await;
    let page = desk.world.ops("/metrics").await.body;
    for line in [
        r#"grantry_tokens_total{grant="client_credentials",outcome="given"} 1"#,
        r#"grantry_tokens_total{grant="client_credentials",outcome="refused"} 1"#,
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
}

// security: T08
#[tokio::test]
async fn a_flood_of_wrong_secrets_costs_a_fast_hash_each_and_stops_nobody() {
    use grantry_oauth::client_assertion::Audience;
    use grantry_oauth::client_auth::{Means, read, verify};
    use grantry_oauth::parameters::Parameters;
    let desk = Desk::new().await;
    let app = desk.world.app();
    let known = app.cached.find_app(&desk.custom.client_id).await.expect("a read").expect("the app");
    let wrong = basic(&desk.custom.client_id, &desk.app.client_secret);
    let form = Parameters::default();
    let began = tokio::time::Instant::now();
    for _ in 0..2000 {
        let presented = read(Some(&wrong), &form).expect("credentials");
        let audience = Audience { issuer: app.issuer(), endpoint: app.issuer() };
        let means = Means { secrets: &known.secrets, keys: None, audience };
        assert!(verify(&presented, Some(&known.client), means, app.clock.now()).is_err());
    }
    // A password hash would take minutes here.
    assert!(began.elapsed() < std::time::Duration::from_millis(400), "{:?}", began.elapsed());

    let flood = tokio::spawn({
        let address = desk.world.address();
        async move {
            for _ in 0..200 {
                let headers = [FORM, ("Authorization", wrong.as_str())];
                grantry_testkit::http::send(
                    address,
                    "POST",
                    "/connect/token",
                    &headers,
                    encoded(&OWN).as_bytes(),
                )
                .await;
            }
        }
    });
    for _ in 0..20 {
        assert_eq!(desk.asks(&desk.custom, &OWN).await.status, 200);
    }
    flood.await.expect("no panic");
}
