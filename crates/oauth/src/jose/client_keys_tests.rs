//! Tests of the keys that clients bring: which sets are taken, and what is verified with them.

use serde_json::json;

use super::*;
use crate::examples::key;
use crate::jose::SigningKey;

const TYPES: [&str; 1] = ["JWT"];

fn set(keys: &[Value]) -> Result<ClientKeys, KeySetProblem> {
    ClientKeys::parse(json!({ "keys": keys }).to_string().as_bytes())
}

fn with(jwk: &Value, member: &str, value: impl Into<Value>) -> Value {
    let mut jwk = jwk.clone();
    jwk[member] = value.into();
    jwk
}

fn without(jwk: &Value, member: &str) -> Value {
    let mut jwk = jwk.clone();
    jwk.as_object_mut().expect("an object").remove(member);
    jwk
}

fn signed(key: &SigningKey, header: &Value, payload: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", encode(&header.to_string()), encode(payload));
    let signature = key.signature(message.as_bytes()).expect("signed");
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn verified(keys: &ClientKeys, text: &str) -> Result<Value, VerifyError> {
    keys.verify(text, &Alg::ALL, &TYPES)
}

// security: T18, J01
#[test]
fn each_algorithm_is_verified_with_the_clients_own_key_id_and_without_one() {
    for alg in Alg::ALL {
        let key = key(alg);
        let jwk = with(&key.public().to_json(), "kid", "our key no. 1");
        let keys = set(&[jwk]).expect("a set");
        for header in [
            json!({ "alg": alg.as_str(), "kid": "our key no. 1", "typ": "JWT" }),
            json!({ "alg": alg.as_str(), "typ": "jwt" }),
            json!({ "alg": alg.as_str() }),
        ] {
            let text = signed(&key, &header, r#"{"a":1}"#);
            assert_eq!(verified(&keys, &text), Ok(json!({ "a": 1 })), "{header}");
        }
        let other = signed(&key, &json!({ "alg": alg.as_str(), "kid": "another" }), "{}");
        assert_eq!(verified(&keys, &other), Err(VerifyError::UnknownKey));
        let nameless = signed(&key, &json!({ "alg": alg.as_str() }), "{}");
        let named = signed(&key, &json!({ "alg": alg.as_str(), "kid": "our key no. 1" }), "{}");
        assert!(keys.has_key_for(&nameless) && keys.has_key_for(&named));
        assert!(!keys.has_key_for(&other) && !keys.has_key_for("no token"));
        let unlike = if alg == Alg::Es256 { Alg::EdDsa } else { Alg::Es256 };
        let unlike = signed(&key, &json!({ "alg": unlike.as_str(), "kid": "our key no. 1" }), "{}");
        assert!(!keys.has_key_for(&unlike), "the id alone does not make it this key");
    }
}

#[test]
fn each_problem_has_a_name() {
    let all =
        [KeySetProblem::Malformed, KeySetProblem::Private, KeySetProblem::Empty, KeySetProblem::TooMany];
    assert_eq!(all.map(KeySetProblem::key), ["malformed", "private", "empty", "too-many"]);
}

// security: T18, K03, J01
#[test]
fn a_key_verifies_its_own_algorithm_and_nothing_that_a_header_makes_up() {
    let (rsa, ec) = (key(Alg::Rs256), key(Alg::Es256));
    let keys = set(&[rsa.public().to_json(), ec.public().to_json()]).expect("a set");
    for alg in ["none", "HS256", "RS512", "es256", "PS256", ""] {
        let text = signed(&rsa, &json!({ "alg": alg, "kid": rsa.kid() }), "{}");
        let expected = if alg == "PS256" { VerifyError::UnknownKey } else { VerifyError::WrongAlg };
        assert_eq!(verified(&keys, &text), Err(expected), "{alg}");
    }
    let confused = signed(&ec, &json!({ "alg": "RS256", "kid": ec.kid() }), "{}");
    assert_eq!(verified(&keys, &confused), Err(VerifyError::UnknownKey));
    let foreign = signed(&key(Alg::Es256), &json!({ "alg": "ES256", "kid": ec.kid() }), "{}");
    assert_eq!(verified(&keys, &foreign), Err(VerifyError::BadSignature));
    let critical = signed(&ec, &json!({ "alg": "ES256", "crit": ["b64"], "b64": false }), "{}");
    assert_eq!(verified(&keys, &critical), Err(VerifyError::Critical));
    let typed = signed(&ec, &json!({ "alg": "ES256", "typ": "at+jwt" }), "{}");
    assert_eq!(verified(&keys, &typed), Err(VerifyError::WrongType));
    let rs = signed(&rsa, &json!({ "alg": "RS256", "kid": rsa.kid() }), "{}");
    assert_eq!(keys.verify::<Value>(&rs, &[Alg::Es256, Alg::Ps256], &TYPES), Err(VerifyError::WrongAlg));
}

#[test]
fn an_rsa_key_that_names_no_algorithm_verifies_both_of_its_own() {
    let (pkcs, pss) = (key(Alg::Rs256), key(Alg::Ps256));
    let keys = set(&[without(&pkcs.public().to_json(), "alg"), without(&pss.public().to_json(), "alg")]);
    let keys = keys.expect("a set");
    for (key, alg) in [(&pkcs, "RS256"), (&pss, "PS256")] {
        assert!(verified(&keys, &signed(key, &json!({ "alg": alg }), "{}")).is_ok());
    }
}

// security: K03
#[test]
fn private_and_symmetric_keys_spoil_a_set_and_keys_for_other_uses_are_skipped() {
    let good = key(Alg::Es256).public().to_json();
    for member in PRIVATE_MEMBERS {
        assert_eq!(set(&[good.clone(), with(&good, member, "AQAB")]), Err(KeySetProblem::Private));
    }
    let symmetric = json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "x" });
    assert_eq!(set(&[symmetric]), Err(KeySetProblem::Private));
    let short = with(&good, "x", "AQAB");
    let weak = json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode([0xc1; 128]), "e": "AQAB" });
    for useless in [
        with(&good, "use", "enc"),
        with(&good, "key_ops", json!(["encrypt"])),
        with(&good, "crv", "P-384"),
        with(&good, "alg", "ES384"),
        with(&good, "alg", "none"),
        json!({ "kty": "oct" }),
        json!("a string"),
        short,
        weak,
    ] {
        assert_eq!(set(std::slice::from_ref(&useless)), Err(KeySetProblem::Empty), "{useless}");
        assert!(set(&[useless, good.clone()]).is_ok());
    }
}

#[test]
fn what_is_no_set_or_too_large_is_refused() {
    for bad in ["", "[]", "{}", r#"{"keys":{}}"#, "\u{0}", "{\"keys\":"] {
        assert_eq!(ClientKeys::parse(bad.as_bytes()), Err(KeySetProblem::Malformed), "{bad}");
    }
    let good = key(Alg::Es256).public().to_json();
    assert_eq!(set(&vec![good.clone(); 21]), Err(KeySetProblem::TooMany));
    assert!(set(&vec![good; 20]).is_ok());
    assert_eq!(set(&[]), Err(KeySetProblem::Empty));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_reading_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80), text in ".{0,80}") {
        let _ = ClientKeys::parse(&bytes);
        let _ = crate::jose::peek::<Value>(&text);
        let _ = crate::jose::is_unsigned(&text);
    }
}
