//! What may be said of an app, and what each refusal is called.

use grantry_oauth::display_text::Problem as TextProblem;
use grantry_oauth::redirect_uri::Problem as UriProblem;
use grantry_oauth::time::Timestamp;
use grantry_store::catalogue::{Api, ApiScope, TokenFormat};

use super::*;

fn catalogue() -> KnownCatalogue {
    let scope = |name: &str, internal: bool, retired: bool| ApiScope {
        name: name.to_owned(),
        api_name: "api".to_owned(),
        display_name: name.to_owned(),
        description: None,
        sensitive: false,
        machine: false,
        is_default: false,
        internal,
        retired_at: retired.then_some(Timestamp(1)),
    };
    let api = Api {
        name: "api".to_owned(),
        display_name: "Core API".to_owned(),
        token_format: TokenFormat::Jwt,
        signing_alg: "ES256".to_owned(),
        resources: Vec::new(),
        scopes: vec![
            scope("reservations.read", false, false),
            scope("units.read", false, true),
            scope(OWN_APPS_SCOPE, true, false),
            scope("admin", true, false),
        ],
    };
    KnownCatalogue::new("https://id.example", vec![api]).expect("a catalogue")
}

fn raw() -> RawApp {
    RawApp {
        code: "myapp".to_owned(),
        name: "My App".to_owned(),
        redirect_uris: vec!["https://app.example/callback".to_owned()],
        ..RawApp::default()
    }
}

fn custom() -> RawApp {
    RawApp { redirect_uris: Vec::new(), ..raw() }
}

fn try_with<'a>(raw: &RawApp, change: impl FnOnce(&mut Terms<'a>)) -> Result<Checked, Vec<(String, String)>> {
    let mut terms = Terms {
        kind: AppKind::Store,
        catalogue: Box::leak(Box::new(catalogue())),
        preset: CompatPreset::None,
        by_person: true,
        by_machine: false,
        before: None,
    };
    change(&mut terms);
    check(raw, &terms).map_err(|faults| faults.texts(Words::english()))
}

fn details(raw: &RawApp) -> AppDetails {
    try_with(raw, |_| ()).expect("it is accepted").details
}

/// The names of the fields at fault.
fn faulty<'a>(raw: &RawApp, change: impl FnOnce(&mut Terms<'a>)) -> Vec<String> {
    let faults = try_with(raw, change).expect_err("it is refused");
    faults.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn an_app_gets_the_defaults_of_the_platform() {
    let checked = try_with(&raw(), |_| ()).expect("it is accepted");
    assert_eq!(checked.code.expect("a code").as_str(), "MYAPP");
    assert_eq!(checked.secret_description, "First secret");
    let standard = checked.details;
    assert_eq!(standard.profile, stored::Profile::Standard);
    assert!(standard.require_pkce);
    assert_eq!(standard.auth_method, "client_secret_basic");
    assert_eq!(standard.id_token_alg, "RS256");
    let seed = try_with(&raw(), |terms| terms.preset = CompatPreset::Seed).expect("accepted").details;
    assert_eq!((seed.profile, seed.require_pkce), (stored::Profile::Compatible, false));
}

#[test]
fn pkce_is_left_out_by_compatible_confidential_apps_only() {
    let compatible = details(&RawApp { require_pkce: Some(false), ..raw() });
    assert_eq!((compatible.profile, compatible.require_pkce), (stored::Profile::Compatible, false));
    let standard = RawApp { require_pkce: Some(false), profile: "standard".to_owned(), ..raw() };
    assert_eq!(faulty(&standard, |_| ()), ["require_pkce"]);
    let public = RawApp { require_pkce: Some(false), client_type: "public".to_owned(), ..raw() };
    let public = details(&public);
    assert!(public.require_pkce);
    assert_eq!(public.auth_method, "none");
}

// security: T10, T19, D02
#[test]
fn grants_beyond_the_usual_are_for_apps_that_can_have_them() {
    let plain = details(&raw());
    assert!(!plain.dpop_bound && !plain.device_grant && !plain.token_exchange, "nobody gets them unasked");
    let all =
        RawApp { dpop_bound: Some(true), device_grant: Some(true), token_exchange: Some(true), ..raw() };
    let given = details(&all);
    assert!(given.dpop_bound && given.device_grant && given.token_exchange);
    let unsaid = try_with(&raw(), |terms| terms.before = Some(Box::leak(Box::new(given))));
    let unsaid = unsaid.expect("it is accepted").details;
    assert!(unsaid.dpop_bound && unsaid.device_grant && unsaid.token_exchange, "what is not said stays");
    let television = RawApp { device_grant: Some(true), ..custom() };
    assert!(details(&television).redirect_uris.is_empty(), "devices return nowhere");
    let as_custom = faulty(&television, |terms| terms.kind = AppKind::Custom);
    assert_eq!(as_custom, ["device_grant"]);
    let public = RawApp { client_type: "public".to_owned(), ..all };
    assert_eq!(faulty(&public, |_| ()), ["token_exchange"]);
}

#[test]
fn every_fault_names_its_field_and_row_at_once() {
    let many = RawApp {
        code: "1".to_owned(),
        name: "My\u{202e}ppA".to_owned(),
        logo_url: "http://app.example/logo.png".to_owned(),
        redirect_uris: ["https://app.example/", "", "https://app.example/", "http://app.example/"]
            .map(str::to_owned)
            .to_vec(),
        post_logout_uris: vec![String::new(), "javascript:alert(1)".to_owned()],
        cors_origins: vec!["https://app.example/path".to_owned()],
        scopes: vec!["reservations.read nothing".to_owned()],
        secret_description: "a\nb".to_owned(),
        pii_mode: "maybe".to_owned(),
        client_type: "secret".to_owned(),
        profile: "fapi3".to_owned(),
        auth_method: "private_key_jwt".to_owned(),
        id_token_alg: "none".to_owned(),
        userinfo_alg: "HS256".to_owned(),
        request_uris: vec!["http://app.example/request.jwt".to_owned()],
        policy_uri: "data:text/html,x".to_owned(),
        tos_uri: "https://good@evil.example/".to_owned(),
        ..raw()
    };
    let expected = [
        "client_code",
        "client_name",
        "pii_mode",
        "logo_url",
        "redirect_uri-3",
        "redirect_uri-4",
        "secret_description",
        "scope",
        "client_type",
        "profile",
        "post_logout_uri-2",
        "cors_origin-1",
        "policy_uri",
        "tos_uri",
        "id_token_alg",
        "userinfo_alg",
        "jwks",
        "request_uri-1",
    ];
    assert_eq!(faulty(&many, |_| ()), expected);
    let faults = try_with(&many, |_| ()).expect_err("it is refused");
    let said = |name: &str| faults.iter().find(|(field, _)| field == name).map(|(_, text)| text.as_str());
    assert!(said("logo_url").is_some_and(|text| text.contains("names a public host")), "not about redirects");
    let text = said("redirect_uri-4").expect("a sentence");
    assert!(text.contains("must use https") && text.ends_with("Try https://app.example/"), "{text}");
    let text = said("cors_origin-1").expect("a sentence");
    assert!(text.ends_with("Try https://app.example"), "{text}");
}

/// A JWK set with one good key.
fn jwks() -> String {
    let x = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4";
    let y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM";
    format!(r#"{{"keys":[{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","kid":"1"}}]}}"#)
}

// security: T18
#[test]
fn keys_are_public_come_in_one_way_and_are_there_when_they_are_needed() {
    let signing = RawApp { auth_method: "private_key_jwt".to_owned(), ..raw() };
    assert_eq!(faulty(&signing, |_| ()), ["jwks"]);
    let with =
        |jwks: &str, uri: &str| RawApp { jwks: jwks.to_owned(), jwks_uri: uri.to_owned(), ..signing.clone() };
    let uri = "https://app.example/jwks.json";
    let by_value = details(&with(&jwks(), ""));
    assert_eq!((by_value.auth_method.as_str(), by_value.jwks), ("private_key_jwt", Some(jwks())));
    let by_uri = details(&with("", uri));
    assert_eq!((by_uri.jwks, by_uri.jwks_uri.as_deref()), (None, Some(uri)));
    assert_eq!(faulty(&with(&jwks(), uri), |_| ()), ["jwks_uri"]);
    assert_eq!(faulty(&with("", "http://app.example/jwks.json"), |_| ()), ["jwks_uri"]);
    for bad in ["{}", r#"{"keys":[]}"#, &jwks().replace("\"kid\"", "\"d\"")] {
        assert_eq!(faulty(&with(bad, ""), |_| ()), ["jwks"], "{bad}");
    }
    try_with(&RawApp { redirect_uris: Vec::new(), ..with(&jwks(), "") }, |terms| {
        terms.kind = AppKind::Custom;
    })
    .expect("custom apps sign too");
    let requests = RawApp { request_object_alg: "PS256".to_owned(), ..raw() };
    assert_eq!(faulty(&requests, |_| ()), ["jwks"]);
}

#[test]
fn the_profile_fapi2_takes_keys_its_own_algorithms_and_https_alone() {
    let strict = RawApp { profile: "fapi2".to_owned(), jwks: jwks(), ..raw() };
    let good = details(&strict);
    assert_eq!((good.auth_method.as_str(), good.id_token_alg.as_str()), ("private_key_jwt", "ES256"));
    assert!(good.require_pkce);
    let with = |change: fn(&mut RawApp)| {
        let mut raw = strict.clone();
        change(&mut raw);
        faulty(&raw, |_| ())
    };
    assert_eq!(with(|raw| raw.client_type = "public".to_owned()), ["profile"]);
    assert_eq!(with(|raw| raw.auth_method = "client_secret_post".to_owned()), ["auth_method"]);
    assert_eq!(with(|raw| raw.auth_method = "secret".to_owned()), ["auth_method"]);
    assert_eq!(with(|raw| raw.jwks = String::new()), ["jwks"]);
    assert_eq!(with(|raw| raw.id_token_alg = "RS256".to_owned()), ["id_token_alg"]);
    assert_eq!(with(|raw| raw.userinfo_alg = "RS256".to_owned()), ["userinfo_alg"]);
    assert_eq!(with(|raw| raw.request_object_alg = "none".to_owned()), ["request_object_alg"]);
    assert_eq!(with(|raw| raw.require_pkce = Some(false)), ["require_pkce"]);
    assert_eq!(with(|raw| raw.redirect_uris.push("http://localhost/cb".to_owned())), ["redirect_uri-2"]);
}

// security: R01
#[test]
fn a_store_app_needs_a_redirect_uri_and_a_custom_app_has_none() {
    assert_eq!(faulty(&custom(), |_| ()), ["redirect_uri-1"]);
    assert_eq!(faulty(&raw(), |terms| terms.kind = AppKind::Custom), ["redirect_uri-1"]);
    try_with(&custom(), |terms| terms.kind = AppKind::Custom).expect("a custom app");
    let public = RawApp { client_type: "public".to_owned(), ..custom() };
    assert_eq!(faulty(&public, |terms| terms.kind = AppKind::Custom), ["client_type"]);
}

// security: R10
#[test]
fn internal_scopes_stay_inside_but_for_an_accounts_own_custom_app() {
    let with = |scope: &str, raw: RawApp| RawApp { scopes: vec![scope.to_owned()], ..raw };
    for scope in ["admin", OWN_APPS_SCOPE, "units.read"] {
        assert_eq!(faulty(&with(scope, raw()), |_| ()), ["scope"], "{scope}");
    }
    let own = with(OWN_APPS_SCOPE, custom());
    try_with(&own, |terms| terms.kind = AppKind::Custom).expect("granted by its admin");
    let by_an_app = faulty(&own, |terms| (terms.kind, terms.by_person) = (AppKind::Custom, false));
    assert_eq!(by_an_app, ["scope"]);
    assert_eq!(faulty(&with("admin", custom()), |terms| terms.kind = AppKind::Custom), ["scope"]);
}

#[test]
fn an_edit_keeps_what_was_allowed_before_and_checks_the_rest_as_strictly() {
    let before = AppDetails { scopes: vec!["units.read".to_owned()], ..details(&raw()) };
    let mut again = RawApp::of(&before);
    try_with(&again, |terms| terms.before = Some(&before)).expect("a retired scope stays");
    again.scopes.push("admin".to_owned());
    again.redirect_uris = vec!["http://app.example/".to_owned()];
    assert_eq!(faulty(&again, |terms| terms.before = Some(&before)), ["redirect_uri-1", "scope"]);
    let public = RawApp { client_type: "public".to_owned(), ..RawApp::of(&before) };
    let public = try_with(&public, |terms| terms.before = Some(&before)).expect("it becomes public");
    assert_eq!(public.details.auth_method, "none");
}

#[test]
fn unknown_scopes_are_counted_as_people_do() {
    let said = |scopes: &[&str]| {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let faults = try_with(&RawApp { scopes, ..raw() }, |_| ()).expect_err("refused");
        faults.into_iter().map(|(_, text)| text).collect::<Vec<_>>()
    };
    assert_eq!(said(&["nope"]), ["The scope nope does not exist. Remove it, or check its spelling."]);
    assert!(said(&["nope", "nor", "no"]).concat().starts_with("The scope nope and 2 more do not exist."));
}

#[test]
fn an_empty_name_is_asked_for_by_its_name() {
    let faults = try_with(&RawApp { name: String::new(), ..raw() }, |_| ()).expect_err("refused");
    assert_eq!(faults, [("client_name".to_owned(), "Enter a name.".to_owned())]);
}

#[test]
fn openid_connect_scopes_need_no_registration() {
    let raw = RawApp { scopes: vec!["openid offline_access reservations.read".to_owned()], ..raw() };
    assert_eq!(details(&raw).scopes, ["reservations.read"]);
}

#[test]
fn every_problem_of_the_rules_has_its_sentence() {
    let uris = [
        UriProblem::Empty,
        UriProblem::TooLong,
        UriProblem::Characters,
        UriProblem::NotAbsolute,
        UriProblem::Fragment,
        UriProblem::UserInfo,
        UriProblem::Wildcard,
        UriProblem::NotHttps,
        UriProblem::DangerousScheme,
        UriProblem::PrivateScheme,
        UriProblem::IpLiteral,
        UriProblem::DotSegments,
        UriProblem::NotNormal,
    ];
    let texts = [
        TextProblem::Empty,
        TextProblem::TooLong,
        TextProblem::Control,
        TextProblem::Hidden,
        TextProblem::Marks,
    ];
    let uris = uris.map(|problem| format!("apps-fault-uri-{}", problem.key()));
    let texts = texts.map(|problem| format!("apps-fault-text-{}", problem.key()));
    for key in uris.iter().chain(&texts) {
        assert!(Words::english().knows(key), "{key}");
    }
}
