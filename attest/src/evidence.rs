//! Evidence: untrusted bytes about one key, and what they claim once they stand every check.

pub(crate) mod answer;
mod aws;
mod aws_events;
mod aws_signers;
mod azure_log;
mod azure_monitor;
mod azure_roles;
mod azure_vault;
mod binding;
mod cloud_trail;
mod creation;
mod google;
mod google_api;
mod google_audit;
mod google_events;
mod google_iam;
mod hardware;
mod key_vault;
mod managed_hsm;
mod mark;
mod record;
mod report;
#[cfg(test)]
mod specimen;

pub(crate) use answer::malformed;
pub(crate) use aws::created_in_aws;
pub(crate) use cloud_trail::trail_arns;
pub(crate) use creation::{DIGEST as DIGEST_GZIP, LOG as LOG_GZIP};
pub(crate) use google_api::{created, statement as google_statement};
pub(crate) use google_audit::{is_above, parent_of};

use std::marker::PhantomData;

use crate::admission::{Origin, Refusal};
use crate::anchor::Anchors;
use crate::certificate::sha256;
use crate::check::{Check, Ledger};
use crate::claim::{Claim, Topic, Value};
use crate::confirmation::Record;
use crate::finding::{Basis, Finding};
use crate::malformed::Malformed;
use crate::policy::{Expected, Policy};
use crate::public_key::PublicKey;
use crate::report::Report;
use crate::shown;
use binding::{Name, Piece};

/// What a subscriber hands in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Evidence {
    /// Google Cloud HSM: the statement as `CAVIUM_V2_COMPRESSED`, and the certificates in DER, in any order.
    GoogleStatement {
        /// The gzip.
        compressed: Vec<u8>,
        /// The certificates.
        certificates: Vec<Vec<u8>>,
    },
    /// AWS: the answer to `kms:DescribeKey`, JSON.
    AwsDescribeKey(Vec<u8>),
    /// AWS: the answer to `kms:GetPublicKey`, JSON.
    AwsPublicKey(Vec<u8>),
    /// Azure Key Vault, or Managed HSM without a statement: a key's bundle, JSON.
    KeyVaultKey(Vec<u8>),
    /// Azure Managed HSM: the answer to `GetKeyAttestation`, a bundle with statements, JSON.
    ManagedHsmKey(Vec<u8>),
    /// Google Cloud KMS: the answer to `GetCryptoKeyVersion`, JSON. A statement in it is evidence of its own.
    GoogleVersion(Vec<u8>),
    /// Google Cloud KMS: the answer to `GetPublicKey`, JSON.
    GooglePublicKey(Vec<u8>),
    /// AWS CloudTrail: a digest file as it is in S3, a gzip.
    CloudTrailDigest(Vec<u8>),
    /// AWS CloudTrail: a log file as it is in S3, a gzip.
    CloudTrailLog(Vec<u8>),
    /// AWS: the answer to `s3:HeadObject` about the last digest file, which has its signature, JSON.
    CloudTrailSignature(Vec<u8>),
    /// A report, JSON: evidence of its own kinds, with what ties it to a CA's order.
    Report(Vec<u8>),
}

/// What the evidence says of one key. Only [`verify`] makes it.
#[derive(Debug)]
pub struct Claims<A> {
    pub(crate) key: Option<PublicKey>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) checks: Vec<Finding>,
    pub(crate) sound: bool,
    pub(crate) report: Option<Report>,
    pub(crate) record: Option<Record>,
    /// The check that the tests of the checks take out.
    #[cfg(test)]
    pub(crate) without: Option<Check>,
    anchors: PhantomData<A>,
}

/// Makes every check of all pieces of evidence about one key.
///
/// Claims of evidence that fails a check are kept for people to see and count for nothing.
///
/// # Errors
/// [`Malformed`] for bytes that are not evidence of their kind: nothing is decided about those.
pub fn verify<A: Anchors>(evidence: &[Evidence], anchors: &A) -> Result<Claims<A>, Malformed> {
    verify_with(evidence, anchors, Ledger::default())
}

/// The same, with the record of a confirmation about the report that is among the evidence. Its answers are claims if it stands every
/// check, also those that take the CA's policy and what the CA expects: the same are to be handed to [`Claims::appraise`].
///
/// # Errors
/// As [`verify`].
pub fn verify_confirmed<A: Anchors>(
    evidence: &[Evidence],
    presented: &Presented<'_>,
    anchors: &A,
) -> Result<Claims<A>, Malformed> {
    verify_presented(evidence, Some(presented), anchors, Ledger::default())
}

/// The record of a confirmation, and by what a CA accepts one.
#[derive(Debug)]
pub struct Presented<'a> {
    /// The record, JSON.
    pub record: &'a [u8],
    /// Whose records count, and how old they may be.
    pub policy: &'a Policy,
    /// Challenge and time.
    pub expected: &'a Expected,
}

pub(crate) fn verify_with<A: Anchors>(
    evidence: &[Evidence],
    anchors: &A,
    ledger: Ledger,
) -> Result<Claims<A>, Malformed> {
    verify_presented(evidence, None, anchors, ledger)
}

pub(crate) fn verify_presented<A: Anchors>(
    evidence: &[Evidence],
    presented: Option<&Presented<'_>>,
    anchors: &A,
    ledger: Ledger,
) -> Result<Claims<A>, Malformed> {
    let mut gathered = gather(evidence, anchors, ledger)?;
    let record = presented.map(|presented| record::gather(presented, anchors, &mut gathered)).transpose()?;
    creation::conclude(&mut gathered);
    Ok(gathered.concluded(record))
}

/// Reads pieces one by one.
pub(crate) fn gather(evidence: &[Evidence], anchors: &impl Anchors, ledger: Ledger) -> Result<Gathered, Malformed> {
    let mut gathered = Gathered::by(Basis::Reported, ledger);
    gathered.read(evidence, anchors)?;
    Ok(gathered)
}

/// What the answers of a record say by themselves, without report, order or policy. Whether it counts, and is of anything, nobody looked at.
///
/// # Errors
/// [`Malformed`] for an answer that cannot be read.
pub fn of_record<A: Anchors>(record: &Record, anchors: &A) -> Result<Claims<A>, Malformed> {
    let gathered = record::read(record, anchors, Gathered::by(Basis::Confirmed, Ledger::default()))?;
    Ok(gathered.concluded(Some(record.clone())))
}

/// Whether every answer of a record can be read, and is about its key: what a draft of one looks at.
///
/// # Errors
/// Why not, in a sentence.
pub(crate) fn is_of_its_key(record: &Record, anchors: &impl Anchors) -> Result<(), String> {
    record::is_of_its_key(record, anchors)
}

/// What the pieces say, as far as they were read.
pub(crate) struct Gathered {
    key: Option<PublicKey>,
    claims: Vec<Claim>,
    pieces: Vec<Piece>,
    /// The report, and the SHA-256 of its payload.
    report: Option<(Report, [u8; 32])>,
    /// What was handed in of a trail, and the keys by which AWS signs such files, if it told the CA.
    trail: creation::Files,
    digest_keys: Option<Vec<creation::DigestKey>>,
    /// Who vouches for answers of clouds.
    basis: Basis,
    pub(crate) ledger: Ledger,
}

impl Gathered {
    fn by(basis: Basis, ledger: Ledger) -> Self {
        let (trail, digest_keys) = (creation::Files::default(), None);
        Self { key: None, claims: Vec::new(), pieces: Vec::new(), report: None, trail, digest_keys, basis, ledger }
    }

    /// Reads pieces one by one.
    fn read(&mut self, evidence: &[Evidence], anchors: &impl Anchors) -> Result<(), Malformed> {
        let gathered = self;
        for piece in evidence {
            match piece {
                Evidence::GoogleStatement { compressed, certificates } => {
                    google::gather(compressed, certificates, anchors, gathered)?;
                }
                Evidence::AwsDescribeKey(json) => aws::gather_description(json, gathered)?,
                Evidence::AwsPublicKey(json) => aws::gather_public_key(json, gathered)?,
                Evidence::KeyVaultKey(json) => key_vault::gather(json, gathered)?,
                Evidence::ManagedHsmKey(json) => managed_hsm::gather(json, anchors, gathered)?,
                Evidence::GoogleVersion(json) => google_api::gather_version(json, gathered)?,
                Evidence::GooglePublicKey(json) => google_api::gather_public_key(json, gathered)?,
                Evidence::CloudTrailDigest(gzip) => gathered.trail.digest(gzip)?,
                Evidence::CloudTrailLog(gzip) => gathered.trail.log(gzip)?,
                Evidence::CloudTrailSignature(json) => gathered.trail.signature(json)?,
                Evidence::Report(json) => report::gather(json, anchors, gathered)?,
            }
        }
        Ok(())
    }

    /// Holds the pieces against each other.
    fn concluded<A: Anchors>(self, record: Option<Record>) -> Claims<A> {
        let Self { key, claims, pieces, report, mut ledger, .. } = self;
        binding::check(&pieces, key.as_ref(), &mut ledger);
        Claims {
            key,
            claims,
            sound: ledger.is_clean(),
            report: report.map(|(report, _)| report),
            record,
            #[cfg(test)]
            without: ledger.without,
            checks: ledger.into_findings(),
            anchors: PhantomData,
        }
    }

    /// Takes over what others say. Keys are held against each other, pieces once all were read.
    fn absorb(&mut self, other: Self) {
        let Self { key, claims, pieces, report: _, trail: _, digest_keys, basis: _, ledger } = other;
        self.digest_keys = digest_keys.or(self.digest_keys.take());
        self.ledger.append(ledger);
        if let Some(key) = key {
            self.about(key);
        }
        self.claims.extend(claims);
        self.pieces.extend(pieces);
    }

    /// The key that a piece is about. All must be about the same.
    pub(crate) fn about(&mut self, key: PublicKey) {
        let hash = |key: &PublicKey| shown::hex(&sha256(key.spki()));
        match &self.key {
            None => self.key = Some(key),
            Some(known) => {
                let outcome = if *known == key {
                    Ok(hash(&key))
                } else {
                    Err(format!("one piece of evidence is about {}, another about {}", hash(known), hash(&key)))
                };
                self.ledger.check(Check::OneKey, outcome);
            }
        }
    }

    /// Whether what was read is about this key.
    pub(crate) fn is_about(&self, key: &PublicKey) -> Result<String, String> {
        let hash = |key: &PublicKey| shown::hex(&sha256(key.spki()));
        match &self.key {
            Some(known) if known == key => Ok(hash(key)),
            Some(known) => {
                Err(format!("the report is about the key {}, its evidence about {}", hash(key), hash(known)))
            }
            None => Err(format!("the report is about the key {}, its evidence holds no key", hash(key))),
        }
    }

    /// Whether what was read names this key version, and no other.
    pub(crate) fn is_of(&self, resource: &str) -> Result<String, String> {
        let resource = Name::Full(resource.to_owned());
        let mut names = self.pieces.iter().flat_map(|piece| &piece.names).peekable();
        if names.peek().is_none() {
            return Err(format!("the report is about {}, its evidence names no key version", resource.shown()));
        }
        match names.find(|name| !name.fits(&resource)) {
            None => Ok(resource.shown()),
            Some(other) => {
                Err(format!("the report is about {}, its evidence about {}", resource.shown(), other.shown()))
            }
        }
    }

    /// What was claimed so far.
    pub(crate) fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// A piece, to be held against the others once all were read.
    fn piece(&mut self, piece: Piece) {
        self.pieces.push(piece);
    }

    /// What admission says of a cloud's answer: the very rules by which the module shows keys to hosts.
    fn admission(&mut self, from: &'static str, outcome: Result<Origin, Refusal>) {
        let from = match self.basis {
            Basis::Reported => from.to_owned(),
            Basis::Recorded | Basis::Confirmed | Basis::Attested => format!("{from}, to the CA itself"),
        };
        let outcome = match outcome {
            Ok(Origin::Generated) => Ok(format!("{from}: generated in an HSM")),
            Ok(Origin::Imported) => Ok(format!("{from}: imported into an HSM")),
            Ok(Origin::Unknown) => Ok(format!("{from}: in an HSM, of unknown origin")),
            Err(refusal) => Err(format!("{from}: {} ({})", refusal.fact(), refusal.code())),
        };
        self.ledger.check_by(self.basis, Check::Admission, outcome);
    }

    /// A claim of an answer of a cloud.
    fn answered(&mut self, from: &'static str, topic: Topic, value: Value) {
        self.claim(topic, value, self.basis, from);
    }

    /// The key in an answer of a cloud.
    fn answered_key(&mut self, from: &'static str, key: PublicKey) {
        self.answered(from, Topic::Spki, Value::Text(shown::hex(&sha256(key.spki()))));
        self.answered(from, Topic::Algorithm, Value::Text(key.algorithm().name().to_owned()));
        self.about(key);
    }

    pub(crate) fn claim(&mut self, topic: Topic, value: Value, basis: Basis, from: &'static str) {
        self.claims.push(Claim { topic, value, basis, from });
    }
}

impl<A> Claims<A> {
    /// Claims that nobody made, for tests of what is told about them.
    #[cfg(test)]
    pub(crate) fn of_tests(key: PublicKey, said: Vec<(Topic, Value, Basis)>, ledger: Ledger) -> Self {
        let claims =
            said.into_iter().map(|(topic, value, basis)| Claim { topic, value, basis, from: "a test" }).collect();
        Self {
            key: Some(key),
            claims,
            sound: ledger.is_clean(),
            report: None,
            record: None,
            without: None,
            checks: ledger.into_findings(),
            anchors: PhantomData,
        }
    }

    /// The public key that all of it is about.
    #[must_use]
    pub fn key(&self) -> Option<&PublicKey> {
        self.key.as_ref()
    }

    /// The report that the evidence came in, if it did.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// The record of a confirmation that was handed in, whether or not it counts.
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        self.record.as_ref()
    }

    /// Every claim.
    #[must_use]
    pub fn all(&self) -> &[Claim] {
        &self.claims
    }

    /// Every check of the evidence.
    #[must_use]
    pub fn checks(&self) -> &[Finding] {
        &self.checks
    }

    /// Whether the evidence stands every check. Claims of evidence that does not count for nothing.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.sound
    }

    /// What evidence that stands every check says about a topic.
    pub(crate) fn about(&self, topic: Topic) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(move |claim| self.sound && claim.topic == topic)
    }
}
