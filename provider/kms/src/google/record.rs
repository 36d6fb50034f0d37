//! From Google's answers to key records.

use der::Document;
use google_cloud_kms_v1::model::{CryptoKeyVersion, ProtectionLevel, PublicKey as PublicKeyAnswer};
use hardkey_attest::admission::google::{KeyFacts, admit, admit_public_key};
use hardkey_attest::admission::{Cloud, Exceptions, Refusal};
use hardkey_attest::public_key::PublicKey;
use hardkey_attest::signature::Scheme;

use super::action::Action;
use super::algorithm::KeyAlgorithm;
use super::client::Client;
use super::error::malformed;
use super::integrity;
use super::name::KeyName;
use crate::failure::Failure;
use crate::service::{KeyId, KeyRecord, ServiceErrorKind, Standing, UsableKey};

/// What [`ProtectionLevel`] and the other enumerations are where Google sent nothing.
const NOTHING: Option<i32> = Some(0);

/// Asks for one key: which version, what it is, whether it may be used, and then its public half. A refused key's public half
/// is never asked for.
///
/// A version is asked for by its name. Of a key the newest enabled version counts, or, where none is enabled, the newest.
pub(super) async fn fetch(client: &Client, name: &KeyName, exceptions: Exceptions) -> Result<KeyRecord, Failure> {
    let version = if name.is_version() { version(client, name).await? } else { newest(client, name).await? };
    let template = match (level(&version.protection_level), name.is_version()) {
        (Some("SOFTWARE"), false) => template(client, name).await,
        _ => None,
    };
    let standing = standing(client, &version, template.as_deref(), exceptions).await?;
    Ok(KeyRecord {
        name: name.as_str().to_owned(),
        id: KeyId::new(version.name),
        label: name.key().to_owned(),
        standing,
    })
}

/// A key that exists for another purpose: none of its versions is asked for.
pub(super) fn not_for_signing(name: &KeyName, purpose: &str) -> KeyRecord {
    KeyRecord {
        name: name.as_str().to_owned(),
        id: KeyId::new(name.as_str().to_owned()),
        label: name.key().to_owned(),
        standing: Standing::Refused(Refusal::NotForSigning { cloud: Cloud::Google, usage: purpose.to_owned() }),
    }
}

async fn version(client: &Client, name: &KeyName) -> Result<CryptoKeyVersion, Failure> {
    let send = || client.service.get_crypto_key_version().set_name(name.as_str()).send();
    let check = |answer: &CryptoKeyVersion| integrity::of_version(name.as_str(), answer);
    client.attempts.ask(Action::GetCryptoKeyVersion, send, check).await
}

async fn newest(client: &Client, name: &KeyName) -> Result<CryptoKeyVersion, Failure> {
    let mut found: Option<(bool, u64, CryptoKeyVersion)> = None;
    for version in client.versions(name).await? {
        let Some(number) = name.version_number(&version.name) else {
            return Err(malformed("the answer to ListCryptoKeyVersions names another key"));
        };
        let enabled = version.state.name() == Some("ENABLED");
        if found.as_ref().is_none_or(|(known, newest, _)| (enabled, number) > (*known, *newest)) {
            found = Some((enabled, number, version));
        }
    }
    found.map(|(_, _, version)| version).ok_or_else(|| {
        Failure::plain(
            ServiceErrorKind::NotFound,
            "the key has no version".to_owned(),
            "create one (gcloud kms keys versions create), or configure another key",
        )
    })
}

/// The level that the key's template asks for, to tell a key whose next version would be right from one made wrong. Nobody
/// needs the permission for that.
async fn template(client: &Client, name: &KeyName) -> Option<String> {
    let send = || client.service.get_crypto_key().set_name(name.as_str()).send();
    let key = client.attempts.ask(Action::GetCryptoKey, send, |answer| integrity::of_key(name.as_str(), answer)).await;
    level(&key.ok()?.version_template?.protection_level).map(str::to_owned)
}

async fn standing(
    client: &Client,
    version: &CryptoKeyVersion,
    template: Option<&str>,
    exceptions: Exceptions,
) -> Result<Standing, Failure> {
    let stated = level(&version.protection_level);
    let algorithm = version.algorithm.name().filter(|_| version.algorithm.value() != NOTHING);
    let facts = KeyFacts {
        name: Some(&version.name),
        algorithm,
        external_options: version.external_protection_level_options.is_some(),
        imported: !version.import_job.is_empty()
            || version.import_time.is_some()
            || !version.import_failure_reason.is_empty(),
        protection_level: stated,
        state: version.state.name().filter(|_| version.state.value() != NOTHING),
        template_level: template,
    };
    let origin = match admit(&facts, exceptions) {
        Ok(origin) => origin,
        Err(refusal) => return Ok(Standing::Refused(refusal)),
    };
    let spelled = algorithm.unwrap_or("unstated");
    let Some(row) = KeyAlgorithm::named(spelled) else { return Ok(Standing::Unsupported(spelled.to_owned())) };
    let send = || client.service.get_public_key().set_name(&version.name).send();
    let check = |answer: &PublicKeyAnswer| integrity::of_public_key(&version.name, answer);
    let answer = client.attempts.ask(Action::GetPublicKey, send, check).await?;
    if let Err(refusal) = admit_public_key(stated, level(&answer.protection_level)) {
        return Ok(Standing::Refused(refusal));
    }
    if answer.algorithm != version.algorithm {
        let other = answer.algorithm.name().unwrap_or("unstated");
        return Err(malformed(&format!("the version's algorithm is {spelled}, but GetPublicKey says {other}")));
    }
    let public_key = parse(&answer.pem).map_err(|why| malformed(&format!("the answer to GetPublicKey: {why}")))?;
    if public_key.algorithm() != row.algorithm {
        return Err(malformed(&format!(
            "the version's algorithm is {spelled}, but GetPublicKey holds a {} key",
            public_key.algorithm().name()
        )));
    }
    let padding_alone = row.schemes.contains(&Scheme::RsaPkcs1Raw);
    Ok(Standing::Usable(UsableKey {
        origin,
        public_key,
        schemes: row.schemes.to_vec(),
        padding_alone,
        certificates: Vec::new(),
    }))
}

/// A level as Google spells it; nothing where Google sent none.
pub(super) fn level(level: &ProtectionLevel) -> Option<&str> {
    if level.value() == NOTHING { None } else { Some(level.name().unwrap_or("with a number unknown here")) }
}

fn parse(pem: &str) -> Result<PublicKey, String> {
    let (label, document) = Document::from_pem(pem).map_err(|error| format!("no PEM: {error}"))?;
    if label != "PUBLIC KEY" {
        return Err(format!("PEM of a {label:?} and not of a public key"));
    }
    PublicKey::from_spki(document.as_bytes()).map_err(|error| error.to_string())
}
