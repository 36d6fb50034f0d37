//! What the clouds' APIs answer about a key, as their references show it. JSON.

use serde_json::{Value, json};

use crate::azure::base64url;
use crate::bundle::{Bundle, RESOURCE};
use crate::der::pem;
use crate::key::{Key, Shape};

/// The key that AWS's answers are about.
pub const ARN: &str = "arn:aws:kms:us-west-2:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";

/// A kind of answer, by the name of the call.
pub type Answer = (&'static str, Value);

/// One answer of each kind about a key on P-256; all but Azure's Managed HSM, which [`crate::Azure`] plays.
#[must_use]
pub fn all() -> [Answer; 5] {
    let key = Key::of(Shape::P256, "subject");
    let point = key.modulus_or_point();
    let (x, y) = point[1..].split_at(32);
    [
        (
            "aws-describe-key",
            json!({"KeyMetadata": {
                "AWSAccountId": "111122223333", "KeyId": "0987dcba-09fe-87dc-65ba-ab0987654321", "Arn": ARN,
                "CreationDate": 1_571_767_572.317, "Enabled": true, "Description": "", "KeyUsage": "SIGN_VERIFY",
                "KeyState": "Enabled", "Origin": "AWS_KMS", "KeyManager": "CUSTOMER", "KeySpec": "ECC_NIST_P256",
                "CustomerMasterKeySpec": "ECC_NIST_P256", "SigningAlgorithms": ["ECDSA_SHA_256"], "MultiRegion": false,
            }}),
        ),
        (
            "aws-public-key",
            json!({
                "KeyId": ARN, "PublicKey": openssl::base64::encode_block(key.spki()), "KeySpec": "ECC_NIST_P256",
                "CustomerMasterKeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY", "SigningAlgorithms": ["ECDSA_SHA_256"],
            }),
        ),
        (
            "key-vault-key",
            json!({
                "key": {
                    "kid": "https://release.vault.azure.net/keys/code/0123456789abcdef0123456789abcdef",
                    "kty": "EC-HSM", "key_ops": ["sign", "verify"], "crv": "P-256", "x": base64url(x), "y": base64url(y),
                },
                "attributes": {
                    "enabled": true, "created": 1_493_942_451, "updated": 1_493_942_451, "recoverableDays": 90,
                    "recoveryLevel": "Recoverable+Purgeable", "exportable": false, "hsmPlatform": "2",
                },
                "tags": {"purpose": "unit test"},
            }),
        ),
        ("google-version", google_version(key, RESOURCE)),
        ("google-public-key", google_public_key(key, RESOURCE)),
    ]
}

/// Google's answer to `GetCryptoKeyVersion`, without a statement.
#[must_use]
pub fn google_version(key: &Key, resource: &str) -> Value {
    json!({
        "name": resource, "state": "ENABLED", "protectionLevel": "HSM", "algorithm": google_algorithm(key),
        "createTime": "2026-01-02T03:04:05.678901234Z", "generateTime": "2026-01-02T03:04:06.678901234Z",
    })
}

/// The same with the statement of a bundle and its certificates: the API has no roots.
#[must_use]
pub fn attested_version(key: &Key, bundle: &Bundle) -> Value {
    let pems: Vec<String> = bundle.certificates.iter().map(|der| pem("CERTIFICATE", der)).collect();
    let mut answer = google_version(key, &bundle.resource);
    // Which list a certificate is in, nobody looks at: it is told by who signed it.
    answer["attestation"] = json!({
        "format": "CAVIUM_V2_COMPRESSED", "content": openssl::base64::encode_block(&bundle.compressed),
        "certChains": { "caviumCerts": pems },
    });
    answer
}

/// Google's answer to `GetPublicKey`.
#[must_use]
pub fn google_public_key(key: &Key, resource: &str) -> Value {
    let pem = key.spki_pem();
    json!({
        "pem": pem, "pemCrc32c": crc32c(pem.as_bytes()).to_string(), "algorithm": google_algorithm(key),
        "name": resource, "protectionLevel": "HSM", "publicKeyFormat": "PEM",
    })
}

/// Google Cloud KMS, `CryptoKeyVersionAlgorithm`.
fn google_algorithm(key: &Key) -> &'static str {
    match key.shape() {
        Shape::P384 => "EC_SIGN_P384_SHA384",
        Shape::SECP256K1 => "EC_SIGN_SECP256K1_SHA256",
        Shape::Curve(_) => "EC_SIGN_P256_SHA256",
        Shape::RSA_2048 => "RSA_SIGN_PKCS1_2048_SHA256",
        Shape::RSA_4096 => "RSA_SIGN_PKCS1_4096_SHA256",
        Shape::Rsa { .. } => "RSA_SIGN_PKCS1_3072_SHA256",
    }
}

/// CRC-32C, RFC 3720 §B.4.
#[must_use]
pub fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0x82f6_3b78 } else { 0 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standards_example() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }
}
