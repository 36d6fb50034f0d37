//! Findings: what was checked, what was seen, and what came of it.

use std::fmt;

/// Who vouches for a claim. In order: each is worth more than those before it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Basis {
    /// The subscriber's copy of an API answer.
    Reported,
    /// The cloud, in a record it signed.
    Recorded,
    /// The cloud, answering the CA itself.
    Confirmed,
    /// The HSM vendor's chain and the cloud's, offline.
    Attested,
}

impl Basis {
    /// All of them, weakest first.
    pub const ALL: [Self; 4] = [Self::Reported, Self::Recorded, Self::Confirmed, Self::Attested];

    /// Its name in policies and in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Recorded => "recorded",
            Self::Confirmed => "confirmed",
            Self::Attested => "attested",
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// What came of a check or a rule.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// As it must be.
    Passed,
    /// Not as it must be. One of these is enough for a rejection.
    Failed,
    /// Nothing in the evidence says, or nobody who is good enough for this rule.
    Missing,
    /// Worth a look, and decides nothing.
    Warning,
}

impl Outcome {
    /// Its name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Missing => "missing",
            Self::Warning => "warning",
        }
    }
}

/// One check of the evidence itself, or one rule of a policy, and its outcome.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// Stable name: lower case, words joined by hyphens.
    pub id: &'static str,
    /// What is demanded, in one sentence without a full stop.
    pub demand: String,
    /// Where the demand comes from.
    pub source: &'static str,
    /// What was seen, escaped.
    pub observed: String,
    /// Who vouches for what was seen, if anybody does.
    pub basis: Option<Basis>,
    /// What came of it.
    pub outcome: Outcome,
}

impl Finding {
    /// The same, of which nothing hangs on whether it passed.
    pub(crate) fn into_note(self) -> Self {
        let outcome = match self.outcome {
            Outcome::Passed => Outcome::Passed,
            Outcome::Failed | Outcome::Missing | Outcome::Warning => Outcome::Warning,
        };
        Self { outcome, ..self }
    }
}
