//! The digest and log files of AWS CloudTrail by which `hardkey-attest` learns how a key was made: what AWS's own
//! `aws cloudtrail validate-logs` says of them, and what `hardkey-attest` does.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use hardkey_synthetic::trail::{self, Trail};
use hardkey_synthetic::{Challenge, Key, Root, Shape, gzip, record};
use hardkey_tests::skip::skip;
use hardkey_tests::{built, host};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::python;

/// `hardkey-attest` takes a tenth of a second.
const LIMIT: Duration = Duration::from_secs(120);
const NOT_THERE: &str = "its environment is not there; run: tests/judges/install.sh aws";

/// When the report is judged.
const AT: &str = "2026-11-21T12:00:00Z";

/// A status, and what was said.
type Said = (Option<i32>, Vec<String>);

/// What is in S3: each file with what is in it, the digests with their signatures.
struct Bucket {
    digests: Vec<Object>,
    log: Object,
}

#[derive(Clone)]
struct Object {
    name: String,
    text: String,
    signature: String,
}

impl Bucket {
    fn of(trail: &Trail) -> Self {
        let files = trail.files();
        let texts: Vec<String> = files.inflated.into_iter().map(|text| String::from_utf8(text).unwrap()).collect();
        let parsed: Vec<Value> = texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let count = files.digests.len();
        // S3 keeps each signature beside its file; the next digest repeats it.
        let beside = |index: usize| match parsed.get(index + 1).filter(|_| index + 1 < count) {
            Some(next) => text(&next["previousDigestSignature"]),
            None => text(&files.head["Metadata"]["signature"]),
        };
        let object = |index: usize, name: &Value, signature: String| Object {
            name: text(name),
            text: texts[index].clone(),
            signature,
        };
        let digests = (0..count).map(|index| object(index, &parsed[index]["digestS3Object"], beside(index))).collect();
        Self { digests, log: object(count, &parsed[1]["logFiles"][0]["s3Object"], String::new()) }
    }

    /// AWS's word and ours, each the status and what is wrong or right; `None` if AWS's validation is not installed.
    fn judged(&self) -> Option<[Said; 2]> {
        let folder = TempDir::new().unwrap();
        let validated = self.validated(folder.path())?;
        Some([validated, self.verified(folder.path())])
    }

    /// What `aws cloudtrail validate-logs` says of each file, by its place in time.
    fn validated(&self, folder: &Path) -> Option<Said> {
        let signatures: BTreeMap<&str, &str> =
            self.digests.iter().map(|object| (object.name.as_str(), object.signature.as_str())).collect();
        for object in self.digests.iter().chain([&self.log]) {
            put(folder, &format!("logs/{}", object.name), &gzip::gzip(object.text.as_bytes()));
        }
        put(folder, "signatures.json", json!(signatures).to_string().as_bytes());
        put(folder, "keys.json", trail::public_keys().to_string().as_bytes());
        put(folder, "trail.json", json!({ "trailList": [record::trail()] }).to_string().as_bytes());
        let [first, .., last] = trail::HOURS.map(|hour| format!("2019-10-22T{hour}:01:31Z"));
        let output = python("aws", &[folder.to_str().unwrap(), &first, &last, &self.digests.last().unwrap().name])?;
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
        let names = good().digests.into_iter().map(|object| object.name).zip(["0", "1", "2"]);
        let said =
            names.chain([(self.log.name.clone(), "LOG")]).fold(said, |said, (name, short)| said.replace(&name, short));
        let lines = said.lines().filter(|line| line.contains("s3://") || line.contains("files valid"));
        Some((output.status.code(), lines.map(|line| line.replace("s3://logs/", "").replace('\t', " ")).collect()))
    }

    /// The checks that fail in `hardkey-attest`. The signature of the last digest is as AWS's command line prints it.
    fn verified(&self, folder: &Path) -> Said {
        for root in [Root::ls1(), Root::hawksbill()] {
            put(folder, &format!("anchors/{}.pem", root.id), root.key_pem.as_bytes());
        }
        let (report, request) = record::aws_report();
        let challenge = Challenge::new();
        let mut arguments = vec![folder.join("anchors").to_str().unwrap().to_owned(), "verify".to_owned()];
        arguments.push(put(folder, "report.json", &report.bytes()));
        let objects = self.digests.iter().chain([&self.log]);
        arguments.extend(objects.map(|object| folder.join("logs").join(&object.name).to_str().unwrap().to_owned()));
        arguments.push(folder.join("head.json").to_str().unwrap().to_owned());
        for (option, value) in [
            ("--csr", put(folder, "request.csr", &request)),
            ("--challenge", put(folder, "c.json", challenge.json().to_string().as_bytes())),
            ("--challenge-key", put(folder, "ca.key", challenge.key_file().as_bytes())),
            ("--confirmation", put(folder, "record.json", &trail::record(&report).bytes())),
            ("--policy", put(folder, "ca.toml", record::policy().as_bytes())),
            ("--at", AT.to_owned()),
        ] {
            arguments.extend([option.to_owned(), value]);
        }
        arguments.push("--json".to_owned());
        let outcome = host::run(built::verifier_for_tests(), &arguments, &BTreeMap::new(), LIMIT);
        let said: Value =
            serde_json::from_slice(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {}", outcome.stderr));
        let checks = said["checks"].as_array().unwrap_or_else(|| panic!("{said}"));
        let failed = checks.iter().filter(|check| check["outcome"] == "failed");
        (outcome.status, failed.map(|check| check["id"].as_str().unwrap().to_owned()).collect())
    }
}

/// Writes a file that only its owner can read, and says its path.
fn put(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn good() -> Bucket {
    Bucket::of(&Trail::default())
}

/// One bit of a text, at the first place of this part of it.
fn flipped(text: &str, part: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[text.find(part).unwrap()] ^= 1;
    String::from_utf8(bytes).unwrap()
}

fn said(status: i32, lines: &[&str]) -> Said {
    (Some(status), lines.iter().map(|line| (*line).to_owned()).collect())
}

#[test]
fn awss_own_validation_finds_every_file_of_a_trail_valid_that_we_verify() {
    let Some(judged) = good().judged() else {
        return skip("awss_own_validation_finds_every_file_of_a_trail_valid_that_we_verify", NOT_THERE);
    };
    let lines = [
        "Digest file 2 valid",
        "Digest file 1 valid",
        "Log file LOG valid",
        "Digest file 0 valid",
        "3/3 digest files valid",
        "1/1 log files valid",
    ];
    assert_eq!(judged, [said(0, &lines), said(0, &[])]);
}

#[test]
fn what_awss_own_validation_calls_invalid_we_refuse() {
    let changed = |change: fn(&mut Bucket)| {
        let mut bucket = good();
        change(&mut bucket);
        bucket
    };
    let cases = [
        (
            changed(|bucket| bucket.log.text = flipped(&bucket.log.text, "192.0.2.1")),
            &["Log file LOG INVALID: hash value doesn't match"][..],
            &["log-digested"][..],
        ),
        (
            changed(|bucket| bucket.digests[1].text = flipped(&bucket.digests[1].text, "2019-10-22T18:06:12Z")),
            &["Digest file 1 INVALID: signature verification failed"],
            &["digest-signature", "digest-chain"],
        ),
        (
            changed(|bucket| bucket.digests[2].signature = flipped(&bucket.digests[2].signature, "8")),
            &["Digest file 2 INVALID: signature verification failed"],
            &["digest-signature"],
        ),
        (
            changed(|bucket| drop(bucket.digests.remove(1))),
            &["Digest file 1 INVALID: not found"],
            &["digest-chain", "log-digested"],
        ),
        (
            Bucket::of(&Trail { signer: Key::of(Shape::RSA_2048, "another"), ..Trail::default() }),
            &[
                "Digest file 2 INVALID: signature verification failed",
                "Digest file 1 INVALID: signature verification failed",
                "Digest file 0 INVALID: signature verification failed",
            ],
            &["digest-signature"],
        ),
    ];
    for (bucket, invalid, failed) in cases {
        let Some([(status, mut lines), ours]) = bucket.judged() else {
            return skip("what_awss_own_validation_calls_invalid_we_refuse", NOT_THERE);
        };
        lines.retain(|line| line.contains("INVALID: "));
        assert_eq!([(status, lines), ours], [said(1, invalid), said(1, failed)]);
    }
}
