//! Certificates that Azure keeps: the one of a key, and its chain where that may be read.

use azure_security_keyvault_certificates::models::{Certificate as Answer, CertificateClientGetCertificateOptions};
use azure_security_keyvault_secrets::models::SecretClientGetSecretOptions;

use super::client::Client;
use super::error::Action;
use super::name::KeyName;
use crate::config::Certificate;
use crate::failure::Failure;
use crate::repetition::Warn;

/// What the certificate of a key says of it.
pub(super) enum Policy {
    /// The private key can be had, as a secret.
    Exportable,
    /// It stays where it is; its certificates, the leaf first.
    Kept(Vec<Certificate>),
}

/// Asks for the certificate that a managed key belongs to: it has the key's name and version. A key without its certificate is
/// a key all the same, so that what stands in the way is told, and nothing more.
pub(super) async fn fetch(client: &Client, key: &KeyName, warn: &Warn) -> Result<Policy, Failure> {
    let version = || key.version().map(str::to_owned);
    let send = || async {
        let options = CertificateClientGetCertificateOptions { certificate_version: version(), ..Default::default() };
        client.sdk.certificates.get_certificate(key.name(), Some(options)).await?.into_model()
    };
    let answer: Answer = match client.attempts.ask(Action::GetCertificate, send).await {
        Ok(answer) => answer,
        Err(failure) if failure.stale_credentials => return Err(failure),
        Err(failure) => {
            warn(&format!("key {key}: its certificate is not shown: {}", failure.error));
            return Ok(Policy::Kept(Vec::new()));
        }
    };
    let policy = answer.policy.as_ref().and_then(|policy| policy.key_properties.as_ref());
    if policy.and_then(|properties| properties.exportable) == Some(true) {
        return Ok(Policy::Exportable);
    }
    let place = format!("{}/certificates/{}", key.place(), key.name());
    let Some(leaf) = answer.cer else {
        warn(&format!("key {key}: its certificate is not shown: it has none yet; merge the signed one"));
        return Ok(Policy::Kept(Vec::new()));
    };
    let leaf = match Certificate::of_der(&leaf, &place) {
        Ok(leaf) => leaf,
        Err(why) => {
            warn(&format!("key {key}: its certificate is not shown: {why}"));
            return Ok(Policy::Kept(Vec::new()));
        }
    };
    let mut certificates = vec![leaf];
    for found in chain(client, key, &place, warn).await {
        if certificates.iter().all(|known| known.der != found.der) {
            certificates.push(found);
        }
    }
    Ok(Policy::Kept(certificates))
}

/// The certificates in the secret of the same name. Few are allowed to read secrets, and nobody needs to be: what cannot be
/// read is not there. The private key is not in it, because it cannot leave the HSM.
async fn chain(client: &Client, key: &KeyName, place: &str, warn: &Warn) -> Vec<Certificate> {
    let send = || async {
        let secret_version = key.version().map(str::to_owned);
        let options = SecretClientGetSecretOptions { secret_version, ..Default::default() };
        client.sdk.secrets.get_secret(key.name(), Some(options)).await?.into_model()
    };
    let Ok(secret) = client.attempts.ask(Action::GetSecret, send).await else { return Vec::new() };
    let text = secret.value.unwrap_or_default();
    match secret.content_type.as_deref() {
        // Azure documentation, "About Key Vault certificates", content types.
        Some("application/x-pem-file") => Certificate::of_pem(text.as_bytes(), place).unwrap_or_default(),
        other => {
            warn(&format!(
                "key {key}: the chain of its certificate is not shown: the secret is {:?}, and only application/x-pem-file is read; name the chain in certificates, or set that content type in the certificate's policy",
                other.unwrap_or_default()
            ));
            Vec::new()
        }
    }
}
