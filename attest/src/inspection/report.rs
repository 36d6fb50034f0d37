//! The fields of a report, and of the evidence in it.

use super::{Section, inspect};
use crate::certificate::sha256;
use crate::challenge::Challenge;
use crate::malformed::Malformed;
use crate::report::{Answer, Envelope, Report};
use crate::shown;

/// What stands in the place of an absent field.
const NONE: &str = "none";

pub(super) fn section(json: &[u8]) -> Result<Section, Malformed> {
    let envelope = Envelope::open(json)?;
    let report = Report::parse(envelope.payload())?;
    let mut section = Section::new("Report of a key, by whoever made it");
    section.sized("payload, SHA-256", envelope.payload().len(), &shown::hex(&sha256(envelope.payload())));
    section.sized("signature", envelope.signature().len(), &shown::hex(envelope.signature()));
    section.field("report id", &report.report_id);
    section.field("for the CA", &report.audience);
    section.field("for the order", report.order.as_deref().unwrap_or(NONE));
    let hash = report.csr_sha256.as_ref().map(|hash| shown::hex(hash));
    section.field("SHA-256 of the request", hash.as_deref().unwrap_or(NONE));
    section.field("created", report.created);
    section.field("not after", report.not_after);
    section.field("signature algorithm", report.signature_algorithm.name());
    section.field("kind of key", report.public_key.algorithm().name());
    section.field("SHA-256 of the public key", shown::hex(&sha256(report.public_key.spki())));
    section.field("key version", &report.resource);
    section.field("requested as", report.requested_as.as_deref().unwrap_or(NONE));
    section.field("made by", format!("{} {}", report.generator.name, report.generator.version));
    section.field("states: in an HSM", answer(report.claims.hsm));
    section.field("states: generated there", answer(report.claims.generated));
    section.field("states: can be taken out", answer(report.claims.extractable));
    section.sections.extend(report.challenge.as_ref().map(challenge));
    for raw in &report.evidence {
        let mut inner = Section::new(format!("Evidence {}", raw.kind.name()));
        inner.field("collected", raw.collected);
        inner.field("request", &raw.request);
        inner.sized("SHA-256", raw.data.len(), &shown::hex(&sha256(&raw.data)));
        for piece in raw.evidence()? {
            inner.sections.extend(inspect(&piece)?);
        }
        section.sections.push(inner);
    }
    Ok(section)
}

fn challenge(challenge: &Challenge) -> Section {
    let mut section = Section::new("Challenge of a CA");
    section.field("nonce", challenge.nonce());
    section.field("issued", challenge.issued());
    section.field("expires", challenge.expires());
    section.field("of the CA", challenge.audience());
    section.field("for the order", challenge.order());
    section
}

/// Who is said to vouch stands with it; who does, only a verdict tells.
fn answer(answer: Answer) -> String {
    match answer {
        Answer::Yes(basis) => format!("yes, {basis}"),
        Answer::No(basis) => format!("no, {basis}"),
        Answer::Unknown => "unknown".to_owned(),
    }
}
