//! The record of a confirmation, in JSON.

use serde::Serialize;

use crate::certificate::sha256;
use crate::confirmation::{Answer, Record, Said};
use crate::public_key::PublicKey;
use crate::shown;

#[derive(Serialize)]
pub(super) struct RecordJson {
    record_id: String,
    report_sha256: String,
    nonce: String,
    audience: String,
    order: String,
    spki_sha256: String,
    resource: String,
    confirmer_spki_sha256: String,
    signature_algorithm: &'static str,
    created: String,
    generator: String,
    answers: Vec<AnswerJson>,
}

#[derive(Serialize)]
struct AnswerJson {
    kind: &'static str,
    of: String,
    endpoint: String,
    asked: String,
    request: String,
    sha256: Option<String>,
    refused: Option<String>,
}

impl RecordJson {
    pub(super) fn of(record: &Record) -> Self {
        let hash = |key: &PublicKey| shown::hex(&sha256(key.spki()));
        Self {
            record_id: record.record_id.clone(),
            report_sha256: shown::hex(&record.report_sha256),
            nonce: shown::hex(&record.nonce),
            audience: shown::text(&record.audience),
            order: shown::text(&record.order),
            spki_sha256: hash(&record.public_key),
            resource: shown::text(&record.resource),
            confirmer_spki_sha256: hash(&record.confirmer),
            signature_algorithm: record.signature_algorithm.name(),
            created: record.created.to_string(),
            generator: shown::text(&format!("{} {}", record.generator.name, record.generator.version)),
            answers: record.answers.iter().map(AnswerJson::of).collect(),
        }
    }
}

impl AnswerJson {
    fn of(answer: &Answer) -> Self {
        let (sha256, refused) = match &answer.said {
            Said::Data(data) => (Some(shown::hex(&sha256(data))), None),
            Said::Refused { code, message } => (None, Some(shown::text(&format!("{code}: {message}")))),
        };
        Self {
            kind: answer.kind.name(),
            of: shown::text(&answer.of),
            endpoint: shown::text(&answer.endpoint),
            asked: answer.asked.to_string(),
            request: shown::text(&answer.request),
            sha256,
            refused,
        }
    }
}
