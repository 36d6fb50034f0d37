//! The fields of the record of a confirmation, and of the answers in it.

use super::Section;
use super::answer;
use crate::certificate::sha256;
use crate::confirmation::{Envelope, Record, Said};
use crate::malformed::Malformed;
use crate::shown;

pub(super) fn section(json: &[u8]) -> Result<Section, Malformed> {
    let envelope = Envelope::open(json)?;
    let record = Record::parse(envelope.payload())?;
    let mut section = Section::new("Record of a confirmation, by whoever made it");
    section.sized("payload, SHA-256", envelope.payload().len(), &shown::hex(&sha256(envelope.payload())));
    section.sized("signature", envelope.signature().len(), &shown::hex(envelope.signature()));
    section.field("record id", &record.record_id);
    section.field("SHA-256 of the report's payload", shown::hex(&record.report_sha256));
    section.field("nonce", shown::hex(&record.nonce));
    section.field("of the CA", &record.audience);
    section.field("for the order", &record.order);
    section.field("kind of key", record.public_key.algorithm().name());
    section.field("SHA-256 of the public key", shown::hex(&sha256(record.public_key.spki())));
    section.field("key version", &record.resource);
    section.field("SHA-256 of the maker's public key", shown::hex(&sha256(record.confirmer.spki())));
    section.field("signature algorithm", record.signature_algorithm.name());
    section.field("created", record.created);
    section.field("made by", format!("{} {}", record.generator.name, record.generator.version));
    for asked in &record.answers {
        let mut inner = Section::new(format!("Answer {}", asked.kind.name()));
        inner.field("of", &asked.of);
        inner.field("asked at", &asked.endpoint);
        inner.field("asked", asked.asked);
        inner.field("request", &asked.request);
        match &asked.said {
            Said::Data(data) => {
                inner.sized("SHA-256", data.len(), &shown::hex(&sha256(data)));
                inner.sections.push(answer::section("What it said", data)?);
            }
            Said::Refused { code, message } => {
                inner.field("refused", code);
                inner.field("because", message);
            }
        }
        section.sections.push(inner);
    }
    Ok(section)
}
