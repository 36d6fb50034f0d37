//! Files of a trail of AWS CloudTrail, as they are in S3: digests of three hours, in the first of which a key was created, and the log
//! of that.

use serde_json::{Value, json};

use crate::answer::ARN;
use crate::gzip::gzip;
use crate::key::{Hash, Key, Shape, hex};
use crate::record;
use crate::report::Report;

/// When the key of [`ARN`] was created, as the log has it: what `DescribeKey` says, to the second.
pub const CREATED: &str = "2019-10-22T18:06:12Z";
/// The full hours of the digests, a minute later.
pub const HOURS: [&str; 4] = ["17", "18", "19", "20"];
const BUCKET: &str = "logs";
const ACCOUNT: &str = "111122223333";
const REGION: &str = "us-west-2";

/// The key by which AWS signs digests in the region.
#[must_use]
pub fn key() -> &'static Key {
    Key::of(Shape::RSA_2048, "aws digests")
}

/// AWS's answer to `ListPublicKeys`.
#[must_use]
pub fn public_keys() -> Value {
    json!({ "PublicKeyList": [{
        "Value": openssl::base64::encode_block(&key().pkcs1()), "ValidityStartTime": 1_569_888_000.0,
        "ValidityEndTime": 1_575_158_400.5, "Fingerprint": fingerprint(key()),
    }] })
}

/// The good record of a report, in which AWS told the CA its keys as well.
#[must_use]
pub fn record(report: &Report) -> Report {
    let host = format!("cloudtrail.{REGION}.amazonaws.com");
    record::aws(report).answer("aws.list-public-keys", REGION, &host, &public_keys())
}

/// MD5 in AWS's; any name does.
fn fingerprint(key: &Key) -> String {
    hex(&Hash::Sha256.of(&key.pkcs1())).split_off(32)
}

/// What happened, and what AWS wrote of it.
pub struct Trail {
    /// The events of the log.
    pub events: Vec<Value>,
    /// By whom digests are signed.
    pub signer: &'static Key,
    /// Account and region of the files.
    pub place: (String, String),
    /// What becomes of a digest before it is signed; by its number, the oldest first.
    pub change: fn(usize, &mut Value),
}

/// The files, compressed.
pub struct Files {
    /// The oldest first.
    pub digests: Vec<Vec<u8>>,
    /// The log in which the key is created.
    pub log: Vec<u8>,
    /// The answer to `s3:HeadObject` about the last digest.
    pub head: Value,
    /// What is in the digests, and after them what is in the log.
    pub inflated: Vec<Vec<u8>>,
}

impl Default for Trail {
    fn default() -> Self {
        Self {
            events: vec![other_event(), create_key(ARN)],
            signer: key(),
            place: (ACCOUNT.to_owned(), REGION.to_owned()),
            change: |_, _| {},
        }
    }
}

impl Trail {
    /// The files that AWS writes.
    #[must_use]
    pub fn files(&self) -> Files {
        let (account, region) = &self.place;
        let log = json!({ "Records": self.events }).to_string();
        let log_object = format!(
            "AWSLogs/{account}/CloudTrail/{region}/2019/10/22/{account}_CloudTrail_{region}_20191022T1810Z_9nYN7gp2eWAJHIfT.json.gz"
        );
        let mut inflated = Vec::new();
        let mut before: Option<(Value, String, String)> = None;
        for (number, hours) in HOURS.windows(2).enumerate() {
            let [start, end] = [hours[0], hours[1]].map(|hour| format!("2019-10-22T{hour}:01:31Z"));
            let object = format!(
                "AWSLogs/{account}/CloudTrail-Digest/{region}/2019/10/22/{account}_CloudTrail-Digest_{region}_all_{region}_20191022T{}0131Z.json.gz",
                hours[1]
            );
            let entry = json!({
                "s3Bucket": BUCKET, "s3Object": log_object, "hashValue": hex(&Hash::Sha256.of(log.as_bytes())),
                "hashAlgorithm": "SHA-256", "newestEventTime": CREATED, "oldestEventTime": CREATED,
            });
            let mut digest = json!({
                "awsAccountId": account, "digestStartTime": start, "digestEndTime": end, "digestS3Bucket": BUCKET,
                "digestS3Object": object, "digestPublicKeyFingerprint": fingerprint(key()),
                "digestSignatureAlgorithm": "SHA256withRSA", "newestEventTime": null, "oldestEventTime": null,
                "previousDigestS3Bucket": null, "previousDigestS3Object": null, "previousDigestHashValue": null,
                "previousDigestHashAlgorithm": null, "previousDigestSignature": null,
                // A log is delivered some minutes later.
                "logFiles": if number == 1 { vec![entry] } else { vec![] },
            });
            if let Some((older, hash, signature)) = &before {
                digest["previousDigestS3Bucket"] = older["digestS3Bucket"].clone();
                digest["previousDigestS3Object"] = older["digestS3Object"].clone();
                digest["previousDigestHashValue"] = hash.as_str().into();
                digest["previousDigestHashAlgorithm"] = "SHA-256".into();
                digest["previousDigestSignature"] = signature.as_str().into();
            }
            (self.change)(number, &mut digest);
            let text = digest.to_string();
            let hash = hex(&Hash::Sha256.of(text.as_bytes()));
            let word = |name: &str| digest[name].as_str().unwrap_or("null").to_owned();
            let signed = format!(
                "{}\n{}/{}\n{hash}\n{}",
                word("digestEndTime"),
                word("digestS3Bucket"),
                word("digestS3Object"),
                word("previousDigestSignature")
            );
            let signature = hex(&self.signer.sign(Hash::Sha256, signed.as_bytes()));
            inflated.push(text.into_bytes());
            before = Some((digest, hash, signature));
        }
        let (_, _, signature) = before.unwrap();
        let head = json!({
            "AcceptRanges": "bytes", "LastModified": "2019-10-22T20:02:11+00:00", "ContentLength": 900, "ETag": "\"a\"",
            "ContentEncoding": "gzip", "ContentType": "application/json", "ServerSideEncryption": "AES256",
            "Metadata": { "signature": signature, "signature-algorithm": "SHA256withRSA" },
        });
        let digests = inflated.iter().map(|text| gzip(text)).collect();
        inflated.push(log.into_bytes());
        Files { digests, log: gzip(&inflated[inflated.len() - 1]), head, inflated }
    }
}

impl Files {
    /// All of them, with the signature of the last digest.
    #[must_use]
    pub fn all(&self) -> Vec<Vec<u8>> {
        let mut all = self.digests.clone();
        all.extend([self.log.clone(), self.head.to_string().into_bytes()]);
        all
    }
}

/// The event in which a key of this name is created.
#[must_use]
pub fn create_key(arn: &str) -> Value {
    let id = arn.rsplit('/').next().unwrap_or_default();
    let mut event = event("CreateKey");
    event["requestParameters"] = json!({
        "description": "", "origin": "AWS_KMS", "keySpec": "ECC_NIST_P256", "keyUsage": "SIGN_VERIFY",
        "customerMasterKeySpec": "ECC_NIST_P256", "multiRegion": false, "bypassPolicyLockoutSafetyCheck": false,
    });
    event["responseElements"] = json!({ "keyMetadata": {
        "aWSAccountId": ACCOUNT, "keyId": id, "arn": arn, "creationDate": "Oct 22, 2019, 6:06:12 PM", "enabled": true,
        "description": "", "keyUsage": "SIGN_VERIFY", "keyState": "Enabled", "origin": "AWS_KMS",
        "keyManager": "CUSTOMER", "keySpec": "ECC_NIST_P256", "multiRegion": false,
    } });
    event["resources"] = json!([{ "accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": arn }]);
    event
}

/// The event in which material is imported into a key.
#[must_use]
pub fn import_key_material(arn: &str) -> Value {
    let mut event = event("ImportKeyMaterial");
    event["requestParameters"] = json!({ "keyId": arn, "expirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE" });
    event["resources"] = json!([{ "accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": arn }]);
    event
}

/// An event of another service, in shapes of its own.
fn other_event() -> Value {
    let mut event = event("RunInstances");
    event["eventSource"] = "ec2.amazonaws.com".into();
    event["requestParameters"] =
        json!({ "keyId": ["a", 1], "keyMetadata": 7, "instances": { "items": [null, 1.5, true] } });
    event["responseElements"] = "none".into();
    event
}

fn event(name: &str) -> Value {
    json!({
        "eventVersion": "1.08", "userIdentity": { "type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/a" },
        "eventTime": CREATED, "eventSource": "kms.amazonaws.com", "eventName": name, "awsRegion": REGION,
        "sourceIPAddress": "192.0.2.1", "userAgent": "aws-cli/2", "requestParameters": null, "responseElements": null,
        "requestID": "1", "eventID": "2", "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true,
        "recipientAccountId": ACCOUNT, "eventCategory": "Management",
    })
}
