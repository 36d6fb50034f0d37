//! The mark of whoever administers a key: a tag or label of it that has the CA's nonce.

use serde::Deserialize;

use crate::claim::{Topic, Value};
use crate::confirmation::mark::NAME;
use crate::malformed::Malformed;

use super::Gathered;
use super::answer::{self, Moment, Object, Tags};

const AWS: &str = "the answer to kms:ListResourceTags";
const GOOGLE: &str = "the answer to GetCryptoKey";

/// AWS KMS API reference, `ListResourceTags` (read November 2026).
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct ResourceTags {
    tags: Vec<Object<ResourceTag>>,
    _next_marker: Option<String>,
    _truncated: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct ResourceTag {
    tag_key: String,
    tag_value: String,
}

/// `CryptoKey`, google/cloud/kms/v1/resources.proto (read November 2026). Fields with an underscore decide nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct CryptoKey {
    _create_time: Option<Moment>,
    _crypto_key_backend: Option<String>,
    _destroy_scheduled_duration: Option<String>,
    _import_only: Option<bool>,
    _key_access_justifications_policy: Option<serde::de::IgnoredAny>,
    labels: Option<Tags>,
    name: String,
    _next_rotation_time: Option<Moment>,
    _primary: Option<serde::de::IgnoredAny>,
    _purpose: Option<String>,
    _rotation_period: Option<String>,
    _version_template: Option<serde::de::IgnoredAny>,
}

/// Gathers the mark among tags, if it is one of them.
pub(super) fn gather<'a>(
    from: &'static str,
    tags: impl Iterator<Item = (&'a String, &'a String)>,
    gathered: &mut Gathered,
) {
    for (_, value) in tags.filter(|(name, _)| *name == NAME) {
        gathered.answered(from, Topic::Mark, Value::Text(value.clone()));
    }
}

/// Gathers what the tags of a key of AWS KMS say. The answer does not name the key: the record does.
pub(super) fn gather_aws(json: &[u8], gathered: &mut Gathered) -> Result<(), Malformed> {
    let answer: ResourceTags = answer::read(AWS, json)?;
    gather(AWS, answer.tags.iter().map(|Object(tag)| (&tag.tag_key, &tag.tag_value)), gathered);
    Ok(())
}

/// Gathers what the labels of a key of Google Cloud KMS say: those of the key, which all its versions have.
pub(super) fn gather_google(json: &[u8], of: &str, gathered: &mut Gathered) -> Result<(), Malformed> {
    let answer: CryptoKey = answer::read(GOOGLE, json)?;
    if answer.name != of {
        return Err(Malformed::new(GOOGLE, format!("{of}, in name"), crate::shown::short(&answer.name)));
    }
    if let Some(Tags(labels)) = &answer.labels {
        gather(GOOGLE, labels.iter(), gathered);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
