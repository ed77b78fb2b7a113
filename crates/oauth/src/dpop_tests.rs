//! Tests of DPoP proofs: which are taken, and every way in which one is not.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::examples::{NOW, key};
use crate::jose::SigningKey;

const URL: &str = "https://id.example/connect/token";
const TOKEN: Request<'_> = Request { method: "POST", url: URL, access_token: None };

fn header(key: &SigningKey) -> Value {
    let mut jwk = key.public().to_json();
    for beside in ["use", "alg", "kid"] {
        jwk.as_object_mut().expect("an object").remove(beside);
    }
    json!({ "typ": "dpop+jwt", "alg": key.alg().as_str(), "jwk": jwk })
}

fn claims() -> Value {
    json!({ "jti": "one", "htm": "POST", "htu": URL, "iat": NOW.seconds() })
}

fn proof(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = key.signature(message.as_bytes()).expect("signed");
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The good claims with some changed; null takes one away.
fn changed(changes: &Value) -> Value {
    let mut all = claims();
    for (name, value) in changes.as_object().expect("an object") {
        all[name] = value.clone();
    }
    all
}

fn verify(key: &SigningKey, claims: &Value, request: Request<'_>) -> Result<Proof, Invalid> {
    Proof::verify(&proof(key, &header(key), claims), request, NOW)
}

// security: D01
#[test]
fn a_proof_of_each_algorithm_says_which_key_made_it() {
    for alg in Alg::ALL {
        let key = key(alg);
        let read = verify(&key, &claims(), TOKEN).expect("a proof");
        assert_eq!((read.jkt.as_str(), read.alg, read.nonce), (key.kid(), alg, None));
        assert!(is_thumbprint(&read.jkt));
    }
}

// security: D01
#[test]
fn a_proof_is_for_one_method_and_one_place() {
    let key = key(Alg::Es256);
    for same in [
        "https://id.example/connect/token?x=1",
        "https://id.example/connect/token#x",
        "https://id.example:443/connect/token",
        "HTTPS://ID.EXAMPLE/connect/token",
        "https://id.example/connect/../connect/token",
    ] {
        assert!(verify(&key, &changed(&json!({ "htu": same })), TOKEN).is_ok(), "{same}");
    }
    for other in [
        "https://id.example/connect/token/",
        "https://id.example/connect/userinfo",
        "https://id.example/",
        "http://id.example/connect/token",
        "https://evil.example/connect/token",
        "https://id.example.evil.example/connect/token",
        "https://id.example@evil.example/connect/token",
        "https://id.example:8443/connect/token",
        "/connect/token",
        "",
    ] {
        let refused = verify(&key, &changed(&json!({ "htu": other })), TOKEN);
        assert_eq!(refused, Err(Invalid::Url), "{other}");
    }
    for other in ["GET", "post", "", "POST "] {
        assert_eq!(verify(&key, &changed(&json!({ "htm": other })), TOKEN), Err(Invalid::Method), "{other}");
    }
}

// security: D01
#[test]
fn a_proof_is_of_this_minute() {
    let key = key(Alg::EdDsa);
    let at = |seconds: i64| verify(&key, &changed(&json!({ "iat": NOW.seconds() + seconds })), TOKEN);
    for near in [-60, -10, 0, 10, 60] {
        let read = at(near).expect("near");
        assert_eq!(read.taken_until, Timestamp::from_seconds(NOW.seconds() + near) + SKEW);
    }
    for far in [-61, 61, -3600, 3600, i64::MAX - NOW.seconds(), i64::MIN] {
        assert_eq!(at(far), Err(Invalid::Time), "{far}");
    }
    assert!(
        verify(&key, &changed(&json!({ "iat": 1_800_000_000.5 })), TOKEN).is_ok(),
        "a fraction of a second"
    );
}

// security: D01
#[test]
fn a_proof_has_an_id_and_no_two_of_a_key_are_the_same() {
    let (ours, theirs) = (key(Alg::Es256), key(Alg::Es256));
    let of = |key: &SigningKey, jti: &str| verify(key, &changed(&json!({ "jti": jti })), TOKEN);
    assert_eq!(of(&ours, ""), Err(Invalid::Id));
    assert_eq!(of(&ours, &"x".repeat(513)), Err(Invalid::Id));
    let replay_key = |key, jti| of(key, jti).expect("a proof").replay_key;
    assert_eq!(replay_key(&ours, "one"), replay_key(&ours, "one"));
    assert_ne!(replay_key(&ours, "one"), replay_key(&ours, "two"));
    assert_ne!(replay_key(&ours, "one"), replay_key(&theirs, "one"), "nobody uses up another's ids");
}

// security: D01
#[test]
fn a_proof_beside_a_token_is_for_that_token() {
    let key = key(Alg::Es256);
    let resource = Request { access_token: Some("ey.a.b"), ..TOKEN };
    let with = |ath: Value| verify(&key, &changed(&json!({ "ath": ath })), resource);
    assert!(with(hash("ey.a.b").into()).is_ok());
    for other in [hash("ey.a.c").into(), hash("").into(), "".into(), Value::Null] {
        assert_eq!(with(other.clone()), Err(Invalid::AccessToken), "{other}");
    }
    assert!(
        verify(&key, &changed(&json!({ "ath": "any" })), TOKEN).is_ok(),
        "the token endpoint has no token"
    );
    // The example of RFC 9449 §7.1.
    let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    assert_eq!(hash(token), "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
}

// security: D01, K03, K04
#[test]
fn forged_proofs_are_refused() {
    let (ours, theirs) = (key(Alg::Es256), key(Alg::Es256));
    let good = header(&ours);
    let with = |name: &str, value: Value| {
        let mut header = good.clone();
        header[name] = value;
        header
    };
    let mut private = good["jwk"].clone();
    private["d"] = "AAAA".into();
    let symmetric = json!({ "kty": "oct", "alg": "HS256", "k": "AAAA" });
    let mut other_curve = good["jwk"].clone();
    other_curve["crv"] = "P-384".into();
    let mut no_point = good["jwk"].clone();
    no_point["y"] = good["jwk"]["x"].clone();
    for (why, header) in [
        ("another type", with("typ", "JWT".into())),
        ("an access token", with("typ", "at+jwt".into())),
        ("no type", with("typ", Value::Null)),
        ("none", with("alg", "none".into())),
        ("HMAC", with("alg", "HS256".into())),
        ("another algorithm", with("alg", "RS256".into())),
        ("another curve's", with("alg", "ES384".into())),
        ("no key", with("jwk", Value::Null)),
        ("a key that is a text", with("jwk", "key".into())),
        ("the private key", with("jwk", private)),
        ("a symmetric key", with("jwk", symmetric)),
        ("another curve", with("jwk", other_curve)),
        ("no point of the curve", with("jwk", no_point)),
        ("somebody else's key", with("jwk", header(&theirs)["jwk"].clone())),
        ("a critical header", with("crit", json!(["b64"]))),
        ("a key elsewhere", {
            let mut header = with("jwk", Value::Null);
            header["jku"] = "https://evil.example/jwks".into();
            header
        }),
    ] {
        let text = proof(&ours, &header, &claims());
        assert!(matches!(Proof::verify(&text, TOKEN, NOW), Err(Invalid::Forged(_))), "{why}");
    }
    let text = proof(&ours, &good, &claims());
    for broken in [
        format!("{text}A"),
        format!("{text}."),
        text.replacen('.', "..", 1),
        "A".repeat(20_000),
        String::new(),
    ] {
        assert!(Proof::verify(&broken, TOKEN, NOW).is_err());
    }
    for missing in ["jti", "htm", "htu", "iat"] {
        let text = proof(&ours, &good, &changed(&json!({ missing: Value::Null })));
        assert!(Proof::verify(&text, TOKEN, NOW).is_err(), "without {missing}");
    }
    let error = Error::from(Proof::verify("", TOKEN, NOW).expect_err("no proof"));
    assert_eq!((error.code.as_str(), error.code.http_status()), ("invalid_dpop_proof", 400));
}

// security: D01
#[test]
fn a_nonce_is_good_for_five_to_ten_minutes_and_on_every_node() {
    let (here, there) = (NonceKey::new(&[1; 32]), NonceKey::new(&[1; 32]));
    let nonce = here.current(NOW);
    let code = |result: Result<(), Error>| result.map_err(|error| error.code);
    for seconds in [0, 60, 299, 300] {
        let now = NOW + Duration::from_secs(seconds);
        assert_eq!(code(there.check(Some(&nonce), true, now)), Ok(()), "after {seconds} seconds");
    }
    let other = Err(ErrorCode::UseDpopNonce);
    assert_eq!(code(there.check(Some(&nonce), true, NOW + Duration::from_secs(600))), other);
    let ahead = |seconds| here.current(NOW + Duration::from_secs(seconds));
    assert_eq!(code(there.check(Some(&ahead(300)), true, NOW)), Ok(()), "of a node whose clock is ahead");
    assert_eq!(code(there.check(Some(&ahead(600)), true, NOW)), other);
    assert_eq!(code(NonceKey::new(&[2; 32]).check(Some(&nonce), false, NOW)), other, "another server's");
    assert_eq!(code(here.check(Some(""), false, NOW)), other);
    assert_eq!(code(here.check(None, false, NOW)), Ok(()));
    assert_eq!(code(here.check(None, true, NOW)), other);
    assert!(nonce.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "RFC 9449 §8.1");
    assert_eq!(format!("{here:?}"), "NonceKey(…)");
}

// security: D02
#[test]
fn a_pushed_request_names_one_key_whichever_way_it_does() {
    let key = |named: Option<&str>, proved: Option<&str>| {
        pushed_key(named.map(str::to_owned), proved.map(str::to_owned)).map_err(|error| error.code)
    };
    assert_eq!(key(None, None), Ok(None));
    for (named, proved) in [(Some("k"), None), (None, Some("k")), (Some("k"), Some("k"))] {
        assert_eq!(key(named, proved), Ok(Some("k".to_owned())));
    }
    assert_eq!(key(Some("k"), Some("other")), Err(ErrorCode::InvalidDpopProof));
}

#[test]
fn a_thumbprint_is_a_sha_256_in_base64url() {
    assert!(is_thumbprint("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"));
    for other in
        ["", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4", "0ZcOCORZNYy+DWpqq30jZyJGHTN0d2HglBV3uiguA4I"]
    {
        assert!(!is_thumbprint(other), "{other}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_check_panic(text in ".*", url in ".*") {
        let request = Request { method: "GET", url: &url, access_token: Some("x") };
        let _ = Proof::verify(&text, request, NOW);
        let _ = NonceKey::new(&[0; 32]).check(Some(&text), true, NOW);
        let _ = is_thumbprint(&text);
    }
}

// security: D01
#[test]
fn a_proof_that_names_its_own_times_is_good_within_them() {
    let key = key(Alg::Es256);
    let at = |seconds: i64| json!(NOW.seconds() + seconds);
    let with = |name: &str, value| verify(&key, &changed(&json!({ name: value })), TOKEN).map(|_| ());
    for (name, seconds) in [("exp", 300), ("exp", 1), ("exp", -59), ("nbf", -300), ("nbf", 0), ("nbf", 60)] {
        assert_eq!(with(name, at(seconds)), Ok(()), "{name} {seconds}");
    }
    for (name, seconds) in [("exp", -60), ("exp", -300), ("nbf", 61), ("nbf", 300)] {
        assert_eq!(with(name, at(seconds)), Err(Invalid::Time), "{name} {seconds}");
    }
    for value in [json!("soon"), json!(-1)] {
        assert_eq!(with("exp", value), Err(Invalid::Forged(VerifyError::Malformed)));
    }
}
