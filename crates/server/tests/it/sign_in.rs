//! Signing in and out.

use std::time::{Duration, Instant};

use base64::Engine as _;
use grantry::config::Security;
use grantry::sign_in::Passwords;
use grantry_store::Error;
use grantry_store::audit::{AuditFilter, AuditRow};
use grantry_store::page::PageRequest;
use grantry_testkit::world::PASSWORD;
use grantry_testkit::{Client, Form, Reply, World};

// security: S01, S02, S03, A11
#[tokio::test]
async fn a_developer_signs_in_and_out_again() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut ada = world.client();
    let form = ada.form("/account/login", "Sign in").await;
    let fixed = "fixed-by-somebody-else-000000000";
    ada.carries("grantry-session", fixed);
    let email = format!(" {} ", acme.admin.email.to_uppercase());
    let entered = ada.posts(&form.with("email", &email).with("password", PASSWORD)).await;
    assert_eq!((entered.status, entered.location()), (303, "/apps/store-apps"));
    let session = ada.cookie("grantry-session").expect("a session").to_owned();
    assert_ne!(session, fixed);
    assert_eq!(session.len(), 32, "192 bits");

    let leave = ada.form("/account/logout", "Sign out").await;
    let left = ada.posts(&leave).await;
    assert_eq!((left.status, left.location()), (303, "/account/login"));
    assert_eq!(ada.cookie("grantry-session"), None);
    ada.carries("grantry-session", &session);
    assert_eq!(ada.gets("/account/login").await.status, 200, "the old cookie is worth nothing any more");
}

/// Signs in from an address of its own: proxies at the loopback are trusted in [`proxied`].
async fn tries(client: &mut Client, form: &Form, from: &str) -> Reply {
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("X-Forwarded-For", from)];
    client.sends("POST", &form.action, &headers, &form.encoded()).await
}

async fn proxied() -> World {
    let loopback = "127.0.0.0/8".parse().expect("a network");
    World::setup().configured(|config| config.server.trusted_proxies = vec![loopback]).start().await
}

fn without_ids(reply: &Reply, email: &str) -> (u16, String) {
    let id = reply.header("x-request-id").expect("a request id");
    (reply.status, reply.body.replace(id, "ID").replace(email, "EMAIL"))
}

// security: S05
#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut client = world.client();
    let form = client.form("/account/login", "Sign in").await.with("password", "not the password");
    let known = client.posts(&form.clone().with("email", &acme.admin.email)).await;
    assert_eq!(known.status, 422);
    assert!(known.says("do not belong together"));
    assert!(!known.body.contains("not the password"), "a password is never sent back");
    assert_eq!(known.form("Sign in").value("email"), Some(acme.admin.email.as_str()), "the address is kept");
    for other in ["nobody@nowhere.example", "no address at all"] {
        let unknown = client.posts(&form.clone().with("email", other)).await;
        assert_eq!(without_ids(&unknown, other), without_ids(&known, &acme.admin.email), "{other}");
    }
    assert_eq!(known.all("set-cookie").count(), 0, "no session");
}

/// Medians of pairs that are asked one after the other, so that whatever else the machine does falls on both. Asked
/// again once when they differ: one busy moment is no finding, a difference of the code stays.
// security: S05
#[tokio::test]
async fn an_unknown_address_takes_as_long_as_a_wrong_password() {
    let loopback = "127.0.0.0/8".parse().expect("a network");
    let setup = World::setup().configured(|config| {
        config.server.trusted_proxies = vec![loopback];
        // As expensive as in life, or the network would hide what there is to see.
        config.security = Security { argon2_memory_kib: 19_456, argon2_passes: 2, argon2_at_once: 0 };
    });
    let world = setup.start().await;
    let acme = world.developer("ACME").await;
    let mut client = world.client();
    let form = client.form("/account/login", "Sign in").await.with("password", "not the password");
    let known = form.clone().with("email", &acme.admin.email);
    let mut findings = Vec::new();
    for round in 0..3 {
        let mut times = [Vec::new(), Vec::new()];
        for pair in 0..24 {
            // Neither the address nor the source has been tried lately.
            world.later(Duration::from_secs(16 * 60));
            let unknown = form.clone().with("email", &format!("n{round}-{pair}@nowhere.example"));
            for (times, form) in times.iter_mut().zip([&known, &unknown]) {
                let began = Instant::now();
                let reply = tries(&mut client, form, "198.51.100.7").await;
                times.push(began.elapsed());
                assert_eq!(reply.status, 422);
            }
        }
        let [known, unknown] = times.map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2].as_secs_f64()
        });
        let ratio = unknown / known;
        if (0.8..1.25).contains(&ratio) {
            return;
        }
        findings.push(format!("known {known:.4} s, unknown {unknown:.4} s"));
    }
    panic!("time tells who has a sign-in: {findings:?}");
}

// security: S06
#[tokio::test]
async fn twenty_tries_over_spellings_sources_and_pathways_are_throttled() {
    let world = proxied().await;
    let acme = world.developer("ACME").await;
    let email = acme.admin.email.clone();
    let spellings = [
        email.clone(),
        email.to_uppercase(),
        format!("  {email} "),
        email.replace("acme", "ACME"),
        email.replace("acme", "\u{ff41}cme"),
    ];
    let mut stranger = world.client();
    let form = stranger.form("/account/login", "Sign in").await.with("password", "guess");
    let mut signed_in = world.signed_in(&acme.admin).await;
    let change = signed_in.form("/account/profile", "Change password").await;
    let change = change.with("current_password", "guess").with("password", "a quiet harbour at dawn");
    let mut statuses = Vec::new();
    for n in 0..40 {
        let from = format!("198.51.100.{n}");
        let reply = if n % 5 == 4 {
            tries(&mut signed_in, &change, &from).await
        } else {
            tries(&mut stranger, &form.clone().with("email", &spellings[n % 5]), &from).await
        };
        if reply.status == 429 {
            assert!(reply.header("retry-after").is_some_and(|s| s.parse::<u32>().is_ok_and(|s| s > 0)));
            assert!(reply.says("Try again in"));
        }
        statuses.push(reply.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 20, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 20, "{statuses:?}");
    let right = form.clone().with("email", &email).with("password", PASSWORD);
    assert_eq!(tries(&mut stranger, &right, "192.0.2.1").await.status, 429, "not even the right one for now");
    world.later(Duration::from_secs(6));
    let entered = tries(&mut stranger, &right, "192.0.2.1").await;
    assert_eq!(entered.status, 303, "a delay, not a lock");
    let mut again = world.client();
    let form = again.form("/account/login", "Sign in").await.with("email", &email);
    assert_eq!(
        tries(&mut again, &form.with("password", "guess"), "192.0.2.1").await.status,
        422,
        "forgotten"
    );
}

// security: S06
#[tokio::test]
async fn guesses_from_many_sources_get_slow_and_wait_a_minute_at_most() {
    let world = proxied().await;
    let acme = world.developer("ACME").await;
    let mut stranger = world.client();
    let form = stranger.form("/account/login", "Sign in").await;
    let form = form.with("email", &acme.admin.email).with("password", "guess");
    let mut guesses = 0;
    let (mut longest, mut second) = (0, 0);
    // A new source each second, for a quarter of an hour.
    while second < 15 * 60 {
        let reply = tries(&mut stranger, &form, &format!("2001:db8:0:{second:x}::1")).await;
        guesses += u32::from(reply.status == 422);
        let wait = reply.header("retry-after").map_or(1, |s| s.parse().expect("seconds"));
        longest = longest.max(wait);
        world.later(Duration::from_secs(wait));
        second += wait;
    }
    assert!((20..=40).contains(&guesses), "{guesses} guesses");
    assert!((55..=60).contains(&longest), "{longest} seconds");
}

// security: S06
#[tokio::test]
async fn nobody_keeps_a_person_out_by_guessing_without_pause() {
    let world = proxied().await;
    let acme = world.developer("ACME").await;
    let email = &acme.admin.email;
    let mut ada = world.client();
    let form = ada.form("/account/login", "Sign in").await.with("email", email);
    let right = form.clone().with("password", PASSWORD);
    assert_eq!(tries(&mut ada, &right, "192.0.2.1").await.status, 303);
    let kept = ada.cookie("grantry-browser").expect("a cookie").to_owned();
    let mut mallory = world.client();
    let wrong =
        mallory.form("/account/login", "Sign in").await.with("email", email).with("password", "guess");
    for second in 0..120 {
        // Also from where the person is: an office has one address.
        for from in ["198.51.100.7", "192.0.2.1"] {
            tries(&mut mallory, &wrong, from).await;
        }
        assert_eq!(tries(&mut ada, &right, "192.0.2.1").await.status, 303, "second {second}");
        world.later(Duration::from_secs(1));
    }
    let mut phone = world.client();
    let new = phone.form("/account/login", "Sign in").await.with("email", email).with("password", PASSWORD);
    assert_eq!(tries(&mut phone, &new, "203.0.113.5").await.status, 303, "a new browser");
    // Her own browser is no way around the rule, and nobody else's.
    let guess = form.with("password", "guess");
    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(tries(&mut ada, &guess, "192.0.2.1").await.status);
    }
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429, 429]);
    let bob = world.member(&acme, "Bob Brown").await;
    let mut planted = world.client();
    planted.carries("grantry-browser", &kept);
    let form =
        planted.form("/account/login", "Sign in").await.with("email", &bob.email).with("password", "guess");
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(tries(&mut planted, &form, "192.0.2.99").await.status);
    }
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429]);
}

// security: S06
#[tokio::test]
async fn each_further_failure_waits_longer_and_a_mailed_link_always_opens() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut client = world.client();
    let form = client.form("/account/login", "Sign in").await.with("email", &acme.admin.email);
    let wrong = form.clone().with("password", "guess");
    for _ in 0..5 {
        assert_eq!(client.posts(&wrong).await.status, 422);
    }
    let wait = async |client: &mut Client| {
        let reply = client.posts(&wrong).await;
        assert_eq!(reply.status, 429);
        let seconds = reply.header("retry-after").and_then(|s| s.parse().ok()).expect("seconds");
        world.later(Duration::from_secs(seconds));
        assert_eq!(client.posts(&wrong).await.status, 422, "one try after the wait");
        seconds
    };
    let mut waits = Vec::new();
    for _ in 0..4 {
        waits.push(wait(&mut client).await);
    }
    assert_eq!(waits, [10, 20, 40, 80]);

    let reset = client.form("/account/reset-password", "Send the link").await;
    client.posts(&reset.with("email", &acme.admin.email)).await;
    let link = world.mail_link(&acme.admin.email).await;
    let set = client.form(&link, "Save and sign in").await;
    assert_eq!(client.posts(&set.with("password", "a quiet harbour at dawn")).await.status, 303);
}

// security: S06
#[tokio::test]
async fn one_source_that_tries_many_addresses_is_slowed_down_whatever_it_claims_to_be() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut client = world.client();
    let form = client.form("/account/login", "Sign in").await.with("password", "guess");
    for n in 0..20 {
        let form = form.clone().with("email", &format!("n{n}@nowhere.example"));
        let reply = tries(&mut client, &form, &format!("198.51.100.{n}")).await;
        assert_eq!(reply.status, 422, "{n}");
    }
    let right = form.with("email", &acme.admin.email).with("password", PASSWORD);
    let reply = tries(&mut client, &right, "192.0.2.1").await;
    assert_eq!(reply.status, 429, "no trusted proxy: the header counts for nothing");
    world.later(Duration::from_secs(11));
    assert_eq!(tries(&mut client, &right, "192.0.2.1").await.status, 303);
}

/// As many as the queue holds at once, and more.
#[tokio::test]
async fn a_full_queue_of_passwords_says_when_to_come_back() {
    let loopback = "127.0.0.0/8".parse().expect("a network");
    let setup = World::setup().configured(|config| {
        config.server.trusted_proxies = vec![loopback];
        config.security = Security { argon2_memory_kib: 19_456, argon2_passes: 4, argon2_at_once: 1 };
    });
    let world = setup.start().await;
    let mut client = world.client();
    let form = client.form("/account/login", "Sign in").await.with("password", "guess");
    let tried = (0..120).map(|n| {
        let (mut client, form) =
            (client.clone(), form.clone().with("email", &format!("n{n}@nowhere.example")));
        async move { tries(&mut client, &form, &format!("198.51.100.{n}")).await }
    });
    let replies = futures_util::future::join_all(tried).await;
    let busy: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 503).collect();
    assert!(!busy.is_empty(), "the queue has an end");
    for reply in busy {
        assert_eq!(reply.header("retry-after"), Some("2"));
        assert!(reply.says("Try again in a few seconds"), "{}", reply.body);
    }
}

// security: S06
#[tokio::test]
async fn many_tries_at_the_same_moment_count_one_by_one() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut client = world.client();
    let form = client.form("/account/login", "Sign in").await;
    let form = form.with("email", &acme.admin.email).with("password", "guess");
    let tries = (0..16).map(|_| {
        let (mut client, form) = (client.clone(), form.clone());
        async move { client.posts(&form).await.status }
    });
    let statuses = futures_util::future::join_all(tries).await;
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 5, "{statuses:?}");
}

// security: S04, W04
#[tokio::test]
async fn nobody_is_signed_in_by_another_sites_form_or_by_half_a_form() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut client = world.client();
    let form = client.form("/account/login", "Sign in").await;
    let full = form.clone().with("email", &acme.admin.email).with("password", PASSWORD);
    let other = world.client().form("/account/login", "Sign in").await;
    let token = other.value("form_token").expect("a token");
    for (what, form, status) in [
        ("no token", full.clone().without("form_token"), 403),
        ("the token of another browser", full.clone().with("form_token", token), 403),
        ("no password", full.clone().without("password"), 422),
        ("no address", full.clone().without("email"), 422),
        ("nothing but the token", form.clone().without("email").without("password"), 422),
    ] {
        let reply = client.posts(&form).await;
        assert_eq!(reply.status, status, "{what}");
        assert_eq!(client.cookie("grantry-session"), None, "{what}");
    }
    let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", "https://evil.example")];
    assert_eq!(client.sends("POST", "/account/login", &headers, &full.encoded()).await.status, 403);
    assert_eq!(client.posts(&full).await.status, 303);
    let first = client.cookie("grantry-session").expect("a session").to_owned();
    assert_eq!(client.posts(&full).await.status, 303, "twice: a new session in the place of the old one");
    let mut old = world.client();
    old.carries("grantry-session", &first);
    assert_eq!(old.gets("/account/profile").await.status, 303, "the old one has ended");
    assert_eq!(client.gets("/account/logout").await.status, 200, "a link asks before it signs out");
    assert_eq!(client.gets("/account/profile").await.status, 200);
}

// security: S11
#[tokio::test]
async fn after_signing_in_a_person_arrives_where_they_wanted_and_never_elsewhere() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut client = world.client();
    let sent = client.gets("/account/profile?x=1").await;
    assert_eq!(sent.location(), "/account/login", "the way back is not in the URL");
    let form = client.form("/account/login", "Sign in").await;
    let form = form.with("email", &acme.admin.email).with("password", PASSWORD);
    assert_eq!(client.posts(&form).await.location(), "/account/profile?x=1");
    assert_eq!(client.posts(&form).await.location(), "/apps/store-apps", "once");
    for hostile in ["//evil", "/\\evil", "/%09/evil", "https:evil", "https://evil.example", "evil"] {
        let mut client = world.client();
        let query = hostile.replace('\\', "%5C");
        let path = format!("/account/login?returnUrl={query}&return={query}&next={query}&redirect={query}");
        let form = client.form(&path, "Sign in").await;
        let form = form.with("email", &acme.admin.email).with("password", PASSWORD);
        let form = form.with("returnUrl", hostile).with("next", hostile);
        client.carries("grantry-return", &base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hostile));
        let entered = client.posts(&form).await;
        let location = entered.location().to_owned();
        // Percent signs stay what they are: this is a path of ours, and no page.
        assert!(location == "/apps/store-apps" || location == "/%09/evil", "{hostile}: {location}");
    }
}

// security: S07
#[tokio::test]
async fn a_fresh_server_has_nobody_who_could_sign_in() {
    let world = World::new().await;
    let mut client = world.client();
    let form = client.form("/account/login", "Sign in").await;
    for (email, password) in [("admin@localhost", "admin"), ("admin", "admin"), ("root@localhost", "grantry")]
    {
        let reply = client.posts(&form.clone().with("email", email).with("password", password)).await;
        assert_eq!(reply.status, 422, "{email}");
    }
    assert_eq!(world.app().store.reader().operator_exists().await, Ok(false));
}

// security: S07
#[tokio::test]
async fn a_weaker_hash_is_replaced_when_its_password_was_right() {
    let world = World::setup()
        .configured(|config| {
            config.security = Security { argon2_memory_kib: 128, argon2_passes: 2, argon2_at_once: 0 };
        })
        .start()
        .await;
    let acme = world.developer("ACME").await;
    let app = world.app();
    let weak = Security { argon2_memory_kib: 64, argon2_passes: 1, argon2_at_once: 0 };
    let weak = Passwords::new(&weak, &app.random).expect("parameters");
    let hash = weak.hash(PASSWORD, &app.random).await.expect("a hash");
    let id = &acme.admin.id;
    let hash = hash.as_str();
    let set = app.store.write(app.clock.now(), |tx| async move { tx.set_password(id, hash).await });
    assert_eq!(set.await, Ok::<_, Error>(true));
    let mut client = world.client();
    let form = client.form("/account/login", "Sign in").await.with("email", &acme.admin.email);
    let stored = async || {
        let login = app.store.reader().find_login_by_id(id).await.expect("the store").expect("Ada");
        login.password_hash.expect("a password")
    };
    client.posts(&form.clone().with("password", "guess")).await;
    assert_eq!(stored().await, hash, "a wrong password replaces nothing");
    client.posts(&form.with("password", PASSWORD)).await;
    assert!(stored().await.starts_with("$argon2id$v=19$m=128,t=2,p=1$"));
}

// security: W10
#[tokio::test]
async fn the_trail_tells_who_came_and_went_and_no_secret() {
    let world = World::new().await;
    let acme = world.developer("ACME").await;
    let mut client = world.client();
    let form = client.form("/account/login", "Sign in").await;
    let mistaken = form.clone().with("email", PASSWORD).with("password", "typed into the wrong field");
    client.posts(&mistaken).await;
    client.posts(&form.clone().with("email", &acme.admin.email).with("password", "wrong one")).await;
    client.posts(&form.with("email", &acme.admin.email).with("password", PASSWORD)).await;
    let session = client.cookie("grantry-session").expect("a session").to_owned();
    let leave = client.form("/account/logout", "Sign out").await;
    client.posts(&leave).await;
    let reader = world.app().store.reader();
    let page = PageRequest::first(50);
    let server = reader.list_audit(None, &AuditFilter::default(), &page).await.expect("the trail").items;
    let own = reader.list_audit(&acme.admin.id, &AuditFilter::default(), &page).await;
    let own = own.expect("the trail").items;
    let actions = |rows: &[AuditRow]| rows.iter().map(|row| row.action.as_str()).collect::<Vec<_>>();
    assert_eq!(actions(&server).iter().filter(|action| **action == "sign_in.failed").count(), 2);
    assert_eq!(actions(&own), ["session.ended", "session.started", "sign_in.failed"]);
    assert_eq!(own[0].actor.label, acme.admin.email);
    assert_eq!(own[1].ip, "127.0.0.1");
    assert!(own[1].request_id.len() > 10);
    let all = format!("{server:?}{own:?}");
    for secret in [PASSWORD, "typed into the wrong field", "wrong one", session.as_str()] {
        assert!(!all.contains(secret), "{secret}");
    }
}
