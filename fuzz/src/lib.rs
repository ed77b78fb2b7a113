//! What every target starts from: clients, a catalogue, keys and a time that never change, and the rules that hold for
//! every answer of the authorization endpoint.

use std::sync::LazyLock;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantry_oauth::Timestamp;
use grantry_oauth::answer::{Answer, ReturnTo};
use grantry_oauth::authorize::{AuthorizeRequest, Reading};
use grantry_oauth::catalogue::{Api, ApiScope, Catalogue, TokenFormat};
use grantry_oauth::client::{AuthMethod, Client, PiiMode, Profile, Provenance, SubjectType};
use grantry_oauth::client_id::ClientKind;
use grantry_oauth::jose::{Alg, ClientKeys, Jwks, PublicKey};
use grantry_oauth::parameters::Parameters;
use grantry_oauth::redirect_uri::{ClientType, RedirectUri};
use grantry_oauth::scope::{ScopeSet, is_oidc};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

pub const ISSUER: &str = "https://id.example";
pub const NOW: Timestamp = Timestamp(1_800_000_000_000);
/// The pair of RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The client secret of every confidential client here.
pub const SECRET: &str = "grs_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

/// What a form or a query says, read as the server reads it.
pub fn parameters(text: &[u8]) -> Option<Parameters> {
    let pairs = form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned()));
    Parameters::new(pairs).ok()
}

/// One client of each kind that the rules treat differently.
pub fn clients() -> &'static [Client] {
    static CLIENTS: LazyLock<Vec<Client>> = LazyLock::new(make_clients);
    &CLIENTS
}

fn make_clients() -> Vec<Client> {
    let scopes = |text: &str| ScopeSet::parse(text).expect("scopes");
    let web = |text: &str| RedirectUri::register(text, ClientType::Confidential).expect("a fine URI");
    let native = |text: &str| RedirectUri::register(text, ClientType::Public).expect("a fine URI");
    let standard = Client {
        client_id: "SDXE-AC-MYAPP".into(),
        kind: ClientKind::Store,
        provenance: Provenance::Owner,
        client_type: ClientType::Confidential,
        profile: Profile::Standard,
        require_pkce: true,
        auth_method: AuthMethod::Secret,
        redirect_uris: vec![web("https://app.example/cb"), web("https://app.example/other?x=1")],
        post_logout_redirect_uris: vec![web("https://app.example/bye")],
        scopes: scopes("reservations.read folios.read"),
        id_token_alg: Alg::Rs256,
        pii_mode: PiiMode::Hide,
        require_par: false,
        dpop_bound: false,
        userinfo_alg: None,
        request_object_alg: None,
        request_uris: vec!["https://app.example/request.jwt".into()],
        subject_type: SubjectType::Public,
        sector_identifier_uri: None,
        device_grant: true,
        auth_alg: None,
        default_max_age: None,
        token_exchange: true,
    };
    let public = Client {
        client_id: "SDXE-AC-PUBLIC".into(),
        client_type: ClientType::Public,
        auth_method: AuthMethod::None,
        redirect_uris: vec![
            native("http://127.0.0.1/cb"),
            native("http://localhost:8400/cb?x=1"),
            native("com.example.app:/cb"),
        ],
        ..standard.clone()
    };
    vec![
        Client {
            client_id: "SDXE-AC-OLD".into(),
            profile: Profile::Compatible,
            require_pkce: false,
            ..standard.clone()
        },
        Client {
            client_id: "SDXE-AC-BANK".into(),
            profile: Profile::Fapi2,
            auth_method: AuthMethod::PrivateKeyJwt,
            ..standard.clone()
        },
        Client {
            client_id: "SELF-DC-TOOL".into(),
            provenance: Provenance::Open,
            scopes: scopes("reservations.read"),
            ..public.clone()
        },
        Client {
            client_id: "SDXE-SP-MINE".into(),
            kind: ClientKind::Custom,
            redirect_uris: Vec::new(),
            ..standard.clone()
        },
        public,
        standard,
    ]
}

/// The client that the parameters name, found as the server finds it.
pub fn named<'c>(clients: &'c [Client], parameters: &Parameters) -> Option<&'c Client> {
    let client_id = parameters.get("client_id")?;
    clients.iter().find(|client| client.client_id == client_id)
}

/// An API with a resource identifier, and one whose tokens are opaque.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(make_catalogue);
    &CATALOGUE
}

fn make_catalogue() -> Catalogue {
    let scope = |name: &str, is_default| ApiScope {
        name: name.into(),
        is_default,
        machine: name.ends_with(".read"),
        internal: false,
    };
    let api = |name: &str, resources: &[&str], token_format, scopes| Api {
        name: name.into(),
        resources: resources.iter().map(|resource| (*resource).to_owned()).collect(),
        token_format,
        scopes,
    };
    Catalogue::new(
        ISSUER,
        Alg::Es256,
        vec![
            api(
                "api",
                &["https://api.example/mcp"],
                TokenFormat::Jwt(Alg::EdDsa),
                vec![scope("reservations.read", true), scope("folios.read", false)],
            ),
            api("vault", &[], TokenFormat::Opaque, vec![scope("vault.open", false)]),
        ],
    )
}

/// A private key that a target signs with, so that what it reads gets past the signature.
pub struct Pen {
    pair: Ed25519KeyPair,
    /// The public half as a JWK, without an id.
    pub jwk: Value,
    pub public: PublicKey,
    pub jwks: Jwks,
    pub client_keys: ClientKeys,
}

impl Pen {
    /// The key that the clients, or the server, are known by.
    pub fn ours() -> &'static Self {
        static OURS: LazyLock<Pen> = LazyLock::new(|| Pen::of([7; 32]));
        &OURS
    }

    /// A key that nobody knows.
    pub fn foreign() -> &'static Self {
        static FOREIGN: LazyLock<Pen> = LazyLock::new(|| Pen::of([9; 32]));
        &FOREIGN
    }

    fn of(seed: [u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("32 bytes");
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(pair.public_key()) });
        let public = PublicKey::from_jwk(Alg::EdDsa, &jwk).expect("a key");
        let jwks = Jwks::new([public.clone()]);
        let client_keys = ClientKeys::parse(jwks.to_json().to_string().as_bytes()).expect("a key set");
        Self { pair, jwk, public, jwks, client_keys }
    }

    /// A compact JWS of any header and any payload. In the header, the word `OURS` stands for the id of our key and
    /// `"JWK"` for the public half of this one, so that seeds can be read.
    pub fn sign(&self, header: &str, payload: &str) -> String {
        let header = header.replace("OURS", Self::ours().public.kid());
        let header = header.replace("\"JWK\"", &self.jwk.to_string());
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = URL_SAFE_NO_PAD.encode(self.pair.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }
}

/// What must be true of every answer to an authorization request.
pub fn check_reading(reading: &Reading, parameters: &Parameters, client: Option<&Client>) {
    match reading {
        Reading::ShowPage(_) => {}
        Reading::SendBack(to, error) => {
            let client = client.expect("nobody unknown is answered");
            check_answer(to, &to.with_error(error, ISSUER), ("error", error.code.as_str()), client);
        }
        Reading::Valid(request) => {
            let client = client.expect("nobody unknown asks for anything");
            check_request(request, parameters, client);
            check_answer(
                &request.return_to,
                &request.return_to.with_code("grc_x", ISSUER),
                ("code", "grc_x"),
                client,
            );
        }
    }
}

/// What must be true of every request that goes on to the person.
pub fn check_request(request: &AuthorizeRequest, parameters: &Parameters, client: &Client) {
    assert_eq!(request.client_id, client.client_id);
    assert_eq!(Some(request.return_to.uri()), parameters.get("redirect_uri"));
    assert!(!request.scopes.is_empty(), "a request for nothing");
    let catalogue = catalogue();
    for scope in request.scopes.iter() {
        let registered = client.scopes.contains(scope) && catalogue.find_scope(scope).is_some();
        assert!(is_oidc(scope) || registered, "{scope} is not registered");
    }
    let challenge = request.code_challenge.as_deref();
    assert!(challenge.is_some() || client.profile == Profile::Compatible, "PKCE was left out");
    assert_eq!(challenge, parameters.get("code_challenge"));
    let prompt = request.prompt;
    assert!(!(prompt.none && (prompt.login || prompt.consent || prompt.select_account)));
    // It is kept as JSON while the person signs in.
    let kept = serde_json::to_vec(request).expect("it can be kept");
    assert_eq!(serde_json::from_slice::<AuthorizeRequest>(&kept).ok().as_ref(), Some(request));
}

/// An answer leads to a registered URI and nowhere else, and says what it should.
fn check_answer(to: &ReturnTo, answer: &Answer, said: (&str, &str), client: &Client) {
    assert!(is_registered(client, to.uri()), "{} is not registered", to.uri());
    let pairs: Vec<(String, String)> = match answer {
        Answer::FormPost { action, fields } => {
            assert_eq!(action, to.uri());
            assert!(["http://", "https://"].iter().any(|scheme| action.starts_with(scheme)));
            fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
        }
        Answer::Redirect(location) => {
            assert!(location.starts_with(to.uri()), "{location} is not at {}", to.uri());
            assert!(location.bytes().all(|byte| byte.is_ascii_graphic()), "{location:?} breaks a header");
            let (there, home) = (Url::parse(location), Url::parse(to.uri()));
            let (there, home) = (there.expect("a URL"), home.expect("a URL"));
            assert_eq!(
                (there.scheme(), there.host_str(), there.port(), there.path(), there.fragment()),
                (home.scheme(), home.host_str(), home.port(), home.path(), None)
            );
            there.query_pairs().into_owned().collect()
        }
    };
    let value = |name: &str| pairs.iter().rfind(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(value(said.0), Some(said.1));
    assert_eq!(value("iss"), Some(ISSUER), "RFC 9207");
}

/// Whether a URI is one of the client's, found out in another way than the product does: text equal, or a public client's
/// loopback URI with any port.
fn is_registered(client: &Client, uri: &str) -> bool {
    let with_any_port = |registered: &str| {
        let Some(rest) = registered.strip_prefix("http://") else { return false };
        let Some(path) = rest.find('/') else { return false };
        let (authority, tail) = rest.split_at(path);
        let host = authority.split_once(':').map_or(authority, |(host, _)| host);
        let port = uri.strip_prefix("http://").and_then(|rest| rest.strip_prefix(host));
        let port = port.and_then(|rest| rest.strip_suffix(tail));
        port.is_some_and(|port| {
            port.is_empty()
                || (port.starts_with(':') && port.bytes().skip(1).all(|byte| byte.is_ascii_digit()))
        })
    };
    client.redirect_uris.iter().any(|registered| {
        let text = registered.as_str();
        text == uri || (client.client_type == ClientType::Public && with_any_port(text))
    })
}
