//! A label of a key, set by whoever administers it.

use google_cloud_kms_v1::model::CryptoKey;
use google_cloud_wkt::FieldMask;

use super::GoogleKms;
use super::action::Action;
use super::client::Client;
use super::integrity;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::service::{KeyId, Marking, ServiceError};

impl Marking for GoogleKms {
    fn mark(&self, key: &KeyId, name: &str, value: &str, deadline: &Deadline) -> Result<(), ServiceError> {
        self.clients.call(key.as_str(), deadline, |client| {
            let (key, name, value) = (key.clone(), name.to_owned(), value.to_owned());
            async move { label(&client, &key, name, value).await }
        })
    }
}

/// Labels are those of the key, not of a version, and are replaced as a whole: those there are go along.
async fn label(client: &Client, key: &KeyId, name: String, value: String) -> Result<(), Failure> {
    let key = key.as_str().split_once("/cryptoKeyVersions/").map_or(key.as_str(), |(key, _)| key);
    let check = |answer: &CryptoKey| integrity::of_key(key, answer);
    let get = || client.service.get_crypto_key().set_name(key).send();
    let mut labels = client.attempts.ask(Action::GetCryptoKey, get, check).await?.labels;
    labels.insert(name, value);
    let update = || {
        let changed = CryptoKey::new().set_name(key).set_labels(labels.clone());
        let mask = FieldMask::default().set_paths(["labels"]);
        client.service.update_crypto_key().set_crypto_key(changed).set_update_mask(mask).send()
    };
    client.attempts.ask(Action::UpdateCryptoKey, update, check).await.map(|_| ())
}
