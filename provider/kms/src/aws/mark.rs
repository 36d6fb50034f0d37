//! Marking a key: a tag, set by whoever administers it.

use aws_sdk_kms::config::Builder;
use aws_sdk_kms::types::Tag;

use super::AwsKms;
use super::attempts::Attempts;
use super::error::Action;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::service::{KeyId, Marking, ServiceError, ServiceErrorKind};

impl Marking for AwsKms {
    /// `TagResource` sets the tags that it is given, and leaves the others: AWS KMS API reference.
    fn mark(&self, key: &KeyId, name: &str, value: &str, deadline: &Deadline) -> Result<(), ServiceError> {
        self.clients.call(key.as_str(), deadline, |client| {
            let tag = Tag::builder().tag_key(name).tag_value(value).build();
            let (key, deadline) = (key.clone(), *deadline);
            async move {
                let tag = tag.map_err(|error| {
                    let cause = format!("the tag could not be made: {error}");
                    Failure::plain(ServiceErrorKind::Malformed, cause, "report this as a bug, with this line")
                })?;
                let asked = Attempts::ask(Action::TAG_RESOURCE, deadline, |settings: Builder| {
                    client.tag_resource().key_id(key.as_str()).tags(tag).customize().config_override(settings).send()
                });
                asked.await.map(|_| ())
            }
        })
    }
}
