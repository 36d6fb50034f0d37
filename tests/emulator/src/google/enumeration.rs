//! Enumerations: names in our JSON, numbers where a client asks for them with `enum-encoding=int`, both in what it sends.
//!
//! Numbers are those of google/cloud/kms/v1/resources.proto.

use serde_json::{Value, json};

type Names = &'static [(&'static str, i64)];

const PURPOSE: Names = &[
    ("CRYPTO_KEY_PURPOSE_UNSPECIFIED", 0),
    ("ENCRYPT_DECRYPT", 1),
    ("ASYMMETRIC_SIGN", 5),
    ("ASYMMETRIC_DECRYPT", 6),
    ("RAW_ENCRYPT_DECRYPT", 7),
    ("MAC", 9),
    ("KEY_ENCAPSULATION", 10),
];
const PROTECTION_LEVEL: Names = &[
    ("PROTECTION_LEVEL_UNSPECIFIED", 0),
    ("SOFTWARE", 1),
    ("HSM", 2),
    ("EXTERNAL", 3),
    ("EXTERNAL_VPC", 4),
    ("HSM_SINGLE_TENANT", 5),
];
const ALGORITHM: Names = &[
    ("CRYPTO_KEY_VERSION_ALGORITHM_UNSPECIFIED", 0),
    ("GOOGLE_SYMMETRIC_ENCRYPTION", 1),
    ("RSA_SIGN_PSS_2048_SHA256", 2),
    ("RSA_SIGN_PSS_3072_SHA256", 3),
    ("RSA_SIGN_PSS_4096_SHA256", 4),
    ("RSA_SIGN_PKCS1_2048_SHA256", 5),
    ("RSA_SIGN_PKCS1_3072_SHA256", 6),
    ("RSA_SIGN_PKCS1_4096_SHA256", 7),
    ("RSA_DECRYPT_OAEP_2048_SHA256", 8),
    ("RSA_DECRYPT_OAEP_3072_SHA256", 9),
    ("RSA_DECRYPT_OAEP_4096_SHA256", 10),
    ("EC_SIGN_P256_SHA256", 12),
    ("EC_SIGN_P384_SHA384", 13),
    ("RSA_SIGN_PSS_4096_SHA512", 15),
    ("RSA_SIGN_PKCS1_4096_SHA512", 16),
    ("RSA_DECRYPT_OAEP_4096_SHA512", 17),
    ("EXTERNAL_SYMMETRIC_ENCRYPTION", 18),
    ("AES_256_GCM", 19),
    ("RSA_SIGN_RAW_PKCS1_2048", 28),
    ("RSA_SIGN_RAW_PKCS1_3072", 29),
    ("RSA_SIGN_RAW_PKCS1_4096", 30),
    ("EC_SIGN_SECP256K1_SHA256", 31),
    ("HMAC_SHA256", 32),
    ("EC_SIGN_ED25519", 40),
    ("PQ_SIGN_ML_DSA_65", 56),
];
const VERSION_STATE: Names = &[
    ("CRYPTO_KEY_VERSION_STATE_UNSPECIFIED", 0),
    ("ENABLED", 1),
    ("DISABLED", 2),
    ("DESTROYED", 3),
    ("DESTROY_SCHEDULED", 4),
    ("PENDING_GENERATION", 5),
    ("PENDING_IMPORT", 6),
    ("IMPORT_FAILED", 7),
    ("GENERATION_FAILED", 8),
    ("PENDING_EXTERNAL_DESTRUCTION", 9),
    ("EXTERNAL_DESTRUCTION_FAILED", 10),
];
const JOB_STATE: Names =
    &[("IMPORT_JOB_STATE_UNSPECIFIED", 0), ("PENDING_GENERATION", 1), ("ACTIVE", 2), ("EXPIRED", 3)];
const IMPORT_METHOD: Names = &[
    ("IMPORT_METHOD_UNSPECIFIED", 0),
    ("RSA_OAEP_3072_SHA1_AES_256", 1),
    ("RSA_OAEP_4096_SHA1_AES_256", 2),
    ("RSA_OAEP_3072_SHA256_AES_256", 3),
    ("RSA_OAEP_4096_SHA256_AES_256", 4),
    ("RSA_OAEP_3072_SHA256", 5),
    ("RSA_OAEP_4096_SHA256", 6),
];
const ATTESTATION_FORMAT: Names =
    &[("ATTESTATION_FORMAT_UNSPECIFIED", 0), ("CAVIUM_V1_COMPRESSED", 3), ("CAVIUM_V2_COMPRESSED", 4)];
const PUBLIC_KEY_FORMAT: Names =
    &[("PUBLIC_KEY_FORMAT_UNSPECIFIED", 0), ("PEM", 1), ("DER", 2), ("NIST_PQC", 3), ("XWING_RAW_BYTES", 4)];
const VIEW: Names = &[("CRYPTO_KEY_VERSION_VIEW_UNSPECIFIED", 0), ("FULL", 1)];

/// Has every enumeration under this value as a number.
pub(crate) fn to_numbers(value: &mut Value) {
    walk(value, &|names, value| {
        let number = names.iter().find(|(name, _)| Some(*name) == value.as_str());
        number.map(|(_, number)| json!(number))
    });
}

/// Has every enumeration under this value as a name; a number nobody knows stays one.
pub(crate) fn to_names(value: &mut Value) {
    walk(value, &|names, value| {
        let name = names.iter().find(|(_, number)| Some(*number) == value.as_i64());
        name.map(|(name, _)| json!(name))
    });
}

/// The name of a parameter's value, which may be a number.
pub(crate) fn name_of(member: &str, text: &str) -> String {
    let number = text.parse::<i64>().ok();
    let names = names_of(member, false).unwrap_or_default();
    let found = names.iter().find(|(_, known)| Some(*known) == number);
    found.map_or(text, |(name, _)| *name).to_owned()
}

fn walk(value: &mut Value, change: &dyn Fn(Names, &Value) -> Option<Value>) {
    match value {
        Value::Object(members) => {
            let of_a_job = members.contains_key("importMethod");
            for (name, member) in members.iter_mut() {
                match names_of(name, of_a_job).and_then(|names| change(names, member)) {
                    Some(changed) => *member = changed,
                    None => walk(member, change),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| walk(element, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn names_of(member: &str, of_a_job: bool) -> Option<Names> {
    match member {
        "purpose" => Some(PURPOSE),
        "protectionLevel" => Some(PROTECTION_LEVEL),
        "algorithm" => Some(ALGORITHM),
        "state" if of_a_job => Some(JOB_STATE),
        "state" => Some(VERSION_STATE),
        "importMethod" => Some(IMPORT_METHOD),
        "format" => Some(ATTESTATION_FORMAT),
        "publicKeyFormat" => Some(PUBLIC_KEY_FORMAT),
        "view" | "versionView" => Some(VIEW),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::google::algorithm::Algorithm;

    #[test]
    fn names_become_numbers_and_numbers_names() {
        let names = json!({"cryptoKeyVersions": [
            {"state": "PENDING_GENERATION", "algorithm": "EC_SIGN_P256_SHA256", "protectionLevel": "HSM"},
            {"importMethod": "RSA_OAEP_3072_SHA256", "state": "ACTIVE"},
        ]});
        let mut value = names.clone();
        to_numbers(&mut value);
        let numbers = json!({"cryptoKeyVersions": [
            {"state": 5, "algorithm": 12, "protectionLevel": 2}, {"importMethod": 5, "state": 2},
        ]});
        assert_eq!(value, numbers);
        to_names(&mut value);
        assert_eq!(value, names);
        assert_eq!(name_of("publicKeyFormat", "2"), "DER");
        assert_eq!(name_of("view", "FULL"), "FULL");
    }

    #[test]
    fn every_number_stands_for_one_name_and_every_algorithm_has_one() {
        for names in [PURPOSE, PROTECTION_LEVEL, ALGORITHM, VERSION_STATE, JOB_STATE, IMPORT_METHOD] {
            let numbers: std::collections::BTreeSet<i64> = names.iter().map(|(_, number)| *number).collect();
            assert_eq!(numbers.len(), names.len());
        }
        for (name, number) in ALGORITHM {
            assert_eq!(Algorithm::parse(name).is_some(), *number != 0, "{name}");
        }
    }
}
