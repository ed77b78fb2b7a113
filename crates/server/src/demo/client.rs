//! The sample app's OAuth client: it knows an issuer, a client ID and a secret, and speaks HTTP.
//!
//! It does not go through `outbound`, which keeps the server away from addresses inside: it is another program in all
//! but name, and connects to one address only, that of the server which it was started with.

use std::net::SocketAddr;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use grantry_oauth::jose::{Jwks, PublicKey, TokenType, verify};
use grantry_oauth::secret::Secret;
use grantry_oauth::time::Timestamp;
use http::{Method, Request, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use url::Url;
use url::form_urlencoded::Serializer;

use super::platform::SCOPES;
use crate::random::Random;

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Largest answer that is read.
const LARGEST: usize = 256 * 1024;

/// One attempt to connect: what must come back, and what proves that it was this app that asked.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

impl Attempt {
    pub(super) fn new(random: &Random) -> Self {
        Self {
            state: random.token(),
            nonce: random.token(),
            verifier: format!("{}{}", random.token(), random.token()),
        }
    }
}

/// What the token endpoint gave.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) refresh: Option<String>,
    pub(super) scope: String,
    /// The claims of the ID token, once its signature and claims were checked.
    pub(super) identity: Option<Value>,
    /// The address that userinfo gave.
    pub(super) email: String,
}

/// A request to the server and what came back, to be shown.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// Such as `POST /connect/token`.
    pub(super) request: String,
    /// 0 when nothing came back.
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Call {
    pub(super) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A member of the answer that is a text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.body.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// The tokens of a good answer; a refresh that gives no new refresh token leaves the old one.
    pub(super) fn tokens(&self, before: Option<&Tokens>) -> Option<Tokens> {
        if !self.is_good() {
            return None;
        }
        Some(Tokens {
            access: self.text("access_token")?,
            refresh: self.text("refresh_token").or_else(|| before.and_then(|tokens| tokens.refresh.clone())),
            scope: self
                .text("scope")
                .or_else(|| before.map(|tokens| tokens.scope.clone()))
                .unwrap_or_default(),
            identity: before.and_then(|tokens| tokens.identity.clone()),
            email: before.map(|tokens| tokens.email.clone()).unwrap_or_default(),
        })
    }
}

/// The client.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) issuer: String,
    pub(super) server: SocketAddr,
    pub(super) client_id: String,
    pub(super) client_secret: Secret<String>,
    pub(super) redirect_uri: String,
}

impl Client {
    /// Where a browser is sent to connect.
    pub(super) fn authorize_url(&self, attempt: &Attempt) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, attempt.verifier.as_bytes()).as_ref());
        let query = Serializer::new(String::new())
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("response_type", "code")
            .append_pair("scope", SCOPES)
            .append_pair("state", &attempt.state)
            .append_pair("nonce", &attempt.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .finish();
        format!("{}/connect/authorize?{query}", self.issuer)
    }

    /// Gives the code for tokens.
    pub(super) async fn exchange(&self, code: &str, attempt: &Attempt) -> Call {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", &attempt.verifier),
        ])
        .await
    }

    /// Asks for a new access token.
    pub(super) async fn refresh(&self, refresh_token: &str) -> Call {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    async fn token(&self, parameters: &[(&str, &str)]) -> Call {
        let form = Serializer::new(String::new()).extend_pairs(parameters).finish();
        // RFC 6749 §2.3.1; neither part has a character that must be encoded first.
        let basic = STANDARD.encode(format!("{}:{}", self.client_id, self.client_secret.expose()));
        self.call(Method::POST, "/connect/token", &format!("Basic {basic}"), form).await
    }

    /// Asks something with an access token.
    pub(super) async fn fetch(&self, path: &str, access_token: &str) -> Call {
        self.call(Method::GET, path, &format!("Bearer {access_token}"), String::new()).await
    }

    /// The claims of an ID token, checked as OpenID Connect Core §3.1.3.7 wants it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) async fn identity(
        &self,
        call: &Call,
        nonce: &str,
        now: Timestamp,
    ) -> Result<Value, &'static str> {
        let token = call.text("id_token").ok_or("there is no ID token in the answer")?;
        let keys = self.call(Method::GET, "/.well-known/openid-configuration/jwks", "", String::new()).await;
        let keys = keys.body.get("keys").and_then(Value::as_array).cloned().unwrap_or_default();
        let keys = Jwks::new(keys.iter().filter_map(PublicKey::from_json));
        let claims: Value =
            verify(&keys, TokenType::Id, &token).map_err(|_| "no published key has signed the ID token")?;
        let is = |name: &str, wanted: &str| claims.get(name).and_then(Value::as_str) == Some(wanted);
        let lives = claims.get("exp").and_then(Value::as_i64).is_some_and(|end| end > now.seconds());
        if !is("iss", &self.issuer) || !is("aud", &self.client_id) || !is("nonce", nonce) || !lives {
            return Err("the ID token is not for this app, not for this visit, or over");
        }
        Ok(claims)
    }

    async fn call(&self, method: Method, path: &str, authorization: &str, form: String) -> Call {
        let request = format!("{method} {path}");
        let answer = tokio::time::timeout(PATIENCE, self.send(method, path, authorization, form)).await;
        match answer.unwrap_or_else(|_| Err(anyhow::anyhow!("no answer in time"))) {
            Ok((status, body)) => Call { request, status, body },
            Err(why) => Call { request, status: 0, body: Value::String(format!("{why:#}")) },
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        authorization: &str,
        form: String,
    ) -> anyhow::Result<(u16, Value)> {
        let stream = TcpStream::connect(self.server).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, self.host());
        if !authorization.is_empty() {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        if !form.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let answer = sender.send_request(request.body(Full::new(bytes::Bytes::from(form)))?).await?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), LARGEST).collect().await;
        let body = body.map_err(|why| anyhow::anyhow!("the answer broke off: {why}"))?.to_bytes();
        connection.abort();
        let text = String::from_utf8_lossy(&body).into_owned();
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// Host and port of the issuer, as browsers write them.
    fn host(&self) -> String {
        let url = Url::parse(&self.issuer).ok();
        let host = url.as_ref().map(|url| &url[url::Position::BeforeHost..url::Position::AfterPort]);
        host.unwrap_or_default().to_owned()
    }
}

/// The claims of a JWT, as anybody can read them: nothing is checked.
pub(super) fn claims(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}
