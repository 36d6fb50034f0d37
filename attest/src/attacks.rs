//! The attacks that are known, who stops each, and for those that are decided offline evidence that one check alone stops.
//!
//! Each vector is judged under the whole policy, and then once more with that one check taken out. The first verdict must
//! name this check and no other, the second must be *attested*, or *confirmed* where a CA asked the cloud. So a check that nothing else stands in for is known to be
//! there, and a check that stops nothing is noticed.

mod answer;
mod attempt;
mod card;
mod challenge;
mod cloud;
mod document;
mod form;
mod record;
mod report;
mod request;
mod statement;
mod table;
mod trail;
mod witness;

use attempt::{Attempt, Guard};
use table::{ATTACKS, Decided};

use hardkey_synthetic::Request;

use crate::check::Check;
use crate::csr::Csr;
use crate::finding::Outcome;
use crate::form::Form;
use crate::policy::RULES;
use crate::verdict::Level;

/// Evidence, and what alone stops it.
struct Vector {
    /// Number of the attack, a full stop, number of the vector.
    id: &'static str,
    /// What is handed in, in one sentence without a full stop.
    what: &'static str,
    /// What stops it.
    guard: Guard,
    /// What the verdict is; for a guard of form, what is found instead of a verdict.
    seen: Seen,
    /// What the verdict is without what stops it.
    otherwise: Level,
    /// Makes it.
    attempt: fn() -> Attempt,
}

/// What comes of a vector under the whole policy.
#[derive(Clone, Copy)]
enum Seen {
    /// A verdict.
    Level(Level),
    /// No verdict: this was expected instead.
    Malformed(&'static str),
    /// A verdict in which this check fails, because there is no key of that form.
    Fails(Check),
}

impl Vector {
    const fn by_check(id: &'static str, what: &'static str, check: Check, attempt: fn() -> Attempt) -> Self {
        Self {
            id,
            what,
            guard: Guard::Check(check),
            seen: Seen::Level(Level::Rejected),
            otherwise: Level::Attested,
            attempt,
        }
    }

    const fn by_rule(id: &'static str, what: &'static str, rule: &'static str, attempt: fn() -> Attempt) -> Self {
        Self {
            id,
            what,
            guard: Guard::Rule(rule),
            seen: Seen::Level(Level::Rejected),
            otherwise: Level::Attested,
            attempt,
        }
    }

    const fn by_form(
        id: &'static str,
        what: &'static str,
        form: Form,
        seen: &'static str,
        attempt: fn() -> Attempt,
    ) -> Self {
        Self { id, what, guard: Guard::Form(form), seen: Seen::Malformed(seen), otherwise: Level::Attested, attempt }
    }

    fn attack(&self) -> &'static str {
        self.id.split('.').next().unwrap_or_default()
    }
}

/// All vectors, in the order of the attacks.
fn vectors() -> Vec<&'static Vector> {
    let all = [
        answer::VECTORS,
        statement::VECTORS,
        request::VECTORS,
        report::VECTORS,
        challenge::VECTORS,
        record::VECTORS,
        cloud::VECTORS,
        card::VECTORS,
        form::VECTORS,
        trail::VECTORS,
        witness::VECTORS,
    ];
    let mut all: Vec<&Vector> = all.into_iter().flatten().collect();
    let place = |vector: &Vector| {
        let attack = ATTACKS.iter().position(|attack| attack.id == vector.attack());
        (attack, vector.id.split('.').nth(1).and_then(|number| number.parse::<u8>().ok()))
    };
    all.sort_by_key(|vector| place(vector));
    all
}

/// The key in its one encoding, when tests take out the demand for it.
pub(crate) fn respelled(spki: &[u8]) -> Vec<u8> {
    let out = crate::form::has(Form::OneSpelling, false);
    out.then(|| hardkey_synthetic::spelling::respelled(spki)).flatten().unwrap_or_else(|| spki.to_vec())
}

#[test]
fn evidence_without_a_flaw_is_attested() {
    for attempt in [Attempt::honest(), Attempt::of_rsa()] {
        let verdict = attempt.judged(None).unwrap();
        assert_eq!(verdict.level(), Level::Attested, "{verdict:#?}");
        assert_eq!(verdict.csbr_method(), Some(2));
        assert!(verdict.checks().iter().all(|check| check.outcome == Outcome::Passed));
    }
}

/// What came of a vector: the level and what stopped it, or what was expected of malformed bytes.
fn came_of(vector: &Vector, without: Option<Guard>) -> (String, Vec<&'static str>) {
    match (vector.attempt)().judged(without) {
        Ok(verdict) => (verdict.level().name().to_owned(), attempt::stopped(&verdict)),
        Err(error) => (format!("expected {}", error.expected), Vec::new()),
    }
}

#[test]
fn no_evidence_at_all_is_rejected() {
    let verdict = Attempt { evidence: Vec::new(), ..Attempt::honest() }.judged(None).unwrap();
    assert_eq!((verdict.level(), verdict.csbr_method()), (Level::Rejected, None));
}

#[test]
fn a_request_is_the_whole_of_what_is_handed_in() {
    let [one, other] = [attempt::subject(), attempt::other()].map(|key| Request::of(key).pem());
    assert!(Csr::parse(one.as_bytes()).is_ok());
    for more in [other.as_str(), "text", "-----END CERTIFICATE REQUEST-----"] {
        for text in [format!("{one}{more}"), format!("{more}\n{one}")] {
            assert!(Csr::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
    let der = Request::of(attempt::subject()).der();
    assert!(Csr::parse(&[&der[..], &[0]].concat()).is_err());
}

#[test]
fn each_vector_is_stopped_by_one_check_alone() {
    for vector in vectors() {
        let should = match vector.seen {
            Seen::Level(level) => (level.name().to_owned(), vec![vector.guard.id()]),
            Seen::Fails(check) => (Level::Rejected.name().to_owned(), vec![check.id()]),
            Seen::Malformed(expected) => (format!("expected {expected}"), Vec::new()),
        };
        assert_eq!(came_of(vector, None), should, "{}, {}", vector.id, vector.what);
    }
}

#[test]
fn without_that_check_each_vector_is_attested_and_each_record_confirmed() {
    for vector in vectors() {
        let (out, accepted) = (vector.guard.id(), vector.otherwise.name().to_owned());
        assert_eq!(came_of(vector, Some(vector.guard)), (accepted, vec![]), "{} without {out}", vector.id);
    }
}

#[test]
fn every_attack_that_is_decided_offline_has_a_vector_and_every_vector_an_attack() {
    let numbers = (1..=28).map(|number: u8| number.to_string());
    let known: Vec<String> = numbers.chain(('a'..='k').map(String::from)).collect();
    assert_eq!(ATTACKS.iter().map(|attack| attack.id.to_owned()).collect::<Vec<_>>(), known);
    let vectors = vectors();
    for attack in ATTACKS {
        let has = vectors.iter().any(|vector| vector.attack() == attack.id);
        // It changes no verdict: `a_name_that_would_forge_a_line_is_shown_on_one`.
        let wants = attack.decided == Decided::Offline && attack.id != "d";
        assert!(has || !wants, "{} has no vector", attack.id);
    }
    for (index, vector) in vectors.iter().enumerate() {
        assert!(ATTACKS.iter().any(|attack| attack.id == vector.attack()), "{}", vector.id);
        assert!(vectors[index + 1..].iter().all(|other| other.id != vector.id), "{} twice", vector.id);
    }
}

/// Checks of answers that no statement goes with which is accepted, or whose fault a rule sees too. The tests of each kind of
/// answer have what they refuse.
const OF_ANSWERS: [Check; 3] = [Check::StatedKey, Check::OneName, Check::AnswerConsistent];

#[test]
fn every_check_every_rule_and_every_demand_on_form_alone_stops_a_vector() {
    let guards: Vec<Guard> = vectors().iter().map(|vector| vector.guard).collect();
    for check in Check::ALL {
        // Without a key there is nothing to judge: the vectors of the form of keys stand in for it.
        let is_named =
            guards.contains(&Guard::Check(*check)) || *check == Check::KeyRebuilt || OF_ANSWERS.contains(check);
        assert!(is_named, "no vector for the check {}", check.id());
    }
    for rule in RULES {
        // It warns, and stops nothing: `a_certificate_that_turned_historical_is_a_warning`.
        let is_named = guards.contains(&Guard::Rule(rule.id)) || rule.id == "fips-certificate";
        assert!(is_named, "no vector for the rule {}", rule.id);
    }
    for form in Form::ALL {
        // It changes no verdict: `a_name_that_would_forge_a_line_is_shown_on_one`.
        let is_named = guards.contains(&Guard::Form(*form)) || *form == Form::Escaped;
        assert!(is_named, "no vector for the form {}", form.id());
    }
}
