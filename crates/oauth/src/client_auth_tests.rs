//! Tests of client authentication: every way to send credentials, and every way in which they don't count.

use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;
use crate::client::Profile;
use crate::examples::{self, ISSUER, NOW, form, key};
use crate::jose::{Alg, TokenType, sign};

const OURS: Audience<'static> = Audience { issuer: ISSUER, endpoint: "https://id.example/connect/token" };

/// As an endpoint does it for a client without keys.
fn verify<'s>(
    presented: &Presented,
    client: Option<&Client>,
    secrets: &'s [StoredSecret],
    now: Timestamp,
) -> Result<Authenticated<'s>, Error> {
    super::verify(presented, client, Means { secrets, keys: None, audience: OURS }, now)
}

fn header(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

fn minted(byte: u8) -> String {
    secret::mint(TokenKind::ClientSecret, [byte; 32]).expose().clone()
}

fn stored(byte: u8) -> StoredSecret {
    StoredSecret {
        id: format!("secret-{byte}"),
        hash: secret::hash(&minted(byte)),
        expires_at: None,
        revoked: false,
    }
}

fn presents(secret: &str) -> Presented {
    Presented {
        client_id: "SDXE-AC-MYAPP".into(),
        credential: Credential::Secret(Secret::new(secret.to_owned())),
        in_both: false,
    }
}

fn asserts(text: &str) -> Presented {
    Presented { credential: Credential::Assertion(text.to_owned()), ..presents("") }
}

// security: T18
#[test]
fn an_assertion_is_read_whole_and_never_beside_other_credentials() {
    let key = key(Alg::Es256);
    let exp = NOW.seconds() + 60;
    let claims = serde_json::json!({
        "iss": "SDXE-AC-MYAPP", "sub": "SDXE-AC-MYAPP", "aud": ISSUER, "exp": exp, "jti": "1",
    });
    let text = sign(&key, TokenType::Id, &claims).expect("signed");
    let good = [("client_assertion_type", client_assertion::TYPE), ("client_assertion", &text)];
    let client = Client { auth_method: AuthMethod::PrivateKeyJwt, ..examples::store_app() };
    let set = serde_json::json!({ "keys": [key.public().to_json()] }).to_string();
    let keys = ClientKeys::parse(set.as_bytes()).expect("a set");
    for further in [&[][..], &[("client_id", "SDXE-AC-MYAPP")]] {
        let presented = read(None, &form(&[&good, further].concat())).expect("an assertion");
        let means = Means { secrets: &[], keys: Some(&keys), audience: OURS };
        let proved = super::verify(&presented, Some(&client), means, NOW).expect("proved");
        assert_eq!(proved.assertion.map(|proved| proved.jti).as_deref(), Some("1"));
    }
    let with =
        |further: &[(&str, &str)]| read(None, &form(&[&good, further].concat())).expect_err("refused").code;
    assert_eq!(with(&[("client_secret", "x")]), ErrorCode::InvalidRequest);
    assert_eq!(with(&[("client_id", "SDXE-AC-OTHER")]), ErrorCode::InvalidClient);
    let beside = read(Some(&header("SDXE-AC-MYAPP", "x")), &form(&good)).expect_err("two ways");
    assert_eq!(beside.code, ErrorCode::InvalidRequest);
    for half in [vec![good[0]], vec![good[1]], vec![("client_assertion_type", "saml"), good[1]]] {
        assert_eq!(read(None, &form(&half)).expect_err("half").code, ErrorCode::InvalidRequest);
    }
}

// security: T07
#[test]
fn the_header_and_the_body_are_equally_good() {
    let secret = minted(1);
    let by_header = read(Some(&header("SDXE-AC-MYAPP", &secret)), &form(&[])).expect("credentials");
    let by_body = read(None, &form(&[("client_id", "SDXE-AC-MYAPP"), ("client_secret", &secret)]));
    let secrets = [stored(1)];
    for presented in [by_header, by_body.expect("credentials")] {
        assert_eq!(presented.client_id, "SDXE-AC-MYAPP");
        let proved = verify(&presented, Some(&examples::store_app()), &secrets, NOW).expect("proved");
        let expected = Authenticated { secret_id: Some("secret-1"), assertion: None, in_both: false };
        assert_eq!(proved, expected);
    }
}

// security: T07
#[test]
fn the_halves_of_the_header_are_form_decoded_and_unescaped_ones_pass_too() {
    let presented = read(Some(&header("SDXE%2DAC%2DMYAPP", "a%3Ab+c%25")), &form(&[])).expect("credentials");
    assert_eq!(presented.client_id, "SDXE-AC-MYAPP");
    let Credential::Secret(secret) = presented.credential else { panic!("a secret") };
    assert_eq!(secret.expose(), "a:b c%");
    let raw = minted(2);
    let presented = read(Some(&header("SDXE-AC-MYAPP", &raw)), &form(&[])).expect("credentials");
    let Credential::Secret(secret) = presented.credential else { panic!("a secret") };
    assert_eq!(*secret.expose(), raw);
    let unpadded = header("SDXE-AC-MYAPP", "x").trim_end_matches('=').replace("Basic", "basic ");
    assert!(read(Some(&unpadded), &form(&[])).is_ok());
}

// security: T07
#[test]
fn every_spelling_of_the_header_has_one_meaning() {
    let pair = |joined: &str| {
        let presented = read(Some(&format!("Basic {}", STANDARD.encode(joined))), &form(&[])).ok()?;
        let Credential::Secret(secret) = presented.credential else { return None };
        Some((presented.client_id, secret.expose().clone()))
    };
    let table = [
        ("SDXE-SP-A:s", Some(("SDXE-SP-A", "s"))),
        ("SDXE-SP-A:s:t", Some(("SDXE-SP-A", "s:t"))),
        ("SDXE-SP-A:s%3At", Some(("SDXE-SP-A", "s:t"))),
        ("SDXE-SP-A:s+t", Some(("SDXE-SP-A", "s t"))),
        ("SDXE-SP-A:s%2Bt", Some(("SDXE-SP-A", "s+t"))),
        ("SDXE-SP-A:s%2bt", Some(("SDXE-SP-A", "s+t"))),
        ("SDXE-SP-A:%C3%A4", Some(("SDXE-SP-A", "\u{e4}"))),
        ("SDXE-SP-A:\u{e4}", Some(("SDXE-SP-A", "\u{e4}"))),
        ("SDXE-SP-A:100%", Some(("SDXE-SP-A", "100%"))),
        ("SDXE-SP-A:%zz", Some(("SDXE-SP-A", "%zz"))),
        ("SDXE-SP-A:%ff", Some(("SDXE-SP-A", "%ff"))),
        ("SDXE%2DSP%2DA:s", Some(("SDXE-SP-A", "s"))),
        ("a%3Ab:s", Some(("a:b", "s"))),
        ("SDXE-SP-A:", Some(("SDXE-SP-A", ""))),
        (":s", None),
        ("SDXE-SP-A", None),
        ("", None),
    ];
    for (joined, expected) in table {
        let expected = expected.map(|(id, secret)| (id.to_owned(), secret.to_owned()));
        assert_eq!(pair(joined), expected, "{joined:?}");
    }
    let bytes = format!("Basic {}", STANDARD.encode(b"SDXE-SP-A:\xff"));
    assert!(read(Some(&bytes), &form(&[])).is_err(), "neither UTF-8 nor anything else that is known");
}

// security: T07
#[test]
fn an_empty_secret_in_the_header_proves_nothing_for_anybody() {
    let presented = read(Some(&header("SDXE-AC-MYAPP", "")), &form(&[])).expect("credentials");
    for client in [examples::store_app(), examples::public_app(), examples::custom_app()] {
        assert!(verify(&presented, Some(&client), &[stored(1)], NOW).is_err());
        assert!(verify(&presented, Some(&client), &[], NOW).is_err());
    }
}

// security: T07
#[test]
fn the_same_pair_twice_is_one_authentication_and_two_pairs_are_refused_untried() {
    let secret = minted(1);
    let head = header("SDXE-AC-MYAPP", &secret);
    let alone =
        read(Some(&head), &form(&[("client_id", "SDXE-AC-MYAPP")])).expect("an id beside Basic is fine");
    assert!(!alone.in_both);
    let both = read(Some(&head), &form(&[("client_id", "SDXE-AC-MYAPP"), ("client_secret", &secret)]));
    let both = both.expect("one authentication");
    assert!(verify(&both, Some(&examples::store_app()), &[stored(1)], NOW).expect("proved").in_both);
    let other = minted(2);
    for body in [
        vec![("client_id", "SDXE-AC-OTHER")],
        vec![("client_id", "SDXE-AC-MYAPP"), ("client_secret", other.as_str())],
        vec![("client_secret", other.as_str())],
        vec![("client_id", "SDXE-AC-OTHER"), ("client_secret", secret.as_str())],
    ] {
        let error = read(Some(&head), &form(&body)).expect_err("two authentications");
        assert_eq!(error.code, ErrorCode::InvalidRequest, "{body:?}");
    }
}

// security: T07, T08
#[test]
fn every_failure_has_one_answer_and_its_own_hint_for_the_owner() {
    let client = examples::store_app();
    let public = examples::public_app();
    let fapi = Client { profile: Profile::Fapi2, ..client.clone() };
    let signing = Client { auth_method: AuthMethod::PrivateKeyJwt, ..client.clone() };
    let nothing = || Presented { credential: Credential::None, ..presents("") };
    let expired = StoredSecret { expires_at: Some(NOW), ..stored(1) };
    let revoked = StoredSecret { revoked: true, ..stored(1) };
    let good = minted(1);
    let cut = &good[..good.len() - 1];
    let cases = [
        (presents(&good), None, vec![]),
        (presents(&good), Some(&client), vec![]),
        (presents(&minted(2)), Some(&client), vec![stored(1)]),
        (presents(cut), Some(&client), vec![stored(1)]),
        (presents(""), Some(&client), vec![stored(1)]),
        (presents(&good), Some(&client), vec![expired]),
        (presents(&good), Some(&client), vec![revoked]),
        (nothing(), Some(&client), vec![stored(1)]),
        (presents(""), Some(&public), vec![]),
        (presents(&good), Some(&public), vec![stored(1)]),
        (presents(&good), Some(&fapi), vec![stored(1)]),
        (presents(&good), Some(&signing), vec![stored(1)]),
        (nothing(), Some(&signing), vec![]),
        (nothing(), None, vec![]),
        (asserts("x.y.z"), Some(&client), vec![stored(1)]),
        (asserts("x.y.z"), Some(&public), vec![]),
        (asserts("x.y.z"), Some(&signing), vec![]),
        (asserts("x.y.z"), None, vec![]),
    ];
    let mut hints = Vec::new();
    for (presented, client, secrets) in cases {
        let error = verify(&presented, client, &secrets, NOW).expect_err("must fail");
        assert_eq!(error.body(), refused("").body());
        hints.extend(error.hint);
    }
    hints.sort();
    hints.dedup();
    assert_eq!(hints.len(), 11, "{hints:?}");
}

#[test]
fn any_of_several_secrets_proves_the_client_until_it_expires() {
    let client = examples::store_app();
    let soon = StoredSecret { expires_at: Some(Timestamp(NOW.0 + 1)), ..stored(3) };
    let secrets = [stored(1), stored(2), soon];
    for byte in [1, 2, 3] {
        let proved = verify(&presents(&minted(byte)), Some(&client), &secrets, NOW).expect("proved");
        assert_eq!(proved.secret_id, Some(format!("secret-{byte}").as_str()));
    }
    assert!(verify(&presents(&minted(3)), Some(&client), &secrets, Timestamp(NOW.0 + 1)).is_err());
}

#[test]
fn a_public_client_is_named_and_nothing_more() {
    // An empty secret in the body counts as absent (RFC 6749 §3.1).
    let presented = read(None, &form(&[("client_id", "SDXE-AC-MYAPP"), ("client_secret", "")]));
    let presented = presented.expect("an id");
    let proved = verify(&presented, Some(&examples::public_app()), &[], NOW).expect("named");
    assert_eq!(proved.secret_id, None);
}

// security: T08
#[test]
fn an_unusable_header_or_no_credentials_at_all_is_invalid_client() {
    let no_colon = format!("Basic {}", STANDARD.encode("SDXE"));
    let no_id = format!("Basic {}", STANDARD.encode(":secret"));
    let long = format!("Basic {}", "A".repeat(5000));
    for bad in ["", "Basic", "Basic ", "Basic !!!", "Bearer abc", "Digest x=y", &no_colon, &no_id, &long] {
        let error = read(Some(bad), &form(&[("client_id", "SDXE-AC-MYAPP")])).expect_err(bad);
        assert_eq!(error.code, ErrorCode::InvalidClient, "{bad}");
    }
    assert_eq!(read(None, &form(&[])).expect_err("nothing").code, ErrorCode::InvalidClient);
}

proptest! {
    #[test]
    fn no_header_makes_the_reading_panic(text in ".*", bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let _ = read(Some(&text), &form(&[]));
        let _ = read(Some(&format!("Basic {}", STANDARD.encode(bytes))), &form(&[]));
    }

    // security: T16
    #[test]
    fn only_the_whole_secret_proves_anything(at in 0_usize..53, tail in "[0-9A-Za-z]{1,4}") {
        let client = examples::store_app();
        let good = minted(7);
        for wrong in [good[..at].to_owned(), format!("{good}{tail}")] {
            prop_assert!(verify(&presents(&wrong), Some(&client), &[stored(7)], NOW).is_err());
        }
    }
}
