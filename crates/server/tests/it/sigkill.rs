//! Crashes: the program is killed fifty times at random moments under load, on each engine, and what it answered holds.
//!
//! Three workers write a journal: what they are about to ask, and what they were told. After each restart the journal
//! is held against the server: a secret that was created works and one that was revoked does not; a code is exchanged
//! at most once, and what its exchange gave works; what was revoked stays revoked.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use grantry_testkit::world::PASSWORD;
use grantry_testkit::{Client, Process, each_engine};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

const ROUNDS: u32 = 50;
const CALLBACK: &str = "https://tool.example/callback";
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// An answer, or nothing when the server died before it was whole.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

/// One request on a connection of its own.
async fn ask(
    address: SocketAddr,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> Option<Answer> {
    let mut text = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.push_str(body);
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(text.as_bytes()).await.ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.ok()?;
    let answer = String::from_utf8(bytes).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let announced = header(head, "content-length").and_then(|length| length.parse::<usize>().ok());
    // Cut short: nobody can say that it was answered.
    if announced.is_some_and(|length| length != body.len()) {
        return None;
    }
    Some(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

fn header<'a>(head: &'a str, wanted: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|why| panic!("{why}: {}", self.body))
    }

    fn text(&self, field: &str) -> String {
        let json = self.json();
        json[field].as_str().unwrap_or_else(|| panic!("no {field} in {json}")).to_owned()
    }
}

/// What became of a thing as far as its worker was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Told {
    /// Asked for, and no answer came.
    Nothing,
    Done,
}

/// A client secret and what happened to it.
#[derive(Clone, Debug)]
struct Secret {
    id: String,
    secret: String,
    revoked: Option<Told>,
}

/// A code and what happened to it.
#[derive(Clone, Debug)]
struct Code {
    code: String,
    exchanged: Told,
    refresh_token: Option<String>,
    revoked: Option<Told>,
}

/// What the workers of one round wrote down.
#[derive(Default)]
struct Journal {
    secrets: Mutex<Vec<Secret>>,
    codes: Mutex<Vec<Code>>,
    steps: AtomicU32,
    due: Notify,
}

impl Journal {
    /// Counts one step; at the chosen one the server is killed.
    fn step(&self, kill_at: u32) {
        if self.steps.fetch_add(1, Ordering::AcqRel) + 1 == kill_at {
            self.due.notify_one();
        }
    }
}

/// Who the workers are: an account's program, a store app, and an admin's browser.
#[derive(Clone)]
struct Cast {
    address: SocketAddr,
    program: (String, String),
    app: (String, String),
    cookies: String,
}

impl Cast {
    async fn sets_the_stage(server: &Process) -> Self {
        for (code, kind) in [("ACME", "developer"), ("HOTL", "customer")] {
            server.answers(&["account", "create", "--code", code, "--name", code, "--kind", kind]).await;
        }
        let user =
            ["user", "create", "--email", "ann@hotl.example", "--name", "Ann Admin", "--account", "HOTL"];
        let made = [&user[..], &["--admin", "--password-stdin", "--json"]].concat();
        let made = server.runs_with_input(&made, PASSWORD).await;
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let program =
            ["app", "create", "--account", "HOTL", "--kind", "custom", "--code", "ROBOT", "--name", "Robot"];
        let more = ["--scope", "identity:clients.manage", "--secret-description", "the first"];
        let program = credentials(&server.answers(&[&program[..], &more[..]].concat()).await);
        let app =
            ["app", "create", "--account", "ACME", "--kind", "store", "--code", "TOOL", "--name", "Tool"];
        let more = ["--scope", "reservations.read", "--redirect-uri", CALLBACK, "--profile", "compatible"];
        let more = [&more[..], &["--secret-description", "the first"]].concat();
        let app = credentials(&server.answers(&[&app[..], &more[..]].concat()).await);
        let mut ann = server.client();
        let sign_in = ann.form("/account/login", "Sign in").await;
        ann.submits(&sign_in.with("email", "ann@hotl.example").with("password", PASSWORD)).await;
        let consent = ann.opens(&authorize_path(&app.0)).await;
        let allowed = ann.submits(&consent.form("Allow").pressing("Allow")).await;
        assert!(allowed.location().starts_with(CALLBACK), "{} {}", allowed.status, allowed.body);
        Self { address: server.address(), program, app, cookies: cookie_header(&ann) }
    }

    async fn token(&self, form: &str, (id, secret): &(String, String)) -> Option<Answer> {
        let body = format!("{form}&client_id={id}&client_secret={secret}");
        ask(self.address, ("POST", "/connect/token"), &[FORM], &body).await
    }

    /// A code, as the browser of somebody who has consented before gets it: no page, two redirects.
    async fn code(&self) -> Option<String> {
        let headers = [("Cookie", self.cookies.as_str())];
        let stored = ask(self.address, ("GET", &authorize_path(&self.app.0)), &headers, "").await?;
        let path = header(&stored.head, "location")?.to_owned();
        let path = path
            .split_once("//")
            .and_then(|(_, rest)| rest.split_once('/'))
            .map_or(path.clone(), |(_, p)| format!("/{p}"));
        let back = ask(self.address, ("GET", &path), &headers, "").await?;
        let location =
            header(&back.head, "location").unwrap_or_else(|| panic!("{} {}", back.head, back.body));
        let url = url::Url::parse(location).expect("an absolute URL");
        let code = url.query_pairs().find(|(name, _)| name == "code");
        Some(code.unwrap_or_else(|| panic!("no code in {location}")).1.into_owned())
    }

    async fn exchange(&self, code: &str) -> Option<Answer> {
        let form = format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}");
        self.token(&form, &self.app).await
    }

    async fn refresh(&self, token: &str) -> Option<Answer> {
        self.token(&format!("grant_type=refresh_token&refresh_token={token}"), &self.app).await
    }

    async fn revoke(&self, token: &str) -> Option<Answer> {
        let (id, secret) = &self.app;
        let body = format!("token={token}&client_id={id}&client_secret={secret}");
        ask(self.address, ("POST", "/connect/revocation"), &[FORM], &body).await
    }

    async fn works(&self, secret: &str) -> bool {
        let program = (self.program.0.clone(), secret.to_owned());
        let answer = self.token("grant_type=client_credentials", &program).await.expect("the server is up");
        assert!(matches!(answer.status, 200 | 401), "{} {}", answer.status, answer.body);
        answer.status == 200
    }
}

fn credentials(made: &Value) -> (String, String) {
    let text = |name: &str| made[name].as_str().unwrap_or_else(|| panic!("no {name} in {made}")).to_owned();
    (text("client_id"), text("client_secret"))
}

fn cookie_header(client: &Client) -> String {
    let pairs = client.cookies().iter().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("; ")
}

fn authorize_path(client_id: &str) -> String {
    format!(
        "/connect/authorize?response_type=code&client_id={client_id}&redirect_uri={CALLBACK}\
         &scope=openid%20offline_access%20reservations.read&state=s"
    )
}

/// Creates secrets and revokes those before them, until the server is gone.
async fn secrets_worker(cast: Cast, journal: Arc<Journal>, kill_at: u32) -> Option<()> {
    let answer = cast.token("grant_type=client_credentials", &cast.program).await?;
    let bearer = format!("Bearer {}", answer.text("access_token"));
    let path = format!("/api/v1/clients/{}/secrets", cast.program.0);
    let json = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    loop {
        journal.step(kill_at);
        let made = ask(cast.address, ("POST", &path), &json, r#"{"description":"one of many"}"#).await?;
        assert_eq!(made.status, 201, "{}", made.body);
        let secret = Secret { id: made.text("id"), secret: made.text("clientSecret"), revoked: None };
        let before = {
            let mut secrets = journal.secrets.lock().expect("no panic");
            secrets.push(secret);
            let index = secrets.len().checked_sub(3);
            index.map(|index| {
                secrets[index].revoked = Some(Told::Nothing);
                (index, secrets[index].id.clone())
            })
        };
        if let Some((index, id)) = before {
            journal.step(kill_at);
            let gone = ask(cast.address, ("DELETE", &format!("{path}/{id}")), &json[..1], "").await?;
            assert_eq!(gone.status, 204, "{}", gone.body);
            journal.secrets.lock().expect("no panic")[index].revoked = Some(Told::Done);
        }
    }
}

/// Gets codes, exchanges them, and revokes every other refresh token, until the server is gone.
async fn codes_worker(cast: Cast, journal: Arc<Journal>, kill_at: u32) -> Option<()> {
    for turn in 0_u32.. {
        let code = cast.code().await?;
        let index = {
            let mut codes = journal.codes.lock().expect("no panic");
            codes.push(Code {
                code: code.clone(),
                exchanged: Told::Nothing,
                refresh_token: None,
                revoked: None,
            });
            codes.len() - 1
        };
        journal.step(kill_at);
        let given = cast.exchange(&code).await?;
        assert_eq!(given.status, 200, "{}", given.body);
        let refresh_token = given.text("refresh_token");
        {
            let mut codes = journal.codes.lock().expect("no panic");
            codes[index].exchanged = Told::Done;
            codes[index].refresh_token = Some(refresh_token.clone());
        }
        if turn % 2 == 1 {
            journal.codes.lock().expect("no panic")[index].revoked = Some(Told::Nothing);
            journal.step(kill_at);
            let revoked = cast.revoke(&refresh_token).await?;
            assert_eq!(revoked.status, 200, "{}", revoked.body);
            journal.codes.lock().expect("no panic")[index].revoked = Some(Told::Done);
        }
    }
    None
}

/// Holds the journal against the server. Answers how many things it looked at.
async fn check(cast: &Cast, journal: &Journal) -> usize {
    let secrets = journal.secrets.lock().expect("no panic").clone();
    for secret in &secrets {
        let works = cast.works(&secret.secret).await;
        match secret.revoked {
            None => assert!(works, "a secret that was created is lost: {}", secret.id),
            Some(Told::Done) => assert!(!works, "a secret that was revoked works: {}", secret.id),
            Some(Told::Nothing) => {}
        }
    }
    let codes = journal.codes.lock().expect("no panic").clone();
    for code in &codes {
        match (code.exchanged, &code.refresh_token) {
            (Told::Done, Some(token)) => {
                let alive = cast.refresh(token).await.expect("the server is up").status == 200;
                match code.revoked {
                    None => assert!(alive, "what a code gave is lost"),
                    Some(Told::Done) => assert!(!alive, "a revoked refresh token works"),
                    Some(Told::Nothing) => {}
                }
                let again = cast.exchange(&code.code).await.expect("the server is up");
                assert_eq!(again.status, 400, "a code was consumed twice");
                let alive = cast.refresh(token).await.expect("the server is up").status == 200;
                assert!(!alive, "a replay left the tokens of the first use alive");
            }
            (Told::Done, None) => panic!("an answer without a refresh token"),
            (Told::Nothing, _) => {
                let first = cast.exchange(&code.code).await.expect("the server is up").status;
                let second = cast.exchange(&code.code).await.expect("the server is up").status;
                assert!(first != 200 || second != 200, "a code was consumed twice");
            }
        }
    }
    secrets.len() + codes.len()
}

/// Makes room: an app has a limited number of secrets.
async fn tidy(cast: &Cast, journal: &Journal) {
    let answer = cast.token("grant_type=client_credentials", &cast.program).await.expect("the server is up");
    let bearer = format!("Bearer {}", answer.text("access_token"));
    let secrets = journal.secrets.lock().expect("no panic").clone();
    for secret in secrets.iter().filter(|secret| secret.revoked != Some(Told::Done)) {
        let path = format!("/api/v1/clients/{}/secrets/{}", cast.program.0, secret.id);
        let gone = ask(cast.address, ("DELETE", &path), &[("Authorization", bearer.as_str())], "").await;
        assert!(matches!(gone.expect("the server is up").status, 204 | 404));
    }
}

/// A number that differs from round to round and is the same in every run of the test.
fn moment(round: u32) -> u32 {
    let mixed = (round + 1).wrapping_mul(2_654_435_761) ^ (round << 13);
    2 + mixed % 40
}

// security: T02, T03, R04
#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_survives_fifty_kills() {
    each_engine(async |engine| {
        let mut server = Process::of(env!("CARGO_BIN_EXE_grantry")).on(engine).start().await;
        let cast = Cast::sets_the_stage(&server).await;
        let mut looked_at = 0;
        for round in 0..ROUNDS {
            let journal = Arc::new(Journal::default());
            let kill_at = moment(round);
            let workers = [
                tokio::spawn(secrets_worker(cast.clone(), Arc::clone(&journal), kill_at)),
                tokio::spawn(codes_worker(cast.clone(), Arc::clone(&journal), kill_at)),
                tokio::spawn(codes_worker(cast.clone(), Arc::clone(&journal), kill_at)),
            ];
            journal.due.notified().await;
            server.is_killed().await;
            for worker in workers {
                worker.await.expect("a worker saw only answers that it may see");
            }
            server.starts().await;
            looked_at += check(&cast, &journal).await;
            tidy(&cast, &journal).await;
        }
        println!("{engine:?}: {looked_at} secrets and codes held against the journal");
        assert!(looked_at > 100, "only {looked_at} things were looked at");
    })
    .await;
}
