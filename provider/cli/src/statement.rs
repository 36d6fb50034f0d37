//! What an HSM says of a key, taken out of what its cloud answers.

use hardkey_attest::bundle::{self, File};
use hardkey_attest::evidence::Evidence;

use crate::choice::Choice;
use crate::failure::Failure;

/// The HSM's statement, as the cloud gives it, and the certificates that belong to it.
pub(crate) enum Statement {
    /// Of Google Cloud HSM.
    Google {
        /// `CAVIUM_V2_COMPRESSED`: a gzip.
        compressed: Vec<u8>,
        /// DER, in the cloud's order.
        certificates: Vec<Vec<u8>>,
    },
    /// Of Azure Managed HSM, two statements and their certificates.
    ManagedHsm {
        /// The answer to `GetKeyAttestation`.
        answer: Vec<u8>,
    },
}

impl Statement {
    /// Asks the cloud. `option` is what needs it.
    pub(crate) fn of(choice: &Choice, option: &str) -> Result<Self, Failure> {
        let answers = choice.evidence()?;
        let files: Vec<File> = answers.into_iter().map(|raw| File { name: raw.request, bytes: raw.data }).collect();
        let pieces = bundle::evidence(&files)
            .map_err(|error| Failure::refused(format!("{option}: key {}: {error}; try again", choice.shown())))?;
        let found = pieces.into_iter().find_map(|piece| match piece {
            Evidence::GoogleStatement { compressed, certificates } => Some(Self::Google { compressed, certificates }),
            Evidence::ManagedHsmKey(answer) => Some(Self::ManagedHsm { answer }),
            Evidence::AwsDescribeKey(_)
            | Evidence::AwsPublicKey(_)
            | Evidence::KeyVaultKey(_)
            | Evidence::GoogleVersion(_)
            | Evidence::GooglePublicKey(_)
            | Evidence::CloudTrailDigest(_)
            | Evidence::CloudTrailLog(_)
            | Evidence::CloudTrailSignature(_)
            | Evidence::Report(_) => None,
        });
        found.ok_or_else(|| {
            Failure::refused(format!(
                "{option}: key {}: {} gives no statement that an HSM signed; leave {option} out",
                choice.shown(),
                choice.service_name()
            ))
        })
    }
}
