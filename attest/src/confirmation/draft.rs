//! A record in the making: what the CA's side fills in, held against the rules that the verifier has.

use super::answer::{Answer, Said};
use super::payload::{LONGEST_CODE, LONGEST_MESSAGE, Record};
use super::{LARGEST, envelope};
use crate::anchor::Release;
use crate::certificate::sha256;
use crate::evidence::{self, Evidence};
use crate::field;
use crate::instant::Instant;
use crate::public_key::PublicKey;
use crate::report::{DraftError, Envelope, Generator, Report, SignatureAlgorithm};
use crate::shown;
use crate::signature::Scheme;

/// Everything that a record is made of. The library has neither clock nor chance: time and id are handed in.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// 16 random bytes, which become the record's UUID.
    pub id: [u8; 16],
    /// The report that was asked about, as it was handed in.
    pub report: &'a [u8],
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
        let (report, report_sha256) = self.report()?;
        let challenge = report.challenge.as_ref().ok_or_else(|| {
            let why = "the report answers no challenge; ask the subscriber for one that answers yours";
            DraftError(format!("report: {why}"))
        })?;
        let record = Record {
            record_id: field::uuid_of(self.id),
            report_sha256,
            nonce: *challenge.nonce_bytes(),
            audience: challenge.audience().to_owned(),
            order: challenge.order().to_owned(),
            public_key: report.public_key.clone(),
            resource: report.resource.clone(),
            confirmer: self.confirmer.clone(),
            signature_algorithm,
            created: self.created,
            generator: Generator { name: self.generator.to_owned(), version: self.version.to_owned() },
            answers: self.answers.iter().map(legible).collect(),
        };
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

    /// The report, which is the subscriber's: its signature is all that ties key and challenge together.
    fn report(&self) -> Result<(Report, [u8; 32]), DraftError> {
        let wrong = |why: String| DraftError(format!("report: {why}"));
        let envelope = Envelope::open(self.report).map_err(|error| wrong(error.to_string()))?;
        let report = Report::parse(envelope.payload()).map_err(|error| wrong(error.to_string()))?;
        envelope.verify(&report).map_err(|why| wrong(format!("{why}; its own key must have signed it")))?;
        // What is malformed inside would leave the record without a report to be held against.
        evidence::verify(&[Evidence::Report(self.report.to_vec())], &Release)
            .map_err(|error| wrong(error.to_string()))?;
        Ok((report, sha256(envelope.payload())))
    }
}

/// Clouds' words of a refusal, on one visible line and cut to what a record takes.
fn legible(answer: &Answer) -> Answer {
    let said = match &answer.said {
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
