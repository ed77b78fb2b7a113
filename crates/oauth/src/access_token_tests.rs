//! Tests of access tokens: what each kind of owner's says, and which are accepted.

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::examples::{ISSUER, NOW, key, scopes as set};
use crate::jose::Alg;

const GRANT: &str = "grt_019a0000000070008000000000000001";
const PERSON: Owner<'static> = Owner::Person {
    grant_id: GRANT,
    person_id: "07070707-0707-4707-8707-070707070707",
    auth_time: Timestamp(1_799_999_000_000),
    email: "tony@stark.example",
    roles: &["AccountAdmin"],
};

fn token<'a>(owner: Owner<'a>, scopes: &'a ScopeSet) -> AccessToken<'a> {
    AccessToken {
        issuer: ISSUER,
        client_id: "SDXE-AC-MYAPP",
        owner,
        account_code: "HOTL",
        audience: &["https://id.example/resources", "api"],
        scopes,
        pii_mode: PiiMode::Hide,
        issued_at: NOW,
        lifetime: LIFETIME,
        random: [7; 16],
        jkt: None,
        actor: None,
        parent: None,
        is_test: false,
        preset: Preset::None,
    }
}

fn json(token: &AccessToken<'_>) -> String {
    serde_json::to_string_pretty(&token.written()).expect("JSON")
}

// security: K02
#[test]
fn a_persons_token_names_the_grant_the_account_and_what_was_granted() {
    assert_snapshot!(json(&token(PERSON, &set("openid profile email reservations.read"))), @r#"
    {
      "iss": "https://id.example",
      "sub": "07070707-0707-4707-8707-070707070707",
      "aud": [
        "https://id.example/resources",
        "api"
      ],
      "exp": 1800003600,
      "iat": 1800000000,
      "nbf": 1800000000,
      "jti": "grt_019a0000000070008000000000000001.BwcHBwcHBwcHBwcHBwcHBw",
      "client_id": "SDXE-AC-MYAPP",
      "scope": "openid profile email reservations.read",
      "auth_time": 1799999000,
      "account_code": "HOTL",
      "pii": "hide",
      "email": "tony@stark.example",
      "role": "AccountAdmin"
    }
    "#);
}

// security: K02, T11
#[test]
fn a_client_that_speaks_for_itself_is_its_own_subject_and_nobody_elses() {
    let scopes = set("reservations.read");
    let own = AccessToken { client_id: "SDXE-SP-MINE", ..token(Owner::Client, &scopes) };
    assert_snapshot!(json(&own), @r#"
    {
      "iss": "https://id.example",
      "sub": "SDXE-SP-MINE",
      "aud": [
        "https://id.example/resources",
        "api"
      ],
      "exp": 1800003600,
      "iat": 1800000000,
      "nbf": 1800000000,
      "jti": "BwcHBwcHBwcHBwcHBwcHBw",
      "client_id": "SDXE-SP-MINE",
      "scope": "reservations.read",
      "account_code": "HOTL",
      "pii": "hide"
    }
    "#);
}

#[test]
fn an_orphaned_connections_token_says_nothing_of_the_person() {
    let connection_id = "11111111-1111-4111-8111-111111111111";
    let scopes = set("offline_access reservations.read");
    let token = token(Owner::Connection { grant_id: GRANT, connection_id }, &scopes);
    let claims: Value = serde_json::from_str(&json(&token)).expect("JSON");
    assert_eq!(claims["sub"], connection_id);
    assert_eq!(grant_of(&token.jti()), Some(GRANT));
    for absent in ["email", "role", "auth_time", "test"] {
        assert!(claims.get(absent).is_none(), "{absent}");
    }
}

#[test]
fn the_address_and_the_roles_travel_only_when_they_were_granted() {
    let claims = |scopes: &str| {
        let scopes = set(scopes);
        let claims: Value = serde_json::from_str(&json(&token(PERSON, &scopes))).expect("JSON");
        (claims.get("email").is_some(), claims.get("role").is_some())
    };
    assert_eq!(claims("openid reservations.read"), (false, false));
    assert_eq!(claims("openid email"), (true, false));
    assert_eq!(claims("openid profile"), (false, true));
}

#[test]
fn existing_programs_read_scopes_as_a_list_several_roles_as_one_and_one_role_as_a_word() {
    let scopes = set("profile reservations.read");
    let claims = |roles| {
        let Owner::Person { grant_id, person_id, auth_time, email, .. } = PERSON else { unreachable!() };
        let owner = Owner::Person { grant_id, person_id, auth_time, email, roles };
        let token = AccessToken { preset: Preset::Seed, is_test: true, ..token(owner, &scopes) };
        serde_json::from_str::<Value>(&json(&token)).expect("JSON")
    };
    let several = claims(&["AccountAdmin", "Auditor"]);
    assert_eq!(several["scope"], json!(["profile", "reservations.read"]));
    assert_eq!(several["role"], json!(["AccountAdmin", "Auditor"]));
    assert_eq!(several["test"], true);
    assert_eq!(claims(&["Auditor"])["role"], "Auditor");
    assert!(claims(&[]).get("role").is_none());
}

// security: D02
#[test]
fn a_token_says_the_key_that_it_is_bound_to_and_who_acts_with_it() {
    let scopes = set("reservations.read");
    let bound = AccessToken { jkt: Some("key"), actor: Some("SDXE-AC-BACK"), ..token(PERSON, &scopes) };
    let said: Value = serde_json::from_str(&json(&bound)).expect("JSON");
    assert_eq!(said["cnf"], json!({ "jkt": "key" }));
    assert_eq!(said["act"], json!({ "sub": "SDXE-AC-BACK" }));
    let key = key(Alg::Es256);
    let signed = bound.sign(&key).expect("signed");
    let read = Claims::verify(&Jwks::new([key.public().clone()]), ISSUER, &signed, NOW).expect("ours");
    assert_eq!((read.jkt.as_deref(), read.actor.as_deref()), (Some("key"), Some("SDXE-AC-BACK")));
    let sealed = Claims::from_json(&bound.to_json().expect("JSON"), ISSUER, NOW).expect("ours");
    assert_eq!(sealed, read, "a handle says the same");
}

// security: K02
#[test]
fn what_was_signed_is_read_back_in_either_spelling() {
    for (alg, preset) in [(Alg::Es256, Preset::None), (Alg::Rs256, Preset::Seed)] {
        let key = key(alg);
        let scopes = set("openid reservations.read");
        let text = AccessToken { preset, ..token(PERSON, &scopes) }.sign(&key).expect("signed");
        let keys = Jwks::new([key.public().clone()]);
        let claims = Claims::verify(&keys, ISSUER, &text, NOW).expect("ours");
        assert_eq!(claims.grant_id(), Some(GRANT));
        assert_eq!(claims.scopes, scopes);
        assert_eq!(claims.expires_at, NOW + LIFETIME);
        assert_eq!(claims.account_code, "HOTL");
        assert_eq!(claims.pii_mode, PiiMode::Hide);
        assert!(claims.is_for("api") && !claims.is_for("payment") && !claims.is_for("ap"));
    }
}

// security: K02, U01
#[test]
fn a_token_is_good_from_its_issue_to_its_end_for_its_own_issuer() {
    let key = key(Alg::Es256);
    let keys = Jwks::new([key.public().clone()]);
    let scopes = set("openid");
    let text = token(PERSON, &scopes).sign(&key).expect("signed");
    let at = |now| Claims::verify(&keys, ISSUER, &text, now).map(|_| ());
    let end = NOW + LIFETIME;
    assert_eq!(at(Timestamp(end.0 - 1)), Ok(()));
    assert_eq!(at(end), Err(Invalid::Expired));
    assert_eq!(at(NOW - SKEW), Ok(()), "another server's clock may be behind");
    assert_eq!(at(NOW - SKEW - Duration::from_secs(1)), Err(Invalid::NotYet));
    let other = Claims::verify(&keys, "https://id.example/", &text, NOW);
    assert_eq!(other.map(|_| ()), Err(Invalid::Issuer));
    assert_eq!(Error::from(Invalid::Expired).code, ErrorCode::InvalidToken);
}

// security: K02
#[test]
fn a_signed_object_that_lacks_a_claim_is_no_access_token() {
    let key = key(Alg::Es256);
    let keys = Jwks::new([key.public().clone()]);
    let scopes = set("openid");
    let whole: Value = serde_json::from_str(&json(&token(PERSON, &scopes))).expect("JSON");
    for name in ["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id", "scope", "account_code", "pii"]
    {
        let mut claims = whole.clone();
        claims.as_object_mut().expect("an object").remove(name);
        let text = jose::sign(&key, TokenType::Access, &claims).expect("signed");
        let refused = Claims::verify(&keys, ISSUER, &text, NOW).expect_err(name);
        assert_eq!(refused, Invalid::Forged(VerifyError::Malformed));
    }
}

proptest! {
    #[test]
    fn every_id_names_its_grant_and_no_two_are_equal(grant in "[a-z_.0-9]{1,40}", a: [u8; 16], b: [u8; 16]) {
        let scopes = ScopeSet::default();
        let owner = Owner::Connection { grant_id: &grant, connection_id: "c" };
        let jti = |owner, random| AccessToken { random, ..token(owner, &scopes) }.jti();
        let (id, own) = (jti(owner, a), jti(Owner::Client, a));
        prop_assert_eq!(grant_of(&id), Some(grant.as_str()));
        prop_assert_eq!(grant_of(&own), None);
        prop_assert_eq!(id == jti(owner, b), a == b);
    }

    // security: T19, U03
    #[test]
    fn an_exchanged_token_names_its_grant_and_every_token_that_it_comes_of(grant in "[a-z_.0-9]{1,40}", ids: [[u8; 16]; 4]) {
        let scopes = ScopeSet::default();
        let owner = Owner::Connection { grant_id: &grant, connection_id: "c" };
        let mut all: Vec<String> = Vec::new();
        for random in ids {
            let parent = all.last().map(String::as_str);
            let jti = AccessToken { random, parent, ..token(owner, &scopes) }.jti();
            prop_assert_eq!(grant_of(&jti), Some(grant.as_str()));
            all.push(jti);
            let newest_first: Vec<&str> = all.iter().rev().map(String::as_str).collect();
            prop_assert_eq!(lineage(all.last().expect("one")).collect::<Vec<_>>(), newest_first);
        }
    }
}

#[test]
fn what_a_handle_says_is_checked_like_a_jwt_but_for_the_signature() {
    let scopes = set("reservations.read");
    let written = token(PERSON, &scopes).to_json().expect("JSON");
    let read = |issuer, now| Claims::from_json(&written, issuer, now);
    let claims = read(ISSUER, NOW).expect("good");
    assert_eq!(
        (claims.subject.as_str(), claims.grant_id()),
        ("07070707-0707-4707-8707-070707070707", Some(GRANT))
    );
    assert_eq!(read("https://other.example", NOW), Err(Invalid::Issuer));
    assert_eq!(read(ISSUER, NOW + LIFETIME), Err(Invalid::Expired));
    assert_eq!(read(ISSUER, NOW - Duration::from_secs(61)), Err(Invalid::NotYet));
    assert!(Claims::from_json(b"{}", ISSUER, NOW).is_err());
}
