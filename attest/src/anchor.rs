//! Anchors: the vendors' public keys that everything rests on.
//!
//! Keys are pinned, not certificates: bundles may still carry a root certificate that has ended while its key goes on.
//! Nothing in a bundle can add an anchor.

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use der::Document;
use der::pem::PemLabel;

use crate::instant::Instant;

/// Whom an anchor speaks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// Who makes the HSMs.
    Manufacturer,
    /// Who runs them.
    Operator,
}

/// A certificate in which a pinned key is known to have been published.
#[derive(Clone, Copy, Debug)]
pub struct Published {
    /// SHA-256 of the certificate, lower-case hexadecimal.
    pub fingerprint: &'static str,
    /// First day.
    pub not_before: &'static str,
    /// Last day.
    pub not_after: &'static str,
}

/// One pinned public key.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// Short name.
    pub id: &'static str,
    /// Full name.
    pub name: &'static str,
    /// Whom it speaks for.
    pub role: Role,
    /// Common name of the root: certificates say by it who signed them.
    pub common_name: &'static str,
    /// `SubjectPublicKeyInfo`, PEM.
    pub key: &'static str,
    /// SHA-256 of the DER of `key`, lower-case hexadecimal.
    pub key_hash: &'static str,
    /// Where the key was read, and when.
    pub origin: &'static str,
    /// Root certificates that hold it.
    pub published: &'static [Published],
}

impl Anchor {
    /// The key, ready to verify.
    pub(crate) fn verifier(&self) -> Option<ParsedPublicKey> {
        let (label, document) = Document::from_pem(self.key).ok()?;
        // RFC 7468 §13.
        PublicKeyLabel::validate_pem_label(label).ok()?;
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, document.as_bytes()).ok()
    }

    /// The last day of the last certificate that holds the key.
    #[must_use]
    pub fn end(&self) -> Option<Instant> {
        self.published.iter().filter_map(|published| Instant::parse(published.not_after)).max()
    }
}

struct PublicKeyLabel;

impl PemLabel for PublicKeyLabel {
    const PEM_LABEL: &'static str = "PUBLIC KEY";
}

/// A set of anchors. Which set a verdict rests on is part of its type, so that one that rests on test keys cannot be
/// taken for a real one.
pub trait Anchors: sealed::Sealed {
    /// What a person is told about the set.
    const NAME: &'static str;
    /// Whether whoever makes the tests has the private keys: nothing that rests on them means anything.
    const FOR_TESTS: bool;

    /// The pinned keys.
    fn all(&self) -> &[Anchor];

    /// Cards that are not trusted any more.
    fn denied(&self) -> &[Denied];
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Release {}
    impl Sealed for super::ForTests {}
}

/// The vendors' real keys.
#[derive(Clone, Copy, Debug, Default)]
pub struct Release;

impl Anchors for Release {
    const NAME: &'static str = "the vendors' pinned keys";
    const FOR_TESTS: bool = false;

    fn all(&self) -> &[Anchor] {
        ANCHORS
    }

    fn denied(&self) -> &[Denied] {
        DENIED
    }
}

/// Keys of a PKI made for tests. Verdicts that rest on them are worth nothing, and are of another type.
#[derive(Clone, Debug, Default)]
pub struct ForTests {
    /// The keys.
    pub anchors: Vec<Anchor>,
    /// Cards to deny.
    pub denied: Vec<Denied>,
}

impl Anchors for ForTests {
    const NAME: &'static str = "TEST KEYS";
    const FOR_TESTS: bool = true;

    fn all(&self) -> &[Anchor] {
        &self.anchors
    }

    fn denied(&self) -> &[Denied] {
        &self.denied
    }
}

/// A card that must not be trusted although its certificates verify: vendors publish no revocation.
#[derive(Clone, Copy, Debug)]
pub struct Denied {
    /// SHA-256 of the card's `SubjectPublicKeyInfo`, lower-case hexadecimal.
    pub key_hash: &'static str,
    /// When it was put here.
    pub date: &'static str,
    /// Why, and who says so.
    pub reason: &'static str,
}

/// No card is known to be compromised, November 2026.
pub const DENIED: &[Denied] = &[];

/// The pinned keys. SHA-256 values were computed from the root certificates named by `origin`.
pub const ANCHORS: &[Anchor] = &[
    Anchor {
        id: "marvell-ls1",
        name: "Marvell (Cavium) LiquidSecurity",
        role: Role::Manufacturer,
        common_name: "localca.liquidsecurity.cavium.com",
        key: include_str!("../anchors/marvell-ls1.pem"),
        key_hash: "78adcba1f38bee304bc44d6a086503f2940037d4b3d58a1bf66a3282ef58cd41",
        origin: "marvell.com, LiquidSecurity certificate; copies of Azure/azure-managed-hsm-key-attestation and smallstep/crypto, read November 2026, agree",
        published: &[
            Published {
                fingerprint: "975757f0d76640e03d14760f8fc9e3a55826fa7807b2c392f7801a95bd69cc28",
                not_before: "2015-11-19",
                not_after: "2025-11-16",
            },
            Published {
                fingerprint: "230143df00e0b452743e068a5b3fc08df8f06cefc4854ea627aeb7ebd70ee2f4",
                not_before: "2024-07-25",
                not_after: "2034-07-23",
            },
        ],
    },
    Anchor {
        id: "marvell-ls2",
        name: "Marvell LiquidSecurity 2",
        role: Role::Manufacturer,
        common_name: "cavium-liquidsecurity-ls2",
        key: include_str!("../anchors/marvell-ls2.pem"),
        key_hash: "f84b0610f2ca68f1f936c12c37a22794b59a2afa54f55f8d3c977232c5b97d7c",
        origin: "marvell.com, LiquidSecurity 2 certificate; copy of Azure/azure-managed-hsm-key-attestation, read November 2026",
        published: &[Published {
            fingerprint: "17644de0d33bc73b2f4ef4c20a11f6c8cc1f723a4cd83ee600361cbb24d8d2e5",
            not_before: "2024-07-22",
            not_after: "2034-07-20",
        }],
    },
    Anchor {
        id: "google-hawksbill",
        name: "Google Hawksbill",
        role: Role::Operator,
        common_name: "Hawksbill Root v1 prod",
        key: include_str!("../anchors/google-hawksbill.pem"),
        key_hash: "11fa0c80423f28ee497a189bed4f7043629be7a7642d20eee9347a73c1ff46e8",
        origin: "gstatic.com, cloudhsm root; also in GoogleCloudPlatform/python-docs-samples, read November 2026",
        published: &[Published {
            fingerprint: "46b5fd351d56a0721ca0afcd1731c0f7b74e3941eb818bfd0ec36e29df0de095",
            not_before: "2017-07-01",
            not_after: "2030-01-01",
        }],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pinned_key_is_one_and_has_its_hash() {
        for anchor in ANCHORS {
            assert!(anchor.verifier().is_some(), "{}", anchor.id);
            let (_, document) = Document::from_pem(anchor.key).unwrap();
            let hash = crate::certificate::sha256(document.as_bytes());
            assert_eq!(crate::shown::hex(&hash), anchor.key_hash, "{}", anchor.id);
            assert!(anchor.end() > Instant::parse("2027-01-01"), "{}", anchor.id);
        }
    }

    #[test]
    fn releases_rest_on_the_vendors_keys() {
        let ids: Vec<&str> = Release.all().iter().map(|anchor| anchor.id).collect();
        assert_eq!(ids, ["marvell-ls1", "marvell-ls2", "google-hawksbill"]);
    }
}
