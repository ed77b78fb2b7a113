//! What is live at once is never wider than what was, and what is wanted more always waits.

use grantry_store::app_version::SubjectType;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;

fn lists(of: &'static str) -> impl Strategy<Value = Vec<String>> {
    let all: Vec<String> =
        ["a", "b", "c"].iter().map(|host| format!("https://{host}.example/{of}")).collect();
    subsequence(all, 0..=3).prop_shuffle()
}

fn maybe(what: &'static str) -> impl Strategy<Value = Option<String>> {
    select(vec![None, Some(format!("https://a.example/{what}")), Some(format!("https://b.example/{what}"))])
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    select(words).prop_map(|word| (!word.is_empty()).then(|| word.to_owned()))
}

prop_compose! {
    fn strictness_of()(
        client_type in select(ClientType::ALL),
        profile in select(Profile::ALL),
        auth_method in select(vec!["none", "client_secret_basic", "client_secret_post", "private_key_jwt"]),
        flags in any::<[bool; 5]>(),
        request_object_alg in word(&["", "none", "ES256", "PS256"]),
        auth_alg in word(&["", "ES256", "PS256"]),
        default_max_age in select(vec![None, Some(60), Some(3_600)]),
        jwks in word(&["", "{\"keys\":[]}"]),
        id_token_alg in select(vec!["RS256", "ES256"]),
    ) -> AppDetails {
        let [require_pkce, require_par, dpop_bound, device_grant, token_exchange] = flags;
        AppDetails {
            name: String::new(),
            logo_id: None,
            logo_source_url: None,
            client_type,
            profile,
            require_pkce,
            auth_method: auth_method.to_owned(),
            pii_mode: PiiMode::Retrieve,
            id_token_alg: id_token_alg.to_owned(),
            jwks,
            jwks_uri: None,
            policy_uri: None,
            tos_uri: None,
            initiate_login_uri: None,
            backchannel_logout_uri: None,
            require_par,
            dpop_bound,
            userinfo_alg: None,
            auth_alg,
            default_max_age,
            request_object_alg,
            subject_type: SubjectType::Public,
            sector_identifier_uri: None,
            device_grant,
            token_exchange,
            redirect_uris: Vec::new(),
            post_logout_uris: Vec::new(),
            cors_origins: Vec::new(),
            request_uris: Vec::new(),
            scopes: Vec::new(),
        }
    }
}

prop_compose! {
    fn details()(
        base in strictness_of(),
        name in select(vec!["One", "Two"]),
        logo in word(&["", "l1", "l2"]),
        pii_mode in select(PiiMode::ALL),
        subject_type in select(SubjectType::ALL),
        redirect_uris in lists("cb"),
        post_logout_uris in lists("out"),
        cors_origins in lists("cors"),
        request_uris in lists("request"),
        scopes in lists("scope"),
        links in (maybe("privacy"), maybe("terms"), maybe("login"), maybe("logout"), maybe("sector")),
    ) -> AppDetails {
        let (policy_uri, tos_uri, initiate_login_uri, backchannel_logout_uri, sector_identifier_uri) = links;
        AppDetails {
            name: name.to_owned(),
            logo_id: logo,
            pii_mode,
            subject_type,
            redirect_uris,
            post_logout_uris,
            cors_origins,
            request_uris,
            scopes,
            policy_uri,
            tos_uri,
            initiate_login_uri,
            backchannel_logout_uri,
            sector_identifier_uri,
            ..base
        }
    }
}

/// Every respect in which `now` is wider than `live`, said in other words than the code that is tested.
fn wider(live: &AppDetails, now: &AppDetails) -> Vec<&'static str> {
    let more = |live: &[String], now: &[String]| now.iter().any(|one| !live.contains(one));
    let another = |live: &Option<String>, now: &Option<String>| now.is_some() && now != live;
    let found = [
        ("redirect_uris", more(&live.redirect_uris, &now.redirect_uris)),
        ("post_logout_uris", more(&live.post_logout_uris, &now.post_logout_uris)),
        ("cors_origins", more(&live.cors_origins, &now.cors_origins)),
        ("request_uris", more(&live.request_uris, &now.request_uris)),
        ("scopes", more(&live.scopes, &now.scopes)),
        ("name", live.name != now.name),
        ("logo", live.logo_id != now.logo_id || live.logo_source_url != now.logo_source_url),
        ("public", live.client_type == ClientType::Confidential && now.client_type == ClientType::Public),
        ("profile", strictness(now.profile) < strictness(live.profile)),
        ("pkce", live.require_pkce && !now.require_pkce),
        ("par", live.require_par && !now.require_par),
        ("dpop", live.dpop_bound && !now.dpop_bound),
        ("device", !live.device_grant && now.device_grant),
        ("exchange", !live.token_exchange && now.token_exchange),
        ("keys to secret", live.auth_method == "private_key_jwt" && now.auth_method != "private_key_jwt"),
        ("secret to none", live.auth_method != "none" && now.auth_method == "none"),
        (
            "any request",
            now.request_object_alg.is_none()
                && live.request_object_alg.as_deref().is_some_and(|alg| alg != "none"),
        ),
        (
            "unsigned request",
            now.request_object_alg.as_deref() == Some("none")
                && live.request_object_alg != now.request_object_alg,
        ),
        ("sign-in algorithm", live.auth_alg.is_some() && now.auth_alg.is_none()),
        (
            "age of sign-ins",
            now.default_max_age.unwrap_or(i64::MAX) > live.default_max_age.unwrap_or(i64::MAX),
        ),
        ("pii", live.pii_mode == PiiMode::Hide && now.pii_mode == PiiMode::Retrieve),
        ("subjects", live.subject_type != now.subject_type),
        ("sector", live.sector_identifier_uri != now.sector_identifier_uri),
        ("login", another(&live.initiate_login_uri, &now.initiate_login_uri)),
        ("logout", another(&live.backchannel_logout_uri, &now.backchannel_logout_uri)),
    ];
    found.into_iter().filter(|(_, is)| *is).map(|(what, _)| what).collect()
}

/// What could be registered, as far as these tests care: keys for an app that signs.
fn coherent(details: &AppDetails) -> bool {
    details.auth_method != "private_key_jwt" || details.jwks.is_some()
}

proptest! {
    // security: C02, C07
    #[test]
    fn what_is_live_at_once_is_never_wider_than_what_was(live in details(), wanted in details()) {
        let split = split(&live, &wanted, Harmless::Live, coherent);
        prop_assert_eq!(wider(&live, &split.live_now), Vec::<&str>::new());
        prop_assert!(split.live_now == live || coherent(&split.live_now) || split.live_now == wanted);
    }

    // security: C07
    #[test]
    fn a_draft_is_all_that_was_wanted_and_there_is_one_exactly_when_something_waits(live in details(), wanted in details()) {
        let Split { live_now, draft } = split(&live, &wanted, Harmless::Live, coherent);
        match draft {
            Some(draft) => {
                prop_assert_eq!(&draft, &wanted);
                prop_assert!(live_now != wanted);
            }
            None => prop_assert_eq!(&live_now, &wanted),
        }
        prop_assert_eq!(live_now == wanted, wider(&live, &wanted).is_empty() , "{:?}", wider(&live, &wanted));
    }

    #[test]
    fn what_asks_for_nothing_more_is_live_at_once_as_a_whole(live in details(), wanted in details()) {
        let less = split(&live, &wanted, Harmless::Live, |_| true).live_now;
        prop_assert_eq!(wider(&live, &less), Vec::<&str>::new());
        prop_assert!(is_within(&less, &live, Harmless::Live));
        prop_assert_eq!(split(&live, &less, Harmless::Live, |_| true), Split { live_now: less, draft: None });
    }

    #[test]
    fn splitting_again_what_was_split_changes_nothing(live in details(), wanted in details()) {
        for harmless in [Harmless::Live, Harmless::Review] {
            let first = split(&live, &wanted, harmless, coherent);
            let again = split(&first.live_now, &wanted, harmless, coherent);
            prop_assert_eq!(first, again);
        }
    }

    #[test]
    fn links_that_harm_nobody_wait_only_where_the_operator_wants_to_see_them(live in details(), wanted in details()) {
        let now = split(&live, &wanted, Harmless::Live, |_| true).live_now;
        prop_assert_eq!((now.policy_uri, now.tos_uri), (wanted.policy_uri.clone(), wanted.tos_uri.clone()));
        let now = split(&live, &wanted, Harmless::Review, |_| true).live_now;
        prop_assert_eq!((now.policy_uri, now.tos_uri), (live.policy_uri, live.tos_uri));
    }
}

fn list(hosts: &[&str]) -> Vec<String> {
    hosts.iter().map(|host| format!("https://{host}.example/cb")).collect()
}

fn app() -> AppDetails {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let tree = details().new_tree(&mut runner).expect("details");
    let details = proptest::strategy::ValueTree::current(&tree);
    AppDetails { redirect_uris: list(&["a", "b"]), scopes: list(&["read"]), ..details }
}

#[test]
fn of_an_edit_that_takes_one_away_and_adds_another_the_first_part_holds_and_the_whole_waits() {
    let live = app();
    let wanted = AppDetails { redirect_uris: list(&["a", "c"]), ..live.clone() };
    let split = split(&live, &wanted, Harmless::Live, |_| true);
    assert_eq!(split.live_now.redirect_uris, list(&["a"]));
    assert_eq!(split.draft, Some(wanted));
}

#[test]
fn an_app_keeps_its_redirect_uris_until_those_that_replace_them_all_are_approved() {
    let live = app();
    let wanted = AppDetails { redirect_uris: list(&["c"]), scopes: Vec::new(), ..live.clone() };
    let split = split(&live, &wanted, Harmless::Live, |_| true);
    assert_eq!(split.live_now.redirect_uris, live.redirect_uris);
    assert_eq!(split.live_now.scopes, Vec::<String>::new(), "what else was taken away is gone");
    assert_eq!(split.draft, Some(wanted));
}

#[test]
fn a_key_changes_at_once_also_beside_a_change_that_waits() {
    let live = AppDetails { jwks: Some("old".to_owned()), profile: Profile::Fapi2, ..app() };
    let wanted = AppDetails { jwks: Some("new".to_owned()), profile: Profile::Standard, ..live.clone() };
    let split = split(&live, &wanted, Harmless::Live, |_| true);
    assert_eq!((split.live_now.jwks.as_deref(), split.live_now.profile), (Some("new"), Profile::Fapi2));
}

#[test]
fn parts_that_make_no_app_together_wait_together_and_the_rest_does_not() {
    let live =
        AppDetails { auth_method: "private_key_jwt".to_owned(), jwks: Some("keys".to_owned()), ..app() };
    let wanted = AppDetails {
        auth_method: "client_secret_basic".to_owned(),
        jwks: None,
        redirect_uris: list(&["a"]),
        ..live.clone()
    };
    let split = split(&live, &wanted, Harmless::Live, coherent);
    assert_eq!(split.live_now, AppDetails { redirect_uris: list(&["a"]), ..live });
    assert_eq!(split.draft, Some(wanted));
}
