//! Tests of redirect URIs: what may be registered, and that nothing but that is ever matched.

use proptest::prelude::*;

use super::*;

fn problem(raw: &str) -> Option<Problem> {
    RedirectUri::register(raw, ClientType::Confidential).err().map(|r| r.problem)
}

// security: R01
#[test]
fn what_may_not_be_registered_is_refused_with_its_reason() {
    let table = [
        ("", Problem::Empty),
        ("app.example.com/cb", Problem::NotAbsolute),
        ("//app.example.com/cb", Problem::NotAbsolute),
        ("/cb", Problem::NotAbsolute),
        ("http://app.example.com/cb", Problem::NotHttps),
        ("http://localhost.evil.test/cb", Problem::NotHttps),
        ("http://127.0.0.1.nip.io/cb", Problem::NotHttps),
        ("http://localhost@evil.example/cb", Problem::UserInfo),
        ("https://good@evil.example/cb", Problem::UserInfo),
        ("https://good@mid@evil.example/cb", Problem::UserInfo),
        ("https://good\\@evil.example/cb", Problem::Characters),
        ("https://evil\\.good.example/cb", Problem::Characters),
        ("https://app.example.com/cb#x", Problem::Fragment),
        ("https://app.example.com/*", Problem::Wildcard),
        ("https://*.example.com/cb", Problem::Wildcard),
        ("https://app.example.com*/cb", Problem::Wildcard),
        ("https://app.example.com/a/../b", Problem::DotSegments),
        ("https://app.example.com/cb/..;/evil", Problem::DotSegments),
        ("https://app.example.com/%2e%2E/b", Problem::DotSegments),
        ("https://app.example.com/./b", Problem::DotSegments),
        ("https://App.Example.com/cb", Problem::NotNormal),
        ("https://app.example.com:443/cb", Problem::NotNormal),
        ("https:app.example.com/cb", Problem::NotNormal),
        ("https:///app.example.com/cb", Problem::NotNormal),
        ("HTTPS://app.example.com/cb", Problem::NotNormal),
        ("https://b\u{fc}cher.example/cb", Problem::Characters),
        ("https://app.example.com/c b", Problem::Characters),
        ("https://app.example.com/\ncb", Problem::Characters),
        ("https://8.8.8.8/cb", Problem::IpLiteral),
        ("https://134744072/cb", Problem::IpLiteral),
        ("https://0x08.8.8.8/cb", Problem::IpLiteral),
        ("https://[2001:4860:4860::8888]/cb", Problem::IpLiteral),
        ("http://0.0.0.0/cb", Problem::IpLiteral),
        ("javascript:alert(1)", Problem::DangerousScheme),
        ("JaVaScRiPt:alert(1)", Problem::DangerousScheme),
        ("\u{1}javascript:alert(1)", Problem::DangerousScheme),
        ("java\nscript:alert(1)", Problem::DangerousScheme),
        (" \tjavascript:alert(1)", Problem::DangerousScheme),
        ("https://app.example.com:80@evil.example/cb", Problem::UserInfo),
        ("https://app.example.com/\tcb", Problem::Characters),
        ("https://%65vil.example/cb", Problem::NotNormal),
        ("https://app.example.com%2fevil.example/cb", Problem::NotAbsolute),
        ("https://", Problem::NotAbsolute),
        ("https://[::1", Problem::NotAbsolute),
        ("http://[::ffff:127.0.0.1]/cb", Problem::IpLiteral),
        ("http://127.0.0.2/cb", Problem::IpLiteral),
        ("http://127.1/cb", Problem::NotNormal),
        ("http://2130706433/cb", Problem::NotNormal),
        ("http://localhost./cb", Problem::NotHttps),
        ("http://sub.localhost/cb", Problem::NotHttps),
        ("https://169.254.169.254/latest", Problem::IpLiteral),
        ("data:text/html,x", Problem::DangerousScheme),
        ("vbscript:x", Problem::DangerousScheme),
        ("file:///etc/passwd", Problem::DangerousScheme),
        ("blob:https://app.example.com/x", Problem::DangerousScheme),
        ("com.example.app:/cb", Problem::PrivateScheme),
    ];
    for (raw, expected) in table {
        assert_eq!(problem(raw), Some(expected), "{raw:?}");
    }
    assert_eq!(
        problem(&format!("https://app.example.com/{}", "a".repeat(LIMIT_BYTES))),
        Some(Problem::TooLong)
    );
}

#[test]
fn what_apps_really_use_may_be_registered() {
    let register = |raw, client| RedirectUri::register(raw, client).map(|uri| uri.destination);
    for raw in [
        "https://app.example.com/cb",
        "https://app.example.com",
        "https://app.example.com:8443/cb?tenant=a&x=@",
        "https://xn--bcher-kva.example/cb",
        "https://app.example.com/cb/",
        "https://app.example.com/@me//x@y",
    ] {
        assert_eq!(register(raw, ClientType::Confidential), Ok(Destination::Web), "{raw}");
    }
    for raw in [
        "http://127.0.0.1:5000/cb",
        "http://localhost:8000/callback",
        "http://[::1]/cb",
        "https://localhost:8443/cb",
        "https://127.0.0.1/cb",
    ] {
        assert_eq!(register(raw, ClientType::Confidential), Ok(Destination::Loopback), "{raw}");
    }
    for raw in ["com.example.app:/cb", "com.example.app:/cb//x@y"] {
        assert_eq!(register(raw, ClientType::Public), Ok(Destination::PrivateUse), "{raw}");
    }
    assert!(register("myapp://cb", ClientType::Public).is_err(), "not a reverse domain name");
}

#[test]
fn each_word_is_read_back_and_each_problem_has_a_name() {
    for (client, word) in [(ClientType::Confidential, "confidential"), (ClientType::Public, "public")] {
        assert_eq!((client.as_str(), ClientType::parse(word)), (word, Some(client)));
    }
    assert_eq!(ClientType::parse("native"), None);
    assert!(are_needed(ClientKind::Store) && !are_needed(ClientKind::Custom));
    let names = [
        (Problem::Empty, "empty"),
        (Problem::TooLong, "too-long"),
        (Problem::Characters, "characters"),
        (Problem::NotAbsolute, "not-absolute"),
        (Problem::Fragment, "fragment"),
        (Problem::UserInfo, "user-info"),
        (Problem::Wildcard, "wildcard"),
        (Problem::NotHttps, "not-https"),
        (Problem::DangerousScheme, "dangerous-scheme"),
        (Problem::PrivateScheme, "private-scheme"),
        (Problem::IpLiteral, "ip-literal"),
        (Problem::DotSegments, "dot-segments"),
        (Problem::NotNormal, "not-normal"),
    ];
    for (problem, name) in names {
        assert_eq!(problem.key(), name);
    }
}

#[test]
fn a_refusal_proposes_what_was_probably_meant() {
    let proposal = |raw| RedirectUri::register(raw, ClientType::Confidential).err().and_then(|r| r.proposal);
    assert_eq!(proposal("http://app.example.com/cb").as_deref(), Some("https://app.example.com/cb"));
    assert_eq!(proposal("app.example.com/cb").as_deref(), Some("https://app.example.com/cb"));
    assert_eq!(proposal("https://App.example.com/cb").as_deref(), Some("https://app.example.com/cb"));
    assert_eq!(proposal("https://app.example.com/cb#top").as_deref(), Some("https://app.example.com/cb"));
    assert_eq!(proposal("javascript:alert(1)"), None);
}

// security: A01
#[test]
fn a_request_must_repeat_a_registered_uri_byte_for_byte() {
    let registered =
        RedirectUri::register("https://app.example.com/cb", ClientType::Confidential).expect("fine");
    assert!(registered.matches("https://app.example.com/cb", false));
    for other in [
        "https://app.example.com/cb/",
        "https://app.example.com/cb?x=1",
        "https://app.example.com/cb#x",
        "https://app.example.com/CB",
        "https://APP.example.com/cb",
        "https://app.example.com:443/cb",
        "https://app.example.com:8443/cb",
        "https://app.example.com/cb/../cb",
        "https://app.example.com/%63b",
        "https://app.example.com//cb",
        "https://user@app.example.com/cb",
        "https://app.example.com.evil.example/cb",
        "https://evil.example/?x=https://app.example.com/cb",
        "https://app.example.com\\@evil.example/cb",
        "https://app.example.com/cb\n",
        " https://app.example.com/cb",
        "http://app.example.com/cb",
        "",
    ] {
        assert!(!registered.matches(other, true), "{other:?}");
    }
}

// security: A02
#[test]
fn the_port_is_free_for_loopback_uris_of_public_clients_only() {
    let registered = RedirectUri::register("http://127.0.0.1/cb?a=b", ClientType::Public).expect("fine");
    assert!(registered.matches("http://127.0.0.1:51004/cb?a=b", true));
    assert!(
        !registered.matches("http://127.0.0.1:51004/cb?a=b", false),
        "a confidential client has a fixed port"
    );
    for other in [
        "http://127.0.0.1:51004/cb",
        "http://127.0.0.1:51004/cb?a=b&c",
        "http://127.0.0.1:51004/cb/?a=b",
        "http://127.0.0.1:99999/cb?a=b",
        "http://127.0.0.1:/cb?a=b",
        "http://127.0.0.1:80@evil.example/cb?a=b",
        "http://127.0.0.1.evil.example/cb?a=b",
        "http://127.0.0.1evil.example/cb?a=b",
        "http://localhost:51004/cb?a=b",
        "http://[::1]:51004/cb?a=b",
        "https://127.0.0.1:51004/cb?a=b",
        "http://127.0.0.2:51004/cb?a=b",
    ] {
        assert!(!registered.matches(other, true), "{other}");
    }
}

// security: A02
#[test]
fn every_loopback_host_has_a_free_port_and_keeps_its_own_name() {
    let hosts = ["127.0.0.1", "[::1]", "localhost"];
    for host in hosts {
        let register = |text: String| RedirectUri::register(&text, ClientType::Public).expect("fine");
        let (bare, fixed) =
            (register(format!("http://{host}/cb")), register(format!("http://{host}:8000/cb")));
        for port in ["", ":80", ":1", ":65535"] {
            for uri in [&bare, &fixed] {
                assert!(uri.matches(&format!("http://{host}{port}/cb"), true), "{host}{port}");
            }
        }
        for other in hosts.into_iter().filter(|other| *other != host) {
            assert!(!bare.matches(&format!("http://{other}:1/cb"), true), "{host} is not {other}");
        }
        let secure = register(format!("https://{host}:8443/cb"));
        assert!(
            !secure.matches(&format!("https://{host}:8444/cb"), true),
            "with TLS the port is part of the name"
        );
    }
}

// security: A01, R01
#[test]
fn no_hostile_spelling_matches_and_those_that_may_be_registered_are_uris_of_their_own() {
    let good = "https://app.example.com/cb";
    let ours = RedirectUri::register(good, ClientType::Public).expect("fine");
    for uri in crate::examples::hostile_spellings(good) {
        assert!(!ours.matches(&uri, true), "{uri:?}");
        if let Ok(other) = RedirectUri::register(&uri, ClientType::Public) {
            assert!(!other.matches(good, true) || other.as_str() == good, "{uri:?}");
        }
    }
}

#[test]
fn the_form_action_names_the_schemes_on_which_a_client_may_send_people_on() {
    let action = |raw: &str| RedirectUri::from_stored(raw.to_owned()).form_action();
    assert_eq!(action("https://app.example:8443/cb?x=1").as_deref(), Some("https:"));
    for loopback in ["http://127.0.0.1/cb", "http://[::1]:51004/cb", "http://localhost:3000/cb"] {
        assert_eq!(action(loopback).as_deref(), Some("http: https:"));
    }
    assert_eq!(action("com.example.app:/cb").as_deref(), Some("com.example.app:"));
}

// security: R07
#[test]
fn other_urls_of_an_app_need_https_and_a_host_name() {
    assert!(https_url("https://cdn.example.com/logo.png").is_ok());
    for bad in [
        "http://localhost/logo.png",
        "https://localhost/logo.png",
        "https://127.0.0.1/logo.png",
        "http://cdn.example.com/x",
        "https://10.0.0.1/x",
        "javascript:x",
        "",
    ] {
        assert!(https_url(bad).is_err(), "{bad}");
    }
}

// security: A01, R01
proptest! {
    #[test]
    fn only_equal_texts_match_outside_loopback(path in "[a-z/%.]{0,8}", other in ".{0,40}") {
        let raw = format!("https://app.example.com/{path}");
        if let Ok(uri) = RedirectUri::register(&raw, ClientType::Confidential) {
            prop_assert!(uri.matches(&raw, false));
            prop_assert_eq!(uri.matches(&other, true), other == raw);
        }
    }

    #[test]
    fn what_is_registered_is_safe_in_a_location_header(raw in "(https?:|javascript:)?.{0,40}") {
        for client in [ClientType::Confidential, ClientType::Public] {
            if let Ok(uri) = RedirectUri::register(&raw, client) {
                prop_assert!(uri.as_str().bytes().all(|b| b.is_ascii_graphic()));
                prop_assert!(!uri.as_str().to_ascii_lowercase().starts_with("javascript:"));
                prop_assert_eq!(RedirectUri::from_stored(uri.as_str().to_owned()), uri);
            }
        }
    }
}
