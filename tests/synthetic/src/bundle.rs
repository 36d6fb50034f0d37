//! What a subscriber of Google Cloud hands in: a compressed statement and certificates.

use crate::der::pem;
use crate::gzip::gzip;
use crate::key::{Key, Shape};
use crate::pki::Pki;
use crate::statement::{Signing, Statement};
use crate::zip::Zip;

/// The version that bundles are about unless a test says otherwise.
pub const RESOURCE: &str =
    "projects/synthetic/locations/europe-west1/keyRings/release/cryptoKeys/signer/cryptoKeyVersions/1";

/// Statement and certificates, ready to be handed in. The fields are what is handed in: change them at will.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bundle {
    /// Name of the key version.
    pub resource: String,
    /// The statement, `CAVIUM_V2_COMPRESSED`.
    pub compressed: Vec<u8>,
    /// Certificates, DER.
    pub certificates: Vec<Vec<u8>>,
}

impl Bundle {
    /// Of a generated key in an HSM in FIPS mode: nothing is wrong with it. The key is [`Bundle::key`].
    #[must_use]
    pub fn generated(shape: Shape) -> Self {
        Self::of(&Pki::new(), &Statement::generated(Self::key(shape), RESOURCE))
    }

    /// The key of [`Bundle::generated`].
    #[must_use]
    pub fn key(shape: Shape) -> &'static Key {
        Key::of(shape, "subject")
    }

    /// A statement signed by the partition of a PKI, with that PKI's certificates and roots, about [`RESOURCE`].
    #[must_use]
    pub fn of(pki: &Pki, statement: &Statement) -> Self {
        Self::signed(pki, &statement.signed(&Signing::by(pki.partition)))
    }

    /// Any bytes for a statement, compressed, with a PKI's certificates and roots, about [`RESOURCE`].
    #[must_use]
    pub fn signed(pki: &Pki, statement: &[u8]) -> Self {
        let certificates = pki.certificates_with_roots();
        Self { resource: RESOURCE.to_owned(), compressed: gzip(statement), certificates }
    }

    /// The certificates in PEM, one after the other: the console's combined chain.
    #[must_use]
    pub fn chain_pem(&self) -> String {
        self.certificates.iter().map(|der| pem("CERTIFICATE", der)).collect()
    }

    /// Names of the files in the console's zip: statement, and chain.
    #[must_use]
    pub fn file_names(&self) -> [String; 2] {
        let parts: Vec<&str> = self.resource.split('/').collect();
        let part = |name: &str| {
            let at = parts.iter().position(|part| *part == name);
            at.and_then(|at| parts.get(at + 1)).copied().unwrap_or("unknown")
        };
        let stem = format!("{}-{}-{}", part("keyRings"), part("cryptoKeys"), part("cryptoKeyVersions"));
        [format!("{stem}-CAVIUM_V2_COMPRESSED-attestation.dat"), format!("{stem}-combined-chain.pem")]
    }

    /// The console's attestation bundle, to be changed before it becomes bytes.
    #[must_use]
    pub fn zip(&self) -> Zip {
        let [statement, chain] = self.file_names();
        Zip::default().with(&statement, &self.compressed).with(&chain, self.chain_pem().as_bytes())
    }
}
