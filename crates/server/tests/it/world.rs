//! One server for one test, and a client that sends exactly the bytes it is told to.

use std::net::SocketAddr;
use std::time::Duration;

use grantry::config::{Config, Security};
use grantry::start::{self, Running, Settings};
use grantry_store::Durability;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct World {
    _data: tempfile::TempDir,
    pub(crate) running: Running,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let mut config = Config::default();
        config.server.listen = vec![SocketAddr::from(([127, 0, 0, 1], 0))];
        config.server.ops_listen = SocketAddr::from(([127, 0, 0, 1], 0));
        config.server.data = data.path().join("data");
        config.branding.name = "Innkeeper".to_owned();
        config.security = Security { argon2_memory_kib: 64, argon2_passes: 1, argon2_at_once: 0 };
        let mut settings = Settings::new(config);
        settings.durability = Durability::Off;
        let running = start::start(settings).await.expect("a server starts on a free port");
        Self { running, _data: data }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.running.addresses[0]
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        self.send("POST", path, headers, body).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut text =
            format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            text.push_str("Host: localhost\r\n");
        }
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        text.push_str(body);
        let mut stream = TcpStream::connect(self.address()).await.expect("the server accepts");
        stream.write_all(text.as_bytes()).await.expect("the server reads");
        let mut answer = Vec::new();
        tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer))
            .await
            .expect("the server answers in time")
            .expect("the server answers");
        Reply::parse(&String::from_utf8_lossy(&answer))
    }
}

impl Reply {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("an answer has a status");
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        self.head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value)
    }
}
