//! Runs the client programs of `crates/server/tests/clients`: libraries that nobody here wrote, in three languages.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// How long a program may take for one of its steps: interpreters start slowly on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which program; see the README beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// `openid-client`: PKCE, checks `iss`, Basic authentication.
    Node,
    /// `idpyoidc`: PKCE, checks `iss` and the nonce.
    Python,
    /// `openid_connect`: no PKCE, credentials in the body; needs the app profile `compatible`.
    Ruby,
}

impl Language {
    pub const ALL: [Self; 3] = [Self::Node, Self::Python, Self::Ruby];

    fn command(self) -> Command {
        let programs = crate::root().join("crates/server/tests/clients");
        let start = |interpreter: PathBuf, program: &str| {
            let mut command = Command::new(interpreter);
            command.arg(programs.join(program));
            command
        };
        match self {
            Self::Node => {
                let mut command = start(PathBuf::from("node"), "node/client.mjs");
                command.env("NODE_MODULES", crate::third_party("node.stamp").join("node"));
                command
            }
            Self::Python => {
                start(crate::third_party("python.stamp").join("python/bin/python"), "python/client.py")
            }
            // The interpreter that Debian's package belongs to, whatever else is on the path.
            Self::Ruby => {
                let debian = Path::new("/usr/bin/ruby");
                let ruby = if debian.exists() { debian } else { Path::new("ruby") };
                start(ruby.to_owned(), "ruby/client.rb")
            }
        }
    }
}

/// An official SDK of the Model Context Protocol; see the README beside the programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum McpSdk {
    /// `@modelcontextprotocol/client`
    TypeScript,
    /// `mcp`
    Python,
}

impl McpSdk {
    pub const ALL: [Self; 2] = [Self::TypeScript, Self::Python];

    fn client(self) -> Command {
        match self {
            Self::TypeScript => {
                let mut command = Command::new("node");
                command.arg(crate::root().join("crates/server/tests/clients/mcp-node/client.mjs"));
                command.env("NODE_MODULES", crate::third_party("mcp-node.stamp").join("mcp-node"));
                command
            }
            Self::Python => mcp_python("client.py"),
        }
    }
}

fn mcp_python(program: &str) -> Command {
    let mut command = Command::new(crate::third_party("mcp-python.stamp").join("mcp-python/bin/python"));
    command.arg(crate::root().join("crates/server/tests/clients/mcp-python").join(program));
    command
}

/// What an MCP client is started with.
#[derive(Debug, Clone, Copy)]
pub struct McpWay<'a> {
    /// The address of the API.
    pub api: &'a str,
    pub redirect_uri: &'a str,
    /// Where the program describes itself; empty for one that cannot, which registers instead.
    pub client_metadata_url: &'a str,
    /// How it wants to authenticate; empty for what its SDK does by itself.
    pub auth_method: &'a str,
}

/// A sample API of the Model Context Protocol that takes tokens of one issuer. It ends with this value.
#[derive(Debug)]
pub struct SampleApi {
    /// Its address, which is its resource identifier, too.
    pub url: String,
    _child: Child,
}

impl SampleApi {
    /// Starts it and waits until it listens.
    ///
    /// # Panics
    /// When it does not.
    pub async fn start(issuer: &str, scope: &str) -> Self {
        let mut child = mcp_python("api.py")
            .env("ISSUER", issuer)
            .env("SCOPE", scope)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("the sample API does not start: {error}"));
        let mut output = BufReader::new(child.stdout.take().expect("its output is a pipe")).lines();
        let line = timeout(PATIENCE, output.next_line()).await.expect("it starts in time");
        let line = line.expect("its output can be read").expect("it says where it listens");
        let said: Value = serde_json::from_str(&line).expect("JSON");
        Self { url: said["url"].as_str().expect("an address").to_owned(), _child: child }
    }
}

/// The app as which a program introduces itself.
#[derive(Debug, Clone)]
pub struct Credentials<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub client_secret: &'a str,
    pub redirect_uri: &'a str,
    /// Separated by spaces, with `openid` and `offline_access`.
    pub scope: &'a str,
    /// Where the browser goes after signing out; empty for a program that does not sign out.
    pub post_logout_redirect_uri: &'a str,
    /// What else the program should do, as the README beside it names it.
    pub options: &'a [&'a str],
}

/// One of the APIs of `examples`, beside the server under test. It ends with this value.
#[derive(Debug)]
pub struct ForeignApi {
    /// Where it listens: `127.0.0.1` with a port.
    pub address: SocketAddr,
    _child: Child,
}

impl ForeignApi {
    /// Starts an API named `api` and waits until it has the server's keys and revocations.
    ///
    /// # Panics
    /// When there is none in this language, or it ends instead, with what it said on standard error.
    pub async fn start(language: Language, issuer: &str, api_secret: &str) -> Self {
        let examples = crate::root().join("examples");
        let mut command = match language {
            Language::Node => {
                let mut command = Command::new("node");
                command.arg(examples.join("node-api/server.mjs"));
                command.env("NODE_MODULES", crate::third_party("node.stamp").join("node"));
                command
            }
            Language::Python => {
                let python = crate::third_party("python.stamp").join("python/bin/python");
                let mut command = Command::new(python);
                command.arg(examples.join("python-api/server.py"));
                command
            }
            Language::Ruby => panic!("no example is written in Ruby"),
        };
        let mut child = command
            .env("ISSUER", issuer)
            .env("AUDIENCE", "api")
            .env("API_SECRET", api_secret)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("the {language:?} API does not start: {error}"));
        let mut output = BufReader::new(child.stdout.take().expect("its output is a pipe")).lines();
        let line = timeout(PATIENCE, output.next_line()).await.expect("it starts in time");
        match line.expect("its output can be read") {
            Some(url) => {
                let address = url.trim_start_matches("http://").parse().expect("an address");
                Self { address, _child: child }
            }
            None => {
                let mut said = String::new();
                if let Some(errors) = child.stderr.as_mut() {
                    let _ = errors.read_to_string(&mut said).await;
                }
                panic!("the {language:?} API gave up:\n{said}")
            }
        }
    }
}

/// A program that has discovered the issuer and waits for the answer of the browser.
#[derive(Debug)]
pub struct ForeignClient {
    /// Where it sends the person's browser.
    pub authorize_url: String,
    name: String,
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl ForeignClient {
    /// Starts the program and waits until it has discovered the issuer.
    ///
    /// # Panics
    /// When it ends instead, with what it said on standard error.
    pub async fn start(language: Language, app: &Credentials<'_>) -> Self {
        let mut command = language.command();
        command
            .env("ISSUER", app.issuer)
            .env("CLIENT_ID", app.client_id)
            .env("CLIENT_SECRET", app.client_secret)
            .env("REDIRECT_URI", app.redirect_uri)
            .env("SCOPE", app.scope)
            .env("POST_LOGOUT_REDIRECT_URI", app.post_logout_redirect_uri)
            .envs(app.options.iter().map(|option| (*option, "1")));
        Self::run(command, format!("{language:?}")).await
    }

    /// Starts a program that connects to an API of the Model Context Protocol, about which it knows nothing but its
    /// address, and waits until it wants a browser.
    ///
    /// # Panics
    /// When it ends instead, with what it said on standard error.
    pub async fn start_mcp(sdk: McpSdk, way: &McpWay<'_>) -> Self {
        let mut command = sdk.client();
        command
            .env("API", way.api)
            .env("REDIRECT_URI", way.redirect_uri)
            .env("CLIENT_METADATA_URL", way.client_metadata_url)
            .env("AUTH_METHOD", way.auth_method);
        Self::run(command, format!("MCP {sdk:?}")).await
    }

    async fn run(mut command: Command, name: String) -> Self {
        let mut child = command
            // One of the libraries keeps keys of its own where it is started.
            .current_dir(crate::target())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("the {name} client does not start: {error}"));
        let input = child.stdin.take().expect("its input is a pipe");
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe")).lines();
        let mut client = Self { authorize_url: String::new(), name, child, input, output };
        let said = client.line().await;
        let url = said["authorize_url"].as_str();
        client.authorize_url =
            url.unwrap_or_else(|| panic!("{} has no authorize_url: {said}", client.name)).to_owned();
        client
    }

    /// Gives it the whole URL to which the browser was sent, and waits for what it got: `library`, `id_token`,
    /// `userinfo`, `token` and `refreshed`.
    ///
    /// # Panics
    /// When one of its library's checks fails, with what it said on standard error.
    pub async fn receives(mut self, callback_url: &str) -> Value {
        let got = self.hears(callback_url).await;
        self.ends(&got).await;
        got
    }

    /// Gives it a line, and waits for what it says; there is more to come.
    ///
    /// # Panics
    /// As [`ForeignClient::receives`].
    pub async fn hears(&mut self, line: &str) -> Value {
        self.input.write_all(format!("{line}\n").as_bytes()).await.expect("it reads its input");
        self.input.flush().await.expect("it reads its input");
        self.line().await
    }

    /// Waits for its end, after its last word.
    ///
    /// # Panics
    /// When it fails.
    pub async fn ends(mut self, said: &Value) {
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it ends in time").expect("it ends");
        assert!(status.success(), "the {} client failed after its answer: {said}", self.name);
    }

    async fn line(&mut self) -> Value {
        let line = timeout(PATIENCE, self.output.next_line()).await.expect("it answers in time");
        match line.expect("its output can be read") {
            Some(line) => serde_json::from_str(&line)
                .unwrap_or_else(|error| panic!("{} said no JSON ({error}): {line}", self.name)),
            None => {
                let mut said = String::new();
                if let Some(errors) = self.child.stderr.as_mut() {
                    let _ = errors.read_to_string(&mut said).await;
                }
                panic!("the {} client gave up:\n{said}", self.name)
            }
        }
    }
}
