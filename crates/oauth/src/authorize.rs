//! The authorization request: numbered checks in the order that decides how an error may travel.
//!
//! 1. No parameter is sent twice.
//! 2. The client is known and may use this endpoint.
//! 3. The redirect URI is one of the client's: from here on a [`ReturnTo`] exists, and errors go back to the client.
//! 4. No request object.
//! 5. Response type and mode.
//! 6. PKCE.
//! 7. Scope.
//! 8. Prompt, `max_age`, nonce, resource.
//!
//! An error before step 3 has no `ReturnTo`, so it cannot be redirected: it becomes a page.

use serde::{Deserialize, Serialize};

use crate::answer::{ResponseMode, ReturnTo};
use crate::client::{Client, GrantType};
use crate::error::{Error, ErrorCode};
use crate::pkce::Challenge;
use crate::scope::{OIDC_SCOPES, ScopeSet};

/// Longest `state` or `nonce`; FAPI 2.0's suite sends 384, ASVS asks for a bound.
const ECHO_LIMIT_BYTES: usize = 4096;

/// The parameters of one request. No name occurs twice, apart from `resource` (RFC 8707 §2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
}

impl Parameters {
    /// Check 1: takes decoded pairs; empty values count as absent (RFC 6749 §3.1).
    ///
    /// # Errors
    /// `invalid_request` for a parameter sent twice. It becomes a page: which of two redirect URIs would be right?
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        let mut kept: Vec<(String, String)> = Vec::new();
        for (name, value) in pairs {
            if name != "resource" && kept.iter().any(|(known, _)| *known == name) {
                let twice = Error::new(ErrorCode::InvalidRequest, "a parameter was sent twice");
                return Err(twice.with_hint(name));
            }
            kept.push((name, value));
        }
        Ok(Self { pairs: kept })
    }

    /// The value of a parameter, unless absent or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The values of a parameter that may be repeated.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

/// What the server's scope catalogue says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// Scopes given when a request names no API scope.
    pub default_scopes: ScopeSet,
    /// The resource identifiers of APIs (RFC 8707).
    pub resources: Vec<String>,
}

/// `prompt` (OIDC Core §3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// Show nothing.
    pub none: bool,
    /// Ask for credentials again.
    pub login: bool,
    /// Ask for consent again.
    pub consent: bool,
    /// Let the person choose.
    pub select_account: bool,
}

/// A request that passed every check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizeRequest {
    /// The client.
    pub client_id: String,
    /// Where the answer goes.
    pub return_to: ReturnTo,
    /// What is asked for: OIDC scopes and registered API scopes.
    pub scope: Vec<String>,
    /// The S256 challenge.
    pub code_challenge: Option<String>,
    /// To be repeated in the ID token.
    pub nonce: Option<String>,
    /// What may or must be shown.
    pub prompt: Prompt,
    /// Oldest acceptable sign-in, in seconds.
    pub max_age: Option<u64>,
    /// What the person probably types.
    pub login_hint: Option<String>,
    /// An earlier ID token, unverified here.
    pub id_token_hint: Option<String>,
    /// Preferred languages.
    pub ui_locales: Option<String>,
    /// The APIs that the tokens are for (RFC 8707).
    pub resource: Vec<String>,
}

/// What came of reading a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Go on with the person.
    Valid(Box<AuthorizeRequest>),
    /// Tell the client.
    SendBack(ReturnTo, Error),
    /// Tell the person; nothing proves that the redirect URI is the client's.
    ShowPage(Error),
}

/// Reads a request. `client` is what the server found under the request's `client_id`; suspended clients are absent.
#[must_use]
pub fn read(parameters: &Parameters, client: Option<&Client>, catalogue: &Catalogue) -> Reading {
    let (client, return_to) = match trusted(parameters, client) {
        Ok(trusted) => trusted,
        Err(error) => return Reading::ShowPage(error),
    };
    match details(parameters, client, catalogue, &return_to) {
        Ok(request) => Reading::Valid(Box::new(request)),
        Err(error) => Reading::SendBack(return_to, error),
    }
}

/// Checks 2 and 3: errors here become a page.
fn trusted<'c>(parameters: &Parameters, client: Option<&'c Client>) -> Result<(&'c Client, ReturnTo), Error> {
    // 2. The client.
    if parameters.get("client_id").is_none() {
        return Err(Error::new(ErrorCode::InvalidRequest, "client_id is missing"));
    }
    let unknown = Error::new(ErrorCode::UnauthorizedClient, "this app is not known here");
    let client =
        client.filter(|c| parameters.get("client_id") == Some(c.client_id.as_str())).ok_or(unknown)?;
    if !client.may_use(GrantType::AuthorizationCode) {
        return Err(Error::new(ErrorCode::UnauthorizedClient, "custom apps use client credentials only"));
    }
    // 3. The redirect URI. RFC 9700 §2.1: exact comparison; a missing one is never guessed.
    let missing = Error::new(ErrorCode::InvalidRequest, "redirect_uri is missing");
    let requested = parameters.get("redirect_uri").ok_or(missing)?;
    let unregistered =
        Error::new(ErrorCode::UnauthorizedClient, "redirect_uri is not registered for this app");
    client.find_redirect_uri(requested).ok_or_else(|| unregistered.with_hint(requested))?;
    let mode = match parameters.get("response_mode") {
        Some("form_post") => ResponseMode::FormPost,
        // An unusable mode is refused in check 5; the refusal itself travels in the query.
        Some(_) | None => ResponseMode::Query,
    };
    let state = parameters.get("state").filter(|s| s.len() <= ECHO_LIMIT_BYTES).map(str::to_owned);
    Ok((client, ReturnTo { uri: requested.to_owned(), mode, state }))
}

/// Checks 4 to 8: errors here go back to the client.
fn details(
    parameters: &Parameters,
    client: &Client,
    catalogue: &Catalogue,
    return_to: &ReturnTo,
) -> Result<AuthorizeRequest, Error> {
    let refuse = |code, description| Err(Error::new(code, description));
    // 4. OIDC Core §3.1.2.6: a request object that is not processed is refused, never ignored.
    if parameters.get("request").is_some() {
        return refuse(ErrorCode::RequestNotSupported, "request objects are not supported");
    }
    if parameters.get("request_uri").is_some() {
        return refuse(ErrorCode::RequestUriNotSupported, "request_uri is not supported");
    }
    // 5. RFC 9700 §2.1.2: codes only, so that no token ever travels through the browser.
    match parameters.get("response_type") {
        Some("code") => {}
        Some(_) => return refuse(ErrorCode::UnsupportedResponseType, "response_type must be code"),
        None => return refuse(ErrorCode::InvalidRequest, "response_type is missing"),
    }
    if !matches!(parameters.get("response_mode"), None | Some("query" | "form_post")) {
        return refuse(ErrorCode::InvalidRequest, "response_mode must be query or form_post");
    }
    // 6. PKCE.
    let method = parameters.get("code_challenge_method");
    let challenge = Challenge::read(parameters.get("code_challenge"), method)?;
    if challenge.is_none() && client.needs_pkce() {
        return refuse(ErrorCode::InvalidRequest, "code_challenge is required");
    }
    // 7. Scope.
    let scope = scope(parameters, client, catalogue)?;
    // 8. The rest.
    if [parameters.get("state"), parameters.get("nonce")]
        .into_iter()
        .flatten()
        .any(|v| v.len() > ECHO_LIMIT_BYTES)
    {
        return refuse(ErrorCode::InvalidRequest, "state and nonce may have 4096 bytes at most");
    }
    let text = |name: &str| parameters.get(name).map(str::to_owned);
    Ok(AuthorizeRequest {
        client_id: client.client_id.clone(),
        return_to: return_to.clone(),
        scope: scope.iter().map(str::to_owned).collect(),
        code_challenge: challenge.map(|c| c.as_str().to_owned()),
        nonce: text("nonce"),
        prompt: prompt(parameters)?,
        max_age: max_age(parameters)?,
        login_hint: text("login_hint"),
        id_token_hint: text("id_token_hint"),
        ui_locales: text("ui_locales"),
        resource: resources(parameters, catalogue)?,
    })
}

fn scope(parameters: &Parameters, client: &Client, catalogue: &Catalogue) -> Result<ScopeSet, Error> {
    let invalid = |description| Error::new(ErrorCode::InvalidScope, description);
    let asked = ScopeSet::parse(parameters.get("scope").unwrap_or_default())
        .map_err(|_| invalid("scope has a character that is not allowed"))?;
    let asked = if asked.is_empty() { catalogue.default_scopes.intersection(&client.scopes) } else { asked };
    if asked.is_empty() {
        // RFC 6749 §3.3: without a default, a request without scope fails.
        return Err(invalid("scope is missing"));
    }
    let foreign = asked.api().difference(&client.scopes);
    if !foreign.is_empty() {
        return Err(invalid("a scope is not registered for this app").with_hint(foreign.to_string()));
    }
    Ok(asked)
}

fn prompt(parameters: &Parameters) -> Result<Prompt, Error> {
    let mut prompt = Prompt::default();
    for word in parameters.get("prompt").unwrap_or_default().split(' ').filter(|w| !w.is_empty()) {
        match word {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            "select_account" => prompt.select_account = true,
            _ => return Err(Error::new(ErrorCode::InvalidRequest, "prompt has an unknown value")),
        }
    }
    // OIDC Core §3.1.2.1: none stands alone.
    if prompt.none && (prompt.login || prompt.consent || prompt.select_account) {
        return Err(Error::new(ErrorCode::InvalidRequest, "prompt none cannot be combined"));
    }
    Ok(prompt)
}

fn max_age(parameters: &Parameters) -> Result<Option<u64>, Error> {
    let wrong = |_| Error::new(ErrorCode::InvalidRequest, "max_age must be a number of seconds");
    parameters.get("max_age").map(|text| text.parse().map_err(wrong)).transpose()
}

fn resources(parameters: &Parameters, catalogue: &Catalogue) -> Result<Vec<String>, Error> {
    // RFC 8707 §2: an unknown resource is refused, not dropped.
    parameters
        .all("resource")
        .map(|wanted| {
            let known = catalogue.resources.iter().find(|known| *known == wanted);
            let unknown = Error::new(ErrorCode::InvalidTarget, "a resource is unknown");
            known.cloned().ok_or_else(|| unknown.with_hint(wanted))
        })
        .collect()
}

impl AuthorizeRequest {
    /// The scopes as a set.
    #[must_use]
    pub fn scopes(&self) -> ScopeSet {
        self.scope.iter().map(String::as_str).collect()
    }

    /// Whether an ID token is asked for.
    #[must_use]
    pub fn is_openid(&self) -> bool {
        self.scope.iter().any(|s| s == OIDC_SCOPES[0])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::client::{AuthMethod, PiiMode, Profile};
    use crate::client_id::ClientKind;
    use crate::jose::Alg;
    use crate::redirect_uri::{ClientType, RedirectUri};

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn client() -> Client {
        let uri = |text: &str| RedirectUri::register(text, ClientType::Confidential).expect("a fine URI");
        Client {
            client_id: "SDXE-AC-MYAPP".into(),
            kind: ClientKind::Store,
            client_type: ClientType::Confidential,
            profile: Profile::Standard,
            require_pkce: true,
            auth_method: AuthMethod::Secret,
            redirect_uris: vec![uri("https://app.example/cb"), uri("https://app.example/other?x=1")],
            post_logout_redirect_uris: Vec::new(),
            scopes: ScopeSet::parse("reservations.read folios.read").expect("scopes"),
            id_token_alg: Alg::Rs256,
            pii_mode: PiiMode::Hide,
        }
    }

    fn catalogue() -> Catalogue {
        Catalogue { default_scopes: ScopeSet::default(), resources: vec!["https://api.example/mcp".into()] }
    }

    fn good() -> Vec<(&'static str, &'static str)> {
        vec![
            ("response_type", "code"),
            ("client_id", "SDXE-AC-MYAPP"),
            ("redirect_uri", "https://app.example/cb"),
            ("scope", "openid  reservations.read offline_access"),
            ("state", "xyz"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]
    }

    /// The good request with some parameters changed; an empty value removes one.
    fn with(changes: &[(&'static str, &'static str)]) -> Reading {
        let mut pairs = good();
        for (name, value) in changes {
            pairs.retain(|(known, _)| known != name);
            pairs.push((*name, *value));
        }
        read_pairs(&pairs, &client())
    }

    fn read_pairs(pairs: &[(&str, &str)], client: &Client) -> Reading {
        let owned = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        match Parameters::new(owned) {
            Ok(parameters) => read(&parameters, Some(client), &catalogue()),
            Err(error) => Reading::ShowPage(error),
        }
    }

    fn page(reading: &Reading) -> Option<ErrorCode> {
        match reading {
            Reading::ShowPage(error) => Some(error.code),
            Reading::Valid(_) | Reading::SendBack(..) => None,
        }
    }

    fn sent_back(reading: &Reading) -> Option<ErrorCode> {
        match reading {
            Reading::SendBack(_, error) => Some(error.code),
            Reading::Valid(_) | Reading::ShowPage(_) => None,
        }
    }

    // security: A06
    #[test]
    fn a_good_request_is_read_whatever_its_order_and_unknown_parameters_are_ignored() {
        let straight = read_pairs(&good(), &client());
        let mut pairs = good();
        pairs.reverse();
        pairs.push(("utm_source", "mail"));
        assert_eq!(read_pairs(&pairs, &client()), straight);
        let Reading::Valid(request) = straight else { panic!("{straight:?}") };
        assert_eq!(request.scope, ["openid", "reservations.read", "offline_access"]);
        assert!(request.is_openid());
        assert_eq!(request.return_to.uri(), "https://app.example/cb");
    }

    // security: A01, A03, A04
    #[test]
    fn nothing_is_redirected_before_the_redirect_uri_is_trusted() {
        let pages = [
            (vec![("client_id", "")], ErrorCode::InvalidRequest),
            (vec![("client_id", "SDXE-AC-OTHER")], ErrorCode::UnauthorizedClient),
            (vec![("redirect_uri", "")], ErrorCode::InvalidRequest),
            (vec![("redirect_uri", "https://evil.example/cb")], ErrorCode::UnauthorizedClient),
            (vec![("redirect_uri", "https://app.example/cb/")], ErrorCode::UnauthorizedClient),
            (vec![("redirect_uri", "https://app.example/other")], ErrorCode::UnauthorizedClient),
            (
                vec![("redirect_uri", "https://app.example/cb#f"), ("prompt", "none")],
                ErrorCode::UnauthorizedClient,
            ),
            (
                vec![("redirect_uri", "https://evil.example/cb"), ("scope", "nope")],
                ErrorCode::UnauthorizedClient,
            ),
        ];
        for (changes, code) in pages {
            assert_eq!(page(&with(&changes)), Some(code), "{changes:?}");
        }
        let owned = good().into_iter().map(|(k, v)| (k.to_owned(), v.to_owned()));
        let parameters = Parameters::new(owned).expect("no duplicates");
        assert_eq!(page(&read(&parameters, None, &catalogue())), Some(ErrorCode::UnauthorizedClient));
        let custom = Client { kind: ClientKind::Custom, ..client() };
        assert_eq!(
            page(&read(&parameters, Some(&custom), &catalogue())),
            Some(ErrorCode::UnauthorizedClient)
        );
    }

    // security: A05
    #[test]
    fn a_parameter_sent_twice_is_refused_with_a_page() {
        for (name, value) in good() {
            let mut pairs = good();
            pairs.push((name, value));
            assert_eq!(page(&read_pairs(&pairs, &client())), Some(ErrorCode::InvalidRequest), "{name}");
        }
        let mut pairs = good();
        pairs.extend([("resource", "https://api.example/mcp"), ("resource", "https://api.example/mcp")]);
        assert!(matches!(read_pairs(&pairs, &client()), Reading::Valid(_)), "resource may be repeated");
    }

    // security: A04, A07, A08, A09, A12, A18
    #[test]
    fn every_other_fault_goes_back_to_the_client() {
        let faults = [
            (vec![("response_type", "token")], ErrorCode::UnsupportedResponseType),
            (vec![("response_type", "code id_token")], ErrorCode::UnsupportedResponseType),
            (vec![("response_type", "")], ErrorCode::InvalidRequest),
            (vec![("response_mode", "fragment")], ErrorCode::InvalidRequest),
            (vec![("code_challenge", ""), ("code_challenge_method", "")], ErrorCode::InvalidRequest),
            (vec![("code_challenge_method", "plain")], ErrorCode::InvalidRequest),
            (vec![("code_challenge_method", "")], ErrorCode::InvalidRequest),
            (vec![("scope", "")], ErrorCode::InvalidScope),
            (vec![("scope", "payments.manage")], ErrorCode::InvalidScope),
            (vec![("scope", "openid a\"b")], ErrorCode::InvalidScope),
            (vec![("prompt", "none login")], ErrorCode::InvalidRequest),
            (vec![("prompt", "dance")], ErrorCode::InvalidRequest),
            (vec![("max_age", "-1")], ErrorCode::InvalidRequest),
            (vec![("max_age", "soon")], ErrorCode::InvalidRequest),
            (vec![("request", "ey")], ErrorCode::RequestNotSupported),
            (vec![("request_uri", "https://app.example/r")], ErrorCode::RequestUriNotSupported),
            (vec![("resource", "https://evil.example/")], ErrorCode::InvalidTarget),
        ];
        for (changes, code) in faults {
            let reading = with(&changes);
            assert_eq!(sent_back(&reading), Some(code), "{changes:?}");
            let Reading::SendBack(to, _) = reading else { continue };
            assert_eq!(to.uri(), "https://app.example/cb");
        }
    }

    // security: A09
    #[test]
    fn state_and_nonce_are_kept_whole_or_refused() {
        let long: &'static str = Box::leak("s".repeat(4096).into_boxed_str());
        let Reading::Valid(request) = with(&[("state", long), ("nonce", long)]) else { panic!("must pass") };
        assert_eq!(request.nonce.as_deref(), Some(long));
        assert_eq!(request.return_to.state.as_deref(), Some(long));
        let longer: &'static str = Box::leak("s".repeat(4097).into_boxed_str());
        assert_eq!(sent_back(&with(&[("state", longer)])), Some(ErrorCode::InvalidRequest));
        assert_eq!(sent_back(&with(&[("nonce", longer)])), Some(ErrorCode::InvalidRequest));
    }

    // security: A08
    #[test]
    fn only_a_confidential_client_of_the_compatible_profile_may_leave_pkce_out() {
        let bare: Vec<_> =
            good().into_iter().filter(|(name, _)| !name.starts_with("code_challenge")).collect();
        let compatible = Client { profile: Profile::Compatible, require_pkce: false, ..client() };
        assert!(matches!(read_pairs(&bare, &compatible), Reading::Valid(_)));
        let refusing = [
            client(),
            Client { require_pkce: true, ..compatible.clone() },
            Client { client_type: ClientType::Public, ..compatible.clone() },
            Client { profile: Profile::Fapi2, ..compatible },
        ];
        for client in refusing {
            assert_eq!(sent_back(&read_pairs(&bare, &client)), Some(ErrorCode::InvalidRequest), "{client:?}");
        }
    }

    // security: A17
    #[test]
    fn parameters_that_only_inform_are_accepted() {
        let hints = [
            ("display", "page"),
            ("ui_locales", "de en"),
            ("claims_locales", "de"),
            ("acr_values", "1 2"),
            ("login_hint", "ada@example.com"),
            ("claims", "{}"),
            ("id_token_hint", "ey"),
        ];
        for hint in hints {
            assert!(matches!(with(&[hint]), Reading::Valid(_)), "{hint:?}");
        }
    }

    // security: A01, T11, A21
    proptest! {
        #[test]
        fn no_request_leads_to_an_unregistered_uri_or_an_unregistered_scope(
            pairs in proptest::collection::vec(
                (
                    prop_oneof!["[a-z_]{1,12}", Just("redirect_uri".to_owned()), Just("scope".to_owned()),
                        Just("client_id".to_owned()), Just("response_type".to_owned())],
                    prop_oneof![".{0,30}", Just("https://app.example/cb".to_owned()),
                        Just("SDXE-AC-MYAPP".to_owned()), Just("code".to_owned()),
                        Just("openid reservations.read folios.read".to_owned())],
                ),
                0..10,
            ),
            compatible in any::<bool>(),
        ) {
            let client = if compatible {
                Client { profile: Profile::Compatible, require_pkce: false, ..client() }
            } else {
                client()
            };
            let Ok(parameters) = Parameters::new(pairs) else { return Ok(()) };
            let registered = ["https://app.example/cb", "https://app.example/other?x=1"];
            match read(&parameters, Some(&client), &catalogue()) {
                Reading::Valid(request) => {
                    prop_assert!(registered.contains(&request.return_to.uri()));
                    prop_assert!(request.scopes().api().is_subset_of(&client.scopes));
                }
                Reading::SendBack(to, _) => prop_assert!(registered.contains(&to.uri())),
                Reading::ShowPage(_) => {}
            }
        }
    }
}
