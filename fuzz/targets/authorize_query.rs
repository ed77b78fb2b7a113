//! The query of an authorization request, from a browser and pushed by the client.
#![no_main]

use grantry_fuzz::{catalogue, check_reading, check_request, clients, named, parameters};
use grantry_oauth::authorize::{self, Reading};
use grantry_oauth::claims_request::ClaimsRequest;
use grantry_oauth::error::{Error, ErrorCode};
use grantry_oauth::{end_session, pushed, request_object};

libfuzzer_sys::fuzz_target!(|query: &[u8]| {
    let Some(parameters) = parameters(query) else { return };
    let (clients, catalogue) = (clients(), catalogue());
    let client = named(clients, &parameters);

    let reading = authorize::read(&parameters, client, catalogue);
    check_reading(&reading, &parameters, client);
    let carrier = request_object::carrier(&parameters);
    if let Reading::Valid(request) = &reading {
        let client = client.expect("checked before");
        assert!(!client.needs_par(), "a browser brought what must be pushed");
        assert_eq!(carrier, Ok(request_object::Carrier::Plain));
        // Two ways, one set of rules.
        assert_eq!(authorize::read_pushed(&parameters, client, catalogue).as_ref(), Ok(&**request));
    }
    // Of what nobody knows, nobody is told.
    assert!(matches!(authorize::read(&parameters, None, catalogue), Reading::ShowPage(_)));
    let trouble = Error::new(ErrorCode::InvalidRequestObject, "trouble");
    check_reading(&authorize::refuse(&parameters, client, trouble), &parameters, client);

    if let Some(client) = client {
        let kept = pushed::parameters(&parameters, &client.client_id);
        if let Ok(kept) = kept
            && pushed::check(&kept).is_ok()
            && let Ok(request) = authorize::read_pushed(&kept, client, catalogue)
        {
            check_request(&request, &kept, client);
        }
        if let Some(uri) = parameters.get("request_uri") {
            let known = client.request_uris.iter().any(|registered| registered == uri);
            assert_eq!(request_object::check_reference(client, uri).is_ok(), known);
        }
    }
    if let Some(claims) = parameters.get("claims").and_then(|text| ClaimsRequest::parse(text).ok()) {
        assert!(claims.scopes().api().is_empty(), "a claim is no scope of an API");
    }
    if let Ok(request) = end_session::Request::parse(&parameters) {
        // Without an ID token that was verified, nobody is sent anywhere.
        let decided = end_session::decide(&request, None, client, None);
        assert!(decided.then.is_none(), "sent away on a stranger's word");
    }
});
