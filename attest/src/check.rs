//! The checks that evidence must stand before any of its claims counts. No policy can switch one off.

use crate::finding::{Basis, Finding, Outcome};

macro_rules! checks {
    ($($name:ident = $id:literal, $demand:literal, $source:literal;)*) => {
        /// A check of evidence. Each has vectors that it alone rejects.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Check { $(#[doc = concat!($demand, " (", $source, ").")] $name,)* }

        impl Check {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Stable name.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// What it demands, in one sentence without a full stop.
            #[must_use]
            pub fn demand(self) -> &'static str {
                match self { $(Self::$name => $demand,)* }
            }

            /// Where the demand comes from.
            #[must_use]
            pub fn source(self) -> &'static str {
                match self { $(Self::$name => $source,)* }
            }
        }
    };
}

checks! {
    CertificateRoles = "certificate-roles",
        "one card and one partition certificate of the manufacturer, and one each of the operator, and no others but roots",
        "Google Cloud KMS, Verifying attestations; RFC 5280 §6 does not apply to these chains";
    ManufacturerCard = "manufacturer-card",
        "the card's certificate is signed by a pinned key of the HSM's manufacturer",
        "Marvell LiquidSecurity, Key attestation";
    ManufacturerPartition = "manufacturer-partition",
        "the partition's certificate is signed by the card",
        "Marvell LiquidSecurity, Key attestation";
    OperatorCard = "operator-card",
        "the operator's certificate of the card is signed by a pinned key of the operator",
        "Google Cloud KMS, Verifying attestations";
    OperatorPartition = "operator-partition",
        "the operator's certificate of the partition is signed by a pinned key of the operator",
        "Google Cloud KMS, Verifying attestations";
    SameCardKey = "same-card-key",
        "manufacturer and operator certify the same card key",
        "Google Cloud KMS, Verifying attestations";
    SamePartitionKey = "same-partition-key",
        "manufacturer and operator certify the same partition key",
        "Google Cloud KMS, Verifying attestations";
    FipsMode = "fips-mode",
        "every certificate names a card in FIPS mode",
        "Marvell LiquidSecurity, Key attestation: the common name carries the mode";
    SameSerial = "same-serial",
        "every certificate names the same card, and the same partition",
        "Marvell LiquidSecurity, Key attestation: the common name carries the serial number";
    NotDenied = "not-denied",
        "the card is not on the list of cards known to be compromised",
        "the list of denied cards, attest/src/anchor.rs";
    PartitionKey = "partition-key",
        "the partition's key is RSA with 2048 bits and the exponent 65537",
        "FIPS 186-5 §5.1; a smaller exponent makes signatures easy to forge";
    Signature = "statement-signature",
        "the statement is signed by the partition",
        "Marvell LiquidSecurity, Key attestation";
    PrivateObject = "private-object",
        "the statement has exactly one private key, and beside it at most its public half",
        "PKCS#11 v3.1 §4.9 (CKO_PRIVATE_KEY); a public object's attributes say nothing of the private key";
    KeyRebuilt = "key-rebuilt",
        "the statement holds the public key whole, in a kind that is known",
        "RFC 5280 §4.1.2.7, RFC 3279 §2.3.1, RFC 5480 §2";
    KeyCheckValue = "key-check-value",
        "the statement's own hashes of the public key are those of the key it holds",
        "Marvell LiquidSecurity, attributes KCV and EKCV";
    OneKey = "one-key",
        "every piece of evidence is about the same key",
        "RFC 5280 §4.1.2.7: keys are compared in their one encoding";
    PublicHalf = "public-half",
        "the public object is the private key's public half",
        "PKCS#11 v3.1 §4.8";
    StatedKey = "stated-key",
        "the unsigned key beside the statement is the statement's",
        "Azure REST API, GetKeyAttestation: the HSM does not sign the JWK";
    Admission = "admission",
        "the cloud's answer describes a key that a host may use: in an HSM, not known to be imported, enabled, for signing",
        "the rules of admission, attest/src/admission: AWS KMS KeyMetadata, Azure KeyBundle, Google CryptoKeyVersion";
    ProtectionLevel = "protection-level",
        "the answer about the public key states the protection level of an HSM, and the version's",
        "Google Cloud KMS API, PublicKey.protectionLevel: software keys have the same API";
    OneName = "one-name",
        "every piece of evidence names the same key version",
        "AWS KMS KeyMetadata.Arn and GetPublicKey KeyId; Azure kid; Google CryptoKeyVersion.name and PublicKey.name";
    StatedKind = "stated-kind",
        "the key is of the kind that the answers state",
        "AWS KMS KeySpec; Google Cloud KMS CryptoKeyVersionAlgorithm";
    AnswerConsistent = "answer-consistent",
        "the fields of an answer do not contradict each other",
        "AWS KMS KeyMetadata: Arn holds account and key id, KeyState Enabled means Enabled";
    ReportAlgorithm = "report-algorithm",
        "the report is signed as keys of its kind sign",
        "docs/report.md: DSSE names no algorithm, so that the payload does, from a closed list";
    ReportSignature = "report-signature",
        "the key that the report is about signed it: whoever made it can use the key, which is all that this shows",
        "DSSE protocol 1.0.2";
    ReportKey = "report-key",
        "the evidence in the report is about the report's key",
        "docs/report.md; RFC 5280 §4.1.2.7: keys are compared in their one encoding";
    ReportResource = "report-resource",
        "the evidence in the report names the report's key version, and no other",
        "docs/report.md";
    ReportClaims = "report-claims",
        "the evidence in the report bears all that the report states of the key",
        "docs/report.md: the verifier works every claim out again";
    ReportLifetime = "report-lifetime",
        "the report does not claim to be good for longer than a challenge may be",
        "docs/report.md; TLS Baseline Requirements §3.2.2.4.4: a Random Value is good for 30 days at most";
    ReportCreated = "report-created",
        "the report was not made later than now",
        "docs/report.md; RFC 4120 §8.2: clocks may differ by 5 minutes";
    ReportInTime = "report-in-time",
        "the report has not ended",
        "docs/report.md";
    ReportAudience = "report-audience",
        "the report is for this CA",
        "docs/report.md: a report for one CA must not serve another";
    ReportOrder = "report-order",
        "the report is for this order",
        "docs/report.md: a report for one order must not serve another";
    ReportChallenge = "report-challenge",
        "the challenge in the report is the CA's, in every field",
        "docs/report.md";
    CsrDigest = "csr-digest",
        "the report was made for this request",
        "docs/report.md; RFC 2986 §4.2";
    ChallengeAuthentic = "challenge-authentic",
        "the challenge was made with the CA's key",
        "RFC 2104";
    ChallengeInTime = "challenge-in-time",
        "the challenge was made before now, and has not expired",
        "docs/report.md; RFC 4120 §8.2: clocks may differ by 5 minutes";
    ChallengeAudience = "challenge-audience",
        "the challenge is of this CA",
        "docs/report.md: one key may serve several CAs of one house";
    ChallengeOrder = "challenge-order",
        "the challenge is for this order",
        "docs/report.md";
    RecordSignature = "record-signature",
        "the record of the confirmation is signed by the key that it names as its maker's",
        "DSSE protocol 1.0.2; docs/confirmation.md";
    RecordConfirmer = "record-confirmer",
        "the record is by a key that the policy lists",
        "docs/confirmation.md: anybody can make a record, and only the CA's own count";
    RecordReport = "record-report",
        "the record is of the report that was handed in",
        "docs/confirmation.md: by the SHA-256 of the report's payload";
    RecordChallenge = "record-challenge",
        "the record is of this challenge, for this CA and this order",
        "docs/confirmation.md: a record that was kept must not serve another order";
    RecordKey = "record-key",
        "the record is of the report's key and key version",
        "docs/confirmation.md; RFC 5280 §4.1.2.7: keys are compared in their one encoding";
    RecordAnswers = "record-answers",
        "every answer in the record is about the key version, or about the account, vault or project that it is in",
        "docs/confirmation.md: logs and tags of something else say nothing of this key";
    RecordEndpoint = "record-endpoint",
        "every answer in the record came from a host of the cloud that the key is in",
        "docs/confirmation.md, Hosts; the policy may add others";
    RecordAge = "record-age",
        "the record is not older than the policy allows, and not of the future",
        "docs/confirmation.md; TLS Baseline Requirements §3.2.2.4.4: a Random Value is good for 30 days at most";
    DigestSignature = "digest-signature",
        "every digest file of CloudTrail is signed by a key of AWS, which AWS told the CA, in that key's time",
        "AWS CloudTrail user guide, Custom implementations of log file integrity validation";
    DigestChain = "digest-chain",
        "each digest file is the one that the next names, and the first began before the key was created",
        "AWS CloudTrail user guide, CloudTrail digest file structure: previousDigestS3Object, previousDigestHashValue";
    LogDigested = "log-digested",
        "the log file in which the key was created is in a digest",
        "AWS CloudTrail user guide, CloudTrail digest file structure: logFiles";
    LogPlace = "log-place",
        "digests, log and event are of the key's account and region",
        "AWS CloudTrail user guide, Finding your CloudTrail log files; AWS KMS developer guide, key ARN";
    CreationLogged = "creation-logged",
        "the log has CreateKey of this very key, done by AWS KMS, with the origin AWS_KMS",
        "AWS KMS developer guide, CreateKey log entries";
    NotImported = "not-imported",
        "no log file that was handed in has an import of material into the key",
        "AWS KMS developer guide, ImportKeyMaterial log entries";
    NotSeen = "not-seen",
        "nonce and key were not accepted before",
        "docs/report.md: an ECDSA signature can be changed into another valid one, so that bytes tell nothing";
}

/// The checks made so far.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    findings: Vec<Finding>,
    /// The check that the tests of the checks take out.
    #[cfg(test)]
    pub(crate) without: Option<Check>,
}

impl Ledger {
    /// Writes a check down; the text is what was observed.
    pub(crate) fn check(&mut self, check: Check, outcome: Result<String, String>) {
        self.write(check, Some(Basis::Attested), outcome);
    }

    /// The same, where nobody but the subscriber vouches for what was seen.
    pub(crate) fn check_reported(&mut self, check: Check, outcome: Result<String, String>) {
        self.check_by(Basis::Reported, check, outcome);
    }

    /// The same, with whoever vouches for what was seen.
    pub(crate) fn check_by(&mut self, basis: Basis, check: Check, outcome: Result<String, String>) {
        self.write(check, Some(basis), outcome);
    }

    /// The same, of what the verifier saw by itself: nobody has to vouch for it.
    pub(crate) fn check_own(&mut self, check: Check, outcome: Result<String, String>) {
        self.write(check, None, outcome);
    }

    fn write(&mut self, check: Check, basis: Option<Basis>, outcome: Result<String, String>) {
        #[cfg(test)]
        if self.without == Some(check) {
            return;
        }
        let (observed, outcome) = match outcome {
            Ok(observed) => (observed, Outcome::Passed),
            Err(observed) => (observed, Outcome::Failed),
        };
        self.findings.push(Finding {
            id: check.id(),
            demand: check.demand().to_owned(),
            source: check.source(),
            observed,
            basis,
            outcome,
        });
    }

    /// An empty one, for checks of which it matters whether all of them pass.
    pub(crate) fn apart(&self) -> Self {
        Self {
            findings: Vec::new(),
            #[cfg(test)]
            without: self.without,
        }
    }

    /// Takes over what another has.
    pub(crate) fn append(&mut self, other: Self) {
        self.findings.extend(other.findings);
    }

    /// Whether every check so far passed.
    pub(crate) fn is_clean(&self) -> bool {
        self.findings.iter().all(|finding| finding.outcome == Outcome::Passed)
    }

    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_checks_are_unique() {
        for (index, check) in Check::ALL.iter().enumerate() {
            assert!(Check::ALL[index + 1..].iter().all(|other| other.id() != check.id()), "{}", check.id());
        }
    }
}
