//! Records that are there already.

use std::path::{Path, PathBuf};

use hardkey_attest::confirmation::{Confirmer, Envelope, LARGEST, Record};
use hardkey_attest::policy::Policy;
use hardkey_attest::public_key::PublicKey;
use hardkey_attest::shown;

use crate::failure::Failure;
use crate::files;

/// Every record of a folder, by name.
pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let wrong = |error: std::io::Error| {
        Failure::new(format!("{} cannot be read: {error}; name the folder of the records", folder.display()))
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.extension().is_some_and(|extension| extension == "json") && path.is_file() {
            found.push(path);
        }
    }
    if found.is_empty() {
        return Err(Failure::new(format!(
            "{} holds no record, no file named ….json; name another folder",
            folder.display()
        )));
    }
    found.sort();
    Ok(found)
}

/// Whose records are believed.
pub(super) struct Trusted<'a> {
    pub(super) policy: &'a Policy,
    /// The key that signs those of this run.
    pub(super) own: &'a PublicKey,
}

impl Trusted<'_> {
    /// Reads a record, which a key of the CA's signed.
    pub(super) fn read(&self, path: &Path) -> Result<Record, Failure> {
        let wrong = |why: String| Failure::new(format!("{}: {why}", path.display()));
        let bytes = files::read(path, LARGEST)?;
        let envelope = Envelope::open(&bytes).map_err(|error| wrong(error.to_string()))?;
        let record = Record::parse(envelope.payload()).map_err(|error| wrong(error.to_string()))?;
        envelope
            .verify(&record)
            .map_err(|why| wrong(format!("its signature does not verify: {why}; it was changed")))?;
        let is_listed = self.policy.confirmers.iter().any(|known| known.is(&record.confirmer));
        if record.confirmer != *self.own && !is_listed {
            let [_, _, hash] = Confirmer::lines(&record.confirmer);
            return Err(wrong(format!(
                "a key signed it that neither signs the records of this run nor is on the policy's list ({}); list it if it is yours",
                shown::text(&hash)
            )));
        }
        Ok(record)
    }
}
