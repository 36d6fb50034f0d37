//! How rules are judged that compare more than one claim with one value.

use super::rule::Expected;
use crate::certificate::sha256;
use crate::challenge::Challenge;
use crate::claim::{Claim, Topic, Value};
use crate::confirmation::Record;
use crate::csr::Csr;
use crate::finding::{Basis, Outcome};
use crate::fips::FipsCertificate;
use crate::instant::Instant;
use crate::public_key::Algorithm;
use crate::report::Report;
use crate::shown;

/// What a rule looks at.
pub(crate) struct View<'a> {
    pub(crate) claims: Vec<&'a Claim>,
    pub(crate) key: Option<&'a crate::public_key::PublicKey>,
    pub(crate) report: Option<&'a Report>,
    pub(crate) record: Option<&'a Record>,
    pub(crate) expected: &'a Expected,
}

/// What came of looking.
pub(crate) struct Judgement {
    pub(crate) observed: String,
    pub(crate) basis: Option<Basis>,
    pub(crate) outcome: Outcome,
}

pub(super) fn missing(why: &str) -> Judgement {
    Judgement { observed: why.to_owned(), basis: None, outcome: Outcome::Missing }
}

impl View<'_> {
    pub(super) fn best(&self, topic: Topic) -> Option<&Claim> {
        self.claims.iter().filter(|claim| claim.topic == topic).max_by_key(|claim| claim.basis).copied()
    }

    pub(super) fn text(&self, topic: Topic) -> Option<(&str, Basis)> {
        match self.best(topic)? {
            Claim { value: Value::Text(text), basis, .. } => Some((text, *basis)),
            _ => None,
        }
    }

    fn moments(&self, topic: Topic) -> impl Iterator<Item = (Instant, Basis)> {
        self.claims.iter().filter(move |claim| claim.topic == topic).filter_map(|claim| match claim.value {
            Value::Moment(moment) => Some((moment, claim.basis)),
            Value::Flag(_) | Value::Text(_) => None,
        })
    }

    /// Passed or failed, on the word of those who vouch for the key.
    fn of_key(&self, passed: bool, observed: String) -> Judgement {
        let basis = self.best(Topic::Spki).map(|claim| claim.basis);
        Judgement { observed, basis, outcome: if passed { Outcome::Passed } else { Outcome::Failed } }
    }
}

pub(super) fn operator(view: &View<'_>) -> Judgement {
    match view.text(Topic::Operator) {
        None => missing("no chain of an operator whose key is pinned"),
        Some((name, basis)) => Judgement { observed: shown::text(name), basis: Some(basis), outcome: Outcome::Passed },
    }
}

/// Never fails: a CA decides what a certificate that turned historical means to it.
pub(super) fn fips(view: &View<'_>) -> Judgement {
    let warning = |observed: String| Judgement { observed, basis: None, outcome: Outcome::Warning };
    let Some((operator, basis)) = view.text(Topic::Operator) else {
        return warning("nobody says who runs the HSM, so that no certificate can be looked up".to_owned());
    };
    let Some(certificate) = FipsCertificate::of(operator) else {
        return warning(format!("no certificate of {} is known", shown::text(operator)));
    };
    let described = format!(
        "{} level {}, certificate {} of {}, as of {}",
        certificate.standard, certificate.level, certificate.number, certificate.module, certificate.as_of
    );
    match (view.expected.now, certificate.historical_since) {
        (Some(now), Some(since)) if certificate.is_historical(now) => {
            warning(format!("{described}; historical since {since}"))
        }
        _ => Judgement { observed: described, basis: Some(basis), outcome: Outcome::Passed },
    }
}

pub(super) fn in_time(view: &View<'_>) -> Judgement {
    // Of all pieces of evidence: where two have certificates, those of both.
    let starts = view.moments(Topic::ValidFrom).max_by_key(|(moment, _)| *moment);
    let ends = view.moments(Topic::ValidUntil).min_by_key(|(moment, _)| *moment);
    let (Some((from, basis)), Some((until, _))) = (starts, ends) else { return missing("no certificates") };
    let Some(now) = view.expected.now else { return missing("no time was given to decide at") };
    let inside = (from..=until).contains(&now);
    let observed = format!("valid from {from} until {until}, decided at {now}");
    Judgement { observed, basis: Some(basis), outcome: if inside { Outcome::Passed } else { Outcome::Failed } }
}

pub(super) fn size(view: &View<'_>) -> Judgement {
    let Some(key) = view.key else { return missing("no key") };
    let good = match key.algorithm() {
        Algorithm::Rsa3072 | Algorithm::Rsa4096 | Algorithm::P256 | Algorithm::P384 | Algorithm::P521 => true,
        Algorithm::Rsa2048 | Algorithm::Secp256k1 => false,
    };
    view.of_key(good, key.algorithm().name().to_owned())
}

pub(super) fn csr_key(view: &View<'_>) -> Judgement {
    let (Some(csr), Some(key)) = (&view.expected.csr, view.key) else { return missing("no request, or no key") };
    let hash = shown::hex(&sha256(csr.public_key().spki()));
    view.of_key(csr.public_key() == key, format!("the request is for the key {hash}"))
}

pub(super) fn csr_signature(view: &View<'_>) -> Judgement {
    let Some(csr) = &view.expected.csr else { return missing("no request") };
    match csr.verify() {
        Ok(()) => view.of_key(true, "the signature verifies".to_owned()),
        Err(why) => view.of_key(false, why),
    }
}

pub(super) fn nonce(view: &View<'_>) -> Judgement {
    let expected = view.expected;
    let posed = expected.challenge.as_ref().map(|posed| &posed.challenge);
    let Some(nonce) = posed.map(Challenge::nonce).or_else(|| expected.nonce.clone()) else {
        let observed = "the CA gave none: how old the request is, nobody can tell".to_owned();
        return Judgement { observed, basis: None, outcome: Outcome::Warning };
    };
    if let Some(challenge) = view.report.and_then(|report| report.challenge.as_ref()) {
        // Whether it is the challenge that was posed, in every field, is a check that no policy leaves out.
        let passed = posed.is_some() || challenge.nonce() == nonce;
        return view.of_key(passed, format!("the report has {}", challenge.nonce()));
    }
    match expected.csr.as_ref().map(Csr::challenge) {
        None => missing("no request"),
        Some(None) => missing("the request has no challenge password"),
        Some(Some(challenge)) => {
            view.of_key(*challenge == nonce, format!("the request has \"{}\"", shown::text(challenge)))
        }
    }
}
