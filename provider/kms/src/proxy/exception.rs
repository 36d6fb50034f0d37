//! Hosts that are reached without a proxy.

use std::net::IpAddr;

/// One entry of `NO_PROXY`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Exception {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Hosts {
    All,
    /// A name and every name below it.
    Domain(String),
    /// Addresses that begin with these bits.
    Network(IpAddr, u8),
}

impl Exception {
    /// Reads the entries of `NO_PROXY`, which stand between commas or spaces. One that is of no known form covers nothing,
    /// as with other programs: the variable is theirs as well.
    pub(crate) fn list(text: &str) -> Vec<Self> {
        text.split([',', ' ', '\t']).filter_map(Self::parse).collect()
    }

    /// Reads `*`, a name, an address or a network like `10.0.0.0/8`. A name stands for those below it too, with or
    /// without a leading `.` or `*.`. A name or address may end with `:PORT`.
    pub(crate) fn parse(entry: &str) -> Option<Self> {
        if entry == "*" {
            return Some(Self { hosts: Hosts::All, port: None });
        }
        if let Some(hosts) = network(entry) {
            return Some(Self { hosts, port: None });
        }
        let (host, port) = match entry.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (entry, None),
        };
        if let Some(hosts) = network(host) {
            return Some(Self { hosts, port });
        }
        let name = host.strip_prefix("*.").or_else(|| host.strip_prefix('.')).unwrap_or(host);
        let name = name.strip_suffix('.').unwrap_or(name);
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        (!name.is_empty() && name.bytes().all(letters))
            .then(|| Self { hosts: Hosts::Domain(name.to_ascii_lowercase()), port })
    }

    /// Whether a host, as it stands in a URL, is reached without a proxy.
    pub(crate) fn covers(&self, host: &str, port: u16) -> bool {
        if self.port.is_some_and(|only| only != port) {
            return false;
        }
        let host = host.trim_matches(['[', ']']);
        match (&self.hosts, host.parse::<IpAddr>()) {
            (Hosts::All, _) => true,
            (Hosts::Network(network, bits), Ok(address)) => begins_alike(*network, address, *bits),
            (Hosts::Domain(name), Err(_)) => {
                let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
                host.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            (Hosts::Network(..), Err(_)) | (Hosts::Domain(_), Ok(_)) => false,
        }
    }
}

/// An address, bare or in brackets, or a network in the notation of RFC 4632 §3.1.
fn network(text: &str) -> Option<Hosts> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let (address, bits) = match bare.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
        None => (bare, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let all = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(all);
    (bits <= all).then_some(Hosts::Network(address, bits))
}

fn begins_alike(one: IpAddr, other: IpAddr, bits: u8) -> bool {
    let bits = u32::from(bits);
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros() >= bits,
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros() >= bits,
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(list: &str, host: &str, port: u16) -> bool {
        Exception::list(list).iter().any(|exception| exception.covers(host, port))
    }

    #[test]
    fn every_documented_form_covers_what_it_names_and_nothing_beside_it() {
        let kms = "kms.eu-west-1.amazonaws.com";
        for (list, host, covers) in [
            ("*", kms, true),
            (kms, kms, true),
            ("KMS.eu-west-1.amazonaws.com", kms, true),
            ("amazonaws.com", kms, true),
            (".amazonaws.com", kms, true),
            ("*.amazonaws.com", kms, true),
            ("amazonaws.com.", kms, true),
            ("a.example, .amazonaws.com", kms, true),
            ("a.example .amazonaws.com", kms, true),
            ("azonaws.com", kms, false),
            ("eu-west-1", kms, false),
            ("xkms.eu-west-1.amazonaws.com", kms, false),
            ("", kms, false),
            ("10.0.0.0/8", "10.200.3.4", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("0.0.0.0/0", "11.0.0.1", true),
            ("0.0.0.0/0", "[::1]", false),
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("fd00::/8", "[fd12::1]", true),
            ("[fd12::1]", "[fd12::1]", true),
            ("fd12::1", "[fd12::2]", false),
            ("10.0.0.0/33", "10.0.0.0", false),
        ] {
            assert_eq!(covered(list, host, 443), covers, "{list:?} {host}");
        }
    }

    #[test]
    fn an_entry_with_a_port_is_for_that_port_alone() {
        for (list, host) in
            [("kms.example:8443", "kms.example"), ("10.0.0.1:8443", "10.0.0.1"), ("[fd12::1]:8443", "[fd12::1]")]
        {
            assert!(covered(list, host, 8443), "{list}");
            assert!(!covered(list, host, 443), "{list}");
        }
        assert!(!covered("kms.example:https", "kms.example", 443));
    }
}
