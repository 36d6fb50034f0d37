//! Genuine statements of Google Cloud HSMs against what was found in them by other means, `expected.json`, and the verdicts
//! on them under the vendors' pinned keys.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stderr, reason = "tests")]

mod samples;

use std::fs;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use der::{Decode, Document};
use hardkey_attest::anchor::Release;
use hardkey_attest::certificate::Certificate;
use hardkey_attest::claim::{Topic, Value as Claimed};
use hardkey_attest::evidence::{Claims, Evidence, verify};
use hardkey_attest::finding::{Finding, Outcome};
use hardkey_attest::instant::Instant;
use hardkey_attest::liquid_security::{Framing, Statement, attribute, gunzip};
use hardkey_attest::policy::{Expected, Policy};
use hardkey_attest::shown::hex;
use hardkey_attest::verdict::{Level, Verdict};
use hardkey_synthetic::gzip;
use serde_json::{Map, Value, json};

/// What `expected.json` says, and the file it says it of.
struct Sample {
    folder: PathBuf,
    expected: Value,
}

impl Sample {
    fn all(test: &str) -> Vec<Self> {
        let Some(folder) = samples::folder(test) else { return Vec::new() };
        let all: Vec<Value> = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
        let names: Vec<&str> = all.iter().map(|sample| sample["file"].as_str().unwrap()).collect();
        let known =
            ["gcp-smallstep/ec.dat", "gcp-smallstep/rsa.dat", "gcp-smallstep/aes.dat", "gcp-carbon/attestation.dat"];
        assert_eq!(names, known);
        all.into_iter().map(|expected| Self { folder: folder.clone(), expected }).collect()
    }

    fn named(test: &str, name: &str) -> Option<Self> {
        Self::all(test).into_iter().find(|sample| sample.name() == name)
    }

    fn name(&self) -> &str {
        self.expected["file"].as_str().unwrap()
    }

    fn compressed(&self) -> Vec<u8> {
        fs::read(self.folder.join(self.name())).unwrap()
    }

    fn certificates(&self) -> Vec<Vec<u8>> {
        let Some(name) = self.expected["certs_file"].as_str() else { return Vec::new() };
        let certificates = x509_cert::Certificate::load_pem_chain(&fs::read(self.folder.join(name)).unwrap()).unwrap();
        certificates.iter().map(|certificate| der::Encode::to_der(certificate).unwrap()).collect()
    }

    fn claims(&self) -> Claims<Release> {
        let evidence = Evidence::GoogleStatement { compressed: self.compressed(), certificates: self.certificates() };
        verify(&[evidence], &Release).unwrap()
    }

    fn verdict(&self, policy: &Policy) -> Verdict<Release> {
        self.claims().appraise(policy, &expected(None))
    }
}

/// The CA's side: a moment, and a name where one is known.
fn expected(name: Option<&str>) -> Expected {
    Expected { name: name.map(str::to_owned), now: Instant::parse("2026-11-21"), ..Expected::default() }
}

fn ids(findings: &[Finding], outcome: Outcome) -> Vec<&'static str> {
    findings.iter().filter(|finding| finding.outcome == outcome).map(|finding| finding.id).collect()
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn numbers(bytes: &[u8], size: usize) -> Value {
    Value::from(bytes.chunks(size).map(number).collect::<Vec<_>>())
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

/// The common name of an issuer.
fn issuer(der: &[u8]) -> String {
    let certificate = x509_cert::Certificate::from_der(der).unwrap();
    let issuer = certificate.tbs_certificate().issuer();
    let name = issuer.iter().find(|part| part.oid == der::oid::db::rfc4519::COMMON_NAME).unwrap();
    String::from_utf8(name.value.value().to_vec()).unwrap()
}

/// An object as `expected.json` has it.
fn object(object: &hardkey_attest::liquid_security::Object, bytes: &[u8]) -> Value {
    let mut attributes = Map::new();
    for known in &object.attributes {
        let name = attribute::name(known.code).unwrap_or("UNDOC_80000000");
        let value = match known.code {
            attribute::ID => continue,
            attribute::LABEL => String::from_utf8(known.value.clone()).unwrap().trim_end_matches('\0').to_owned(),
            _ => hex(&known.value),
        };
        assert_eq!(attributes.insert(format!("{:#06x} {name}", known.code), Value::from(value)), None);
    }
    let id = String::from_utf8(object.value(attribute::ID).unwrap().to_vec()).unwrap();
    json!({
        "handle": object.handle,
        "attr_count": object.attributes.len(),
        "object_size": number(&bytes[8..12]),
        "attrs": attributes,
        "id_first64": id[..64],
        "id_last64": id[64..],
    })
}

#[test]
fn every_byte_of_every_sample_is_read_as_expected() {
    for sample in Sample::all("every_byte_of_every_sample_is_read_as_expected") {
        let (name, wanted) = (sample.name(), &sample.expected);
        let compressed = sample.compressed();
        let bytes = gunzip(&compressed).unwrap();
        let statement = Statement::parse(&bytes).unwrap();
        assert_eq!(statement.framing, Framing::Google, "{name}");
        let start = bytes.len() - 256 - usize::try_from(number(&bytes[12..16])).unwrap();
        let offsets = [number(&bytes[start + 4..start + 6]), number(&bytes[start + 6..start + 8])];
        let mut objects = Vec::new();
        for (read, offset) in statement.objects.iter().zip(offsets) {
            let mut read = object(read, &bytes[start + usize::try_from(offset).unwrap()..]);
            if wanted["objects"][0].get("spki_sha256").is_some() {
                // Both halves hold the public key; the verifier rebuilds it from the private one.
                let claims = sample.claims();
                let spki = claims.key().unwrap().spki();
                let (long, short) = (sha256(spki), hex(&digest(&SHA1_FOR_LEGACY_USE_ONLY, spki).as_ref()[..3]));
                read["ekcv_equals_sha256_spki"] = (read["attrs"]["0x1003 EKCV"] == *long).into();
                read["kcv_equals_sha1_spki_3"] = (read["attrs"]["0x0173 KCV"] == *short).into();
                read["spki_sha256"] = long.into();
            }
            objects.push(read);
        }
        assert_eq!(Value::from(objects), wanted["objects"], "{name}");
        let read = json!({
            "file_sha256": sha256(&compressed),
            "blob_len": bytes.len(),
            "blob_sha256": sha256(&bytes),
            "response_header_u32be": numbers(&bytes[..16], 4),
            "handles_hex": hex(&bytes[16..start]),
            "info_header_u16be": numbers(&bytes[start..start + 8], 2),
        });
        for (field, value) in read.as_object().unwrap() {
            assert_eq!(*value, wanted[field], "{name}: {field}");
        }
    }
}

#[test]
fn the_certificates_that_verify_are_the_expected_ones() {
    for sample in Sample::all("the_certificates_that_verify_are_the_expected_ones") {
        let statement = Statement::parse(&gunzip(&sample.compressed()).unwrap()).unwrap();
        let mut verifying = Vec::new();
        for der in sample.certificates() {
            let certificate = Certificate::parse(&der).unwrap();
            let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &certificate.spki).unwrap();
            if key.verify_sig(statement.signed(), statement.signature()).is_ok() {
                let (subject, sha256) = (certificate.common_name.clone(), sha256(&der));
                verifying.push(json!({ "subject_cn": subject, "issuer_cn": issuer(&der), "sha256": sha256 }));
            }
        }
        assert_eq!(Value::from(verifying), sample.expected["verifying_partition_certs"], "{}", sample.name());
    }
}

#[test]
fn the_p256_key_is_attested_under_statement() {
    let Some(sample) = Sample::named("the_p256_key_is_attested_under_statement", "gcp-smallstep/ec.dat") else {
        return;
    };
    let verdict = sample.verdict(&Policy::statement());
    assert_eq!(
        (verdict.level(), verdict.csbr_method()),
        (Level::Attested, None),
        "no certificate is issued on that policy"
    );
    for findings in [verdict.checks(), verdict.rules()] {
        assert_eq!(ids(findings, Outcome::Passed).len(), findings.len(), "{findings:#?}");
    }
    // Its name is not published and there is no request: what `csbr` misses is that, and nothing else.
    let verdict = sample.verdict(&Policy::csbr());
    assert_eq!(verdict.level(), Level::Rejected);
    assert_eq!(ids(verdict.rules(), Outcome::Failed), [""; 0]);
    assert_eq!(ids(verdict.rules(), Outcome::Missing), ["resource-name", "csr-key", "csr-signature"]);
    assert_eq!(ids(verdict.rules(), Outcome::Warning), ["fips-certificate", "nonce", "logging", "ownership"]);
}

#[test]
fn the_rsa_2048_key_is_rejected_under_csbr_by_its_size() {
    let test = "the_rsa_2048_key_is_rejected_under_csbr_by_its_size";
    let Some(sample) = Sample::named(test, "gcp-smallstep/rsa.dat") else { return };
    let verdict = sample.verdict(&Policy::csbr());
    assert_eq!(verdict.level(), Level::Rejected);
    assert_eq!(ids(verdict.checks(), Outcome::Passed).len(), verdict.checks().len());
    assert_eq!(ids(verdict.rules(), Outcome::Failed), ["key-size"]);
    let size = verdict.rules().iter().find(|rule| rule.id == "key-size").unwrap();
    assert_eq!(size.observed, "RSA-2048");
    assert_eq!(sample.verdict(&Policy::statement()).level(), Level::Attested);
}

#[test]
fn the_aes_key_is_rejected_by_its_class() {
    let Some(sample) = Sample::named("the_aes_key_is_rejected_by_its_class", "gcp-smallstep/aes.dat") else { return };
    for policy in [Policy::csbr(), Policy::statement()] {
        let verdict = sample.verdict(&policy);
        assert_eq!(verdict.level(), Level::Rejected);
        assert_eq!(ids(verdict.checks(), Outcome::Failed), ["private-object"]);
        let class = verdict.checks().iter().find(|check| check.id == "private-object").unwrap();
        assert_eq!(class.observed, "objects of class 04");
        assert_eq!(ids(verdict.rules(), Outcome::Passed), [""; 0]);
    }
}

#[test]
fn a_key_without_a_chain_is_rejected_while_its_name_and_key_are_read() {
    let test = "a_key_without_a_chain_is_rejected_while_its_name_and_key_are_read";
    let Some(sample) = Sample::named(test, "gcp-carbon/attestation.dat") else { return };
    let claims = sample.claims();
    let name = sample.expected["resource_name"].as_str().unwrap();
    let verdict = claims.appraise(&Policy::csbr(), &expected(Some(name)));
    assert_eq!(verdict.level(), Level::Rejected);
    assert_eq!(ids(verdict.checks(), Outcome::Failed), ["certificate-roles", "statement-signature"]);
    assert_eq!(
        verdict.checks()[0].observed,
        "0 card and 0 partition certificates of the manufacturer, 0 and 0 of the operator"
    );
    let bound = ["private-object", "key-rebuilt", "key-check-value", "public-half"];
    assert_eq!(ids(verdict.checks(), Outcome::Passed), bound);
    let hash = Claimed::Text(sha256(name.as_bytes()));
    let named: Vec<_> = claims.all().iter().filter(|claim| claim.topic == Topic::NameHash).collect();
    assert_eq!(named.iter().map(|claim| &claim.value).collect::<Vec<_>>(), [&hash]);
    let pem = fs::read_to_string(Path::new(&sample.folder).join("gcp-carbon/public.pem")).unwrap();
    let (_, published) = Document::from_pem(&pem).unwrap();
    assert_eq!(claims.key().unwrap().spki(), published.as_bytes());
}

#[test]
fn no_byte_of_genuine_evidence_can_be_changed() {
    let test = "no_byte_of_genuine_evidence_can_be_changed";
    let Some(sample) = Sample::named(test, "gcp-smallstep/ec.dat") else { return };
    let (statement, certificates) = (gunzip(&sample.compressed()).unwrap(), sample.certificates());
    let attested = |compressed: Vec<u8>, certificates: Vec<Vec<u8>>| {
        let claims = verify(&[Evidence::GoogleStatement { compressed, certificates }], &Release);
        claims.is_ok_and(|claims| claims.appraise(&Policy::statement(), &expected(None)).level() == Level::Attested)
    };
    assert!(attested(gzip::gzip(&statement), certificates.clone()));
    for at in 0..statement.len() {
        let mut changed = statement.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(!attested(gzip::gzip(&changed), certificates.clone()), "statement, byte {at}");
    }
    for (index, certificate) in certificates.iter().enumerate() {
        // Of a root only its key is looked at, which must be a pinned one: the first and the fourth are roots.
        let is_root = [0, 3].contains(&index);
        for at in 0..certificate.len() {
            let mut changed = certificates.clone();
            changed[index][at] ^= 1 << (at % 8);
            let attested = attested(sample.compressed(), changed.clone());
            let same_key = Certificate::parse(&changed[index])
                .is_ok_and(|changed| changed.spki == Certificate::parse(certificate).unwrap().spki);
            assert_eq!(attested, is_root && same_key, "certificate {index}, byte {at}");
        }
    }
}
