//! What a report states of the key in a reader's words. None of it counts: the verifier works it out again.

use crate::claim::{Claim, Topic, Value};
use crate::finding::Basis;

/// What is stated of one topic: absent is not "no".
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Answer {
    /// It is so, and who vouches.
    Yes(Basis),
    /// It is not so, and who vouches.
    No(Basis),
    /// Nobody says, or two say the opposite of each other.
    #[default]
    Unknown,
}

/// What a report states.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Stated {
    /// The key lives in an HSM.
    pub hsm: Answer,
    /// It was generated there; otherwise it was imported.
    pub generated: Answer,
    /// The private key can be taken out.
    pub extractable: Answer,
}

impl Stated {
    /// What evidence says.
    pub(crate) fn of(claims: &[Claim]) -> Self {
        let answer = |topic| said(claims, topic);
        Self { hsm: answer(Topic::Hsm), generated: answer(Topic::Local), extractable: answer(Topic::Extractable) }
    }

    /// Whether evidence that says `borne` bears all of this: nothing else, and on no better word.
    ///
    /// # Errors
    /// What it does not bear, in a sentence.
    pub fn is_borne_by(&self, borne: &Self) -> Result<(), String> {
        for (field, stated, borne) in [
            ("hsm", self.hsm, borne.hsm),
            ("origin", self.generated, borne.generated),
            ("extractable", self.extractable, borne.extractable),
        ] {
            let is_borne = match (stated, borne) {
                (Answer::Unknown, _) => true,
                (Answer::Yes(stated), Answer::Yes(borne)) | (Answer::No(stated), Answer::No(borne)) => stated <= borne,
                (Answer::Yes(_), Answer::No(_) | Answer::Unknown)
                | (Answer::No(_), Answer::Yes(_) | Answer::Unknown) => false,
            };
            if !is_borne {
                return Err(format!(
                    "the report states {field} {}, its evidence {}",
                    words(field, stated),
                    words(field, borne)
                ));
            }
        }
        Ok(())
    }
}

fn words(field: &str, answer: Answer) -> String {
    let (word, basis) = word(field, answer);
    basis.map_or_else(|| word.to_owned(), |basis| format!("{word} ({basis})"))
}

/// An answer as the payload has it.
pub(super) fn word(field: &str, answer: Answer) -> (&'static str, Option<Basis>) {
    let (yes, no) = spelling(field);
    match answer {
        Answer::Yes(basis) => (yes, Some(basis)),
        Answer::No(basis) => (no, Some(basis)),
        Answer::Unknown => ("unknown", None),
    }
}

/// The answer that the payload has, if it is one of the field's.
pub(super) fn answer(field: &str, word: &str, basis: Option<Basis>) -> Option<Answer> {
    let (yes, no) = spelling(field);
    match (word, basis) {
        ("unknown", None) => Some(Answer::Unknown),
        (word, Some(basis)) if word == yes => Some(Answer::Yes(basis)),
        (word, Some(basis)) if word == no => Some(Answer::No(basis)),
        _ => None,
    }
}

pub(super) fn spelling(field: &str) -> (&'static str, &'static str) {
    if field == "origin" { ("generated", "imported") } else { ("yes", "no") }
}

fn said(claims: &[Claim], topic: Topic) -> Answer {
    let flags: Vec<(bool, Basis)> = claims
        .iter()
        .filter(|claim| claim.topic == topic)
        .filter_map(|claim| match claim.value {
            Value::Flag(flag) => Some((flag, claim.basis)),
            Value::Text(_) | Value::Moment(_) => None,
        })
        .collect();
    let best = flags.iter().max_by_key(|(_, basis)| *basis);
    match best {
        Some((flag, basis)) if flags.iter().all(|(other, _)| other == flag) => {
            if *flag {
                Answer::Yes(*basis)
            } else {
                Answer::No(*basis)
            }
        }
        Some(_) | None => Answer::Unknown,
    }
}
