//! Questions that an answer leads to.

use super::answer::{Answer, Said};
use super::kind::region_and_account;
use super::kind::{Kind, Question};
use crate::evidence::{created, created_in_aws, parent_of, trail_arns};
use crate::instant::Instant;
use crate::report;

/// A record has 64 answers at most; of two about each trail, this leaves room for those about the key.
const MOST_TRAILS: usize = 24;

/// For how long CloudTrail keeps the event history: CloudTrail user guide, "Working with CloudTrail event history".
const HISTORY: u64 = 90 * 24 * 60 * 60;

/// The question for the keys with which AWS signed a trail's digest files since a key was made, because of the answer that says when: for a CA
/// that was handed such files.
#[must_use]
pub fn digest_keys(resource: &str, answer: &Answer) -> Option<Question> {
    let Said::Data(data) = &answer.said else { return None };
    let kind = Kind::AwsListPublicKeys;
    let (region, _) =
        region_and_account(resource).filter(|_| answer.kind == Kind::Key(report::Kind::AwsDescribeKey))?;
    let around = Some(created_in_aws(data)?);
    Some(Question { kind, hosts: kind.hosts(region, resource), of: region.to_owned(), around })
}

/// What else to ask, because of what was answered. Nothing, where an answer cannot be read: the verifier will say so.
#[must_use]
pub fn follow_ups(resource: &str, answer: &Answer) -> Vec<Question> {
    let Said::Data(data) = &answer.said else { return Vec::new() };
    let ask = |kind: Kind, of: &str, around| {
        let hosts = kind.hosts(of, resource);
        kind.is_about(of, resource).then(|| Question { kind, hosts, of: of.to_owned(), around })
    };
    match answer.kind {
        Kind::GoogleParent => {
            let Some(above) = parent_of(&answer.of, data) else { return Vec::new() };
            [Kind::GoogleIamPolicy, Kind::GoogleParent].into_iter().filter_map(|kind| ask(kind, &above, None)).collect()
        }
        Kind::Key(report::Kind::GoogleCryptoKeyVersion) => {
            created(data).and_then(|created| ask(Kind::GoogleKeyEvents, resource, Some(created))).into_iter().collect()
        }
        Kind::Key(report::Kind::AwsDescribeKey) => {
            let young = |created: &Instant| answer.asked.unix().saturating_sub(created.unix()) <= HISTORY;
            let created = created_in_aws(data).filter(young);
            created.and_then(|created| ask(Kind::AwsLookupEvents, resource, Some(created))).into_iter().collect()
        }
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
        // Subscription and resource group are in no key's name. Who may use a key of a Managed HSM, its own roles say, not Azure's.
        Kind::AzureVault => {
            let of_a_vault = answer.of.to_ascii_lowercase().contains("/vaults/");
            let kinds = [Kind::AzureDiagnosticSettings, Kind::AzureRoleAssignments, Kind::AzureKeyEvents];
            let ask = |kind: Kind| {
                let hosts = kind.hosts(&answer.of, resource);
                Question { kind, hosts, of: answer.of.clone(), around: None }
            };
            let asked = kinds.into_iter().filter(|kind| of_a_vault || *kind != Kind::AzureRoleAssignments);
            asked.filter(|kind| kind.is_about(&answer.of, resource)).map(ask).collect()
        }
        Kind::Key(_)
        | Kind::AwsListResourceTags
        | Kind::AwsGetKeyPolicy
        | Kind::AwsListGrants
        | Kind::AwsGetTrailStatus
        | Kind::AwsGetEventSelectors
        | Kind::AwsLookupEvents
        | Kind::AwsListPublicKeys
        | Kind::AzureDiagnosticSettings
        | Kind::AzureRoleAssignments
        | Kind::AzureKeyEvents
        | Kind::GoogleCryptoKey
        | Kind::GoogleIamPolicy
        | Kind::GoogleKeyIamPolicy
        | Kind::GoogleKeyEvents => Vec::new(),
    }
}
