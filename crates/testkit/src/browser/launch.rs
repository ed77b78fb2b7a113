//! Starts chromedriver and Chromium for one browser, and makes sure that neither outlives it.

use std::process::Stdio;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{Capabilities, WebDriver};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::loopback;

/// What Chromium is started with. Nothing here changes how a page behaves, only what Chromium does by itself.
const FLAGS: [&str; 12] = [
    "--headless",
    // The sandbox needs privileges that a container does not have; the pages are our own.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--password-store=basic",
    "--lang=en-US",
];

/// How a browser is to be opened.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// Names that resolve to 127.0.0.1 although no name server knows them.
    pub(super) names: Vec<String>,
    /// Base64 of the SHA-256 of the public keys whose certificates are trusted.
    pub(super) trusted_keys: Vec<String>,
}

/// One chromedriver with one Chromium, in a process group of their own.
#[derive(Debug)]
pub(super) struct Engine {
    driver: Option<WebDriver>,
    chromedriver: Child,
    group: Pid,
    profile: TempDir,
}

impl Engine {
    pub(super) async fn start(wishes: &Wishes) -> anyhow::Result<Self> {
        // It takes a free port of IPv6 and gives up when somebody else has that number in IPv4.
        let mut attempts = 0;
        let (mut engine, port) = loop {
            attempts += 1;
            match Self::driver_process().await {
                Ok(started) => break started,
                Err(error) if attempts == 5 => return Err(error),
                Err(_) => {}
            }
        };
        let profile = engine.profile.path().to_string_lossy().into_owned();
        let wanted = capabilities(&profile, wishes)?;
        let opening =
            WebDriver::builder(format!("http://127.0.0.1:{port}"), wanted).client(loopback::client());
        engine.driver = Some(opening.connect().await.context("opening Chromium")?);
        Ok(engine)
    }

    /// chromedriver without a browser yet, and the port it listens on.
    async fn driver_process() -> anyhow::Result<(Self, u16)> {
        let profile = tempfile::Builder::new().prefix("grantry-browser-").tempdir()?;
        let mut chromedriver = Command::new("chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Chromium inherits the group, so that both can be ended together.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .context("starting chromedriver; on Debian: apt-get install chromium chromium-driver")?;
        let id = chromedriver.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let group = id.context("chromedriver ended at once")?;
        let out = chromedriver.stdout.take().context("chromedriver has no output")?;
        let engine = Self { driver: None, chromedriver, group, profile };
        let port = port_of(BufReader::new(out)).await?;
        Ok((engine, port))
    }

    /// The driver; there is one from the start until the drop.
    pub(super) fn driver(&self) -> &WebDriver {
        self.driver.as_ref().expect("an opened browser has a driver")
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.take() {
            // Ending the session politely would block the test's only thread; the signal below ends everything.
            let _ = driver.leak();
        }
        let _ = kill_process_group(self.group, Signal::KILL);
        let _ = self.chromedriver.start_kill();
    }
}

/// Reads the line in which chromedriver says where it listens, and keeps its pipe open afterwards.
async fn port_of(out: BufReader<tokio::process::ChildStdout>) -> anyhow::Result<u16> {
    let mut lines = out.lines();
    let mut said = Vec::new();
    while let Some(line) = lines.next_line().await? {
        let port = line.rsplit_once("on port ").map(|(_, port)| port.trim_end_matches('.'));
        if let Some(port) = port.and_then(|port| port.parse().ok()).filter(|port| *port != 0) {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(port);
        }
        said.push(line);
    }
    anyhow::bail!("chromedriver ended without a port: {}", said.join("\n"))
}

fn capabilities(profile: &str, wishes: &Wishes) -> anyhow::Result<Capabilities> {
    let mut flags: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
    flags.push(format!("--user-data-dir={profile}"));
    // Nothing but this computer is ever asked for: no third party learns of a test, and none can break it.
    let mut rules = wishes.names.iter().map(|name| format!("MAP {name} 127.0.0.1")).collect::<Vec<_>>();
    rules.push("MAP localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE [::1]".to_owned());
    flags.push(format!("--host-resolver-rules={}", rules.join(", ")));
    if !wishes.trusted_keys.is_empty() {
        flags.push(format!("--ignore-certificate-errors-spki-list={}", wishes.trusted_keys.join(",")));
    }
    let mut wanted = Capabilities::new();
    wanted.set("browserName", "chrome")?;
    // An alert stays, so that a story can say that there is none; every other step fails while one is open.
    wanted.set("unhandledPromptBehavior", "ignore")?;
    wanted.set("goog:chromeOptions", json!({ "args": flags }))?;
    Ok(wanted)
}
