//! One try to have a verdict: what is handed in, and what the CA expects.

#[path = "../../tests/anchors/mod.rs"]
mod anchors;

use hardkey_synthetic::{Bundle, Key, Pki, Report, Request, Shape, Statement, bundle};

use crate::anchor::{Denied, ForTests};
use crate::bundle::{File, evidence as bundle_evidence};
use crate::challenge::{Challenge, ChallengeKey, Posed};
use crate::check::{Check, Ledger};
use crate::claim::Claim;
use crate::confirmation::Confirmer;
use crate::csr::Csr;
use crate::evidence::{Claims, Evidence, Presented, verify_presented};
use crate::finding::{Finding, Outcome};
use crate::form::{Form, without};
use crate::instant::Instant;
use crate::malformed::Malformed;
use crate::policy::{Demanded, Expected, Policy};
use crate::verdict::Verdict;

/// What stops an attack.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Guard {
    /// A check of the evidence.
    Check(Check),
    /// A rule of the policy.
    Rule(&'static str),
    /// A demand on the form.
    Form(Form),
}

impl Guard {
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Check(check) => check.id(),
            Self::Rule(id) => id,
            Self::Form(form) => form.id(),
        }
    }
}

/// The nonce that the CA gave.
pub(super) const NONCE: &str = "example-ca/order-4711/9f8e7d6c";

/// Everything that a verdict depends on.
pub(super) struct Attempt {
    pub(super) evidence: Vec<Evidence>,
    pub(super) request: Vec<u8>,
    pub(super) name: String,
    pub(super) now: &'static str,
    /// The list of denied cards.
    pub(super) denied: Vec<Denied>,
    /// Files that evidence is taken out of, beside what there is.
    pub(super) files: Vec<Vec<u8>>,
    /// The challenge that the CA posed, as JSON, and its key; in place of the nonce.
    pub(super) challenge: Option<(String, ChallengeKey)>,
    /// What the CA says itself of whom and what it decides, and whether its list has nonce and key.
    pub(super) asked: (Option<&'static str>, Option<&'static str>, Option<bool>),
    /// The record of a confirmation, which the CA's policy knows the maker of; the policy also demands an owner's mark.
    pub(super) record: Option<Vec<u8>>,
    /// Whether the policy demands that there is no copy.
    pub(super) without_copies: bool,
    /// What becomes of the claims, where no evidence that is read makes such claims.
    pub(super) alter: fn(&mut Vec<Claim>),
}

impl Attempt {
    /// The generated P-256 key, with nothing wrong.
    pub(super) fn honest() -> Self {
        Self::of(&Pki::new(), &pair())
    }

    /// The same with an RSA-3072 key.
    pub(super) fn of_rsa() -> Self {
        let key = Bundle::key(Shape::RSA_3072);
        Self::of(&Pki::new(), &Statement::generated(key, bundle::RESOURCE)).request(Request::of(key))
    }

    /// A statement and the certificates of its HSM, with a good request for the P-256 key.
    pub(super) fn of(pki: &Pki, statement: &Statement) -> Self {
        Self::bundle(Bundle::of(pki, statement))
    }

    pub(super) fn bundle(bundle: Bundle) -> Self {
        let Bundle { resource, compressed, certificates } = bundle;
        let attempt = Self {
            evidence: vec![Evidence::GoogleStatement { compressed, certificates }],
            request: Vec::new(),
            name: resource,
            now: "2026-11-21T12:00:00Z",
            denied: Vec::new(),
            files: Vec::new(),
            challenge: None,
            asked: (None, None, None),
            record: None,
            without_copies: false,
            alter: |_| {},
        };
        attempt.request(Request::of(subject()))
    }

    /// Another request, with the CA's nonce.
    pub(super) fn request(self, request: Request) -> Self {
        Self { request: request.challenge(NONCE).der(), ..self }
    }

    /// A report, with the request that it is for, which answers a challenge. What the CA says itself agrees with it.
    pub(super) fn report(report: &Report, request: Vec<u8>, challenge: &hardkey_synthetic::Challenge) -> Self {
        let key = ChallengeKey::parse(challenge.key_file().as_bytes()).unwrap();
        Self {
            evidence: Vec::new(),
            request,
            name: String::new(),
            files: vec![report.bytes()],
            challenge: Some((challenge.json().to_string(), key)),
            asked: (Some("Example CA"), Some("4711"), Some(false)),
            ..Self::honest()
        }
    }

    /// Evidence besides.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.evidence.extend(other.evidence);
        self
    }

    /// The verdict under the policy `csbr`, with one guard taken out.
    pub(super) fn judged(&self, out: Option<Guard>) -> Result<Verdict<ForTests>, Malformed> {
        self.judged_with(out, &mut |_| {})
    }

    /// The verdict under the whole policy, and a look at the claims.
    pub(super) fn judged_and(&self, look: &mut dyn FnMut(&Claims<ForTests>)) -> Verdict<ForTests> {
        self.judged_with(None, look).unwrap()
    }

    fn judged_with(
        &self,
        out: Option<Guard>,
        look: &mut dyn FnMut(&Claims<ForTests>),
    ) -> Result<Verdict<ForTests>, Malformed> {
        let mut ledger = Ledger::default();
        let (mut policy, mut form) = (Policy::csbr(), None);
        if self.record.is_some() {
            policy.confirmers.push(confirmer());
        }
        let notes = [("ownership", self.record.is_some()), ("one-region", self.without_copies)];
        for rule in policy.rules.iter_mut().filter(|rule| notes.contains(&(rule.spec.id, true))) {
            rule.demanded = Demanded::Always;
        }
        match out {
            None => {}
            Some(Guard::Check(check)) => ledger.without = Some(check),
            Some(Guard::Rule(id)) => policy.rules.retain(|rule| rule.spec.id != id),
            Some(Guard::Form(out)) => form = Some(out),
        }
        without::form(form, || {
            let anchors = ForTests { denied: self.denied.clone(), ..anchors::anchors() };
            let files: Vec<File> =
                self.files.iter().map(|bytes| File { name: "report.json".to_owned(), bytes: bytes.clone() }).collect();
            let mut evidence = self.evidence.clone();
            if !files.is_empty() {
                evidence.extend(bundle_evidence(&files)?);
            }
            let expected = Expected {
                csr: Some(Csr::parse(&self.request)?),
                name: Some(self.name.clone()).filter(|name| !name.is_empty()),
                nonce: self.challenge.is_none().then(|| NONCE.to_owned()),
                challenge: match &self.challenge {
                    None => None,
                    Some((json, key)) => {
                        Some(Posed { challenge: Challenge::parse(json.as_bytes())?, key: key.clone() })
                    }
                },
                audience: self.asked.0.map(str::to_owned),
                order: self.asked.1.map(str::to_owned),
                seen: self.asked.2,
                now: Instant::parse(self.now),
            };
            let presented =
                self.record.as_ref().map(|record| Presented { record, policy: &policy, expected: &expected });
            let mut claims = verify_presented(&evidence, presented.as_ref(), &anchors, ledger)?;
            (self.alter)(&mut claims.claims);
            look(&claims);
            Ok(claims.appraise(&policy, &expected))
        })
    }
}

/// What stopped it: the checks that failed, or else the rules that did not pass. Claims of evidence that fails a check count
/// for nothing, so that every rule misses them.
pub(super) fn stopped(verdict: &Verdict<ForTests>) -> Vec<&'static str> {
    let bad = |findings: &[Finding]| -> Vec<&'static str> {
        let bad = findings.iter().filter(|finding| matches!(finding.outcome, Outcome::Failed | Outcome::Missing));
        bad.map(|finding| finding.id).collect()
    };
    let checks = bad(verdict.checks());
    if checks.is_empty() { bad(verdict.rules()) } else { checks }
}

/// The key of [`Attempt::honest`].
pub(super) fn subject() -> &'static Key {
    Bundle::key(Shape::P256)
}

/// The CA's key of records.
fn confirmer() -> Confirmer {
    let spki_sha256 = crate::certificate::sha256(hardkey_synthetic::record::confirmer().spki());
    Confirmer { name: "the CA's".to_owned(), spki_sha256 }
}

/// A key outside of any HSM, or of another one.
pub(super) fn other() -> &'static Key {
    Key::of(Shape::P256, "another")
}

/// The statement of [`Attempt::honest`].
pub(super) fn pair() -> Statement {
    Statement::generated(subject(), bundle::RESOURCE)
}
