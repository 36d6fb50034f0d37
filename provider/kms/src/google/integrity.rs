//! What is checked of every answer before it is used: that it is about the key that was asked for, and that nothing changed
//! on the way. Cloud KMS, "Verify end-to-end data integrity", November 2026.

use google_cloud_kms_v1::model::{
    AsymmetricSignRequest, AsymmetricSignResponse, CryptoKey, CryptoKeyVersion, ListCryptoKeyVersionsResponse,
    ListCryptoKeysResponse, PublicKey,
};

/// What is wrong with an answer that was damaged. One that is sound may come when it is asked for again.
pub(super) type Damage = String;

/// CRC-32C (RFC 3720 appendix B.4), as Google sends it: a number in 64 bits.
pub(super) fn checksum(bytes: &[u8]) -> i64 {
    i64::from(crc32c::crc32c(bytes))
}

/// A version's own record.
pub(super) fn of_version(asked: &str, answer: &CryptoKeyVersion) -> Result<(), Damage> {
    named(asked, &answer.name)
}

/// A key's record.
pub(super) fn of_key(asked: &str, answer: &CryptoKey) -> Result<(), Damage> {
    named(asked, &answer.name)
}

/// A page of a ring's keys.
pub(super) fn of_keys(ring: &str, answer: &ListCryptoKeysResponse) -> Result<(), Damage> {
    answer.crypto_keys.iter().try_for_each(|key| below(ring, "cryptoKeys", &key.name))
}

/// A page of a key's versions.
pub(super) fn of_versions(key: &str, answer: &ListCryptoKeyVersionsResponse) -> Result<(), Damage> {
    answer.crypto_key_versions.iter().try_for_each(|version| below(key, "cryptoKeyVersions", &version.name))
}

/// A public key: the PEM must be the one Google sent.
pub(super) fn of_public_key(asked: &str, answer: &PublicKey) -> Result<(), Damage> {
    named(asked, &answer.name)?;
    covered("pem", "pemCrc32c", answer.pem.as_bytes(), answer.pem_crc32c)
}

/// A signature: Google must have received the digest that was sent, and the signature must be the one it made.
pub(super) fn of_signature(asked: &AsymmetricSignRequest, answer: &AsymmetricSignResponse) -> Result<(), Damage> {
    named(&asked.name, &answer.name)?;
    if asked.digest.is_some() && !answer.verified_digest_crc32c {
        return Err("Google did not confirm the digest (verifiedDigestCrc32c)".to_owned());
    }
    if asked.digest.is_none() && !answer.verified_data_crc32c {
        return Err("Google did not confirm the data (verifiedDataCrc32c)".to_owned());
    }
    covered("signature", "signatureCrc32c", &answer.signature, answer.signature_crc32c)
}

fn named(asked: &str, found: &str) -> Result<(), Damage> {
    if asked == found { Ok(()) } else { Err("it names another key (name)".to_owned()) }
}

/// A list has what is right below the name that was asked for, and nothing of another ring or key.
fn below(asked: &str, kind: &str, found: &str) -> Result<(), Damage> {
    let own = found.strip_prefix(asked).and_then(|rest| rest.strip_prefix('/')?.strip_prefix(kind)?.strip_prefix('/'));
    match own {
        Some(own) if !own.is_empty() && !own.contains('/') => Ok(()),
        _ => Err(format!("it lists what is not in {asked} (name)")),
    }
}

fn covered(what: &str, field: &str, bytes: &[u8], stated: Option<i64>) -> Result<(), Damage> {
    match stated {
        Some(stated) if stated == checksum(bytes) => Ok(()),
        Some(_) => Err(format!("its {what} does not fit its checksum ({field})")),
        None => Err(format!("it has no checksum of its {what} ({field})")),
    }
}

#[cfg(test)]
mod tests {
    use google_cloud_kms_v1::model::Digest;

    use super::*;

    const NAME: &str = "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";

    fn request() -> AsymmetricSignRequest {
        AsymmetricSignRequest::new().set_name(NAME).set_digest(Digest::new())
    }

    fn signature() -> AsymmetricSignResponse {
        AsymmetricSignResponse::new()
            .set_name(NAME)
            .set_signature(vec![1, 2, 3])
            .set_signature_crc32c(checksum(&[1, 2, 3]))
            .set_verified_digest_crc32c(true)
    }

    #[test]
    fn the_checksum_is_castagnoli_s() {
        // RFC 3720 appendix B.4: 32 bytes of zeros.
        assert_eq!(checksum(&[0; 32]), 0x8a91_36aa);
    }

    #[test]
    fn each_way_a_signature_is_damaged_is_named() {
        assert_eq!(of_signature(&request(), &signature()), Ok(()));
        for (damaged, why) in [
            (signature().set_name("projects/p"), "it names another key (name)"),
            (signature().set_verified_digest_crc32c(false), "Google did not confirm the digest (verifiedDigestCrc32c)"),
            (signature().set_signature(vec![1, 2]), "its signature does not fit its checksum (signatureCrc32c)"),
            (
                signature().set_signature_crc32c(i64::from(u32::MAX) + 1 + checksum(&[1, 2, 3])),
                "its signature does not fit its checksum (signatureCrc32c)",
            ),
            (
                signature().set_or_clear_signature_crc32c(None::<i64>),
                "it has no checksum of its signature (signatureCrc32c)",
            ),
        ] {
            assert_eq!(of_signature(&request(), &damaged), Err(why.to_owned()));
        }
        let raw = AsymmetricSignRequest::new().set_name(NAME).set_data(vec![1]);
        let why = "Google did not confirm the data (verifiedDataCrc32c)";
        assert_eq!(of_signature(&raw, &signature()), Err(why.to_owned()));
        assert_eq!(of_signature(&raw, &signature().set_verified_data_crc32c(true)), Ok(()));
    }

    #[test]
    fn a_list_has_what_is_right_below_the_name_that_was_asked_for() {
        let ring = "projects/p/locations/l/keyRings/r";
        let keys = |names: &[&str]| {
            let keys = names.iter().map(|name| CryptoKey::new().set_name(*name));
            of_keys(ring, &ListCryptoKeysResponse::new().set_crypto_keys(keys))
        };
        assert_eq!(keys(&[]), Ok(()));
        let key = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
        assert_eq!(keys(&[key, "projects/p/locations/l/keyRings/r/cryptoKeys/l"]), Ok(()));
        for other in [
            "",
            "projects/p/locations/l/keyRings/r/cryptoKeys/",
            "projects/p/locations/l/keyRings/r/importJobs/k",
            "projects/p/locations/l/keyRings/r2/cryptoKeys/k",
            NAME,
        ] {
            assert_eq!(keys(&[key, other]), Err(format!("it lists what is not in {ring} (name)")), "{other}");
        }
        let versions = |name: &str| {
            let version = CryptoKeyVersion::new().set_name(name);
            of_versions(key, &ListCryptoKeyVersionsResponse::new().set_crypto_key_versions([version]))
        };
        assert_eq!(versions(NAME), Ok(()));
        assert!(versions("projects/p/locations/l/keyRings/r/cryptoKeys/k2/cryptoKeyVersions/1").is_err());
    }

    #[test]
    fn each_way_a_public_key_is_damaged_is_named() {
        let good = || PublicKey::new().set_name(NAME).set_pem("pem").set_pem_crc32c(checksum(b"pem"));
        assert_eq!(of_public_key(NAME, &good()), Ok(()));
        for (damaged, why) in [
            (good().set_name("projects/p"), "it names another key (name)"),
            (good().set_pem("pen"), "its pem does not fit its checksum (pemCrc32c)"),
            (good().set_or_clear_pem_crc32c(None::<i64>), "it has no checksum of its pem (pemCrc32c)"),
        ] {
            assert_eq!(of_public_key(NAME, &damaged), Err(why.to_owned()));
        }
        assert!(of_version(NAME, &CryptoKeyVersion::new().set_name("projects/p")).is_err());
        assert!(of_key("projects/p", &CryptoKey::new()).is_err());
    }
}
