//! Azure Key Vault and Azure Managed HSM, played: keys made by the emulator's own hand, then the service held to the contract.
//!
//! A proxy leads Azure's own names to the emulator, so that keys go by the names that Azure gives them.

use std::sync::{Arc, Once};

use hardkey_attest::admission::{Exceptions, Origin};
use hardkey_attest::public_key::Algorithm;
use hardkey_attest::signature::{Hash, Scheme};
use hardkey_kms::azure::{AzureConfig, AzureKeys, KEY_KINDS, KeyName, Place};
use hardkey_kms::config::{Environment, NetworkConfig, load};
use hardkey_kms::network::SharedNetwork;
use hardkey_kms::service::{KeyRecord, Marking, SignInput, Standing};
use hardkey_kms::{KeyService, checked};
use hardkey_tests::azure::{AzureKey, TENANT};
use hardkey_tests::emulator::Emulator;
use hardkey_tests::proxy::Proxy;
use serde_json::{Value, json};

use crate::contract::{Prepared, Usable, contract, soon};

pub const VAULT: &str = "https://vault.vault.azure.net";
pub const HSM: &str = "https://hsm.managedhsm.azure.net";

/// The checks that only a statement of a genuine HSM passes.
const OF_GENUINE_HARDWARE: [&str; 2] = ["certificate-roles", "manufacturer-card"];

fn network(emulator: &Emulator) -> NetworkConfig {
    let proxy = Proxy::to(emulator.tls_endpoint());
    let folder = emulator.folder();
    let file = folder.join("network.toml");
    std::fs::write(&file, format!("[network]\nca_file = \"ca.pem\"\nproxy = \"{}\"\n", proxy.url())).unwrap();
    load(&Environment { config: Some(file), ..Environment::default() }).unwrap().network
}

fn service(emulator: &Emulator, place: &str, names: &[String], discover: bool) -> AzureKeys {
    static CREDENTIALS: Once = Once::new();
    CREDENTIALS.call_once(|| {
        for (name, value) in
            [("AZURE_TENANT_ID", TENANT), ("AZURE_CLIENT_ID", "hardkey-tests"), ("AZURE_CLIENT_SECRET", "secret")]
        {
            // SAFETY: set once, before any service of this process has read the environment.
            unsafe { std::env::set_var(name, value) };
        }
    });
    let config = AzureConfig {
        place: Place::parse(place).unwrap(),
        keys: names.iter().map(|name| KeyName::parse(name).unwrap()).collect(),
        endpoint: None,
        discover,
    };
    AzureKeys::new(config, Exceptions::default(), SharedNetwork::new(network(emulator)))
}

fn versionless(key: &AzureKey) -> String {
    key.id.strip_suffix(&format!("/{}", key.version)).unwrap().to_owned()
}

/// A key of each kind, in a vault (`""`) or in a Managed HSM (`"hsm"`).
fn every_kind(emulator: &Emulator, vault: &str) -> (Vec<String>, Vec<Usable>) {
    let (mut names, mut usable) = (Vec::new(), Vec::new());
    for row in &KEY_KINDS {
        let label = row.algorithm.name().to_lowercase();
        let mut description = match row.curve {
            Some(curve) => json!({ "kty": "EC-HSM", "curve": curve, "name": label }),
            None => json!({ "kty": "RSA-HSM", "size": row.algorithm.bits(), "name": label }),
        };
        if !vault.is_empty() {
            description["vault"] = json!(vault);
        }
        names.push(emulator.azure_key(description).id);
        let schemes = row.signing.iter().map(|(_, scheme)| *scheme).collect();
        usable.push(Usable { algorithm: row.algorithm, label, schemes });
    }
    (names, usable)
}

pub fn a_vault_keeps_the_contract(emulator: &Emulator) {
    let (mut names, mut usable) = every_kind(emulator, "");
    let label =
        |label: &str| Usable { algorithm: Algorithm::P256, label: label.to_owned(), schemes: vec![Scheme::Ecdsa] };
    // A name without a version means the current one.
    emulator.azure_key(json!({ "kty": "EC-HSM", "name": "current" }));
    names.push(versionless(&emulator.azure_key(json!({ "kty": "EC-HSM", "name": "current" }))));
    usable.push(label("current"));
    // An older module is a validated one too.
    names.push(emulator.azure_key(json!({ "kty": "EC-HSM", "name": "older", "hsm_platform": "1" })).id);
    usable.push(label("older"));

    let mut refused = Vec::new();
    for (name, description, code) in [
        ("software", json!({ "kty": "RSA" }), "software"),
        ("software-curve", json!({ "kty": "EC" }), "software"),
        ("platform-0", json!({ "kty": "RSA-HSM", "hsm_platform": "0" }), "platform"),
        ("platform-unstated", json!({ "kty": "RSA-HSM", "hsm_platform": "missing" }), "unstated"),
        ("exportable", json!({ "kty": "RSA-HSM", "exportable": true }), "exportable"),
        ("released", json!({ "kty": "RSA-HSM", "release_policy": true }), "exportable"),
        ("exported", json!({ "kty": "RSA-HSM", "operations": ["sign", "export"] }), "exportable"),
        ("encrypting", json!({ "kty": "RSA-HSM", "operations": ["encrypt"] }), "not-for-signing"),
        ("secret", json!({ "kty": "oct-HSM" }), "not-for-signing"),
        ("disabled", json!({ "kty": "EC-HSM", "disabled": true }), "disabled"),
    ] {
        let mut description: Value = description;
        description["name"] = json!(name);
        let id = emulator.azure_key(description).id;
        refused.push((id.clone(), code));
        names.push(id);
    }
    let unknown = vec![format!("{VAULT}/keys/none"), format!("{VAULT}/keys/p-256/00000000000000000000000000000000")];
    names.extend(unknown.iter().cloned());
    let prepared = Prepared { usable, refused, unknown };
    contract(&service(emulator, VAULT, &names, false), &prepared, &[]);
}

pub fn a_managed_hsm_keeps_the_contract(emulator: &Emulator) {
    let (mut names, usable) = every_kind(emulator, "hsm");
    let disabled = emulator.azure_key(json!({ "kty": "EC-HSM", "vault": "hsm", "name": "off", "disabled": true })).id;
    let unknown = format!("{HSM}/keys/none");
    names.extend([disabled.clone(), unknown.clone()]);
    let prepared = Prepared { usable, refused: vec![(disabled, "disabled")], unknown: vec![unknown] };
    contract(&service(emulator, HSM, &names, false), &prepared, &OF_GENUINE_HARDWARE);
}

/// More keys than the largest page, found by listing a vault, each once and by its current version.
pub fn lists_with_paging(emulator: &Emulator) {
    let made: Vec<AzureKey> =
        (0..60).map(|number| emulator.azure_key(json!({ "kty": "EC-HSM", "name": format!("key-{number}") }))).collect();
    let service = service(emulator, VAULT, &[], true);
    let answers = service.keys(&[], &soon()).unwrap();
    let records: Vec<Arc<KeyRecord>> = answers.into_iter().map(|answer| Arc::new(answer.unwrap())).collect();
    assert_eq!(records.len(), 60);
    for key in &made {
        let found: Vec<_> = records.iter().filter(|record| record.id.as_str() == key.id).collect();
        let [record] = found.as_slice() else { panic!("{} was listed {} times", key.id, found.len()) };
        assert!(matches!(record.standing, Standing::Usable(_)));
        assert_eq!((&record.label, &record.name), (&key.name, &versionless(key)));
    }
    assert!(service.keys(&records, &soon()).unwrap().is_empty(), "nothing is asked for twice");
}

/// What is padded as it is: bytes that are no digest.
pub fn pads_any_bytes(emulator: &Emulator) {
    let name = emulator.azure_key(json!({ "kty": "RSA-HSM", "name": "raw" })).id;
    let service = service(emulator, VAULT, &[name], false);
    let record = service.keys(&[], &soon()).unwrap().remove(0).unwrap();
    let Standing::Usable(key) = &record.standing else { panic!("{record:?}") };
    assert_eq!(key.origin, Origin::Unknown);
    for data in [&b"any bytes"[..], &[7; 245]] {
        let input = SignInput { algorithm: Algorithm::Rsa2048, scheme: Scheme::RsaPkcs1Raw, digest: data };
        checked::sign(&service, &record.id, key, input, &soon(), |why| panic!("{why}")).unwrap();
    }
    let digest = vec![7; Hash::Sha256.length()];
    let input = SignInput { algorithm: Algorithm::Rsa2048, scheme: Scheme::Ecdsa, digest: &digest };
    let error = service.sign(&record.id, input, &soon()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Azure Key Vault does not sign 32 bytes with Ecdsa and a RSA-2048 key; use another mechanism"
    );
}

/// `UpdateKey` takes all tags at once: those that were there stay, and so does everything else of that version, and every other version.
pub fn a_mark_is_one_tag_more_of_one_version(emulator: &Emulator) {
    let first = emulator.azure_key(json!({ "kty": "EC-HSM", "name": "marked" }));
    let second = emulator.azure_key(json!({ "kty": "EC-HSM", "name": "marked" }));
    let bundle = |key: &AzureKey, change: Option<Value>| -> Value {
        let token = emulator.azure_token("owner", "https://vault.azure.net", 60);
        let url = format!("{}/keys/{}/{}?api-version=7.6", emulator.endpoint(), key.name, key.version);
        let authorization = format!("Bearer {token}");
        let mut answer = match change {
            None => {
                ureq::get(url).header("Host", "vault.vault.azure.net").header("Authorization", authorization).call()
            }
            Some(change) => ureq::patch(url)
                .header("Host", "vault.vault.azure.net")
                .header("Authorization", authorization)
                .send(change.to_string()),
        }
        .unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    };
    bundle(&first, Some(json!({ "tags": { "team": "release" }, "key_ops": ["sign"] })));
    let [before, other] = [&first, &second].map(|key| bundle(key, None));
    let service = service(emulator, VAULT, std::slice::from_ref(&first.id), false);
    let id = hardkey_kms::service::KeyId::new(first.id.clone());
    for nonce in ["first", "second"] {
        service.mark(&id, "hardkey-challenge", nonce, &soon()).unwrap();
        let mut expected = before.clone();
        expected["tags"] = json!({ "team": "release", "hardkey-challenge": nonce });
        let mut after = bundle(&first, None);
        expected["attributes"]["updated"] = after["attributes"]["updated"].take();
        after["attributes"]["updated"] = expected["attributes"]["updated"].clone();
        assert_eq!(after, expected);
    }
    assert_eq!(bundle(&second, None), other);
    emulator.fault(json!({ "operation": "UpdateKey", "error": "ForbiddenByRbac", "status": 403 }));
    let refused = service.mark(&id, "hardkey-challenge", "third", &soon()).unwrap_err().to_string();
    emulator.clear_faults();
    let remedy = "grant this identity Microsoft.KeyVault/vaults/keys/update/action on this key: by the role Key Vault Crypto Officer, or one \
        of your own; an assignment takes minutes to arrive";
    assert!(refused.ends_with(remedy), "{refused}");
    assert_eq!(bundle(&first, None)["tags"]["hardkey-challenge"], "second");
}
