//! The parameter of RSASSA-PSS, `CK_RSA_PKCS_PSS_PARAMS` (PKCS#11 v3.1 §6.1.11).
//!
//! Key services leave no choice: MGF1 with the message's own hash, and a salt as long as the digest. A parameter that
//! asks for anything else would get a signature that does not verify, so it is refused, field by field.

use cryptoki_sys as ck;
use hardkey_attest::signature::Hash;

use crate::error::{Code, Failure};

/// A hash function as the fields `hashAlg` and `mgf` spell it.
struct Spelling {
    hash: Hash,
    mechanism: (ck::CK_MECHANISM_TYPE, &'static str),
    generator: (ck::CK_RSA_PKCS_MGF_TYPE, &'static str),
}

macro_rules! spellings {
    ($($hash:ident: $mechanism:ident, $generator:ident;)*) => {
        [$(Spelling {
            hash: Hash::$hash,
            mechanism: (ck::$mechanism, stringify!($mechanism)),
            generator: (ck::$generator, stringify!($generator)),
        },)*]
    };
}

const SPELLINGS: [Spelling; 3] = spellings! {
    Sha256: CKM_SHA256, CKG_MGF1_SHA256;
    Sha384: CKM_SHA384, CKG_MGF1_SHA384;
    Sha512: CKM_SHA512, CKG_MGF1_SHA512;
};

/// The hash that the parameter names, if a key service can do as it says. `own` is the hash of a mechanism that has one.
///
/// # Errors
/// `CKR_MECHANISM_PARAM_INVALID` names each field that does not fit, its value, and the only one that would.
pub(crate) fn hash(
    mechanism: &str,
    own: Option<Hash>,
    parameter: &ck::CK_RSA_PKCS_PSS_PARAMS,
) -> Result<Hash, Failure> {
    let ck::CK_RSA_PKCS_PSS_PARAMS { hashAlg: hash, mgf, sLen: salt } = *parameter;
    let fail = |cause: String| Err(Failure::new(Code::MechanismParamInvalid, format!("{mechanism}: {cause}")));
    let row = SPELLINGS.iter().find(|row| row.mechanism.0 == hash && own.is_none_or(|own| own == row.hash));
    let Some(row) = row else {
        let allowed: Vec<&str> =
            SPELLINGS.iter().filter(|row| own.is_none_or(|own| own == row.hash)).map(|row| row.mechanism.1).collect();
        return fail(format!("hashAlg is {}; it must be {}", mechanism_name(hash), allowed.join(", ")));
    };
    let mut wrong = Vec::new();
    if mgf != row.generator.0 {
        wrong.push(format!("mgf is {}; it must be {}", generator_name(mgf), row.generator.1));
    }
    let length = row.hash.length();
    if usize::try_from(salt) != Ok(length) {
        wrong.push(format!("sLen is {salt}; it must be {length} (openssl: -sigopt rsa_pss_saltlen:digest)"));
    }
    if wrong.is_empty() {
        return Ok(row.hash);
    }
    fail(format!(
        "{}: key services use the message's hash in MGF1 too, and a salt as long as the digest",
        wrong.join("; ")
    ))
}

fn mechanism_name(kind: ck::CK_MECHANISM_TYPE) -> String {
    match kind {
        ck::CKM_SHA_1 => "CKM_SHA_1".to_owned(),
        ck::CKM_SHA224 => "CKM_SHA224".to_owned(),
        other => SPELLINGS
            .iter()
            .find(|row| row.mechanism.0 == other)
            .map_or_else(|| format!("{other:#x}"), |row| row.mechanism.1.to_owned()),
    }
}

fn generator_name(kind: ck::CK_RSA_PKCS_MGF_TYPE) -> String {
    match kind {
        ck::CKG_MGF1_SHA1 => "CKG_MGF1_SHA1".to_owned(),
        ck::CKG_MGF1_SHA224 => "CKG_MGF1_SHA224".to_owned(),
        other => SPELLINGS
            .iter()
            .find(|row| row.generator.0 == other)
            .map_or_else(|| format!("{other:#x}"), |row| row.generator.1.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(hash: ck::CK_MECHANISM_TYPE, mgf: ck::CK_RSA_PKCS_MGF_TYPE, salt: u8) -> ck::CK_RSA_PKCS_PSS_PARAMS {
        ck::CK_RSA_PKCS_PSS_PARAMS { hashAlg: hash, mgf, sLen: salt.into() }
    }

    #[test]
    fn a_parameter_that_key_services_can_follow_names_its_hash() {
        for (hash, spelled) in [
            (Hash::Sha256, parameter(ck::CKM_SHA256, ck::CKG_MGF1_SHA256, 32)),
            (Hash::Sha384, parameter(ck::CKM_SHA384, ck::CKG_MGF1_SHA384, 48)),
            (Hash::Sha512, parameter(ck::CKM_SHA512, ck::CKG_MGF1_SHA512, 64)),
        ] {
            assert_eq!(super::hash("CKM_RSA_PKCS_PSS", None, &spelled).unwrap(), hash);
            assert_eq!(super::hash("CKM_X", Some(hash), &spelled).unwrap(), hash);
        }
    }

    #[test]
    fn every_field_that_does_not_fit_is_named_with_its_value_and_the_right_one() {
        let why = "key services use the message's hash in MGF1 too, and a salt as long as the digest";
        let cases = [
            (
                None,
                parameter(ck::CKM_SHA_1, ck::CKG_MGF1_SHA1, 20),
                "hashAlg is CKM_SHA_1; it must be CKM_SHA256, CKM_SHA384, CKM_SHA512".to_owned(),
            ),
            (
                Some(Hash::Sha256),
                parameter(ck::CKM_SHA384, ck::CKG_MGF1_SHA384, 48),
                "hashAlg is CKM_SHA384; it must be CKM_SHA256".to_owned(),
            ),
            (
                None,
                parameter(0xbad, 0, 0),
                "hashAlg is 0xbad; it must be CKM_SHA256, CKM_SHA384, CKM_SHA512".to_owned(),
            ),
            (
                None,
                parameter(ck::CKM_SHA256, ck::CKG_MGF1_SHA1, 32),
                format!("mgf is CKG_MGF1_SHA1; it must be CKG_MGF1_SHA256: {why}"),
            ),
            (
                None,
                parameter(ck::CKM_SHA512, ck::CKG_MGF1_SHA512, 20),
                format!("sLen is 20; it must be 64 (openssl: -sigopt rsa_pss_saltlen:digest): {why}"),
            ),
            (
                None,
                parameter(ck::CKM_SHA256, 0xbad, 222),
                format!(
                    "mgf is 0xbad; it must be CKG_MGF1_SHA256; sLen is 222; it must be 32 (openssl: -sigopt rsa_pss_saltlen:digest): {why}"
                ),
            ),
        ];
        for (own, spelled, cause) in cases {
            let failure = super::hash("CKM_X", own, &spelled).unwrap_err();
            assert_eq!(failure.to_string(), format!("CKR_MECHANISM_PARAM_INVALID: CKM_X: {cause}"));
        }
    }
}
