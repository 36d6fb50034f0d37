//! `DigestInfo`: what `CKM_RSA_PKCS` signs.
//!
//! The mechanism pads exactly the bytes it is given (PKCS#11 v3.1 §2.1.6). Most key services make those bytes themselves from
//! a digest and the name of its hash, so the bytes must be the ones they would make: the fixed prefix of RFC 8017 §9.2
//! note 1, then the digest. Where a key pads any bytes, any are signed but digests of hashes that are broken. A hash is
//! never guessed from a length.

use hardkey_attest::signature::Hash;

use crate::error::{Code, Failure};

/// How far into the data a hash's name is looked for: it ends with the longest prefix.
const ROOM: usize = 19;
/// Hashes that hosts still send and no key service signs: known by prefix, so that the refusal can name them.
const WEAK: [(&str, &[u8]); 3] = [
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

/// What the data of `CKM_RSA_PKCS` is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Data<'a> {
    /// A digest of a hash that key services sign.
    Digest(Hash, &'a [u8]),
    /// A digest of a hash that none of them signs, by its name.
    Weak(&'static str),
    /// Anything else.
    Other,
}

/// Takes the data of `CKM_RSA_PKCS` apart.
pub(crate) fn parse(data: &[u8]) -> Data<'_> {
    for hash in Hash::ALL {
        if let Some(digest) = data.strip_prefix(hash.digest_info_prefix())
            && digest.len() == hash.length()
        {
            return Data::Digest(hash, digest);
        }
    }
    for (name, prefix) in WEAK {
        // With the NULL before the digest, or without: RFC 8017 §A.2.4, and what older programs write.
        let identifier = prefix.get(4..prefix.len() - 4).unwrap_or_default();
        if data.starts_with(prefix)
            || data.get(..ROOM).unwrap_or(data).windows(identifier.len()).any(|part| part == identifier)
        {
            return Data::Weak(name);
        }
    }
    Data::Other
}

/// Why the data cannot be signed where only a digest can be.
pub(crate) fn refused(data: &[u8]) -> Failure {
    let cause = match parse(data) {
        Data::Weak(name) => {
            format!("the data is a DigestInfo of {name}, which no key service signs; use SHA-256, SHA-384 or SHA-512")
        }
        Data::Digest(..) | Data::Other => format!(
            "the {} bytes of data are not a DigestInfo of SHA-256, SHA-384 or SHA-512, the only input the key service can pad with this key; have the host make a DigestInfo, or use CKM_SHA256_RSA_PKCS",
            data.len()
        ),
    };
    Failure::new(Code::DataInvalid, cause)
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
        for hash in Hash::ALL {
            let data = info(hash.digest_info_prefix(), hash.length());
            assert_eq!(parse(&data), Data::Digest(hash, &vec![0xab; hash.length()]));
        }
    }

    #[test]
    fn a_digest_that_is_a_byte_too_long_or_too_short_is_invalid() {
        for length in [0, 31, 33, 48] {
            assert_eq!(parse(&info(Hash::Sha256.digest_info_prefix(), length)), Data::Other);
        }
    }

    #[test]
    fn one_wrong_bit_anywhere_in_the_prefix_is_invalid() {
        for index in 0..Hash::Sha256.digest_info_prefix().len() {
            let mut data = info(Hash::Sha256.digest_info_prefix(), 32);
            data[index] ^= 1;
            assert_eq!(parse(&data), Data::Other, "byte {index}");
        }
    }

    #[test]
    fn a_bare_digest_is_not_guessed() {
        for length in [20, 32, 48, 64] {
            assert_eq!(parse(&info(&[], length)), Data::Other);
        }
    }

    #[test]
    fn weak_hashes_are_refused_by_name() {
        for ((name, prefix), length) in WEAK.into_iter().zip([20, 28, 16]) {
            assert_eq!(parse(&info(prefix, length)), Data::Weak(name));
            let mut bare = info(prefix, length);
            // Without the NULL.
            bare.drain(prefix.len() - 4..prefix.len() - 2);
            assert_eq!(parse(&bare), Data::Weak(name));
            let failure = refused(&info(prefix, length));
            assert_eq!(failure.code(), Code::DataInvalid);
            assert!(failure.to_string().contains(name), "{failure}");
        }
    }
}
