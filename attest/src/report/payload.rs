//! The payload of a report: read strictly, written in one way.

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};

use super::algorithm::SignatureAlgorithm;
use super::raw::{Kind, RawEvidence};
use super::stated::{self, Answer, Stated};
use super::{LARGEST, PART};
use crate::challenge::{self, Challenge};
use crate::evidence::answer::{self, Object};
use crate::field::{self, LONGEST_NAME, LONGEST_RESOURCE, present};
use crate::finding::Basis;
use crate::form::{self, Form};
use crate::instant::Instant;
use crate::malformed::Malformed;
use crate::public_key::PublicKey;
use crate::shown;

/// Two names of a product and its version.
const LONGEST_GENERATOR: usize = 64;

/// What a report says: fields of the right form, of which nothing was held against anything yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    /// A UUID (RFC 9562), by which people find it again. Nothing is decided by it.
    pub report_id: String,
    /// The CA that it is for.
    pub audience: String,
    /// The CA's order.
    pub order: Option<String>,
    /// The CA's challenge, whole.
    pub challenge: Option<Challenge>,
    /// SHA-256 of the DER of the request for a certificate that it goes with.
    pub csr_sha256: Option<[u8; 32]>,
    /// When it was made, by the subscriber's clock.
    pub created: Instant,
    /// Until when it may be used.
    pub not_after: Instant,
    /// How the key signed it.
    pub signature_algorithm: SignatureAlgorithm,
    /// The key that it is about.
    pub public_key: PublicKey,
    /// Full name of the key version, as the cloud has it.
    pub resource: String,
    /// By which name the subscriber asked for it, if by another: an alias or label says nothing of a key.
    pub requested_as: Option<String>,
    /// What made it. Nothing is decided by it.
    pub generator: Generator,
    /// What it states of the key, all of which the evidence has to bear.
    pub claims: Stated,
    /// Answers of the cloud.
    pub evidence: Vec<RawEvidence>,
}

/// The program that made a report or a record.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Generator {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Generator {
    /// Both of its names, one visible line each.
    pub(crate) fn checked(self, part: &str) -> Result<Self, Malformed> {
        let text = |field, value| field::checked(part, field, value, LONGEST_GENERATOR);
        Ok(Self { name: text("generator.name", self.name)?, version: text("generator.version", self.version)? })
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    report_id: String,
    audience: String,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    challenge: Option<challenge::Inside>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    csr_sha256: Option<String>,
    created: String,
    not_after: String,
    signature_algorithm: String,
    spki: String,
    resource: String,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    requested_as: Option<String>,
    generator: Object<Generator>,
    claims: Object<WrittenClaims>,
    evidence: Vec<Object<WrittenEvidence>>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenClaims {
    hsm: Object<WrittenAnswer>,
    origin: Object<WrittenAnswer>,
    extractable: Object<WrittenAnswer>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenAnswer {
    value: String,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    basis: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenEvidence {
    kind: String,
    collected: String,
    request: String,
    data: String,
}

impl Report {
    /// Reads a payload.
    ///
    /// # Errors
    /// [`Malformed`] names the field and what should be there.
    pub fn parse(payload: &[u8]) -> Result<Self, Malformed> {
        let written: Written = answer::read_up_to(PART, payload, LARGEST)?;
        let name = |field, value| field::checked(PART, field, value, LONGEST_NAME);
        let resource = |field, value| field::checked(PART, field, value, LONGEST_RESOURCE);
        let algorithm = SignatureAlgorithm::read(PART, &written.signature_algorithm)?;
        let spki = answer::base64(PART, "spki", &written.spki)?;
        Ok(Self {
            report_id: field::uuid(PART, "report_id", written.report_id)?,
            audience: name("audience", written.audience)?,
            order: written.order.map(|order| name("order", order)).transpose()?,
            challenge: written
                .challenge
                .map(|Object(challenge)| Challenge::from_written(challenge).map_err(|error| error.inside(PART)))
                .transpose()?,
            csr_sha256: written.csr_sha256.map(|hash| field::hex(PART, "csr_sha256", &hash)).transpose()?,
            created: field::moment(PART, "created", &written.created)?,
            not_after: field::moment(PART, "not_after", &written.not_after)?,
            signature_algorithm: algorithm,
            public_key: answer::public_key(PART, "spki", &spki)?,
            resource: resource("resource", written.resource)?,
            requested_as: written.requested_as.map(|name| resource("requested_as", name)).transpose()?,
            generator: written.generator.0.checked(PART)?,
            claims: Stated {
                hsm: answer("hsm", &written.claims.0.hsm.0)?,
                generated: answer("origin", &written.claims.0.origin.0)?,
                extractable: answer("extractable", &written.claims.0.extractable.0)?,
            },
            evidence: evidence(written.evidence)?,
        })
    }

    /// The payload: JSON on one line, without a line break. What it says is looked at by [`Report::parse`] alone.
    pub(super) fn payload(&self) -> Vec<u8> {
        let stated = |field, answer| {
            let (value, basis) = stated::word(field, answer);
            Object(WrittenAnswer { value: value.to_owned(), basis: basis.map(|basis| basis.name().to_owned()) })
        };
        let written = Written {
            report_id: self.report_id.clone(),
            audience: self.audience.clone(),
            order: self.order.clone(),
            challenge: self.challenge.as_ref().map(|challenge| Object(challenge.written())),
            csr_sha256: self.csr_sha256.as_ref().map(|hash| shown::hex(hash)),
            created: self.created.to_string(),
            not_after: self.not_after.to_string(),
            signature_algorithm: self.signature_algorithm.name().to_owned(),
            spki: Base64::encode_string(self.public_key.spki()),
            resource: self.resource.clone(),
            requested_as: self.requested_as.clone(),
            generator: Object(self.generator.clone()),
            claims: Object(WrittenClaims {
                hsm: stated("hsm", self.claims.hsm),
                origin: stated("origin", self.claims.generated),
                extractable: stated("extractable", self.claims.extractable),
            }),
            evidence: self.evidence.iter().map(|raw| Object(raw_written(raw))).collect(),
        };
        serde_json::to_vec(&written).unwrap_or_default()
    }
}

fn raw_written(raw: &RawEvidence) -> WrittenEvidence {
    WrittenEvidence {
        kind: raw.kind.name().to_owned(),
        collected: raw.collected.to_string(),
        request: raw.request.clone(),
        data: Base64::encode_string(&raw.data),
    }
}

/// The pieces, of each kind one: of two, a reader might look at the other.
fn evidence(written: Vec<Object<WrittenEvidence>>) -> Result<Vec<RawEvidence>, Malformed> {
    let mut all: Vec<RawEvidence> = Vec::new();
    for (index, Object(one)) in written.into_iter().enumerate() {
        let place = format!("evidence[{index}]");
        let kind = Kind::named(&one.kind).ok_or_else(|| {
            let expected = format!("one of {}, in {place}.kind", Kind::ALL.map(Kind::name).join(", "));
            Malformed::new(PART, expected, format!("\"{}\"", one.kind))
        })?;
        if !form::has(Form::EvidenceOnce, all.iter().all(|known| known.kind != kind)) {
            return Err(Malformed::new(PART, "each kind of evidence once", format!("{} again", kind.name())));
        }
        all.push(RawEvidence {
            kind,
            collected: field::moment(PART, &format!("{place}.collected"), &one.collected)?,
            request: field::checked(PART, &format!("{place}.request"), one.request, LONGEST_RESOURCE)?,
            data: answer::base64(PART, &format!("{place}.data"), &one.data)?,
        });
    }
    Ok(all)
}

fn answer(field: &str, written: &WrittenAnswer) -> Result<Answer, Malformed> {
    let wrong = || {
        let (yes, no) = stated::spelling(field);
        let expected = format!("{yes} or {no} with a basis, or unknown without one, in claims.{field}");
        let basis = written.basis.as_ref().map(|basis| format!(", {basis}")).unwrap_or_default();
        Malformed::new(PART, expected, format!("{}{basis}", written.value))
    };
    let basis = match &written.basis {
        None => None,
        Some(name) => Some(Basis::ALL.into_iter().find(|basis| basis.name() == name).ok_or_else(wrong)?),
    };
    stated::answer(field, &written.value, basis).ok_or_else(wrong)
}
