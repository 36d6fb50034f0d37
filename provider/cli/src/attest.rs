//! `attest`: a report for a CA, or the bundle that Google's console gives.

mod bundle;
mod verdict;

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hardkey_attest::challenge::Challenge;
use hardkey_attest::confirmation::mark;
use hardkey_attest::csr::{self, Csr};
use hardkey_attest::instant::Instant;
use hardkey_attest::report::{Draft, SignatureAlgorithm, envelope, to_be_signed};
use hardkey_kms::signing::Way;

use crate::arguments::{AttestOptions, NAME};
use crate::choice::Choice;
use crate::csr::read_challenge;
use crate::failure::Failure;
use crate::{files, output};
use verdict::Handed;

const CSR: &str = "--csr";
/// For how long a report may be used where no challenge says it: CAs take days to validate an order, and not weeks.
const VALIDITY: Duration = Duration::from_secs(7 * 24 * 60 * 60);

pub(crate) fn run(options: &AttestOptions) -> Result<(), Failure> {
    let csr = options.csr.as_deref().map(read_request).transpose()?;
    if let Some(zip) = &options.bundle {
        return bundle::run(options, zip, csr.as_deref());
    }
    if let Some(out) = &options.out {
        files::is_none_of("--out", out, &[options.csr.as_deref(), options.challenge.as_deref()])?;
    }
    let now = now()?;
    let challenge = options.challenge.as_deref().map(|path| read_challenge(path, now)).transpose()?;
    if options.mark_owner && challenge.is_none() {
        return Err(Failure::unusable(
            "--mark-owner: a key is marked with the nonce of a challenge; give the CA's with --challenge",
        ));
    }
    let (audience, order) = addressed(options, challenge.as_ref())?;
    let choice = named(options)?;
    let way = Way::of(&choice.key)
        .filter(|way| SignatureAlgorithm::of(choice.key.public_key.algorithm(), way.scheme).is_some())
        .ok_or_else(|| Failure::refused(format!("key {}: it signs by no scheme that reports have", choice.shown())))?;
    let mut draft = Draft {
        id: random()?,
        audience: &audience,
        order: order.as_deref(),
        challenge: challenge.as_ref(),
        csr: csr.as_deref(),
        public_key: &choice.key.public_key,
        scheme: way.scheme,
        created: now,
        not_after: until(now, challenge.as_ref()),
        resource: choice.id.as_str(),
        requested_as: (choice.name != choice.id.as_str()).then_some(choice.name.as_str()),
        generator: NAME,
        version: env!("CARGO_PKG_VERSION"),
        evidence: Vec::new(),
    };
    // Before the key is marked: nothing is changed for a report that will not be made.
    draft.check().map_err(|error| undrafted(options, &choice, &error.to_string()))?;
    if let Some(challenge) = challenge.as_ref().filter(|_| options.mark_owner) {
        own(&choice, challenge)?;
    }
    draft.evidence = choice.evidence()?;
    let payload = draft.payload().map_err(|error| undrafted(options, &choice, &error.to_string()))?;
    let signature = choice.sign(way, &to_be_signed(&payload))?;
    let report = envelope(&payload, &signature).into_bytes();
    output::product(&report, options.out.as_deref())?;
    let name = options.out.as_deref().map_or_else(|| "the report".into(), Path::to_string_lossy);
    verdict::tell(
        &choice,
        &Handed { name: &name, bytes: &report, csr: csr.as_deref(), challenge: challenge.as_ref(), now },
    )
}

/// The key, by a name that the HSM's statement can be held against. Google answers to a project's number as well as to its id, but
/// the statement has the hash of the name with the id (reference: Cloud KMS, "Verify attestations").
fn named(options: &AttestOptions) -> Result<Choice, Failure> {
    let choice = Choice::of(options.key.as_deref())?;
    let project = choice.id.as_str().strip_prefix("projects/").and_then(|rest| rest.split('/').next());
    // An id begins with a letter: Resource Manager, "Creating and managing projects".
    if project.is_some_and(|project| project.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(Failure::unusable(format!(
            "key {}: the name has the project's number; the HSM's statement holds the hash of the name with the project's id, so \
             that a CA could not hold the two against each other; configure the key as projects/PROJECT-ID/…",
            choice.shown()
        )));
    }
    Ok(choice)
}

/// Marks the key, before anything is signed: what the CA reads is there when it gets the report.
fn own(choice: &Choice, challenge: &Challenge) -> Result<(), Failure> {
    let value = mark::value(&challenge.nonce(), choice.id.as_str());
    choice.mark(mark::NAME, &value)?;
    output::tell(&format!("key {}: {} is set to {value}", choice.shown(), mark::NAME));
    Ok(())
}

/// A challenge says for whom the report is, and for which order; what was said besides must be the same.
fn addressed(options: &AttestOptions, challenge: Option<&Challenge>) -> Result<(String, Option<String>), Failure> {
    let fits = |option: &str, given: &Option<String>, known: &str| match given {
        Some(given) if given != known => Err(Failure::unusable(format!(
            "{option} {given:?}: the challenge is for {known:?}; leave {option} out, or ask the CA for another challenge"
        ))),
        Some(_) | None => Ok(known.to_owned()),
    };
    match (challenge, &options.audience) {
        (Some(challenge), audience) => Ok((
            fits("--audience", audience, challenge.audience())?,
            Some(fits("--order", &options.order, challenge.order())?),
        )),
        (None, Some(audience)) => Ok((audience.clone(), options.order.clone())),
        (None, None) => Err(Failure::unusable(
            "--audience: a report is for one CA; name it, or give the CA's challenge with --challenge",
        )),
    }
}

/// The CA says until when its challenge may be answered. That it may not be any more, the draft says.
fn until(now: Instant, challenge: Option<&Challenge>) -> Instant {
    let after = |seconds: u64| Instant::from_unix(now.unix().saturating_add(seconds));
    let longest = hardkey_attest::report::LONGEST_VALIDITY.as_secs();
    challenge.map_or_else(|| after(VALIDITY.as_secs()), |challenge| challenge.expires().clamp(after(1), after(longest)))
}

/// The draft names its field; those that were given on the command line are called by their options, and a request by its file.
fn undrafted(options: &AttestOptions, choice: &Choice, error: &str) -> Failure {
    match (error.split_once(": "), &options.csr) {
        (Some(("csr", why)), Some(path)) => Failure::unusable(format!("{CSR}: {}: {why}", path.display())),
        (Some(("audience" | "challenge" | "order", _)), _) => Failure::unusable(format!("--{error}")),
        _ => Failure::refused(format!("key {}: {error}", choice.shown())),
    }
}

/// Reads a request, and sees to it that it is one, before anybody is asked.
fn read_request(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = files::read(CSR, path, csr::LARGEST)?;
    Csr::parse(&bytes).map_err(|error| {
        Failure::unusable(format!("{CSR}: {}: {error}; name the request, as hardkey csr makes it", path.display()))
    })?;
    Ok(bytes)
}

pub(crate) fn now() -> Result<Instant, Failure> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since
        .map(|since| Instant::from_unix(since.as_secs()))
        .map_err(|_| Failure::unusable("the clock stands before 1970; set it"))
}

fn random() -> Result<[u8; 16], Failure> {
    let mut id = [0; 16];
    aws_lc_rs::rand::fill(&mut id)
        .map_err(|_| Failure::unusable("the operating system gave no random numbers; try again"))?;
    Ok(id)
}
