//! GetSecret, as far as secrets belong to certificates.

use crate::azure::KeyVault;
use crate::azure::certificate::{Format, attributes, find, pem};
use crate::azure::error::Refused;
use crate::azure::issuing::pkcs12;
use crate::azure::request::Request;
use openssl::base64::encode_block;
use openssl::pkey::PKey;
use serde_json::{Value, json};

/// GetSecret: the certificate with what is above it, and the private key if that may leave.
pub(crate) fn get(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let vaults = service.vaults();
    let found = find(vaults.of(request)?, request);
    let (certificate, key) = found.ok_or_else(|| Refused::no_such("Secret", &request.full_name()))?;
    if !certificate.enabled {
        return Err(Refused::forbidden("SecretDisabled", "Operation get is not allowed on a disabled secret."));
    }
    let private = match key.material.as_ref().filter(|_| key.exportable) {
        Some(material) => Some(PKey::private_key_from_pkcs8(&material.pkcs8()?)?),
        None => None,
    };
    let chain = &certificate.chain;
    let value = match certificate.format {
        Format::Pkcs12 => encode_block(&pkcs12(&chain.leaf, &chain.above, private.as_ref())?),
        Format::Pem => {
            let key = private.map(|key| key.private_key_to_pem_pkcs8()).transpose()?.unwrap_or_default();
            let certificates = [std::slice::from_ref(&chain.leaf), &chain.above].concat();
            String::from_utf8_lossy(&key).into_owned() + &certificates.iter().map(|der| pem(der)).collect::<String>()
        }
    };
    Ok(json!({
        "value": value,
        "contentType": certificate.format.content_type(),
        "id": request.url("secrets", &request.name, Some(&certificate.id)),
        "managed": true,
        "attributes": attributes(certificate)?,
        "kid": request.url("keys", &request.name, Some(&certificate.id)),
    }))
}

#[cfg(test)]
mod tests {
    use crate::azure::rehearsal::Rehearsal;
    use openssl::base64::decode_block;
    use openssl::pkcs12::Pkcs12;
    use openssl::x509::X509;
    use serde_json::{Value, json};

    fn certify(rehearsal: &Rehearsal, description: &Value) -> Value {
        rehearsal.service.certify(serde_json::from_value(description.clone()).unwrap()).unwrap()
    }

    #[test]
    fn certificate_key_and_secret_are_one_version_and_of_one_key() {
        let rehearsal = Rehearsal::new();
        let made = certify(&rehearsal, &json!({"key": {"name": "code", "kty": "RSA-HSM"}, "common_name": "Release"}));
        let version = made["version"].as_str().unwrap();
        let (status, certificate) = rehearsal.ask("GET", &format!("/certificates/code/{version}"), &Value::Null);
        let url = |collection: &str| format!("https://vault.vault.azure.net/{collection}/code/{version}");
        let named = [&certificate["id"], &certificate["kid"], &certificate["sid"]];
        assert_eq!((status, named), (200, [&json!(url("certificates")), &json!(url("keys")), &json!(url("secrets"))]));
        let key_props = json!({"exportable": false, "kty": "RSA-HSM", "key_size": 2048, "reuse_key": false});
        assert_eq!(certificate["policy"]["key_props"], key_props);
        assert_eq!(certificate["policy"]["x509_props"]["subject"], "CN=Release");
        let leaf = X509::from_der(&decode_block(certificate["cer"].as_str().unwrap()).unwrap()).unwrap();
        let (_, key) = rehearsal.ask("GET", &format!("/keys/code/{version}"), &Value::Null);
        let n = crate::azure::base64url::encode(&leaf.public_key().unwrap().rsa().unwrap().n().to_vec());
        assert_eq!((&key["managed"], &key["key"]["n"]), (&json!(true), &json!(n)));
        assert_eq!(rehearsal.ask("GET", "/certificates", &Value::Null).1["value"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn the_secret_of_a_key_that_cannot_leave_holds_certificates_alone() {
        let rehearsal = Rehearsal::new();
        let made = certify(&rehearsal, &json!({"key": {"name": "code", "kty": "EC-HSM"}}));
        let (status, secret) = rehearsal.ask("GET", "/secrets/code", &Value::Null);
        assert_eq!((status, &secret["contentType"]), (200, &json!("application/x-pkcs12")));
        let container = Pkcs12::from_der(&decode_block(secret["value"].as_str().unwrap()).unwrap()).unwrap();
        let opened = container.parse2("").unwrap();
        assert!(opened.pkey.is_none());
        // Without a key nothing tells which one is the leaf.
        let mut held: Vec<Vec<u8>> = opened.ca.iter().flatten().map(|one| one.to_pem().unwrap()).collect();
        held.extend(opened.cert.iter().map(|one| one.to_pem().unwrap()));
        let expected = made["certificates"].as_array().unwrap();
        assert_eq!(held.len(), 3);
        assert!(expected.iter().all(|one| held.contains(&one.as_str().unwrap().as_bytes().to_vec())));
    }

    #[test]
    fn a_pem_secret_is_leaf_and_chain_or_the_leaf_alone() {
        let rehearsal = Rehearsal::new();
        for (without_chain, count) in [(false, 3), (true, 1)] {
            let description =
                json!({"key": {"name": "code", "kty": "EC-HSM"}, "format": "pem", "without_chain": without_chain});
            let made = certify(&rehearsal, &description);
            let (_, secret) = rehearsal.ask("GET", "/secrets/code", &Value::Null);
            let text = secret["value"].as_str().unwrap();
            assert_eq!((text.matches("BEGIN CERTIFICATE").count(), text.matches("PRIVATE").count()), (count, 0));
            assert!(text.starts_with(made["certificates"][0].as_str().unwrap()));
        }
        certify(&rehearsal, &json!({"key": {"name": "soft", "kty": "RSA", "exportable": true}, "format": "pem"}));
        let (_, secret) = rehearsal.ask("GET", "/secrets/soft", &Value::Null);
        assert!(secret["value"].as_str().unwrap().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    }

    #[test]
    fn what_is_not_there_is_named_and_a_disabled_secret_is_not_given() {
        let rehearsal = Rehearsal::new();
        certify(&rehearsal, &json!({"key": {"name": "code", "kty": "EC"}, "disabled": true}));
        let code = |path: &str| rehearsal.ask("GET", path, &Value::Null).1["error"].take();
        assert_eq!(code("/secrets/code")["innererror"]["code"], "SecretDisabled");
        assert_eq!(code("/secrets/none")["code"], "SecretNotFound");
        assert_eq!(code("/certificates/none")["code"], "CertificateNotFound");
    }
}
