//! Verdicts: what a policy makes of the claims.

use std::marker::PhantomData;

use crate::challenge::answered;
use crate::check::Ledger;
use crate::confirmation::terms;
use crate::evidence::Claims;
use crate::finding::{Basis, Finding, Outcome};
use crate::policy::{Demanded, Expected, Policy, RULES, Rule, RuleSpec};

/// The conclusion.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Level {
    /// Every rule passed, and the hardware itself vouches for what matters.
    Attested,
    /// Every rule passed, on the word of the cloud to the CA.
    Confirmed,
    /// What the subscriber reports would do, if anybody vouched for it. Not accepted.
    Reported,
    /// A check or a rule failed, or a thing is missing. Not accepted.
    Rejected,
}

impl Level {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Attested => "attested",
            Self::Confirmed => "confirmed",
            Self::Reported => "reported",
            Self::Rejected => "rejected",
        }
    }

    /// Whether a certificate may be issued on it.
    #[must_use]
    pub fn is_accepted(self) -> bool {
        match self {
            Self::Attested | Self::Confirmed => true,
            Self::Reported | Self::Rejected => false,
        }
    }
}

/// All outcomes, and the conclusion. Only [`Claims::appraise`] makes it.
#[derive(Debug)]
pub struct Verdict<A> {
    level: Level,
    policy: String,
    checks: Vec<Finding>,
    sound: bool,
    rules: Vec<Finding>,
    anchors: PhantomData<A>,
}

impl<A> Claims<A> {
    /// Holds the claims against every rule of a policy.
    #[must_use]
    pub fn appraise(&self, policy: &Policy, expected: &Expected) -> Verdict<A> {
        let judged = policy.rules.iter().map(|rule| (rule, rule.judge(self, expected)));
        let judged: Vec<(&Rule, Finding)> = judged.collect();
        let mut ledger = Ledger::default();
        #[cfg(test)]
        {
            ledger.without = self.without;
        }
        answered::check(self.report.as_ref(), expected, &mut ledger);
        if let Some(record) = &self.record {
            terms::check(record, self.report.as_ref(), policy, expected, &mut ledger);
        }
        let level = if ledger.is_clean() { self.level(&judged) } else { Level::Rejected };
        // What the cloud alone can say is not demanded of a key for which the HSM itself vouches: method 2.
        let told = |(rule, finding): (&Rule, Finding)| {
            let is_note = level == Level::Attested && rule.demanded != Demanded::Always;
            if is_note { finding.into_note() } else { finding }
        };
        let rules = judged.into_iter().map(told).collect();
        let checks = self.checks.iter().cloned().chain(ledger.into_findings()).collect();
        Verdict { level, policy: policy.name.clone(), checks, sound: self.sound, rules, anchors: PhantomData }
    }

    fn level(&self, judged: &[(&Rule, Finding)]) -> Level {
        // What is demanded under method 5 alone is looked at last: only then is it known which method it is.
        let (always, others): (Vec<_>, Vec<_>) = judged.iter().partition(|(rule, _)| rule.demanded == Demanded::Always);
        let failed = always.iter().any(|(_, finding)| finding.outcome == Outcome::Failed);
        let missing: Vec<&Finding> = always
            .iter()
            .filter(|(_, finding)| finding.outcome == Outcome::Missing)
            .map(|(_, finding)| finding)
            .collect();
        if !self.sound || failed {
            return Level::Rejected;
        }
        if !missing.is_empty() {
            let said = missing.iter().all(|finding| finding.basis.is_some());
            return if said { Level::Reported } else { Level::Rejected };
        }
        // Logs and marks are the cloud's word in any case; they make nothing weaker that the HSM says.
        let of_key = always.iter().filter(|(rule, _)| rule.spec.demanded == Demanded::Always);
        let passed = of_key.filter(|(_, finding)| finding.outcome == Outcome::Passed);
        match passed.filter_map(|(_, finding)| finding.basis).min() {
            Some(Basis::Attested) => Level::Attested,
            Some(Basis::Confirmed | Basis::Recorded) => {
                let unmet = others.iter().any(|(_, finding)| match finding.outcome {
                    Outcome::Failed | Outcome::Missing => true,
                    Outcome::Passed | Outcome::Warning => false,
                });
                if unmet { Level::Rejected } else { Level::Confirmed }
            }
            Some(Basis::Reported) => Level::Reported,
            // A policy of which no rule applies accepts nothing.
            None => Level::Rejected,
        }
    }
}

impl<A> Verdict<A> {
    /// The conclusion.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// Name of the policy.
    #[must_use]
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// Whether the evidence itself stands every check; that of a challenge or of the report around it may still fail.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.sound
    }

    /// The checks of the evidence itself, and after them those of challenge and report.
    #[must_use]
    pub fn checks(&self) -> &[Finding] {
        &self.checks
    }

    /// The rules of the policy.
    #[must_use]
    pub fn rules(&self) -> &[Finding] {
        &self.rules
    }

    /// The rules that the Baseline Requirements are the source of and that the policy leaves out.
    pub fn left_out(&self) -> impl Iterator<Item = &'static RuleSpec> {
        let concerns = |spec: &&RuleSpec| match spec.demanded {
            Demanded::Always => true,
            Demanded::UnderMethod5 => self.level == Level::Confirmed,
            Demanded::Never => false,
        };
        let demanded = RULES.iter().filter(|spec| spec.in_csbr.is_some() && spec.source.starts_with("CSBR "));
        let demanded = demanded.filter(concerns);
        demanded.filter(|spec| self.rules.iter().all(|finding| finding.id != spec.id))
    }

    /// The method of CSBR §6.2.7.4.2 that an accepted verdict can support: 2, key attestation, or 5, a report of the
    /// cloud. None under a policy that asks for less than the Baseline Requirements do.
    #[must_use]
    pub fn csbr_method(&self) -> Option<u8> {
        if self.left_out().next().is_some() {
            return None;
        }
        match self.level {
            Level::Attested => Some(2),
            Level::Confirmed => Some(5),
            Level::Reported | Level::Rejected => None,
        }
    }
}
