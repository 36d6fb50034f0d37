//! Asking again about the keys of earlier records: CAs have to look every 13 months (CSBR §4.2.1).

mod earlier;
mod pace;
mod told;

use std::path::Path;

use hardkey_attest::anchor::Release;
use hardkey_attest::confirmation::{About, Record, changes};
use hardkey_attest::instant::Instant;
use hardkey_attest::policy::Policy;
use hardkey_attest::shown;
use hardkey_kms::config::InquirySettings;
use hardkey_kms::network::SharedNetwork;

use crate::arguments::RecheckOptions;
use crate::ask::{now, record};
use crate::failure::{CHANGED, DONE, Failure, UNDECIDED};
use crate::signer::Signer;
use crate::{files, questions, settings};
use earlier::Trusted;
use pace::Pace;
use told::{Outcome, Told};

/// A policy is a page of text.
const LARGEST_POLICY: usize = 64 << 10;

/// Seconds in which a run can be gone on with. At the usual pace it asks about 86,400 keys in them.
const LONGEST_RUN: u64 = 24 * 60 * 60;

/// Everything that stays the same over a run.
struct Run<'a> {
    options: &'a RecheckOptions,
    policy: Policy,
    settings: InquirySettings,
    network: SharedNetwork,
    signer: Signer,
}

/// Asks about each key, tells of each what changed, and goes on where one cannot be asked about.
pub(crate) fn run(options: &RecheckOptions) -> Result<u8, Failure> {
    let policy = policy(options)?;
    let settings = settings::load(&options.own)?;
    let network = settings::network(&settings);
    let signer = Signer::of(&settings, &network)?;
    let earlier = earlier::list(&options.records)?;
    std::fs::create_dir_all(&options.out).map_err(|error| {
        Failure::new(format!("--out: {} cannot be made: {error}; name another folder", options.out.display()))
    })?;
    if let (Ok(out), Ok(records)) = (options.out.canonicalize(), options.records.canonicalize())
        && out == records
    {
        return Err(Failure::new("--out: it is the folder of the earlier records; name another one"));
    }
    let run = Run { options, policy, settings, network, signer };
    let mut pace = Pace::new(options.per_minute);
    let mut status = DONE;
    let all = earlier.len();
    for (at, path) in earlier.into_iter().enumerate() {
        let told = run.one(&path, &mut pace);
        files::tell(&shown::text(&format!("{} of {all}: {}", at.saturating_add(1), told.line())));
        files::product(told.text(options.json).as_bytes(), None)?;
        // Somebody has to look at a key that is worse, whatever could not be asked.
        status = match (&told.outcome, status) {
            (Outcome::Known { .. }, _) if told.is_worse() => CHANGED,
            (Outcome::Undecided(_), DONE) => UNDECIDED,
            (_, known) => known,
        };
    }
    Ok(status)
}

impl Run<'_> {
    fn one(&self, path: &Path, pace: &mut Pace) -> Told {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let undecided = |failure: Failure| Outcome::Undecided(failure.to_string());
        let trusted = Trusted { policy: &self.policy, own: self.signer.public_key() };
        match trusted.read(path) {
            Err(failure) => Told { name, of: None, outcome: undecided(failure) },
            Ok(known) => {
                let outcome = self.again(&name, &known, &trusted, pace).unwrap_or_else(undecided);
                Told { name, of: Some((known.order, known.resource)), outcome }
            }
        }
    }

    /// What was asked in this run already is not asked again.
    fn again(&self, name: &str, earlier: &Record, trusted: &Trusted<'_>, pace: &mut Pace) -> Result<Outcome, Failure> {
        let out = self.options.out.join(name);
        if !out.exists() {
            pace.wait();
            let answers = questions::ask(&earlier.resource, false, &self.settings, &self.network)?;
            let again = record(About::Record(earlier), answers, &self.signer)?;
            files::product(again.as_bytes(), Some(&out))?;
        }
        let later = trusted.read(&out)?;
        if later == *earlier || !is_of_this_run(earlier.created, later.oldest(), now()?) {
            let (out, asked) = (out.display(), later.oldest());
            return Err(Failure::new(format!(
                "{out} was there, and is of another run: asked at {asked}; name an empty folder"
            )));
        }
        if later.resource != earlier.resource || later.public_key != earlier.public_key {
            let what = format!("{} is of another key than the earlier record; name an empty folder", out.display());
            return Err(Failure::new(what));
        }
        let changes = changes(earlier, &later, &self.policy, now()?, &Release);
        let changes = changes.map_err(|error| Failure::new(error.to_string()))?;
        Ok(Outcome::Known { changes })
    }
}

/// Whether a new record was asked for by this run, or by one that it goes on with, and not by that of an earlier year.
fn is_of_this_run(earlier: Instant, asked: Instant, now: Instant) -> bool {
    asked >= earlier && now.unix().saturating_sub(asked.unix()) <= LONGEST_RUN
}

fn policy(options: &RecheckOptions) -> Result<Policy, Failure> {
    if let Some(policy) = options.policy.to_str().and_then(Policy::built_in) {
        return Ok(policy);
    }
    let bytes = files::read(&options.policy, LARGEST_POLICY)?;
    let wrong = |why: String| Failure::new(format!("--policy: {}: {why}", options.policy.display()));
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong("it is no text; name a policy in TOML".to_owned()))?;
    Policy::from_toml(text).map_err(|error| wrong(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_gone_on_with_for_a_day_and_never_with_what_was_asked_before_the_earlier_record() {
        let at = |text: &str| Instant::parse(text).unwrap();
        let (earlier, asked) = (at("2026-10-22T12:00:00Z"), at("2027-11-21T12:00:00Z"));
        assert!(is_of_this_run(earlier, asked, at("2027-11-22T12:00:00Z")));
        assert!(!is_of_this_run(earlier, asked, at("2027-11-22T12:00:01Z")));
        assert!(is_of_this_run(asked, asked, asked));
        assert!(!is_of_this_run(asked, at("2027-11-21T11:59:59Z"), asked));
    }
}
