//! The real program as a process of its own: started, asked, killed, and started again on the same data and ports.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::database::{Database, Engine};
use crate::http::Client;

/// How long the program may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// Cheap passwords: only the tests of the product's own figures need the real ones.
const CHEAP: [(&str, &str); 3] = [
    ("GRANTRY_SECURITY_ARGON2_MEMORY_KIB", "64"),
    ("GRANTRY_SECURITY_ARGON2_PASSES", "1"),
    ("GRANTRY_LOG_FORMAT", "text"),
];

/// How the program is to run.
#[derive(Debug)]
pub struct Wanted {
    program: PathBuf,
    engine: Engine,
    words: Vec<String>,
    file: Option<String>,
    environment: Vec<(String, String)>,
}

impl Wanted {
    #[must_use]
    pub fn on(mut self, engine: Engine) -> Self {
        self.engine = engine;
        self
    }

    /// With this configuration file (TOML).
    #[must_use]
    pub fn configured(mut self, toml: &str) -> Self {
        self.file = Some(toml.to_owned());
        self
    }

    /// With another first word than none, such as `demo`.
    #[must_use]
    pub fn saying(mut self, words: &[&str]) -> Self {
        self.words = words.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    /// With a variable of the environment; nothing else of the test's own is given to it.
    #[must_use]
    pub fn knowing(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts it on free ports, and returns when it serves.
    ///
    /// # Panics
    /// When it ends instead, with its log.
    pub async fn start(self) -> Process {
        let database = Database::new(self.engine).await;
        if let Some(toml) = &self.file {
            std::fs::write(database.folder.path().join("grantry.toml"), toml).expect("a file is written");
        }
        let listen = [SocketAddr::from(([127, 0, 0, 1], 0)); 2];
        let mut process = Process {
            wanted: self,
            database,
            child: None,
            said: Said::default(),
            listen,
            issuer: String::new(),
        };
        process.starts().await;
        process
    }
}

/// What a process has written so far, each stream line by line.
#[derive(Debug, Default)]
struct Said {
    out: Arc<Mutex<Vec<String>>>,
    log: Arc<Mutex<Vec<String>>>,
}

/// A running program with its data; killed when it is dropped.
#[derive(Debug)]
pub struct Process {
    wanted: Wanted,
    database: Database,
    child: Option<Child>,
    said: Said,
    /// The public listener and the operations listener: port 0 until the first start has chosen.
    listen: [SocketAddr; 2],
    issuer: String,
}

impl Process {
    /// The program that a test's own crate has built: `Process::of(env!("CARGO_BIN_EXE_grantry"))`.
    #[must_use]
    pub fn of(program: &str) -> Wanted {
        Wanted {
            program: PathBuf::from(program),
            engine: Engine::Sqlite,
            words: Vec::new(),
            file: None,
            environment: Vec::new(),
        }
    }

    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listen[0]
    }

    #[must_use]
    pub fn ops_address(&self) -> SocketAddr {
        self.listen[1]
    }

    /// A browser without a screen that nobody has signed in with.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.issuer, self.address())
    }

    /// The data folder's parent: where the program runs, and where its configuration file is.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.database.folder.path()
    }

    /// The process id, while it runs.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }

    /// Everything it wrote to standard output, over all starts.
    #[must_use]
    pub fn out(&self) -> String {
        self.said.out.lock().expect("no reader panics").join("\n")
    }

    /// Everything it wrote to its log, over all starts.
    #[must_use]
    pub fn log(&self) -> String {
        self.said.log.lock().expect("no reader panics").join("\n")
    }

    /// Starts it again on the same data and ports.
    ///
    /// # Panics
    /// When it still runs, or ends instead of serving.
    pub async fn starts(&mut self) {
        assert!(self.child.is_none(), "it still runs");
        let mut command = self.command(&self.wanted.words);
        if self.wanted.words.is_empty() || self.wanted.words[0] == "serve" {
            command.arg("--listen").arg(self.listen[0].to_string());
            command.arg("--ops-listen").arg(self.listen[1].to_string());
        }
        let mut child = command.kill_on_drop(true).spawn().expect("the program starts");
        let (told, mut lines) = watch::channel(Vec::<String>::new());
        let out = child.stdout.take().expect("its output is a pipe");
        keep(out, Arc::clone(&self.said.out), Some(told));
        let log = child.stderr.take().expect("its log is a pipe");
        keep(log, Arc::clone(&self.said.log), None);
        let serving = lines.wait_for(|lines| addresses(lines).is_some());
        let found = timeout(PATIENCE, serving).await.ok().and_then(Result::ok).map(|lines| addresses(&lines));
        let Some((issuer, public, ops)) = found.flatten() else {
            panic!("it does not serve\n{}\n{}", self.out(), self.log());
        };
        self.issuer = issuer;
        self.listen = [public, ops];
        self.child = Some(child);
    }

    /// Asks it to end (SIGTERM) and waits until it has.
    ///
    /// # Panics
    /// When it does not run, or does not end in time.
    pub async fn ends(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.has_ended().await
    }

    /// Kills it without a word (SIGKILL).
    ///
    /// # Panics
    /// When it does not run.
    pub async fn is_killed(&mut self) {
        self.signal(Signal::KILL);
        self.has_ended().await;
    }

    /// Sends it a signal, such as `Signal::STOP` and `Signal::CONT`.
    ///
    /// # Panics
    /// When it does not run.
    pub fn signal(&self, signal: Signal) {
        let id = self.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(id.expect("it runs"), signal).expect("it can be signalled");
    }

    /// Waits until it has ended.
    ///
    /// # Panics
    /// When it does not end in time.
    pub async fn has_ended(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("it was started");
        timeout(PATIENCE, child.wait()).await.expect("it ends in time").expect("it ends")
    }

    /// Runs a command of the program on the same data, whether it serves or not.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn runs(&self, words: &[&str]) -> Output {
        self.runs_with_input(words, "").await
    }

    /// The same with standard input, such as a password.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn runs_with_input(&self, words: &[&str], input: &str) -> Output {
        use tokio::io::AsyncWriteExt as _;
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let mut child = self.command(&words).stdin(Stdio::piped()).spawn().expect("the program starts");
        if let Some(mut stdin) = child.stdin.take() {
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        timeout(PATIENCE, child.wait_with_output()).await.expect("it ends in time").expect("it ends")
    }

    /// Runs a command with `--json` and gives its object.
    ///
    /// # Panics
    /// When it fails, with what it said.
    pub async fn answers(&self, words: &[&str]) -> Value {
        let words = [words, &["--json"]].concat();
        let output = self.runs(&words).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "grantry {}: {said}", words.join(" "));
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("grantry {}: {error}: {:?}", words.join(" "), output.stdout))
    }

    fn command(&self, words: &[String]) -> Command {
        let mut command = Command::new(&self.wanted.program);
        command
            .args(words)
            .current_dir(self.folder())
            // What the test run itself was given must not reach the program.
            .env_clear()
            .envs(crate::environment("PATH").map(|path| ("PATH", path)))
            .envs(CHEAP)
            .envs(self.wanted.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if self.wanted.words.first().is_none_or(|word| word != "demo") {
            command.arg("--data").arg(self.folder().join("data"));
            if let Some(url) = self.database.url() {
                command.arg("--database").arg(url);
            }
        }
        if self.wanted.file.is_some() {
            command.arg("--config").arg(self.folder().join("grantry.toml"));
        }
        command
    }
}

/// Reads a stream to its end, keeps its lines and tells of each.
fn keep(
    stream: impl AsyncRead + Send + Unpin + 'static,
    kept: Arc<Mutex<Vec<String>>>,
    told: Option<watch::Sender<Vec<String>>>,
) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some(told) = &told {
                told.send_modify(|lines| lines.push(line.clone()));
            }
            if let Ok(mut kept) = kept.lock() {
                kept.push(line);
            }
        }
    });
}

/// The issuer and the two addresses, when the output names them.
fn addresses(lines: &[String]) -> Option<(String, SocketAddr, SocketAddr)> {
    let url_in = |marker: &str| {
        let line = lines.iter().find(|line| line.contains(marker))?;
        let url = line.split_whitespace().find(|word| word.starts_with("http"))?;
        url::Url::parse(url).ok()
    };
    let (public, ops) = (url_in("serves on")?, url_in("Operations")?);
    let local = |url: &url::Url| Some(SocketAddr::from(([127, 0, 0, 1], url.port_or_known_default()?)));
    Some((public.origin().ascii_serialization(), local(&public)?, local(&ops)?))
}
