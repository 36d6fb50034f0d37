//! Admission of AWS KMS keys.
//!
//! Source of the fields: AWS KMS API reference, `KeyMetadata` (read November 2026).

use super::{Cloud, Exceptions, Origin, Refusal, stated, unknown};

/// The fields of a `DescribeKey` answer that decide admission, as AWS spells them.
///
/// A field AWS did not send is `None`, which is not the same as a harmless value.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyFacts<'a> {
    /// `Arn`: `arn:PARTITION:kms:REGION:ACCOUNT:key/ID`.
    pub arn: Option<&'a str>,
    /// `CloudHsmClusterId`: set only for keys of an AWS CloudHSM key store.
    pub cloud_hsm_cluster: Option<&'a str>,
    /// `CustomKeyStoreId`: set only for keys outside the HSMs of AWS KMS.
    pub custom_key_store: Option<&'a str>,
    /// `KeyManager`: `CUSTOMER` or `AWS`.
    pub key_manager: Option<&'a str>,
    /// `KeyState`: `Enabled`, `Disabled`, `PendingDeletion`, …
    pub key_state: Option<&'a str>,
    /// `KeyUsage`: `SIGN_VERIFY`, `ENCRYPT_DECRYPT`, …
    pub key_usage: Option<&'a str>,
    /// `Origin`: `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM` or `EXTERNAL_KEY_STORE`.
    pub origin: Option<&'a str>,
    /// `XksKeyConfiguration.Id`: set only for keys of an external key store.
    pub xks_key: Option<&'a str>,
}

/// Decides whether a host may see the key.
///
/// Facts that can never change are judged before those that can, so that a disabled imported key is called imported.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn admit(facts: &KeyFacts<'_>, exceptions: Exceptions) -> Result<Origin, Refusal> {
    partition(facts.arn)?;
    if let Some(store) = facts.custom_key_store.or(facts.cloud_hsm_cluster).or(facts.xks_key) {
        return Err(Refusal::CustomKeyStore { store: store.to_owned() });
    }
    match stated("KeyManager", facts.key_manager)? {
        "CUSTOMER" => {}
        "AWS" => return Err(Refusal::CloudManaged),
        other => return Err(unknown("KeyManager", other)),
    }
    let usage = stated("KeyUsage", facts.key_usage)?;
    if usage != "SIGN_VERIFY" {
        return Err(Refusal::NotForSigning { cloud: Cloud::Aws, usage: usage.to_owned() });
    }
    let origin = match stated("Origin", facts.origin)? {
        "AWS_KMS" => Origin::Generated,
        "EXTERNAL" if exceptions.allow_imported => Origin::Imported,
        "EXTERNAL" => return Err(Refusal::Imported { cloud: Cloud::Aws }),
        store @ ("AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE") => {
            return Err(Refusal::CustomKeyStore { store: store.to_owned() });
        }
        other => return Err(unknown("Origin", other)),
    };
    match stated("KeyState", facts.key_state)? {
        "Enabled" => Ok(origin),
        "Disabled" => Err(Refusal::Disabled { cloud: Cloud::Aws }),
        "PendingDeletion" | "PendingReplicaDeletion" => Err(Refusal::PendingDeletion { cloud: Cloud::Aws }),
        state => Err(Refusal::NotReady { cloud: Cloud::Aws, state: state.to_owned() }),
    }
}

/// The FIPS 140-3 certificate (CMVP #4884) covers the HSMs of every partition but China's, whose modules are approved
/// under the national scheme instead (AWS KMS developer guide, overview, November 2026). Partitions unknown here are refused.
fn partition(arn: Option<&str>) -> Result<(), Refusal> {
    let arn = stated("Arn", arn)?;
    match arn.split(':').nth(1) {
        Some("aws" | "aws-us-gov" | "aws-iso" | "aws-iso-b" | "aws-iso-e" | "aws-iso-f" | "aws-eusc") => Ok(()),
        Some("aws-cn") => Err(Refusal::Partition { partition: "aws-cn".to_owned() }),
        Some(_) | None => Err(unknown("Arn", arn)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: KeyFacts<'static> = KeyFacts {
        arn: Some("arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321"),
        cloud_hsm_cluster: None,
        custom_key_store: None,
        key_manager: Some("CUSTOMER"),
        key_state: Some("Enabled"),
        key_usage: Some("SIGN_VERIFY"),
        origin: Some("AWS_KMS"),
        xks_key: None,
    };

    fn refusal(facts: KeyFacts<'_>) -> Refusal {
        admit(&facts, Exceptions::default()).unwrap_err()
    }

    #[test]
    fn a_key_generated_in_kms_is_admitted() {
        assert_eq!(admit(&GOOD, Exceptions::default()), Ok(Origin::Generated));
    }

    #[test]
    fn each_kind_of_key_that_could_leave_is_refused_with_its_own_code() {
        let cases = [
            ("imported", KeyFacts { origin: Some("EXTERNAL"), ..GOOD }),
            ("custom-key-store", KeyFacts { origin: Some("AWS_CLOUDHSM"), ..GOOD }),
            ("custom-key-store", KeyFacts { origin: Some("EXTERNAL_KEY_STORE"), ..GOOD }),
            ("custom-key-store", KeyFacts { custom_key_store: Some("cks-1"), ..GOOD }),
            ("custom-key-store", KeyFacts { cloud_hsm_cluster: Some("cluster-1"), ..GOOD }),
            ("custom-key-store", KeyFacts { xks_key: Some("x"), ..GOOD }),
            ("cloud-managed", KeyFacts { key_manager: Some("AWS"), ..GOOD }),
            ("not-for-signing", KeyFacts { key_usage: Some("ENCRYPT_DECRYPT"), ..GOOD }),
            ("disabled", KeyFacts { key_state: Some("Disabled"), ..GOOD }),
            ("pending-deletion", KeyFacts { key_state: Some("PendingDeletion"), ..GOOD }),
            ("pending-deletion", KeyFacts { key_state: Some("PendingReplicaDeletion"), ..GOOD }),
            ("not-ready", KeyFacts { key_state: Some("PendingImport"), ..GOOD }),
            ("partition", KeyFacts { arn: Some("arn:aws-cn:kms:cn-north-1:111122223333:key/1"), ..GOOD }),
            ("unstated", KeyFacts { arn: Some("arn:aws-mars:kms:mars-1:111122223333:key/1"), ..GOOD }),
            ("unstated", KeyFacts { origin: Some("SOFTWARE"), ..GOOD }),
            ("unstated", KeyFacts { key_manager: Some("PARTNER"), ..GOOD }),
        ];
        for (code, facts) in cases {
            assert_eq!(refusal(facts).code(), code, "{facts:?}");
        }
    }

    #[test]
    fn a_field_that_is_absent_is_refused_and_named() {
        let cases = [
            ("Arn", KeyFacts { arn: None, ..GOOD }),
            ("KeyManager", KeyFacts { key_manager: None, ..GOOD }),
            ("KeyUsage", KeyFacts { key_usage: None, ..GOOD }),
            ("Origin", KeyFacts { origin: None, ..GOOD }),
            ("KeyState", KeyFacts { key_state: None, ..GOOD }),
        ];
        for (field, facts) in cases {
            assert_eq!(refusal(facts), Refusal::Unstated { field, value: None });
        }
    }

    #[test]
    fn allow_imported_admits_an_imported_key_and_marks_it() {
        let exceptions = Exceptions { allow_imported: true };
        assert_eq!(admit(&KeyFacts { origin: Some("EXTERNAL"), ..GOOD }, exceptions), Ok(Origin::Imported));
        let in_a_store = KeyFacts { origin: Some("EXTERNAL_KEY_STORE"), ..GOOD };
        assert_eq!(admit(&in_a_store, exceptions).unwrap_err().code(), "custom-key-store");
    }

    #[test]
    fn a_disabled_imported_key_is_called_imported() {
        let facts = KeyFacts { origin: Some("EXTERNAL"), key_state: Some("Disabled"), ..GOOD };
        assert_eq!(refusal(facts), Refusal::Imported { cloud: Cloud::Aws });
    }

    #[test]
    fn a_stranger_s_text_is_escaped_in_the_sentence() {
        let text = refusal(KeyFacts { custom_key_store: Some("a\u{1b}[2J\nb"), ..GOOD }).to_string();
        assert!(text.contains("a\\u{1b}[2J\\nb"), "{text}");
    }
}
