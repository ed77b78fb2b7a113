//! From which address a request comes: the connection's other end, or what a trusted proxy says of it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::Request;
use ipnet::IpNet;

use super::guard::PeerAddress;

/// The caller's address. `X-Forwarded-For` counts only on connections from a trusted proxy, and is read from its end:
/// the last entry that no trusted proxy wrote is the caller.
#[must_use]
pub fn address(request: &Request, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = request.extensions().get::<PeerAddress>()?.0.to_canonical();
    let trusts = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    if !trusts(&peer) {
        return Some(peer);
    }
    let lines = request.headers().get_all("x-forwarded-for").iter().rev();
    let entries = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.rsplit(','));
    let mut caller = peer;
    for entry in entries {
        let Some(ip) = ip(entry.trim()) else { break };
        caller = ip;
        if !trusts(&ip) {
            break;
        }
    }
    Some(caller)
}

/// A source of requests: who has one IPv6 address mostly has a whole /64 of them.
#[must_use]
pub fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) => IpAddr::V4(ip),
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
    }
}

/// An entry of the list: an address, with its port as some proxies write it.
fn ip(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    let ip = bare.parse().or_else(|_| entry.parse().map(|address: SocketAddr| address.ip()));
    ip.ok().map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let mut request = Request::builder();
        for line in forwarded {
            request = request.header("x-forwarded-for", *line);
        }
        let mut request = request.body(Body::empty()).expect("a request");
        request.extensions_mut().insert(PeerAddress(peer.parse().expect("an address")));
        let proxies = ["10.0.0.0/8".parse().expect("a network")];
        address(&request, &proxies).expect("an address").to_string()
    }

    // security: S06, W06
    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(seen("203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(seen("10.0.0.2", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.2", &["6.6.6.6, 198.51.100.1, 10.0.0.3"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.2", &["6.6.6.6", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.2", &["evil"]), "10.0.0.2");
        assert_eq!(seen("10.0.0.2", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.2", &["[2001:db8::1]:4711"]), "2001:db8::1");
        assert_eq!(seen("10.0.0.2", &["[2001:db8::1]"]), "2001:db8::1");
        assert_eq!(seen("::ffff:10.0.0.2", &["198.51.100.1"]), "198.51.100.1");
    }
}
