//! The record of a confirmation: what clouds answered the CA itself. Whether it counts is judged before any answer is read.

use crate::anchor::Anchors;
use crate::certificate::sha256;
use crate::check::{Check, Ledger};
use crate::claim::{Topic, Value};
use crate::confirmation::{Answer, Envelope, Kind, Record, Said, terms, vault_and_key};
use crate::finding::Basis;
use crate::malformed::Malformed;
use crate::report::{RawEvidence, Report};
use crate::shown;

use super::cloud_trail::Trails;
use super::creation::digest_keys;
use super::google_audit::Levels;
use super::{
    Gathered, Presented, aws_events, aws_signers, azure_log, azure_monitor, azure_roles, azure_vault, google_events,
    google_iam, mark,
};

/// What claims of refusals are from.
const FROM: &str = "the record of the confirmation";

/// Makes every check of a record, and gathers what its answers say if it stands all of them.
pub(super) fn gather(
    presented: &Presented<'_>,
    anchors: &impl Anchors,
    gathered: &mut Gathered,
) -> Result<Record, Malformed> {
    let envelope = Envelope::open(presented.record)?;
    let record = Record::parse(envelope.payload())?;
    let report = gathered.report.as_ref();
    let mut own = gathered.ledger.apart();
    let signature = envelope.verify(&record).map(|()| "the signature verifies".to_owned());
    own.check_own(Check::RecordSignature, signature);
    own.check_own(Check::RecordReport, of_report(&record, report.map(|(_, digest)| digest)));
    let report = report.map(|(report, _)| report);
    own.check_own(Check::RecordKey, of_key(&record, report));
    own.check_own(Check::RecordAnswers, of_answers(&record));
    // These are written down with the verdict, under the policy that it is drawn under.
    let mut terms = gathered.ledger.apart();
    terms::check(&record, report, presented.policy, presented.expected, &mut terms);
    let counts = own.is_clean() && terms.is_clean();
    gathered.ledger.append(own);
    if counts {
        let ledger = gathered.ledger.apart();
        let answered = read(&record, anchors, Gathered::by(Basis::Confirmed, ledger));
        gathered.absorb(answered.map_err(|error| error.inside("record"))?);
    }
    Ok(record)
}

fn of_report(record: &Record, digest: Option<&[u8; 32]>) -> Result<String, String> {
    let hash = shown::hex(&record.report_sha256);
    match digest {
        Some(digest) if *digest == record.report_sha256 => Ok(hash),
        Some(digest) => Err(format!("the record is of the report {hash}, this one is {}", shown::hex(digest))),
        None => Err(format!("the record is of the report {hash}, and no report was handed in")),
    }
}

fn of_key(record: &Record, report: Option<&Report>) -> Result<String, String> {
    let hash = shown::hex(&sha256(record.public_key.spki()));
    let Some(report) = report else { return Err(format!("the record is of the key {hash}, and there is no report")) };
    if record.public_key != report.public_key {
        let other = shown::hex(&sha256(report.public_key.spki()));
        return Err(format!("the record is of the key {hash}, the report of {other}"));
    }
    if record.resource != report.resource {
        let [of_record, of_report] = [&record.resource, &report.resource].map(|name| shown::text(name));
        return Err(format!("the record is of {of_record}, the report of {of_report}"));
    }
    Ok(hash)
}

fn of_answers(record: &Record) -> Result<String, String> {
    let other = record.answers.iter().find(|answer| !answer.kind.is_about(&answer.of, &record.resource));
    match other {
        None => of_one_vault(record).map(|()| format!("{} answers", record.answers.len())),
        Some(Answer { kind, of, .. }) => {
            Err(format!("{} is of {}, which says nothing of this key", kind.name(), shown::text(of)))
        }
    }
}

/// Azure's names of resources have the name of the vault, and nothing else of the key. That it is the key's, the vault says by the host
/// at which it is served; and what is around it must be of the same.
fn of_one_vault(record: &Record) -> Result<(), String> {
    let Some((own, _)) = vault_and_key(&record.resource) else { return Ok(()) };
    let vault = record.answers.iter().find_map(|answer| match &answer.said {
        Said::Data(data) if answer.kind == Kind::AzureVault => Some((answer, azure_vault::host(data))),
        Said::Data(_) | Said::Refused { .. } => None,
    });
    // One that cannot be read is malformed, and is told so when it is read.
    let Some((Answer { of, .. }, Ok(host))) = vault else { return Ok(()) };
    if host != own.to_ascii_lowercase() {
        let [of, host] = [of, &host].map(|text| shown::text(text));
        return Err(format!("azure.vault of {of} is the vault at {host}, and the key is at {}", shown::text(own)));
    }
    let around = [Kind::AzureDiagnosticSettings, Kind::AzureRoleAssignments, Kind::AzureKeyEvents];
    let other =
        record.answers.iter().find(|answer| around.contains(&answer.kind) && !answer.of.eq_ignore_ascii_case(of));
    match other {
        None => Ok(()),
        Some(Answer { kind, of: other, .. }) => {
            let [of, other] = [of, other].map(|text| shown::text(text));
            Err(format!("{} is of {other}, and the key's vault is {of}", kind.name()))
        }
    }
}

/// Whether every answer can be read and is about the record's key. What an answer does not say is no fault of the record's.
pub(super) fn is_of_its_key(record: &Record, anchors: &impl Anchors) -> Result<(), String> {
    of_answers(record)?;
    let answered = read(record, anchors, Gathered::by(Basis::Confirmed, Ledger::default()));
    let answered = answered.map_err(|error| error.to_string())?;
    if answered.key.is_some() {
        answered.is_about(&record.public_key)?;
    }
    if answered.pieces.iter().any(|piece| !piece.names.is_empty()) {
        answered.is_of(&record.resource)?;
    }
    Ok(())
}

/// Reads the answers, and says of logs what they come to together.
pub(super) fn read(record: &Record, anchors: &impl Anchors, mut gathered: Gathered) -> Result<Gathered, Malformed> {
    let (mut trails, mut levels) = (Trails::default(), Levels::default());
    for answer in &record.answers {
        match &answer.said {
            Said::Refused { code, .. } => {
                let text = format!("{} of {}: {code}", answer.kind.name(), answer.of);
                gathered.answered(FROM, Topic::Refused, Value::Text(text));
            }
            Said::Data(data) => {
                one(answer, data, &record.resource, anchors, (&mut trails, &mut levels), &mut gathered)
                    .map_err(|error| error.inside(answer.kind.name()))?;
            }
        }
    }
    trails.conclude(&record.resource, &mut gathered);
    levels.conclude(&record.resource, &mut gathered);
    Ok(gathered)
}

fn one(
    answer: &Answer,
    data: &[u8],
    resource: &str,
    anchors: &impl Anchors,
    (trails, levels): (&mut Trails, &mut Levels),
    gathered: &mut Gathered,
) -> Result<(), Malformed> {
    match answer.kind {
        Kind::Key(kind) => {
            let raw =
                RawEvidence { kind, collected: answer.asked, request: answer.request.clone(), data: data.to_vec() };
            gathered.read(&raw.evidence()?, anchors)
        }
        Kind::AwsListResourceTags => mark::gather_aws(data, gathered),
        Kind::AwsGetKeyPolicy => aws_signers::gather_policy(data, gathered),
        Kind::AwsListGrants => aws_signers::gather_grants(data, gathered),
        Kind::AwsDescribeTrails => trails.described(data),
        Kind::AwsGetTrailStatus => trails.status(&answer.of, data),
        Kind::AwsGetEventSelectors => trails.selectors(&answer.of, data),
        Kind::AwsLookupEvents => aws_events::gather(data, resource, gathered),
        Kind::AwsListPublicKeys => {
            gathered.digest_keys = Some(digest_keys(data)?);
            Ok(())
        }
        Kind::AzureVault => azure_vault::gather(data, &answer.of, gathered),
        Kind::AzureDiagnosticSettings => azure_monitor::gather(data, &answer.of, gathered),
        Kind::AzureRoleAssignments => azure_roles::gather(data, &answer.of, gathered),
        Kind::AzureKeyEvents => azure_log::gather(data, &answer.of, resource, gathered),
        Kind::GoogleCryptoKey => mark::gather_google(data, &answer.of, gathered),
        Kind::GoogleIamPolicy => levels.policy(&answer.of, data),
        Kind::GoogleParent => levels.parent(&answer.of, data),
        Kind::GoogleKeyIamPolicy => google_iam::gather_signers(data, gathered),
        Kind::GoogleKeyEvents => google_events::gather(data, &answer.of, gathered),
    }
}
