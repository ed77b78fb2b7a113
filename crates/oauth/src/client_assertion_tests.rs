//! Tests of client assertions: what a good one is, and every way in which another proves nothing.

use serde_json::{Value, json};

use super::*;
use crate::client::{AuthMethod, Profile};
use crate::examples::{self, ISSUER, NOW, key};
use crate::jose::{Alg, SigningKey, TokenType, sign};

const ENDPOINT: &str = "https://id.example/connect/par";
const TOKEN: &str = "https://id.example/connect/token";

fn client(profile: Profile) -> Client {
    Client { auth_method: AuthMethod::PrivateKeyJwt, profile, ..examples::store_app() }
}

fn keys(key: &SigningKey) -> ClientKeys {
    let set = json!({ "keys": [key.public().to_json()] });
    ClientKeys::parse(set.to_string().as_bytes()).expect("a set")
}

fn claims(changes: &[(&str, Value)]) -> Value {
    let mut claims = json!({
        "iss": "SDXE-AC-MYAPP", "sub": "SDXE-AC-MYAPP", "aud": ISSUER,
        "iat": NOW.seconds(), "exp": NOW.seconds() + 60, "jti": "j-1",
    });
    for (name, value) in changes {
        claims[*name] = value.clone();
    }
    claims
}

fn checked(profile: Profile, changes: &[(&str, Value)]) -> Result<Proved, Unproved> {
    let key = key(Alg::Es256);
    let text = sign(&key, TokenType::Id, &claims(changes)).expect("signed");
    let audience = Audience { issuer: ISSUER, endpoint: ENDPOINT };
    verify(&text, &client(profile), &keys(&key), audience, NOW)
}

// security: T18
#[test]
fn a_good_assertion_names_itself_and_its_end() {
    for profile in Profile::ALL {
        let proved = checked(profile, &[]).expect("proved");
        assert_eq!(proved, Proved { jti: "j-1".into(), expires_at: Timestamp(NOW.0 + 60_000) });
    }
    assert_eq!(
        subject(&sign(&key(Alg::Es256), TokenType::Id, &claims(&[])).expect("signed")).as_deref(),
        Some("SDXE-AC-MYAPP")
    );
    assert_eq!(subject("a.b.c"), None);
}

// security: T18
#[test]
fn the_audience_is_the_issuer_and_for_lenient_profiles_also_the_endpoint() {
    let lenient = [json!(ISSUER), json!(TOKEN), json!(ENDPOINT), json!([ISSUER]), json!([ISSUER, TOKEN])];
    for (at, audience) in lenient.iter().enumerate() {
        let with = |profile| checked(profile, &[("aud", audience.clone())]);
        assert!(with(Profile::Standard).is_ok() && with(Profile::Compatible).is_ok(), "{audience}");
        assert_eq!(with(Profile::Fapi2).is_ok(), at == 0, "{audience}");
    }
    let evil = "https://evil.example";
    for audience in [
        json!(evil),
        json!([ISSUER, evil]),
        json!([]),
        json!(null),
        json!("https://id.example/"),
        json!("https://id.example/connect/token/"),
        json!("https://id.example/connect/introspect"),
        json!("https://id.example.evil.example/connect/token"),
        json!("ID.example"),
    ] {
        for profile in Profile::ALL {
            let refused = checked(profile, &[("aud", audience.clone())]).expect_err("not ours");
            assert_eq!(refused, Unproved::Audience, "{audience}");
        }
    }
}

// security: T18
#[test]
fn time_is_short_and_clocks_may_differ_a_little() {
    let at = |seconds: i64| json!(NOW.seconds() + seconds);
    let with = |changes: &[(&str, Value)]| checked(Profile::Standard, changes).map(|_| ());
    assert_eq!(with(&[("exp", at(0))]), Err(Unproved::Expired));
    assert_eq!(with(&[("exp", Value::Null)]), Err(Unproved::Expired));
    assert_eq!(with(&[("exp", at(1))]), Ok(()));
    assert_eq!(with(&[("exp", at(630))]), Ok(()));
    assert_eq!(with(&[("exp", at(631))]), Err(Unproved::TooLong));
    for name in ["iat", "nbf"] {
        assert_eq!(with(&[(name, at(8))]), Ok(()), "FAPI 2.0: eight seconds ahead are fine");
        assert_eq!(with(&[(name, at(30))]), Ok(()));
        assert_eq!(with(&[(name, at(31))]), Err(Unproved::NotYet));
        assert_eq!(with(&[(name, json!(NOW.seconds() as f64 + 8.5))]), Ok(()));
        let odd = with(&[(name, json!("soon"))]).expect_err("no date");
        assert_eq!(odd, Unproved::Signature(VerifyError::Malformed));
    }
}

// security: T18
#[test]
fn an_assertion_speaks_of_its_maker_and_has_a_name() {
    let with = |changes: &[(&str, Value)]| checked(Profile::Fapi2, changes).expect_err("refused");
    for name in ["iss", "sub"] {
        assert_eq!(with(&[(name, json!("SDXE-AC-OTHER"))]), Unproved::NotItself);
        assert_eq!(with(&[(name, Value::Null)]), Unproved::Signature(VerifyError::Malformed));
    }
    for jti in [Value::Null, json!(""), json!("j".repeat(513))] {
        assert_eq!(with(&[("jti", jti)]), Unproved::Jti);
    }
}

// security: T18
#[test]
fn fapi_takes_no_rs256_and_nobody_a_key_of_somebody_else() {
    let rsa = key(Alg::Rs256);
    let text = sign(&rsa, TokenType::Id, &claims(&[])).expect("signed");
    let audience = Audience { issuer: ISSUER, endpoint: ENDPOINT };
    let with = |profile| verify(&text, &client(profile), &keys(&rsa), audience, NOW);
    assert!(with(Profile::Standard).is_ok());
    assert_eq!(with(Profile::Fapi2), Err(Unproved::Signature(VerifyError::WrongAlg)));
    let foreign = verify(&text, &client(Profile::Standard), &keys(&key(Alg::Rs256)), audience, NOW);
    assert_eq!(foreign, Err(Unproved::Signature(VerifyError::UnknownKey)));
}

// security: T18
#[test]
fn a_client_that_registered_an_algorithm_signs_with_no_other() {
    let (ec, ps) = (key(Alg::Es256), key(Alg::Ps256));
    let both = json!({ "keys": [ec.public().to_json(), ps.public().to_json()] });
    let both = ClientKeys::parse(both.to_string().as_bytes()).expect("a set");
    let audience = Audience { issuer: ISSUER, endpoint: ISSUER };
    let verified = |key: &SigningKey, alg| {
        let client = Client { auth_alg: alg, ..client(Profile::Standard) };
        let text = sign(key, TokenType::Id, &claims(&[])).expect("signed");
        verify(&text, &client, &both, audience, NOW).map(|_| ())
    };
    assert_eq!(verified(&ec, None), Ok(()));
    assert_eq!(verified(&ps, None), Ok(()));
    assert_eq!(verified(&ec, Some(Alg::Es256)), Ok(()));
    assert_eq!(verified(&ps, Some(Alg::Es256)), Err(Unproved::Signature(VerifyError::WrongAlg)));
}
