//! Keys that are there from the start or by way of the control endpoint: made without Cloud KMS's rules, so that keys and versions
//! that contradict each other can be shown to whoever must refuse them.

use crate::google::GoogleKms;
use crate::google::algorithm::Algorithm;
use crate::google::create::USUAL_DESTROY_AFTER;
use crate::google::crypto_key::CryptoKey;
use crate::google::moment::Moment;
use crate::google::name::{Name, check_id};
use crate::google::state;
use crate::google::store::Ring;
use crate::google::version::Version;
use crate::material::Material;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A version to be made, with its key and ring if they are not there yet. On the command line:
/// `ALGORITHM[,name=value|,name]…` with hyphens for underscores.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GoogleKeyDescription {
    algorithm: String,
    project: Option<String>,
    location: Option<String>,
    ring: Option<String>,
    key: Option<String>,
    protection: Option<String>,
    #[serde(alias = "template-protection")]
    template_protection: Option<String>,
    state: Option<String>,
    imported: bool,
}

impl GoogleKeyDescription {
    /// Reads the command line's form.
    ///
    /// # Errors
    /// Says which part is not understood.
    pub(crate) fn parse(text: &str) -> Result<GoogleKeyDescription, String> {
        let mut members = Map::new();
        let mut parts = text.split(',');
        members.insert("algorithm".to_owned(), json!(parts.next().unwrap_or_default()));
        for part in parts {
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (name, json!(value)),
                None => (part, json!(true)),
            };
            members.insert(name.to_owned(), value);
        }
        let description: GoogleKeyDescription =
            serde_json::from_value(Value::Object(members)).map_err(|error| error.to_string())?;
        description.algorithm()?;
        Ok(description)
    }

    fn material(&self) -> Result<Option<Arc<Material>>, String> {
        let made = self.algorithm()?.shape.map(Material::generate).transpose();
        made.map(|material| material.map(Arc::new)).map_err(|error| error.to_string())
    }

    fn algorithm(&self) -> Result<&'static Algorithm, String> {
        Algorithm::parse(&self.algorithm).ok_or_else(|| {
            format!(
                "unknown algorithm '{}'; known ones are Google's, such as RSA_SIGN_PKCS1_3072_SHA256 and EC_SIGN_P256_SHA256",
                self.algorithm
            )
        })
    }
}

impl GoogleKms {
    /// Makes versions and answers their facts in this order; material side by side, because RSA takes seconds.
    ///
    /// # Errors
    /// Says what in a description cannot be.
    pub(crate) fn make_all(&self, descriptions: &[GoogleKeyDescription]) -> Result<Vec<Value>, String> {
        std::thread::scope(|scope| {
            let making: Vec<_> =
                descriptions.iter().map(|description| (description, scope.spawn(|| description.material()))).collect();
            let placing = making.into_iter().map(|(description, material)| match material.join() {
                Ok(material) => self.place(description, material?),
                Err(_) => Err("the key could not be made".to_owned()),
            });
            placing.collect()
        })
    }

    /// Makes a version and answers its facts.
    ///
    /// # Errors
    /// Says what in the description cannot be.
    pub(crate) fn make(&self, description: &GoogleKeyDescription) -> Result<Value, String> {
        self.place(description, description.material()?)
    }

    fn place(&self, description: &GoogleKeyDescription, material: Option<Arc<Material>>) -> Result<Value, String> {
        let mut version = self.add(description, material)?;
        // Without the store's lock: the HSM's own keys take their time.
        version.attest();
        if let Ok(place) = self.store().version(&Name::parse(&version.name)) {
            place.attestation = version.attestation.take();
        }
        Ok(facts(&version))
    }

    /// A new version in its key in its ring, which are made if they are not there.
    fn add(&self, description: &GoogleKeyDescription, material: Option<Arc<Material>>) -> Result<Version, String> {
        let algorithm = description.algorithm()?;
        let or = |given: &Option<String>, usual: &str| given.clone().unwrap_or_else(|| usual.to_owned());
        let (project, location) =
            (or(&description.project, self.project()), or(&description.location, self.location()));
        let (ring_id, protection) = (or(&description.ring, "release"), or(&description.protection, "HSM"));
        let ring_name = format!("projects/{project}/locations/{location}/keyRings/{ring_id}");
        let mut store = self.store();
        let count = store.rings.get(&ring_name).map_or(0, |ring| ring.keys.len());
        let key_id = or(&description.key, &format!("key-{}", count + 1));
        for (member, id) in [("ring", &ring_id), ("key", &key_id)] {
            check_id(member, id).map_err(|error| error.message)?;
        }
        let ring = store.rings.entry(ring_name.clone()).or_insert_with(|| Ring::new(ring_name.clone()));
        let now = Moment::now();
        let key = ring.keys.entry(key_id.clone()).or_insert_with(|| CryptoKey {
            name: format!("{ring_name}/cryptoKeys/{key_id}"),
            purpose: algorithm.purpose.to_owned(),
            created: now,
            protection: or(&description.template_protection, &protection),
            algorithm,
            import_only: false,
            destroy_after: USUAL_DESTROY_AFTER,
            labels: BTreeMap::new(),
            primary: (algorithm.purpose == "ENCRYPT_DECRYPT").then_some(1),
            versions: BTreeMap::new(),
        });
        let number = key.next();
        let mut version = Version {
            name: format!("{}/cryptoKeyVersions/{number}", key.name),
            state: "ENABLED".to_owned(),
            protection,
            algorithm,
            created: now,
            generated: (!description.imported).then_some(now),
            destroy: None,
            destroyed: None,
            import: description.imported.then(|| (format!("{ring_name}/importJobs/emulated-job"), Some(now))),
            failure: None,
            material,
            attestation: None,
        };
        if let Some(wanted) = &description.state {
            state::set(&mut version, wanted);
        }
        key.versions.insert(number, version.clone());
        Ok(version)
    }

    /// The facts of every version.
    pub(crate) fn list(&self) -> Vec<Value> {
        self.store().versions().map(facts).collect()
    }

    /// Puts a version into a state, Cloud KMS's rules aside; answers its facts.
    ///
    /// # Errors
    /// No such version.
    pub(crate) fn put_into_state(&self, name: &str, state: &str) -> Result<Value, String> {
        let mut store = self.store();
        let version = store.version(&Name::parse(name)).map_err(|error| error.message)?;
        state::set(version, state);
        Ok(facts(version))
    }
}

fn facts(version: &Version) -> Value {
    json!({
        "name": version.name,
        "algorithm": version.algorithm.name,
        "protection": version.protection,
        "imported": version.import.is_some(),
        "state": version.state,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_form_reads_names_and_switches() {
        let description = GoogleKeyDescription::parse(
            "EC_SIGN_P256_SHA256,key=signer,template-protection=HSM,protection=SOFTWARE,imported",
        )
        .unwrap();
        assert_eq!(description.key.as_deref(), Some("signer"));
        assert_eq!(description.template_protection.as_deref(), Some("HSM"));
        assert!(description.imported);
        let error = GoogleKeyDescription::parse("RSA_1024").unwrap_err();
        assert!(error.contains("RSA_1024"), "{error}");
    }
}
