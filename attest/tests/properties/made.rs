//! Input that is right, of every kind that there is a parser for.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::sync::OnceLock;

use hardkey_attest::anchor::Release;
use hardkey_attest::bundle::{File, evidence};
use hardkey_attest::certificate::Certificate;
use hardkey_attest::challenge::{Challenge as ReadChallenge, ChallengeKey, Seen};
use hardkey_attest::confirmation::{About, Confirmer, Record, SignedRequest};
use hardkey_attest::csr::Csr;
use hardkey_attest::evidence::{Evidence, Presented, verify, verify_confirmed};
use hardkey_attest::instant::Instant;
use hardkey_attest::liquid_security::{Statement, gunzip};
use hardkey_attest::malformed::Malformed;
use hardkey_attest::policy::{Expected, Policy};
use hardkey_attest::public_key::PublicKey;
use hardkey_attest::report::Report as ReadReport;
use hardkey_synthetic::{
    Azure, Bundle, Challenge, Key, Pki, Report, Request, Shape, Signing, answer, bundle, record, report,
    signed_requests, trail,
};
use serde_json::json;

/// Reads bytes. An error is the line that a person is shown.
type Read = fn(&[u8]) -> Result<(), String>;

/// A parser, and what it must take.
pub(crate) struct Parser {
    /// What it reads.
    pub(crate) name: &'static str,
    /// Good input.
    pub(crate) good: Vec<Vec<u8>>,
    /// Reads it.
    pub(crate) read: Read,
    /// Whether the beginning of a good input may be a good input too.
    pub(crate) may_end_early: bool,
}

/// Every parser that is handed bytes by strangers.
pub(crate) fn parsers() -> Vec<Parser> {
    let made = Bundle::generated(Shape::P256);
    let statements: Vec<Vec<u8>> = [Shape::P256, Shape::RSA_2048]
        .map(|shape| hardkey_synthetic::Statement::generated(Bundle::key(shape), bundle::RESOURCE))
        .iter()
        .map(|statement| statement.signed(&Signing::by(Pki::new().partition)))
        .collect();
    let request = |shape| Request::of(Key::of(shape, "subject")).challenge("a nonce");
    let armoured = [request(Shape::P256).pem(), made.chain_pem()].map(|pem| pem.trim_end().as_bytes().to_vec());
    let one = made.chain_pem().split_inclusive("-----END CERTIFICATE-----").take(1).collect::<String>();
    let azure = Azure::generated(&Pki::new(), Bundle::key(Shape::P256)).json().to_string();
    let policy = "name = \"a\"\nbased_on = \"csbr\"\n[rules]\nnonce = \"off\"\nresource-name = \"attested\"\n";
    let mut all = vec![
        parser("statement", statements, |bytes| told(Statement::parse(bytes))),
        parser("gzip", vec![made.compressed.clone()], |bytes| told(gunzip(bytes))),
        parser("certificate", made.certificates.clone(), |bytes| told(Certificate::parse(bytes))),
        parser("request", vec![request(Shape::P256).der(), request(Shape::RSA_2048).der()], requested),
        parser("request-pem", vec![armoured[0].clone()], requested),
        parser("public-key", Shape::SIGNING.map(|(_, shape)| Bundle::key(shape).spki().to_vec()).into(), |bytes| {
            PublicKey::from_spki(bytes).map(|_| ()).map_err(|error| error.to_string())
        }),
        parser("zip", vec![made.zip().bytes()], handed_in),
        parser("chain", vec![one.into_bytes()], with_a_statement),
        Parser { may_end_early: true, ..parser("chains", vec![armoured[1].clone()], with_a_statement) },
        Parser {
            may_end_early: true,
            ..parser("policy", vec![policy.as_bytes().to_vec()], |bytes| {
                Policy::from_toml(&String::from_utf8_lossy(bytes)).map(|_| ()).map_err(|error| error.to_string())
            })
        },
        parser("managed-hsm-key", vec![azure.into_bytes()], |bytes| judged(Evidence::ManagedHsmKey(bytes.to_vec()))),
    ];
    let readers: [Read; 5] = [
        |bytes| judged(Evidence::AwsDescribeKey(bytes.to_vec())),
        |bytes| judged(Evidence::AwsPublicKey(bytes.to_vec())),
        |bytes| judged(Evidence::KeyVaultKey(bytes.to_vec())),
        |bytes| judged(Evidence::GoogleVersion(bytes.to_vec())),
        |bytes| judged(Evidence::GooglePublicKey(bytes.to_vec())),
    ];
    for ((name, json), read) in answer::all().into_iter().zip(readers) {
        all.push(parser(name, vec![json.to_string().into_bytes()], read));
    }
    let reports = [report::good(Shape::P256).0, Report::aws()];
    let payload = |report: &Report| report.payload.to_string().into_bytes();
    let files = trail::Trail::default().files();
    let challenge = Challenge::new();
    let line = format!("{} {} 2026-11-21T12:00:00Z", challenge.nonce, Bundle::key(Shape::P256).spki_hash());
    all.extend([
        parser("report", reports.iter().map(Report::bytes).collect(), |bytes| judged(Evidence::Report(bytes.to_vec()))),
        parser("report-payload", reports.iter().map(payload).collect(), |bytes| told(ReadReport::parse(bytes))),
        parser("record", vec![record::aws(&record::aws_report().0).bytes()], |bytes| confirmed(&Report::aws(), bytes)),
        parser("record-payload", vec![payload(&record::aws(&record::aws_report().0))], |bytes| {
            told(Record::parse(bytes))
        }),
        parser("aws.list-resource-tags", vec![record::aws_tags("a").to_string().into_bytes()], |bytes| {
            answered("aws.list-resource-tags", bytes)
        }),
        parser(
            "aws.describe-trails",
            vec![json!({ "trailList": [record::trail()] }).to_string().into_bytes()],
            |bytes| answered("aws.describe-trails", bytes),
        ),
        parser("aws.get-trail-status", vec![json!({ "IsLogging": true }).to_string().into_bytes()], |bytes| {
            answered("aws.get-trail-status", bytes)
        }),
        parser("aws.get-event-selectors", vec![record::selectors().to_string().into_bytes()], |bytes| {
            answered("aws.get-event-selectors", bytes)
        }),
        parser("aws.get-key-policy", vec![record::aws_key_policy().to_string().into_bytes()], |bytes| {
            answered("aws.get-key-policy", bytes)
        }),
        parser("aws.list-grants", vec![record::aws_grants().to_string().into_bytes()], |bytes| {
            answered("aws.list-grants", bytes)
        }),
        parser("aws.lookup-events", vec![aws_events()], |bytes| answered("aws.lookup-events", bytes)),
        parser("aws.list-public-keys", vec![trail::public_keys().to_string().into_bytes()], |bytes| {
            let of = ("aws.list-public-keys", "us-west-2", "cloudtrail.us-west-2.amazonaws.com");
            elsewhere(answer::ARN, of, bytes)
        }),
        parser("cloudtrail-digest", vec![files.digests[1].clone()], |bytes| {
            judged(Evidence::CloudTrailDigest(bytes.to_vec()))
        }),
        parser("cloudtrail-log", vec![files.log.clone()], |bytes| judged(Evidence::CloudTrailLog(bytes.to_vec()))),
        parser("cloudtrail-signature", vec![files.head.to_string().into_bytes()], |bytes| {
            judged(Evidence::CloudTrailSignature(bytes.to_vec()))
        }),
        parser("azure.diagnostic-settings", vec![record::diagnostic_settings().to_string().into_bytes()], |bytes| {
            elsewhere(KID, ("azure.diagnostic-settings", record::VAULT, "management.azure.com"), bytes)
        }),
        parser("azure.vault", vec![record::vault().to_string().into_bytes()], |bytes| {
            elsewhere(KID, ("azure.vault", record::VAULT, "management.azure.com"), bytes)
        }),
        parser("azure.role-assignments", vec![record::role_assignments().to_string().into_bytes()], |bytes| {
            elsewhere(KID, ("azure.role-assignments", record::VAULT, "management.azure.com"), bytes)
        }),
        parser("azure.key-events", vec![key_events()], |bytes| {
            elsewhere(KID, ("azure.key-events", record::VAULT, "api.loganalytics.azure.com"), bytes)
        }),
        parser("google.iam-policy", vec![record::iam_policy().to_string().into_bytes()], |bytes| {
            elsewhere(bundle::RESOURCE, ("google.iam-policy", "projects/synthetic", MANAGER), bytes)
        }),
        parser(
            "google.parent",
            vec![record::project("synthetic", &json!("folders/7")).to_string().into_bytes()],
            |bytes| elsewhere(bundle::RESOURCE, ("google.parent", "projects/synthetic", MANAGER), bytes),
        ),
        parser("google.key-iam-policy", vec![record::iam_policy().to_string().into_bytes()], |bytes| {
            let (key, _) = bundle::RESOURCE.split_once("/cryptoKeyVersions/").unwrap();
            elsewhere(bundle::RESOURCE, ("google.key-iam-policy", key, "cloudkms.googleapis.com"), bytes)
        }),
        parser(
            "google.key-events",
            vec![
                json!({ "entries": [record::key_event("CreateCryptoKeyVersion", bundle::RESOURCE)] })
                    .to_string()
                    .into_bytes(),
            ],
            |bytes| {
                let of = ("google.key-events", bundle::RESOURCE, "logging.googleapis.com");
                elsewhere(bundle::RESOURCE, of, bytes)
            },
        ),
        parser("challenge", vec![challenge.json().to_string().into_bytes()], |bytes| told(ReadChallenge::parse(bytes))),
        parser("signed-requests", vec![signed_requests::pair(&asked_about()).to_string().into_bytes()], signed),
        parser("challenge-key", vec![challenge.key_file().into_bytes()], |bytes| told(ChallengeKey::parse(bytes))),
        parser("seen", vec![line.into_bytes()], |bytes| told(Seen::parse(&String::from_utf8_lossy(bytes)))),
    ]);
    all
}

/// Hands in a record beside a report. Answers are read where nothing else is wrong with the record.
fn confirmed(report: &Report, record: &[u8]) -> Result<(), String> {
    let mut policy = Policy::csbr();
    let key = PublicKey::from_spki(record::confirmer().spki()).unwrap();
    let lines = Confirmer::lines(&key).join("\n");
    policy.confirmers = Policy::from_toml(&format!("name = \"a\"\nbased_on = \"csbr\"\n{lines}\n")).unwrap().confirmers;
    let expected = Expected { now: Instant::parse("2026-11-21T12:00:00Z"), ..Expected::default() };
    let evidence = [Evidence::Report(report.clone().challenge(&Challenge::new()).bytes())];
    told(verify_confirmed(&evidence, &Presented { record, policy: &policy, expected: &expected }, &Release))
}

/// Hands in the good record with another answer.
fn answered(kind: &str, bytes: &[u8]) -> Result<(), String> {
    let report = Report::aws().challenge(&Challenge::new());
    confirmed(&Report::aws(), &record::aws(&report).instead_bytes(kind, bytes).bytes())
}

const KID: &str = "https://release.vault.azure.net/keys/code/0123456789abcdef0123456789abcdef";

fn aws_events() -> Vec<u8> {
    record::aws_events(&["CreateKey", "ImportKeyMaterial"].map(record::aws_event)).to_string().into_bytes()
}

fn key_events() -> Vec<u8> {
    record::audit_rows(&[("KeyCreate", "AZKVAuditLogs", 200, KID)]).to_string().into_bytes()
}

const MANAGER: &str = "cloudresourcemanager.googleapis.com";

/// Hands in a record of this one answer, about a key of another cloud.
fn elsewhere(resource: &str, (kind, of, host): (&str, &str, &str), bytes: &[u8]) -> Result<(), String> {
    let report = Report::aws().with("resource", resource.into());
    let record = record::of(&report.clone().challenge(&Challenge::new()));
    confirmed(&report, &record.answer(kind, of, host, &json!({})).instead_bytes(kind, bytes).bytes())
}

fn parser(name: &'static str, good: Vec<Vec<u8>>, read: Read) -> Parser {
    Parser { name, good, read, may_end_early: false }
}

fn told<T>(outcome: Result<T, Malformed>) -> Result<(), String> {
    outcome.map(|_| ()).map_err(|error| error.to_string())
}

/// A report that answers a challenge.
fn asked_about() -> Report {
    Report::aws().challenge(&Challenge::new())
}

fn signed(bytes: &[u8]) -> Result<(), String> {
    static SUBJECT: OnceLock<Record> = OnceLock::new();
    let subject = SUBJECT.get_or_init(|| About::Report(&asked_about().bytes()).subject().unwrap());
    // When the pair was signed.
    SignedRequest::pair(bytes, subject, Instant::from_unix(1_795_255_200)).map(|_| ())
}

fn requested(bytes: &[u8]) -> Result<(), String> {
    told(Csr::parse(bytes).map(|csr| csr.verify()))
}

fn file(name: &str, bytes: &[u8]) -> File {
    File { name: name.to_owned(), bytes: bytes.to_vec() }
}

fn handed_in(bytes: &[u8]) -> Result<(), String> {
    told(evidence(&[file("bundle.zip", bytes)]))
}

fn with_a_statement(bytes: &[u8]) -> Result<(), String> {
    told(evidence(&[file("a.dat", &[0x1f, 0x8b, 8]), file("chain.pem", bytes)]))
}

fn judged(evidence: Evidence) -> Result<(), String> {
    told(verify(&[evidence], &Release))
}
