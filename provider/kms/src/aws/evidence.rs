//! Evidence: what AWS answers about one key, byte for byte.

use aws_sdk_kms::Client;
use aws_sdk_kms::config::Builder;
use hardkey_attest::report::{Kind, RawEvidence};

use super::attempts::Attempts;
use super::error::{Action, malformed};
use super::kept::Kept;
use super::record::in_region;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::service::KeyId;

/// Asks for the key's record, and then for its public half, and keeps both answers as they came.
pub(super) async fn collect(client: &Client, key: &KeyId, deadline: Deadline) -> Result<Vec<RawEvidence>, Failure> {
    let record = Kept::default();
    let described = Attempts::ask(Action::DESCRIBE_KEY, deadline, |settings: Builder| {
        let settings = settings.interceptor(record.clone());
        client.describe_key().key_id(key.as_str()).customize().config_override(settings).send()
    })
    .await?;
    let named = described.key_metadata().and_then(|metadata| metadata.arn());
    if named != Some(key.as_str()) {
        return Err(malformed("the answer to kms:DescribeKey names another key"));
    }
    in_region(client, key.as_str())?;
    let public = Kept::default();
    let answer = Attempts::ask(Action::GET_PUBLIC_KEY, deadline, |settings: Builder| {
        let settings = settings.interceptor(public.clone());
        client.get_public_key().key_id(key.as_str()).customize().config_override(settings).send()
    })
    .await?;
    if answer.key_id() != Some(key.as_str()) {
        return Err(malformed("the answer to kms:GetPublicKey names another key"));
    }
    let answers = [raw(&record, Kind::AwsDescribeKey), raw(&public, Kind::AwsGetPublicKey)];
    let answers: Option<Vec<RawEvidence>> = answers.into_iter().collect();
    answers.ok_or_else(|| malformed("the SDK did not show an answer as it came"))
}

fn raw(kept: &Kept, kind: Kind) -> Option<RawEvidence> {
    let request = kept.request()?;
    let (collected, data) = kept.answer()?;
    Some(RawEvidence { kind, collected, request, data })
}
