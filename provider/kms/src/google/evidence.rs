//! Evidence: what Google answers about one key version, byte for byte.

use std::time::{SystemTime, UNIX_EPOCH};

use google_cloud_kms_v1::model::{CryptoKeyVersion, PublicKey};
use hardkey_attest::instant::Instant;
use hardkey_attest::report::{Kind, RawEvidence};
use reqwest::Method;
use serde::de::DeserializeOwned;

use super::action::Action;
use super::client::Client;
use super::integrity::{self, Damage};
use crate::failure::Failure;
use crate::service::KeyId;

/// Asks for the version's record, in which the HSM's statement is, and then for its public half.
pub(super) async fn collect(client: &Client, key: &KeyId) -> Result<Vec<RawEvidence>, Failure> {
    let name = key.as_str();
    let version =
        ask(client, Action::GetCryptoKeyVersion, name, |answer: &CryptoKeyVersion| integrity::of_version(name, answer))
            .await?;
    let public_key = ask(client, Action::GetPublicKey, &format!("{name}/publicKey"), |answer: &PublicKey| {
        integrity::of_public_key(name, answer)
    })
    .await?;
    let answer = |kind, (request, collected, data)| RawEvidence { kind, collected, request, data };
    Ok(vec![answer(Kind::GoogleCryptoKeyVersion, version), answer(Kind::GooglePublicKey, public_key)])
}

async fn ask<Read: DeserializeOwned>(
    client: &Client,
    action: Action,
    path: &str,
    check: impl Fn(&Read) -> Result<(), Damage>,
) -> Result<(String, Instant, Vec<u8>), Failure> {
    let send = || async {
        let path = format!("v1/{path}");
        let body = client.rest.as_it_came(Method::GET, &path, Vec::new()).await?;
        Ok((format!("GET {}/{path}", client.rest.endpoint), now(), body))
    };
    let read = |(_, _, body): &(String, Instant, Vec<u8>)| {
        let answer: Read = serde_json::from_slice(body).map_err(|_| "it is not of the documented shape".to_owned())?;
        check(&answer)
    };
    client.attempts.ask(action, send, read).await
}

/// This machine's clock.
pub(super) fn now() -> Instant {
    Instant::from_unix(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs()))
}
