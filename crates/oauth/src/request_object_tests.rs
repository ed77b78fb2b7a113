//! Tests of request objects: whole and signed, or refused; what is beside them counts for nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::client::Profile;
use crate::examples::{ISSUER, NOW, form, key, store_app};
use crate::jose::{Alg, SigningKey, TokenType, sign};

fn claims(changes: &[(&str, Value)]) -> Value {
    let mut claims = json!({
        "iss": "SDXE-AC-MYAPP", "aud": ISSUER, "client_id": "SDXE-AC-MYAPP",
        "nbf": NOW.seconds(), "exp": NOW.seconds() + 300,
        "response_type": "code", "redirect_uri": "https://app.example/cb", "scope": "openid", "state": "inside",
    });
    for (name, value) in changes {
        claims[*name] = value.clone();
        if value.is_null() {
            claims.as_object_mut().expect("an object").remove(*name);
        }
    }
    claims
}

fn unsigned(claims: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", encode(&json!({ "alg": "none" })), encode(claims))
}

fn set(key: &SigningKey) -> ClientKeys {
    ClientKeys::parse(json!({ "keys": [key.public().to_json()] }).to_string().as_bytes()).expect("a set")
}

fn client(profile: Profile, alg: Option<RequestObjectAlg>) -> Client {
    Client { profile, request_object_alg: alg, ..store_app() }
}

fn opened(text: &str, client: &Client, keys: Option<&ClientKeys>) -> Result<Parameters, String> {
    let outside = form(&[("client_id", "SDXE-AC-MYAPP"), ("state", "outside"), ("nonce", "outside")]);
    open(text, client, keys, (ISSUER, &outside), NOW).map_err(|error| {
        assert_eq!(error.code, ErrorCode::InvalidRequestObject);
        error.hint.unwrap_or_default()
    })
}

/// A signed object with changes, for an app of this profile.
fn with(profile: Profile, changes: &[(&str, Value)]) -> Result<Parameters, String> {
    let key = key(Alg::Es256);
    let text = sign(&key, TokenType::Id, &claims(changes)).expect("signed");
    opened(&text, &client(profile, None), Some(&set(&key)))
}

// security: A18, J01
#[test]
fn what_is_inside_counts_and_what_is_outside_does_not() {
    for profile in Profile::ALL {
        let inside =
            with(profile, &[("max_age", json!(60)), ("claims", json!({ "userinfo": {} }))]).expect("good");
        assert_eq!(inside.get("state"), Some("inside"));
        assert_eq!(inside.get("nonce"), None, "not even what is only outside");
        assert_eq!(inside.get("client_id"), Some("SDXE-AC-MYAPP"));
        assert_eq!(inside.get("max_age"), Some("60"));
        assert_eq!(inside.get("claims"), Some(r#"{"userinfo":{}}"#));
        assert_eq!(inside.get("iss"), None, "what is about the object is no parameter");
    }
    let several = with(Profile::Standard, &[("resource", json!(["https://a.example", "https://b.example"]))]);
    assert_eq!(several.expect("good").all("resource").count(), 2);
    let no_id = with(Profile::Standard, &[("client_id", Value::Null)]).expect("good");
    assert_eq!(no_id.get("client_id"), Some("SDXE-AC-MYAPP"));
}

// security: J01
#[test]
fn a_signed_object_says_whose_it_is_for_whom_and_for_how_long() {
    let refused = |changes: &[(&str, Value)]| with(Profile::Standard, changes).expect_err("refused");
    let at = |seconds: i64| json!(NOW.seconds() + seconds);
    for (name, value) in [
        ("iss", json!("SDXE-AC-OTHER")),
        ("iss", Value::Null),
        ("client_id", json!("SDXE-AC-OTHER")),
        ("aud", json!("https://evil.example")),
        ("aud", json!(["https://evil.example"])),
        ("aud", Value::Null),
        ("aud", json!({})),
        ("sub", json!("SDXE-AC-MYAPP")),
        ("exp", at(0)),
        ("exp", at(3631)),
        ("exp", json!("tomorrow")),
        ("nbf", at(31)),
        ("nbf", at(-3601)),
        ("iat", at(31)),
        ("request", json!("ey")),
        ("request_uri", json!("https://app.example/r")),
        ("resource", json!([1])),
    ] {
        refused(&[(name, value)]);
    }
    for (name, value) in
        [("nbf", at(8)), ("nbf", at(-3600)), ("exp", at(3600)), ("aud", json!([ISSUER, "x"]))]
    {
        assert!(with(Profile::Fapi2, &[(name, value.clone())]).is_ok(), "{name} {value}");
    }
    for name in ["iss", "aud"] {
        assert!(
            with(Profile::Compatible, &[(name, Value::Null)]).is_ok(),
            "RFC 9101 §4: {name} should be there"
        );
        assert!(with(Profile::Compatible, &[(name, json!("x"))]).is_err(), "but not another one");
        assert!(with(Profile::Fapi2, &[(name, Value::Null)]).is_err());
    }
    for name in ["exp", "nbf"] {
        assert!(with(Profile::Standard, &[(name, Value::Null)]).is_ok(), "RFC 9101 leaves {name} open");
        assert!(with(Profile::Fapi2, &[(name, Value::Null)]).is_err());
    }
}

// security: A18, J01, K03
#[test]
fn only_the_clients_own_key_and_registered_algorithm_sign() {
    use RequestObjectAlg::{Signed, Unsigned};
    let (ec, rsa) = (key(Alg::Es256), key(Alg::Rs256));
    let by = |key: &SigningKey| sign(key, TokenType::Id, &claims(&[])).expect("signed");
    let standard = |alg| client(Profile::Standard, alg);
    assert!(opened(&by(&ec), &standard(None), Some(&set(&rsa))).is_err());
    assert!(opened(&by(&ec), &standard(None), None).is_err());
    assert!(opened(&by(&ec), &standard(Some(Signed(Alg::Es256))), Some(&set(&ec))).is_ok());
    assert!(opened(&by(&ec), &standard(Some(Signed(Alg::Rs256))), Some(&set(&ec))).is_err());
    assert!(opened(&by(&ec), &standard(Some(Unsigned)), Some(&set(&ec))).is_err());
    assert!(opened(&by(&rsa), &client(Profile::Fapi2, None), Some(&set(&rsa))).is_err());
    let access = sign(&ec, TokenType::Access, &claims(&[])).expect("signed");
    assert!(opened(&access, &standard(None), Some(&set(&ec))).is_err(), "of another type");
    let plain = unsigned(&claims(&[]));
    assert!(opened(&plain, &standard(None), None).is_ok());
    assert!(opened(&plain, &standard(Some(Unsigned)), Some(&set(&ec))).is_ok());
    assert!(opened(&plain, &standard(Some(Signed(Alg::Es256))), Some(&set(&ec))).is_err());
    assert!(opened(&plain, &client(Profile::Fapi2, None), Some(&set(&ec))).is_err());
    let stripped = by(&ec).rsplit_once('.').map(|(message, _)| format!("{message}.")).expect("a JWT");
    assert!(opened(&stripped, &standard(None), Some(&set(&ec))).is_err());
}

// security: A18
#[test]
fn an_unsigned_object_need_not_say_whose_it_is_but_must_not_say_another() {
    let with = |changes: &[(&str, Value)]| {
        opened(&unsigned(&claims(changes)), &client(Profile::Compatible, None), None)
    };
    let bare = [("iss", Value::Null), ("aud", Value::Null), ("exp", Value::Null), ("nbf", Value::Null)];
    assert_eq!(with(&bare).expect("good").get("state"), Some("inside"));
    for (name, value) in
        [("iss", json!("x")), ("aud", json!("x")), ("client_id", json!("x")), ("sub", json!("x"))]
    {
        assert!(with(&[(name, value)]).is_err(), "{name}");
    }
}

// security: A18
#[test]
fn parameters_travel_in_one_way_only() {
    let way = |pairs: &[(&str, &str)]| carrier(&form(pairs)).map(|carrier| format!("{carrier:?}"));
    assert_eq!(way(&[("scope", "openid")]).as_deref(), Ok("Plain"));
    assert_eq!(way(&[("request", "ey")]).as_deref(), Ok("Value(\"ey\")"));
    assert_eq!(
        way(&[("request_uri", "https://x.example/r")]).as_deref(),
        Ok("Reference(\"https://x.example/r\")")
    );
    let pushed = pushed::uri("abc");
    assert_eq!(way(&[("request_uri", &pushed)]).as_deref(), Ok("Pushed(\"abc\")"));
    for two in [
        vec![("request", "ey"), ("request_uri", pushed.as_str())],
        vec![("request", "ey"), ("request", "ey")],
        vec![("request_uri", pushed.as_str()), ("request_uri", "https://x.example/r")],
    ] {
        assert_eq!(way(&two).expect_err("two ways").code, ErrorCode::InvalidRequest);
    }
}

// security: A18
#[test]
fn nothing_is_fetched_that_was_not_registered_byte_for_byte() {
    let client = Client { request_uris: vec!["https://app.example/r.jwt".into()], ..store_app() };
    assert_eq!(check_reference(&client, "https://app.example/r.jwt"), Ok(()));
    for bad in crate::examples::hostile_spellings("https://app.example/r.jwt") {
        // OIDC Core §6.2: the fragment is a hash of what is there, and never sent.
        if bad.starts_with("https://app.example/r.jwt#") {
            assert_eq!(check_reference(&client, &bad), Ok(()), "{bad}");
            continue;
        }
        let error = check_reference(&client, &bad).expect_err(&bad);
        assert_eq!(error.code, ErrorCode::InvalidRequestUri);
    }
    let hashed = Client { request_uris: vec!["https://app.example/r.jwt#old".into()], ..store_app() };
    assert_eq!(check_reference(&hashed, "https://app.example/r.jwt#new"), Ok(()));
    assert!(check_reference(&hashed, "https://app.example/other#old").is_err());
}

// security: R01, R06
#[test]
fn an_address_of_request_objects_is_an_https_url_perhaps_with_a_hash() {
    for good in
        ["https://app.example/r.jwt", "https://app.example/r?a=b#GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM"]
    {
        assert_eq!(register_uri(good).as_deref(), Ok(good));
    }
    let hash = |length: usize| format!("https://app.example/r#{}", "a".repeat(length));
    assert!(register_uri(&hash(128)).is_ok());
    for bad in [
        "",
        "#hash",
        "http://app.example/r#hash",
        "https://10.0.0.1/r#hash",
        "javascript:alert(1)#hash",
        "https://app.example/r#a#b",
        "https://app.example/r#a/b",
        "https://app.example/r#<x>",
        "https://app.example/r#a b",
        &hash(129),
    ] {
        assert!(register_uri(bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_opening_panic(text in ".{0,80}", payload in ".{0,80}") {
        let client = client(Profile::Compatible, None);
        let outside = form(&[]);
        let _ = open(&text, &client, None, (ISSUER, &outside), NOW);
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let text = format!("{header}.{}.", URL_SAFE_NO_PAD.encode(payload));
        let _ = open(&text, &client, None, (ISSUER, &outside), NOW);
    }
}
