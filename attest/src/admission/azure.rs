//! Admission of keys of Azure Key Vault and Azure Managed HSM.
//!
//! Source of the fields: Azure REST API, Key Vault keys, `KeyBundle` and `KeyAttributes`, and "About keys" (read November
//! 2026). Where the key came from is in no field: an imported key looks like a generated one, so the origin of an admitted
//! key is unknown.

use super::{Cloud, Exceptions, Origin, Refusal, stated, unknown};

/// The fields of a key's bundle that decide admission, as Azure spells them.
///
/// A field Azure did not send is `None`, which is not the same as a harmless value.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyFacts<'a> {
    /// `key.kid`: `https://NAME.vault.azure.net/keys/KEY/VERSION`.
    pub kid: Option<&'a str>,
    /// `key.kty`: `RSA`, `EC`, `RSA-HSM`, `EC-HSM`, `oct`, `oct-HSM`.
    pub kty: Option<&'a str>,
    /// `key.key_ops`: `sign`, `verify`, …
    pub key_ops: Option<&'a [String]>,
    /// `attributes.enabled`.
    pub enabled: Option<bool>,
    /// `attributes.exportable`.
    pub exportable: Option<bool>,
    /// `attributes.hsmPlatform`: `0` software, `1` FIPS 140-2 Level 2, `2` FIPS 140-3 Level 3.
    pub hsm_platform: Option<&'a str>,
    /// Whether there is a `release_policy`.
    pub release_policy: bool,
}

/// Which of the two services holds a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Store {
    /// A vault, Standard or Premium: HSM keys and software keys side by side.
    Vault,
    /// A Managed HSM.
    ManagedHsm,
}

/// The names of vaults and Managed HSMs, public cloud and US government (Azure documentation, "Azure Key Vault DNS
/// suffixes", November 2026). China's are left out: nothing says that the HSMs there are FIPS 140 validated modules.
const SUFFIXES: [(&str, Store); 4] = [
    (".vault.azure.net", Store::Vault),
    (".vault.usgovcloudapi.net", Store::Vault),
    (".managedhsm.azure.net", Store::ManagedHsm),
    (".managedhsm.usgovcloudapi.net", Store::ManagedHsm),
];

/// Takes the full name of a key version apart: which service, the key's name, the version.
#[must_use]
pub fn key_version(kid: &str) -> Option<(Store, &str, &str)> {
    let (host, path) = kid.strip_prefix("https://")?.split_once('/')?;
    let (name, store) = SUFFIXES.iter().find_map(|(suffix, store)| Some((host.strip_suffix(suffix)?, *store)))?;
    let (key, version) = path.strip_prefix("keys/")?.split_once('/')?;
    // Azure documentation, "Key Vault object identifiers": letters, digits and hyphens.
    let is_plain =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    [name, key, version].into_iter().all(is_plain).then_some((store, key, version))
}

/// Decides whether a host may see the key.
///
/// Facts that can never change are judged before those that can. There is no exception for imported keys, because Azure
/// does not say which are.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn admit(facts: &KeyFacts<'_>, _exceptions: Exceptions) -> Result<Origin, Refusal> {
    let kid = stated("kid", facts.kid)?;
    let (store, _, _) = key_version(kid).ok_or_else(|| unknown("kid", kid))?;
    match stated("kty", facts.kty)? {
        "RSA-HSM" | "EC-HSM" => {}
        kind @ ("RSA" | "EC") => return Err(Refusal::Software { cloud: Cloud::Azure, kind: format!("kty {kind}") }),
        usage @ ("oct" | "oct-HSM") => {
            return Err(Refusal::NotForSigning { cloud: Cloud::Azure, usage: format!("kty {usage}") });
        }
        other => return Err(unknown("kty", other)),
    }
    match (store, facts.hsm_platform) {
        // A Managed HSM has no other platform, and need not say.
        (_, Some("1" | "2")) | (Store::ManagedHsm, None) => {}
        (_, Some("0")) => return Err(Refusal::Platform { platform: "0".to_owned() }),
        (_, Some(other)) => return Err(unknown("hsmPlatform", other)),
        (Store::Vault, None) => return Err(Refusal::Unstated { field: "hsmPlatform", value: None }),
    }
    let operations = stated("key_ops", facts.key_ops)?;
    if operations.iter().any(|operation| operation == "export") {
        return Err(Refusal::Exportable { what: "key_ops has export" });
    }
    if facts.release_policy {
        return Err(Refusal::Exportable { what: "it has a release policy" });
    }
    if stated("exportable", facts.exportable)? {
        return Err(Refusal::Exportable { what: "exportable is true" });
    }
    if !operations.iter().any(|operation| operation == "sign") {
        return Err(Refusal::NotForSigning {
            cloud: Cloud::Azure,
            usage: format!("key_ops {}", operations.join(", ")),
        });
    }
    if !stated("enabled", facts.enabled)? {
        return Err(Refusal::Disabled { cloud: Cloud::Azure });
    }
    Ok(Origin::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operations(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn good(operations: &[String]) -> KeyFacts<'_> {
        KeyFacts {
            kid: Some("https://release.vault.azure.net/keys/code/0123456789abcdef0123456789abcdef"),
            kty: Some("RSA-HSM"),
            key_ops: Some(operations),
            enabled: Some(true),
            exportable: Some(false),
            hsm_platform: Some("2"),
            release_policy: false,
        }
    }

    const MANAGED: Option<&str> = Some("https://release.managedhsm.azure.net/keys/code/0123456789abcdef");

    #[test]
    fn a_key_in_the_hsm_is_admitted_and_its_origin_is_unknown() {
        let operations = operations(&["sign", "verify"]);
        let good = good(&operations);
        for facts in [
            good,
            KeyFacts { kty: Some("EC-HSM"), hsm_platform: Some("1"), ..good },
            KeyFacts { kid: MANAGED, hsm_platform: None, ..good },
            KeyFacts { kid: Some("https://a.vault.usgovcloudapi.net/keys/k/1"), ..good },
        ] {
            assert_eq!(admit(&facts, Exceptions::default()), Ok(Origin::Unknown), "{facts:?}");
        }
    }

    #[test]
    fn each_key_that_could_leave_or_never_was_inside_is_refused_with_its_own_code_and_fact() {
        let (signs, exports, encrypts) =
            (operations(&["sign"]), operations(&["sign", "export"]), operations(&["encrypt", "wrapKey"]));
        let good = good(&signs);
        let cases = [
            ("software", "the key is a software key (kty RSA)", KeyFacts { kty: Some("RSA"), ..good }),
            ("software", "the key is a software key (kty EC)", KeyFacts { kty: Some("EC"), ..good }),
            ("not-for-signing", "the key's usage is kty oct-HSM", KeyFacts { kty: Some("oct-HSM"), ..good }),
            ("not-for-signing", "the key's usage is kty oct", KeyFacts { kty: Some("oct"), ..good }),
            ("platform", "the key's hsmPlatform is 0, a software module", KeyFacts { hsm_platform: Some("0"), ..good }),
            (
                "platform",
                "the key's hsmPlatform is 0, a software module",
                KeyFacts { kid: MANAGED, hsm_platform: Some("0"), ..good },
            ),
            (
                "unstated",
                "the key service did not state hsmPlatform, so the key's protection is unknown",
                KeyFacts { hsm_platform: None, ..good },
            ),
            (
                "unstated",
                "the key service states hsmPlatform 3, which this version cannot judge",
                KeyFacts { hsm_platform: Some("3"), ..good },
            ),
            (
                "exportable",
                "the private key may be handed out: exportable is true",
                KeyFacts { exportable: Some(true), ..good },
            ),
            (
                "exportable",
                "the private key may be handed out: it has a release policy",
                KeyFacts { release_policy: true, ..good },
            ),
            (
                "exportable",
                "the private key may be handed out: key_ops has export",
                KeyFacts { key_ops: Some(&exports), ..good },
            ),
            (
                "not-for-signing",
                "the key's usage is key_ops encrypt, wrapKey",
                KeyFacts { key_ops: Some(&encrypts), ..good },
            ),
            ("disabled", "the key is disabled", KeyFacts { enabled: Some(false), ..good }),
            (
                "unstated",
                "the key service states kty OKP-HSM, which this version cannot judge",
                KeyFacts { kty: Some("OKP-HSM"), ..good },
            ),
        ];
        for (code, fact, facts) in cases {
            let refusal = admit(&facts, Exceptions { allow_imported: true }).unwrap_err();
            assert_eq!((refusal.code(), refusal.fact().as_str()), (code, fact), "{facts:?}");
            assert!(refusal.to_string().starts_with(&format!("{fact}; ")), "{refusal}");
        }
    }

    #[test]
    fn a_field_that_is_absent_is_refused_and_named() {
        let signs = operations(&["sign"]);
        let good = good(&signs);
        for (field, facts) in [
            ("kid", KeyFacts { kid: None, ..good }),
            ("kty", KeyFacts { kty: None, ..good }),
            ("hsmPlatform", KeyFacts { hsm_platform: None, ..good }),
            ("key_ops", KeyFacts { key_ops: None, ..good }),
            ("exportable", KeyFacts { exportable: None, ..good }),
            ("enabled", KeyFacts { enabled: None, ..good }),
        ] {
            let refusal = admit(&facts, Exceptions::default()).unwrap_err();
            assert_eq!(refusal, Refusal::Unstated { field, value: None });
        }
    }

    #[test]
    fn a_name_that_is_not_a_version_in_a_known_cloud_is_refused() {
        let signs = operations(&["sign"]);
        for kid in [
            "https://release.vault.azure.net/keys/code",
            "https://release.vault.azure.net/keys/code/",
            "https://release.vault.azure.net/keys/code/1/2",
            "https://release.vault.azure.net/secrets/code/1",
            "http://release.vault.azure.net/keys/code/1",
            "https://release.vault.azure.cn/keys/code/1",
            "https://vault.azure.net/keys/code/1",
            "https://.vault.azure.net/keys/code/1",
            "https://evil.example/.vault.azure.net/keys/code/1",
            "https://a.b.vault.azure.net/keys/code/1",
            "https://x@release.vault.azure.net/keys/code/1",
            "https://release.vault.azure.net:443/keys/code/1",
            "https://release.vault.azure.net/keys/code/1?x",
        ] {
            let refusal = admit(&KeyFacts { kid: Some(kid), ..good(&signs) }, Exceptions::default()).unwrap_err();
            assert_eq!(refusal, Refusal::Unstated { field: "kid", value: Some(kid.to_owned()) });
        }
    }

    #[test]
    fn a_disabled_software_key_is_called_software() {
        let signs = operations(&["sign"]);
        let facts = KeyFacts { kty: Some("RSA"), enabled: Some(false), exportable: Some(true), ..good(&signs) };
        assert_eq!(admit(&facts, Exceptions::default()).unwrap_err().code(), "software");
    }
}
