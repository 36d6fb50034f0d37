//! Admission of Google Cloud KMS key versions.
//!
//! Source of the fields: Cloud KMS API, `CryptoKeyVersion` and `PublicKey` (google/cloud/kms/v1/resources.proto, read
//! November 2026). What counts is the version's own record: the key's template only says how the next version will be made.

use super::{Cloud, Exceptions, Origin, Refusal, stated, unknown};

/// The fields of a version's record that decide admission, as Google spells them.
///
/// A field Google did not send is `None`, which is not the same as a harmless value.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyFacts<'a> {
    /// `name`: `projects/…/locations/…/keyRings/…/cryptoKeys/…/cryptoKeyVersions/…`.
    pub name: Option<&'a str>,
    /// `algorithm`: `RSA_SIGN_PKCS1_3072_SHA256`, `EC_SIGN_P256_SHA256`, …
    pub algorithm: Option<&'a str>,
    /// Whether there are `externalProtectionLevelOptions`.
    pub external_options: bool,
    /// Whether there is an `importJob`, an `importTime` or an `importFailureReason`: they are "only present if the
    /// underlying key material was imported".
    pub imported: bool,
    /// `protectionLevel` of the version itself.
    pub protection_level: Option<&'a str>,
    /// `state`: `ENABLED`, `DISABLED`, `DESTROY_SCHEDULED`, …
    pub state: Option<&'a str>,
    /// `versionTemplate.protectionLevel` of the key that the version belongs to, where the caller knows it.
    pub template_level: Option<&'a str>,
}

/// Whether a name is the full name of a version.
#[must_use]
pub fn is_key_version(name: &str) -> bool {
    const FOLDERS: [&str; 5] = ["projects", "locations", "keyRings", "cryptoKeys", "cryptoKeyVersions"];
    let parts: Vec<&str> = name.split('/').collect();
    let mut folders = parts.iter().step_by(2);
    let mut names = parts.iter().skip(1).step_by(2);
    parts.len() == 10
        && FOLDERS.iter().all(|folder| folders.next() == Some(folder))
        // Cloud KMS, "Object hierarchy": ids are [a-zA-Z0-9_-]; a project's id may have a domain, `example.com:name`.
        && names.all(|name| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte))
        })
}

/// Decides whether a host may see the key version. Its public key must still be asked for, and held against
/// [`admit_public_key`].
///
/// Facts that can never change are judged before those that can.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn admit(facts: &KeyFacts<'_>, exceptions: Exceptions) -> Result<Origin, Refusal> {
    let name = stated("name", facts.name)?;
    if !is_key_version(name) {
        return Err(unknown("name", name));
    }
    let level = stated("protectionLevel", facts.protection_level)?;
    match (in_hsm(level), facts.template_level) {
        (Err(_), Some("HSM" | "HSM_SINGLE_TENANT")) => {
            return Err(Refusal::TemplateOnly { level: level.to_owned() });
        }
        (judged, _) => judged?,
    }
    if facts.external_options {
        return Err(Refusal::External { level: format!("{level} with external options") });
    }
    let algorithm = stated("algorithm", facts.algorithm)?;
    if !signs(algorithm) {
        return Err(Refusal::NotForSigning { cloud: Cloud::Google, usage: algorithm.to_owned() });
    }
    let origin = match (facts.imported, exceptions.allow_imported) {
        (false, _) => Origin::Generated,
        (true, true) => Origin::Imported,
        (true, false) => return Err(Refusal::Imported { cloud: Cloud::Google }),
    };
    match stated("state", facts.state)? {
        "ENABLED" => Ok(origin),
        "DISABLED" => Err(Refusal::Disabled { cloud: Cloud::Google }),
        "DESTROY_SCHEDULED" => Err(Refusal::PendingDeletion { cloud: Cloud::Google }),
        state => Err(Refusal::NotReady { cloud: Cloud::Google, state: state.to_owned() }),
    }
}

/// Decides whether a public key belongs to a key in an HSM: software and HSM keys have the same API, so Google says the
/// protection level in that answer too, and it must be the version's.
///
/// # Errors
/// The [`Refusal`] that applies.
pub fn admit_public_key(version_level: Option<&str>, public_key_level: Option<&str>) -> Result<(), Refusal> {
    let public_key = stated("protectionLevel of the public key", public_key_level)?;
    in_hsm(public_key)?;
    match version_level {
        Some(version) if version != public_key => {
            Err(Refusal::LevelsDiffer { version: version.to_owned(), public_key: public_key.to_owned() })
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether a protection level is one of an HSM of Google's.
fn in_hsm(level: &str) -> Result<(), Refusal> {
    match level {
        "HSM" | "HSM_SINGLE_TENANT" => Ok(()),
        "SOFTWARE" => Err(Refusal::Software { cloud: Cloud::Google, kind: "protection level SOFTWARE".to_owned() }),
        "EXTERNAL" | "EXTERNAL_VPC" => Err(Refusal::External { level: level.to_owned() }),
        other => Err(unknown("protectionLevel", other)),
    }
}

/// Whether an algorithm's name is one of signing: Cloud KMS, `CryptoKeyVersionAlgorithm`.
#[must_use]
pub fn signs(algorithm: &str) -> bool {
    ["RSA_SIGN_", "EC_SIGN_", "PQ_SIGN_"].iter().any(|prefix| algorithm.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: KeyFacts<'static> = KeyFacts {
        name: Some("projects/p/locations/europe-west3/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1"),
        algorithm: Some("EC_SIGN_P256_SHA256"),
        external_options: false,
        imported: false,
        protection_level: Some("HSM"),
        state: Some("ENABLED"),
        template_level: None,
    };

    #[test]
    fn a_version_generated_in_an_hsm_is_admitted() {
        for facts in [
            GOOD,
            KeyFacts { protection_level: Some("HSM_SINGLE_TENANT"), ..GOOD },
            KeyFacts { template_level: Some("HSM"), algorithm: Some("RSA_SIGN_PKCS1_3072_SHA256"), ..GOOD },
            // The template says how the next version will be made.
            KeyFacts { template_level: Some("SOFTWARE"), ..GOOD },
        ] {
            assert_eq!(admit(&facts, Exceptions::default()), Ok(Origin::Generated), "{facts:?}");
        }
    }

    #[test]
    fn each_version_that_could_leave_or_never_was_inside_is_refused_with_its_own_code_and_fact() {
        let level = |level| KeyFacts { protection_level: Some(level), ..GOOD };
        let state = |state| KeyFacts { state: Some(state), ..GOOD };
        let cases = [
            ("software", "the key is a software key (protection level SOFTWARE)", level("SOFTWARE")),
            ("external", "the key's protection level is EXTERNAL: it lives outside of Google Cloud", level("EXTERNAL")),
            (
                "external",
                "the key's protection level is EXTERNAL_VPC: it lives outside of Google Cloud",
                level("EXTERNAL_VPC"),
            ),
            (
                "external",
                "the key's protection level is HSM with external options: it lives outside of Google Cloud",
                KeyFacts { external_options: true, ..GOOD },
            ),
            (
                "unstated",
                "the key service states protectionLevel PROTECTION_LEVEL_UNSPECIFIED, which this version cannot judge",
                level("PROTECTION_LEVEL_UNSPECIFIED"),
            ),
            (
                "template-only",
                "the key's template asks for an HSM, but this version's own protection level is SOFTWARE",
                KeyFacts { template_level: Some("HSM"), ..level("SOFTWARE") },
            ),
            (
                "imported",
                "the key material was imported, so a copy may exist outside the HSM",
                KeyFacts { imported: true, ..GOOD },
            ),
            (
                "not-for-signing",
                "the key's usage is RSA_DECRYPT_OAEP_3072_SHA256",
                KeyFacts { algorithm: Some("RSA_DECRYPT_OAEP_3072_SHA256"), ..GOOD },
            ),
            ("disabled", "the key is disabled", state("DISABLED")),
            ("pending-deletion", "the key waits for deletion", state("DESTROY_SCHEDULED")),
            ("not-ready", "the key is in state DESTROYED", state("DESTROYED")),
            ("not-ready", "the key is in state PENDING_GENERATION", state("PENDING_GENERATION")),
            ("not-ready", "the key is in state PENDING_IMPORT", state("PENDING_IMPORT")),
        ];
        for (code, fact, facts) in cases {
            let refusal = admit(&facts, Exceptions::default()).unwrap_err();
            assert_eq!((refusal.code(), refusal.fact().as_str()), (code, fact), "{facts:?}");
            assert!(refusal.to_string().starts_with(&format!("{fact}; ")), "{refusal}");
        }
    }

    #[test]
    fn a_field_that_is_absent_is_refused_and_named() {
        for (field, facts) in [
            ("name", KeyFacts { name: None, ..GOOD }),
            ("protectionLevel", KeyFacts { protection_level: None, ..GOOD }),
            ("algorithm", KeyFacts { algorithm: None, ..GOOD }),
            ("state", KeyFacts { state: None, ..GOOD }),
        ] {
            let refusal = admit(&facts, Exceptions::default()).unwrap_err();
            assert_eq!(refusal, Refusal::Unstated { field, value: None });
        }
    }

    #[test]
    fn allow_imported_admits_an_imported_version_and_marks_it() {
        let imported = KeyFacts { imported: true, ..GOOD };
        let exceptions = Exceptions { allow_imported: true };
        assert_eq!(admit(&imported, exceptions), Ok(Origin::Imported));
        let software = KeyFacts { protection_level: Some("SOFTWARE"), ..imported };
        assert_eq!(admit(&software, exceptions).unwrap_err().code(), "software");
    }

    #[test]
    fn a_public_key_must_state_the_level_of_its_version() {
        assert_eq!(admit_public_key(Some("HSM"), Some("HSM")), Ok(()));
        assert_eq!(admit_public_key(None, Some("HSM_SINGLE_TENANT")), Ok(()));
        for (version, public_key, code) in [
            (Some("HSM"), None, "unstated"),
            (Some("HSM"), Some("SOFTWARE"), "software"),
            (Some("HSM"), Some("EXTERNAL"), "external"),
            (Some("HSM"), Some("HSM_SINGLE_TENANT"), "levels-differ"),
            (None, Some("SOFTWARE"), "software"),
        ] {
            assert_eq!(admit_public_key(version, public_key).unwrap_err().code(), code, "{version:?} {public_key:?}");
        }
    }

    #[test]
    fn only_the_full_name_of_a_version_is_one() {
        for name in [
            "projects/p/locations/l/keyRings/r/cryptoKeys/k",
            "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/",
            "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1/publicKey",
            "projects/p/locations/l/keyRings/r/cryptoKeys/k/versions/1",
            "projects/p q/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
            "//cloudkms.googleapis.com/projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
        ] {
            let facts = KeyFacts { name: Some(name), ..GOOD };
            let refusal = admit(&facts, Exceptions::default()).unwrap_err();
            assert_eq!(refusal, Refusal::Unstated { field: "name", value: Some(name.to_owned()) });
        }
        assert!(is_key_version("projects/example.com:p/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/12"));
    }
}
