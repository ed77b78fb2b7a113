//! Which addresses are public: the only ones that the server calls on somebody's word.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address belongs to the public internet. What is not plainly public is not.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => is_public_v4(four),
        IpAddr::V6(six) => is_public_v6(six),
    }
}

/// The special blocks of IPv4, each with its first address and the length of its prefix (IANA's registry, RFC 6890).
const SPECIAL_V4: [([u8; 4], u32); 17] = [
    ([0, 0, 0, 0], 8),        // this network
    ([10, 0, 0, 0], 8),       // private
    ([100, 64, 0, 0], 10),    // carrier-grade NAT
    ([127, 0, 0, 0], 8),      // loopback
    ([168, 63, 129, 16], 32), // a cloud's inside, though the address looks public
    ([169, 254, 0, 0], 16),   // link-local, cloud metadata among it
    ([172, 16, 0, 0], 12),    // private
    ([192, 0, 0, 0], 24),     // protocol assignments
    ([192, 0, 2, 0], 24),     // documentation
    ([192, 31, 196, 0], 24),  // AS112
    ([192, 52, 193, 0], 24),  // AMT
    ([192, 88, 99, 0], 24),   // 6to4 relays
    ([192, 168, 0, 0], 16),   // private
    ([198, 18, 0, 0], 15),    // benchmarking
    ([198, 51, 100, 0], 24),  // documentation
    ([203, 0, 113, 0], 24),   // documentation
    ([224, 0, 0, 0], 3),      // multicast, reserved and broadcast
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    !SPECIAL_V4.iter().any(|(first, length)| {
        let beyond = 32 - length;
        bits >> beyond == u32::from_be_bytes(*first) >> beyond
    })
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = address.to_bits();
    let begins = |first: u128, length: u32| bits >> (128 - length) == first;
    // Translations are as public as the IPv4 address inside them.
    if let Some(four) = address.to_ipv4_mapped() {
        return is_public_v4(four);
    }
    if begins(0x0064_ff9b_0000_0000_0000_0000, 96) {
        return is_public_v4(low_four(bits)); // NAT64, RFC 6052
    }
    if begins(0x2002, 16) {
        return is_public_v4(low_four(bits >> 80)); // 6to4, RFC 3056
    }
    // An interface identifier of ISATAP (RFC 5214) carries an IPv4 address too.
    let interface = u32::try_from((bits >> 32) & 0xffff_ffff).unwrap_or_default();
    if interface & !0x0200_0000 == 0x0000_5efe && !is_public_v4(low_four(bits)) {
        return false;
    }
    begins(0b001, 3) // global unicast is 2000::/3; loopback, ULA, link-local, multicast are outside
        && !begins(0x2001_0000 >> 9, 23) // protocol assignments: Teredo, benchmarking, ORCHID
        && !begins(0x2001_0db8, 32) // documentation
        && !begins(0x3fff_0000 >> 12, 20) // documentation
        && !begins(0x2620_004f_8000, 48) // AS112
}

fn low_four(bits: u128) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::try_from(bits & 0xffff_ffff).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_not_public_in_any_clothes() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            // IPv6 of its own
            "::",
            "::1",
            "::2",
            "100::1",
            "fc00::1",
            "fdff::1",
            "fd00:ec2::254",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "ff0e::1",
            "2001::1",
            "2001:1::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2001:db8:ffff::1",
            "3fff::1",
            "3fff:fff::1",
            "2620:4f:8000::1",
            "4000::1",
            "5f00::1",
            // IPv4 inside IPv6
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::1.1.1.1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2002:c0a8:101::1",
            "2001:0:7f00:1::1",
            "2a00::5efe:10.0.0.1",
            "2a00::200:5efe:127.0.0.1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address} was called public");
        }
    }

    #[test]
    fn ordinary_addresses_are_public_up_to_the_edges_of_the_special_blocks() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2001:db9::1",
            "2606:4700:4700::1111",
            "2a00:1450::1",
            "3fff:1000::1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::1",
            "2a00::5efe:1.1.1.1",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address} was refused");
        }
    }
}
