//! What is measured: each kind of request, and the check that its answers are right.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::browse::Browser;
use crate::check::{self, Keys, text};
use crate::http::{Call, Connection};
use crate::load::{self, Outcome, Plan, Source};
use crate::platform::{Cast, Credentials, EMAIL, PASSWORD, REDIRECT_URI, SCOPE, Server};

const TOKEN: &str = "/connect/token";
/// The same for every flow of a run: what is measured is the server, not this program's random numbers.
const VERIFIER: &str = "bench-verifier-bench-verifier-bench-verifier";

/// The kinds of request, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Workload {
    ClientCredentials,
    Refresh,
    CodeExchange,
    Introspection,
    Discovery,
}

pub(crate) const ALL: [Workload; 5] = [
    Workload::ClientCredentials,
    Workload::Refresh,
    Workload::CodeExchange,
    Workload::Introspection,
    Workload::Discovery,
];

impl Workload {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client credentials",
            Self::Refresh => "refresh",
            Self::CodeExchange => "code exchange (durable)",
            Self::Introspection => "introspection",
            Self::Discovery => "discovery",
        }
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn token_call(app: &Credentials, pairs: &[(&str, &str)]) -> Call {
    Call::form(TOKEN, form(pairs)).basic(&app.id, &app.secret)
}

/// What the bare handler is sent: the same request as client credentials.
pub(crate) fn client_credentials(app: &Credentials) -> Call {
    token_call(app, &[("grant_type", "client_credentials"), ("scope", "reservations.read")])
}

/// Everything that the requests need: made once, before anything is measured.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) cast: Cast,
    browser: Browser,
    connection: Connection,
    keys: Keys,
    refresh_token: String,
    access_token: String,
}

impl Stage {
    /// Signs the person in, connects the app, and takes the first tokens.
    pub(crate) async fn set(server: &Server, cast: Cast) -> anyhow::Result<Self> {
        let mut connection = Connection::open(server.address).await?;
        let jwks = connection.send(&Call::get("/.well-known/openid-configuration/jwks")).await?;
        let keys = Keys::read(&jwks.body)?;
        let mut browser = Browser::new(server.address).await?;
        let first = exchange(&cast.store, &code(&mut browser, &cast.store).await?);
        let tokens = json(&mut connection, &first).await?;
        let own = json(&mut connection, &client_credentials(&cast.custom)).await?;
        let field = |value: &Value, name: &str| {
            text(value, name).map(str::to_owned).with_context(|| format!("no {name} in {value}"))
        };
        Ok(Self {
            refresh_token: field(&tokens, "refresh_token")?,
            access_token: field(&own, "access_token")?,
            cast,
            browser,
            connection,
            keys,
        })
    }

    /// A wrong secret is refused: the fast path really looks at it.
    pub(crate) async fn refuses_a_wrong_secret(&mut self) -> anyhow::Result<()> {
        let wrong =
            Credentials { secret: format!("{}x", self.cast.custom.secret), ..self.cast.custom.clone() };
        let answer = self.connection.send(&client_credentials(&wrong)).await?;
        anyhow::ensure!(answer.status == 401, "a wrong secret was answered {}", answer.status);
        Ok(())
    }

    /// The requests of a workload. Codes are taken here, before the clock starts.
    pub(crate) async fn source(&mut self, workload: Workload, plan: &Plan) -> anyhow::Result<Source> {
        let (custom, store) = (&self.cast.custom, &self.cast.store);
        Ok(match workload {
            Workload::ClientCredentials => Source::Same(client_credentials(custom)),
            Workload::Refresh => {
                let pairs = [("grant_type", "refresh_token"), ("refresh_token", self.refresh_token.as_str())];
                Source::Same(token_call(store, &pairs))
            }
            Workload::Introspection => {
                let body = form(&[("token", self.access_token.as_str())]);
                Source::Same(Call::form("/connect/introspect", body).basic(&custom.id, &custom.secret))
            }
            Workload::Discovery => Source::Same(Call::get("/.well-known/openid-configuration")),
            Workload::CodeExchange => {
                let mut calls = VecDeque::new();
                // A code lives for 60 s; those taken first are still good when the last is exchanged.
                let from = Instant::now();
                while calls.len() < 400 * plan.connections.min(16) && from.elapsed() < Duration::from_secs(20)
                {
                    calls.push_back(exchange(store, &code(&mut self.browser, store).await?));
                }
                Source::Each(calls)
            }
        })
    }

    pub(crate) fn check(&self, workload: Workload, bodies: &[Bytes]) -> anyhow::Result<()> {
        match workload {
            Workload::ClientCredentials | Workload::Refresh | Workload::CodeExchange => {
                check::distinct_tokens(bodies, Some(&self.keys))
            }
            Workload::Introspection => check::all_active(bodies),
            Workload::Discovery => check::all_equal(bodies),
        }
    }

    /// Authorizations a second of one signed-in browser: request stored, session and consent looked up, code stored.
    pub(crate) async fn authorizations(&mut self, time: Duration) -> anyhow::Result<f64> {
        let from = Instant::now();
        let mut codes = 0;
        while from.elapsed() < time {
            code(&mut self.browser, &self.cast.store).await?;
            codes += 1;
        }
        Ok(load::count(codes) / from.elapsed().as_secs_f64())
    }
}

/// Runs one workload and checks every answer of it.
pub(crate) async fn measure(stage: &mut Stage, workload: Workload, plan: &Plan) -> anyhow::Result<Outcome> {
    let source = stage.source(workload, plan).await?;
    let outcome = load::run(plan, source).await?;
    let errors = outcome.first_error.as_deref().unwrap_or_default();
    anyhow::ensure!(outcome.errors == 0, "{}: {} errors, first: {errors}", workload.name(), outcome.errors);
    stage.check(workload, &outcome.bodies).with_context(|| workload.name())?;
    Ok(outcome)
}

fn exchange(app: &Credentials, code: &str) -> Call {
    let pairs = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT_URI)];
    token_call(app, &[&pairs[..], &[("code_verifier", VERIFIER)]].concat())
}

/// One authorization, through sign-in and consent where the server asks for them.
async fn code(browser: &mut Browser, app: &Credentials) -> anyhow::Result<String> {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, VERIFIER.as_bytes());
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest);
    let query = form(&[
        ("response_type", "code"),
        ("client_id", &app.id),
        ("redirect_uri", REDIRECT_URI),
        ("scope", SCOPE),
        ("state", "bench"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    let arrived =
        browser.arrive(&format!("/connect/authorize?{query}"), REDIRECT_URI, (EMAIL, PASSWORD)).await?;
    let code = arrived.query_pairs().find(|(name, _)| name == "code").map(|(_, value)| value.into_owned());
    code.with_context(|| format!("no code in {arrived}"))
}

async fn json(connection: &mut Connection, call: &Call) -> anyhow::Result<Value> {
    let answer = connection.send(call).await?;
    let body = String::from_utf8_lossy(&answer.body);
    anyhow::ensure!(answer.status.is_success(), "{}: {body}", answer.status);
    serde_json::from_str(&body).with_context(|| body.into_owned())
}
