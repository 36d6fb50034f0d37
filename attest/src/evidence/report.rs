//! A report: raw evidence, and what the subscriber puts around it. Whether it answers a CA's challenge is judged with the verdict.

use crate::anchor::Anchors;
use crate::certificate::sha256;
use crate::check::{Check, Ledger};
use crate::malformed::Malformed;
use crate::report::{Envelope, LONGEST_VALIDITY, Report, Stated};

use super::{Evidence, Gathered, gather as gather_pieces};

/// Makes every check of a report that takes nothing but the report, and gathers what its evidence says.
pub(super) fn gather(json: &[u8], anchors: &impl Anchors, gathered: &mut Gathered) -> Result<(), Malformed> {
    let envelope = Envelope::open(json)?;
    let report = Report::parse(envelope.payload())?;
    let mut pieces: Vec<Evidence> = Vec::new();
    for raw in &report.evidence {
        pieces.extend(raw.evidence().map_err(|error| error.inside("report"))?);
    }
    let ledger = gathered.ledger.apart();
    let mut inside = gather_pieces(&pieces, anchors, ledger).map_err(|error| error.inside("report"))?;
    check(&envelope, &report, &mut inside);
    gathered.absorb(inside);
    gathered.report = Some((report, sha256(envelope.payload())));
    Ok(())
}

fn check(envelope: &Envelope, report: &Report, inside: &mut Gathered) {
    let algorithm = report.signature_algorithm;
    let kind = report.public_key.algorithm();
    let said = format!("{} by a key of kind {}", algorithm.name(), kind.name());
    let key = inside.is_about(&report.public_key);
    let resource = inside.is_of(&report.resource);
    let stated = report.claims.is_borne_by(&Stated::of(inside.claims()));
    let ledger: &mut Ledger = &mut inside.ledger;
    ledger.check_own(Check::ReportAlgorithm, if algorithm.fits(kind) { Ok(said) } else { Err(said) });
    let signature = envelope.verify(report);
    ledger.check_own(Check::ReportSignature, signature.map(|()| "the signature verifies".to_owned()));
    ledger.check_own(Check::ReportKey, key);
    ledger.check_own(Check::ReportResource, resource);
    ledger.check_own(Check::ReportClaims, stated.map(|()| "the evidence bears what the report states".to_owned()));
    ledger.check_own(Check::ReportLifetime, lifetime(report));
}

fn lifetime(report: &Report) -> Result<String, String> {
    let said = format!("from {} until {}", report.created, report.not_after);
    let seconds = report.not_after.unix().checked_sub(report.created.unix());
    let days = LONGEST_VALIDITY.as_secs() / 86_400;
    if seconds.is_some_and(|seconds| seconds <= LONGEST_VALIDITY.as_secs()) {
        Ok(said)
    } else {
        Err(format!("{said}; {days} days are the most"))
    }
}
