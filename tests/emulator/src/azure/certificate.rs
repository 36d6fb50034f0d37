//! Certificates: GetCertificates, GetCertificate, its versions and policy, and how one comes to be here.

use crate::azure::KeyVault;
use crate::azure::base64url;
use crate::azure::deletion::RECOVERABLE_DAYS;
use crate::azure::error::Refused;
use crate::azure::issuing::{Chain, issue, validity};
use crate::azure::key::Version;
use crate::azure::key_description::KeyDescription;
use crate::azure::key_type::curve_name;
use crate::azure::listing::page;
use crate::azure::request::Request;
use crate::azure::vault::{Kind, Vault};
use crate::clock;
use crate::credentials::with;
use crate::material::KeyShape;
use openssl::base64::encode_block;
use openssl::hash::{MessageDigest, hash};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// How the secret of a certificate holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// `application/x-pem-file`.
    Pem,
    /// `application/x-pkcs12`, base64.
    #[default]
    Pkcs12,
}

/// One version of a certificate; the versions of its key and of its secret have the same number.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// The certificate and those above it that the secret holds.
    pub(crate) chain: Chain,
    /// How the secret holds it.
    pub(crate) format: Format,
    /// Whether it may be had at all.
    pub(crate) enabled: bool,
    common_name: String,
    created: u64,
}

/// A certificate to be made, and the key with it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CertificateDescription {
    key: KeyDescription,
    #[serde(default)]
    format: Format,
    common_name: Option<String>,
    #[serde(default)]
    without_chain: bool,
    #[serde(default)]
    disabled: bool,
}

impl KeyVault {
    /// Makes a key that belongs to a certificate, and the certificate; answers the facts of the key and all certificates in PEM.
    ///
    /// # Errors
    /// Says what in the description cannot be.
    pub(crate) fn certify(&self, description: CertificateDescription) -> Result<Value, String> {
        let (vault_name, name, version) = self.prepare(&description.key.managed())?;
        if self.vaults().get(&vault_name).is_some_and(|vault| vault.kind == Kind::ManagedHsm) {
            return Err(format!("'{vault_name}' is a Managed HSM, which has no certificates"));
        }
        let material = version.material.as_ref().ok_or("a symmetric key has no certificate")?;
        let common_name = description.common_name.unwrap_or_else(|| "Hardkey emulator".to_owned());
        let mut chain = issue(material.public_der(), &common_name).map_err(|error| error.to_string())?;
        let all = [std::slice::from_ref(&chain.leaf), &chain.above].concat();
        let certificates: Vec<String> = all.iter().map(|der| pem(der)).collect();
        if description.without_chain {
            chain.above.clear();
        }
        let certificate = Certificate {
            id: version.id.clone(),
            chain,
            format: description.format,
            enabled: !description.disabled,
            common_name,
            created: clock::whole_seconds(),
        };
        let facts = self.put(&vault_name, &name, version)?;
        let mut vaults = self.vaults();
        vaults.entry(&vault_name).certificates.entry(name).or_default().push(certificate);
        Ok(with(facts, "certificates", json!(certificates)))
    }
}

/// GetCertificate.
pub(crate) fn get(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let vaults = service.vaults();
    let vault = vaults.of(request)?;
    let (certificate, key) = find(vault, request).ok_or_else(|| missing(request))?;
    let kid = request.url("keys", &request.name, Some(&certificate.id));
    let sid = request.url("secrets", &request.name, Some(&certificate.id));
    let mut answer = item(request, &request.name, certificate)?;
    for (name, value) in [
        ("kid", json!(kid)),
        ("sid", json!(sid)),
        ("cer", json!(encode_block(&certificate.chain.leaf))),
        ("policy", policy_of(request, certificate, key)),
    ] {
        answer = with(answer, name, value);
    }
    Ok(answer)
}

/// GetCertificatePolicy.
pub(crate) fn policy(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let vaults = service.vaults();
    let (certificate, key) = find(vaults.of(request)?, request).ok_or_else(|| missing(request))?;
    Ok(policy_of(request, certificate, key))
}

/// GetCertificates.
pub(crate) fn list(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let vaults = service.vaults();
    let current = vaults.of(request)?.certificates.iter().filter_map(|(name, versions)| Some((name, versions.last()?)));
    let items: Result<Vec<Value>, Refused> = current
        .map(|(name, certificate)| {
            Ok(with(item(request, name, certificate)?, "id", json!(request.url("certificates", name, None))))
        })
        .collect();
    page(request, items?)
}

/// GetCertificateVersions.
pub(crate) fn versions(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let vaults = service.vaults();
    let versions = vaults.of(request)?.certificates.get(&request.name).map_or(&[][..], Vec::as_slice);
    let items: Result<Vec<Value>, Refused> =
        versions.iter().map(|certificate| item(request, &request.name, certificate)).collect();
    page(request, items?)
}

/// The version a request names, or the current one, with its key.
pub(crate) fn find<'a>(vault: &'a Vault, request: &Request) -> Option<(&'a Certificate, &'a Version)> {
    let versions = vault.certificates.get(&request.name)?;
    let certificate = match &request.version {
        None => versions.last(),
        Some(id) => versions.iter().find(|certificate| certificate.id == *id),
    }?;
    Some((certificate, vault.keys.get(&request.name)?.version(Some(&certificate.id))?))
}

/// `attributes` of a certificate or of its secret.
pub(crate) fn attributes(certificate: &Certificate) -> Result<Value, Refused> {
    let (start, end) = validity(&certificate.chain.leaf)?;
    Ok(json!({
        "enabled": certificate.enabled, "nbf": start, "exp": end, "created": certificate.created,
        "updated": certificate.created, "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": RECOVERABLE_DAYS,
    }))
}

/// A certificate in PEM: RFC 7468 §2, 64 characters on a line.
pub(crate) fn pem(der: &[u8]) -> String {
    let text = encode_block(der);
    let lines: Vec<&str> =
        (0..text.len()).step_by(64).filter_map(|at| text.get(at..(at + 64).min(text.len()))).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

fn item(request: &Request, name: &str, certificate: &Certificate) -> Result<Value, Refused> {
    let thumbprint = hash(MessageDigest::sha1(), &certificate.chain.leaf)?;
    Ok(json!({
        "id": request.url("certificates", name, Some(&certificate.id)),
        "x5t": base64url::encode(&thumbprint),
        "attributes": attributes(certificate)?,
    }))
}

/// `CertificatePolicy` of the REST specification 7.6.
fn policy_of(request: &Request, certificate: &Certificate, key: &Version) -> Value {
    let mut properties = Map::new();
    let mut put = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    put("exportable", json!(key.exportable));
    put("kty", json!(key.kind.name()));
    put("reuse_key", json!(false));
    if let Some(shape) = key.material.as_ref().map(|material| material.shape()) {
        match (shape, curve_name(shape)) {
            (KeyShape::Rsa(size), _) => put("key_size", json!(size)),
            (_, curve) => put("crv", json!(curve)),
        };
    }
    json!({
        "id": format!("{}/policy", request.url("certificates", &request.name, None)),
        "key_props": properties,
        "secret_props": {"contentType": certificate.format.content_type()},
        "x509_props": {
            "subject": format!("CN={}", certificate.common_name), "ekus": ["1.3.6.1.5.5.7.3.3"],
            "key_usage": ["digitalSignature"], "validity_months": 12, "basic_constraints": {"ca": false},
        },
        "lifetime_actions": [{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "EmailContacts"}}],
        "issuer": {"name": "Unknown"},
        "attributes": {"enabled": true, "created": certificate.created, "updated": certificate.created},
    })
}

impl Format {
    /// `contentType`.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Format::Pem => "application/x-pem-file",
            Format::Pkcs12 => "application/x-pkcs12",
        }
    }
}

fn missing(request: &Request) -> Refused {
    Refused::no_such("Certificate", &request.full_name())
}
