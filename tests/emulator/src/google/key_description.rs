//! Keys that are there from the start or by way of the control endpoint: made without Cloud KMS's rules, so that keys and versions
//! that contradict each other can be shown to whoever must refuse them.

use crate::google::GoogleKms;
use crate::google::algorithm::Algorithm;
use crate::google::create::USUAL_DESTROY_AFTER;
use crate::google::crypto_key::CryptoKey;
use crate::google::moment::Moment;
use crate::google::name::check_id;
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
    /// Makes a version and answers its facts.
    ///
    /// # Errors
    /// Says what in the description cannot be.
    pub(crate) fn make(&self, description: &GoogleKeyDescription) -> Result<Value, String> {
        let algorithm = description.algorithm()?;
        let place = |given: &Option<String>, usual: &str| given.clone().unwrap_or_else(|| usual.to_owned());
        let (project, location) =
            (place(&description.project, self.project()), place(&description.location, self.location()));
        let ring_id = place(&description.ring, "release");
        let protection = place(&description.protection, "HSM");
        let material = match algorithm.shape {
            Some(shape) => Some(Arc::new(Material::generate(shape).map_err(|error| error.to_string())?)),
            None => None,
        };
        let mut store = self.store();
        let ring_name = format!("projects/{project}/locations/{location}/keyRings/{ring_id}");
        let ring = store.rings.entry(ring_name.clone()).or_insert_with(|| Ring::new(ring_name.clone()));
        let key_id = description.key.clone().unwrap_or_else(|| format!("key-{}", ring.keys.len() + 1));
        for (member, id) in [("ring", &ring_id), ("key", &key_id)] {
            check_id(member, id).map_err(|error| error.message)?;
        }
        let now = Moment::now();
        let key = ring.keys.entry(key_id.clone()).or_insert_with(|| CryptoKey {
            name: format!("{ring_name}/cryptoKeys/{key_id}"),
            purpose: algorithm.purpose.to_owned(),
            created: now,
            protection: place(&description.template_protection, &protection),
            algorithm,
            import_only: false,
            destroy_after: USUAL_DESTROY_AFTER,
            labels: BTreeMap::new(),
            primary: (algorithm.purpose == "ENCRYPT_DECRYPT").then_some(1),
            versions: BTreeMap::new(),
        });
        let number = key.next();
        let job = format!("{ring_name}/importJobs/emulated-job");
        let mut version = Version {
            name: format!("{}/cryptoKeyVersions/{number}", key.name),
            state: "ENABLED".to_owned(),
            protection,
            algorithm,
            created: now,
            generated: (!description.imported).then_some(now),
            destroy: None,
            destroyed: None,
            import: description.imported.then_some((job, now)),
            material,
            attestation: None,
        };
        version.attest();
        if let Some(wanted) = &description.state {
            state::set(&mut version, wanted);
        }
        let facts = facts(&version);
        key.versions.insert(number, version);
        Ok(facts)
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
        let version = store.version(&crate::google::name::Name::parse(name)).map_err(|error| error.message)?;
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
