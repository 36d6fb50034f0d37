//! Raw evidence in a report: answers of clouds, byte for byte.

use crate::bundle;
use crate::evidence::{Evidence, google_statement};
use crate::form::{self, Form};
use crate::instant::Instant;
use crate::malformed::Malformed;

/// Which answer of which cloud it is: a closed list.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// Google Cloud KMS: `GetCryptoKeyVersion`, with the HSM's statement and its certificates in it.
    GoogleCryptoKeyVersion,
    /// Google Cloud KMS: `GetPublicKey`.
    GooglePublicKey,
    /// AWS KMS: `DescribeKey`.
    AwsDescribeKey,
    /// AWS KMS: `GetPublicKey`.
    AwsGetPublicKey,
    /// Azure: `GetKey`, of a vault or a Managed HSM.
    AzureKey,
    /// Azure Managed HSM: `GetKeyAttestation`.
    AzureAttestation,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::GoogleCryptoKeyVersion,
        Self::GooglePublicKey,
        Self::AwsDescribeKey,
        Self::AwsGetPublicKey,
        Self::AzureKey,
        Self::AzureAttestation,
    ];

    /// Its name in the payload.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GoogleCryptoKeyVersion => "google.crypto-key-version",
            Self::GooglePublicKey => "google.public-key",
            Self::AwsDescribeKey => "aws.describe-key",
            Self::AwsGetPublicKey => "aws.get-public-key",
            Self::AzureKey => "azure.key",
            Self::AzureAttestation => "azure.attestation",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One answer of a cloud.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RawEvidence {
    /// Which answer.
    pub kind: Kind,
    /// When the cloud gave it.
    pub collected: Instant,
    /// What was asked, and where: `GET https://cloudkms.googleapis.com/v1/projects/…`. For people; nothing is decided by it.
    pub request: String,
    /// The answer, the very bytes.
    pub data: Vec<u8>,
}

impl RawEvidence {
    /// What the verifier reads: the answer, and before it the statement that is in it.
    ///
    /// # Errors
    /// [`Malformed`] for a report in the place of an answer, and for an answer whose statement cannot be taken out.
    pub(crate) fn evidence(&self) -> Result<Vec<Evidence>, Malformed> {
        let data = self.data.clone();
        if bundle::is_report(&data) {
            if form::has(Form::OneReport, false) {
                return Ok(vec![Evidence::Report(data)]);
            }
            return Err(Malformed::new(self.kind.name(), "an answer of a cloud", "a report within the report"));
        }
        Ok(match self.kind {
            Kind::GoogleCryptoKeyVersion => {
                let statement = google_statement(&data)?
                    .map(|(compressed, certificates)| Evidence::GoogleStatement { compressed, certificates });
                statement.into_iter().chain([Evidence::GoogleVersion(data)]).collect()
            }
            Kind::GooglePublicKey => vec![Evidence::GooglePublicKey(data)],
            Kind::AwsDescribeKey => vec![Evidence::AwsDescribeKey(data)],
            Kind::AwsGetPublicKey => vec![Evidence::AwsPublicKey(data)],
            Kind::AzureKey => vec![Evidence::KeyVaultKey(data)],
            Kind::AzureAttestation => vec![Evidence::ManagedHsmKey(data)],
        })
    }
}
