//! From AWS's answers to key records.

use aws_sdk_kms::Client;
use aws_sdk_kms::config::Builder;
use aws_sdk_kms::types::KeyMetadata;
use hardkey_attest::admission::Exceptions;
use hardkey_attest::admission::aws::{KeyFacts, admit};
use hardkey_attest::public_key::PublicKey;
use hardkey_attest::signature::Scheme;

use super::KeyName;
use super::algorithm::KeySpec;
use super::attempts::Attempts;
use super::error::{Action, malformed, of_sdk};
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::service::{KeyId, KeyRecord, ServiceErrorKind, Standing, UsableKey};

/// The most a page of `ListKeys` may hold: AWS KMS API reference, ListKeys. Fewer pages, fewer round trips.
const KEYS_PER_PAGE: i32 = 1000;
/// The most a page of `ListAliases` may hold: AWS KMS API reference, ListAliases.
const ALIASES_PER_PAGE: i32 = 100;

/// Asks for one key: what it is, whether it may be used, and then its public half.
///
/// The name is resolved once. Everything after the first answer is asked by ARN, so that an alias that is repointed
/// meanwhile cannot mix two keys. A refused key's public half is never asked for.
pub(super) async fn fetch(
    client: &Client,
    name: KeyName,
    label: Option<String>,
    exceptions: Exceptions,
    deadline: Deadline,
) -> Result<KeyRecord, Failure> {
    let described = Attempts::ask(Action::DESCRIBE_KEY, deadline, |settings: Builder| {
        client.describe_key().key_id(name.as_str()).customize().config_override(settings).send()
    })
    .await?;
    let metadata = described.key_metadata().ok_or_else(|| malformed("the answer to kms:DescribeKey is empty"))?;
    let arn = metadata.arn().ok_or_else(|| malformed("the answer to kms:DescribeKey names no key"))?;
    if !name.may_be(arn) {
        return Err(malformed("the answer to kms:DescribeKey names another key"));
    }
    in_region(client, arn)?;
    let id = KeyId::new(arn.to_owned());
    let label = label.or_else(|| name.alias().map(str::to_owned)).unwrap_or_else(|| metadata.key_id().to_owned());
    let standing = standing(client, arn, metadata, exceptions, deadline).await?;
    Ok(KeyRecord { name: name.as_str().to_owned(), id, label, standing })
}

/// The region of a token holds for what is answered too, whatever an alias or an endpoint leads to.
pub(super) fn in_region(client: &Client, arn: &str) -> Result<(), Failure> {
    let region = client.config().region().map_or("", AsRef::as_ref);
    // arn:PARTITION:kms:REGION:ACCOUNT:RESOURCE
    match arn.split(':').nth(3) {
        Some(found) if found == region => Ok(()),
        _ => Err(Failure::plain(
            ServiceErrorKind::Malformed,
            format!("AWS KMS answered kms:DescribeKey with {arn:?}, but this token is in {region}"),
            "check the endpoint, and that the key is in the region of the token",
        )),
    }
}

async fn standing(
    client: &Client,
    arn: &str,
    metadata: &KeyMetadata,
    exceptions: Exceptions,
    deadline: Deadline,
) -> Result<Standing, Failure> {
    let facts = KeyFacts {
        arn: Some(arn),
        cloud_hsm_cluster: metadata.cloud_hsm_cluster_id(),
        custom_key_store: metadata.custom_key_store_id(),
        key_manager: metadata.key_manager().map(|value| value.as_str()),
        key_state: metadata.key_state().map(|value| value.as_str()),
        key_usage: metadata.key_usage().map(|value| value.as_str()),
        origin: metadata.origin().map(|value| value.as_str()),
        xks_key: metadata.xks_key_configuration().and_then(|value| value.id()),
    };
    let origin = match admit(&facts, exceptions) {
        Ok(origin) => origin,
        Err(refusal) => return Ok(Standing::Refused(refusal)),
    };
    let spec = metadata.key_spec().map_or("unstated", |spec| spec.as_str());
    let Some(row) = KeySpec::named(spec) else {
        return Ok(Standing::Unsupported(spec.to_owned()));
    };
    let answer = Attempts::ask(Action::GET_PUBLIC_KEY, deadline, |settings: Builder| {
        client.get_public_key().key_id(arn).customize().config_override(settings).send()
    })
    .await?;
    if answer.key_id() != Some(arn) {
        return Err(malformed("the answer to kms:GetPublicKey names another key"));
    }
    let der = answer.public_key().ok_or_else(|| malformed("the answer to kms:GetPublicKey holds no key"))?;
    let public_key = PublicKey::from_spki(der.as_ref())
        .map_err(|error| malformed(&format!("the answer to kms:GetPublicKey: {error}")))?;
    if public_key.algorithm() != row.algorithm {
        return Err(malformed(&format!(
            "kms:DescribeKey says {spec}, but kms:GetPublicKey holds a {} key",
            public_key.algorithm().name()
        )));
    }
    let schemes: Vec<Scheme> =
        answer.signing_algorithms().iter().filter_map(|name| row.scheme(name.as_str())).collect();
    Ok(Standing::Usable(UsableKey { origin, public_key, schemes, padding_alone: false, certificates: Vec::new() }))
}

/// Every key of the account and region, oldest name first, each with an alias where it has one.
pub(super) async fn list(client: &Client) -> Result<Vec<(KeyName, Option<String>)>, Failure> {
    let mut aliases: Vec<(String, String)> = Vec::new();
    let mut pages = client.list_aliases().into_paginator().page_size(ALIASES_PER_PAGE).send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| of_sdk(Action::LIST_ALIASES, &error))?;
        for alias in page.aliases() {
            if let (Some(id), Some(name)) = (alias.target_key_id(), alias.alias_name()) {
                let name = name.strip_prefix("alias/").unwrap_or(name);
                aliases.push((id.to_owned(), name.to_owned()));
            }
        }
    }
    let mut keys = Vec::new();
    let mut pages = client.list_keys().into_paginator().page_size(KEYS_PER_PAGE).send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| of_sdk(Action::LIST_KEYS, &error))?;
        for key in page.keys() {
            let arn = key.key_arn().ok_or_else(|| malformed("the answer to kms:ListKeys names no key"))?;
            let name = KeyName::parse(arn).map_err(|reason| malformed(&reason))?;
            let alias = aliases.iter().find(|(id, _)| Some(id.as_str()) == key.key_id());
            keys.push((name, alias.map(|(_, alias)| alias.clone())));
        }
    }
    Ok(keys)
}
