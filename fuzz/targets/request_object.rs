//! A request object. The first line is the query beside it; what follows is the object as it is, or on two lines its header
//! and its payload, which the target signs.
#![no_main]

use grantry_fuzz::{ISSUER, NOW, Pen, catalogue, check_reading, check_request, clients, named, parameters};
use grantry_oauth::authorize;
use grantry_oauth::client::{Profile, RequestObjectAlg};
use grantry_oauth::jose::Alg;
use grantry_oauth::request_object;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Some((query, object)) = text.split_once('\n') else { return };
    let Some(outside) = parameters(query.as_bytes()) else { return };
    let (mut clients, catalogue) = (clients().to_vec(), catalogue());
    for client in &mut clients {
        // So that each way to register it is here.
        client.request_object_alg = match client.profile {
            Profile::Compatible => Some(RequestObjectAlg::Unsigned),
            Profile::Standard => None,
            Profile::Fapi2 => Some(RequestObjectAlg::Signed(Alg::EdDsa)),
        };
    }
    let Some(client) = named(&clients, &outside) else { return };
    let (ours, around) = (&Pen::ours().client_keys, (ISSUER, &outside));
    let (token, forged) = match object.split_once('\n') {
        None => (object.to_owned(), None),
        Some((header, payload)) => {
            (Pen::ours().sign(header, payload), Some(Pen::foreign().sign(header, payload)))
        }
    };
    if let Some(forged) = forged {
        assert!(request_object::open(&forged, client, Some(ours), around, NOW).is_err(), "{forged}");
    }
    let Ok(inside) = request_object::open(&token, client, Some(ours), around, NOW) else { return };

    let signed = request_object::needs_keys(&token);
    assert!(signed || client.profile != Profile::Fapi2, "a strict client was believed without a signature");
    assert!(!signed || request_object::open(&token, client, None, around, NOW).is_err());
    assert_eq!(inside.get("client_id"), Some(client.client_id.as_str()));
    assert!(inside.get("request").is_none() && inside.get("request_uri").is_none(), "one in another");
    for (name, _) in inside.pairs() {
        assert!(!["iss", "aud", "exp", "nbf", "iat", "jti", "sub"].contains(&name), "{name} is no parameter");
    }
    // For another server it is nothing.
    if signed {
        let elsewhere = ("https://other.example", &outside);
        let opened = request_object::open(&token, client, Some(ours), elsewhere, NOW);
        assert!(opened.is_err() || object.contains("https://other.example"));
    }
    check_reading(&authorize::read(&inside, Some(client), catalogue), &inside, Some(client));
    if let Ok(request) = authorize::read_pushed(&inside, client, catalogue) {
        check_request(&request, &inside, client);
    }
});
