//! A record of what the cloud says of the key of one report.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand;
use hardkey_attest::confirmation::{
    About, Answer, Draft, LARGEST_REQUESTS, Record, SignedRequest, envelope, to_be_signed,
};
use hardkey_attest::instant::Instant;
use hardkey_attest::report;
use hardkey_attest::shown;
use hardkey_kms::config::{Confirmer, InquirySettings};
use hardkey_kms::inquiry;
use hardkey_kms::network::SharedNetwork;

use crate::arguments::{AskOptions, NAME, ReplayOptions};
use crate::failure::Failure;
use crate::signer::Signer;
use crate::{files, questions, settings};

/// Asks the cloud.
pub(crate) fn run(path: &Path, about_digests: bool, options: &AskOptions) -> Result<(), Failure> {
    with(path, None, options, |subject, settings, network| {
        questions::ask(&subject.resource, about_digests, settings, network)
    })
}

/// Has the subscriber's own requests answered.
pub(crate) fn replay(options: &ReplayOptions) -> Result<(), Failure> {
    with(&options.report, Some(&options.requests), &options.asking, |subject, settings, network| {
        let requests = files::read(&options.requests, LARGEST_REQUESTS)?;
        let pair = SignedRequest::pair(&requests, subject, now()?)
            .map_err(|why| Failure::new(format!("{}: {why}", options.requests.display())))?;
        Ok(inquiry::replay(&subject.resource, &pair, &settings.inquiry, network)?)
    })
}

/// Makes a record of a report, of what somebody answers.
fn with(
    path: &Path,
    requests: Option<&Path>,
    options: &AskOptions,
    ask: impl FnOnce(&Record, &InquirySettings, &SharedNetwork) -> Result<Vec<Answer>, Failure>,
) -> Result<(), Failure> {
    let bytes = files::read(path, report::LARGEST)?;
    let about = About::Report(&bytes);
    let subject = about.subject().map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    let settings = settings::load(&options.own)?;
    let key = settings.confirmer.as_ref().and_then(|confirmer| match confirmer {
        Confirmer::File(path) => Some(path.as_path()),
        Confirmer::Hsm(_) => None,
    });
    let inputs = [Some(path), requests, options.own.config.as_deref(), key];
    files::is_none_of(options.out.as_deref(), &inputs)?;
    let network = settings::network(&settings);
    // A key that cannot sign is told of before anybody is asked.
    let signer = Signer::of(&settings, &network)?;
    let answers = ask(&subject, &settings, &network)?;
    for line in questions::told(&answers) {
        files::tell(&shown::text(&line));
    }
    files::product(record(about, answers, &signer)?.as_bytes(), options.out.as_deref())
}

/// The record, signed.
pub(crate) fn record(about: About<'_>, answers: Vec<Answer>, signer: &Signer) -> Result<String, Failure> {
    let mut id = [0; 16];
    rand::fill(&mut id).map_err(|_| Failure::new("the operating system gave no random numbers; try again"))?;
    let draft = Draft {
        id,
        about,
        confirmer: signer.public_key(),
        scheme: signer.scheme(),
        created: now()?,
        generator: NAME,
        version: env!("CARGO_PKG_VERSION"),
        answers,
    };
    let payload = draft.payload().map_err(|error| Failure::new(error.to_string()))?;
    Ok(envelope(&payload, &signer.sign(&to_be_signed(&payload))?))
}

pub(crate) fn now() -> Result<Instant, Failure> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since
        .map(|since| Instant::from_unix(since.as_secs()))
        .map_err(|_| Failure::new("the clock stands before 1970; set it"))
}
