//! From Azure's answers to key records.

use azure_core::http::headers::Headers;
use azure_security_keyvault_keys::models::{JsonWebKey, Key, KeyClientGetKeyOptions, ListKeyPropertiesResult};
use futures_util::TryStreamExt;
use hardkey_attest::admission::azure::{KeyFacts, admit};
use hardkey_attest::admission::{Exceptions, Refusal};
use hardkey_attest::public_key::{Algorithm, PublicKey, PublicKeyError};

use super::algorithm::KeyKind;
use super::certificate::{self, Policy};
use super::client::Client;
use super::error::Action;
use super::name::KeyName;
use super::place::Place;
use crate::failure::Failure;
use crate::repetition::Warn;
use crate::service::{KeyId, KeyRecord, ServiceErrorKind, Standing, UsableKey};

/// Asks for one key: what it is and whether it may be used.
///
/// A name without a version is resolved once, to the current version. Everything after that is asked by version.
pub(super) async fn fetch(
    client: &Client,
    name: &KeyName,
    exceptions: Exceptions,
    warn: &Warn,
) -> Result<KeyRecord, Failure> {
    let (_, body) = match get(client, name).await {
        Err(failure) if failure.error.kind == ServiceErrorKind::NotFound => {
            return Err(missing(client, name, failure).await);
        }
        outcome => outcome?,
    };
    let asked = &client.attempts.asked;
    let answer: Key = serde_json::from_slice(&body).map_err(|_| asked.malformed(Action::GetKey))?;
    let Some(jwk) = &answer.key else { return Err(asked.malformed(Action::GetKey)) };
    let Some(version) = jwk.kid.as_deref().and_then(|kid| name.answered_by(kid)) else {
        return Err(asked.wrong("the answer to keys/get names another key"));
    };
    let standing = standing(client, &version, &answer, jwk, exceptions, warn).await?;
    Ok(KeyRecord {
        name: name.as_str().to_owned(),
        id: KeyId::new(version.as_str().to_owned()),
        label: version.name().to_owned(),
        standing,
    })
}

/// The answer to `keys/get`, with its headers, as it came.
pub(super) async fn get(client: &Client, name: &KeyName) -> Result<(Headers, Vec<u8>), Failure> {
    let send = || async {
        let key_version = name.version().map(str::to_owned);
        let options = KeyClientGetKeyOptions { key_version, ..Default::default() };
        let (_, headers, body) = client.sdk.keys.get_key(name.name(), Some(options)).await?.deconstruct();
        Ok((headers, body.to_vec()))
    };
    client.attempts.find(Action::GetKey, send).await
}

/// A key that is not there may wait to be brought back. Nobody needs the permission to see that.
async fn missing(client: &Client, name: &KeyName, failure: Failure) -> Failure {
    let send = || client.sdk.keys.get_deleted_key(name.name(), None);
    if client.attempts.ask(Action::GetDeletedKey, send).await.is_err() {
        return failure;
    }
    let place = name.place();
    let of = match place.store() {
        hardkey_attest::admission::azure::Store::Vault => "--vault-name",
        hardkey_attest::admission::azure::Store::ManagedHsm => "--hsm-name",
    };
    Failure::plain(
        ServiceErrorKind::NotFound,
        "the key is deleted, and can be brought back until it is purged".to_owned(),
        &format!(
            "recover it (az keyvault key recover {of} {} --name {}), or configure another key",
            place.name(),
            name.name()
        ),
    )
}

async fn standing(
    client: &Client,
    version: &KeyName,
    answer: &Key,
    jwk: &JsonWebKey,
    exceptions: Exceptions,
    warn: &Warn,
) -> Result<Standing, Failure> {
    let attributes = answer.attributes.as_ref();
    let kty = jwk.kty.as_ref().map(ToString::to_string);
    let facts = KeyFacts {
        kid: Some(version.as_str()),
        kty: kty.as_deref(),
        key_ops: jwk.key_ops.as_deref(),
        enabled: attributes.and_then(|attributes| attributes.enabled),
        exportable: attributes.and_then(|attributes| attributes.exportable),
        hsm_platform: attributes.and_then(|attributes| attributes.hsm_platform.as_deref()),
        release_policy: answer.release_policy.is_some(),
    };
    let origin = match admit(&facts, exceptions) {
        Ok(origin) => origin,
        Err(refusal) => return Ok(Standing::Refused(refusal)),
    };
    let public_key = match public_key(jwk) {
        Ok(Ok(key)) => key,
        Ok(Err(kind)) => return Ok(Standing::Unsupported(kind)),
        Err(error) => {
            return Err(client.attempts.asked.wrong(&format!("the answer to keys/get holds no good key: {error}")));
        }
    };
    let schemes = KeyKind::of(public_key.algorithm()).map(KeyKind::schemes).unwrap_or_default();
    let mut certificates = Vec::new();
    if answer.managed == Some(true) {
        match certificate::fetch(client, version, warn).await? {
            Policy::Exportable => {
                let what = "the policy of its certificate has exportable";
                return Ok(Standing::Refused(Refusal::Exportable { what }));
            }
            Policy::Kept(found) => certificates = found,
        }
    }
    Ok(Standing::Usable(UsableKey { origin, public_key, schemes, padding_alone: false, certificates }))
}

/// The key of its parts, or the kind of a key that this version cannot use. Leading zeros are no part of a number.
fn public_key(jwk: &JsonWebKey) -> Result<Result<PublicKey, String>, PublicKeyError> {
    let number =
        |part: &Option<Vec<u8>>| -> Vec<u8> { part.iter().flatten().copied().skip_while(|byte| *byte == 0).collect() };
    let Some(curve) = &jwk.crv else {
        let (n, e) = (number(&jwk.n), number(&jwk.e));
        let is_known = [Algorithm::Rsa2048, Algorithm::Rsa3072, Algorithm::Rsa4096]
            .iter()
            .any(|known| known.signature_length() == n.len());
        if !n.is_empty() && !is_known {
            return Ok(Err(format!("RSA of {} bytes", n.len())));
        }
        return PublicKey::from_rsa(&n, &e).map(Ok);
    };
    let curve = curve.to_string();
    let Some(row) = KeyKind::on(&curve) else { return Ok(Err(curve)) };
    let size = row.algorithm.signature_length() / 2;
    // SEC 1 §2.3.3: 04 marks an uncompressed point.
    let mut point = vec![4];
    for part in [&jwk.x, &jwk.y] {
        let part = number(part);
        point.resize(point.len() + size.saturating_sub(part.len()), 0);
        point.extend_from_slice(&part);
    }
    PublicKey::from_point(row.algorithm, &point).map(Ok)
}

/// Every key of the vault.
pub(super) async fn list(client: &Client, place: &Place) -> Result<Vec<KeyName>, Failure> {
    let send = || async {
        let pages = client.sdk.keys.list_key_properties(None)?.into_pages();
        pages
            .and_then(|page| async move { page.into_model() })
            .try_fold(Vec::new(), |mut all, page: ListKeyPropertiesResult| async move {
                all.extend(page.value);
                Ok(all)
            })
            .await
    };
    let listed = client.attempts.ask(Action::ListKeys, send).await?;
    let name = |kid: Option<String>| kid.and_then(|kid| KeyName::listed(place, &kid));
    let names: Option<Vec<KeyName>> = listed.into_iter().map(|item| name(item.kid)).collect();
    names.ok_or_else(|| client.attempts.asked.wrong("the answer to keys/list names no key"))
}
