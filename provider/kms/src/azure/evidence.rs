//! Evidence: what Azure answers about one key version, byte for byte.

use std::time::{SystemTime, UNIX_EPOCH};

use azure_security_keyvault_keys::models::{Key, KeyClientGetKeyAttestationOptions};
use hardkey_attest::admission::azure::Store;
use hardkey_attest::instant::Instant;
use hardkey_attest::report::{Kind, RawEvidence};

use super::client::Client;
use super::error::Action;
use super::name::KeyName;
use super::record;
use crate::failure::Failure;

/// Asks for the key's record and, of a Managed HSM, for the statement of its hardware.
pub(super) async fn collect(client: &Client, key: &KeyName) -> Result<Vec<RawEvidence>, Failure> {
    let (_, body) = record::get(client, key).await?;
    let mut answers = vec![answer(client, key, Kind::AzureKey, "", Action::GetKey, body)?];
    if key.place().store() == Store::ManagedHsm {
        let send = || async {
            let key_version = key.version().map(str::to_owned);
            let options = KeyClientGetKeyAttestationOptions { key_version, ..Default::default() };
            Ok(client.sdk.keys.get_key_attestation(key.name(), Some(options)).await?.into_body().to_vec())
        };
        let body = client.attempts.ask(Action::GetKeyAttestation, send).await?;
        answers.push(answer(client, key, Kind::AzureAttestation, "/attestation", Action::GetKeyAttestation, body)?);
    }
    Ok(answers)
}

fn answer(
    client: &Client,
    key: &KeyName,
    kind: Kind,
    path: &str,
    action: Action,
    data: Vec<u8>,
) -> Result<RawEvidence, Failure> {
    check(client, key, action, &data)?;
    let version = key.version().unwrap_or_default();
    let endpoint = client.endpoint.origin().ascii_serialization();
    let request = format!("GET {endpoint}/keys/{}/{version}{path}", key.name());
    Ok(RawEvidence { kind, collected: now(), request, data })
}

/// Whether an answer is about this key version.
pub(super) fn check(client: &Client, key: &KeyName, action: Action, data: &[u8]) -> Result<(), Failure> {
    let asked = &client.attempts.asked;
    let read: Key = serde_json::from_slice(data).map_err(|_| asked.malformed(action))?;
    let kid = read.key.and_then(|key| key.kid);
    match kid.and_then(|kid| key.answered_by(&kid)) {
        Some(_) => Ok(()),
        None => Err(asked.wrong(&format!("the answer to {} names another key", action.name()))),
    }
}

/// A clock before 1970 is a report of 1970.
pub(super) fn now() -> Instant {
    Instant::from_unix(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
}
