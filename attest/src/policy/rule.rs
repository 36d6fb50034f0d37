//! The rules there are. A policy chooses among them.

use super::judge::{Judgement, View, missing};
use crate::challenge::Posed;
use crate::claim::{Claim, Topic, Value};
use crate::csr::Csr;
use crate::evidence::Claims;
use crate::finding::{Basis, Finding, Outcome};
use crate::instant::Instant;

/// What the CA knows and expects: nothing here comes from the evidence.
#[derive(Debug, Default)]
pub struct Expected {
    /// The request for the certificate.
    pub csr: Option<Csr>,
    /// The full name of the key version that the subscriber claims.
    pub name: Option<String>,
    /// The nonce that the CA gave, which the request must carry as its challenge password (RFC 2985 §5.4.1).
    pub nonce: Option<String>,
    /// The challenge that the CA posed: in a report whole, in a request without one its nonce.
    pub challenge: Option<Posed>,
    /// The CA that decides. Without it, the challenge's.
    pub audience: Option<String>,
    /// The order that is decided. Without it, the challenge's.
    pub order: Option<String>,
    /// Whether the CA's list of what it accepted has this nonce with this key; nothing if it keeps no list.
    pub seen: Option<bool>,
    /// When the decision is made.
    pub now: Option<Instant>,
}

/// One rule there is.
#[derive(Debug)]
pub struct RuleSpec {
    /// Stable name.
    pub id: &'static str,
    /// What it demands, in one sentence without a full stop.
    pub demand: &'static str,
    /// Where the demand comes from.
    pub source: &'static str,
    /// Whether the policy `statement` has it.
    pub in_statement: bool,
    /// Whether only a statement of an HSM can speak to it. Where there is none, what the cloud says stands in its place,
    /// and is weighed by the other rules.
    pub of_statement: bool,
    /// The weakest basis that the policy `csbr` accepts for it, if `csbr` has it.
    pub in_csbr: Option<Basis>,
    /// When it stands in the way.
    pub demanded: Demanded,
    /// How it is judged.
    pub(crate) judge: Judge,
}

/// When a rule that is not met stands in the way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Demanded {
    /// Always.
    Always,
    /// Where the cloud's word to the CA stands behind the key: CSBR §6.2.7.4.2 method 5. Otherwise it is a note.
    UnderMethod5,
    /// Never: it is a note.
    Never,
}

impl Demanded {
    /// Its name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::UnderMethod5 => "under method 5",
            Self::Never => "never",
        }
    }
}

/// How a rule is judged.
#[derive(Debug)]
pub(crate) enum Judge {
    /// Every claim about the topic must be this.
    Flag(Topic, bool),
    /// Every claim about the topic must be one of these.
    OneOf(Topic, &'static [&'static str]),
    /// Anything else: of the key, the request and what the CA expects.
    With(fn(&View<'_>) -> Judgement),
}

/// A rule of a policy.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Which rule.
    pub spec: &'static RuleSpec,
    /// The weakest basis it accepts.
    pub weakest: Basis,
    /// When it stands in the way: as the table says, or always where a CA's policy demands it.
    pub demanded: Demanded,
}

impl Eq for Rule {}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.spec.id == other.spec.id && self.weakest == other.weakest && self.demanded == other.demanded
    }
}

impl Rule {
    /// Holds the claims against the rule.
    pub(crate) fn judge<A>(&self, claims: &Claims<A>, expected: &Expected) -> Finding {
        let has = |topic| claims.about(topic).next().is_some();
        let judgement = match self.spec.judge {
            _ if self.spec.of_statement && has(Topic::Hsm) && !has(Topic::Format) => Judgement {
                observed: "no statement of an HSM is among the evidence".to_owned(),
                basis: None,
                outcome: Outcome::Warning,
            },
            Judge::Flag(topic, wanted) => self.of_topic(claims, topic, |value| *value == Value::Flag(wanted)),
            Judge::OneOf(topic, wanted) => self.of_topic(
                claims,
                topic,
                |value| matches!(value, Value::Text(text) if wanted.contains(&text.as_str())),
            ),
            Judge::With(judge) => {
                let sound = claims.sound.then_some(());
                let view = View {
                    claims: sound.map(|()| claims.claims.iter().collect()).unwrap_or_default(),
                    key: sound.and(claims.key.as_ref()),
                    report: claims.report.as_ref(),
                    record: claims.record.as_ref(),
                    expected,
                };
                let judgement = judge(&view);
                self.weigh(judgement)
            }
        };
        // Where nobody asked the cloud, that it did not say is no news.
        let is_note = match self.demanded {
            Demanded::Always => false,
            Demanded::UnderMethod5 => claims.record.is_none(),
            Demanded::Never => true,
        };
        let finding = Finding {
            id: self.spec.id,
            demand: self.spec.demand.to_owned(),
            source: self.spec.source,
            observed: judgement.observed,
            basis: judgement.basis,
            outcome: judgement.outcome,
        };
        if is_note { finding.into_note() } else { finding }
    }

    fn of_topic<A>(&self, claims: &Claims<A>, topic: Topic, fits: impl Fn(&Value) -> bool) -> Judgement {
        let said: Vec<&Claim> = claims.about(topic).collect();
        if let Some(claim) = said.iter().find(|claim| !fits(&claim.value)) {
            return Judgement { observed: observed(claim), basis: Some(claim.basis), outcome: Outcome::Failed };
        }
        match said.iter().max_by_key(|claim| claim.basis) {
            None => missing(&unsaid(claims, topic)),
            Some(claim) => {
                self.weigh(Judgement { observed: observed(claim), basis: Some(claim.basis), outcome: Outcome::Passed })
            }
        }
    }

    /// What passes on a weaker basis than the rule accepts does not pass.
    fn weigh(&self, judgement: Judgement) -> Judgement {
        match (judgement.outcome, judgement.basis) {
            (Outcome::Passed, Some(basis)) if basis < self.weakest => Judgement {
                observed: format!("{}; only {basis}, and {} is demanded", judgement.observed, self.weakest),
                outcome: Outcome::Missing,
                ..judgement
            },
            _ => judgement,
        }
    }
}

/// The questions without which no log is read that has how a key was made.
const LOGS_OF_KEYS: [&str; 2] = ["azure.vault of ", "azure.key-events of "];

/// That nobody says it; of where a key is from, also what a log has in place of that.
fn unsaid<A>(claims: &Claims<A>, topic: Topic) -> String {
    let is_of_log = |claim: &&Claim| match &claim.value {
        Value::Text(text) => LOGS_OF_KEYS.iter().any(|kind| text.starts_with(kind)),
        Value::Flag(_) | Value::Moment(_) => false,
    };
    let refused = claims.about(Topic::Refused).filter(is_of_log);
    let known = claims.about(Topic::Events).chain(refused).filter(|_| topic == Topic::Local);
    let known: Vec<String> = known.map(|claim| claim.value.to_string()).collect();
    if known.is_empty() { "nothing in the evidence says".to_owned() } else { known.join("; ") }
}

fn observed(claim: &Claim) -> String {
    format!("{}: {} ({})", claim.topic.meaning(), claim.value, claim.from)
}
