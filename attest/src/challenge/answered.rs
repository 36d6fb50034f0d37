//! Whether what was handed in answers the CA's challenge: for this CA, for this order, at this time, and for the first time.

use super::Challenge;
use crate::check::{Check, Ledger};
use crate::instant::{Instant, SKEW};
use crate::policy::Expected;
use crate::report::Report;
use crate::shown;

/// Makes every check that takes what the CA expects.
pub(crate) fn check(report: Option<&Report>, expected: &Expected, ledger: &mut Ledger) {
    let posed = expected.challenge.as_ref();
    if let Some(posed) = posed {
        let challenge = &posed.challenge;
        let authentic = if posed.key.made(challenge) {
            Ok("made with the CA's key".to_owned())
        } else {
            Err("changed since it was made, or made with another key".to_owned())
        };
        ledger.check_own(Check::ChallengeAuthentic, authentic);
        ledger.check_own(Check::ChallengeInTime, in_time(challenge, expected.now));
        if let Some(audience) = &expected.audience {
            ledger.check_own(Check::ChallengeAudience, same(challenge.audience(), audience));
        }
        if let Some(order) = &expected.order {
            ledger.check_own(Check::ChallengeOrder, same(challenge.order(), order));
        }
    }
    // With a challenge, what the CA said itself is held against the challenge.
    let audience = posed.map(|posed| posed.challenge.audience()).or(expected.audience.as_deref());
    let order = posed.map(|posed| posed.challenge.order()).or(expected.order.as_deref());
    match report {
        Some(report) => of_report(report, expected, (audience, order), ledger),
        None if posed.is_none() => {
            // Nothing says whom it is for: that the CA asked must not look as if it had been answered.
            for (check, asked) in [(Check::ReportAudience, audience), (Check::ReportOrder, order)] {
                if asked.is_some() {
                    ledger.check_own(check, Err("neither a report nor a challenge was handed in".to_owned()));
                }
            }
        }
        None => {}
    }
    if let Some(seen) = expected.seen {
        let outcome = if seen {
            Err("the list has them: this is handed in again".to_owned())
        } else {
            Ok("the list does not have them".to_owned())
        };
        ledger.check_own(Check::NotSeen, outcome);
    }
}

fn of_report(
    report: &Report,
    expected: &Expected,
    (audience, order): (Option<&str>, Option<&str>),
    ledger: &mut Ledger,
) {
    let ends = if expected.now.is_some_and(|now| now <= report.not_after) { Ok } else { Err };
    ledger.check_own(Check::ReportInTime, ends(format!("until {}, {}", report.not_after, decided(expected.now))));
    let begins = if expected.now.is_some_and(|now| report.created <= later(now)) { Ok } else { Err };
    ledger.check_own(Check::ReportCreated, begins(format!("made at {}, {}", report.created, decided(expected.now))));
    if let Some(audience) = audience {
        ledger.check_own(Check::ReportAudience, same(&report.audience, audience));
    }
    if let Some(order) = order {
        let outcome = match &report.order {
            Some(stated) => same(stated, order),
            None => Err(format!("the report names no order, expected \"{}\"", shown::text(order))),
        };
        ledger.check_own(Check::ReportOrder, outcome);
    }
    if let (Some(posed), Some(challenge)) = (&expected.challenge, &report.challenge) {
        let outcome = if *challenge == posed.challenge {
            Ok(format!("nonce {}", challenge.nonce()))
        } else {
            Err(format!("the report has nonce {}, for order \"{}\"", challenge.nonce(), challenge.order()))
        };
        ledger.check_own(Check::ReportChallenge, outcome);
    }
    if let Some(csr) = &expected.csr {
        let digest = shown::hex(csr.digest());
        let outcome = match &report.csr_sha256 {
            Some(stated) if stated == csr.digest() => Ok(digest),
            Some(stated) => {
                Err(format!("the request has the SHA-256 {digest}, the report says {}", shown::hex(stated)))
            }
            None => Err("the report names no request".to_owned()),
        };
        ledger.check_own(Check::CsrDigest, outcome);
    }
}

fn in_time(challenge: &Challenge, now: Option<Instant>) -> Result<String, String> {
    let said = format!("from {} until {}, {}", challenge.issued(), challenge.expires(), decided(now));
    let inside = now.is_some_and(|now| challenge.issued() <= later(now) && now <= challenge.expires());
    if inside { Ok(said) } else { Err(said) }
}

fn later(now: Instant) -> Instant {
    Instant::from_unix(now.unix().saturating_add(SKEW))
}

fn decided(now: Option<Instant>) -> String {
    now.map_or_else(|| "and no time was given to decide at".to_owned(), |now| format!("decided at {now}"))
}

fn same(stated: &str, wanted: &str) -> Result<String, String> {
    if stated == wanted {
        return Ok(format!("\"{}\"", shown::text(stated)));
    }
    Err(format!("\"{}\", expected \"{}\"", shown::text(stated), shown::text(wanted)))
}
