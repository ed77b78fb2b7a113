//! Clients and requests that the tests of this crate start from.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::Timestamp;
use crate::catalogue::{Api, ApiScope, Catalogue, TokenFormat};
use crate::client::{AuthMethod, Client, PiiMode, Profile, Provenance, SubjectType};
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
        provenance: Provenance::Owner,
        client_type: ClientType::Confidential,
        profile: Profile::Standard,
        require_pkce: true,
        auth_method: AuthMethod::Secret,
        redirect_uris: vec![uri("https://app.example/cb"), uri("https://app.example/other?x=1")],
        post_logout_redirect_uris: vec![uri("https://app.example/bye")],
        scopes: scopes("reservations.read folios.read"),
        id_token_alg: Alg::Rs256,
        pii_mode: PiiMode::Hide,
        require_par: false,
        dpop_bound: false,
        userinfo_alg: None,
        request_object_alg: None,
        auth_alg: None,
        default_max_age: None,
        request_uris: Vec::new(),
        subject_type: SubjectType::Public,
        sector_identifier_uri: None,
        device_grant: false,
        token_exchange: false,
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

/// A key that no other call in the same test gets. Other tests do: making RSA keys takes long.
pub(crate) fn key(alg: Alg) -> SigningKey {
    static MADE: Mutex<BTreeMap<(&str, usize), Vec<u8>>> = Mutex::new(BTreeMap::new());
    thread_local!(static CALLS: RefCell<BTreeMap<&'static str, usize>> = const { RefCell::new(BTreeMap::new()) });
    let call = CALLS.with_borrow_mut(|calls| {
        let call = calls.entry(alg.as_str()).or_default();
        *call += 1;
        *call
    });
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let der = made
        .entry((alg.as_str(), call))
        .or_insert_with(|| SigningKey::generate(alg).expect("a key").expose().clone());
    SigningKey::from_pkcs8(alg, der).expect("our own key loads")
}

/// The pair of RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);

pub(crate) fn form(pairs: &[(&str, &str)]) -> Parameters {
    let owned = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Parameters::new(owned).expect("few parameters")
}

/// Spellings that some program once took for `good`, an https URI with a path (security.md 2.1).
pub(crate) fn hostile_spellings(good: &str) -> Vec<String> {
    let (scheme, rest) = good.split_once("://").expect("a URI");
    let (host, path) = rest.split_once('/').expect("a path");
    let mut all = vec![
        format!("{good}/"),
        format!("{good}?"),
        format!("{good}?x=1"),
        format!("{good}&x=1"),
        format!("{good}#"),
        format!("{good}#x"),
        format!("{good}%00"),
        format!("{good}%0d%0aLocation:%20https://evil.example"),
        format!("{good};evil"),
        format!("{good}/..;/evil"),
        format!("{good}/../evil"),
        format!("{good}/../{path}"),
        format!("{good}/%2e%2e/{path}"),
        format!("{good}/%252e%252e/evil"),
        format!("{good}.evil"),
        format!("{good}*"),
    ];
    all.extend(
        ["\n", "\r\n", "\t", " ", "\u{0}", "\u{200b}", "\u{202e}", "\u{feff}"].map(|c| format!("{good}{c}")),
    );
    all.extend(["\n", "\t", " ", "\u{0}", "\u{1}", "\u{feff}"].map(|c| format!("{c}{good}")));
    let authorities = [
        format!("{host}:443"),
        format!("{host}:8443"),
        format!("{host}:"),
        format!("{host}."),
        format!("{host}.evil.example"),
        format!("{host}evil.example"),
        format!("{host}@evil.example"),
        format!("{host}:x@evil.example"),
        format!("{host}\\@evil.example"),
        format!("evil@{host}"),
        format!("evil@evil@{host}"),
        format!("evil.example\\.{host}"),
        format!("evil.example%2f{host}"),
        format!("evil.example#@{host}"),
        format!("evil.example?@{host}"),
        format!("evil.example;{host}"),
        format!("www.{host}"),
        format!("evil{host}"),
        host.to_uppercase(),
        host.replacen('.', "x", 1),
        host.replacen('.', "%2e", 1),
        host.replacen('a', "\u{430}", 1),
        host.replacen('.', "\u{3002}", 1),
        "evil.example".to_owned(),
        "*.example".to_owned(),
        "127.0.0.1".to_owned(),
    ];
    all.extend(authorities.map(|authority| format!("{scheme}://{authority}/{path}")));
    all.extend([
        format!("http://{rest}"),
        format!("HTTPS://{rest}"),
        format!("//{rest}"),
        format!("https:{rest}"),
        format!("https:/{rest}"),
        format!("https:///{rest}"),
        format!("https:\\\\{rest}"),
        format!("{scheme}://{host}//{path}"),
        format!("{scheme}://{host}/./{path}"),
        format!("{scheme}://{host}/{}", path.to_uppercase()),
        format!("{scheme}://{host}\\{path}"),
        format!("{scheme}://{host}"),
        format!("{scheme}://{host}/"),
        format!("https://evil.example/?x={good}"),
        format!("https://evil.example/#{good}"),
        format!("https://evil.example/{good}"),
        format!("javascript:alert(1)//{good}"),
        format!("data:text/html,{good}"),
        format!("/{path}"),
        path.to_owned(),
        format!("{good} {good}"),
        format!("{good},{good}"),
        good.replacen("https", "h\u{1d57}tps", 1),
    ]);
    all
}
