//! An app as others would write it: the `openidconnect` crate, a callback of its own, tokens checked by JWKS.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreErrorResponseType, CoreIdToken, CoreProviderMetadata,
    CoreTokenResponse,
};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    StandardErrorResponse, TokenResponse as _,
};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::watch;
use url::Url;

use crate::loopback;

const PATIENCE: Duration = Duration::from_secs(20);

/// The library's client after discovery: the authorization endpoint is known, the others may be.
type Library = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The app before it is registered: it only has its callback.
#[derive(Debug)]
pub struct Callback {
    port: u16,
    arrivals: watch::Receiver<Vec<Arrival>>,
}

/// What arrived at the callback.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The whole URL to which the browser was sent.
    pub url: Url,
}

impl Arrival {
    /// A parameter of the answer: `code`, `state`, `iss`, `error` …
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

impl Callback {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn listens() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("a listener has an address").port();
        let (told, arrivals) = watch::channel(Vec::new());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let told = told.clone();
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        match stream.read_u8().await {
                            Ok(byte) => head.push(byte),
                            Err(_) => return,
                        }
                    }
                    let head = String::from_utf8_lossy(&head).into_owned();
                    let target = head.split(' ').nth(1).unwrap_or_default();
                    let url = Url::parse(&format!("http://127.0.0.1:{port}{target}"));
                    if let Some(url) = url.ok().filter(|url| url.path() == "/callback") {
                        told.send_modify(|arrivals| arrivals.push(Arrival { url }));
                    }
                    let page = "<!doctype html><title>The app</title><p>You are back in the app.</p>";
                    let answer = format!(
                        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
                        page.len()
                    );
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        Self { port, arrivals }
    }

    /// What to register as redirect URI.
    #[must_use]
    pub fn redirect_uri(&self) -> String {
        format!("http://127.0.0.1:{}/callback", self.port)
    }

    /// Everything that arrived so far.
    #[must_use]
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.arrivals.borrow().clone()
    }

    /// Waits for the next arrival after the `seen` first ones.
    ///
    /// # Panics
    /// When none comes in time.
    pub async fn arrival_after(&self, seen: usize) -> Arrival {
        let mut arrivals = self.arrivals.clone();
        let arrived = arrivals.wait_for(|arrivals| arrivals.len() > seen);
        let arrived = tokio::time::timeout(PATIENCE, arrived).await.expect("the browser comes back in time");
        arrived.expect("the callback listens")[seen].clone()
    }
}

/// Why the token endpoint or userinfo refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The OAuth error code.
    pub error: String,
    pub description: Option<String>,
}

/// Tokens as the token endpoint gave them.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: Option<String>,
    /// As the answer said; none when it is what was asked for.
    pub scope: Option<String>,
    pub expires_in: Option<Duration>,
    /// Still to be verified: [`RelyingParty::verifies_id_token`].
    pub id_token: Option<CoreIdToken>,
}

/// What an authorization under way must be compared with.
#[derive(Debug)]
struct Pending {
    state: CsrfToken,
    nonce: Nonce,
    verifier: Option<PkceCodeVerifier>,
    /// Arrivals before it.
    seen: usize,
}

/// A registered app: it has discovered the issuer.
#[derive(Debug)]
pub struct RelyingParty {
    callback: Callback,
    issuer: String,
    metadata: CoreProviderMetadata,
    library: Library,
    pending: Mutex<Option<Pending>>,
    nonce: Mutex<Option<Nonce>>,
    http: Arc<reqwest::Client>,
}

impl RelyingParty {
    /// Discovers the issuer and its keys, as a confidential app that sends its secret by Basic authentication.
    ///
    /// # Panics
    /// When the metadata is not what the library accepts.
    pub async fn discovers(callback: Callback, issuer: &str, client_id: &str, client_secret: &str) -> Self {
        let secret = Some(ClientSecret::new(client_secret.to_owned()));
        Self::with_secret(callback, issuer, client_id, secret).await
    }

    /// The same as a public app, which has no secret.
    ///
    /// # Panics
    /// As [`RelyingParty::discovers`].
    pub async fn discovers_as_public(callback: Callback, issuer: &str, client_id: &str) -> Self {
        Self::with_secret(callback, issuer, client_id, None).await
    }

    async fn with_secret(
        callback: Callback,
        issuer: &str,
        client_id: &str,
        secret: Option<ClientSecret>,
    ) -> Self {
        let http = Arc::new(loopback::client());
        let issuer_url = IssuerUrl::new(issuer.to_owned()).expect("the issuer is a URL");
        let metadata = CoreProviderMetadata::discover_async(issuer_url, &calls(&http)).await;
        let metadata = metadata.expect("the library accepts the metadata");
        let redirect = RedirectUrl::new(callback.redirect_uri()).expect("a callback is a URL");
        let id = ClientId::new(client_id.to_owned());
        let library = CoreClient::from_provider_metadata(metadata.clone(), id, secret)
            .set_redirect_uri(redirect)
            .set_auth_type(AuthType::BasicAuth);
        let issuer = issuer.to_owned();
        let (pending, nonce) = (Mutex::default(), Mutex::default());
        Self { callback, issuer, metadata, library, pending, nonce, http }
    }

    /// Sends the credentials in the body instead.
    #[must_use]
    pub fn with_credentials_in_the_body(mut self) -> Self {
        self.library = self.library.set_auth_type(AuthType::RequestBody);
        self
    }

    #[must_use]
    pub fn callback(&self) -> &Callback {
        &self.callback
    }

    /// The provider's metadata as the library read it.
    #[must_use]
    pub fn metadata(&self) -> &CoreProviderMetadata {
        &self.metadata
    }

    /// Where to send the browser: with PKCE, state and nonce, remembered for the answer.
    pub fn authorize_url(&self, scopes: &[&str]) -> String {
        self.authorize_url_with(scopes, &[])
    }

    /// The same with more parameters, such as `prompt`.
    ///
    /// # Panics
    /// When a test has poisoned the memory of this app.
    pub fn authorize_url_with(&self, scopes: &[&str], more: &[(&str, &str)]) -> String {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = self.library.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        );
        // The library adds `openid` by itself.
        for scope in scopes.iter().filter(|scope| **scope != "openid") {
            request = request.add_scope(Scope::new((*scope).to_owned()));
        }
        for (name, value) in more {
            request = request.add_extra_param((*name).to_owned(), (*value).to_owned());
        }
        let (url, state, nonce) = request.set_pkce_challenge(challenge).url();
        let seen = self.callback.arrivals().len();
        let pending = Pending { state, nonce, verifier: Some(verifier), seen };
        *self.pending.lock().expect("no step panics while it notes") = Some(pending);
        url.to_string()
    }

    /// Waits for the browser, and checks that state and issuer are those of the request (RFC 9207).
    ///
    /// # Panics
    /// When no answer comes, or one that belongs to something else.
    pub async fn answer(&self) -> Arrival {
        let (seen, state) = {
            let pending = self.pending.lock().expect("no step panics while it notes");
            let pending = pending.as_ref().expect("an authorization is under way");
            (pending.seen, pending.state.secret().clone())
        };
        let arrival = self.callback.arrival_after(seen).await;
        assert_eq!(arrival.parameter("state"), Some(state), "state comes back unchanged");
        assert_eq!(arrival.parameter("iss").as_deref(), Some(self.issuer.as_str()), "iss is the issuer");
        arrival
    }

    /// Waits for the browser and exchanges the code it brings.
    ///
    /// # Errors
    /// What the token endpoint refused.
    ///
    /// # Panics
    /// When the answer brings no code.
    pub async fn exchanges_the_code(&self) -> Result<Tokens, Refusal> {
        let arrival = self.answer().await;
        let code = arrival.parameter("code");
        let code = code.unwrap_or_else(|| panic!("an answer without a code: {}", arrival.url));
        let pending = self.pending.lock().expect("no step panics while it notes").take();
        let pending = pending.expect("an authorization is under way");
        *self.nonce.lock().expect("no step panics while it notes") = Some(pending.nonce);
        let request = self.library.exchange_code(AuthorizationCode::new(code));
        let mut request = request.expect("the metadata names a token endpoint");
        if let Some(verifier) = pending.verifier {
            request = request.set_pkce_verifier(verifier);
        }
        request.request_async(&calls(&self.http)).await.map(Tokens::from).map_err(refusal)
    }

    /// Exchanges a refresh token.
    ///
    /// # Errors
    /// What the token endpoint refused.
    ///
    /// # Panics
    /// When the metadata names no token endpoint.
    pub async fn refreshes(&self, refresh_token: &str) -> Result<Tokens, Refusal> {
        let token = RefreshToken::new(refresh_token.to_owned());
        let request = self.library.exchange_refresh_token(&token);
        let request = request.expect("the metadata names a token endpoint");
        request.request_async(&calls(&self.http)).await.map(Tokens::from).map_err(refusal)
    }

    /// Verifies an ID token as the library does: signature by JWKS, issuer, audience, expiry, nonce. Gives its claims.
    ///
    /// # Panics
    /// When there is none, or it does not verify.
    pub fn verifies_id_token(&self, tokens: &Tokens) -> Value {
        let token = tokens.id_token.as_ref().expect("an ID token came with the tokens");
        let nonce = self.nonce.lock().expect("no step panics while it notes");
        let nonce = nonce.as_ref().expect("a code was exchanged");
        let claims = token.claims(&self.library.id_token_verifier(), nonce).expect("the ID token verifies");
        serde_json::to_value(claims).expect("claims are JSON")
    }

    /// Verifies an access token by JWKS as a resource server would (RFC 9068 §4), and gives its claims.
    ///
    /// # Errors
    /// Why it must not be accepted.
    ///
    /// # Panics
    /// When the keys cannot be fetched.
    pub async fn verifies_access_token(&self, token: &str, audience: &str) -> Result<Value, String> {
        verify_access_token(&self.http, &self.issuer, self.metadata.jwks_uri().as_str(), token, audience)
            .await
    }

    /// Asks userinfo.
    ///
    /// # Errors
    /// The status and the challenge when it is refused.
    ///
    /// # Panics
    /// When the endpoint cannot be called.
    pub async fn asks_userinfo(&self, access_token: &str) -> Result<Value, (u16, String)> {
        let endpoint = self.metadata.userinfo_endpoint().expect("the metadata names userinfo");
        let request = self.http.get(endpoint.as_str()).bearer_auth(access_token);
        let answer = request.send().await.expect("userinfo answers");
        let status = answer.status().as_u16();
        if status == 200 {
            return Ok(answer.json().await.expect("userinfo is JSON"));
        }
        let challenge = answer.headers().get("www-authenticate").and_then(|value| value.to_str().ok());
        Err((status, challenge.unwrap_or_default().to_owned()))
    }

    /// Asks userinfo through the library, which compares the subject with the ID token's.
    ///
    /// # Panics
    /// When the library refuses the answer.
    pub async fn library_asks_userinfo(&self, tokens: &Tokens) -> Value {
        let subject = self.verifies_id_token(tokens)["sub"].as_str().map(str::to_owned);
        let subject = subject.map(openidconnect::SubjectIdentifier::new);
        let token = AccessToken::new(tokens.access_token.clone());
        let request = self.library.user_info(token, subject).expect("the metadata names userinfo");
        let claims: openidconnect::core::CoreUserInfoClaims =
            request.request_async(&calls(&self.http)).await.expect("the library accepts userinfo");
        serde_json::to_value(claims).expect("claims are JSON")
    }
}

/// Verifies an access token as a resource server would, with another library than the one that signed it.
///
/// # Errors
/// Why it must not be accepted.
///
/// # Panics
/// When the keys cannot be fetched.
pub async fn verify_access_token(
    http: &reqwest::Client,
    issuer: &str,
    jwks_uri: &str,
    token: &str,
    audience: &str,
) -> Result<Value, String> {
    let header = jsonwebtoken::decode_header(token).map_err(|error| error.to_string())?;
    // RFC 9068 §4: anything but at+jwt is another kind of token.
    if header.typ.as_deref() != Some("at+jwt") {
        return Err(format!("typ is {:?}", header.typ));
    }
    let keys: JwkSet =
        http.get(jwks_uri).send().await.expect("JWKS answers").json().await.expect("JWKS is JSON");
    let kid = header.kid.ok_or("no kid")?;
    let key = keys.find(&kid).ok_or_else(|| format!("no key {kid} in JWKS"))?;
    let mut rules = Validation::new(header.alg);
    rules.set_issuer(&[issuer]);
    rules.set_audience(&[audience]);
    rules.set_required_spec_claims(&["iss", "exp", "aud", "sub"]);
    rules.leeway = 5;
    let key = DecodingKey::from_jwk(key).map_err(|error| error.to_string())?;
    let read = jsonwebtoken::decode::<BTreeMap<String, Value>>(token, &key, &rules);
    let claims = read.map_err(|error| error.to_string())?.claims;
    serde_json::to_value(claims).map_err(|error| error.to_string())
}

impl From<CoreTokenResponse> for Tokens {
    fn from(answer: CoreTokenResponse) -> Self {
        let scopes = answer
            .scopes()
            .map(|scopes| scopes.iter().map(|scope| scope.as_str().to_owned()).collect::<Vec<_>>().join(" "));
        Self {
            access_token: answer.access_token().secret().clone(),
            refresh_token: answer.refresh_token().map(|token| token.secret().clone()),
            scope: scopes,
            expires_in: answer.expires_in(),
            id_token: answer.id_token().cloned(),
        }
    }
}

type LibraryError = RequestTokenError<reqwest::Error, StandardErrorResponse<CoreErrorResponseType>>;

fn refusal(error: LibraryError) -> Refusal {
    match error {
        RequestTokenError::ServerResponse(said) => Refusal {
            error: said.error().as_ref().to_owned(),
            description: said.error_description().cloned(),
        },
        RequestTokenError::Request(_) | RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            panic!("the library does not understand the token endpoint: {error:?}")
        }
    }
}

/// The library's way to call: with our client, which reaches this computer only.
pub fn calls(
    http: &Arc<reqwest::Client>,
) -> impl for<'c> openidconnect::AsyncHttpClient<'c, Error = reqwest::Error> + use<> {
    let http = Arc::clone(http);
    move |request: HttpRequest| {
        let http = Arc::clone(&http);
        async move {
            let answer = http.execute(reqwest::Request::try_from(request)?).await?;
            let mut built = HttpResponse::new(Vec::new());
            *built.status_mut() = answer.status();
            *built.headers_mut() = answer.headers().clone();
            *built.body_mut() = answer.bytes().await?.to_vec();
            Ok(built)
        }
    }
}
