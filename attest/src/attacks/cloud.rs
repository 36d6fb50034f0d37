//! Records about keys of Google Cloud HSM, whose HSM vouches for itself, and of Azure Key Vault, which keeps no origin with a key but has a
//! log.

use hardkey_synthetic::bundle::RESOURCE;
use hardkey_synthetic::{Azure, Challenge, Pki, Report, Request, Shape, answer, record as made, report};
use serde_json::{Value, json};

use super::Vector;
use super::attempt::{Attempt, stopped, subject};
use crate::check::Check;
use crate::finding::Outcome;
use crate::verdict::Level;

const KMS: &str = "cloudkms.googleapis.com";
const MANAGER: &str = "cloudresourcemanager.googleapis.com";

/// The good report of Google's, with a record of what Google told the CA.
fn google(labels: &Value, policy: &Value) -> Attempt {
    let (report, request) = report::good(Shape::P256);
    let (key, _) = RESOURCE.split_once("/cryptoKeyVersions/").unwrap();
    let described = json!({ "name": key, "purpose": "ASYMMETRIC_SIGN", "labels": labels });
    let record = made::of(&report)
        .answer("google.crypto-key-version", RESOURCE, KMS, &answer::google_version(subject(), RESOURCE))
        .answer("google.public-key", RESOURCE, KMS, &answer::google_public_key(subject(), RESOURCE))
        .answer("google.crypto-key", key, KMS, &described)
        .answer("google.iam-policy", "projects/synthetic", MANAGER, policy)
        .answer("google.parent", "projects/synthetic", MANAGER, &made::project("synthetic", &Value::Null));
    Attempt { record: Some(record.bytes()), ..Attempt::report(&report, request, &Challenge::new()) }
}

fn marked() -> Value {
    let nonce = Challenge::new().nonce;
    json!({ "hardkey-challenge": nonce[..63] })
}

/// A report about a key of a vault, with a record of what Azure told the CA.
fn vault(change: impl FnOnce(&mut Value), settings: &Value) -> Attempt {
    vault_and(change, settings, |record| record)
}

/// The same, whose log has that it was created there, in a record that is changed.
fn logged(change: impl FnOnce(Report) -> Report) -> Attempt {
    vault_and(
        |_| {},
        &made::diagnostic_settings(),
        |record| {
            let management = "management.azure.com";
            let record = record
                .answer("azure.vault", made::VAULT, management, &made::vault())
                .answer("azure.role-assignments", made::VAULT, management, &made::role_assignments())
                .answer("azure.key-events", made::VAULT, LOGS, &made::audit_rows(&[created()]));
            change(record)
        },
    )
}

const LOGS: &str = "api.loganalytics.azure.com";

fn vault_kid() -> String {
    answer::all()[2].1["key"]["kid"].as_str().unwrap().to_owned()
}

fn row(operation: &'static str) -> (&'static str, &'static str, u16, &'static str) {
    (operation, "AZKVAuditLogs", 200, vault_kid().leak())
}

fn created() -> (&'static str, &'static str, u16, &'static str) {
    row("KeyCreate")
}

fn events(rows: &[(&str, &str, u16, &str)]) -> Attempt {
    logged(|record| record.instead("azure.key-events", &made::audit_rows(rows)))
}

fn aws_events(events: &[Value]) -> Attempt {
    let (report, request) = made::aws_report();
    let record = made::aws(&report).instead("aws.lookup-events", &made::aws_events(events));
    Attempt { record: Some(record.bytes()), ..Attempt::report(&report, request, &Challenge::new()) }
}

fn resource(field: &str, value: Value) -> Attempt {
    logged(|record| {
        let mut vault = made::vault();
        vault["properties"][field] = value;
        record.instead("azure.vault", &vault)
    })
}

fn vault_and(change: impl FnOnce(&mut Value), settings: &Value, then: impl FnOnce(Report) -> Report) -> Attempt {
    let request = Request::of(subject()).der();
    let mut bundle = answer::all()[2].1.clone();
    let kid = bundle["key"]["kid"].as_str().unwrap().to_owned();
    let stated = |value: &str| json!({ "value": value, "basis": "reported" });
    let report = Report::aws()
        .with("resource", kid.clone().into())
        .with("evidence", json!([]))
        .evidence("azure.key", &bundle)
        .with("claims", json!({ "hsm": stated("yes"), "origin": { "value": "unknown" }, "extractable": stated("no") }))
        .challenge(&Challenge::new())
        .request(&request);
    bundle["tags"] = json!({ "hardkey-challenge": Challenge::new().nonce });
    change(&mut bundle);
    let record = made::of(&report).answer("azure.key", &kid, "release.vault.azure.net", &bundle).answer(
        "azure.diagnostic-settings",
        made::VAULT,
        "management.azure.com",
        settings,
    );
    let record = then(record);
    Attempt { record: Some(record.bytes()), ..Attempt::report(&report, request, &Challenge::new()) }
}

/// A report about a key of a Managed HSM with the statement of its HSM, and a record of what Azure told the CA.
fn managed_hsm() -> Attempt {
    let request = Request::of(subject()).der();
    let mut bundle = Azure::generated(&Pki::new(), subject()).json();
    let kid = bundle["key"]["kid"].as_str().unwrap().to_owned();
    let (host, _) = kid.strip_prefix("https://").unwrap().split_once('/').unwrap();
    let name = host.split('.').next().unwrap();
    let unknown = json!({ "value": "unknown" });
    let report = Report::aws()
        .with("resource", kid.clone().into())
        .with("evidence", json!([]))
        .evidence("azure.attestation", &bundle)
        .with("claims", json!({ "hsm": unknown, "origin": unknown, "extractable": unknown }))
        .challenge(&Challenge::new())
        .request(&request);
    bundle["tags"] = json!({ "hardkey-challenge": Challenge::new().nonce });
    let own = made::VAULT.replace("/vaults/release", &format!("/managedHSMs/{name}"));
    let settings = made::diagnostic_settings().to_string().replace(&made::VAULT.to_lowercase(), &own);
    let record = made::of(&report).answer("azure.attestation", &kid, host, &bundle).answer(
        "azure.diagnostic-settings",
        &own,
        "management.azure.com",
        &serde_json::from_str(&settings).unwrap(),
    );
    Attempt { record: Some(record.bytes()), ..Attempt::report(&report, request, &Challenge::new()) }
}

pub(super) const VECTORS: &[Vector] = &[
    Vector::by_rule("17.3", "an attested key of a project whose administrator did not mark it", "ownership", || {
        google(&json!({}), &made::iam_policy())
    }),
    Vector::by_check("7.5", "the cloud tells the CA that an attested key is disabled", Check::Admission, || {
        let (report, request) = report::good(Shape::P256);
        let mut version = answer::google_version(subject(), RESOURCE);
        version["state"] = "DISABLED".into();
        let key = RESOURCE.split_once("/cryptoKeyVersions/").unwrap().0;
        let described = json!({ "name": key, "labels": marked() });
        let record = made::of(&report).answer("google.crypto-key-version", RESOURCE, KMS, &version).answer(
            "google.crypto-key",
            key,
            KMS,
            &described,
        );
        Attempt { record: Some(record.bytes()), ..Attempt::report(&report, request, &Challenge::new()) }
    }),
    Vector {
        otherwise: Level::Confirmed,
        ..Vector::by_rule(
            "12.6",
            "a statement of Azure's in a format that no genuine one confirmed, of a key for which Azure answers the CA",
            "format",
            managed_hsm,
        )
    },
    Vector {
        otherwise: Level::Confirmed,
        ..Vector::by_rule("e.1", "a key of a vault, of which Azure does not say where it is from", "generated", || {
            vault(|_| {}, &made::diagnostic_settings())
        })
    },
    rule("e.2", "a key of a vault that was imported, as its log has it", "generated", || events(&[row("KeyImport")])),
    rule("e.3", "a key of a vault that was restored there from a backup", "generated", || {
        events(&[created(), row("KeyRestore")])
    }),
    rule("e.4", "a key of a vault whose log the CA may not read", "generated", || {
        logged(|record| {
            let record = record.unasked("azure.key-events");
            record.refused("azure.key-events", made::VAULT, LOGS, "InsufficientAccessError")
        })
    }),
    rule("e.5", "a key of AWS KMS that was imported into after all, as CloudTrail has it", "generated", || {
        aws_events(&["CreateKey", "ImportKeyMaterial"].map(made::aws_event))
    }),
    rule("e.6", "a key of AWS KMS that was made for an import, as CloudTrail has it", "generated", || {
        let mut event = made::aws_event("CreateKey");
        event["responseElements"]["keyMetadata"]["origin"] = "EXTERNAL".into();
        aws_events(&[event])
    }),
    rule("20.4", "a key that is said to be in an HSM, in a vault that has none", "hsm", || {
        resource("sku", json!({ "family": "A", "name": "standard" }))
    }),
    rule("22.1", "a key of a vault of which a backup was taken", "one-region", || Attempt {
        without_copies: true,
        ..events(&[created(), row("KeyBackup")])
    }),
    Vector {
        otherwise: Level::Confirmed,
        ..Vector::by_check(
            "19.5",
            "a record with the settings of a vault that is another by its host",
            Check::RecordAnswers,
            || resource("vaultUri", "https://release2.vault.azure.net/".into()),
        )
    },
    Vector {
        otherwise: Level::Confirmed,
        ..Vector::by_check(
            "19.6",
            "a record with the log of a vault of another subscription",
            Check::RecordAnswers,
            || {
                logged(|mut record| {
                    let other = made::VAULT.replace("11111111", "22222222");
                    let rows = made::audit_rows(&[created()]).to_string().replace(&made::VAULT.to_lowercase(), &other);
                    record.asked_before("azure.key-events")["of"] = other.clone().into();
                    record.instead_bytes("azure.key-events", rows.as_bytes())
                })
            },
        )
    },
];

const fn rule(id: &'static str, what: &'static str, rule: &'static str, attempt: fn() -> Attempt) -> Vector {
    Vector { otherwise: Level::Confirmed, ..Vector::by_rule(id, what, rule, attempt) }
}

fn judged(attempt: &Attempt) -> (Level, Option<u8>, Vec<&'static str>) {
    let verdict = attempt.judged(None).unwrap();
    (verdict.level(), verdict.csbr_method(), stopped(&verdict))
}

#[test]
fn what_the_hsm_attests_stays_attested_and_logs_are_a_note() {
    let good = google(&marked(), &made::iam_policy());
    assert_eq!(judged(&good), (Level::Attested, Some(2), vec![]));
    let logging = |attempt: &Attempt| {
        let verdict = attempt.judged(None).unwrap();
        let rule = verdict.rules().iter().find(|rule| rule.id == "logging").unwrap();
        (verdict.level(), verdict.csbr_method(), rule.outcome)
    };
    assert_eq!(logging(&good), (Level::Attested, Some(2), Outcome::Passed));
    let off = google(&marked(), &json!({ "auditConfigs": [] }));
    assert_eq!(logging(&off), (Level::Attested, Some(2), Outcome::Warning));
}

#[test]
fn a_key_that_the_log_of_its_project_shows_imported_is_rejected_and_one_it_shows_generated_stays_attested() {
    let logged = |method: &str| {
        let (report, request) = report::good(Shape::P256);
        let key = RESOURCE.split_once("/cryptoKeyVersions/").unwrap().0;
        let record = made::of(&report)
            .answer("google.crypto-key", key, KMS, &json!({ "name": key, "labels": marked() }))
            .answer("google.crypto-key-version", RESOURCE, KMS, &answer::google_version(subject(), RESOURCE))
            .answer(
                "google.key-events",
                RESOURCE,
                "logging.googleapis.com",
                &json!({ "entries": [made::key_event(method, RESOURCE)] }),
            );
        Attempt { record: Some(record.bytes()), ..Attempt::report(&report, request, &Challenge::new()) }
    };
    let level = |attempt: &Attempt| (judged(attempt).0, judged(attempt).2.contains(&"generated"));
    assert_eq!(level(&logged("CreateCryptoKeyVersion")), (Level::Attested, false));
    assert_eq!(level(&logged("ImportCryptoKeyVersion")), (Level::Rejected, true));
}

#[test]
fn a_key_of_a_vault_whose_log_has_its_creation_is_confirmed() {
    assert_eq!(judged(&logged(|record| record)), (Level::Confirmed, Some(5), vec![]));
}

#[test]
fn where_a_log_does_not_show_how_a_key_was_made_the_verdict_says_what_it_has() {
    let said = |attempt: &Attempt| {
        let verdict = attempt.judged(None).unwrap();
        let rule = verdict.rules().iter().find(|rule| rule.id == "generated").unwrap();
        (rule.outcome, rule.observed.clone())
    };
    let of_log = "the audit log of Azure: it has no KeyCreate of this version: none was kept then, it is not kept so long, or it goes \
        where it cannot be read";
    assert_eq!(said(&events(&[])), (Outcome::Missing, of_log.to_owned()));
    let refused = logged(|record| {
        record.unasked("azure.key-events").refused("azure.key-events", made::VAULT, LOGS, "InsufficientAccessError")
    });
    let line = format!("azure.key-events of {}: InsufficientAccessError", made::VAULT);
    assert_eq!(said(&refused), (Outcome::Missing, line));
    let imported = "the key was generated inside the HSM, and not imported: no (the audit log of Azure)";
    assert_eq!(said(&events(&[row("KeyImport")])), (Outcome::Failed, imported.to_owned()));
}

#[test]
fn of_a_marked_key_of_azure_it_is_said_who_else_can_mark() {
    for attempt in [events(&[created()]), managed_hsm()] {
        let verdict = attempt.judged(None).unwrap();
        let rule = verdict.rules().iter().find(|rule| rule.id == "ownership").unwrap();
        let said = "; in Azure, whoever is Crypto User may sign and mark";
        assert!(rule.outcome == Outcome::Passed && rule.observed.ends_with(said), "{}", rule.observed);
    }
}

#[test]
fn of_backups_of_azures_keys_only_the_vaults_log_tells() {
    let said = |attempt: Attempt| {
        let verdict = Attempt { without_copies: true, ..attempt }.judged(None).unwrap();
        let rule = verdict.rules().iter().find(|rule| rule.id == "one-region").unwrap();
        (rule.outcome, rule.observed.clone())
    };
    assert_eq!(said(events(&[created()])), (Outcome::Passed, "the evidence tells of none".to_owned()));
    let unknown = "no answer of the cloud shows whether a backup of the key was taken".to_owned();
    assert_eq!(said(managed_hsm()), (Outcome::Missing, unknown.clone()));
    assert_eq!(said(vault(|_| {}, &made::diagnostic_settings())), (Outcome::Missing, unknown));
}

#[test]
fn a_key_of_a_vault_lacks_nothing_but_where_it_is_from() {
    let lacking = |attempt: &Attempt| judged(attempt);
    let rejected = |ids: &[&'static str]| (Level::Rejected, None, ids.to_vec());
    assert_eq!(lacking(&vault(|_| {}, &made::diagnostic_settings())), rejected(&["generated"]));
    assert_eq!(lacking(&vault(|_| {}, &json!({ "value": [] }))), rejected(&["generated", "logging"]));
    let unmarked = vault(|bundle| bundle["tags"] = json!({}), &made::diagnostic_settings());
    assert_eq!(lacking(&unmarked), rejected(&["generated", "ownership"]));
    for change in [
        |bundle: &mut Value| bundle["attributes"]["exportable"] = true.into(),
        |bundle: &mut Value| bundle["attributes"]["enabled"] = false.into(),
        |bundle: &mut Value| bundle["attributes"]["hsmPlatform"] = "0".into(),
        |bundle: &mut Value| bundle["key"]["kty"] = "EC".into(),
    ] {
        assert_eq!(lacking(&vault(change, &made::diagnostic_settings())), rejected(&["admission"]));
    }
}

#[test]
fn a_key_that_the_cloud_tells_the_ca_was_imported_is_rejected() {
    let (report, request) = made::aws_report();
    let mut description = answer::all()[0].1.clone();
    description["KeyMetadata"]["Origin"] = "EXTERNAL".into();
    let record = made::aws(&report).instead("aws.describe-key", &description);
    let attempt = Attempt { record: Some(record.bytes()), ..Attempt::report(&report, request, &Challenge::new()) };
    assert_eq!(judged(&attempt), (Level::Rejected, None, vec!["admission"]));
}
