//! `DigestInfo`: what `CKM_RSA_PKCS` signs.
//!
//! The mechanism pads exactly the bytes it is given (PKCS#11 v3.1 §2.1.6). AWS KMS makes those bytes itself from a
//! digest and the name of its hash, so the bytes must be the ones it would make: the fixed prefix of RFC 8017 §9.2
//! note 1, then the digest. A hash is never guessed from a length.

use hardkey_attest::signature::Hash;

use crate::error::{Code, Failure};

/// RFC 8017 §9.2, note 1.
const SHA256: &[u8] =
    &[0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];
const SHA384: &[u8] =
    &[0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30];
const SHA512: &[u8] =
    &[0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40];
/// Hashes that hosts still send and no key service signs: known by prefix, so that the refusal can name them.
const REFUSED: [(&str, &[u8]); 3] = [
    ("SHA-1", &[0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14]),
    (
        "SHA-224",
        &[
            0x30, 0x2d, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04, 0x05, 0x00, 0x04,
            0x1c,
        ],
    ),
    (
        "MD5",
        &[0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05, 0x05, 0x00, 0x04, 0x10],
    ),
];

/// Takes a `DigestInfo` apart.
pub(crate) fn parse(data: &[u8]) -> Result<(Hash, &[u8]), Failure> {
    for (hash, prefix) in [(Hash::Sha256, SHA256), (Hash::Sha384, SHA384), (Hash::Sha512, SHA512)] {
        if let Some(digest) = data.strip_prefix(prefix)
            && digest.len() == hash.length()
        {
            return Ok((hash, digest));
        }
    }
    for (name, prefix) in REFUSED {
        if data.starts_with(prefix) {
            let cause = format!(
                "the data is a DigestInfo of {name}, which no key service signs; use SHA-256, SHA-384 or SHA-512"
            );
            return Err(Failure::new(Code::DataInvalid, cause));
        }
    }
    let cause = format!(
        "the {} bytes of data are not a DigestInfo of SHA-256, SHA-384 or SHA-512, the only input AWS KMS can pad; have the host make a DigestInfo, or use CKM_SHA256_RSA_PKCS",
        data.len()
    );
    Err(Failure::new(Code::DataInvalid, cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(prefix: &[u8], digest: usize) -> Vec<u8> {
        let mut data = prefix.to_vec();
        data.extend(vec![0xab; digest]);
        data
    }

    #[test]
    fn the_three_prefixes_are_read() {
        for (hash, prefix) in [(Hash::Sha256, SHA256), (Hash::Sha384, SHA384), (Hash::Sha512, SHA512)] {
            let data = info(prefix, hash.length());
            assert_eq!(parse(&data).unwrap(), (hash, vec![0xab; hash.length()].as_slice()));
        }
    }

    #[test]
    fn a_digest_that_is_a_byte_too_long_or_too_short_is_invalid() {
        for length in [0, 31, 33, 48] {
            assert_eq!(parse(&info(SHA256, length)).unwrap_err().code(), Code::DataInvalid);
        }
    }

    #[test]
    fn one_wrong_bit_anywhere_in_the_prefix_is_invalid() {
        for index in 0..SHA256.len() {
            let mut data = info(SHA256, 32);
            data[index] ^= 1;
            assert!(parse(&data).is_err(), "byte {index}");
        }
    }

    #[test]
    fn a_bare_digest_is_not_guessed() {
        for length in [20, 32, 48, 64] {
            assert_eq!(parse(&info(&[], length)).unwrap_err().code(), Code::DataInvalid);
        }
    }

    #[test]
    fn weak_hashes_are_refused_by_name() {
        for ((name, prefix), length) in REFUSED.into_iter().zip([20, 28, 16]) {
            let failure = parse(&info(prefix, length)).unwrap_err();
            assert_eq!(failure.code(), Code::DataInvalid);
            assert!(failure.to_string().contains(name), "{failure}");
        }
    }
}
