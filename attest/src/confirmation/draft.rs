//! A record in the making: what the CA's side fills in, held against the rules that the verifier has.

use super::answer::{Answer, Said};
use super::payload::{LONGEST_CODE, LONGEST_FINDING, LONGEST_MESSAGE, Record};
use super::{LARGEST, envelope};
use crate::anchor::Release;
use crate::certificate::sha256;
use crate::claim::Claim;
use crate::evidence::answer::LARGEST as LARGEST_ANSWER;
use crate::evidence::{self, Evidence};
use crate::field;
use crate::instant::Instant;
use crate::malformed::Malformed;
use crate::public_key::PublicKey;
use crate::report::{DraftError, Envelope, Generator, Report, SignatureAlgorithm};
use crate::shown;
use crate::signature::Scheme;

/// Everything that a record is made of. The library has neither clock nor chance: time and id are handed in.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// 16 random bytes, which become the record's UUID.
    pub id: [u8; 16],
    /// The key that was asked about.
    pub about: About<'a>,
    /// The CA's key.
    pub confirmer: &'a PublicKey,
    /// How that key will sign the record. For RSA this names the hash; a curve has one of its own.
    pub scheme: Scheme,
    /// Now.
    pub created: Instant,
    /// Name of the program that makes the record.
    pub generator: &'a str,
    /// Its version.
    pub version: &'a str,
    /// What was asked, and what the cloud said, refusals too.
    pub answers: Vec<Answer>,
}

/// What says which key to ask about.
#[derive(Clone, Copy, Debug)]
pub enum About<'a> {
    /// A report, as it was handed in.
    Report(&'a [u8]),
    /// An earlier record of the CA's own, which is of a report.
    Record(&'a Record),
}

impl Draft<'_> {
    /// The payload. Challenge, key and name are the report's.
    ///
    /// # Errors
    /// [`DraftError`] for a report that cannot be read, that its key did not sign, or that answers no challenge; for answers that are not
    /// about its key; and for a field without the form.
    pub fn payload(&self) -> Result<Vec<u8>, DraftError> {
        let algorithm = self.confirmer.algorithm();
        let signature_algorithm = SignatureAlgorithm::of(algorithm, self.scheme).ok_or_else(|| {
            DraftError(format!("scheme: a key of kind {} does not sign by {:?}", algorithm.name(), self.scheme))
        })?;
        let mut record = Record {
            record_id: field::uuid_of(self.id),
            confirmer: self.confirmer.clone(),
            signature_algorithm,
            created: self.created,
            generator: Generator { name: self.generator.to_owned(), version: self.version.to_owned() },
            answers: self.answers.iter().map(legible).collect(),
            findings: Vec::new(),
            ..self.about.subject()?
        };
        let claims = evidence::of_record(&record, &Release).map_err(|error| DraftError(format!("answers: {error}")))?;
        let said = |claim: &Claim| format!("{} {}: {}", claim.basis, claim.topic.name(), claim.value);
        record.findings =
            claims.all().iter().map(said).map(|line| line.chars().take(LONGEST_FINDING).collect()).collect();
        let payload = record.payload();
        // The longest signature and the frame have under 1 kB.
        let whole = envelope(&payload, &[0; 512]).len();
        if whole > LARGEST {
            return Err(DraftError(format!(
                "answers: the record would have {whole} bytes, {LARGEST} are the most; ask about fewer trails"
            )));
        }
        // The verifier's own reading, so that no record is made which is refused for its form.
        let again = Record::parse(&payload).map_err(|error| DraftError(error.to_string()))?;
        debug_assert_eq!(again, record, "what is written is what is read");
        evidence::is_of_its_key(&record, &Release).map_err(|why| DraftError(format!("answers: {why}")))?;
        Ok(payload)
    }
}

impl About<'_> {
    /// A record of it without answers.
    ///
    /// # Errors
    /// [`DraftError`] for a report that cannot be read, that its key did not sign, or that answers no challenge.
    pub fn subject(&self) -> Result<Record, DraftError> {
        match self {
            Self::Report(bytes) => of_report(bytes),
            Self::Record(record) => Ok(Record { answers: Vec::new(), findings: Vec::new(), ..(*record).clone() }),
        }
    }
}

/// The report is the subscriber's: its signature is all that ties key and challenge together.
fn of_report(bytes: &[u8]) -> Result<Record, DraftError> {
    let wrong = |why: String| DraftError(format!("report: {why}"));
    let unread = |error: Malformed| DraftError(format!("{error}; name the report that hardkey attest made"));
    let envelope = Envelope::open(bytes).map_err(unread)?;
    let report = Report::parse(envelope.payload()).map_err(unread)?;
    envelope.verify(&report).map_err(|why| wrong(format!("{why}; its own key must have signed it")))?;
    // What is malformed inside would leave the record without a report to be held against.
    evidence::verify(&[Evidence::Report(bytes.to_vec())], &Release).map_err(|error| wrong(error.to_string()))?;
    let challenge = report.challenge.as_ref().ok_or_else(|| {
        wrong("the report answers no challenge; ask the subscriber for one that answers yours".to_owned())
    })?;
    Ok(Record {
        record_id: String::new(),
        report_sha256: sha256(envelope.payload()),
        nonce: *challenge.nonce_bytes(),
        audience: challenge.audience().to_owned(),
        order: challenge.order().to_owned(),
        confirmer: report.public_key.clone(),
        public_key: report.public_key,
        resource: report.resource,
        signature_algorithm: report.signature_algorithm,
        created: report.created,
        generator: report.generator,
        answers: Vec::new(),
        findings: Vec::new(),
    })
}

/// Clouds' words of a refusal, on one visible line and cut to what a record takes. An answer that no reader takes counts as none: lists of a
/// large account can be that long, and nobody needs them to know where the key lives.
fn legible(answer: &Answer) -> Answer {
    let said = match &answer.said {
        Said::Data(data) if data.len() > LARGEST_ANSWER => Said::Refused {
            code: "TooLarge".to_owned(),
            message: format!("the answer has {} bytes; a record keeps {LARGEST_ANSWER}", data.len()),
        },
        Said::Data(data) => Said::Data(data.clone()),
        Said::Refused { code, message } => {
            let visible = |text: &str, longest: usize, none: &str| {
                let text: String = shown::text(text).chars().take(longest).collect();
                if text.is_empty() { none.to_owned() } else { text }
            };
            Said::Refused {
                code: visible(code, LONGEST_CODE, "none"),
                message: visible(message, LONGEST_MESSAGE, "none"),
            }
        }
    };
    Answer { said, ..answer.clone() }
}
