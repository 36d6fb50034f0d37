//! What Cloud HSM says of a key when it makes or takes one: the genuine layout, under roots of tests/synthetic.

use crate::google::version::Version;
use hardkey_synthetic::gzip::gzip;
use hardkey_synthetic::key::Key;
use hardkey_synthetic::{Pki, Signing, Statement};
use openssl::base64::encode_block;
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::OnceLock;

impl Version {
    /// Has the HSM make its statement, once, if there is an HSM and a key in it that the layout has a place for. Takes a second
    /// the first time: the HSM's own keys are made as well.
    pub(crate) fn attest(&mut self) {
        let Some(material) = &self.material else {
            return;
        };
        if !matches!(self.protection.as_str(), "HSM" | "HSM_SINGLE_TENANT") {
            return;
        }
        let Some(key) = material.pkcs8().ok().and_then(|pkcs8| Key::from_pkcs8(&pkcs8)) else {
            return;
        };
        let statement = match self.import {
            None => Statement::generated(&key, &self.name),
            Some(_) => Statement::imported(&key, &self.name),
        };
        self.attestation = Some(handed_out(&statement));
    }
}

/// `KeyOperationAttestation` in JSON. Which certificate is where: /v1 reference, `CertificateChains`.
fn handed_out(statement: &Statement) -> Value {
    let pki = pki();
    let content = gzip(&statement.signed(&Signing::by(pki.partition)));
    let certificates = certificates();
    let of =
        |places: &[usize]| -> Vec<&String> { places.iter().filter_map(|place| certificates.get(*place)).collect() };
    json!({
        "format": "CAVIUM_V2_COMPRESSED",
        "content": encode_block(&content),
        "certChains": {"caviumCerts": of(&[0, 1]), "googleCardCerts": of(&[2]), "googlePartitionCerts": of(&[3])},
    })
}

fn pki() -> &'static Pki {
    static PKI: OnceLock<Pki> = OnceLock::new();
    PKI.get_or_init(Pki::new)
}

fn certificates() -> &'static [String] {
    static CERTIFICATES: OnceLock<Vec<String>> = OnceLock::new();
    CERTIFICATES.get_or_init(|| pki().certificates().iter().map(|der| pem(der)).collect())
}

/// RFC 7468 §2: 64 characters on a line.
fn pem(der: &[u8]) -> String {
    let mut text = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in encode_block(der).as_bytes().chunks(64) {
        let _ = writeln!(text, "{}", String::from_utf8_lossy(line));
    }
    text + "-----END CERTIFICATE-----\n"
}
