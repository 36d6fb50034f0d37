//! `verify`: the decision.

use std::path::Path;

use hardkey_attest::anchor::Anchors;
use hardkey_attest::bundle::{self, File};
use hardkey_attest::challenge::Seen;
use hardkey_attest::evidence::{Presented, verify, verify_confirmed};
use hardkey_attest::malformed::Malformed;
use hardkey_attest::policy::Expected;
use hardkey_attest::rendering::{
    Decision, Input, InputRole, decision_html, decision_json, decision_text, undecided_html,
};

use super::arguments::VerifyOptions;
use super::output::{self, Undecided};
use super::seen::List;
use super::{ACCEPTED, NOT_ACCEPTED, challenge, files, moment};

const HTML: &str = "--html";

pub(crate) fn run<A: Anchors>(options: &VerifyOptions, trusted: &A) -> u8 {
    let error = match decide(options, trusted) {
        Ok(status) => return status,
        Err(error) => error,
    };
    // An older page must not be taken for the answer; one that cannot be written was just complained of.
    if let Some(page) = &options.html
        && error.0.part != HTML
        && let Err(second) = write(page, &undecided_html(&error.0), options)
    {
        output::complain(&second);
    }
    output::complain_as(&error, options.json)
}

fn decide<A: Anchors>(options: &VerifyOptions, trusted: &A) -> Result<u8, Undecided> {
    for (option, value) in [
        ("--name", &options.name),
        ("--nonce", &options.nonce),
        ("--audience", &options.audience),
        ("--order", &options.order),
    ] {
        // An empty one is a script's unset variable, and would compare equal to an empty one from inside.
        if value.as_deref() == Some("") {
            return Err(Undecided::new(option, "a value", "an empty one"));
        }
    }
    let now = moment::at(options.at.as_deref())?;
    let mut inputs = Vec::new();
    let policy = files::policy(&options.policy, &mut inputs)?;
    let csr = files::request(options.csr.as_deref(), &mut inputs)?;
    let mut handed_in = Vec::new();
    for path in &options.files {
        let file = files::read(path)?;
        inputs.push(Input::new(&file.name, InputRole::Evidence, &file.bytes));
        handed_in.push(file);
    }
    let challenge = challenge::posed(options, &mut inputs)?;
    let record = files::record(options.confirmation.as_deref(), &mut inputs)?;
    let mut expected = Expected {
        csr,
        name: options.name.clone(),
        nonce: options.nonce.clone(),
        challenge,
        audience: options.audience.clone(),
        order: options.order.clone(),
        seen: None,
        now: Some(now),
    };
    let evidence = bundle::evidence(&handed_in)?;
    let claims = match &record {
        None => verify(&evidence, trusted)?,
        Some(record) => {
            let presented = Presented { record: &record.bytes, policy: &policy, expected: &expected };
            verify_confirmed(&evidence, &presented, trusted).map_err(|error| of_file(error, record))?
        }
    };
    let posed = expected.challenge.as_ref();
    let answered = posed.zip(claims.key()).map(|(posed, key)| Seen::of(&posed.challenge, key));
    // Locked from here until the end: of two that decide the same, one sees what the other added.
    let list = options.seen.as_deref().map(List::open).transpose()?;
    let mut listed = list.zip(answered);
    expected.seen = listed.as_ref().map(|(list, seen)| list.has(seen)).transpose()?;
    let verdict = claims.appraise(&policy, &expected);
    let decision = Decision { verdict: &verdict, claims: &claims, expected: &expected, inputs: &inputs };
    if let Some(page) = &options.html {
        write(page, &decision_html(&decision), options)?;
    }
    // Before anybody is told: who reads an answer must not be able to have it a second time.
    if let Some((list, seen)) = &mut listed
        && verdict.level().is_accepted()
    {
        list.add(seen, now)?;
    }
    if options.json {
        output::print(decision_json(&decision, trusted).as_bytes())?;
    } else if !options.quiet {
        output::print(decision_text(&decision).as_bytes())?;
    }
    Ok(if verdict.level().is_accepted() { ACCEPTED } else { NOT_ACCEPTED })
}

/// What is wrong with the record is told with its file, as with evidence.
fn of_file(error: Malformed, record: &File) -> Malformed {
    let is_of_record = error.part == "record" || error.part.starts_with("record: ");
    if is_of_record { error.inside(&record.name) } else { error }
}

/// Writes the page, and never over what was handed in.
fn write(page: &Path, html: &str, options: &VerifyOptions) -> Result<(), Undecided> {
    let name = page.to_string_lossy();
    let ours = options.challenge.iter().chain(&options.challenge_key).chain(&options.seen).chain(&options.confirmation);
    let given = options.files.iter().chain(&options.csr).chain([&options.policy]).chain(ours);
    let is_input = page
        .canonicalize()
        .is_ok_and(|page| given.into_iter().any(|path| path.canonicalize().is_ok_and(|path| path == page)));
    if is_input {
        return Err(Undecided::new(HTML, "a file to write", &format!("{name}, which was handed in")));
    }
    std::fs::write(page, html)
        .map_err(|error| Undecided::new(HTML, "a file that can be written", &format!("{name}: {error}")))
}
