//! A report in the making: what the subscriber's side fills in, held against the rules that the verifier has.

use std::fmt;
use std::time::Duration;

use super::algorithm::SignatureAlgorithm;
use super::payload::{Generator, Report};
use super::raw::RawEvidence;
use super::stated::Stated;
use super::{LARGEST, envelope};
use crate::anchor::Release;
use crate::certificate::sha256;
use crate::challenge::Challenge;
use crate::check::Ledger;
use crate::csr::Csr;
use crate::evidence::{self, Evidence};
use crate::field;
use crate::instant::Instant;
use crate::public_key::PublicKey;
use crate::shown;
use crate::signature::Scheme;

/// Everything that a report is made of. The library has neither clock nor chance: time and id are handed in.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// 16 random bytes, which become the report's UUID.
    pub id: [u8; 16],
    /// The CA that it is for.
    pub audience: &'a str,
    /// The CA's order.
    pub order: Option<&'a str>,
    /// The CA's challenge, as the CA gave it.
    pub challenge: Option<&'a Challenge>,
    /// The request for a certificate that it goes with, DER or PEM.
    pub csr: Option<&'a [u8]>,
    /// The key.
    pub public_key: &'a PublicKey,
    /// How the key will sign the report. For RSA this names the hash; a curve has one of its own.
    pub scheme: Scheme,
    /// Now.
    pub created: Instant,
    /// Until when the report may be used.
    pub not_after: Instant,
    /// Full name of the key version.
    pub resource: &'a str,
    /// By which name the subscriber asked for it, if by another.
    pub requested_as: Option<&'a str>,
    /// Name of the program that makes the report.
    pub generator: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Answers of the cloud, of each kind one.
    pub evidence: Vec<RawEvidence>,
}

/// Why no report, or no record, comes of a draft: the field, what is wrong with it, and what to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DraftError(pub(crate) String);

impl fmt::Display for DraftError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for DraftError {}

impl Draft<'_> {
    /// The payload. What the report states of the key is what the evidence says, and no more.
    ///
    /// # Errors
    /// [`DraftError`] for a field without the form, for a challenge of another CA, for another order or another time, for a
    /// request of another key, and for evidence that cannot be read, or is about another key or version.
    pub fn payload(&self) -> Result<Vec<u8>, DraftError> {
        let algorithm = self.public_key.algorithm();
        let signature_algorithm = SignatureAlgorithm::of(algorithm, self.scheme).ok_or_else(|| {
            DraftError(format!("scheme: a key of kind {} does not sign by {:?}", algorithm.name(), self.scheme))
        })?;
        let csr_sha256 = self.check()?;
        let report = Report {
            report_id: field::uuid_of(self.id),
            audience: self.audience.to_owned(),
            order: self.order.map(str::to_owned),
            challenge: self.challenge.cloned(),
            csr_sha256,
            created: self.created,
            not_after: self.not_after,
            signature_algorithm,
            public_key: self.public_key.clone(),
            resource: self.resource.to_owned(),
            requested_as: self.requested_as.map(str::to_owned),
            generator: Generator { name: self.generator.to_owned(), version: self.version.to_owned() },
            claims: self.stated()?,
            evidence: self.evidence.clone(),
        };
        let payload = report.payload();
        // The longest signature and the frame have under 1 kB.
        let whole = envelope(&payload, &[0; 512]).len();
        if whole > LARGEST {
            return Err(DraftError(format!(
                "evidence: the report would have {whole} bytes, {LARGEST} are the most; leave a piece of evidence out"
            )));
        }
        // The verifier's own reading, so that no report is made which is refused for its form.
        let again = Report::parse(&payload).map_err(|error| DraftError(error.to_string()))?;
        debug_assert_eq!(again, report, "what is written is what is read");
        Ok(payload)
    }

    /// What can be checked before there is evidence: times, challenge and request. The request's digest, if there is one.
    ///
    /// # Errors
    /// [`DraftError`], as [`Draft::payload`] has it.
    pub fn check(&self) -> Result<Option<[u8; 32]>, DraftError> {
        self.in_time()?;
        if let Some(challenge) = self.challenge {
            self.fits(challenge)?;
        }
        self.csr.map(|csr| self.request(csr)).transpose()
    }

    fn in_time(&self) -> Result<(), DraftError> {
        let lifetime = self.not_after.unix().checked_sub(self.created.unix()).map(Duration::from_secs);
        match lifetime {
            Some(lifetime) if !lifetime.is_zero() && lifetime <= super::LONGEST_VALIDITY => Ok(()),
            Some(_) | None => Err(DraftError(format!(
                "not_after: {} is not within 1 second to {} days after {}, when the report is made",
                self.not_after,
                super::LONGEST_VALIDITY.as_secs() / 86_400,
                self.created
            ))),
        }
    }

    /// A challenge that would be refused is not answered.
    fn fits(&self, challenge: &Challenge) -> Result<(), DraftError> {
        if challenge.audience() != self.audience {
            return Err(DraftError(format!(
                "audience: the challenge is of \"{}\", the report for \"{}\"; answer the challenge of the CA that the report is for",
                challenge.audience(),
                shown::short(self.audience)
            )));
        }
        if Some(challenge.order()) != self.order {
            return Err(DraftError(format!(
                "order: the challenge is for \"{}\", the report for {}; answer the challenge of that order",
                challenge.order(),
                self.order.map_or_else(|| "none".to_owned(), |order| format!("\"{}\"", shown::short(order)))
            )));
        }
        challenge.in_time(self.created).map_err(|why| DraftError(format!("challenge: {why}")))
    }

    fn request(&self, bytes: &[u8]) -> Result<[u8; 32], DraftError> {
        let csr = Csr::parse(bytes).map_err(|error| DraftError(format!("csr: {error}")))?;
        if csr.public_key() != self.public_key {
            let [csr, key] = [csr.public_key(), self.public_key].map(|key| shown::hex(&sha256(key.spki())));
            return Err(DraftError(format!(
                "csr: the request is for the key {csr}, the report is about {key}; make the request with this key"
            )));
        }
        csr.verify().map_err(|why| DraftError(format!("csr: {why}; make the request with this key")))?;
        Ok(*csr.digest())
    }

    /// What the evidence says, and whether it is about this key and version.
    fn stated(&self) -> Result<Stated, DraftError> {
        let wrong = |why: String| DraftError(format!("evidence: {why}"));
        let mut pieces: Vec<Evidence> = Vec::new();
        for raw in &self.evidence {
            let read = raw.evidence().map_err(|error| wrong(error.inside(raw.kind.name()).to_string()))?;
            pieces.extend(read);
        }
        // The anchors do not matter here: the CA has its own, and judges.
        let gathered =
            evidence::gather(&pieces, &Release, Ledger::default()).map_err(|error| wrong(error.to_string()))?;
        gathered.is_about(self.public_key).map_err(wrong)?;
        gathered.is_of(self.resource).map_err(wrong)?;
        Ok(Stated::of(gathered.claims()))
    }
}
