//! What a CA asked and what it was answered with: a challenge and a report, for a machine.

use serde::Serialize;

use crate::challenge::Challenge;
use crate::report::Report;
use crate::shown;

#[derive(Serialize)]
pub(super) struct ChallengeJson {
    nonce: String,
    issued: String,
    expires: String,
    audience: String,
    order: String,
}

#[derive(Serialize)]
pub(super) struct ReportJson {
    report_id: String,
    audience: String,
    order: Option<String>,
    nonce: Option<String>,
    csr_sha256: Option<String>,
    created: String,
    not_after: String,
    signature_algorithm: &'static str,
    spki_sha256: String,
    resource: String,
    requested_as: Option<String>,
    generator: String,
}

impl ChallengeJson {
    pub(super) fn of(challenge: &Challenge) -> Self {
        Self {
            nonce: challenge.nonce(),
            issued: challenge.issued().to_string(),
            expires: challenge.expires().to_string(),
            audience: shown::text(challenge.audience()),
            order: shown::text(challenge.order()),
        }
    }
}

impl ReportJson {
    pub(super) fn of(report: &Report, spki_sha256: String) -> Self {
        Self {
            report_id: report.report_id.clone(),
            audience: shown::text(&report.audience),
            order: report.order.as_deref().map(shown::text),
            nonce: report.challenge.as_ref().map(Challenge::nonce),
            csr_sha256: report.csr_sha256.as_ref().map(|hash| shown::hex(hash)),
            created: report.created.to_string(),
            not_after: report.not_after.to_string(),
            signature_algorithm: report.signature_algorithm.name(),
            spki_sha256,
            resource: shown::text(&report.resource),
            requested_as: report.requested_as.as_deref().map(shown::text),
            generator: shown::text(&format!("{} {}", report.generator.name, report.generator.version)),
        }
    }
}
