//! The `Authorization` header of a client (first line), with the form beside it (second line).
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grantry_fuzz::{ISSUER, NOW, Pen, SECRET, clients, parameters};
use grantry_oauth::client::AuthMethod;
use grantry_oauth::client_assertion::Audience;
use grantry_oauth::client_auth::{self, Credential, Means, StoredSecret};
use grantry_oauth::parameters::Parameters;
use grantry_oauth::secret;
use url::form_urlencoded::byte_serialize;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let (header, form) = text.split_once('\n').unwrap_or((text, ""));
    let Some(form) = parameters(form.as_bytes()) else { return };
    let Ok(presented) = client_auth::read(Some(header), &form) else { return };
    let Credential::Secret(shown) = &presented.credential else { panic!("a header holds a secret") };
    assert!(!presented.client_id.is_empty());
    // What the body says beside it is the same, or nothing was read.
    for (name, value) in [("client_id", presented.client_id.as_str()), ("client_secret", shown.expose())] {
        assert!(form.get(name).is_none_or(|beside| beside == value), "two of {name} were taken");
    }

    // What was read, written as RFC 6749 §2.3.1 wants it, is read as the same.
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(&presented.client_id), encode(shown.expose()));
    let written = format!("Basic {}", STANDARD.encode(pair));
    match client_auth::read(Some(&written), &Parameters::default()) {
        Ok(again) => {
            let Credential::Secret(same) = &again.credential else { panic!("a header holds a secret") };
            assert_eq!((&again.client_id, same.expose()), (&presented.client_id, shown.expose()));
        }
        // Escaping can make it longer than what is looked at.
        Err(_) => assert!(written.len() > 4 * 1024, "{written}"),
    }

    let secrets =
        [StoredSecret { id: "1".into(), hash: secret::hash(SECRET), expires_at: None, revoked: false }];
    let keys = &Pen::ours().client_keys;
    let audience = Audience { issuer: ISSUER, endpoint: "https://id.example/connect/token" };
    let means = Means { secrets: &secrets, keys: Some(keys), audience };
    let clients = clients();
    let client = clients.iter().find(|client| client.client_id == presented.client_id);
    let proved = client_auth::verify(&presented, client, means, NOW).is_ok();
    let should = shown.expose() == SECRET
        && client
            .is_some_and(|client| client.auth_method == AuthMethod::Secret && client.profile.takes_secrets());
    assert_eq!(proved, should);
});
