//! The form of a token request: whose it is, and what it could get of what is stored here.
#![no_main]

use std::time::Duration;

use grantry_fuzz::{CHALLENGE, ISSUER, NOW, Pen, SECRET, VERIFIER, catalogue, clients, named, parameters};
use grantry_oauth::access_token::Claims;
use grantry_oauth::client::{AuthMethod, Client, PiiMode};
use grantry_oauth::client_assertion::Audience;
use grantry_oauth::client_auth::{self, Credential, Means, StoredSecret};
use grantry_oauth::grant::{
    Asker, PersonStanding, Standing, TokenRequest, authorization_code, client_credentials, device_code,
    narrow_resources, refresh_token, token_exchange,
};
use grantry_oauth::parameters::Parameters;
use grantry_oauth::scope::{ScopeSet, is_oidc};
use grantry_oauth::secret;

const RESOURCE: &str = "https://api.example/mcp";

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    let Some(form) = parameters(body) else { return };
    let clients = clients();
    authenticate(&form, clients);
    let Ok(request) = TokenRequest::parse(&form) else { return };
    let Some(client) = named(clients, &form) else { return };
    let asker = Asker { client, jkt: None };
    if let Ok(wish) = device_code::Wish::read(&form, client, catalogue()) {
        check_scopes(&wish.scopes, client, None);
    }
    let granted =
        ScopeSet::parse("openid email offline_access reservations.read folios.manage").expect("scopes");
    match request {
        TokenRequest::AuthorizationCode(request) => exchange(&request, asker),
        TokenRequest::RefreshToken(request) => refresh(&request, asker, &granted),
        TokenRequest::ClientCredentials(request) => {
            if let Ok(scopes) = client_credentials::check(&request, client) {
                check_scopes(&scopes, client, None);
                assert!(scopes.oidc().is_empty(), "there is no person here");
            }
        }
        TokenRequest::DeviceCode(request) => narrow(&request.resource),
        TokenRequest::TokenExchange(request) => {
            let claims = claims(granted.clone());
            let subject =
                token_exchange::Subject { claims: &claims, same_owner: client.client_id.starts_with("SDXE") };
            if let Ok((scopes, lifetime)) = token_exchange::check(&request, subject, asker, NOW) {
                check_scopes(&scopes, client, Some(&granted));
                assert!(lifetime <= Duration::from_secs(60), "it outlives the token that it came from");
                assert!(subject.same_owner || claims.client_id == client.client_id);
            }
        }
    }
});

/// Only the one secret proves anything.
fn authenticate(form: &Parameters, clients: &[Client]) {
    let Ok(presented) = client_auth::read(None, form) else { return };
    let client = clients.iter().find(|client| client.client_id == presented.client_id);
    let secrets =
        [StoredSecret { id: "1".into(), hash: secret::hash(SECRET), expires_at: None, revoked: false }];
    // Nobody here holds the key to these.
    let keys = &Pen::foreign().client_keys;
    let audience = Audience { issuer: ISSUER, endpoint: "https://id.example/connect/token" };
    let proved =
        client_auth::verify(&presented, client, Means { secrets: &secrets, keys: Some(keys), audience }, NOW);
    let should = client.is_some_and(|client| match (&presented.credential, client.auth_method) {
        (Credential::Secret(shown), AuthMethod::Secret) => {
            shown.expose() == SECRET && client.profile.takes_secrets()
        }
        (Credential::None, AuthMethod::None) => true,
        _ => false,
    });
    assert_eq!(proved.is_ok(), should, "{presented:?}");
}

/// No scope that the client did not register, or that was not granted.
fn check_scopes(scopes: &ScopeSet, client: &Client, granted: Option<&ScopeSet>) {
    for scope in scopes.iter() {
        assert!(is_oidc(scope) || client.scopes.contains(scope), "{scope} is not registered");
        assert!(granted.is_none_or(|granted| granted.contains(scope)), "{scope} was not granted");
    }
}

/// A code is good for its client, its redirect URI and its verifier, once.
fn exchange(request: &authorization_code::Request, asker: Asker<'_>) {
    narrow(&request.resource);
    let row = authorization_code::Row {
        client_id: "SDXE-AC-MYAPP".into(),
        redirect_uri: "https://app.example/cb".into(),
        code_challenge: Some(CHALLENGE.into()),
        dpop_jkt: None,
        expires_at: NOW + Duration::from_secs(1),
        used: false,
    };
    let fits = asker.client.client_id == row.client_id
        && request.redirect_uri.as_deref() == Some("https://app.example/cb")
        && request.code_verifier.as_deref() == Some(VERIFIER);
    assert_eq!(authorization_code::check(&row, request, asker, NOW).is_ok(), fits);
    let used = authorization_code::Row { used: true, ..row.clone() };
    assert!(authorization_code::check(&used, request, asker, NOW).is_err(), "used twice");
    let late = NOW + Duration::from_secs(1);
    assert!(authorization_code::check(&row, request, asker, late).is_err(), "used late");
    let bound = authorization_code::Row { dpop_jkt: Some("key".into()), ..row };
    assert!(authorization_code::check(&bound, request, asker, NOW).is_err(), "used without its key");
}

fn refresh(request: &refresh_token::Request, asker: Asker<'_>, granted: &ScopeSet) {
    narrow(&request.resource);
    let row = refresh_token::Row {
        client_id: "SDXE-AC-MYAPP".into(),
        scopes: granted.clone(),
        expires_at: NOW + Duration::from_secs(1),
        idle_until: NOW + Duration::from_secs(1),
        dpop_jkt: None,
        revoked: false,
        rotated: None,
    };
    let standing = Standing {
        ended: false,
        client_active: true,
        account_active: true,
        person: PersonStanding::Active,
        outlives_person: true,
    };
    let check = |row: &refresh_token::Row, standing: &Standing| {
        refresh_token::check(row, standing, request, asker, NOW)
    };
    if let Ok(refresh) = check(&row, &standing) {
        assert_eq!(asker.client.client_id, row.client_id);
        check_scopes(&refresh.scopes, asker.client, Some(granted));
    }
    assert!(check(&refresh_token::Row { revoked: true, ..row.clone() }, &standing).is_err());
    assert!(check(&row, &Standing { ended: true, ..standing }).is_err());
    if let Ok(orphan) = check(&row, &Standing { person: PersonStanding::Gone, ..standing }) {
        assert!(
            orphan.scopes.oidc().iter().all(|scope| scope == "offline_access"),
            "it speaks of who is gone"
        );
    }
}

/// No token for an API that the grant does not name.
fn narrow(asked: &[String]) {
    let granted = [RESOURCE.to_owned()];
    if let Ok(kept) = narrow_resources(&granted, asked.to_vec()) {
        assert!(kept.iter().all(|resource| granted.contains(resource)));
    }
}

fn claims(scopes: ScopeSet) -> Claims {
    Claims {
        issuer: ISSUER.into(),
        subject: "person".into(),
        audience: vec!["api".into()],
        expires_at: NOW + Duration::from_secs(60),
        issued_at: NOW,
        not_before: NOW,
        jti: "grant.AAAAAAAAAAAAAAAAAAAAAA".into(),
        client_id: "SDXE-AC-MYAPP".into(),
        scopes,
        account_code: "SDXE".into(),
        pii_mode: PiiMode::Hide,
        jkt: None,
        actor: None,
        is_test: false,
    }
}
