//! Which addresses are on the internet: not those of this computer, of private networks and of other special purposes
//! (RFC 6890 and what it lists).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether it is an address that anybody reaches, and means the same everywhere.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_documentation()
        // This network, shared address space (RFC 6598), IETF assignments, benchmarks (RFC 2544), reserved.
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240;
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, .., last_but_one, last] = address.segments();
    // Behind NAT64 (RFC 6052) and 6to4 (RFC 3056) is an address of IPv4.
    let embedded = match (first, second) {
        (0x64, 0xff9b) => Some((last_but_one, last)),
        (0x2002, high) => Some((high, address.segments().get(2).copied().unwrap_or_default())),
        _ => None,
    };
    if let Some((high, low)) = embedded {
        return is_public_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    }
    // Global unicast (RFC 4291 2.4) without documentation (RFC 3849, RFC 9637) and what is assigned for protocols.
    (0x2000..0x4000).contains(&first) && !(first == 0x2001 && (second == 0xdb8 || second < 0x200)) && first != 0x3fff
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn only_what_anybody_reaches_is_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.5.5",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::1",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["9.9.9.9", "172.32.0.1", "2606:4700::1", "64:ff9b::909:909"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }
}
