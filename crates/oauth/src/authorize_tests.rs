//! Tests of reading an authorization request: what passes, what goes back to the client, what becomes a page.

use proptest::prelude::*;

use super::*;
use crate::client::Profile;
use crate::client_id::ClientKind;
use crate::examples::{CHALLENGE, catalogue, hostile_spellings, public_app, scopes, store_app as client};
use crate::redirect_uri::{ClientType, RedirectUri};

fn good() -> Vec<(&'static str, &'static str)> {
    vec![
        ("response_type", "code"),
        ("client_id", "SDXE-AC-MYAPP"),
        ("redirect_uri", "https://app.example/cb"),
        ("scope", "openid  reservations.read offline_access"),
        ("state", "xyz"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

/// The good request with some parameters changed; an empty value removes one.
fn with(changes: &[(&'static str, &'static str)]) -> Reading {
    let mut pairs = good();
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        pairs.push((*name, *value));
    }
    read_pairs(&pairs, &client())
}

fn read_pairs(pairs: &[(&str, &str)], client: &Client) -> Reading {
    let owned = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    match Parameters::new(owned) {
        Ok(parameters) => read(&parameters, Some(client), &catalogue()),
        Err(error) => Reading::ShowPage(error),
    }
}

fn page(reading: &Reading) -> Option<ErrorCode> {
    match reading {
        Reading::ShowPage(error) => Some(error.code),
        Reading::Valid(_) | Reading::SendBack(..) => None,
    }
}

fn sent_back(reading: &Reading) -> Option<ErrorCode> {
    match reading {
        Reading::SendBack(_, error) => Some(error.code),
        Reading::Valid(_) | Reading::ShowPage(_) => None,
    }
}

// security: A06
#[test]
fn a_good_request_is_read_whatever_its_order_and_unknown_parameters_are_ignored() {
    let straight = read_pairs(&good(), &client());
    let mut pairs = good();
    pairs.reverse();
    pairs.push(("utm_source", "mail"));
    assert_eq!(read_pairs(&pairs, &client()), straight);
    let Reading::Valid(request) = straight else { panic!("{straight:?}") };
    assert_eq!(request.scopes, scopes("openid reservations.read offline_access"));
    assert!(request.is_openid() && request.is_offline());
    assert_eq!(request.return_to.uri(), "https://app.example/cb");
}

// security: A01, A03, A04
#[test]
fn nothing_is_redirected_before_the_redirect_uri_is_trusted() {
    let pages = [
        (vec![("client_id", "")], ErrorCode::InvalidRequest),
        (vec![("client_id", "SDXE-AC-OTHER")], ErrorCode::UnauthorizedClient),
        (vec![("redirect_uri", "")], ErrorCode::InvalidRequest),
        (vec![("redirect_uri", "https://evil.example/cb")], ErrorCode::UnauthorizedClient),
        (vec![("redirect_uri", "https://app.example/cb/")], ErrorCode::UnauthorizedClient),
        (vec![("redirect_uri", "https://app.example/other")], ErrorCode::UnauthorizedClient),
        (
            vec![("redirect_uri", "https://app.example/cb#f"), ("prompt", "none")],
            ErrorCode::UnauthorizedClient,
        ),
        (vec![("redirect_uri", "https://evil.example/cb"), ("scope", "nope")], ErrorCode::UnauthorizedClient),
    ];
    for (changes, code) in pages {
        assert_eq!(page(&with(&changes)), Some(code), "{changes:?}");
    }
    let owned = good().into_iter().map(|(k, v)| (k.to_owned(), v.to_owned()));
    let parameters = Parameters::new(owned).expect("no duplicates");
    assert_eq!(page(&read(&parameters, None, &catalogue())), Some(ErrorCode::UnauthorizedClient));
    let custom = Client { kind: ClientKind::Custom, ..client() };
    assert_eq!(page(&read(&parameters, Some(&custom), &catalogue())), Some(ErrorCode::UnauthorizedClient));
}

// security: A01, A04, A14
#[test]
fn no_fault_makes_a_hostile_spelling_of_a_registered_uri_a_place_to_go() {
    let faults: [&[(&str, &str)]; 6] = [
        &[],
        &[("prompt", "none")],
        &[("scope", "nope")],
        &[("response_type", "token")],
        &[("request", "ey")],
        &[("response_mode", "form_post")],
    ];
    for uri in hostile_spellings("https://app.example/cb") {
        for fault in faults {
            let mut pairs = good();
            pairs.retain(|(name, _)| *name != "redirect_uri" && fault.iter().all(|(other, _)| other != name));
            pairs.push(("redirect_uri", uri.as_str()));
            pairs.extend(fault);
            for client in [client(), public_app()] {
                let told = page(&read_pairs(&pairs, &client));
                assert_eq!(told, Some(ErrorCode::UnauthorizedClient), "{uri:?} {fault:?}");
            }
        }
    }
}

// security: T11
#[test]
fn an_app_that_registered_itself_gets_of_what_it_asks_for_what_it_may_have() {
    let stranger = Client { provenance: crate::client::Provenance::Open, ..client() };
    let asking = |scope: &'static str| {
        let mut pairs = good();
        pairs.retain(|(name, _)| *name != "scope");
        pairs.push(("scope", scope));
        read_pairs(&pairs, &stranger)
    };
    let Reading::Valid(request) = asking("folios.manage openid reservations.read nope") else { panic!() };
    assert_eq!(request.scopes, scopes("openid reservations.read"));
    assert_eq!(sent_back(&asking("folios.manage nope")), Some(ErrorCode::InvalidScope));
}

// security: A01
#[test]
fn an_app_without_redirect_uris_accepts_none() {
    let bare = Client { redirect_uris: Vec::new(), ..client() };
    assert_eq!(page(&read_pairs(&good(), &bare)), Some(ErrorCode::UnauthorizedClient));
}

// security: A02
#[test]
fn a_native_app_chooses_its_port_and_the_answer_goes_to_that_port() {
    for host in ["127.0.0.1", "[::1]", "localhost"] {
        let uri = |text: &str| RedirectUri::register(text, ClientType::Public).expect("fine");
        let app = Client { redirect_uris: vec![uri(&format!("http://{host}/cb"))], ..public_app() };
        let requested = format!("http://{host}:51004/cb");
        let mut pairs = good();
        pairs.retain(|(name, _)| *name != "redirect_uri");
        pairs.push(("redirect_uri", requested.as_str()));
        let Reading::Valid(request) = read_pairs(&pairs, &app) else { panic!("{host}") };
        assert_eq!(request.return_to.uri(), requested);
        let confidential = Client { client_type: ClientType::Confidential, ..app };
        assert_eq!(page(&read_pairs(&pairs, &confidential)), Some(ErrorCode::UnauthorizedClient));
    }
}

// security: A12
#[test]
fn no_form_is_posted_to_another_scheme_than_http() {
    let uri = "com.example.app:/cb";
    let registered = RedirectUri::register(uri, ClientType::Public).expect("fine");
    let app = Client { redirect_uris: vec![registered], ..public_app() };
    let mut pairs = good();
    pairs.retain(|(name, _)| *name != "redirect_uri");
    pairs.push(("redirect_uri", uri));
    assert!(matches!(read_pairs(&pairs, &app), Reading::Valid(_)));
    pairs.push(("response_mode", "form_post"));
    let reading = read_pairs(&pairs, &app);
    assert_eq!(sent_back(&reading), Some(ErrorCode::InvalidRequest));
    let Reading::SendBack(to, _) = reading else { return };
    assert_eq!(to.mode(), ResponseMode::Query);
}

// security: A12
#[test]
fn an_answer_travels_as_a_form_when_the_app_says_so() {
    for (mode, expected) in [("form_post", ResponseMode::FormPost), ("query", ResponseMode::Query)] {
        let Reading::Valid(request) = with(&[("response_mode", mode)]) else { panic!("{mode}") };
        assert_eq!(request.return_to.mode(), expected);
    }
}

// security: P01
#[test]
fn an_app_that_must_push_its_requests_is_heard_where_it_pushes_them_alone() {
    let pushing = Client { require_par: true, ..client() };
    assert_eq!(sent_back(&read_pairs(&good(), &pushing)), Some(ErrorCode::InvalidRequest));
    let form = |pairs: &[(&str, &str)]| crate::examples::form(pairs);
    let request = read_pushed(&form(&good()), &pushing, &catalogue()).expect("it is pushed");
    assert_eq!(request.return_to.uri(), "https://app.example/cb");
    let told = |changed: (&'static str, &'static str), client: &Client| {
        let mut pairs = good();
        pairs.retain(|(name, _)| *name != changed.0);
        pairs.push(changed);
        read_pushed(&form(&pairs), client, &catalogue()).map(|_| ()).map_err(|error| error.code)
    };
    // The client has proved who it is, so it is not "unauthorized" for naming a wrong address.
    let elsewhere = ("redirect_uri", "https://evil.example/cb");
    assert_eq!(told(elsewhere, &pushing), Err(ErrorCode::InvalidRequest));
    let custom = Client { kind: ClientKind::Custom, ..client() };
    assert_eq!(told(("state", "x"), &custom), Err(ErrorCode::UnauthorizedClient));
}

// security: A17
#[test]
fn a_hint_is_kept_whole_or_left_out() {
    let text = |letters: usize| -> &'static str { Box::leak("h".repeat(letters).into_boxed_str()) };
    let hints = |length: [usize; 3]| {
        let [login, id_token, locales] = length.map(text);
        let Reading::Valid(request) =
            with(&[("login_hint", login), ("id_token_hint", id_token), ("ui_locales", locales)])
        else {
            panic!("a hint makes no request wrong")
        };
        [request.login_hint, request.id_token_hint, request.ui_locales]
            .map(|kept| kept.map(|text| text.len()))
    };
    assert_eq!(hints([254, 4096, 200]), [Some(254), Some(4096), Some(200)]);
    assert_eq!(hints([255, 4097, 201]), [None; 3]);
}

// security: A17, C02
#[test]
fn without_openid_nobody_is_asked_for_claims_and_without_offline_access_there_is_no_refresh() {
    let claims = ("claims", r#"{"userinfo":{"email":null}}"#);
    let Reading::Valid(request) = with(&[("scope", "reservations.read"), claims]) else { panic!("fine") };
    assert!(!request.is_openid() && !request.is_offline());
    assert_eq!(request.consent_scopes(), scopes("reservations.read"));
    let Reading::Valid(request) = with(&[("scope", "openid reservations.read"), claims]) else {
        panic!("fine")
    };
    assert_eq!(request.consent_scopes(), scopes("openid reservations.read email"));
}

// security: A14, A15
#[test]
fn prompt_is_a_set_of_known_words_and_none_stands_alone() {
    let word = |name| Prompt {
        none: name == "none",
        login: name == "login",
        consent: name == "consent",
        select_account: name == "select_account",
    };
    let both = Prompt { login: true, consent: true, ..Prompt::default() };
    let table = [
        ("none", Ok(word("none"))),
        ("login", Ok(word("login"))),
        ("consent", Ok(word("consent"))),
        ("select_account", Ok(word("select_account"))),
        ("login consent", Ok(both)),
        ("consent  login ", Ok(both)),
        ("login login", Ok(word("login"))),
        ("", Ok(Prompt::default())),
        ("none login", Err(())),
        ("consent none", Err(())),
        ("select_account none", Err(())),
        ("None", Err(())),
        ("login,consent", Err(())),
        ("login\tconsent", Err(())),
        ("create", Err(())),
    ];
    for (text, expected) in table {
        match (with(&[("prompt", text)]), expected) {
            (Reading::Valid(request), Ok(prompt)) => assert_eq!(request.prompt, prompt, "{text:?}"),
            (reading, _) => {
                assert_eq!(sent_back(&reading), Some(ErrorCode::InvalidRequest), "{text:?}");
                assert_eq!(expected, Err(()), "{text:?}");
            }
        }
    }
}

// security: A05
#[test]
fn a_parameter_sent_twice_is_refused_and_not_redirected_when_it_says_where_to() {
    for (name, value) in good() {
        let mut pairs = good();
        pairs.push((name, value));
        let reading = read_pairs(&pairs, &client());
        let told =
            if matches!(name, "client_id" | "redirect_uri") { page(&reading) } else { sent_back(&reading) };
        assert_eq!(told, Some(ErrorCode::InvalidRequest), "{name}");
        if let Reading::ShowPage(error) = &reading {
            assert_eq!(error.description, "client_id or redirect_uri was sent twice", "{name}");
        }
        if let (Reading::SendBack(to, _), "state") = (reading, name) {
            assert_eq!(to.state, None, "of two states neither is returned");
        }
    }
    let mut pairs = good();
    pairs.extend([("utm", "a"), ("utm", "b")]);
    assert_eq!(sent_back(&read_pairs(&pairs, &client())), Some(ErrorCode::InvalidRequest));
    let mut pairs = good();
    pairs.extend([("resource", "https://api.example/mcp"), ("resource", "https://api.example/mcp")]);
    assert!(matches!(read_pairs(&pairs, &client()), Reading::Valid(_)), "resource may be repeated");
}

// security: A04, A07, A08, A09, A12, A18
#[test]
fn every_other_fault_goes_back_to_the_client() {
    let faults = [
        (vec![("response_type", "token")], ErrorCode::UnsupportedResponseType),
        (vec![("response_type", "code id_token")], ErrorCode::UnsupportedResponseType),
        (vec![("response_type", "")], ErrorCode::InvalidRequest),
        (vec![("response_mode", "fragment")], ErrorCode::InvalidRequest),
        (vec![("code_challenge", ""), ("code_challenge_method", "")], ErrorCode::InvalidRequest),
        (vec![("code_challenge_method", "plain")], ErrorCode::InvalidRequest),
        (vec![("code_challenge_method", "")], ErrorCode::InvalidRequest),
        (vec![("scope", "payments.manage")], ErrorCode::InvalidScope),
        (vec![("scope", "openid payments.manage")], ErrorCode::InvalidScope),
        (vec![("scope", "openid a\"b")], ErrorCode::InvalidScope),
        (vec![("prompt", "none login")], ErrorCode::InvalidRequest),
        (vec![("prompt", "dance")], ErrorCode::InvalidRequest),
        (vec![("max_age", "-1")], ErrorCode::InvalidRequest),
        (vec![("max_age", "soon")], ErrorCode::InvalidRequest),
        (vec![("max_age", "+1")], ErrorCode::InvalidRequest),
        (vec![("request", "ey")], ErrorCode::InvalidRequestObject),
        (vec![("request_uri", "https://app.example/r")], ErrorCode::InvalidRequestObject),
        (vec![("resource", "https://evil.example/")], ErrorCode::InvalidTarget),
    ];
    for (changes, code) in faults {
        let reading = with(&changes);
        assert_eq!(sent_back(&reading), Some(code), "{changes:?}");
        let Reading::SendBack(to, _) = reading else { continue };
        assert_eq!(to.uri(), "https://app.example/cb");
    }
}

#[test]
fn without_scope_the_defaults_that_the_app_registered_are_asked_for() {
    let Reading::Valid(request) = with(&[("scope", "")]) else { panic!("a default exists") };
    assert_eq!(request.scopes, scopes("reservations.read"));
    let mut pairs = good();
    pairs.retain(|(name, _)| *name != "scope");
    let other = Client { scopes: scopes("folios.read"), ..client() };
    assert_eq!(sent_back(&read_pairs(&pairs, &other)), Some(ErrorCode::InvalidScope));
}

// security: T11
#[test]
fn a_scope_that_left_the_catalogue_is_refused_although_the_app_still_lists_it() {
    let app = Client { scopes: scopes("reservations.read gone.read"), ..client() };
    let mut pairs = good();
    pairs.retain(|(name, _)| *name != "scope");
    pairs.push(("scope", "gone.read"));
    assert_eq!(sent_back(&read_pairs(&pairs, &app)), Some(ErrorCode::InvalidScope));
}

#[test]
fn a_request_survives_being_stored() {
    let Reading::Valid(request) = with(&[("prompt", "login consent"), ("max_age", "60")]) else {
        panic!("fine")
    };
    let json = serde_json::to_string(&request).expect("JSON");
    assert_eq!(serde_json::from_str::<AuthorizeRequest>(&json).expect("a request"), *request);
}

// security: A09
#[test]
fn state_and_nonce_are_kept_whole_or_refused() {
    let long: &'static str = Box::leak("s".repeat(4096).into_boxed_str());
    let Reading::Valid(request) = with(&[("state", long), ("nonce", long)]) else { panic!("must pass") };
    assert_eq!(request.nonce.as_deref(), Some(long));
    assert_eq!(request.return_to.state.as_deref(), Some(long));
    let longer: &'static str = Box::leak("s".repeat(4097).into_boxed_str());
    assert_eq!(sent_back(&with(&[("state", longer)])), Some(ErrorCode::InvalidRequest));
    assert_eq!(sent_back(&with(&[("nonce", longer)])), Some(ErrorCode::InvalidRequest));
}

// security: A08
#[test]
fn only_a_confidential_client_of_the_compatible_profile_may_leave_pkce_out() {
    let bare: Vec<_> = good().into_iter().filter(|(name, _)| !name.starts_with("code_challenge")).collect();
    let compatible = Client { profile: Profile::Compatible, require_pkce: false, ..client() };
    assert!(matches!(read_pairs(&bare, &compatible), Reading::Valid(_)));
    let refusing = [
        client(),
        Client { require_pkce: true, ..compatible.clone() },
        Client { client_type: ClientType::Public, ..compatible.clone() },
        Client { profile: Profile::Fapi2, ..compatible },
    ];
    for client in refusing {
        assert_eq!(sent_back(&read_pairs(&bare, &client)), Some(ErrorCode::InvalidRequest), "{client:?}");
    }
}

// security: A17
#[test]
fn parameters_that_only_inform_are_accepted() {
    let hints = [
        ("display", "page"),
        ("ui_locales", "de en"),
        ("claims_locales", "de"),
        ("acr_values", "1 2"),
        ("login_hint", "ada@example.com"),
        ("claims", "{}"),
        ("id_token_hint", "ey"),
    ];
    for hint in hints {
        assert!(matches!(with(&[hint]), Reading::Valid(_)), "{hint:?}");
    }
}

// security: A01, T11, A21
proptest! {
    #[test]
    fn no_request_leads_to_an_unregistered_uri_or_an_unregistered_scope(
        pairs in proptest::collection::vec(
            (
                prop_oneof!["[a-z_]{1,12}", Just("redirect_uri".to_owned()), Just("scope".to_owned()),
                    Just("client_id".to_owned()), Just("response_type".to_owned())],
                prop_oneof![".{0,30}", Just("https://app.example/cb".to_owned()),
                    proptest::sample::select(hostile_spellings("https://app.example/cb")),
                    Just("SDXE-AC-MYAPP".to_owned()), Just("code".to_owned()),
                    Just("openid reservations.read folios.read".to_owned())],
            ),
            0..10,
        ),
        kind in 0..3,
    ) {
        let client = match kind {
            0 => Client { profile: Profile::Compatible, require_pkce: false, ..client() },
            1 => public_app(),
            _ => client(),
        };
        let Ok(parameters) = Parameters::new(pairs) else { return Ok(()) };
        let registered = ["https://app.example/cb", "https://app.example/other?x=1"];
        match read(&parameters, Some(&client), &catalogue()) {
            Reading::Valid(request) => {
                prop_assert!(registered.contains(&request.return_to.uri()));
                prop_assert!(request.scopes.api().is_subset_of(&client.scopes));
            }
            Reading::SendBack(to, _) => prop_assert!(registered.contains(&to.uri())),
            Reading::ShowPage(_) => {}
        }
    }
}

// security: D02
#[test]
fn the_key_of_a_code_is_read_and_what_can_be_no_key_is_refused() {
    const JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    let Reading::Valid(request) = with(&[("dpop_jkt", JKT)]) else { panic!("refused") };
    assert_eq!(request.dpop_jkt.as_deref(), Some(JKT));
    for wrong in
        ["x", "0ZcOCORZNYy+DWpqq30jZyJGHTN0d2HglBV3uiguA4I", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4IA"]
    {
        assert_eq!(sent_back(&with(&[("dpop_jkt", wrong)])), Some(ErrorCode::InvalidRequest), "{wrong}");
    }
}

// security: A15
#[test]
fn the_oldest_sign_in_is_the_requests_or_else_the_clients_own() {
    let max_age = |client: &Client, changes: &[(&'static str, &'static str)]| {
        let pairs: Vec<_> = good().into_iter().chain(changes.iter().copied()).collect();
        match read_pairs(&pairs, client) {
            Reading::Valid(request) => request.max_age,
            other @ (Reading::SendBack(..) | Reading::ShowPage(_)) => panic!("{other:?}"),
        }
    };
    let picky = Client { default_max_age: Some(std::time::Duration::from_secs(60)), ..client() };
    assert_eq!(max_age(&client(), &[]), None);
    assert_eq!(max_age(&picky, &[]), Some(60));
    assert_eq!(max_age(&picky, &[("max_age", "0")]), Some(0));
    assert_eq!(max_age(&picky, &[("max_age", "3600")]), Some(3600));
}
