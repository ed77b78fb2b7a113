//! A compact JWS as every reader of one meets it. One line is taken as it is, and nobody signed it; of two, the first is
//! the header, the second the payload, and the target signs them.
#![no_main]

use grantry_fuzz::{ISSUER, NOW, Pen, clients};
use grantry_oauth::access_token::Claims;
use grantry_oauth::client_assertion::{self, Audience};
use grantry_oauth::dpop::{Proof, Request};
use grantry_oauth::id_token::Hint;
use grantry_oauth::jose::{self, Alg, TokenType};
use serde_json::Value;

const AUDIENCE: Audience<'_> = Audience { issuer: ISSUER, endpoint: "https://id.example/connect/par" };
const REQUEST: Request<'_> =
    Request { method: "POST", url: "https://id.example/connect/token", access_token: None };

libfuzzer_sys::fuzz_target!(|text: &str| {
    match text.split_once('\n') {
        None => assert_eq!(takers(text), Vec::<&str>::new(), "taken, and nobody signed it"),
        Some((header, payload)) => {
            let token = Pen::ours().sign(header, payload);
            let takers = takers(&token);
            // RFC 8725 §3.11: what is of one type is not of another.
            let kinds = ["access", "id", "assertion"].map(|kind| takers.contains(&kind));
            assert!(!(kinds[0] && (kinds[1] || kinds[2])), "{takers:?}");
            check_what_it_says(&token, payload, &takers);
            // Somebody else's signature, a changed one, and none.
            let forged = Pen::foreign().sign(header, payload);
            let (message, signature) = token.rsplit_once('.').expect("three parts");
            let first = if signature.starts_with('A') { 'B' } else { 'A' };
            let changed = format!("{message}.{first}{}", &signature[1..]);
            for bad in [forged, changed, format!("{message}."), format!("{token}="), format!("{token}.")] {
                assert_eq!(takers_of_ours(&bad), Vec::<&str>::new(), "{bad}");
            }
        }
    }
});

/// Which readers take a token for one that somebody they know signed.
fn takers_of_ours(token: &str) -> Vec<&'static str> {
    let Pen { jwks, client_keys, .. } = Pen::ours();
    let mut takers = Vec::new();
    if Claims::verify(jwks, ISSUER, token, NOW).is_ok() {
        takers.push("access");
    }
    if Hint::verify(jwks, ISSUER, token).is_some() {
        takers.push("id");
    }
    if jose::verify::<Value>(jwks, TokenType::Logout, token).is_ok() {
        takers.push("logout");
    }
    for client in clients() {
        if client_assertion::verify(token, &client, client_keys, AUDIENCE, NOW).is_ok() {
            takers.push("assertion");
        }
    }
    takers
}

/// The same, and the reader of proofs, which bring their own key.
fn takers(token: &str) -> Vec<&'static str> {
    let mut takers = takers_of_ours(token);
    if Proof::verify(token, REQUEST, NOW).is_ok() {
        takers.push("proof");
    }
    takers
}

/// What a reader took says what the reader was to look for.
fn check_what_it_says(token: &str, payload: &str, takers: &[&str]) {
    let Ok(said) = serde_json::from_str::<Value>(payload) else {
        assert!(takers.is_empty(), "taken without claims");
        return;
    };
    let is = |name: &str, value: &str| said.get(name).and_then(Value::as_str) == Some(value);
    let exp = said.get("exp").and_then(Value::as_f64);
    if takers.contains(&"access") {
        assert!(is("iss", ISSUER) && exp.is_some_and(|exp| exp > 1_800_000_000.0));
        let later = grantry_oauth::Timestamp(i64::MAX);
        assert!(Claims::verify(&Pen::ours().jwks, ISSUER, token, later).is_err(), "it never ends");
        assert!(Claims::verify(&Pen::ours().jwks, "https://other.example", token, NOW).is_err());
    }
    if takers.contains(&"id") {
        assert!(is("iss", ISSUER) && exp.is_some());
    }
    if takers.contains(&"assertion") {
        assert!(clients().iter().any(|client| is("iss", &client.client_id) && is("sub", &client.client_id)));
        assert!(exp.is_some_and(|exp| exp > 1_800_000_000.0 && exp < 1_800_000_700.0));
        assert_eq!(client_assertion::subject(token).as_deref(), said.get("sub").and_then(Value::as_str));
    }
    if takers.contains(&"proof") {
        let proof = Proof::verify(token, REQUEST, NOW).expect("taken before");
        assert_eq!((proof.jkt.as_str(), proof.alg), (Pen::ours().public.kid(), Alg::EdDsa));
        for other in [
            Request { method: "GET", ..REQUEST },
            Request { url: "https://id.example/connect/userinfo", ..REQUEST },
            Request { access_token: Some("another"), ..REQUEST },
        ] {
            assert!(Proof::verify(token, other, NOW).is_err(), "a proof for two requests");
        }
    }
}
