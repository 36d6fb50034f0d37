//! What a subscriber of Azure Managed HSM hands in: the answer of `GetKeyAttestation`.
//!
//! No complete genuine one is public. Fields are those of the REST specification 7.6; the layout of the statements is
//! Google's with the prefix that the specification's example shows.

use serde_json::{Value, json};

use crate::der::pem;
use crate::draft::Draft;
use crate::key::{Key, Shape};
use crate::name::Name;
use crate::object::Object;
use crate::pki::Pki;
use crate::root::Root;
use crate::statement::{Signing, Statement};

/// Everything the answer is made of.
#[derive(Clone, Debug)]
pub struct Azure {
    /// Host name of the Managed HSM.
    pub host: String,
    /// Name of the key.
    pub name: String,
    /// Its version, 32 hexadecimal digits.
    pub version: String,
    /// The key of the JWK, which nobody signs.
    pub key: &'static Key,
    /// The signed statement of the private half; not compressed.
    pub private: Vec<u8>,
    /// The signed statement of the public half.
    pub public: Vec<u8>,
    /// Certificates, DER.
    pub certificates: Vec<Vec<u8>>,
}

impl Azure {
    /// Of a generated key: nothing is wrong with it.
    ///
    #[must_use]
    pub fn generated(pki: &Pki, key: &'static Key) -> Self {
        Self::changed(pki, key, |_| ())
    }

    /// The same with another private half.
    #[must_use]
    pub fn changed(pki: &Pki, key: &'static Key, change: impl FnOnce(&mut Object)) -> Self {
        let (name, version) = ("signer", "0123456789abcdef0123456789abcdef");
        let signing = Signing::by(pki.partition);
        Self {
            host: "synthetic.managedhsm.azure.net".to_owned(),
            name: name.to_owned(),
            version: version.to_owned(),
            key,
            private: Statement::azure_private(key, name, version).private(change).signed(&signing),
            public: Statement::azure_public(key, name, version).signed(&signing),
            certificates: certificates(pki),
        }
    }

    /// The answer.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut key = json!({
            "kid": format!("https://{}/keys/{}/{}", self.host, self.name, self.version),
            "key_ops": ["sign", "verify"],
        });
        let material = self.key.modulus_or_point();
        let fields = match self.key.exponent() {
            Some(exponent) => {
                vec![("kty", "RSA-HSM".to_owned()), ("n", base64url(&material)), ("e", base64url(&exponent))]
            }
            None => {
                let (x, y) = material[1..].split_at(material.len() / 2);
                let (kty, curve) = ("EC-HSM".to_owned(), curve(self.key.shape()).to_owned());
                vec![("kty", kty), ("crv", curve), ("x", base64url(x)), ("y", base64url(y))]
            }
        };
        for (name, value) in fields {
            key[name] = Value::String(value);
        }
        json!({
            "key": key,
            "attributes": {
                "enabled": true, "created": 1_767_225_600, "updated": 1_767_225_600,
                "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": 90, "exportable": false, "hsmPlatform": "2",
                "attestation": attestation(&self.private, &self.public, &self.certificates),
            },
            "tags": {},
        })
    }
}

/// The certificates, DER: the manufacturer's of card and partition, and one of the partition by a root of nobody's, because
/// Microsoft's is not published.
#[must_use]
pub fn certificates(pki: &Pki) -> Vec<Vec<u8>> {
    let root_key = Key::of(Shape::RSA_2048, "partition root");
    let root = Root::new("none", "None", false, Name::plain(&[("O", "Synthetic"), ("CN", "Partition Root")]), root_key);
    let by_root = Draft::new(&pki.manufacturer_partition.subject, pki.partition, &root.subject, root.key);
    let drafts = [
        &pki.manufacturer.certificates[0],
        &pki.manufacturer_card,
        &pki.manufacturer_partition,
        &root.certificates[0],
        &by_root,
    ];
    drafts.into_iter().map(Draft::certificate).collect()
}

/// `KeyAttestation` of two signed statements.
#[must_use]
pub fn attestation(private: &[u8], public: &[u8], certificates: &[Vec<u8>]) -> Value {
    let chain: String = certificates.iter().map(|der| pem("CERTIFICATE", der)).collect();
    json!({
        "certificatePemFile": base64url(chain.as_bytes()),
        "privateKeyAttestation": base64url(private),
        "publicKeyAttestation": base64url(public),
        "version": "MRVL-1",
    })
}

/// Names of curves in JSON Web Keys: RFC 7518 §6.2.1.1, and Azure's own for secp256k1.
fn curve(shape: Shape) -> &'static str {
    match shape {
        Shape::P256 => "P-256",
        Shape::P384 => "P-384",
        Shape::P521 => "P-521",
        Shape::SECP256K1 => "P-256K",
        Shape::Rsa { .. } | Shape::Curve(_) => "none",
    }
}

/// Base64 of RFC 4648 §5, without padding.
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    openssl::base64::encode_block(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(value: &Value) -> Vec<u8> {
        let text = value.as_str().unwrap().replace('-', "+").replace('_', "/");
        openssl::base64::decode_block(&format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4))).unwrap()
    }

    #[test]
    fn the_answer_holds_statements_certificates_and_the_key() {
        for (_, shape) in Shape::SIGNING {
            let key = Key::of(shape, "subject");
            let azure = Azure::generated(&Pki::new(), key);
            let answer = azure.json();
            let attestation = &answer["attributes"]["attestation"];
            assert_eq!(decoded(&attestation["privateKeyAttestation"]), azure.private);
            assert_eq!(decoded(&attestation["publicKeyAttestation"]), azure.public);
            let chain = String::from_utf8(decoded(&attestation["certificatePemFile"])).unwrap();
            assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 5);
            let jwk = &answer["key"];
            match key.exponent() {
                Some(exponent) => {
                    assert_eq!(jwk["kty"], "RSA-HSM");
                    assert_eq!([decoded(&jwk["n"]), decoded(&jwk["e"])], [key.modulus_or_point(), exponent]);
                }
                None => {
                    assert_eq!(jwk["kty"], "EC-HSM");
                    let point = [vec![4], decoded(&jwk["x"]), decoded(&jwk["y"])].concat();
                    assert_eq!(point, key.modulus_or_point());
                }
            }
        }
    }

    #[test]
    fn an_id_has_128_bytes_and_ends_in_name_and_version() {
        let id = crate::statement::azure_id("signer", "0123");
        assert_eq!((id.len(), id.iter().position(|byte| *byte == 0)), (128, Some(21)));
        assert!(id.starts_with(b"synthetic/signer/0123"));
    }
}
