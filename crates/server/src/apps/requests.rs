//! Ready requests for a new app: what a developer copies to get the first token.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantry_oauth::client_assertion::TYPE;
use grantry_store::Error;
use grantry_store::app::AppKind;
use url::form_urlencoded::Serializer;

use crate::app::App;

/// What the requests are for.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub client_id: &'a str,
    pub proof: Proof<'a>,
    /// The authorization begins with a pushed request.
    pub is_pushed: bool,
    /// The first redirect URI; empty for a custom app.
    pub redirect_uri: &'a str,
    pub scopes: &'a [String],
}

/// How the app proves who it is.
#[derive(Debug, Clone, Copy)]
pub enum Proof<'a> {
    Secret(&'a str),
    /// A signed assertion, which only the app can make.
    Assertion,
    /// A public app.
    Nothing,
}

impl Proof<'_> {
    /// What a request in a terminal carries of it.
    fn arguments(self, client_id: &str) -> String {
        match self {
            Self::Secret(secret) => format!("-u '{client_id}:{secret}'"),
            Self::Assertion => {
                format!("\\\n  --data-urlencode client_assertion_type={TYPE} -d client_assertion=ASSERTION")
            }
            Self::Nothing => format!("-d client_id={client_id}"),
        }
    }
}

/// The requests as text.
#[derive(Debug, Clone)]
pub struct Requests {
    /// To run in a terminal first; empty unless the app pushes its requests.
    pub push_request: String,
    /// To open in a browser; empty for a custom app.
    pub authorize_url: String,
    /// To run in a terminal afterwards.
    pub token_request: String,
}

/// Requests with a fresh PKCE pair, state and nonce.
///
/// # Errors
/// The store's.
pub async fn requests(app: &App, kind: AppKind, wanted: &Wanted<'_>) -> Result<Requests, Error> {
    Ok(match kind {
        AppKind::Store => by_code(app, wanted, &scope(app, wanted.scopes).await?),
        AppKind::Custom => by_credentials(app, wanted),
    })
}

/// Everything that an app may ask for: who signs in, staying connected, and its scopes that still exist.
pub(super) async fn scope(app: &App, scopes: &[String]) -> Result<String, Error> {
    let catalogue = app.cached.catalogue().await?;
    let current = scopes.iter().map(String::as_str).filter(|name| catalogue.rules.find_scope(name).is_some());
    Ok(["openid", "profile", "offline_access"].into_iter().chain(current).collect::<Vec<_>>().join(" "))
}

/// What a `.env` file holds.
#[must_use]
pub fn env_file(app: &App, client_id: &str, secret: &str, redirect_uri: &str) -> String {
    let mut text = format!("CLIENT_ID={client_id}\nCLIENT_SECRET={secret}\nISSUER={}\n", app.issuer());
    if !redirect_uri.is_empty() {
        text.push_str(&format!("REDIRECT_URI={redirect_uri}\n"));
    }
    text
}

/// RFC 7636 §4.2: the challenge is the hash of the verifier.
pub(super) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()).as_ref())
}

fn by_code(app: &App, wanted: &Wanted<'_>, scope: &str) -> Requests {
    let verifier = URL_SAFE_NO_PAD.encode(app.random.bytes::<32>());
    let query = Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", wanted.client_id)
        .append_pair("redirect_uri", wanted.redirect_uri)
        .append_pair("scope", scope)
        .append_pair("state", &app.random.token())
        .append_pair("nonce", &app.random.token())
        .append_pair("code_challenge", &challenge(&verifier))
        .append_pair("code_challenge_method", "S256")
        .finish();
    let client = wanted.proof.arguments(wanted.client_id);
    let token_request = format!(
        "curl {}/connect/token {client} \\\n  -d grant_type=authorization_code -d code=CODE \\\n  \
         --data-urlencode 'redirect_uri={}' \\\n  -d code_verifier={verifier}",
        app.issuer(),
        wanted.redirect_uri,
    );
    let issuer = app.issuer();
    let (push_request, query) = if wanted.is_pushed {
        // The query names the app already, and nothing may be sent twice.
        let client = if matches!(wanted.proof, Proof::Nothing) { "" } else { &client };
        let push = format!("curl {issuer}/connect/par {client} \\\n  -d '{query}'");
        (push, format!("client_id={}&request_uri=REQUEST_URI", wanted.client_id))
    } else {
        (String::new(), query)
    };
    Requests { push_request, authorize_url: format!("{issuer}/connect/authorize?{query}"), token_request }
}

fn by_credentials(app: &App, wanted: &Wanted<'_>) -> Requests {
    let client = wanted.proof.arguments(wanted.client_id);
    let token_request =
        format!("curl {}/connect/token {client} \\\n  -d grant_type=client_credentials", app.issuer());
    Requests { push_request: String::new(), authorize_url: String::new(), token_request }
}
