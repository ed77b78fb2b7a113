//! What the database URL says: where the server is, and how a connection to it is protected.

use super::tls::{self, Proof};
use crate::OpenError;
use percent_encoding::percent_decode_str;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

/// A server that does not answer is given up after this time.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long sent data may stay unacknowledged: a server that vanished is noticed, whatever the protocol waits for.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(10);

/// Reads a URL. `sslmode` and `sslrootcert` mean what they mean to PostgreSQL's own programs, but without `sslmode`
/// a server on another machine must prove who it is: whoever means less must say so.
pub(super) fn read(url: &str) -> Result<(Config, MakeRustlsConnect), OpenError> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(wrong("it begins with neither postgres:// nor postgresql://"));
    }
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value),
            Some(("sslrootcert", value)) => {
                let path = percent_decode_str(value).decode_utf8().map_err(|_| wrong("sslrootcert"))?;
                roots = Some(PathBuf::from(path.as_ref()));
            }
            _ => rest.push(pair),
        }
    }
    let mut config: Config =
        format!("{place}?{}", rest.join("&")).parse().map_err(|error| wrong(super::error::causes(&error)))?;
    let (needed, proof) = protection(mode, roots.is_some(), is_here(&config))?;
    config.ssl_mode(needed).keepalives_idle(Duration::from_secs(30));
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(ACKNOWLEDGED_WITHIN);
    }
    if config.get_application_name().is_none() {
        config.application_name("grantry");
    }
    Ok((config, tls::connector(proof, roots.as_deref())?))
}

fn wrong(cause: impl std::fmt::Display) -> OpenError {
    OpenError::Config(format!("the database URL cannot be used: {cause}"))
}

/// Whether a connection must be encrypted, and what the server must prove.
fn protection(mode: Option<&str>, has_roots: bool, is_here: bool) -> Result<(SslMode, Proof), OpenError> {
    // As in libpq: who gives a certificate authority wants it to be asked.
    let chain_if_asked = if has_roots { Proof::Chain } else { Proof::Nothing };
    Ok(match mode {
        Some("disable") => (SslMode::Disable, Proof::Nothing),
        Some("allow" | "prefer") => (SslMode::Prefer, Proof::Nothing),
        Some("require") => (SslMode::Require, chain_if_asked),
        Some("verify-ca") => (SslMode::Require, Proof::Chain),
        Some("verify-full") => (SslMode::Require, Proof::Name),
        None if is_here && !has_roots => (SslMode::Prefer, Proof::Nothing),
        None => (SslMode::Require, Proof::Name),
        Some(_) => return Err(wrong("sslmode is one of disable, prefer, require, verify-ca, verify-full")),
    })
}

/// Whether the server is on this machine: what is said to it cannot be overheard on a network.
fn is_here(config: &Config) -> bool {
    let names = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    names && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needed(url: &str) -> SslMode {
        read(url).expect("a URL").0.get_ssl_mode()
    }

    // security: W11
    #[test]
    fn a_server_elsewhere_must_prove_itself_unless_the_url_says_otherwise() {
        assert_eq!(needed("postgres://u@db.example/n"), SslMode::Require);
        assert_eq!(needed("postgres://u@db.example/n?sslmode=disable"), SslMode::Disable);
        assert_eq!(needed("postgres://u@localhost,db.example/n"), SslMode::Require);
        for here in ["localhost", "127.0.0.1", "%2Fvar%2Frun%2Fpostgresql"] {
            assert_eq!(needed(&format!("postgres://u@{here}/n")), SslMode::Prefer, "{here}");
        }
        assert_eq!(protection(None, false, false).expect("a mode"), (SslMode::Require, Proof::Name));
        assert_eq!(protection(None, true, true).expect("a mode"), (SslMode::Require, Proof::Name));
        assert_eq!(
            protection(Some("require"), false, false).expect("a mode"),
            (SslMode::Require, Proof::Nothing)
        );
        assert_eq!(
            protection(Some("require"), true, false).expect("a mode"),
            (SslMode::Require, Proof::Chain)
        );
        assert_eq!(
            protection(Some("verify-full"), true, true).expect("a mode"),
            (SslMode::Require, Proof::Name)
        );
    }

    #[test]
    fn other_parameters_stay_and_wrong_urls_are_refused_without_their_password() {
        let (config, _) =
            read("postgresql://u:p@localhost:5433/n?application_name=x&connect_timeout=9").expect("a URL");
        assert_eq!(config.get_application_name(), Some("x"));
        assert_eq!(config.get_ports(), [5433]);
        assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(9)));
        for wrong in [
            "mysql://u:hunter2@localhost/n",
            "postgres://u:hunter2@localhost/n?sslmode=maybe",
            "postgres://u:hunter2@localhost/n?no_such=1",
            "postgres://u:hunter2@localhost:port/n",
            "postgres://u:hunter2@localhost/n?sslrootcert=%2Fno%2Fsuch%2Ffile",
        ] {
            let refused = read(wrong).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(!refused.is_empty() && !refused.contains("hunter2"), "{wrong}: {refused}");
        }
    }
}
