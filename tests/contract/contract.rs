//! What every key service must do, whichever cloud it is.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hardkey_attest::anchor::Release;
use hardkey_attest::bundle::{self, File};
use hardkey_attest::evidence::verify;
use hardkey_attest::finding::Outcome;
use hardkey_attest::instant::Instant;
use hardkey_attest::public_key::Algorithm;
use hardkey_attest::signature::{Hash, Scheme};
use hardkey_kms::config::NetworkConfig;
use hardkey_kms::service::{KeyFault, KeyRecord, ServiceErrorKind, SignInput, Standing, UsableKey};
use hardkey_kms::{Deadline, KeyService, checked};

/// What a service was prepared with, in the order in which its keys were named.
pub struct Prepared {
    /// Usable keys.
    pub usable: Vec<Usable>,
    /// Refused keys: their name and the reason's code.
    pub refused: Vec<(String, &'static str)>,
    /// Names of keys that do not exist.
    pub unknown: Vec<String>,
}

/// A usable key.
#[derive(Debug, Eq, PartialEq)]
pub struct Usable {
    /// Its kind.
    pub algorithm: Algorithm,
    /// Its label.
    pub label: String,
    /// Every way in which it signs.
    pub schemes: Vec<Scheme>,
}

/// A network that trusts the authority in this file. The configuration is the only way to one.
pub fn trusting(ca: &Path) -> NetworkConfig {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::copy(ca, folder.path().join("ca.pem")).unwrap();
    let file = folder.path().join("hardkey.toml");
    std::fs::write(&file, "[network]\nca_file = \"ca.pem\"\n").unwrap();
    let environment = hardkey_kms::config::Environment { config: Some(file), ..Default::default() };
    hardkey_kms::config::load(&environment).unwrap().network
}

pub fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(30))
}

/// The contract. Of the checks of evidence, these are failed by whoever plays an HSM.
pub fn contract(service: &dyn KeyService, prepared: &Prepared, played: &[&str]) {
    let answers = service.keys(&[], &soon()).unwrap();
    let records: Vec<&KeyRecord> = answers.iter().flatten().collect();
    let faults: Vec<&KeyFault> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();

    let usable: Vec<(&KeyRecord, &UsableKey)> = records
        .iter()
        .filter_map(|record| match &record.standing {
            Standing::Usable(key) => Some((*record, key)),
            _ => None,
        })
        .collect();
    let found: Vec<Usable> = usable
        .iter()
        .map(|(record, key)| Usable {
            algorithm: key.public_key.algorithm(),
            label: record.label.clone(),
            schemes: key.schemes.clone(),
        })
        .collect();
    assert_eq!(found, prepared.usable, "usable keys, in the order of their names");

    let refused: Vec<(String, &str)> = records
        .iter()
        .filter_map(|record| match &record.standing {
            Standing::Refused(refusal) => Some((record.name.clone(), refusal.code())),
            _ => None,
        })
        .collect();
    assert_eq!(refused, prepared.refused);

    let unknown: Vec<String> = faults.iter().map(|fault| fault.name.clone()).collect();
    assert_eq!(unknown, prepared.unknown);
    assert!(faults.iter().all(|fault| fault.error.kind == ServiceErrorKind::NotFound), "{faults:?}");

    for (record, key) in &usable {
        signs_every_way(service, record, key);
        gives_the_evidence_a_verifier_reads(service, record, key, played);
    }
    asks_only_for_what_is_not_known(service, &records, prepared);
    a_deadline_that_passed_is_kept(service, usable[0]);
}

fn signs_every_way(service: &dyn KeyService, record: &KeyRecord, key: &UsableKey) {
    let algorithm = key.public_key.algorithm();
    for scheme in key.schemes.iter().copied() {
        // A digest of every hash goes through ECDSA on every curve; RSA wants the hash's own.
        for hash in Hash::ALL {
            if let Scheme::RsaPkcs1(own) | Scheme::RsaPss(own) = scheme
                && own != hash
            {
                continue;
            }
            let digest: Vec<u8> = (0..).take(hash.length()).collect();
            let input = SignInput { algorithm, scheme, digest: &digest };
            let what = format!("{} {scheme:?} {hash:?}", record.label);
            let signature = checked::sign(service, &record.id, key, input, &soon(), |why| panic!("{what}: {why}"))
                .unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(signature.as_bytes().len(), algorithm.signature_length());
        }
    }
}

fn now() -> Instant {
    Instant::from_unix(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
}

/// Each answer as it came, about this very key.
fn gives_the_evidence_a_verifier_reads(service: &dyn KeyService, record: &KeyRecord, key: &UsableKey, played: &[&str]) {
    let asked = now();
    let answers = service.evidence(&record.id, &soon()).unwrap();
    assert!(answers.iter().all(|answer| (asked..=now()).contains(&answer.collected)), "{}", record.label);
    let files: Vec<File> =
        answers.into_iter().map(|answer| File { name: answer.request, bytes: answer.data }).collect();
    let claims = verify(&bundle::evidence(&files).unwrap(), &Release).unwrap();
    assert_eq!(claims.key(), Some(&key.public_key), "{}", record.label);
    let failed: Vec<&str> =
        claims.checks().iter().filter(|check| check.outcome != Outcome::Passed).map(|check| check.id).collect();
    assert_eq!(failed, played, "{}", record.label);
}

fn asks_only_for_what_is_not_known(service: &dyn KeyService, records: &[&KeyRecord], prepared: &Prepared) {
    let known: Vec<Arc<KeyRecord>> = records.iter().map(|record| Arc::new((*record).clone())).collect();
    let again = service.keys(&known, &soon()).unwrap();
    let names: Vec<String> =
        again.into_iter().map(|answer| answer.map_or_else(|fault| fault.name, |record| record.name)).collect();
    assert_eq!(names, prepared.unknown);
}

fn a_deadline_that_passed_is_kept(service: &dyn KeyService, (record, key): (&KeyRecord, &UsableKey)) {
    let algorithm = key.public_key.algorithm();
    let digest = [7; 32];
    let scheme = key.schemes[0];
    let input = SignInput { algorithm, scheme, digest: &digest };
    let error = service.sign(&record.id, input, &Deadline::after(Duration::ZERO)).unwrap_err();
    assert_eq!(error.kind, ServiceErrorKind::TimedOut, "{error}");
    let error = service.evidence(&record.id, &Deadline::after(Duration::ZERO)).unwrap_err();
    assert_eq!(error.kind, ServiceErrorKind::TimedOut, "{error}");
}
