//! Import jobs: under which key a subscriber wraps the keys he brings.

use crate::google::GoogleKms;
use crate::google::error::GoogleError;
use crate::google::moment::Moment;
use crate::google::name::check_id;
use crate::google::page::page;
use crate::google::public_key::pem;
use crate::google::request::Request;
use crate::unwrapping::Wrapping;
use openssl::pkey::{PKey, Private};
use serde_json::{Value, json};
use std::time::Duration;

/// Cloud KMS documentation, "Import jobs" (2026-11): three days.
const LIFE: Duration = Duration::from_secs(3 * 24 * 3600);

/// One `ImportJob`. It is active at once: its wrapping key is no key that anybody waits for.
#[derive(Clone, Debug)]
pub(crate) struct ImportJob {
    /// Its full name.
    pub(crate) name: String,
    /// `ProtectionLevel` of the keys that may come by it.
    pub(crate) protection: String,
    /// How they are wrapped.
    pub(crate) wrapping: Wrapping,
    /// For which key.
    pub(crate) key: PKey<Private>,
    method: String,
    created: Moment,
}

impl ImportJob {
    fn record(&self) -> Result<Value, GoogleError> {
        Ok(json!({
            "name": self.name,
            "importMethod": self.method,
            "protectionLevel": self.protection,
            "createTime": self.created,
            "generateTime": self.created,
            "expireTime": self.created.after(LIFE),
            "state": "ACTIVE",
            "publicKey": {"pem": pem(&self.key.public_key_to_der()?)?},
        }))
    }
}

/// CreateImportJob.
pub(crate) fn create(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let id = request.parameter("importJobId").unwrap_or_default();
    check_id("import_job_id", &id)?;
    let method = request.text("importMethod")?.unwrap_or("IMPORT_METHOD_UNSPECIFIED");
    let Some((bits, wrapping)) = wrapping(method) else {
        return Err(GoogleError::argument(format!("The import_method {method} is not valid.")));
    };
    let protection = match request.text("protectionLevel")? {
        Some(known @ ("SOFTWARE" | "HSM" | "HSM_SINGLE_TENANT")) => known,
        other => {
            let other = other.unwrap_or("PROTECTION_LEVEL_UNSPECIFIED");
            return Err(GoogleError::argument(format!("The protection_level {other} is not valid for an ImportJob.")));
        }
    };
    kms.store().ring(&request.name)?;
    let job = ImportJob {
        name: format!("{}/{id}", request.name.text()),
        protection: protection.to_owned(),
        wrapping,
        key: tokio::task::block_in_place(|| kms.wrapping_keys.key(bits))?,
        method: method.to_owned(),
        created: Moment::now(),
    };
    let mut store = kms.store();
    let ring = store.ring(&request.name)?;
    if ring.jobs.contains_key(&id) {
        return Err(GoogleError::exists("ImportJob", &job.name));
    }
    let record = job.record();
    ring.jobs.insert(id, job);
    record
}

/// GetImportJob.
pub(crate) fn get(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    kms.store().job(&request.name)?.record()
}

/// ListImportJobs.
pub(crate) fn list(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let mut store = kms.store();
    let jobs = store.ring(&request.name)?.jobs.iter();
    let entries: Result<Vec<(String, Value)>, GoogleError> =
        jobs.map(|(id, job)| job.record().map(|record| (id.clone(), record))).collect();
    page(request, "importJobs", entries?)
}

/// Bits of the wrapping key and how it wraps: `ImportMethod` of google/cloud/kms/v1/resources.proto.
fn wrapping(method: &str) -> Option<(u32, Wrapping)> {
    let (bits, sha_256, aes) = match method {
        "RSA_OAEP_3072_SHA1_AES_256" => (3072, false, true),
        "RSA_OAEP_4096_SHA1_AES_256" => (4096, false, true),
        "RSA_OAEP_3072_SHA256_AES_256" => (3072, true, true),
        "RSA_OAEP_4096_SHA256_AES_256" => (4096, true, true),
        "RSA_OAEP_3072_SHA256" => (3072, true, false),
        "RSA_OAEP_4096_SHA256" => (4096, true, false),
        _ => return None,
    };
    Some((bits, Wrapping { sha_256, aes }))
}
