//! Google Cloud KMS, played: keys made by the emulator's own hand, then the service held to the contract.

use hardkey_attest::admission::Exceptions;
use hardkey_attest::public_key::Algorithm;
use hardkey_attest::signature::{Hash, Scheme};
use hardkey_kms::config::NetworkConfig;
use hardkey_kms::google::{ALGORITHMS, GoogleConfig, GoogleKms, KeyAlgorithm, KeyName, KeyRing};
use hardkey_kms::network::SharedNetwork;
use hardkey_kms::service::Standing;
use hardkey_kms::{KeyService, service::KeyRecord};
use hardkey_tests::emulator::Emulator;
use serde_json::json;
use std::sync::Arc;

use crate::contract::{Prepared, Usable, contract, soon, trusting};

const RING: &str = "projects/emulated-project/locations/europe-west1/keyRings/release";

fn service(
    emulator: &Emulator,
    endpoint: &str,
    names: &[String],
    ring: Option<&str>,
    network: NetworkConfig,
) -> GoogleKms {
    let config = GoogleConfig {
        keys: names.iter().map(|name| KeyName::parse(name).unwrap()).collect(),
        key_ring: ring.map(|ring| KeyRing::parse(ring).unwrap()),
        location: "europe-west1".to_owned(),
        credentials: Some(emulator.google_signer()),
        endpoint: Some(endpoint.to_owned()),
    };
    GoogleKms::new(config, Exceptions::default(), SharedNetwork::new(network))
}

/// The key that a version belongs to.
fn key_of(version: &str) -> String {
    version.split("/cryptoKeyVersions/").next().unwrap().to_owned()
}

/// The checks that only a statement of a genuine HSM passes.
const OF_GENUINE_HARDWARE: [&str; 3] = ["manufacturer-card", "operator-card", "operator-partition"];

/// Over plain HTTP, with every algorithm.
pub fn keeps_the_contract(emulator: &Emulator) {
    run(emulator, emulator.endpoint(), ALGORITHMS, NetworkConfig::default());
}

/// Over TLS, with an authority named in the configuration.
pub fn keeps_the_contract_over_tls(emulator: &Emulator) {
    run(emulator, emulator.tls_endpoint(), &ALGORITHMS[11..], trusting(&emulator.ca()));
}

fn run(emulator: &Emulator, endpoint: &str, algorithms: &[KeyAlgorithm], network: NetworkConfig) {
    let mut names = Vec::new();
    let mut usable = Vec::new();
    for row in algorithms {
        let label = row.name.to_lowercase();
        names.push(emulator.create_google(json!({ "algorithm": row.name, "key": label })));
        usable.push(Usable { algorithm: row.algorithm, label, schemes: row.schemes.to_vec() });
    }
    // A key means its newest enabled version.
    let newest = |state: &str| {
        let version = emulator.create_google(json!({ "algorithm": "EC_SIGN_P256_SHA256", "key": "versions" }));
        emulator.set_google_state(&version, state);
        version
    };
    for state in ["ENABLED", "ENABLED", "DISABLED", "PENDING_GENERATION"] {
        names.truncate(algorithms.len());
        names.push(key_of(&newest(state)));
    }
    usable.push(Usable { algorithm: Algorithm::P256, label: "versions".to_owned(), schemes: vec![Scheme::Ecdsa] });

    let mut refused = Vec::new();
    for (version, code) in [
        (json!({ "algorithm": "EC_SIGN_P256_SHA256", "key": "software", "protection": "SOFTWARE" }), "software"),
        (json!({ "algorithm": "EC_SIGN_P256_SHA256", "key": "external", "protection": "EXTERNAL" }), "external"),
        (json!({ "algorithm": "EC_SIGN_P256_SHA256", "key": "imported", "imported": true }), "imported"),
        (json!({ "algorithm": "RSA_DECRYPT_OAEP_2048_SHA256", "key": "decrypting" }), "not-for-signing"),
        (json!({ "algorithm": "EC_SIGN_P256_SHA256", "key": "disabled", "state": "DISABLED" }), "disabled"),
        (
            json!({ "algorithm": "EC_SIGN_P256_SHA256", "key": "waiting", "state": "DESTROY_SCHEDULED" }),
            "pending-deletion",
        ),
        (json!({ "algorithm": "EC_SIGN_P256_SHA256", "key": "destroyed", "state": "DESTROYED" }), "not-ready"),
        (json!({ "algorithm": "EC_SIGN_P256_SHA256", "key": "pending", "state": "PENDING_GENERATION" }), "not-ready"),
    ] {
        let name = emulator.create_google(version);
        refused.push((name.clone(), code));
        names.push(name);
    }
    // Only who asks for a key learns what its template says.
    let template = json!({
        "algorithm": "EC_SIGN_P256_SHA256", "key": "template", "protection": "SOFTWARE", "template_protection": "HSM"
    });
    let template = key_of(&emulator.create_google(template));
    refused.push((template.clone(), "template-only"));
    names.push(template);

    let unknown = vec![format!("{RING}/cryptoKeys/none/cryptoKeyVersions/1"), format!("{RING}/cryptoKeys/none")];
    names.extend(unknown.iter().cloned());
    let prepared = Prepared { usable, refused, unknown };
    contract(&service(emulator, endpoint, &names, None, network), &prepared, &OF_GENUINE_HARDWARE);
}

/// More keys than the smallest page, found by listing a ring, each once and by its newest enabled version.
pub fn lists_with_paging(emulator: &Emulator) {
    let ring = "projects/emulated-project/locations/europe-west1/keyRings/listed";
    let made: Vec<String> = (0..105)
        .map(|number| {
            let key = format!("key-{number}");
            emulator.create_google(json!({ "algorithm": "EC_SIGN_P256_SHA256", "ring": "listed", "key": key }))
        })
        .collect();
    emulator.create_google(json!({ "algorithm": "AES_256_GCM", "ring": "listed", "key": "encrypting" }));
    emulator.create_google(json!({ "algorithm": "EC_SIGN_P256_SHA256", "ring": "other", "key": "elsewhere" }));
    let service = service(emulator, emulator.endpoint(), &[], Some(ring), NetworkConfig::default());
    let answers = service.keys(&[], &soon()).unwrap();
    let records: Vec<Arc<KeyRecord>> = answers.into_iter().map(|answer| Arc::new(answer.unwrap())).collect();
    assert_eq!(records.len(), 106);
    for (number, version) in made.iter().enumerate() {
        let found: Vec<_> = records.iter().filter(|record| record.id.as_str() == version).collect();
        let [record] = found.as_slice() else { panic!("{version} was listed {} times", found.len()) };
        assert!(matches!(record.standing, Standing::Usable(_)));
        assert_eq!((record.label.as_str(), record.name.as_str()), (&*format!("key-{number}"), &*key_of(version)));
    }
    let refused: Vec<String> = records
        .iter()
        .filter_map(|record| match &record.standing {
            Standing::Refused(refusal) => Some(format!("{} {}", record.label, refusal.fact())),
            Standing::Usable(_) | Standing::Unsupported(_) => None,
        })
        .collect();
    assert_eq!(refused, ["encrypting the key's usage is RAW_ENCRYPT_DECRYPT"]);
    assert!(service.keys(&records, &soon()).unwrap().is_empty(), "nothing is asked for twice");
}

/// What Google alone can do: sign bytes that are no digest.
pub fn pads_any_bytes(emulator: &Emulator) {
    use hardkey_kms::checked;
    use hardkey_kms::service::SignInput;
    let name = emulator.create_google(json!({ "algorithm": "RSA_SIGN_RAW_PKCS1_2048", "key": "raw" }));
    let service = service(emulator, emulator.endpoint(), &[name], None, NetworkConfig::default());
    let record = service.keys(&[], &soon()).unwrap().remove(0).unwrap();
    let Standing::Usable(key) = &record.standing else { panic!("{record:?}") };
    for data in [&b"any bytes"[..], &[7; 245]] {
        let input = SignInput { algorithm: Algorithm::Rsa2048, scheme: Scheme::RsaPkcs1Raw, digest: data };
        checked::sign(&service, &record.id, key, input, &soon(), |why| panic!("{why}")).unwrap();
    }
    for hash in Hash::ALL {
        let digest = vec![7; hash.length()];
        let input = SignInput { algorithm: Algorithm::Rsa2048, scheme: Scheme::RsaPkcs1(hash), digest: &digest };
        checked::sign(&service, &record.id, key, input, &soon(), |why| panic!("{why}")).unwrap();
    }
}
