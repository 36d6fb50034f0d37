//! The payload of a record: read strictly, written in one way.

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Said};
use super::kind::Kind;
use super::{LARGEST, PART};
use crate::challenge::NONCE_LENGTH;
use crate::evidence::answer::{self, Object};
use crate::field::{self, LONGEST_NAME, LONGEST_RESOURCE, present};
use crate::form::{self, Form};
use crate::instant::Instant;
use crate::malformed::Malformed;
use crate::public_key::PublicKey;
use crate::report::{Generator, SignatureAlgorithm};
use crate::shown;

/// The version that is written and read.
const VERSION: u32 = 1;
/// RFC 1035 §2.3.4: a name of a host has 255 characters; a port has 6 with its colon.
const LONGEST_HOST: usize = 261;
/// The longest of AWS's names of errors has 50 characters.
pub(super) const LONGEST_CODE: usize = 128;
/// Clouds explain a refusal in a few lines; the rest is cut by whoever makes the record.
pub(super) const LONGEST_MESSAGE: usize = 1024;
/// A line for each thing that 64 answers say: each of them says a few.
const MOST_FINDINGS: usize = 256;
/// Names of trails and lists of principals are among them; the rest is cut by whoever makes the record.
pub(super) const LONGEST_FINDING: usize = 2048;
/// Five questions about the key, and two about each trail: an account has 5 trails in a region, and more of an organisation (AWS
/// CloudTrail, "Quotas").
const MOST_ANSWERS: usize = 64;

/// What a record says: fields of the right form, of which nothing was held against anything yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record {
    /// A UUID (RFC 9562), by which people find it again. Nothing is decided by it.
    pub record_id: String,
    /// SHA-256 of the payload of the report that it is of: signatures can be changed into others.
    pub report_sha256: [u8; 32],
    /// The nonce of the challenge that the report answers.
    pub nonce: [u8; NONCE_LENGTH],
    /// The CA that asked.
    pub audience: String,
    /// The CA's order.
    pub order: String,
    /// The key that it is about.
    pub public_key: PublicKey,
    /// Full name of the key version, as the cloud has it.
    pub resource: String,
    /// The CA's key that signed it.
    pub confirmer: PublicKey,
    /// How that key signed it.
    pub signature_algorithm: SignatureAlgorithm,
    /// When it was made, by the CA's clock.
    pub created: Instant,
    /// What made it. Nothing is decided by it.
    pub generator: Generator,
    /// What was asked, and what the cloud said.
    pub answers: Vec<Answer>,
    /// What whoever made it read in the answers, a line each. Nothing is decided by it.
    pub findings: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    record_id: String,
    report_sha256: String,
    nonce: String,
    audience: String,
    order: String,
    spki: String,
    resource: String,
    confirmer: String,
    signature_algorithm: String,
    created: String,
    generator: Object<Generator>,
    answers: Vec<Object<WrittenAnswer>>,
    findings: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenAnswer {
    kind: String,
    of: String,
    endpoint: String,
    asked: String,
    request: String,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    refused: Option<Object<WrittenRefusal>>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenRefusal {
    code: String,
    message: String,
}

impl Record {
    /// Reads a payload.
    ///
    /// # Errors
    /// [`Malformed`] names the field and what should be there.
    pub fn parse(payload: &[u8]) -> Result<Self, Malformed> {
        let written: Written = answer::read_up_to(PART, payload, LARGEST)?;
        if written.version != VERSION {
            return Err(Malformed::new(PART, format!("{VERSION}, in version"), written.version));
        }
        let key = |field, text: &str| answer::public_key(PART, field, &answer::base64(PART, field, text)?);
        Ok(Self {
            record_id: field::uuid(PART, "record_id", written.record_id)?,
            report_sha256: field::hex(PART, "report_sha256", &written.report_sha256)?,
            nonce: field::hex(PART, "nonce", &written.nonce)?,
            audience: field::checked(PART, "audience", written.audience, LONGEST_NAME)?,
            order: field::checked(PART, "order", written.order, LONGEST_NAME)?,
            public_key: key("spki", &written.spki)?,
            resource: field::checked(PART, "resource", written.resource, LONGEST_RESOURCE)?,
            confirmer: key("confirmer", &written.confirmer)?,
            signature_algorithm: SignatureAlgorithm::read(PART, &written.signature_algorithm)?,
            created: field::moment(PART, "created", &written.created)?,
            generator: written.generator.0.checked(PART)?,
            answers: answers(written.answers)?,
            findings: findings(written.findings)?,
        })
    }

    /// The payload: JSON on one line, without a line break. What it says is looked at by [`Record::parse`] alone.
    pub(super) fn payload(&self) -> Vec<u8> {
        let key = |key: &PublicKey| Base64::encode_string(key.spki());
        let written = Written {
            version: VERSION,
            record_id: self.record_id.clone(),
            report_sha256: shown::hex(&self.report_sha256),
            nonce: shown::hex(&self.nonce),
            audience: self.audience.clone(),
            order: self.order.clone(),
            spki: key(&self.public_key),
            resource: self.resource.clone(),
            confirmer: key(&self.confirmer),
            signature_algorithm: self.signature_algorithm.name().to_owned(),
            created: self.created.to_string(),
            generator: Object(self.generator.clone()),
            answers: self.answers.iter().map(|answer| Object(answer_written(answer))).collect(),
            findings: self.findings.clone(),
        };
        serde_json::to_vec(&written).unwrap_or_default()
    }

    /// The oldest of the answers' times: the record is as old as that.
    #[must_use]
    pub fn oldest(&self) -> Instant {
        self.answers.iter().map(|answer| answer.asked).chain([self.created]).min().unwrap_or(self.created)
    }
}

fn answer_written(answer: &Answer) -> WrittenAnswer {
    let (data, refused) = match &answer.said {
        Said::Data(bytes) => (Some(Base64::encode_string(bytes)), None),
        Said::Refused { code, message } => {
            (None, Some(Object(WrittenRefusal { code: code.clone(), message: message.clone() })))
        }
    };
    WrittenAnswer {
        kind: answer.kind.name().to_owned(),
        of: answer.of.clone(),
        endpoint: answer.endpoint.clone(),
        asked: answer.asked.to_string(),
        request: answer.request.clone(),
        data,
        refused,
    }
}

fn findings(written: Vec<String>) -> Result<Vec<String>, Malformed> {
    if written.len() > form::limit(MOST_FINDINGS) {
        let found = format!("{} findings", written.len());
        return Err(Malformed::new(PART, format!("at most {MOST_FINDINGS} findings"), found));
    }
    let each = |(index, line)| field::checked(PART, &format!("findings[{index}]"), line, LONGEST_FINDING);
    written.into_iter().enumerate().map(each).collect()
}

/// The answers, to each question one: of two, a reader might look at the other.
fn answers(written: Vec<Object<WrittenAnswer>>) -> Result<Vec<Answer>, Malformed> {
    if written.len() > form::limit(MOST_ANSWERS) {
        let found = format!("{} answers", written.len());
        return Err(Malformed::new(PART, format!("at most {MOST_ANSWERS} answers"), found));
    }
    let mut all: Vec<Answer> = Vec::new();
    for (index, Object(one)) in written.into_iter().enumerate() {
        let place = |field: &str| format!("answers[{index}].{field}");
        let text = |field, value, longest| field::checked(PART, &place(field), value, longest);
        let kind = Kind::named(&one.kind).ok_or_else(|| {
            let expected = format!("one of {}, in {}", Kind::ALL.map(Kind::name).join(", "), place("kind"));
            Malformed::new(PART, expected, format!("\"{}\"", shown::short(&one.kind)))
        })?;
        let of = text("of", one.of, LONGEST_RESOURCE)?;
        if !form::has(Form::EvidenceOnce, all.iter().all(|known| known.kind != kind || known.of != of)) {
            return Err(Malformed::new(PART, "each question once", format!("{} of {of} again", kind.name())));
        }
        let said = match (one.data, one.refused) {
            (Some(data), None) => Said::Data(answer::base64(PART, &place("data"), &data)?),
            (None, Some(Object(refused))) => Said::Refused {
                code: text("refused.code", refused.code, LONGEST_CODE)?,
                message: text("refused.message", refused.message, LONGEST_MESSAGE)?,
            },
            (data, _) => {
                let found = if data.is_some() { "both" } else { "neither" };
                return Err(Malformed::new(PART, format!("data or refused, in answers[{index}]"), found));
            }
        };
        all.push(Answer {
            kind,
            of,
            endpoint: text("endpoint", one.endpoint, LONGEST_HOST)?,
            asked: field::moment(PART, &place("asked"), &one.asked)?,
            request: text("request", one.request, LONGEST_RESOURCE)?,
            said,
        });
    }
    Ok(all)
}
