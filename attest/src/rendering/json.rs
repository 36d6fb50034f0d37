//! JSON for machines; docs/attest-json.md is its contract.
//!
//! Fields stand in the order in which they are declared. Strangers' text is escaped here as everywhere: what a script takes out
//! of the JSON and prints forges no line either.

mod answer;
mod confirmation;

use serde::Serialize;

use answer::{ChallengeJson, ReportJson};
use confirmation::RecordJson;

use super::group::vouchers;
use super::header::seen;
use super::remedy::remedy;
use super::sentence::{caveat, headline, more, unmet};
use super::unanswered::counting;
use super::{Decision, Input, SCHEMA, TOOL};
use crate::anchor::Anchors;
use crate::certificate::sha256;
use crate::claim::{Claim, Value};
use crate::confirmation::Record;
use crate::evidence::Claims;
use crate::finding::Finding;
use crate::inspection::Section;
use crate::malformed::Malformed;
use crate::shown;

#[derive(Serialize)]
struct DecisionJson {
    schema: u32,
    tool: &'static str,
    verdict: &'static str,
    accepted: bool,
    exit_status: u8,
    sentence: String,
    caveat: Option<String>,
    missing_for_more: Option<String>,
    csbr_method: Option<u8>,
    test_keys: bool,
    policy: String,
    decided_at: Option<String>,
    expected: ExpectedJson,
    report: Option<ReportJson>,
    confirmation: Option<RecordJson>,
    seen: Option<String>,
    inputs: Vec<InputJson>,
    anchors: Vec<AnchorJson>,
    key: Option<KeyJson>,
    sound: bool,
    claims: Vec<ClaimJson>,
    checks: Vec<FindingJson>,
    rules: Vec<FindingJson>,
}

#[derive(Serialize)]
struct ExpectedJson {
    name: Option<String>,
    nonce: Option<String>,
    challenge: Option<ChallengeJson>,
    audience: Option<String>,
    order: Option<String>,
    request_spki_sha256: Option<String>,
    request_sha256: Option<String>,
}

#[derive(Serialize)]
struct InputJson {
    name: String,
    role: &'static str,
    bytes: usize,
    sha256: String,
}

#[derive(Serialize)]
struct AnchorJson {
    id: &'static str,
    spki_sha256: &'static str,
}

#[derive(Serialize)]
struct KeyJson {
    algorithm: &'static str,
    spki_sha256: String,
    spki: String,
}

#[derive(Serialize)]
struct ClaimJson {
    name: &'static str,
    meaning: &'static str,
    value: ValueJson,
    basis: Option<&'static str>,
    vouched_by: Vec<String>,
    from: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueJson {
    Flag(bool),
    Text(String),
}

#[derive(Serialize)]
struct FindingJson {
    id: &'static str,
    outcome: &'static str,
    demand: String,
    observed: String,
    basis: Option<&'static str>,
    source: &'static str,
    next: Option<&'static str>,
}

#[derive(Serialize)]
struct UndecidedJson {
    schema: u32,
    tool: &'static str,
    verdict: Option<&'static str>,
    accepted: bool,
    exit_status: u8,
    sentence: String,
    error: ErrorJson,
}

#[derive(Serialize)]
struct ErrorJson {
    part: String,
    position: Option<usize>,
    expected: String,
    found: String,
}

#[derive(Serialize)]
struct InspectionJson {
    schema: u32,
    tool: &'static str,
    sections: Vec<SectionJson>,
}

#[derive(Serialize)]
struct SectionJson {
    title: String,
    fields: Vec<FieldJson>,
    sections: Vec<Self>,
}

#[derive(Serialize)]
struct FieldJson {
    name: String,
    bytes: Option<usize>,
    value: String,
}

/// A verdict for a machine.
#[must_use]
pub fn decision_json<A: Anchors>(decision: &Decision<'_, A>, anchors: &A) -> String {
    let Decision { verdict, claims, expected, inputs } = decision;
    let counts = counting(verdict, claims);
    let hash = |key: &crate::public_key::PublicKey| shown::hex(&sha256(key.spki()));
    written(&DecisionJson {
        schema: SCHEMA,
        tool: TOOL,
        verdict: verdict.level().name(),
        accepted: verdict.level().is_accepted(),
        exit_status: u8::from(!verdict.level().is_accepted()),
        sentence: headline(verdict),
        caveat: caveat(verdict),
        missing_for_more: more(verdict, claims),
        csbr_method: verdict.csbr_method(),
        test_keys: A::FOR_TESTS,
        policy: shown::text(verdict.policy()),
        decided_at: expected.now.map(|now| now.to_string()),
        expected: ExpectedJson {
            name: expected.name.as_deref().map(shown::text),
            nonce: expected.nonce.as_deref().map(shown::text),
            challenge: expected.challenge.as_ref().map(|posed| ChallengeJson::of(&posed.challenge)),
            audience: expected.audience.as_deref().map(shown::text),
            order: expected.order.as_deref().map(shown::text),
            request_spki_sha256: expected.csr.as_ref().map(|csr| hash(csr.public_key())),
            request_sha256: expected.csr.as_ref().map(|csr| shown::hex(csr.digest())),
        },
        report: claims.report().map(|report| ReportJson::of(report, hash(&report.public_key))),
        confirmation: claims.record().map(RecordJson::of),
        seen: seen(decision).map(|seen| seen.to_string()),
        inputs: inputs.iter().map(input).collect(),
        anchors: anchors
            .all()
            .iter()
            .map(|anchor| AnchorJson { id: anchor.id, spki_sha256: anchor.key_hash })
            .collect(),
        key: claims.key().map(|key| KeyJson {
            algorithm: key.algorithm().name(),
            spki_sha256: hash(key),
            spki: shown::hex(key.spki()),
        }),
        sound: claims.is_sound(),
        claims: claims.all().iter().map(|one| claim(claims, one)).collect(),
        checks: verdict.checks().iter().map(|one| finding(one, counts)).collect(),
        rules: verdict.rules().iter().map(|one| finding(one, counts)).collect(),
    })
}

/// Why nothing was decided, for a machine.
#[must_use]
pub fn undecided_json(error: &Malformed) -> String {
    let Malformed { part, position, expected, found } = error.clone();
    written(&UndecidedJson {
        schema: SCHEMA,
        tool: TOOL,
        verdict: None,
        accepted: false,
        exit_status: 2,
        sentence: error.to_string(),
        error: ErrorJson { part, position, expected, found },
    })
}

/// What is in there, for a machine.
#[must_use]
pub fn inspection_json(sections: &[Section]) -> String {
    written(&InspectionJson { schema: SCHEMA, tool: TOOL, sections: sections.iter().map(section).collect() })
}

fn input(input: &Input) -> InputJson {
    let Input { name, role, bytes, sha256 } = input.clone();
    InputJson { name, role: role.name(), bytes, sha256 }
}

fn claim<A>(claims: &Claims<A>, claim: &Claim) -> ClaimJson {
    ClaimJson {
        name: claim.topic.name(),
        meaning: claim.topic.meaning(),
        value: match &claim.value {
            Value::Flag(flag) => ValueJson::Flag(*flag),
            Value::Text(_) | Value::Moment(_) => ValueJson::Text(claim.value.to_string()),
        },
        // Nobody vouches for what evidence says that failed a check.
        basis: claims.is_sound().then(|| claim.basis.name()),
        vouched_by: vouchers(claims, claim.basis),
        from: claim.from,
    }
}

fn finding(finding: &Finding, counts: Option<&Record>) -> FindingJson {
    FindingJson {
        id: finding.id,
        outcome: finding.outcome.name(),
        demand: finding.demand.clone(),
        observed: finding.observed.clone(),
        basis: finding.basis.map(crate::finding::Basis::name),
        source: finding.source,
        next: unmet(std::slice::from_ref(finding)).next().map(|finding| remedy(finding, counts)),
    }
}

fn section(inner: &Section) -> SectionJson {
    SectionJson {
        title: inner.title.clone(),
        fields: inner
            .fields
            .iter()
            .map(|field| FieldJson { name: field.name.clone(), bytes: field.bytes, value: field.value.clone() })
            .collect(),
        sections: inner.sections.iter().map(section).collect(),
    }
}

/// Indented, with a line break at the end. These types have nothing that JSON could not hold.
pub(super) fn written(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
