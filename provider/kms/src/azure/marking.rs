//! Marking a key: a tag of the version, set by whoever administers it.

use std::collections::HashMap;

use azure_core::http::RequestContent;
use azure_security_keyvault_keys::models::{Key, KeyClientUpdateKeyPropertiesOptions, UpdateKeyPropertiesParameters};

use super::client::Client;
use super::error::Action;
use super::name::KeyName;
use super::{AzureKeys, record};
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::service::{KeyId, Marking, ServiceError};

impl Marking for AzureKeys {
    /// `UpdateKey` takes all tags at once, and no condition: those that are there are read, and written back with one more. What somebody
    /// else writes to the tags in between is lost; nothing else of the key is part of the request.
    fn mark(&self, key: &KeyId, name: &str, value: &str, deadline: &Deadline) -> Result<(), ServiceError> {
        let key_name = self.version(key)?;
        self.clients.call(key.as_str(), deadline, |client| {
            let (key, name, value) = (key_name.clone(), name.to_owned(), value.to_owned());
            async move { mark(&client, &key, name, value).await }
        })
    }
}

async fn mark(client: &Client, key: &KeyName, name: String, value: String) -> Result<(), Failure> {
    let asked = &client.attempts.asked;
    let (_, body) = record::get(client, key).await?;
    let mut tags = tags(&body).ok_or_else(|| asked.malformed(Action::GetKey))?;
    tags.insert(name, value);
    let send = || async {
        let content = UpdateKeyPropertiesParameters { tags: Some(tags.clone()), ..Default::default() };
        let key_version = key.version().map(str::to_owned);
        let options = KeyClientUpdateKeyPropertiesOptions { key_version, ..Default::default() };
        let content = RequestContent::try_from(content)?;
        Ok(client.sdk.keys.update_key_properties(key.name(), content, Some(options)).await?.into_body().to_vec())
    };
    let body = client.attempts.ask(Action::UpdateKey, send).await?;
    match self::tags(&body) {
        Some(kept) if kept == tags => Ok(()),
        Some(_) => Err(asked.wrong("the answer to keys/update has other tags than were set")),
        None => Err(asked.malformed(Action::UpdateKey)),
    }
}

fn tags(body: &[u8]) -> Option<HashMap<String, String>> {
    let answer: Key = serde_json::from_slice(body).ok()?;
    Some(answer.tags.unwrap_or_default())
}
