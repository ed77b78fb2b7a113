//! A JWK set that a client registered or that was fetched from its address.
#![no_main]

use grantry_fuzz::Pen;
use grantry_oauth::jose::{Alg, ClientKeys, PublicKey};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(set) = ClientKeys::parse(bytes) else { return };
    let json: Value = serde_json::from_slice(bytes).expect("it was read as JSON");
    let listed = json["keys"].as_array().expect("a list");
    assert!(!listed.is_empty() && listed.len() <= 20);
    for secret in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        assert!(listed.iter().all(|key| key.get(secret).is_none()), "{secret} was taken");
    }

    // A key is in the set, or nothing of its owner is believed.
    let pen = Pen::ours();
    let ours = |key: &Value| ["kty", "crv", "x"].iter().all(|name| key.get(name) == pen.jwk.get(name));
    let is_listed = listed.iter().any(ours);
    for header in [r#"{"alg":"EdDSA"}"#, r#"{"alg":"EdDSA","kid":"1"}"#, r#"{"alg":"EdDSA","kid":"OURS"}"#] {
        let token = pen.sign(header, "{}");
        let verified = set.verify::<Value>(&token, &Alg::ALL, &[]).is_ok();
        assert!(is_listed || !verified, "verified by a key that is not there");
        assert!(!verified || set.has_key_for(&token));
        assert!(set.verify::<Value>(&token, &[Alg::Es256, Alg::Rs256, Alg::Ps256], &[]).is_err());
        let forged = Pen::foreign().sign(header, "{}");
        let foreign = |key: &Value| key.get("x") == Pen::foreign().jwk.get("x");
        assert!(listed.iter().any(foreign) || set.verify::<Value>(&forged, &Alg::ALL, &[]).is_err());
    }

    // Read, written, read: the same key under the same id.
    for key in listed {
        for alg in Alg::ALL {
            let Some(read) = PublicKey::from_jwk(alg, key) else { continue };
            let again = PublicKey::from_json(&read.to_json());
            assert_eq!(again.as_ref(), Some(&read));
            assert_eq!(again.map(|key| key.kid().to_owned()).as_deref(), Some(read.kid()));
        }
    }
});
