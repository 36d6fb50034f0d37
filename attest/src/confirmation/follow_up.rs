//! Questions that an answer leads to.

use super::answer::{Answer, Said};
use super::kind::{Kind, Question};
use crate::evidence::trail_arns;

/// A record has 64 answers at most; of two about each trail, this leaves room for those about the key.
const MOST_TRAILS: usize = 24;

/// What else to ask, because of what was answered. Nothing, where an answer cannot be read: the verifier will say so.
#[must_use]
pub fn follow_ups(resource: &str, answer: &Answer) -> Vec<Question> {
    let Said::Data(data) = &answer.said else { return Vec::new() };
    match answer.kind {
        Kind::AwsDescribeTrails => {
            let ask = |arn: String| {
                [Kind::AwsGetTrailStatus, Kind::AwsGetEventSelectors].map(|kind| Question {
                    kind,
                    hosts: kind.hosts(&arn, resource),
                    of: arn.clone(),
                    around: None,
                })
            };
            let about = |arn: &String| Kind::AwsGetTrailStatus.is_about(arn, resource);
            trail_arns(data).into_iter().filter(about).take(MOST_TRAILS).flat_map(ask).collect()
        }
        Kind::Key(_)
        | Kind::AwsListResourceTags
        | Kind::AwsGetTrailStatus
        | Kind::AwsGetEventSelectors
        | Kind::AzureDiagnosticSettings
        | Kind::GoogleCryptoKey
        | Kind::GoogleIamPolicy => Vec::new(),
    }
}
