//! The sample app: its few pages, each a plain form or link.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::middleware::map_response;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::client::{Attempt, Client, Tokens, claims};
use super::platform::{APP, Cast};
use super::visit::{Visit, Visits};
use super::{PLATFORM, picture};
use crate::clock::Clock;
use crate::config::Config;
use crate::listen;
use crate::random::Random;
use crate::web::assets::{self, Assets};
use crate::web::page::{self, Brand};
use crate::web::{Page, Words};

/// Where it listens when nobody else does.
const PORT: u16 = 8082;

const COOKIE: &str = "quick-check-in";
const STYLE: &str = ":root { --accent: #0d7d77; --on-accent: #ffffff; }\n";
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// What its handlers use.
#[derive(Debug)]
struct Shop {
    client: Client,
    visits: Visits,
    random: Random,
    clock: Clock,
    logo: Vec<u8>,
}

/// The running sample app.
#[derive(Debug)]
pub struct Party {
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Party {
    /// Takes the usual port, or any when it is taken, and says under which URL the app is then. The app is registered
    /// after this, because its redirect URI names the port.
    ///
    /// # Errors
    /// A machine without free ports.
    pub async fn bind(wanted: Option<u16>) -> anyhow::Result<(TcpListener, String)> {
        let on = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let listener = match (on(wanted.unwrap_or(PORT)).await, wanted) {
            (Ok(listener), _) => listener,
            (Err(why), Some(port)) => bail!("the sample app cannot listen on port {port}: {why}"),
            (Err(_), None) => on(0).await.context("the sample app finds no free port")?,
        };
        let url = format!("http://{}", listener.local_addr()?);
        Ok((listener, url))
    }

    /// The redirect URI of the sample app at this address.
    #[must_use]
    pub fn redirect_uri(url: &str) -> String {
        format!("{url}/callback")
    }

    /// Serves it. `server` is where the issuer listens.
    ///
    /// # Errors
    /// None in practice: a logo that cannot be drawn.
    pub fn start(
        (listener, url): (TcpListener, &str),
        (issuer, server): (&str, SocketAddr),
        cast: Cast,
        config: &Config,
    ) -> anyhow::Result<Self> {
        let client = Client {
            issuer: issuer.to_owned(),
            server,
            client_id: cast.client_id,
            client_secret: cast.client_secret,
            redirect_uri: Self::redirect_uri(url),
        };
        let shop = Shop {
            client,
            visits: Visits::default(),
            random: Random::system(),
            clock: Clock::system(),
            logo: picture::draw(picture::TICK)?,
        };
        let (stop, stopping) = watch::channel(false);
        let terms = listen::Terms::new(&config.limits, None, &[]);
        let serving = tokio::spawn(listen::serve(listener, router(Arc::new(shop)), terms, stopping));
        Ok(Self { stop, serving })
    }

    /// Lets requests under way finish.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.serving.await;
    }
}

fn router(shop: Arc<Shop>) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/connect", get(connect))
        .route("/callback", get(come_back))
        .route("/ask/{what}", post(ask))
        .route("/forget", post(forget))
        .route("/logo.png", get(logo))
        .route("/style.css", get(style))
        .route("/assets/{file}", get(assets::serve))
        .layer(map_response(with_headers))
        .with_state(shop)
}

async fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::CACHE_CONTROL, "no-store");
    response
}

async fn logo(State(shop): State<Arc<Shop>>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("image/png"))], shop.logo.clone()).into_response()
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"))], STYLE).into_response()
}

#[derive(askama::Template)]
#[template(path = "demo/start.html")]
struct Start {
    page: Page,
    platform: &'static str,
    fault: String,
}

#[derive(askama::Template)]
#[template(path = "demo/connected.html")]
struct Connected {
    page: Page,
    platform: &'static str,
    /// Where the account's connections are listed.
    connections: String,
    who: String,
    account: String,
    scopes: Vec<String>,
    access: String,
    access_claims: String,
    identity: String,
    refresh: String,
    last: Option<Shown>,
}

/// A call as it is shown.
struct Shown {
    request: String,
    status: String,
    tone: &'static str,
    body: String,
}

async fn show(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let visit = visitor(&headers).map(|id| shop.visits.find(&id)).unwrap_or_default();
    match &visit.tokens {
        None => {
            let fault = visit.fault.clone().unwrap_or_default();
            page::ok(&Start { page: frame("demo-start-title"), platform: PLATFORM, fault })
        }
        Some(tokens) => page::ok(&connected(&shop, &visit, tokens)),
    }
}

/// `GET /connect`: remembers what must come back and sends the browser to the platform.
async fn connect(State(shop): State<Arc<Shop>>) -> Response {
    let attempt = Attempt::new(&shop.random);
    let id = shop.random.token();
    let mut response = page::see_other(&shop.client.authorize_url(&attempt));
    shop.visits.keep(&id, Visit { attempt: Some(attempt), ..Visit::default() });
    // Lax: the platform's redirect back must bring it.
    let cookie = format!("{COOKIE}={id}; HttpOnly; SameSite=Lax; Path=/");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

#[derive(Deserialize)]
struct Back {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// `GET /callback`: the platform's answer.
async fn come_back(State(shop): State<Arc<Shop>>, headers: HeaderMap, Query(back): Query<Back>) -> Response {
    let Some(id) = visitor(&headers) else { return page::see_other("/") };
    let visit = match take(&shop, shop.visits.find(&id), back).await {
        Ok(visit) => visit,
        Err(fault) => Visit { fault: Some(Words::english().get(fault)), ..Visit::default() },
    };
    shop.visits.keep(&id, visit);
    page::see_other("/")
}

/// Checks what came back and gives the code for tokens. An error is the key of a sentence.
async fn take(shop: &Shop, visit: Visit, back: Back) -> Result<Visit, &'static str> {
    let attempt = visit.attempt.ok_or("demo-fault-nothing-asked")?;
    // RFC 6749 §10.12 and RFC 9207 §2.4: the answer belongs to this browser's question, and comes from this issuer.
    if back.state.as_ref() != Some(&attempt.state) || back.iss.as_ref() != Some(&shop.client.issuer) {
        return Err("demo-fault-not-ours");
    }
    let code = match (back.code, back.error.as_deref()) {
        (Some(code), None) => code,
        (_, Some("access_denied")) => return Err("demo-fault-denied"),
        _ => return Err("demo-fault-error"),
    };
    let call = shop.client.exchange(&code, &attempt).await;
    let tokens = call.tokens(None).ok_or("demo-fault-no-tokens")?;
    let identity = shop.client.identity(&call, &attempt.nonce, shop.clock.now()).await;
    let identity = identity.map_err(|why| {
        tracing::warn!(why, "the sample app does not believe its ID token: {why}");
        "demo-fault-identity"
    })?;
    let about = shop.client.fetch("/connect/userinfo", &tokens.access).await;
    // OpenID Connect Core §5.3.2: what userinfo says counts only when it is about the same person.
    let same = about.text("sub").as_deref() == identity.get("sub").and_then(Value::as_str);
    let email = about.text("email").filter(|_| same).unwrap_or_default();
    let tokens = Tokens { identity: Some(identity), email, ..tokens };
    Ok(Visit { tokens: Some(tokens), last: Some(call), ..Visit::default() })
}

/// `POST /ask/{what}`: asks the server something for a visitor who is connected, and keeps the answer, and tokens that
/// are in it.
async fn ask(State(shop): State<Arc<Shop>>, headers: HeaderMap, Path(what): Path<String>) -> Response {
    let Some(id) = visitor(&headers) else { return page::see_other("/") };
    let mut visit = shop.visits.find(&id);
    if let Some(tokens) = visit.tokens.take() {
        let call = match what.as_str() {
            "refresh" => shop.client.refresh(tokens.refresh.as_deref().unwrap_or_default()).await,
            "userinfo" => shop.client.fetch("/connect/userinfo", &tokens.access).await,
            "me" => shop.client.fetch("/api/v1/users/me", &tokens.access).await,
            _ => return StatusCode::NOT_FOUND.into_response(),
        };
        visit.tokens = call.tokens(Some(&tokens)).or(Some(tokens));
        visit.last = Some(call);
        shop.visits.keep(&id, visit);
    }
    page::see_other("/#answer")
}

async fn forget(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    if let Some(id) = visitor(&headers) {
        shop.visits.forget(&id);
    }
    page::see_other("/")
}

/// The value of the app's own cookie.
fn visitor(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned()).next()
}

fn frame(title: &str) -> Page {
    let words = Words::english();
    Page {
        title: words.with(title, "platform", PLATFORM),
        section: "",
        t: words,
        locale: words.tag(),
        assets: Assets::embedded(),
        brand: Brand {
            name: APP.to_owned(),
            logo_url: Some("/logo.png".to_owned()),
            css_url: "/style.css".to_owned(),
            support: None,
        },
        form_token: String::new(),
        request_id: String::new(),
        flash: None,
        actor: None,
    }
}

fn connected(shop: &Shop, visit: &Visit, tokens: &Tokens) -> Connected {
    let access = claims(&tokens.access);
    let text = |of: &Option<Value>, name: &str| {
        of.as_ref().and_then(|of| of.get(name)).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    Connected {
        page: frame("demo-connected-title"),
        platform: PLATFORM,
        connections: format!("{}/apps/connected-apps", shop.client.issuer),
        who: tokens.email.clone(),
        account: text(&access, "account_code"),
        scopes: tokens.scope.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect(),
        access: tokens.access.clone(),
        access_claims: access.as_ref().map(pretty).unwrap_or_default(),
        identity: tokens.identity.as_ref().map(pretty).unwrap_or_default(),
        refresh: tokens.refresh.clone().unwrap_or_default(),
        last: visit.last.as_ref().map(|call| Shown {
            request: call.request.clone(),
            status: if call.status == 0 { "–".to_owned() } else { call.status.to_string() },
            tone: if call.is_good() { "good" } else { "bad" },
            body: call.body.as_str().map_or_else(|| pretty(&call.body), str::to_owned),
        }),
    }
}
