//! The servers that are measured: started on loopback with an empty folder, filled through the command line, ended at drop.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::check::text;
use crate::http::{Call, Connection};

/// The person who connects the app, and the address that the app's codes are sent to.
pub(crate) const EMAIL: &str = "alma@hotel.example";
pub(crate) const PASSWORD: &str = "correct horse battery staple";
pub(crate) const REDIRECT_URI: &str = "https://bench.example/callback";
pub(crate) const SCOPE: &str = "openid offline_access reservations.read rates.read";

/// Server on one core, load generator on another: otherwise they take turns and both look slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cores {
    Apart,
    Together,
}

impl Cores {
    /// Moves this process to the second core, if there are two and `taskset` is installed.
    pub(crate) async fn part() -> Self {
        let enough = std::thread::available_parallelism().is_ok_and(|cores| cores.get() >= 2);
        let own = std::process::id().to_string();
        let moved =
            Command::new("taskset").args(["-a", "-c", "-p", "1", &own]).stdout(Stdio::null()).status().await;
        if enough && moved.is_ok_and(|status| status.success()) { Self::Apart } else { Self::Together }
    }

    fn command(self, program: &Path) -> Command {
        match self {
            Self::Together => Command::new(program),
            Self::Apart => {
                let mut command = Command::new("taskset");
                command.args(["-c", "0"]).arg(program);
                command
            }
        }
    }
}

/// A server of this run.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// Killed when dropped.
    process: Child,
}

impl Server {
    /// Memory that the server holds, in MiB; 0 where `/proc` does not tell.
    pub(crate) async fn resident_mib(&self) -> f64 {
        let Some(id) = self.process.id() else { return 0.0 };
        let status = tokio::fs::read_to_string(format!("/proc/{id}/status")).await.unwrap_or_default();
        let kib = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok());
        kib.unwrap_or(0.0) / 1024.0
    }
}

/// Starts the bare handler.
pub(crate) async fn bare(cores: Cores) -> anyhow::Result<Server> {
    let own = std::env::current_exe()?;
    let mut process = cores
        .command(&own)
        .arg("bare")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let stdout = process.stdout.take().context("no output")?;
    let line = BufReader::new(stdout).lines().next_line().await?.context("the bare handler did not start")?;
    let address = line.trim_start_matches("http://").parse().with_context(|| line.clone())?;
    Ok(Server { address, process })
}

/// A Grantry binary and the folder it keeps its data in.
#[derive(Debug)]
pub(crate) struct Grantry {
    pub(crate) program: PathBuf,
    pub(crate) data: PathBuf,
}

/// Client ID and secret.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// What the run needs of the platform.
#[derive(Debug)]
pub(crate) struct Cast {
    /// A custom app: client credentials.
    pub(crate) custom: Credentials,
    /// A store app: code and refresh.
    pub(crate) store: Credentials,
}

impl Grantry {
    /// Runs one command of `grantry … --json` and returns what it printed.
    async fn command(&self, arguments: &[&str], input: Option<&str>) -> anyhow::Result<Value> {
        let mut process = Command::new(&self.program)
            .args(arguments)
            .arg("--data")
            .arg(&self.data)
            .arg("--json")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| self.program.display().to_string())?;
        if let (Some(mut stdin), Some(input)) = (process.stdin.take(), input) {
            stdin.write_all(input.as_bytes()).await?;
        }
        let done = process.wait_with_output().await?;
        let said = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "grantry {}: {said}", arguments.join(" "));
        serde_json::from_slice(&done.stdout)
            .with_context(|| format!("what grantry {} printed", arguments.join(" ")))
    }

    async fn app(&self, kind: &str, account: &str, code: &str, more: &[&str]) -> anyhow::Result<Credentials> {
        let mut arguments = vec!["app", "create", "--kind", kind, "--account", account, "--code", code];
        arguments.extend(["--name", "Load", "--secret-description", "bench", "--scope", "reservations.read"]);
        arguments.extend(more);
        let made = self.command(&arguments, None).await?;
        let field =
            |name| text(&made, name).map(str::to_owned).with_context(|| format!("no {name} in {made}"));
        Ok(Credentials { id: field("client_id")?, secret: field("client_secret")? })
    }

    /// Two accounts, one person, one custom app and one store app.
    pub(crate) async fn fill(&self) -> anyhow::Result<Cast> {
        for (code, name, kind) in
            [("SDXE", "Bench developer", "developer"), ("HOTL", "Bench hotel", "customer")]
        {
            self.command(&["account", "create", "--code", code, "--name", name, "--kind", kind], None)
                .await?;
        }
        let person =
            ["user", "create", "--email", EMAIL, "--name", "Alma Admin", "--account", "HOTL", "--admin"];
        let with_password = [&person[..], &["--password-stdin"]].concat();
        self.command(&with_password, Some(PASSWORD)).await?;
        let custom = self.app("custom", "HOTL", "LOAD", &[]).await?;
        let more = ["--scope", "rates.read", "--redirect-uri", REDIRECT_URI];
        let store = self.app("store", "SDXE", "BENCH", &more).await?;
        Ok(Cast { custom, store })
    }

    /// Starts the server and waits until it answers discovery.
    pub(crate) async fn serve(&self, cores: Cores) -> anyhow::Result<Server> {
        let (public, operations) = (free_port()?, free_port()?);
        let address: SocketAddr = format!("127.0.0.1:{public}").parse()?;
        let mut process = cores
            .command(&self.program)
            .arg("serve")
            .arg("--data")
            .arg(&self.data)
            .args(["--listen", &address.to_string(), "--ops-listen", &format!("127.0.0.1:{operations}")])
            .args(["--public-url", &format!("http://{address}")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut said = process.stderr.take().context("no standard error")?;
        let patience = Instant::now();
        let discovery = Call::get("/.well-known/openid-configuration");
        loop {
            if let Ok(mut connection) = Connection::open(address).await
                && connection.send(&discovery).await.is_ok_and(|answer| answer.status.is_success())
            {
                // Read on, so that a full pipe never stops the server.
                tokio::spawn(async move { tokio::io::copy(&mut said, &mut tokio::io::sink()).await });
                return Ok(Server { address, process });
            }
            if process.try_wait()?.is_some() || patience.elapsed() > Duration::from_secs(20) {
                let _ = process.kill().await;
                let mut words = String::new();
                said.read_to_string(&mut words).await?;
                bail!("the server did not start: {words}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// A port that was free a moment ago; good enough where the only other program is the bench itself.
fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
