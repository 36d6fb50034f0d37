//! Which vault a host name means.

/// The first label of the names under which Azure serves its vaults and Managed HSMs, in its three clouds: Microsoft's
/// documentation, "Azure Key Vault: DNS suffixes" (2026-11).
const SUFFIXES: [&str; 6] = [
    ".vault.azure.net",
    ".vault.azure.cn",
    ".vault.usgovcloudapi.net",
    ".managedhsm.azure.net",
    ".managedhsm.azure.cn",
    ".managedhsm.usgovcloudapi.net",
];

/// The name of a vault or Managed HSM in a host name of Azure's.
pub(crate) fn vault_of(host: &str) -> Option<&str> {
    let host = without_port(host);
    SUFFIXES.iter().find_map(|suffix| host.strip_suffix(suffix)).filter(|name| !name.is_empty() && !name.contains('.'))
}

/// A host without its port.
pub(crate) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vaults_name_is_the_first_label_of_azures_hosts_alone() {
        assert_eq!(vault_of("release.vault.azure.net"), Some("release"));
        assert_eq!(vault_of("pool.managedhsm.azure.net:8443"), Some("pool"));
        for host in ["localhost:8443", "vault.azure.net", ".vault.azure.net", "a.b.vault.azure.net", "127.0.0.1"] {
            assert_eq!(vault_of(host), None, "{host}");
        }
    }
}
