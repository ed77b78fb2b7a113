//! `grantry demo`: a sample platform with an app that can be connected, on this machine only, made anew at each start.
//!
//! The sample app is a relying party on a port of its own. It is given a client ID and a secret, and uses nothing of the
//! server but its public HTTP endpoints, as an app on another machine would.

mod client;
mod folder;
mod listing;
mod party;
mod picture;
mod platform;
mod visit;

pub use folder::Folder;
pub use party::Party;
pub use platform::{Cast, Person, fill};

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use anyhow::ensure;

use crate::config::{CompatPreset, Config};

/// Where the demo keeps its data; there and nowhere else.
pub const FOLDER: &str = "./grantry-demo";

/// The platform company of the demo.
const PLATFORM: &str = "Lodgeworks";

/// The configuration of the demo: what was given, as far as it suits a sample platform on this machine.
///
/// # Errors
/// Listeners that others could reach.
pub fn configuration(given: Config) -> anyhow::Result<Config> {
    let plain = Config::default();
    let mut config =
        Config { log: given.log, security: given.security, limits: given.limits, ..plain.clone() };
    config.server.data = PathBuf::from(FOLDER);
    config.branding.name = PLATFORM.to_owned();
    config.compat.preset = CompatPreset::Seed;
    config.server.listen = given.server.listen;
    config.server.ops_listen = given.server.ops_listen;
    let inside = |address: &SocketAddr| address.ip().is_loopback();
    ensure!(
        config.server.listen.iter().chain([&config.server.ops_listen]).all(inside),
        "the demo listens on this machine only: give 127.0.0.1 or [::1], or leave the addresses out"
    );
    // A server may run on the usual ports already; the demo takes others then.
    if config.server.listen == plain.server.listen && !are_free(&plain.server.listen) {
        config.server.listen.iter_mut().for_each(|address| address.set_port(0));
    }
    if config.server.ops_listen == plain.server.ops_listen && !are_free(&[plain.server.ops_listen]) {
        config.server.ops_listen.set_port(0);
    }
    Ok(config)
}

/// Whether nobody listens there right now. A machine without IPv6 has no such address, and nobody on it.
fn are_free(addresses: &[SocketAddr]) -> bool {
    let taken = |address: &SocketAddr| {
        TcpListener::bind(address).is_err_and(|why| why.kind() == std::io::ErrorKind::AddrInUse)
    };
    !addresses.iter().any(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};

    #[test]
    fn the_demo_is_for_this_machine_and_keeps_nothing_elsewhere() {
        let mut given = Config::default();
        given.server.data = PathBuf::from("/srv/real");
        given.server.listen = vec![SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)];
        let config = configuration(given.clone()).expect("a demo");
        assert_eq!(config.server.data, PathBuf::from(FOLDER));
        assert!(config.server.public_url.is_none() && config.mail.smtp.is_none());
        given.server.listen.push("0.0.0.0:8080".parse().expect("an address"));
        let refused = configuration(given).expect_err("everybody could come in");
        assert!(refused.to_string().contains("this machine only"), "{refused}");
    }
}
