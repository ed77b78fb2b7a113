//! Clients and requests that the tests of this crate start from.

use crate::Timestamp;
use crate::catalogue::{Api, ApiScope, Catalogue, TokenFormat};
use crate::client::{AuthMethod, Client, PiiMode, Profile};
use crate::client_id::ClientKind;
use crate::jose::{Alg, SigningKey};
use crate::parameters::Parameters;
use crate::redirect_uri::{ClientType, RedirectUri};
use crate::scope::ScopeSet;

pub(crate) fn scopes(text: &str) -> ScopeSet {
    ScopeSet::parse(text).expect("scopes")
}

/// A confidential store app with two redirect URIs and two scopes.
pub(crate) fn store_app() -> Client {
    let uri = |text: &str| RedirectUri::register(text, ClientType::Confidential).expect("a fine URI");
    Client {
        client_id: "SDXE-AC-MYAPP".into(),
        kind: ClientKind::Store,
        client_type: ClientType::Confidential,
        profile: Profile::Standard,
        require_pkce: true,
        auth_method: AuthMethod::Secret,
        redirect_uris: vec![uri("https://app.example/cb"), uri("https://app.example/other?x=1")],
        post_logout_redirect_uris: vec![uri("https://app.example/bye")],
        scopes: scopes("reservations.read folios.read"),
        id_token_alg: Alg::Rs256,
        pii_mode: PiiMode::Hide,
    }
}

pub(crate) fn public_app() -> Client {
    Client { client_type: ClientType::Public, auth_method: AuthMethod::None, ..store_app() }
}

pub(crate) fn custom_app() -> Client {
    Client {
        client_id: "SDXE-SP-MINE".into(),
        kind: ClientKind::Custom,
        redirect_uris: Vec::new(),
        post_logout_redirect_uris: Vec::new(),
        ..store_app()
    }
}

/// Three APIs: `api` (EdDSA, with a resource identifier), `payment` (ES256) and `vault` (opaque tokens).
pub(crate) fn catalogue() -> Catalogue {
    let scope = |name: &str, is_default| ApiScope {
        name: name.into(),
        is_default,
        machine: name.ends_with(".read"),
        internal: name.starts_with("internal:"),
    };
    let api = |name: &str, resources: &[&str], token_format, scopes| Api {
        name: name.into(),
        resources: resources.iter().map(|r| (*r).to_owned()).collect(),
        token_format,
        scopes,
    };
    let core = vec![
        scope("reservations.read", true),
        scope("folios.read", false),
        scope("folios.manage", false),
        scope("internal:clients.manage", false),
    ];
    Catalogue::new(
        ISSUER,
        Alg::Es256,
        vec![
            api("api", &["https://api.example/mcp"], TokenFormat::Jwt(Alg::EdDsa), core),
            api("payment", &[], TokenFormat::Jwt(Alg::Es256), vec![scope("payments.read", true)]),
            api("vault", &[], TokenFormat::Opaque, vec![scope("vault.open", false)]),
        ],
    )
}

pub(crate) const ISSUER: &str = "https://id.example";

/// A fresh key.
pub(crate) fn key(alg: Alg) -> SigningKey {
    let der = SigningKey::generate(alg).expect("a key");
    SigningKey::from_pkcs8(alg, der.expose()).expect("our own key loads")
}

/// The pair of RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);

pub(crate) fn form(pairs: &[(&str, &str)]) -> Parameters {
    let owned = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Parameters::new(owned).expect("few parameters")
}
