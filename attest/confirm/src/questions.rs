//! Asking: everything that can be asked about one key version, and what follows from the answers.

use std::collections::VecDeque;

use hardkey_attest::confirmation::{Answer, Kind, NOT_ASKED, Question, Said, digest_keys, follow_ups};
use hardkey_kms::Deadline;
use hardkey_kms::config::InquirySettings;
use hardkey_kms::inquiry;
use hardkey_kms::network::SharedNetwork;

use crate::failure::Failure;

/// Asks all there is to ask about a key version; for AWS's keys of digest files, which no other answer needs, where the CA wants them. One question that stays undecided is enough for there to be no record: it would say less
/// than the cloud does.
pub(crate) fn ask(
    resource: &str,
    about_digests: bool,
    settings: &InquirySettings,
    network: &SharedNetwork,
) -> Result<Vec<Answer>, Failure> {
    let cloud = inquiry::open(resource, settings.inquiry.clone(), network)?;
    let mut waiting: VecDeque<Question> = Kind::questions(resource).into();
    let mut answers: Vec<Answer> = Vec::new();
    while let Some(question) = waiting.pop_front() {
        let answer = cloud
            .ask(&question, &Deadline::after(network.timeout()))
            .map_err(|error| Failure::new(format!("{} of {}: {error}", question.kind.name(), question.of)))?;
        waiting.extend(follow_ups(resource, &answer));
        waiting.extend(digest_keys(resource, &answer).filter(|_| about_digests));
        if answers.iter().all(|known| known.kind != answer.kind || known.of != answer.of) {
            answers.push(answer);
        }
    }
    Ok(answers)
}

/// A line for each answer.
pub(crate) fn told(answers: &[Answer]) -> Vec<String> {
    let line = |answer: &Answer| {
        let came = match &answer.said {
            Said::Data(data) => format!("answered, {} bytes", data.len()),
            Said::Refused { code, message } if code == NOT_ASKED => format!("not asked: {message}"),
            Said::Refused { code, message } => format!("refused: {code}: {message}"),
        };
        format!("{} at {}: {came}", answer.request, answer.endpoint)
    };
    answers.iter().map(line).collect()
}
