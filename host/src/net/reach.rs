//! Which addresses requests may go to: names are the target's own business, and a name may stand for any address.
//!
//! Whoever answers for a name could have it point at a service of the internal network or of this machine, which would
//! then get the target's requests and token. So addresses that are not public are refused unless the project grants them.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::origin::Origin;

/// Which addresses requests may go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only.
    Public,
    /// Private, link-local and loopback addresses, too.
    Private,
}

/// A host that stands for an address it may not.
#[derive(Debug)]
pub(super) struct NotReachable {
    host: String,
    address: IpAddr,
}

impl NotReachable {
    pub(super) fn new(host: &str, address: IpAddr) -> Self {
        Self { host: host.to_owned(), address }
    }
}

impl fmt::Display for NotReachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, address } = self;
        write!(f, "`{host}` stands for {address}, which is {}", kind(*address).unwrap_or("a public address"))
    }
}

impl Error for NotReachable {}

/// What kind of address it is when it is not a public one. Source: the special-purpose registries of IANA (RFC 6890).
pub(super) fn kind(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => kind_of_v4(address),
        IpAddr::V6(address) => kind_of_v6(address),
    }
}

fn kind_of_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [first, second, ..] = address.octets();
    if address.is_loopback() || first == 0 {
        Some("an address of this machine")
    } else if address.is_link_local() {
        Some("a link-local address")
    } else if address.is_private() || (first == 100 && second & 0xc0 == 64) {
        Some("a private address")
    } else if address.is_multicast() || first >= 240 {
        Some("no address of a single host")
    } else {
        None
    }
}

fn kind_of_v6(address: Ipv6Addr) -> Option<&'static str> {
    // IPv4 in the clothes of IPv6: mapped, and translated (RFC 6052).
    let [a, b, c, d, e, f, g, h] = address.segments();
    let low = u32::from(g) << 16 | u32::from(h);
    if let Some(mapped) = address.to_ipv4_mapped() {
        kind_of_v4(mapped)
    } else if [a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0] {
        kind_of_v4(Ipv4Addr::from_bits(low))
    } else if address.is_loopback() || address.is_unspecified() {
        Some("an address of this machine")
    } else if address.is_unicast_link_local() {
        Some("a link-local address")
    } else if address.is_unique_local() {
        Some("a private address")
    } else if address.is_multicast() {
        Some("no address of a single host")
    } else {
        None
    }
}

/// Looks names up, and refuses what a target may not stand for. Other names, such as that of a proxy, are the system's.
pub(super) struct Guard {
    pub(super) origin: Origin,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let origin = self.origin.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let guarded = origin.is_or_holds_host(name.as_str());
            if let Some(bad) = found.iter().find(|address| guarded && kind(address.ip()).is_some()) {
                return Err(NotReachable::new(name.as_str(), bad.ip()).into());
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        for public in
            ["20.54.1.2", "1.1.1.1", "100.63.0.1", "100.128.0.1", "172.32.0.1", "2603:1020::1", "64:ff9b::101:101"]
        {
            assert_eq!(kind(public.parse().unwrap()), None, "{public}");
        }
        for (address, expected) in [
            ("127.0.0.1", "an address of this machine"),
            ("127.9.9.9", "an address of this machine"),
            ("0.0.0.0", "an address of this machine"),
            ("::1", "an address of this machine"),
            ("::", "an address of this machine"),
            ("::ffff:127.0.0.1", "an address of this machine"),
            ("64:ff9b::7f00:1", "an address of this machine"),
            ("10.0.0.4", "a private address"),
            ("172.16.0.1", "a private address"),
            ("172.31.255.255", "a private address"),
            ("192.168.1.1", "a private address"),
            ("100.64.0.1", "a private address"),
            ("fd00::1", "a private address"),
            ("::ffff:10.0.0.1", "a private address"),
            ("169.254.169.254", "a link-local address"),
            ("fe80::1", "a link-local address"),
            ("224.0.0.1", "no address of a single host"),
            ("255.255.255.255", "no address of a single host"),
            ("ff02::1", "no address of a single host"),
        ] {
            assert_eq!(kind(address.parse().unwrap()), Some(expected), "{address}");
        }
    }

    #[tokio::test]
    async fn a_name_of_the_target_may_not_stand_for_this_machine() {
        let resolve = |origin: &str| {
            let guard = Guard { origin: Origin::parse(origin).unwrap() };
            guard.resolve("localhost".parse().unwrap())
        };
        let Err(error) = resolve("https://localhost").await else { panic!("it was looked up") };
        assert!(error.downcast_ref::<NotReachable>().is_some(), "{error}");
        assert!(error.to_string().contains("an address of this machine"), "{error}");
        // A proxy may well be on this machine.
        assert!(resolve("https://management.azure.com").await.is_ok());
    }
}
