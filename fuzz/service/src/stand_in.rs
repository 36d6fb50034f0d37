//! The key service that answers what the script says.

use std::sync::Arc;

use hardkey_attest::admission::{Cloud, Origin, Refusal};
use hardkey_attest::report::RawEvidence;
use hardkey_kms::Deadline;
use hardkey_kms::config::ServiceConfig;
use hardkey_kms::service::{
    KeyFault, KeyId, KeyRecord, KeyService, ServiceError, ServiceErrorKind, SignInput, Signature, Standing, UsableKey,
};

use crate::material::{Material, materials};
use crate::script::{KeyAnswer, Listing, SignAnswer, next_listing, next_signature};

/// Takes the place of the real ones.
pub(crate) struct StandIn {
    keys: Vec<String>,
}

impl StandIn {
    /// Needs the names of the keys and nothing else.
    pub(crate) fn of(service: &ServiceConfig) -> Self {
        let keys = match service {
            ServiceConfig::Aws(aws) => aws.keys.iter().map(|name| name.as_str().to_owned()).collect(),
            ServiceConfig::Azure(azure) => azure.keys.iter().map(|name| name.as_str().to_owned()).collect(),
            ServiceConfig::Google(google) => google.keys.iter().map(|name| name.as_str().to_owned()).collect(),
        };
        Self { keys }
    }
}

impl KeyService for StandIn {
    fn keys(&self, known: &[Arc<KeyRecord>], _: &Deadline) -> Result<Vec<Result<KeyRecord, KeyFault>>, ServiceError> {
        let answers = match next_listing() {
            Listing::Error(kind) => return Err(error(kind)),
            Listing::Keys(answers) => answers,
        };
        let wanted = self.keys.iter().filter(|name| known.iter().all(|record| record.name != **name));
        Ok(wanted.zip(answers.iter().cycle()).map(|(name, answer)| one(name, answer)).collect())
    }

    fn sign(&self, key: &KeyId, input: SignInput<'_>, _: &Deadline) -> Result<Signature, ServiceError> {
        let material = material_of(key);
        assert_eq!(material.public_key.algorithm(), input.algorithm, "asked to sign with a key of another kind");
        let right = |digest: &[u8]| {
            let signature = material.sign(input.scheme, digest);
            signature.ok_or_else(|| error(ServiceErrorKind::Unsupported))
        };
        let bytes = match next_signature() {
            SignAnswer::Right => right(input.digest)?,
            SignAnswer::Corrupted(place) => {
                let mut bytes = right(input.digest)?;
                let place = usize::from(place) % (8 * bytes.len());
                bytes[place / 8] ^= 1 << (place % 8);
                bytes
            }
            SignAnswer::Resized(size) => {
                let mut bytes = right(input.digest)?;
                bytes.resize(usize::from(size), 0);
                bytes
            }
            SignAnswer::OfAnotherDigest => right(&input.digest.iter().map(|byte| !byte).collect::<Vec<_>>())?,
            SignAnswer::Error(kind) => return Err(error(kind)),
        };
        Ok(Signature::new(bytes))
    }

    /// No host asks for it.
    fn evidence(&self, _: &KeyId, _: &Deadline) -> Result<Vec<RawEvidence>, ServiceError> {
        Err(error(ServiceErrorKind::Unsupported))
    }
}

/// The name of a key says which material is behind it.
fn material_of(key: &KeyId) -> &'static Material {
    let place = key.as_str().rsplit('#').next().unwrap().parse::<usize>().unwrap();
    &materials()[place]
}

fn one(name: &str, answer: &KeyAnswer) -> Result<KeyRecord, KeyFault> {
    let record = |place: usize, label: &str, standing| KeyRecord {
        name: name.to_owned(),
        id: KeyId::new(format!("{name}#{place}")),
        label: label.to_owned(),
        standing,
    };
    Ok(match answer {
        KeyAnswer::Usable { material, imported, without, label } => {
            let place = material % materials().len();
            let material = &materials()[place];
            let usable = UsableKey {
                origin: if *imported { Origin::Imported } else { Origin::Generated },
                public_key: material.public_key.clone(),
                schemes: material.schemes.iter().copied().skip(*without).collect(),
                padding_alone: false,
                certificates: Vec::new(),
            };
            record(place, label, Standing::Usable(usable))
        }
        KeyAnswer::Refused(which) => record(0, "refused", Standing::Refused(refusal(*which))),
        KeyAnswer::Unsupported(kind) => record(0, "unsupported", Standing::Unsupported(kind.clone())),
        KeyAnswer::Fault(kind) => return Err(KeyFault { name: name.to_owned(), error: error(*kind) }),
    })
}

/// With the line ends and escapes that a stranger might send.
fn error(kind: ServiceErrorKind) -> ServiceError {
    ServiceError {
        kind,
        cause: format!("the stand-in was told to fail\nwith {kind:?}"),
        remedy: "change the script\u{1b}[2J".to_owned(),
        request_id: (kind == ServiceErrorKind::Throttled).then(|| "id\r\n".to_owned()),
    }
}

fn refusal(which: u8) -> Refusal {
    let text = || "a\nb".to_owned();
    let cloud = Cloud::Aws;
    match which % 10 {
        0 => Refusal::CloudManaged,
        1 => Refusal::CustomKeyStore { store: text() },
        2 => Refusal::Disabled { cloud },
        3 => Refusal::Imported { cloud },
        4 => Refusal::NotReady { cloud, state: text() },
        5 => Refusal::NotForSigning { cloud, usage: text() },
        6 => Refusal::Partition { partition: text() },
        7 => Refusal::PendingDeletion { cloud },
        8 => Refusal::Unstated { field: "Origin", value: None },
        _ => Refusal::Unstated { field: "Origin", value: Some(text()) },
    }
}
